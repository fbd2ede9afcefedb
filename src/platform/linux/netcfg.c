/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/netcfg.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/linux/rtnl.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef RTM_F_FIB_MATCH
#define RTM_F_FIB_MATCH 0x2000 /* Linux 4.13 */
#endif

static uint8_t bits_of(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP4 ? 32 : 128;
}

static enum lp_err failed(const char *what, int error)
{
	switch (error) {
	case 0:
		return LP_OK;
	case EPERM:
	case EACCES:
		lp_error("netcfg",
			 "not allowed to %s; start with the capability CAP_NET_ADMIN "
			 "(as root)",
			 what);
		return LP_ERR_PERMISSION;
	case EEXIST:
		lp_error("netcfg", "cannot %s: another one to the same prefix is there", what);
		return LP_ERR_BUSY;
	default:
		lp_error("netcfg", "cannot %s: %s", what, strerror(error));
		return LP_ERR_SYSTEM;
	}
}

static void clear_host_bits(struct lp_prefix *prefix)
{
	for (size_t i = 0; i < sizeof(prefix->addr.ip); i++) {
		size_t bits = prefix->len > i * 8 ? prefix->len - i * 8 : 0;

		if (bits < 8)
			prefix->addr.ip[i] &= (uint8_t)(0xff00 >> bits);
	}
}

/* Reads a route. False for what is none of ours: a cache entry, a local or unreachable one. */
static bool read_route(const struct nlmsghdr *message, struct lp_route *route)
{
	const struct rtattr *attributes[RTA_MAX + 1];
	const struct rtmsg *body;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return false;
	body = lp_rtnl_parse(message, sizeof(*body), attributes, RTA_MAX);
	if (!body || (body->rtm_family != AF_INET && body->rtm_family != AF_INET6) ||
	    (body->rtm_type != RTN_UNICAST && body->rtm_type != RTN_LOCAL))
		return false;
	*route = (struct lp_route){
		.dst.addr = lp_rtnl_ip(attributes[RTA_DST], body->rtm_family),
		.dst.len = body->rtm_dst_len,
		.gateway = lp_rtnl_ip(attributes[RTA_GATEWAY], body->rtm_family),
		.source = lp_rtnl_ip(attributes[RTA_PREFSRC], body->rtm_family),
		.ifindex = lp_rtnl_u32(attributes[RTA_OIF]),
		.metric = lp_rtnl_u32(attributes[RTA_PRIORITY]),
	};
	/* A default route says no destination. */
	if (route->dst.addr.family == LP_ADDR_NONE)
		route->dst.addr.family = body->rtm_family == AF_INET ? LP_ADDR_IP4 : LP_ADDR_IP6;
	route->is_host_route = route->dst.len == bits_of(&route->dst.addr);

	const struct rtattr *via = attributes[RTA_VIA];

	/* The gateway of an IPv4 route may be an IPv6 neighbour (RFC 5549). */
	if (via && via->rta_len == RTA_LENGTH(sizeof(struct rtvia) + 16)) {
		route->gateway = (struct lp_addr){.family = LP_ADDR_IP6};
		memcpy(route->gateway.ip, (const uint8_t *)lp_rtnl_data(via) + sizeof(struct rtvia),
		       16);
	}
	return true;
}

struct answer {
	struct lp_route route;
	bool is_there;
};

static bool on_answer(void *arg, const struct nlmsghdr *message)
{
	struct answer *answer = arg;

	answer->is_there = read_route(message, &answer->route);
	return false;
}

static int look_up(const struct lp_addr *to, uint32_t flags, struct answer *answer)
{
	struct rtmsg body = {
		.rtm_family = lp_rtnl_family(to),
		.rtm_dst_len = bits_of(to),
		.rtm_flags = flags,
	};
	struct lp_rtnl request;

	*answer = (struct answer){.is_there = false};
	lp_rtnl_begin(&request, RTM_GETROUTE, 0, &body, sizeof(body));
	lp_rtnl_add_ip(&request, RTA_DST, to);
	if (to->scope_id != 0)
		lp_rtnl_add_u32(&request, RTA_OIF, to->scope_id);
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
	case EACCES: /* "prohibit" */
	case EINVAL: /* "blackhole" */
		return LP_ERR_UNREACHABLE;
	default:
		return failed("look up a route", error);
	}
	if (!way.is_there)
		return LP_ERR_UNREACHABLE;
	*route = way.route;
	if (look_up(to, RTM_F_FIB_MATCH, &entry) == 0 && entry.is_there) {
		route->dst = entry.route.dst;
		route->metric = entry.route.metric;
	}
	clear_host_bits(&route->dst);
	route->is_host_route = route->dst.len == bits_of(to);
	return LP_OK;
}

/* Writes what names the route; flags beside NLM_F_ACK. */
static void begin_change(struct lp_rtnl *request, uint16_t type, uint16_t flags,
			 const struct lp_route *route, uint32_t route_flags)
{
	bool is_new = type == RTM_NEWROUTE;
	bool is_direct = route->gateway.family == LP_ADDR_NONE;
	struct rtmsg body = {
		.rtm_family = lp_rtnl_family(&route->dst.addr),
		.rtm_dst_len = route->dst.len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = is_new ? RTPROT_STATIC : RTPROT_UNSPEC,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = route_flags,
	};

	body.rtm_scope = is_direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	if (!is_new)
		body.rtm_scope = RT_SCOPE_NOWHERE; /* any */
	lp_rtnl_begin(request, type, (uint16_t)(NLM_F_ACK | flags), &body, sizeof(body));
	lp_rtnl_add_ip(request, RTA_DST, &route->dst.addr);
	if (route->ifindex != 0)
		lp_rtnl_add_u32(request, RTA_OIF, route->ifindex);
	if (route->metric != 0)
		lp_rtnl_add_u32(request, RTA_PRIORITY, route->metric);
	if (route->source.family == route->dst.addr.family && is_new)
		lp_rtnl_add_ip(request, RTA_PREFSRC, &route->source);
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
	const struct lp_route *wanted; /* NULL: default routes out of ifindex */
	uint32_t ifindex;
	struct lp_route *routes;
	size_t cap;
	size_t count;
};

static bool is_same_route(const struct lp_route *a, const struct lp_route *b)
{
	return a->dst.len == b->dst.len && lp_addr_equal_ip(&a->dst.addr, &b->dst.addr) &&
	       a->ifindex == b->ifindex && a->gateway.family == b->gateway.family &&
	       (a->gateway.family == LP_ADDR_NONE || lp_addr_equal_ip(&a->gateway, &b->gateway));
}

static bool on_route(void *arg, const struct nlmsghdr *message)
{
	struct search *search = arg;
	const struct rtattr *attributes[RTA_MAX + 1];
	const struct rtmsg *body = lp_rtnl_parse(message, sizeof(*body), attributes, RTA_MAX);
	struct lp_route route;

	if (!body || (body->rtm_flags & RTM_F_CLONED) != 0 || body->rtm_table != RT_TABLE_MAIN ||
	    body->rtm_type != RTN_UNICAST || !read_route(message, &route))
		return true;
	if (search->wanted ? !is_same_route(search->wanted, &route)
			   : route.dst.len != 0 || route.ifindex != search->ifindex)
		return true;
	if (search->count < search->cap)
		search->routes[search->count++] = route;
	return search->count < search->cap;
}

static int find_routes(struct search *search, unsigned char family)
{
	struct rtmsg body = {.rtm_family = family};
	struct lp_rtnl request;

	lp_rtnl_begin(&request, RTM_GETROUTE, NLM_F_DUMP, &body, sizeof(body));
	return lp_rtnl_ask(&request, on_route, search);
}

enum lp_err lp_netcfg_add_route(const struct lp_route *route)
{
	struct lp_rtnl request;
	int error;

	begin_change(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, 0);
	error = lp_rtnl_ask(&request, NULL, NULL);
	if ((error == ENETUNREACH || error == EHOSTUNREACH) &&
	    route->gateway.family != LP_ADDR_NONE) {
		/* A gateway outside the interface's own prefix, as rented servers have it. */
		begin_change(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route,
			     RTNH_F_ONLINK);
		error = lp_rtnl_ask(&request, NULL, NULL);
	}
	if (error == EEXIST) {
		/* The kernel says that too of another way to the same prefix. */
		struct lp_route found;
		struct search search = {.wanted = route, .routes = &found, .cap = 1};

		if (find_routes(&search, lp_rtnl_family(&route->dst.addr)) == 0 && search.count > 0)
			return LP_ERR_EXISTS;
	}
	return failed("add a route", error);
}

enum lp_err lp_netcfg_remove_route(const struct lp_route *route)
{
	struct lp_rtnl request;
	int error;

	begin_change(&request, RTM_DELROUTE, 0, route, 0);
	error = lp_rtnl_ask(&request, NULL, NULL);
	if (error == ESRCH || error == ENODEV)
		return LP_ERR_NOT_FOUND;
	return failed("remove a route", error);
}

enum lp_err lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
				     size_t *route_count)
{
	struct search search = {.ifindex = ifindex, .routes = routes, .cap = cap};
	int error = 0;

	if (cap > 0)
		error = find_routes(&search, AF_INET);
	if (error == 0 && search.count < cap)
		error = find_routes(&search, AF_INET6);
	*route_count = search.count;
	return failed("list the routes", error);
}

struct address_list {
	uint32_t only_ifindex;	 /* 0: all … */
	uint32_t except_ifindex; /* … but this */
	bool wants_prefixes;
	struct lp_prefix *prefixes;
	size_t cap;
	size_t count;
};

/* Up and no loopback? */
static bool is_link_of_interest(uint32_t ifindex)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_good;

	if (fd < 0)
		return false;
	is_good = if_indextoname(ifindex, request.ifr_name) != NULL &&
		  ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0 &&
		  (request.ifr_flags & IFF_LOOPBACK) == 0;
	close(fd);
	return is_good;
}

static bool on_address(void *arg, const struct nlmsghdr *message)
{
	struct address_list *list = arg;
	const struct rtattr *attributes[IFA_MAX + 1];
	const struct ifaddrmsg *body;
	struct lp_prefix prefix = {0};

	if (message->nlmsg_type != RTM_NEWADDR)
		return true;
	body = lp_rtnl_parse(message, sizeof(*body), attributes, IFA_MAX);
	if (!body || (list->only_ifindex != 0 && body->ifa_index != list->only_ifindex) ||
	    body->ifa_index == list->except_ifindex)
		return true;
	/* On a point-to-point link the address is the other end's, and "local" is ours. */
	prefix.addr = lp_rtnl_ip(attributes[IFA_LOCAL], body->ifa_family);
	if (prefix.addr.family == LP_ADDR_NONE || list->wants_prefixes) {
		struct lp_addr addr = lp_rtnl_ip(attributes[IFA_ADDRESS], body->ifa_family);

		if (addr.family != LP_ADDR_NONE)
			prefix.addr = addr;
	}
	prefix.len = body->ifa_prefixlen;
	if (prefix.addr.family == LP_ADDR_NONE || list->count == list->cap)
		return true;
	if (list->wants_prefixes) {
		/* fe80::/64 is on every link and says nothing. */
		if (body->ifa_scope == RT_SCOPE_LINK || !is_link_of_interest(body->ifa_index))
			return true;
		clear_host_bits(&prefix);
	}
	list->prefixes[list->count++] = prefix;
	return true;
}

static enum lp_err list_addresses(struct address_list *list)
{
	struct ifaddrmsg body = {.ifa_family = AF_UNSPEC};
	struct lp_rtnl request;

	lp_rtnl_begin(&request, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
	return failed("list the addresses", lp_rtnl_ask(&request, on_address, list));
}

enum lp_err lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs, size_t *addr_count)
{
	struct address_list list = {
		.only_ifindex = ifindex, .prefixes = addrs, .cap = LP_NETCFG_ADDRS_MAX};
	enum lp_err err = list_addresses(&list);

	*addr_count = list.count;
	return err;
}

enum lp_err lp_netcfg_local_prefixes(uint32_t except_ifindex, struct lp_prefix *prefixes,
				     size_t cap, size_t *prefix_count)
{
	struct address_list list = {.except_ifindex = except_ifindex,
				    .wants_prefixes = true,
				    .prefixes = prefixes,
				    .cap = cap};
	enum lp_err err = list_addresses(&list);

	*prefix_count = list.count;
	return err;
}

struct lp_netcfg_watch {
	int fd;
	struct lp_watcher *watcher;
	struct lp_watch *watch;
	void (*on_change)(void *arg);
	void *arg;
};

/* What changed is asked anew by whom it concerns; here it only matters that something did. */
static void on_ready(void *arg)
{
	struct lp_netcfg_watch *watch = arg;
	uint8_t news[8192];
	bool has_news = false;
	ssize_t n;

	do {
		n = recv(watch->fd, news, sizeof(news), MSG_DONTWAIT | MSG_TRUNC);
		/* ENOBUFS: so much changed that the kernel threw some of it away. */
		has_news |= n > 0 || (n < 0 && errno == ENOBUFS);
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == ENOBUFS)));
	if (has_news)
		watch->on_change(watch->arg);
}

enum lp_err lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg), void *arg,
			    struct lp_netcfg_watch **out)
{
	struct sockaddr_nl name = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE,
	};
	struct lp_netcfg_watch *watch = lp_alloc(sizeof(*watch));

	watch->watcher = watcher;
	watch->on_change = on_change;
	watch->arg = arg;
	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (watch->fd < 0 || bind(watch->fd, (const void *)&name, sizeof(name)) < 0) {
		int error = errno;

		lp_netcfg_unwatch(watch);
		return failed("watch the routes", error);
	}
	watch->watch = watcher->add(watcher, watch->fd, on_ready, watch);
	if (!watch->watch) {
		lp_netcfg_unwatch(watch);
		return LP_ERR_SYSTEM;
	}
	*out = watch;
	return LP_OK;
}

void lp_netcfg_unwatch(struct lp_netcfg_watch *watch)
{
	if (!watch)
		return;
	if (watch->watch)
		watch->watcher->remove(watch->watcher, watch->watch);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
}
