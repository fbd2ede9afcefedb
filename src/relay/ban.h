/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who was put out of a room and may not come back yet: known by its MAC, and by the ticket that it
 * had then. It is as much as a relay knows of anybody; whoever takes another MAC is somebody else.
 */
#ifndef LP_RELAY_BAN_H
#define LP_RELAY_BAN_H

#include "base/clock.h"
#include "relay/peer.h"
#include "relay/ticket.h"

#include <stddef.h>
#include <stdint.h>

#define LP_BANS_MAX 256

struct lp_ban {
	char room[LP_ROOM_MAX + 1]; /* folded */
	bool has_mac;
	struct lp_mac mac;
	uint16_t id;	   /* tickets for this one … */
	uint64_t wall_ns;  /* … that were made before */
	uint64_t since_ns; /* monotonic, as the next */
	uint64_t until_ns;
	char name[LP_NAME_MAX + 1];
	char by[64]; /* who said so */
};

/* Zero-initialised is ready to use. */
struct lp_bans {
	struct lp_ban list[LP_BANS_MAX];
	size_t count;
};

/*
 * The member of a room may not come back for so long; `by` says so. Of too many bans the one that
 * ends first goes.
 */
void lp_bans_add(struct lp_bans *bans, const struct lp_peer *peer, uint64_t for_ns, const char *by,
		 const struct lp_now *now);

/* Who had the id may come back to the room (folded). False when no such ban lasts any more. */
bool lp_bans_lift(struct lp_bans *bans, const char *room, uint16_t id, uint64_t now);

/* For how long whoever says this hello is still banned from its room; 0 = it is not. */
uint64_t lp_bans_left(const struct lp_bans *bans, const struct lp_hello *hello,
		      const struct lp_ticket *ticket, uint64_t now);

#endif
