/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/tapnet.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LOG "client"

#define BEST_METRIC  1 /* of an interface, where it has one */
#define DEFAULTS_MAX 16
#define PREFIXES_MAX 64
#define WANTED_MAX   (2 + 3 * LP_NETCFG_ADDRS_MAX)
#define RETRY_CHECKS 16 /* until routes that were refused are tried again */

struct lp_tapnet {
	struct lp_journal *journal;
	const struct lp_netos *os;
	uint32_t ifindex; /* 0 = none */
	bool has_routes;
	struct lp_route way; /* to the relay */
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t addr_count;
	struct lp_route routes[WANTED_MAX]; /* ours, or somebody's that does as well */
	size_t route_count;
	uint32_t refusals; /* looks at which a route was refused, in a row */
	uint32_t removed_count;
	struct lp_log_limit removed_limit;
};

/* --- settings --- */

enum lp_err lp_tapnet_begin(struct lp_tapnet *tapnet, uint32_t ifindex, uint32_t mtu)
{
	static const struct {
		enum lp_netcfg_setting setting;
		uint32_t value;
	} wanted[] = {
		{LP_NETCFG_DEFAULT_ROUTES_IP4, 0},
		{LP_NETCFG_DEFAULT_ROUTES_IP6, 0},
		{LP_NETCFG_METRIC_IP4, BEST_METRIC},
		{LP_NETCFG_METRIC_IP6, BEST_METRIC},
	};
	if (tapnet->ifindex != ifindex)
		lp_tapnet_end(tapnet);
	tapnet->ifindex = ifindex;
	if (lp_journal_set(tapnet->journal, ifindex, LP_NETCFG_MTU, mtu) != LP_OK)
		lp_warn(LOG, "the MTU of the TAP is not the %u of the room: see the line before",
			mtu);
	for (size_t i = 0; tapnet->has_routes && i < LP_ARRAY_COUNT(wanted); i++) {
		if (lp_journal_set(tapnet->journal, ifindex, wanted[i].setting, wanted[i].value) !=
		    LP_OK)
			lp_warn(LOG, "%s of the TAP stays as it is: see the line before",
				lp_netcfg_setting_name(wanted[i].setting));
	}
	return lp_journal_set(tapnet->journal, ifindex, LP_NETCFG_UP, 1);
}

/* --- what must not be there --- */

static void remove_defaults(struct lp_tapnet *tapnet, uint64_t now)
{
	struct lp_route routes[DEFAULTS_MAX];
	size_t count;
	if (tapnet->os->default_routes(tapnet->ifindex, routes, DEFAULTS_MAX, &count) != LP_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		char prefix[LP_ADDR_TEXT_LEN], gateway[LP_ADDR_TEXT_LEN] = "the party itself";
		if (tapnet->os->remove_route(&routes[i]) != LP_OK)
			continue;
		tapnet->removed_count++;
		if (routes[i].gateway.family != LP_ADDR_NONE)
			lp_addr_format_ip(&routes[i].gateway, gateway);
		lp_log_write_limited(&tapnet->removed_limit, now, LP_LOG_WARN, LOG,
				     "removed the route to %s by %s from the TAP: the internet is "
				     "not to go through the party",
				     lp_prefix_format(&routes[i].dst, prefix), gateway);
	}
}

/* --- what has to --- */

/* Somebody may set it down: it takes no routes then. */
static bool is_interface_up(const struct lp_tapnet *tapnet)
{
	uint32_t is_up = 1;
	enum lp_err err = tapnet->os->get(tapnet->ifindex, LP_NETCFG_UP, &is_up);
	return err == LP_ERR_UNSUPPORTED || (err == LP_OK && is_up);
}

static bool has_ip4(const struct lp_tapnet *tapnet)
{
	for (size_t i = 0; i < tapnet->addr_count; i++) {
		if (tapnet->addrs[i].addr.family == LP_ADDR_IP4)
			return true;
	}
	return false;
}

static struct lp_route route_of(const struct lp_tapnet *tapnet, const char *prefix)
{
	struct lp_route route = {.ifindex = tapnet->ifindex};
	if (lp_prefix_parse(prefix, &route.dst) != LP_OK)
		abort();
	return route;
}

/* Does another interface have a network of just these addresses? */
static bool is_home_too(const struct lp_tapnet *tapnet, const struct lp_prefix *addr)
{
	struct lp_prefix homes[PREFIXES_MAX];
	size_t count;
	if (tapnet->os->local_prefixes(tapnet->ifindex, homes, PREFIXES_MAX, &count) != LP_OK)
		return false;
	while (count > 0 &&
	       (homes[count - 1].len != addr->len || !lp_prefix_overlaps(addr, &homes[count - 1])))
		count--;
	return count > 0;
}

/* The two halves of a prefix win against the whole, whatever its metric and whoever came first. */
static size_t add_halves(const struct lp_tapnet *tapnet, const struct lp_prefix *addr,
			 struct lp_route wanted[2])
{
	struct lp_route half = {.dst = *addr, .prefers = addr->addr, .ifindex = tapnet->ifindex};
	half.metric = addr->addr.family == LP_ADDR_IP4 ? 0 : 1;
	lp_prefix_clear_host(&half.dst);
	wanted[0] = half;
	wanted[0].dst.len++;
	wanted[1] = wanted[0];
	wanted[1].dst.addr.ip[addr->len / 8] |= (uint8_t)(0x80 >> addr->len % 8);
	return 2;
}

/*
 * The home network has the addresses of the party's: whoever joins a party means the PCs there. But
 * the router at home stays what it was, for it is often the DNS server, too.
 */
static size_t add_network(const struct lp_tapnet *tapnet, const struct lp_prefix *addr,
			  struct lp_route wanted[3])
{
	uint8_t bits = addr->addr.family == LP_ADDR_IP4 ? 32 : 128;
	struct lp_prefix router = {.addr = tapnet->way.gateway, .len = bits};
	if (addr->len + 1 >= bits || !is_home_too(tapnet, addr))
		return 0;
	size_t count = add_halves(tapnet, addr, wanted);
	if (lp_prefix_overlaps(addr, &router))
		wanted[count++] = (struct lp_route){
			.dst = router, .ifindex = tapnet->way.ifindex, .metric = wanted[0].metric};
	return count;
}

/* Broadcasts follow once there is an address to send them from. */
static size_t list_wanted(const struct lp_tapnet *tapnet, struct lp_route wanted[WANTED_MAX])
{
	size_t count = 0;
	if (has_ip4(tapnet)) {
		wanted[count++] = route_of(tapnet, "255.255.255.255/32");
		wanted[count++] = route_of(tapnet, "224.0.0.0/4");
	}
	for (size_t i = 0; i < tapnet->addr_count; i++)
		count += add_network(tapnet, &tapnet->addrs[i], &wanted[count]);
	return count;
}

static bool is_in(const struct lp_route *route, const struct lp_route *routes, size_t count)
{
	while (count > 0 && !lp_route_is_same(&routes[count - 1], route))
		count--;
	return count > 0;
}

static void remove_routes(struct lp_tapnet *tapnet, const struct lp_route *but, size_t but_count)
{
	for (size_t i = 0; i < tapnet->route_count; i++) {
		if (!is_in(&tapnet->routes[i], but, but_count))
			lp_journal_remove_route(tapnet->journal, &tapnet->routes[i]);
	}
	tapnet->route_count = 0;
}

/* Also what is there is added: an interface that was down, or lost its address, has lost routes. */
static void sync_routes(struct lp_tapnet *tapnet)
{
	struct lp_route wanted[WANTED_MAX] = {0};
	size_t count = list_wanted(tapnet, wanted);
	bool is_refused = false;
	remove_routes(tapnet, wanted, count);
	if (tapnet->refusals > 0 && tapnet->refusals++ % RETRY_CHECKS != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		enum lp_err err = lp_journal_add_route(tapnet->journal, &wanted[i]);
		if (err == LP_OK || err == LP_ERR_EXISTS)
			tapnet->routes[tapnet->route_count++] = wanted[i];
		else
			is_refused = true;
	}
	tapnet->refusals = is_refused ? LP_MAX(tapnet->refusals, 1U) : 0;
}

void lp_tapnet_check(struct lp_tapnet *tapnet, const struct lp_route *way, uint64_t now)
{
	tapnet->way = *way;
	if (tapnet->ifindex == 0)
		return;
	if (tapnet->os->addresses(tapnet->ifindex, tapnet->addrs, &tapnet->addr_count) != LP_OK)
		tapnet->addr_count = 0;
	if (!tapnet->has_routes)
		return;
	remove_defaults(tapnet, now);
	if (is_interface_up(tapnet))
		sync_routes(tapnet);
	else
		tapnet->route_count = 0;
}

/* --- life --- */

struct lp_tapnet *lp_tapnet_new(struct lp_journal *journal, bool has_routes)
{
	struct lp_tapnet *tapnet = lp_alloc(sizeof(*tapnet));
	tapnet->journal = journal;
	tapnet->os = lp_journal_os(journal);
	tapnet->has_routes = has_routes;
	return tapnet;
}

void lp_tapnet_end(struct lp_tapnet *tapnet)
{
	remove_routes(tapnet, NULL, 0);
	lp_journal_undo(tapnet->journal, tapnet->ifindex);
	tapnet->ifindex = 0;
	tapnet->addr_count = 0;
}

void lp_tapnet_free(struct lp_tapnet *tapnet)
{
	if (!tapnet)
		return;
	lp_tapnet_end(tapnet);
	free(tapnet);
}

/* --- telling --- */

const struct lp_prefix *lp_tapnet_addresses(const struct lp_tapnet *tapnet, size_t *count)
{
	*count = tapnet->addr_count;
	return tapnet->addrs;
}

bool lp_tapnet_has_broadcast(const struct lp_tapnet *tapnet)
{
	struct lp_route broadcast = route_of(tapnet, "255.255.255.255/32");
	return is_in(&broadcast, tapnet->routes, tapnet->route_count);
}

uint32_t lp_tapnet_removed(const struct lp_tapnet *tapnet)
{
	return tapnet->removed_count;
}

bool lp_tapnet_overlaps(const struct lp_tapnet *tapnet, uint32_t tap_ifindex,
			const struct lp_prefix *lan_prefixes, size_t lan_prefix_count,
			struct lp_prefix *party, struct lp_prefix *home)
{
	struct lp_prefix homes[PREFIXES_MAX];
	size_t count;
	if (tapnet->os->local_prefixes(tap_ifindex, homes, PREFIXES_MAX, &count) != LP_OK)
		return false;
	for (size_t i = 0; i < lan_prefix_count + tapnet->addr_count; i++) {
		const struct lp_prefix *prefix = i < lan_prefix_count
							 ? &lan_prefixes[i]
							 : &tapnet->addrs[i - lan_prefix_count];
		for (size_t j = 0; j < count; j++) {
			if (!lp_prefix_overlaps(prefix, &homes[j]))
				continue;
			*party = *prefix;
			lp_prefix_clear_host(party);
			*home = homes[j];
			return true;
		}
	}
	return false;
}
