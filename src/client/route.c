/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/route.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG	    "client"
#define ROUTES_MAX  32
#define METRIC_BEST 1  /* IPv6 has none better, and for IPv4 there is only 0 */
#define RETRY_LOOKS 16 /* until a pin that was refused is tried again */

struct lp_way {
	struct lp_changes *changes;
	const struct lp_netos *os;
	bool is_pinning;
	bool has_begun;
	uint32_t tap_ifindex; /* 0 = there is no TAP to be avoided yet */
	struct lp_addr relay;
	bool has_pin;
	struct lp_route pin;
	struct lp_route like; /* the entry of the table that it was made for */
	bool is_urgent;	      /* a pin of that entry's metric is not enough */
	uint32_t refusals;    /* in a row */
	bool has_told_free;
	struct lp_way_facts facts;
	bool has_last; /* the way of the last look that found one */
	struct lp_route last;
	bool was_lost; /* no way was found since */
};

struct lp_way *lp_way_new(struct lp_changes *changes, bool is_pinning)
{
	struct lp_way *way = lp_alloc(sizeof(*way));
	way->changes = changes;
	way->os = lp_changes_os(changes);
	way->is_pinning = is_pinning;
	return way;
}

static void unpin(struct lp_way *way)
{
	if (way->has_pin)
		lp_changes_remove_route(way->changes, &way->pin);
	way->has_pin = false;
}

void lp_way_free(struct lp_way *way)
{
	if (!way)
		return;
	unpin(way);
	free(way);
}

void lp_way_set_relay(struct lp_way *way, const struct lp_addr *relay)
{
	if (!way->has_begun)
		unpin(way);
	if (way->relay.family != LP_ADDR_NONE && lp_addr_equal_ip(&way->relay, relay))
		return;
	unpin(way);
	way->relay = *relay;
	way->is_urgent = false;
	way->refusals = 0;
	way->has_told_free = false;
	way->has_last = false;
	way->was_lost = false;
	way->facts = (struct lp_way_facts){.state = LP_WAY_UNKNOWN};
}

void lp_way_set_tap(struct lp_way *way, uint32_t tap_ifindex)
{
	way->tap_ifindex = tap_ifindex;
}

void lp_way_begin(struct lp_way *way)
{
	way->has_begun = true;
}

void lp_way_end(struct lp_way *way)
{
	unpin(way);
	way->has_begun = false;
	way->is_urgent = false;
	way->refusals = 0;
}

/* --- where it should lead --- */

static bool is_better(const struct lp_route *a, const struct lp_route *b)
{
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	return a->metric < b->metric;
}

static bool is_out(const struct lp_way *way, const struct lp_route *route)
{
	bool is_way = !route->is_throw && !route->is_dead_end;
	return (is_way && route->ifindex == 0) || route->ifindex == way->tap_ifindex ||
	       (way->has_pin && lp_route_is_same(route, &way->pin));
}

static bool find_in_table(const struct lp_way *way, uint32_t table, struct lp_route *best)
{
	struct lp_route routes[ROUTES_MAX];
	size_t count;
	bool is_found = false;
	if (way->os->routes_to(&way->relay, table, routes, ROUTES_MAX, &count) != LP_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (is_out(way, &routes[i]) || (is_found && !is_better(&routes[i], best)))
			continue;
		*best = routes[i];
		is_found = true;
	}
	return is_found;
}

/* What the system would choose, were there neither the TAP nor our pin. */
static bool find_way(const struct lp_way *way, struct lp_route *best)
{
	struct lp_lookup lookups[LP_NETCFG_LOOKUPS_MAX];
	size_t count;
	if (way->os->lookups(&way->relay, lookups, LP_NETCFG_LOOKUPS_MAX, &count) != LP_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (find_in_table(way, lookups[i].table, best) && !best->is_throw &&
		    best->dst.len > lookups[i].suppress_len)
			return !best->is_dead_end;
	}
	return false;
}

/*
 * The TAP's routes are in the main table. A way that is found in another one is safe from them only
 * if that one is asked first; else the pin has to be where they are.
 */
static uint32_t pin_table(const struct lp_way *way, uint32_t table)
{
	struct lp_lookup lookups[LP_NETCFG_LOOKUPS_MAX];
	size_t count;
	if (way->os->lookups(&way->relay, lookups, LP_NETCFG_LOOKUPS_MAX, &count) != LP_OK)
		return table;
	for (size_t i = 0; i < count; i++) {
		if (lookups[i].table == 0 || lookups[i].table == table)
			return lookups[i].table;
	}
	return table;
}

/* Like that one in all that is not its destination. */
static struct lp_route host_route(const struct lp_way *way, const struct lp_route *like)
{
	bool is_ip4 = way->relay.family == LP_ADDR_IP4;
	struct lp_route route = *like;
	route.dst = (struct lp_prefix){.addr = way->relay, .len = is_ip4 ? 32 : 128};
	route.dst.addr.port = 0;
	route.table = pin_table(way, like->table);
	route.origin = 0;
	route.is_host_route = true;
	if (way->is_urgent)
		route.metric = is_ip4 ? 0 : METRIC_BEST;
	return route;
}

static bool is_same_hop(const struct lp_route *a, const struct lp_route *b)
{
	return a->ifindex == b->ifindex && lp_addr_equal_ip(&a->gateway, &b->gateway);
}

/* In all that a copy takes over? */
static bool is_alike(const struct lp_route *a, const struct lp_route *b)
{
	return is_same_hop(a, b) && a->metric == b->metric && a->table == b->table &&
	       lp_addr_equal_ip(&a->prefers, &b->prefers) && a->has_scope == b->has_scope &&
	       a->scope == b->scope && a->is_on_link == b->is_on_link &&
	       a->details_len == b->details_len &&
	       memcmp(a->details, b->details, a->details_len) == 0;
}

/* --- pinning --- */

static void pin(struct lp_way *way, const struct lp_route *like)
{
	struct lp_route route = host_route(way, like);
	if (way->has_pin && !is_alike(&route, &way->pin))
		unpin(way);
	if (way->refusals > 0 && way->refusals++ % RETRY_LOOKS != 0)
		return;
	/* Also when it is there: an interface that was down has lost it. */
	enum lp_err err = lp_changes_add_route(way->changes, &route);
	way->has_pin = err == LP_OK;
	way->pin = route;
	if (err == LP_OK || err == LP_ERR_EXISTS)
		way->refusals = 0;
	else if (way->refusals++ == 0)
		lp_warn(LOG, "the route to the relay is not pinned: see the line before; without "
			     "the privilege for it, set client.routes = false");
}

/*
 * Pins where the system would go. A host route that is there already, and the relay on this very
 * machine, need none.
 */
static void sync_pin(struct lp_way *way, const struct lp_route *now)
{
	struct lp_route wanted;
	bool is_ours = way->has_pin && lp_route_is_same(now, &way->pin);
	bool is_choice = !is_ours && now->ifindex != way->tap_ifindex; /* the system's own */
	if (!find_way(way, &wanted))
		return; /* what we have is all there is */
	if (wanted.is_host_route) {
		unpin(way);
	} else if (!is_ours || !is_alike(&wanted, &way->like)) {
		/* Of several hops that share the load, the one that we are on is as good. */
		way->like = wanted;
		pin(way, is_choice ? now : &wanted);
	}
}

/* --- looking --- */

static bool is_through_tap(const struct lp_way *way, const struct lp_route *route)
{
	return way->tap_ifindex != 0 && route->ifindex == way->tap_ifindex;
}

static enum lp_way_state state_of(const struct lp_way *way, const struct lp_route *route)
{
	if (route->is_local)
		return LP_WAY_LOCAL;
	if (is_through_tap(way, route))
		return LP_WAY_THROUGH_TAP;
	if (way->relay.scope_id != 0)
		return LP_WAY_ON_LINK;
	if (way->has_pin && lp_route_is_same(route, &way->pin))
		return LP_WAY_PINNED;
	return route->is_host_route ? LP_WAY_REUSED : LP_WAY_FREE;
}

/* An address that a new one has taken the preference from may stay in use as long as it is there.
 */
static bool has_source(const struct lp_way *way, const struct lp_route *route)
{
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t count;
	if (way->os->addresses(route->ifindex, addrs, &count) != LP_OK)
		return true;
	while (count > 0 && !lp_addr_equal_ip(&addrs[count - 1].addr, &route->source))
		count--;
	return count > 0;
}

static bool has_changed(const struct lp_way *way, const struct lp_route *now)
{
	if (!way->has_last)
		return way->was_lost;
	if (way->was_lost || !is_same_hop(now, &way->last))
		return true;
	return !lp_addr_equal_ip(&now->source, &way->last.source) && !has_source(way, &way->last);
}

/* Where the way leads now, after it was pinned if it has to be. */
static bool look(struct lp_way *way, struct lp_route *now)
{
	bool is_found = way->os->best_route(&way->relay, now) == LP_OK;
	bool is_wanted = way->is_pinning && way->relay.scope_id == 0;
	if (!is_found || !is_wanted || now->is_local ||
	    (!way->has_begun && !is_through_tap(way, now)))
		return is_found;
	sync_pin(way, now);
	is_found = way->os->best_route(&way->relay, now) == LP_OK;
	if (!is_found || !is_through_tap(way, now))
		return is_found;
	way->is_urgent = true;
	sync_pin(way, now);
	return way->os->best_route(&way->relay, now) == LP_OK;
}

/* The status refers to it. */
static void tell_free(struct lp_way *way)
{
	bool is_free = way->facts.state == LP_WAY_FREE && way->has_begun && way->is_pinning;
	if (is_free && !way->has_told_free && way->refusals == 0)
		lp_warn(LOG, "the route to the relay is not pinned: this machine's policy routing "
			     "does not go by the tables that it should, see ip rule");
	way->has_told_free = is_free;
}

bool lp_way_check(struct lp_way *way)
{
	struct lp_route now = {0};
	if (way->relay.family == LP_ADDR_NONE)
		return false;
	bool is_found = look(way, &now);
	if (!is_found) {
		way->facts = (struct lp_way_facts){.state = LP_WAY_NONE};
		way->was_lost = true;
		return false;
	}
	way->facts.route = now;
	way->facts.state = state_of(way, &now);
	if (!way->os->name(now.ifindex, way->facts.interface))
		way->facts.interface[0] = '\0';
	tell_free(way);
	bool is_other = has_changed(way, &now);
	/* A source that is still in use stays the one to be compared with. */
	if (!way->has_last || is_other)
		way->last = now;
	way->has_last = true;
	way->was_lost = false;
	return is_other;
}

/* --- telling --- */

void lp_way_read_facts(const struct lp_way *way, struct lp_way_facts *facts)
{
	*facts = way->facts;
}

const char *lp_way_describe(const struct lp_way_facts *facts, char text[LP_WAY_TEXT_LEN])
{
	static const char *const words[] = {
		[LP_WAY_UNKNOWN] = "unknown",	    [LP_WAY_NONE] = "none",
		[LP_WAY_LOCAL] = "on this machine", [LP_WAY_ON_LINK] = "on the link",
		[LP_WAY_PINNED] = "pinned",	    [LP_WAY_REUSED] = "found pinned",
		[LP_WAY_FREE] = "not pinned",	    [LP_WAY_THROUGH_TAP] = "in a loop",
	};
	char gateway[LP_ADDR_TEXT_LEN];
	bool is_on_link = facts->route.gateway.family == LP_ADDR_NONE;
	if (facts->state <= LP_WAY_LOCAL)
		lp_strcopy(text, LP_WAY_TEXT_LEN, words[facts->state]);
	else
		snprintf(text, LP_WAY_TEXT_LEN, "%s, %s%s on %.60s", words[facts->state],
			 is_on_link ? "directly" : "by ",
			 is_on_link ? "" : lp_addr_format_ip(&facts->route.gateway, gateway),
			 facts->interface);
	return text;
}
