/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the operating system knows of routes and addresses, and the few settings that a client changes
 * while it runs. Linux: rtnetlink; Windows: iphlpapi. Each change is one call and has its undo.
 */
#ifndef LP_PLATFORM_NETCFG_H
#define LP_PLATFORM_NETCFG_H

#include "base/addr.h"
#include "base/err.h"
#include "platform/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The route that the system would take to an address (T1, T2). */
struct lp_route {
	struct lp_prefix dst;
	struct lp_addr gateway; /* LP_ADDR_NONE = on link */
	struct lp_addr source;
	uint32_t ifindex;
	uint32_t metric;
	bool is_host_route;
};

/* Read-only. LP_ERR_UNREACHABLE when there is none. */
enum lp_err lp_netcfg_best_route(const struct lp_addr *to, struct lp_route *route) LP_MUST_CHECK;

/* LP_ERR_EXISTS when exactly that route is there already. */
enum lp_err lp_netcfg_add_route(const struct lp_route *route) LP_MUST_CHECK;
enum lp_err lp_netcfg_remove_route(const struct lp_route *route) LP_MUST_CHECK;

#define LP_NETCFG_ADDRS_MAX 16

/* Unicast addresses of an interface, with their prefix lengths (T7). */
enum lp_err lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs, size_t *addr_count)
	LP_MUST_CHECK;

/* Prefixes of all interfaces that are up, but for the one given (0 = none) and loopback. */
enum lp_err lp_netcfg_local_prefixes(uint32_t except_ifindex, struct lp_prefix *prefixes,
				     size_t cap, size_t *prefix_count) LP_MUST_CHECK;

/* Default routes that lead out of an interface, for removal on sight. */
enum lp_err lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
				     size_t *route_count) LP_MUST_CHECK;

/*
 * Calls on_change(arg) after routes, addresses or links changed. *out is closed with
 * lp_netcfg_unwatch.
 */
struct lp_netcfg_watch;
enum lp_err lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg), void *arg,
			    struct lp_netcfg_watch **out) LP_MUST_CHECK;
void lp_netcfg_unwatch(struct lp_netcfg_watch *watch);

#endif
