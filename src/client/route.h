/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The way of our own packets to the relay: it must never lead through the tunnel that they carry.
 * So while we are in the room the relay's address has a host route of its own, like the route that
 * the system would take without the TAP in all but its destination (T8). It moves along when that
 * changes, and goes with the session.
 */
#ifndef LP_CLIENT_ROUTE_H
#define LP_CLIENT_ROUTE_H

#include "client/changes.h"

struct lp_way;

enum lp_way_state {
	LP_WAY_UNKNOWN,	   /* no address of the relay yet */
	LP_WAY_NONE,	   /* no route leads to it */
	LP_WAY_LOCAL,	   /* it is on this machine: nothing to pin */
	LP_WAY_ON_LINK,	   /* its address is of one link alone: nothing to pin either */
	LP_WAY_PINNED,	   /* by our host route, which is in effect */
	LP_WAY_REUSED,	   /* by a host route that somebody else made: left alone (T9) */
	LP_WAY_FREE,	   /* not pinned, and leading where it should */
	LP_WAY_THROUGH_TAP /* into the tunnel itself */
};

/* What was found at the last look (T2). */
struct lp_way_facts {
	enum lp_way_state state;
	struct lp_route route; /* in effect; not for UNKNOWN and NONE */
	char interface[LP_NETCFG_NAME_MAX + 1];
};

/* is_pinning: may routes be changed at all? Keeps the changes. */
struct lp_way *lp_way_new(struct lp_changes *changes, bool is_pinning);

/* Unpins. NULL is ignored. */
void lp_way_free(struct lp_way *way);

/* The relay's address in use; the next look is at the way to that one, with nothing pinned. */
void lp_way_set_relay(struct lp_way *way, const struct lp_addr *relay);

/* The TAP, through which no way may lead. */
void lp_way_set_tap(struct lp_way *way, uint32_t tap_ifindex);

/* The TAP is about to be used: from now on the way is pinned. Before, only if it is in a loop. */
void lp_way_begin(struct lp_way *way);

/*
 * The session is over. A pin serves none longer than that: the next look is at where the system
 * would go by itself, in all its tables, for the network may be another one.
 */
void lp_way_end(struct lp_way *way);

/*
 * Looks at the routes, and pins where they lead. True when packets to the relay go another way than
 * at the last look, so that the connection is better made anew than waited for.
 */
bool lp_way_check(struct lp_way *way) LP_MUST_CHECK;

void lp_way_read_facts(const struct lp_way *way, struct lp_way_facts *facts);

/* "pinned by 192.168.1.1 on eth0", for people. Gives text. */
#define LP_WAY_TEXT_LEN 160
const char *lp_way_describe(const struct lp_way_facts *facts, char text[LP_WAY_TEXT_LEN]);

#endif
