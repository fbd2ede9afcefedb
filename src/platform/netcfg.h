/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the operating system knows of routes and addresses, and the few settings that a client
 * changes while it runs. Linux: rtnetlink; Windows: iphlpapi. Each change is one call and has its
 * rollback, which client/journal.c makes sure of.
 */
#ifndef LP_PLATFORM_NETCFG_H
#define LP_PLATFORM_NETCFG_H

#include "base/addr.h"
#include "base/err.h"
#include "platform/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_NETCFG_DETAILS_MAX 192

/* The route that the system would take to an address (T1, T2). */
struct lp_route {
	struct lp_prefix dst;
	struct lp_addr gateway; /* LP_ADDR_NONE = on link */
	struct lp_addr source;	/* what a packet would come from */
	struct lp_addr prefers; /* the source that the route itself names; LP_ADDR_NONE = none */
	uint32_t ifindex;
	uint32_t metric;
	uint32_t table;	 /* where it is, in the system's own numbers; 0 = the main one */
	uint8_t origin;	 /* who made it, likewise; 0 = lp_netcfg_add_route */
	bool has_scope;	 /* else the scope is what the gateway makes it */
	uint8_t scope;	 /* likewise in the system's own numbers */
	bool is_on_link; /* its gateway is, whatever the interface's own prefix says */
	bool is_host_route;
	bool is_local;	  /* it leads to this machine itself */
	bool is_throw;	  /* no way by this table: the next one is asked */
	bool is_dead_end; /* no way at all */
	/* MTU, window, encapsulation and the like, in the system's own form: only to be copied. */
	size_t details_len;
	uint8_t details[LP_NETCFG_DETAILS_MAX];
};

/* A table that is asked for a way. */
struct lp_lookup {
	uint32_t table;	  /* as above */
	int suppress_len; /* prefixes of this length and shorter do not count there; -1 = all do */
};

#define LP_NETCFG_LOOKUPS_MAX 32

/* Read-only. LP_ERR_UNREACHABLE when there is none. */
enum lp_err lp_netcfg_best_route(const struct lp_addr *to, struct lp_route *route) LP_MUST_CHECK;

/*
 * All routes of a table that cover an address, so that it can be told what the best
 * would be without some of them. Of two that are equal in length and metric, the system takes the
 * one that comes first.
 */
enum lp_err lp_netcfg_routes_to(const struct lp_addr *to, uint32_t table, struct lp_route *routes,
				size_t cap, size_t *route_count) LP_MUST_CHECK;

/*
 * The tables that the system asks for the way of our packets to an address, the first first (policy
 * routing), but for the one of its own addresses. Where there are no rules, the main one.
 */
enum lp_err lp_netcfg_lookups(const struct lp_addr *to, struct lp_lookup *lookups, size_t cap,
			      size_t *lookup_count) LP_MUST_CHECK;

/*
 * Adds a route to its table, before those of the same prefix and metric. LP_ERR_EXISTS when
 * exactly that way is there already, whoever made it. Of `source` nothing is told to the system.
 */
enum lp_err lp_netcfg_add_route(const struct lp_route *route) LP_MUST_CHECK;

/*
 * Only that of its origin: a route of somebody else the same way is left alone. LP_ERR_NOT_FOUND
 * when it is not there, or its interface is not.
 */
enum lp_err lp_netcfg_remove_route(const struct lp_route *route) LP_MUST_CHECK;

#define LP_NETCFG_ADDRS_MAX 16

/* Unicast addresses of an interface, with their prefix lengths (T7). */
enum lp_err lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs,
				size_t *addr_count) LP_MUST_CHECK;

/* Prefixes of all interfaces that are up, but for the one given (0 = none) and loopback. */
enum lp_err lp_netcfg_local_prefixes(uint32_t except_ifindex, struct lp_prefix *prefixes,
				     size_t cap, size_t *prefix_count) LP_MUST_CHECK;

/*
 * Default routes that lead out of an interface, for removal on sight. What leads everywhere in a
 * few parts is one, too, such as 0.0.0.0/1, 64.0.0.0/2, 2000::/3: shorter than 8 (IPv6: 7), but for
 * multicast.
 */
enum lp_err lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
				     size_t *route_count) LP_MUST_CHECK;

/* Does that rule hold for the destination of a route? */
bool lp_netcfg_is_default(const struct lp_prefix *dst);

/* Settings of an interface; each is a number. */
enum lp_netcfg_setting {
	LP_NETCFG_MTU,	      /* bytes */
	LP_NETCFG_UP,	      /* 1 = is in use, cable or not */
	LP_NETCFG_METRIC_IP4, /* of the interface; 0 = the system's choice */
	LP_NETCFG_METRIC_IP6,
	LP_NETCFG_DEFAULT_ROUTES_IP4, /* 1 = default routes that it is offered are taken */
	LP_NETCFG_DEFAULT_ROUTES_IP6,
	LP_NETCFG__SETTING_COUNT
};

/* "mtu", "up", "metric_ip4", ... */
const char *lp_netcfg_setting_name(enum lp_netcfg_setting setting);

/*
 * LP_ERR_UNSUPPORTED where the system has no such setting, LP_ERR_NOT_FOUND when there is no such
 * interface; neither is logged.
 */
enum lp_err lp_netcfg_get(uint32_t ifindex, enum lp_netcfg_setting setting,
			  uint32_t *value) LP_MUST_CHECK;
enum lp_err lp_netcfg_set(uint32_t ifindex, enum lp_netcfg_setting setting,
			  uint32_t value) LP_MUST_CHECK;

#define LP_NETCFG_NAME_MAX 255

/* What people call an interface; false when there is none of that index. */
bool lp_netcfg_name(uint32_t ifindex, char name[LP_NETCFG_NAME_MAX + 1]);

#define LP_NETCFG_HARDWARE_LEN 24

/* Its hardware address, which stays when it gets another name; false when it has none. */
bool lp_netcfg_hardware(uint32_t ifindex, char text[LP_NETCFG_HARDWARE_LEN]);

#define LP_NETCFG_BOOT_ID_LEN 40

/* Another text after each start of the system, for what does not outlive it; "" = unknown. */
const char *lp_netcfg_boot_id(char text[LP_NETCFG_BOOT_ID_LEN]);

/*
 * Calls on_change(arg) after routes, addresses or links changed. *out is closed with
 * lp_netcfg_unwatch.
 */
struct lp_netcfg_watch;
enum lp_err lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg), void *arg,
			    struct lp_netcfg_watch **out) LP_MUST_CHECK;
void lp_netcfg_unwatch(struct lp_netcfg_watch *watch);

#endif
