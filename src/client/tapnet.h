/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The TAP as the operating system's network sees it: its MTU, what goes out of it, and what must
 * not. Broadcasts of games go to the party: they take the interface of the best metric (Windows),
 * or that of a route to 255.255.255.255 (Linux). The internet does not: default routes on the TAP
 * are not taken, and removed where somebody else takes one. All of it is undone by lp_journal.
 */
#ifndef LP_CLIENT_TAPNET_H
#define LP_CLIENT_TAPNET_H

#include "client/journal.h"

struct lp_tapnet;

/* has_routes: may anything but the MTU be changed? Keeps the changes. */
struct lp_tapnet *lp_tapnet_new(struct lp_journal *journal, bool has_routes);

/* Undoes what was changed. NULL is ignored. */
void lp_tapnet_free(struct lp_tapnet *tapnet);

/*
 * MTU, metric and default-route suppression of this TAP, and the interface up, before its media is.
 * Logs what the system refuses; fails only if no frame could pass.
 */
enum lp_err lp_tapnet_begin(struct lp_tapnet *tapnet, uint32_t ifindex, uint32_t mtu) LP_MUST_CHECK;

/* The TAP is gone, or not to be used: undoes what was changed. */
void lp_tapnet_end(struct lp_tapnet *tapnet);

/*
 * Looks at the TAP's addresses and routes: removes what must not be there, adds what has to. `way`
 * is the route to the relay: the router on it must stay in reach.
 */
void lp_tapnet_check(struct lp_tapnet *tapnet, const struct lp_route *way, uint64_t now);

/* Unicast addresses of the TAP at the last look (T7). */
const struct lp_prefix *lp_tapnet_addresses(const struct lp_tapnet *tapnet, size_t *count);

/* Do broadcasts go to the party? */
bool lp_tapnet_has_broadcast(const struct lp_tapnet *tapnet);

/* Foreign default routes that were removed so far. */
uint32_t lp_tapnet_removed(const struct lp_tapnet *tapnet);

/*
 * Is one of the party's networks one that this machine has beside the TAP? Those given, and those
 * of the TAP's addresses, are compared. Returns both prefixes.
 */
bool lp_tapnet_overlaps(const struct lp_tapnet *tapnet, uint32_t tap_ifindex,
			const struct lp_prefix *lan_prefixes, size_t lan_prefix_count,
			struct lp_prefix *party, struct lp_prefix *home);

#endif
