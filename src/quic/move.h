/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which changes of a peer's address ngtcp2 is shown (RFC 9000 §9.3).
 *
 * ngtcp2 follows a peer to a new path at once and validates it then. Until it knows the result it
 * must not hear of yet another path: one that goes back to where the peer came from ends in an
 * assertion. So while a move is unsettled, what comes from elsewhere is read as if it had come by
 * the present path; it is the peer's all the same, or it would not decrypt. Nor is a peer followed
 * whose present path is alive: packets that a router spreads over two lines, or that somebody
 * repeats from elsewhere, move nobody. And a peer who is heard on the old path again, which was
 * valid, is answered there at once; ngtcp2 needs a second until it finds out.
 */
#ifndef LP_QUIC_MOVE_H
#define LP_QUIC_MOVE_H

#include "base/clock.h"
#include "base/packet.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_MOVE_ALIVE_NS (25 * LP_NS_PER_MS)
#define LP_MOVE_MAX	 10		   /* paths other than the present one that are heard … */
#define LP_MOVE_MAX_NS	 (5 * LP_NS_PER_S) /* … in this time */
#define LP_MOVE_STUCK_NS (30 * LP_NS_PER_S) /* for no path is validated so long */

enum lp_move_state {
	LP_MOVE_SETTLED,
	LP_MOVE_TRIED,	/* the new path is being validated */
	LP_MOVE_PROVED, /* it is; for its full size may come next, or the old path, or nothing */
};

/* All zero at the start. */
struct lp_move {
	enum lp_move_state state;
	uint64_t tried_ns;  /* when the present move began */
	struct lp_path old; /* where the peer came from */
	bool is_back;	    /* … and where it was heard last */
	uint64_t heard_ns;  /* when the peer was heard on its present path last */
	struct lp_path to;  /* the last other path that the peer was heard from */
	uint64_t window_ns; /* limits … */
	unsigned count;	    /* … how many there are */
	bool has_asked;	    /* a PATH_CHALLENGE is in the packet being built */
};

/* May ngtcp2 know that a packet came from this path, which is not the present one? */
bool lp_move_allows(struct lp_move *move, const struct lp_path *from, uint64_t now);

/* A packet that was the peer's came on the present path, or on that other one. */
void lp_move_heard(struct lp_move *move, uint64_t now);
void lp_move_heard_from(struct lp_move *move, const struct lp_path *from, bool is_allowed);

/* ngtcp2 has made another path than `old` the present one. */
void lp_move_begin(struct lp_move *move, const struct lp_path *old, uint64_t now);

/* It says how its validation ended; after a failure the old path is the present one again. */
void lp_move_end(struct lp_move *move, bool is_proved);

/*
 * A packet was written for the present path: where it is to be sent. A PATH_CHALLENGE stays where
 * it is, or somebody else's address could be proved.
 */
void lp_move_direct(const struct lp_move *move, struct lp_path *path);

/*
 * A packet was written. What ngtcp2 challenges after a success tells what it is at: the present
 * path, once more with a full packet; or the old one, which is of no interest.
 */
void lp_move_sent(struct lp_move *move, bool is_on_present_path);

/* It has been unsettled for longer than anything takes. */
bool lp_move_is_stuck(const struct lp_move *move, uint64_t now);

#endif
