/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Places in a room that only one can have: the gateway's, and each player's MAC. Who has one, who
 * has a claim to it, and when it falls (R5, R6).
 */
#ifndef LP_RELAY_SEAT_H
#define LP_RELAY_SEAT_H

#include "base/clock.h"
#include "relay/worker_impl.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The whole LAN hangs on the gateway's place, and whoever knows the room's code may ask for it: so
 * it falls only after so long a silence. A player who was replaced notices, and is back with their
 * ticket.
 */
#define LP_SEAT_GATEWAY_SILENCE_NS (10 * LP_NS_PER_S)

/* The member whose place the applicant would take: same MAC, or the gateway. NULL = it is free. */
struct lp_peer *lp_seat_incumbent(const struct lp_room *room, const struct lp_hello *hello);

/* Is there a connection on which the peer could still be heard? */
bool lp_seat_is_connected(const struct lp_peer *peer);

/*
 * Does the applicant's ticket say that the place is theirs: that it is the incumbent's own, that
 * the applicant lost it in the last ten minutes (relay/reclaim.h), or, in the first ten minutes of
 * this process, that the applicant had it before and the incumbent did not, or not as lately?
 */
bool lp_seat_is_claimed(const struct lp_peer *applicant, const struct lp_peer *incumbent,
			uint64_t now);

/* When the place of an incumbent falls to an applicant without a claim, if nothing more is heard.
 */
uint64_t lp_seat_falls_ns(const struct lp_peer *incumbent);

/* The peer, which is about to lose its place, has a claim to it from now on. */
void lp_seat_keep_claim(struct lp_peer *peer, uint64_t now);

/* The peer leaves its room for that reason; whoever was not put out has a claim from now on. */
void lp_seat_leave(struct lp_peer *peer, const char *reason);

/* The applicant has the place (peer->room is set): a claim is settled, and a change of hands said.
 */
void lp_seat_sit(struct lp_peer *peer, uint64_t now);

#endif
