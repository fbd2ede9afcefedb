/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who gets in: hello -> welcome or reject (R3-R8), the incumbent rule, resume tickets, and the
 * order in which everybody hears of it (R13-R15).
 */
#ifndef LP_RELAY_ADMISSION_H
#define LP_RELAY_ADMISSION_H

#include "relay/worker_impl.h"

/* An applicant's first message. */
void lp_admission_hello(struct lp_peer *peer, const struct lp_hello *hello, uint64_t now);

/* Sends the reject; the connection closes when it is acknowledged, or soon. NULL = the code's text.
 */
void lp_admission_reject(struct lp_peer *peer, enum lp_reject_code code, const char *message,
			 int shard, uint64_t now);

/* CHALLENGING and WELCOMING peers: has what they wait for come? Called each turn and by deadline.
 */
void lp_admission_step(struct lp_peer *peer, uint64_t now);

#endif
