/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/relay_route.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG	     "client"
#define ROUTES_MAX   32
#define METRIC_BEST  1	/* IPv6 has none better, and for IPv4 there is only 0 */
#define RETRY_CHECKS 16 /* until a pin that was refused is tried again */

struct lp_relay_route {
	struct lp_journal *journal;
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
	struct lp_relay_route_facts facts;
	bool has_last; /* the way of the last look that found one */
	struct lp_route last;
	bool was_lost; /* no way was found since */
};

struct lp_relay_route *lp_relay_route_new(struct lp_journal *journal, bool is_pinning)
{
	struct lp_relay_route *relay_route = lp_alloc(sizeof(*relay_route));
	relay_route->journal = journal;
	relay_route->os = lp_journal_os(journal);
	relay_route->is_pinning = is_pinning;
	return relay_route;
}

static void unpin(struct lp_relay_route *relay_route)
{
	if (relay_route->has_pin)
		lp_journal_remove_route(relay_route->journal, &relay_route->pin);
	relay_route->has_pin = false;
}

void lp_relay_route_free(struct lp_relay_route *relay_route)
{
	if (!relay_route)
		return;
	unpin(relay_route);
	free(relay_route);
}

void lp_relay_route_set_relay(struct lp_relay_route *relay_route, const struct lp_addr *relay)
{
	if (!relay_route->has_begun)
		unpin(relay_route);
	if (relay_route->relay.family != LP_ADDR_NONE &&
	    lp_addr_equal_ip(&relay_route->relay, relay))
		return;
	unpin(relay_route);
	relay_route->relay = *relay;
	relay_route->is_urgent = false;
	relay_route->refusals = 0;
	relay_route->has_told_free = false;
	relay_route->has_last = false;
	relay_route->was_lost = false;
	relay_route->facts = (struct lp_relay_route_facts){.state = LP_RELAY_ROUTE_UNKNOWN};
}

void lp_relay_route_set_tap(struct lp_relay_route *relay_route, uint32_t tap_ifindex)
{
	relay_route->tap_ifindex = tap_ifindex;
}

void lp_relay_route_begin(struct lp_relay_route *relay_route)
{
	relay_route->has_begun = true;
}

void lp_relay_route_end(struct lp_relay_route *relay_route)
{
	unpin(relay_route);
	relay_route->has_begun = false;
	relay_route->is_urgent = false;
	relay_route->refusals = 0;
}

/* --- where it should lead --- */

static bool is_better(const struct lp_route *a, const struct lp_route *b)
{
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	return a->metric < b->metric;
}

static bool is_out(const struct lp_relay_route *relay_route, const struct lp_route *route)
{
	bool is_way = !route->is_throw && !route->is_dead_end;
	return (is_way && route->ifindex == 0) || route->ifindex == relay_route->tap_ifindex ||
	       (relay_route->has_pin && lp_route_is_same(route, &relay_route->pin));
}

static bool find_in_table(const struct lp_relay_route *relay_route, uint32_t table,
			  struct lp_route *best)
{
	struct lp_route routes[ROUTES_MAX];
	size_t count;
	bool is_found = false;
	if (relay_route->os->routes_to(&relay_route->relay, table, routes, ROUTES_MAX, &count) !=
	    LP_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (is_out(relay_route, &routes[i]) || (is_found && !is_better(&routes[i], best)))
			continue;
		*best = routes[i];
		is_found = true;
	}
	return is_found;
}

/* What the system would choose, were there neither the TAP nor our pin. */
static bool find_way(const struct lp_relay_route *relay_route, struct lp_route *best)
{
	struct lp_lookup lookups[LP_NETCFG_LOOKUPS_MAX];
	size_t count;
	if (relay_route->os->lookups(&relay_route->relay, lookups, LP_NETCFG_LOOKUPS_MAX, &count) !=
	    LP_OK)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (find_in_table(relay_route, lookups[i].table, best) && !best->is_throw &&
		    best->dst.len > lookups[i].suppress_len)
			return !best->is_dead_end;
	}
	return false;
}

/*
 * The TAP's routes are in the main table. A way that is found in another one is safe from them only
 * if that one is asked first; else the pin has to be where they are.
 */
static uint32_t pin_table(const struct lp_relay_route *relay_route, uint32_t table)
{
	struct lp_lookup lookups[LP_NETCFG_LOOKUPS_MAX];
	size_t count;
	if (relay_route->os->lookups(&relay_route->relay, lookups, LP_NETCFG_LOOKUPS_MAX, &count) !=
	    LP_OK)
		return table;
	for (size_t i = 0; i < count; i++) {
		if (lookups[i].table == 0 || lookups[i].table == table)
			return lookups[i].table;
	}
	return table;
}

/* Like that one in all that is not its destination. */
static struct lp_route host_route(const struct lp_relay_route *relay_route,
				  const struct lp_route *like)
{
	bool is_ip4 = relay_route->relay.family == LP_ADDR_IP4;
	struct lp_route route = *like;
	route.dst = (struct lp_prefix){.addr = relay_route->relay, .len = is_ip4 ? 32 : 128};
	route.dst.addr.port = 0;
	route.table = pin_table(relay_route, like->table);
	route.origin = 0;
	route.is_host_route = true;
	if (relay_route->is_urgent)
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

static void pin(struct lp_relay_route *relay_route, const struct lp_route *like)
{
	struct lp_route route = host_route(relay_route, like);
	if (relay_route->has_pin && !is_alike(&route, &relay_route->pin))
		unpin(relay_route);
	if (relay_route->refusals > 0 && relay_route->refusals++ % RETRY_CHECKS != 0)
		return;
	/* Also when it is there: an interface that was down has lost it. */
	enum lp_err err = lp_journal_add_route(relay_route->journal, &route);
	relay_route->has_pin = err == LP_OK;
	relay_route->pin = route;
	if (err == LP_OK || err == LP_ERR_EXISTS)
		relay_route->refusals = 0;
	else if (relay_route->refusals++ == 0)
		lp_warn(LOG, "the route to the relay is not pinned: see the line before; without "
			     "the privilege for it, set client.routes = false");
}

/*
 * Pins where the system would go. A host route that is there already, and the relay on this very
 * machine, need none.
 */
static void sync_pin(struct lp_relay_route *relay_route, const struct lp_route *now)
{
	struct lp_route wanted;
	bool is_ours = relay_route->has_pin && lp_route_is_same(now, &relay_route->pin);
	bool is_choice =
		!is_ours && now->ifindex != relay_route->tap_ifindex; /* the system's own */
	if (!find_way(relay_route, &wanted))
		return; /* what we have is all there is */
	if (wanted.is_host_route) {
		unpin(relay_route);
	} else if (!is_ours || !is_alike(&wanted, &relay_route->like)) {
		/* Of several hops that share the load, the one that we are on is as good. */
		relay_route->like = wanted;
		pin(relay_route, is_choice ? now : &wanted);
	}
}

/* --- looking --- */

static bool is_through_tap(const struct lp_relay_route *relay_route, const struct lp_route *route)
{
	return relay_route->tap_ifindex != 0 && route->ifindex == relay_route->tap_ifindex;
}

static enum lp_relay_route_state state_of(const struct lp_relay_route *relay_route,
					  const struct lp_route *route)
{
	if (route->is_local)
		return LP_RELAY_ROUTE_LOCAL;
	if (is_through_tap(relay_route, route))
		return LP_RELAY_ROUTE_THROUGH_TAP;
	if (relay_route->relay.scope_id != 0)
		return LP_RELAY_ROUTE_ON_LINK;
	if (relay_route->has_pin && lp_route_is_same(route, &relay_route->pin))
		return LP_RELAY_ROUTE_PINNED;
	return route->is_host_route ? LP_RELAY_ROUTE_REUSED : LP_RELAY_ROUTE_FREE;
}

/* An address that a new one has taken the preference from may stay in use as long as it is there.
 */
static bool has_source(const struct lp_relay_route *relay_route, const struct lp_route *route)
{
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t count;
	if (relay_route->os->addresses(route->ifindex, addrs, &count) != LP_OK)
		return true;
	while (count > 0 && !lp_addr_equal_ip(&addrs[count - 1].addr, &route->source))
		count--;
	return count > 0;
}

static bool has_changed(const struct lp_relay_route *relay_route, const struct lp_route *now)
{
	if (!relay_route->has_last)
		return relay_route->was_lost;
	if (relay_route->was_lost || !is_same_hop(now, &relay_route->last))
		return true;
	return !lp_addr_equal_ip(&now->source, &relay_route->last.source) &&
	       !has_source(relay_route, &relay_route->last);
}

/* Where the way leads now, after it was pinned if it has to be. */
static bool look(struct lp_relay_route *relay_route, struct lp_route *now)
{
	bool is_found = relay_route->os->best_route(&relay_route->relay, now) == LP_OK;
	bool is_wanted = relay_route->is_pinning && relay_route->relay.scope_id == 0;
	if (!is_found || !is_wanted || now->is_local ||
	    (!relay_route->has_begun && !is_through_tap(relay_route, now)))
		return is_found;
	sync_pin(relay_route, now);
	is_found = relay_route->os->best_route(&relay_route->relay, now) == LP_OK;
	if (!is_found || !is_through_tap(relay_route, now))
		return is_found;
	relay_route->is_urgent = true;
	sync_pin(relay_route, now);
	return relay_route->os->best_route(&relay_route->relay, now) == LP_OK;
}

/* The status refers to it. */
static void tell_free(struct lp_relay_route *relay_route)
{
	bool is_free = relay_route->facts.state == LP_RELAY_ROUTE_FREE && relay_route->has_begun &&
		       relay_route->is_pinning;
	if (is_free && !relay_route->has_told_free && relay_route->refusals == 0)
		lp_warn(LOG, "the route to the relay is not pinned: this machine's policy routing "
			     "does not go by the tables that it should, see ip rule");
	relay_route->has_told_free = is_free;
}

bool lp_relay_route_check(struct lp_relay_route *relay_route)
{
	struct lp_route now = {0};
	if (relay_route->relay.family == LP_ADDR_NONE)
		return false;
	bool is_found = look(relay_route, &now);
	if (!is_found) {
		relay_route->facts = (struct lp_relay_route_facts){.state = LP_RELAY_ROUTE_NONE};
		relay_route->was_lost = true;
		return false;
	}
	relay_route->facts.route = now;
	relay_route->facts.state = state_of(relay_route, &now);
	if (!relay_route->os->name(now.ifindex, relay_route->facts.interface))
		relay_route->facts.interface[0] = '\0';
	tell_free(relay_route);
	bool is_other = has_changed(relay_route, &now);
	/* A source that is still in use stays the one to be compared with. */
	if (!relay_route->has_last || is_other)
		relay_route->last = now;
	relay_route->has_last = true;
	relay_route->was_lost = false;
	return is_other;
}

/* --- telling --- */

void lp_relay_route_read_facts(const struct lp_relay_route *relay_route,
			       struct lp_relay_route_facts *facts)
{
	*facts = relay_route->facts;
}

const char *lp_relay_route_describe(const struct lp_relay_route_facts *facts,
				    char text[LP_RELAY_ROUTE_TEXT_LEN])
{
	static const char *const words[] = {
		[LP_RELAY_ROUTE_UNKNOWN] = "unknown",
		[LP_RELAY_ROUTE_NONE] = "none",
		[LP_RELAY_ROUTE_LOCAL] = "on this machine",
		[LP_RELAY_ROUTE_ON_LINK] = "on the link",
		[LP_RELAY_ROUTE_PINNED] = "pinned",
		[LP_RELAY_ROUTE_REUSED] = "found pinned",
		[LP_RELAY_ROUTE_FREE] = "not pinned",
		[LP_RELAY_ROUTE_THROUGH_TAP] = "in a loop",
	};
	char gateway[LP_ADDR_TEXT_LEN];
	bool is_on_link = facts->route.gateway.family == LP_ADDR_NONE;
	if (facts->state <= LP_RELAY_ROUTE_LOCAL)
		lp_strcopy(text, LP_RELAY_ROUTE_TEXT_LEN, words[facts->state]);
	else
		snprintf(text, LP_RELAY_ROUTE_TEXT_LEN, "%s, %s%s on %.60s", words[facts->state],
			 is_on_link ? "directly" : "by ",
			 is_on_link ? "" : lp_addr_format_ip(&facts->route.gateway, gateway),
			 facts->interface);
	return text;
}
