/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The half of netcfg.h that is the same on every system. */

#include "platform/netcfg.h"

const char *lp_netcfg_setting_name(enum lp_netcfg_setting setting)
{
	static const char *const names[] = {
		[LP_NETCFG_MTU] = "mtu",
		[LP_NETCFG_UP] = "up",
		[LP_NETCFG_METRIC_IP4] = "metric_ip4",
		[LP_NETCFG_METRIC_IP6] = "metric_ip6",
		[LP_NETCFG_DEFAULT_ROUTES_IP4] = "default_routes_ip4",
		[LP_NETCFG_DEFAULT_ROUTES_IP6] = "default_routes_ip6",
	};
	return names[setting];
}

/*
 * Not only what has a length of 0: two routes of length 1, or four of 2, take the same traffic. No
 * network of a party is as large as these; all of multicast, or of fc00::/7, may be there.
 */
bool lp_netcfg_is_default(const struct lp_prefix *dst)
{
	bool is_ip4 = dst->addr.family == LP_ADDR_IP4;
	bool is_multicast = is_ip4 && dst->len >= 4 && dst->addr.ip[0] >> 4 == 14;

	return !is_multicast && dst->len < (is_ip4 ? 8 : 7);
}
