/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/netcfg.h"

#include "base/mem.h"
#include "platform/linux/route_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#ifndef RTM_F_FIB_MATCH
#define RTM_F_FIB_MATCH 0x2000 /* Linux 4.13 */
#endif

/* Of no one else: routes of other programs, with the very same way even, are never taken for ours.
 */
#define ROUTE_PROTOCOL 76

struct answer {
	struct lp_route route;
	bool is_there;
};

static bool on_answer(void *arg, const struct nlmsghdr *message)
{
	struct answer *answer = arg;

	answer->is_there = lp_rtnl_read_route(message, &answer->route);
	return false;
}

static int look_up(const struct lp_addr *to, uint32_t flags, struct answer *answer)
{
	struct rtmsg body = {
		.rtm_family = lp_rtnl_family(to),
		.rtm_dst_len = lp_rtnl_bits(to),
		.rtm_flags = flags | RTM_F_LOOKUP_TABLE, /* or each is said to be of the main one */
	};
	struct lp_rtnl request;

	*answer = (struct answer){.is_there = false};
	lp_rtnl_begin(&request, RTM_GETROUTE, 0, &body, sizeof(body));
	lp_rtnl_add_ip(&request, RTA_DST, to);
	if (to->scope_id != 0)
		lp_rtnl_add_u32(&request, RTA_OIF, to->scope_id);
	if (to->port != 0) { /* there may be rules for what goes to this port */
		uint8_t protocol = IPPROTO_UDP;
		uint16_t port = htons(to->port);

		lp_rtnl_add(&request, RTA_IP_PROTO, &protocol, sizeof(protocol));
		lp_rtnl_add(&request, RTA_DPORT, &port, sizeof(port));
	}
	return lp_rtnl_ask(&request, on_answer, answer);
}

/*
 * Two questions: the way that a packet would take (interface, gateway and source, also where
 * several share the load), and the entry of the table that says so (its prefix and metric).
 */
enum lp_err lp_netcfg_best_route(const struct lp_addr *to, struct lp_route *route)
{
	struct answer way, entry;
	int error = look_up(to, 0, &way);

	switch (error) {
	case 0:
		break;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case ENODEV: /* the interface of a link-local address is gone */
	case EACCES: /* "prohibit" */
	case EINVAL: /* "blackhole" */
		return LP_ERR_UNREACHABLE;
	default:
		return lp_rtnl_failed("look up a route", error);
	}
	if (!way.is_there || way.route.is_throw || way.route.is_dead_end)
		return LP_ERR_UNREACHABLE;
	*route = way.route;
	route->details_len = 0; /* what was learnt of the path is among them */
	route->prefers = (struct lp_addr){.family = LP_ADDR_NONE};
	if (look_up(to, RTM_F_FIB_MATCH, &entry) == 0 && entry.is_there) {
		struct lp_addr gateway = route->gateway, source = route->source;
		uint32_t ifindex = route->ifindex;

		*route = entry.route;
		route->is_local = way.route.is_local;
		route->gateway = gateway;
		route->source = source;
		route->ifindex = ifindex;
	}
	lp_prefix_clear_host(&route->dst);
	route->is_host_route = route->dst.len == lp_rtnl_bits(to);
	return LP_OK;
}

/* What is no part of its name. */
static void add_details(struct lp_rtnl *request, const struct lp_route *route)
{
	if (route->prefers.family == route->dst.addr.family)
		lp_rtnl_add_ip(request, RTA_PREFSRC, &route->prefers);
	lp_rtnl_add_raw(request, route->details, route->details_len);
}

/* Writes what names the route; flags beside NLM_F_ACK. */
static void begin_change(struct lp_rtnl *request, uint16_t type, uint16_t flags,
			 const struct lp_route *route, bool is_on_link)
{
	bool is_new = type == RTM_NEWROUTE;
	bool is_direct = route->gateway.family == LP_ADDR_NONE;
	struct rtmsg body = {
		.rtm_family = lp_rtnl_family(&route->dst.addr),
		.rtm_dst_len = route->dst.len,
		.rtm_table = route->table < 256 ? (unsigned char)route->table : RT_TABLE_COMPAT,
		.rtm_protocol = route->origin != 0 ? route->origin : ROUTE_PROTOCOL,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = is_on_link ? RTNH_F_ONLINK : 0,
	};

	if (route->table == 0)
		body.rtm_table = RT_TABLE_MAIN;
	body.rtm_scope = is_direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	if (route->has_scope)
		body.rtm_scope = route->scope;
	if (!is_new)
		body.rtm_scope = RT_SCOPE_NOWHERE; /* any */
	lp_rtnl_begin(request, type, (uint16_t)(NLM_F_ACK | flags), &body, sizeof(body));
	lp_rtnl_add_ip(request, RTA_DST, &route->dst.addr);
	if (route->table > 255)
		lp_rtnl_add_u32(request, RTA_TABLE, route->table);
	if (route->ifindex != 0)
		lp_rtnl_add_u32(request, RTA_OIF, route->ifindex);
	if (route->metric != 0)
		lp_rtnl_add_u32(request, RTA_PRIORITY, route->metric);
	if (is_new)
		add_details(request, route);
	if (route->gateway.family == route->dst.addr.family) {
		lp_rtnl_add_ip(request, RTA_GATEWAY, &route->gateway);
	} else if (!is_direct) {
		uint8_t via[sizeof(struct rtvia) + 16] = {0};
		unsigned short family = AF_INET6;

		memcpy(via, &family, sizeof(family));
		memcpy(via + sizeof(struct rtvia), route->gateway.ip, 16);
		lp_rtnl_add(request, RTA_VIA, via, sizeof(via));
	}
}

struct search {
	bool (*is_wanted)(const struct search *search, const struct lp_route *route);
	struct lp_addr to;	      /* is_covering */
	const struct lp_route *route; /* is_same_way */
	uint32_t ifindex;	      /* is_default */
	uint32_t table;
	struct lp_route *routes;
	size_t cap;
	size_t count;
};

static bool is_covering(const struct search *search, const struct lp_route *route)
{
	struct lp_prefix host = {.addr = search->to, .len = lp_rtnl_bits(&search->to)};

	host.addr.scope_id = 0; /* networks have none */
	return lp_prefix_overlaps(&route->dst, &host);
}

static bool is_same_way(const struct search *search, const struct lp_route *route)
{
	const struct lp_route *wanted = search->route;

	return wanted->dst.len == route->dst.len && wanted->ifindex == route->ifindex &&
	       wanted->metric == route->metric &&
	       lp_addr_equal_ip(&wanted->dst.addr, &route->dst.addr) &&
	       lp_addr_equal_ip(&wanted->gateway, &route->gateway);
}

static bool is_default(const struct search *search, const struct lp_route *route)
{
	return route->ifindex == search->ifindex && lp_netcfg_is_default(&route->dst);
}

static bool on_route(void *arg, const struct nlmsghdr *message)
{
	struct search *search = arg;
	const struct rtattr *attributes[RTA_MAX + 1];
	const struct rtmsg *body = lp_rtnl_parse(message, sizeof(*body), attributes, RTA_MAX);
	struct lp_route route;

	if (!body || (body->rtm_flags & RTM_F_CLONED) != 0 || body->rtm_type == RTN_LOCAL ||
	    !lp_rtnl_read_route(message, &route) || route.table != search->table ||
	    !search->is_wanted(search, &route))
		return true;
	if (search->count < search->cap)
		search->routes[search->count++] = route;
	return search->count < search->cap;
}

static int find_routes(struct search *search, unsigned char family)
{
	struct rtmsg body = {.rtm_family = family};
	struct lp_rtnl request;

	search->count = LP_MIN(search->count, search->cap);
	if (search->count == search->cap)
		return 0;
	lp_rtnl_begin(&request, RTM_GETROUTE, NLM_F_DUMP, &body, sizeof(body));
	return lp_rtnl_ask(&request, on_route, search);
}

enum lp_err lp_netcfg_routes_to(const struct lp_addr *to, uint32_t table, struct lp_route *routes,
				size_t cap, size_t *route_count)
{
	struct search search = {
		.is_wanted = is_covering, .to = *to, .table = table, .routes = routes, .cap = cap};
	int error = find_routes(&search, lp_rtnl_family(to));

	*route_count = search.count;
	return lp_rtnl_failed("list the routes", error);
}

static bool is_there(const struct lp_route *route)
{
	struct lp_route found;
	struct search search = {.is_wanted = is_same_way,
				.route = route,
				.table = route->table,
				.routes = &found,
				.cap = 1};

	return find_routes(&search, lp_rtnl_family(&route->dst.addr)) == 0 && search.count > 0;
}

/*
 * Without NLM_F_EXCL an IPv4 route comes before its equals, where a home network and a party may
 * well meet: 192.168.1.0/24 with metric 0, twice. But then the kernel takes the same way twice,
 * too, if two programs made it.
 */
enum lp_err lp_netcfg_add_route(const struct lp_route *route)
{
	struct lp_rtnl request;
	int error;

	if (is_there(route))
		return LP_ERR_EXISTS;
	begin_change(&request, RTM_NEWROUTE, NLM_F_CREATE, route, route->is_on_link);
	error = lp_rtnl_ask(&request, NULL, NULL);
	if ((error == ENETUNREACH || error == EHOSTUNREACH) &&
	    route->gateway.family != LP_ADDR_NONE && !route->is_on_link) {
		/* A gateway outside the interface's own prefix, as rented servers have it. */
		begin_change(&request, RTM_NEWROUTE, NLM_F_CREATE, route, true);
		error = lp_rtnl_ask(&request, NULL, NULL);
	}
	return lp_rtnl_failed("add a route", error);
}

enum lp_err lp_netcfg_remove_route(const struct lp_route *route)
{
	struct lp_rtnl request;
	int error;

	begin_change(&request, RTM_DELROUTE, 0, route, false);
	error = lp_rtnl_ask(&request, NULL, NULL);
	if (error == ESRCH || error == ENODEV)
		return LP_ERR_NOT_FOUND;
	return lp_rtnl_failed("remove a route", error);
}

enum lp_err lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
				     size_t *route_count)
{
	struct search search = {
		.is_wanted = is_default, .ifindex = ifindex, .routes = routes, .cap = cap};
	int error = find_routes(&search, AF_INET);

	if (error == 0)
		error = find_routes(&search, AF_INET6);
	*route_count = search.count;
	return lp_rtnl_failed("list the routes", error);
}
