/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who gets in: hello -> welcome or reject (R3-R8), the incumbent rule, resume tickets, and the
 * order in which everybody hears of it (R13-R15).
 */
#ifndef LP_RELAY_ADMISSION_H
#define LP_RELAY_ADMISSION_H

#include "relay/worker.h"

/* An applicant's first message. */
void lp_admission_hello(struct lp_peer *peer, const struct lp_hello *hello, uint64_t now);

/* Sends the reject; the connection closes when it is acknowledged, or soon. NULL = the code's text.
 */
void lp_admission_reject(struct lp_peer *peer, enum lp_reject_code code, const char *message,
			 int shard, uint64_t now);

/* CHALLENGING and WELCOMING peers: has what they wait for come? Called each turn and by deadline.
 */
void lp_admission_step(struct lp_peer *peer, uint64_t now);

/*
 * Takes what the configuration says of a room, new or not: policy, limits, frame log. Who is in it
 * is told of another policy. MTU and fragments stay what they are while anybody is in the room.
 */
void lp_admission_configure_room(struct lp_worker *worker, struct lp_room *room);

/*
 * Makes the rooms of the configuration that are this worker's and not there yet. What an organiser
 * configured is there for them, however many rooms others open, and for admins before anybody came.
 */
void lp_admission_open_configured(struct lp_worker *worker);

/* Is the room configured, or may anybody open rooms? */
bool lp_admission_allows_room(const struct lp_worker *worker, const struct lp_room *room);

#endif
