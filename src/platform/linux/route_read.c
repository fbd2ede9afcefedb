/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/route_read.h"

#include "base/mem.h"

#include <string.h>
#include <sys/socket.h>

uint8_t lp_rtnl_bits(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP4 ? 32 : 128;
}

/* The gateway of an IPv4 route may be an IPv6 neighbour (RFC 5549). */
static struct lp_addr read_gateway(const struct rtattr *const *attributes, unsigned char family)
{
	const struct rtattr *via = attributes[RTA_VIA];
	struct lp_addr gateway = lp_rtnl_ip(attributes[RTA_GATEWAY], family);

	if (via && lp_rtnl_len(via) == sizeof(struct rtvia) + 16) {
		gateway = (struct lp_addr){.family = LP_ADDR_IP6};
		memcpy(gateway.ip, (const uint8_t *)lp_rtnl_data(via) + sizeof(struct rtvia), 16);
	}
	return gateway;
}

/* What is no part of a route's name, and is the same in another one that is to be like it. */
static void read_details(const struct rtattr *const *attributes, struct lp_route *route)
{
	static const uint16_t types[] = {RTA_METRICS, RTA_FLOW, RTA_ENCAP_TYPE, RTA_ENCAP};

	for (size_t i = 0; i < LP_ARRAY_COUNT(types); i++) {
		const struct rtattr *attribute = attributes[types[i]];
		size_t len = attribute ? RTA_ALIGN(attribute->rta_len) : 0;

		if (!attribute || len > sizeof(route->details) - route->details_len)
			continue;
		memcpy(route->details + route->details_len, attribute, attribute->rta_len);
		route->details_len += len;
	}
}

static void read_hop(const struct rtnexthop *hop, unsigned char family, struct lp_route *route)
{
	const struct rtattr *attributes[RTA_MAX + 1];

	lp_rtnl_parse_list((const uint8_t *)hop + sizeof(*hop), hop->rtnh_len - sizeof(*hop),
			   attributes, RTA_MAX);
	route->ifindex = (uint32_t)hop->rtnh_ifindex;
	route->gateway = read_gateway(attributes, family);
	route->is_on_link = (hop->rtnh_flags & RTNH_F_ONLINK) != 0;
	read_details(attributes, route);
}

/* Where several hops share the load, the first that is alive stands for all. */
static void read_first_hop(const struct rtattr *multipath, unsigned char family,
			   struct lp_route *route)
{
	size_t left = multipath ? lp_rtnl_len(multipath) : 0;
	const uint8_t *data = multipath ? lp_rtnl_data(multipath) : NULL;

	while (left >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *hop = (const void *)data;
		size_t step = RTNH_ALIGN(hop->rtnh_len);

		if (hop->rtnh_len < sizeof(*hop) || hop->rtnh_len > left)
			return;
		if ((hop->rtnh_flags & RTNH_F_DEAD) == 0) {
			read_hop(hop, family, route);
			return;
		}
		if (step >= left)
			return;
		data += step;
		left -= step;
	}
}

static bool is_dead_end(unsigned char type)
{
	return type == RTN_UNREACHABLE || type == RTN_PROHIBIT || type == RTN_BLACKHOLE;
}

static bool is_known_type(unsigned char type)
{
	return type == RTN_UNICAST || type == RTN_LOCAL || type == RTN_THROW || is_dead_end(type);
}

bool lp_rtnl_read_route(const struct nlmsghdr *message, struct lp_route *route)
{
	const struct rtattr *attributes[RTA_MAX + 1];
	const struct rtmsg *body;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return false;
	body = lp_rtnl_parse(message, sizeof(*body), attributes, RTA_MAX);
	if (!body || (body->rtm_family != AF_INET && body->rtm_family != AF_INET6) ||
	    !is_known_type(body->rtm_type) || (body->rtm_flags & RTNH_F_DEAD) != 0)
		return false;

	uint32_t table = lp_rtnl_u32(attributes[RTA_TABLE]);

	*route = (struct lp_route){
		.dst.addr = lp_rtnl_ip(attributes[RTA_DST], body->rtm_family),
		.dst.len = body->rtm_dst_len,
		.gateway = read_gateway(attributes, body->rtm_family),
		.source = lp_rtnl_ip(attributes[RTA_PREFSRC], body->rtm_family),
		.ifindex = lp_rtnl_u32(attributes[RTA_OIF]),
		.metric = lp_rtnl_u32(attributes[RTA_PRIORITY]),
		.table = table == RT_TABLE_MAIN ? 0 : table,
		.origin = body->rtm_protocol,
		.has_scope = body->rtm_family == AF_INET,
		.scope = body->rtm_scope,
		.is_on_link = (body->rtm_flags & RTNH_F_ONLINK) != 0,
		.is_local = body->rtm_type == RTN_LOCAL,
		.is_throw = body->rtm_type == RTN_THROW,
		.is_dead_end = is_dead_end(body->rtm_type),
	};
	route->prefers = route->source;
	read_details(attributes, route);
	read_first_hop(attributes[RTA_MULTIPATH], body->rtm_family, route);
	/* A default route says no destination. */
	if (route->dst.addr.family == LP_ADDR_NONE)
		route->dst.addr.family = body->rtm_family == AF_INET ? LP_ADDR_IP4 : LP_ADDR_IP6;
	route->is_host_route = route->dst.len == lp_rtnl_bits(&route->dst.addr);
	return true;
}
