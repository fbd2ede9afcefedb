/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The way of our own packets to the relay: it must never lead through the tunnel that they carry.
 * So while we are in the room the relay's address has a host route of its own, like the route that
 * the system would take without the TAP in all but its destination (T8). It moves along when that
 * changes, and goes with the session.
 */
#ifndef LP_CLIENT_RELAY_ROUTE_H
#define LP_CLIENT_RELAY_ROUTE_H

#include "client/journal.h"

struct lp_relay_route;

enum lp_relay_route_state {
	LP_RELAY_ROUTE_UNKNOWN,	   /* no address of the relay yet */
	LP_RELAY_ROUTE_NONE,	   /* no route leads to it */
	LP_RELAY_ROUTE_LOCAL,	   /* it is on this machine: nothing to pin */
	LP_RELAY_ROUTE_ON_LINK,	   /* its address is of one link alone: nothing to pin either */
	LP_RELAY_ROUTE_PINNED,	   /* by our host route, which is in effect */
	LP_RELAY_ROUTE_REUSED,	   /* by a host route that somebody else made: left alone (T9) */
	LP_RELAY_ROUTE_FREE,	   /* not pinned, and leading where it should */
	LP_RELAY_ROUTE_THROUGH_TAP /* into the tunnel itself */
};

/* What was found at the last look (T2). */
struct lp_relay_route_facts {
	enum lp_relay_route_state state;
	struct lp_route route; /* in effect; not for UNKNOWN and NONE */
	char interface[LP_NETCFG_NAME_MAX + 1];
};

/* is_pinning: may routes be changed at all? Keeps the changes. */
struct lp_relay_route *lp_relay_route_new(struct lp_journal *journal, bool is_pinning);

/* Unpins. NULL is ignored. */
void lp_relay_route_free(struct lp_relay_route *relay_route);

/* The relay's address in use; the next look is at the way to that one, with nothing pinned. */
void lp_relay_route_set_relay(struct lp_relay_route *relay_route, const struct lp_addr *relay);

/* The TAP, through which no way may lead. */
void lp_relay_route_set_tap(struct lp_relay_route *relay_route, uint32_t tap_ifindex);

/* The TAP is about to be used: from now on the way is pinned. Before, only if it is in a loop. */
void lp_relay_route_begin(struct lp_relay_route *relay_route);

/*
 * The session is over. A pin serves none longer than that: the next look is at where the system
 * would go by itself, in all its tables, for the network may be another one.
 */
void lp_relay_route_end(struct lp_relay_route *relay_route);

/*
 * Looks at the routes, and pins where they lead. True when packets to the relay go another way than
 * at the last look, so that the connection is better made anew than waited for.
 */
bool lp_relay_route_check(struct lp_relay_route *relay_route) LP_MUST_CHECK;

void lp_relay_route_read_facts(const struct lp_relay_route *relay_route,
			       struct lp_relay_route_facts *facts);

/* "pinned by 192.168.1.1 on eth0", for people. Returns text. */
#define LP_RELAY_ROUTE_TEXT_LEN 160
const char *lp_relay_route_describe(const struct lp_relay_route_facts *facts,
				    char text[LP_RELAY_ROUTE_TEXT_LEN]);

#endif
