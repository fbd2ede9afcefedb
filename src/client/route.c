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
#define RETRY_LOOKS 16 /* until a pin that was refused is tried again */

struct lp_way {
	struct lp_changes *changes;
	const struct lp_netos *os;
	bool is_pinning;
	bool has_begun;
	uint32_t tap_ifindex; /* 0 = there is no TAP to be avoided yet */
	struct lp_addr relay;
	uint32_t table; /* where the system found the way before it was pinned */
	bool has_pin;
	struct lp_route pin;
	struct lp_route like; /* the entry of the table that it was made for */
	uint32_t refusals;    /* in a row */
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
	if (way->relay.family != LP_ADDR_NONE && lp_addr_equal_ip(&way->relay, relay))
		return;
	unpin(way);
	way->relay = *relay;
	way->table = 0;
	way->refusals = 0;
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

/* --- where it should lead --- */

static bool is_better(const struct lp_route *a, const struct lp_route *b)
{
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	return a->metric < b->metric;
}

/* What the system would choose, were there neither the TAP nor our pin. */
static bool find_way(const struct lp_way *way, struct lp_route *best)
{
	struct lp_route routes[ROUTES_MAX];
	size_t count;
	bool is_found = false;
	if (way->os->routes_to(&way->relay, way->table, routes, ROUTES_MAX, &count) != LP_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (routes[i].ifindex == way->tap_ifindex || routes[i].ifindex == 0 ||
		    (way->has_pin && lp_route_is_same(&routes[i], &way->pin)) ||
		    (is_found && !is_better(&routes[i], best)))
			continue;
		*best = routes[i];
		is_found = true;
	}
	return is_found;
}

static struct lp_route host_route(const struct lp_way *way, const struct lp_route *like)
{
	bool is_ip4 = way->relay.family == LP_ADDR_IP4;
	return (struct lp_route){
		.dst = {.addr = way->relay, .len = is_ip4 ? 32 : 128},
		.gateway = like->gateway,
		.ifindex = like->ifindex,
		.metric = is_ip4 ? 0 : 1, /* IPv6 has none better than 1 */
		.is_host_route = true,
	};
}

static bool is_same_hop(const struct lp_route *a, const struct lp_route *b)
{
	return a->ifindex == b->ifindex && lp_addr_equal_ip(&a->gateway, &b->gateway);
}

/* --- pinning --- */

static void pin(struct lp_way *way, const struct lp_route *like)
{
	struct lp_route route = host_route(way, like);
	if (way->has_pin && !lp_route_is_same(&route, &way->pin))
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
	bool is_ours = way->has_pin && is_same_hop(now, &way->pin) && now->is_host_route;
	bool is_choice = !is_ours && now->ifindex != way->tap_ifindex; /* the system's own */
	if (is_choice)
		way->table = now->table;
	if (!find_way(way, &wanted))
		return; /* what we have is all there is */
	if (wanted.is_host_route) {
		unpin(way);
	} else if (!is_ours || !is_same_hop(&wanted, &way->like)) {
		/* Of several hops that share the load, the one that we are on is as good. */
		way->like = wanted;
		pin(way, is_choice ? now : &wanted);
	}
}

/* --- looking --- */

static enum lp_way_state state_of(const struct lp_way *way, const struct lp_route *route)
{
	if (route->is_local)
		return LP_WAY_LOCAL;
	if (way->tap_ifindex != 0 && route->ifindex == way->tap_ifindex)
		return LP_WAY_THROUGH_TAP;
	if (way->has_pin && route->is_host_route && is_same_hop(route, &way->pin))
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

bool lp_way_check(struct lp_way *way)
{
	struct lp_route now = {0};
	if (way->relay.family == LP_ADDR_NONE)
		return false;
	bool is_found = way->os->best_route(&way->relay, &now) == LP_OK;
	bool is_loop = way->tap_ifindex != 0 && now.ifindex == way->tap_ifindex;
	if (is_found && way->is_pinning && !now.is_local && (way->has_begun || is_loop)) {
		sync_pin(way, &now);
		is_found = way->os->best_route(&way->relay, &now) == LP_OK;
	}
	if (!is_found) {
		way->facts = (struct lp_way_facts){.state = LP_WAY_NONE};
		way->was_lost = true;
		return false;
	}
	way->facts.route = now;
	way->facts.state = state_of(way, &now);
	if (!way->os->name(now.ifindex, way->facts.interface))
		way->facts.interface[0] = '\0';
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
		[LP_WAY_LOCAL] = "on this machine", [LP_WAY_PINNED] = "pinned",
		[LP_WAY_REUSED] = "found pinned",   [LP_WAY_FREE] = "not pinned",
		[LP_WAY_THROUGH_TAP] = "in a loop",
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
