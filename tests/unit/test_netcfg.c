/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Routes, addresses and settings: what can be asked without a privilege; and what changes them, on
 * the loopback interface of a network namespace of our own, where that can be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "platform/netcfg.h"
#include "poll_watcher.h"

#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROUTES_MAX 16

static struct lp_addr ip(const char *text)
{
	struct lp_addr addr;

	assert_int_equal(lp_addr_parse_ip(text, &addr), LP_OK);
	return addr;
}

static void the_way_to_loopback(void **state)
{
	struct lp_addr to = ip("127.0.0.1");
	struct lp_route route;

	(void)state;
	assert_int_equal(lp_netcfg_best_route(&to, &route), LP_OK);
	assert_int_equal(route.ifindex, if_nametoindex("lo"));
	assert_int_equal(route.gateway.family, LP_ADDR_NONE);
	assert_true(lp_addr_equal_ip(&route.source, &to));
	assert_int_equal(route.dst.addr.family, LP_ADDR_IP4);
	assert_true(route.dst.len >= 8);
}

/* Whatever this machine's routes are, the answer agrees with itself. */
static void the_way_to_the_world(void **state)
{
	static const char *const targets[] = {"192.0.2.1", "2001:db8::1"};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(targets); i++) {
		struct lp_addr to = ip(targets[i]);
		struct lp_prefix host = {.addr = to, .len = to.family == LP_ADDR_IP4 ? 32 : 128};
		struct lp_route route;
		enum lp_err err = lp_netcfg_best_route(&to, &route);

		if (err == LP_ERR_UNREACHABLE)
			continue;
		assert_int_equal(err, LP_OK);
		assert_true(route.ifindex != 0);
		assert_int_equal(route.dst.addr.family, to.family);
		assert_true(lp_prefix_overlaps(&route.dst, &host));
		assert_int_equal(route.is_host_route, route.dst.len == host.len);
		assert_int_equal(route.source.family, to.family);
	}
	printf("shows T1 T2\n");
}

static void the_addresses_of_loopback(void **state)
{
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	struct lp_addr want = ip("127.0.0.1");
	size_t count;
	bool is_there = false;

	(void)state;
	assert_int_equal(lp_netcfg_addresses(if_nametoindex("lo"), addrs, &count), LP_OK);
	for (size_t i = 0; i < count; i++)
		is_there |= lp_addr_equal_ip(&addrs[i].addr, &want) && addrs[i].len == 8;
	assert_true(is_there);
	assert_int_equal(lp_netcfg_addresses(0x7ffffff0, addrs, &count), LP_OK);
	assert_int_equal(count, 0);
	printf("shows T7\n");
}

static void local_prefixes_leave_loopback_out(void **state)
{
	struct lp_prefix loopback, prefixes[64], fewer[64];
	size_t count, fewer_count;

	(void)state;
	assert_int_equal(lp_prefix_parse("127.0.0.0/8", &loopback), LP_OK);
	assert_int_equal(lp_netcfg_local_prefixes(0, prefixes, 64, &count), LP_OK);
	for (size_t i = 0; i < count; i++)
		assert_false(lp_prefix_overlaps(&prefixes[i], &loopback));
	/* No room is no error. */
	assert_int_equal(lp_netcfg_local_prefixes(0, fewer, 0, &fewer_count), LP_OK);
	assert_int_equal(fewer_count, 0);
}

static void loopback_has_no_default_route(void **state)
{
	struct lp_route routes[ROUTES_MAX];
	size_t count;

	(void)state;
	assert_int_equal(lp_netcfg_default_routes(if_nametoindex("lo"), routes, ROUTES_MAX, &count),
			 LP_OK);
	assert_int_equal(count, 0);
}

static void on_change(void *arg)
{
	(*(int *)arg)++;
}

static void watching_begins_and_ends(void **state)
{
	struct lp_netcfg_watch *watch;
	struct poll_watcher watcher;
	int change_count = 0;

	(void)state;
	poll_watcher_init(&watcher);
	assert_int_equal(lp_netcfg_watch(&watcher.base, on_change, &change_count, &watch), LP_OK);
	assert_int_equal(poll_watcher_count(&watcher), 1);
	poll_watcher_turn(&watcher, 0);
	lp_netcfg_unwatch(watch);
	assert_int_equal(poll_watcher_count(&watcher), 0);
	lp_netcfg_unwatch(NULL);
}

/* --- in a namespace of our own --- */

#define LO 1

static struct lp_route route_to(const char *prefix, const char *gateway, uint32_t metric)
{
	struct lp_route route = {.ifindex = LO, .metric = metric};

	assert_int_equal(lp_prefix_parse(prefix, &route.dst), LP_OK);
	if (gateway)
		route.gateway = ip(gateway);
	return route;
}

/* Another user may have its own networks where the system lets it; else these tests are skipped. */
static int enter_namespace(void **state)
{
	static bool is_inside;

	(void)state;
	if (!is_inside && unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return 0;
	is_inside = true;
	*state = &is_inside;
	return lp_netcfg_set(LO, LP_NETCFG_UP, 1) == LP_OK ? 0 : -1;
}

static void routes_come_and_go(void **state)
{
	static const char *const prefixes[] = {"203.0.113.10/32", "224.0.0.0/4",
					       "255.255.255.255/32", "2001:db8::1/128"};

	if (!*state)
		skip();
	for (size_t i = 0; i < LP_ARRAY_COUNT(prefixes); i++) {
		struct lp_route route = route_to(prefixes[i], NULL, 1), found[ROUTES_MAX];
		size_t count;

		assert_int_equal(lp_netcfg_add_route(&route), LP_OK);
		assert_int_equal(lp_netcfg_add_route(&route), LP_ERR_EXISTS);
		assert_int_equal(lp_netcfg_routes_to(&route.dst.addr, 0, found, ROUTES_MAX, &count),
				 LP_OK);
		assert_int_equal(count, 1);
		assert_int_equal(found[0].dst.len, route.dst.len);
		assert_true(lp_addr_equal_ip(&found[0].dst.addr, &route.dst.addr));
		assert_int_equal(found[0].ifindex, LO);
		assert_int_equal(found[0].metric, 1);
		assert_int_equal(found[0].table, 0);
		assert_int_equal(lp_netcfg_remove_route(&route), LP_OK);
		assert_int_equal(lp_netcfg_remove_route(&route), LP_ERR_NOT_FOUND);
		assert_int_equal(lp_netcfg_routes_to(&route.dst.addr, 0, found, ROUTES_MAX, &count),
				 LP_OK);
		assert_int_equal(count, 0);
	}
	printf("shows T8\n");
}

/* A route to where another leads already is taken first, and going leaves the other alone. */
static void ours_comes_before_its_equal(void **state)
{
	struct lp_route theirs = route_to("192.168.1.0/24", NULL, 0), ours = theirs;
	struct lp_route found[ROUTES_MAX];
	size_t count;

	if (!*state)
		skip();
	theirs.origin = 3; /* "boot", as ip route does it */
	ours.gateway = ip("127.0.0.1");
	assert_int_equal(lp_netcfg_add_route(&theirs), LP_OK);
	assert_int_equal(lp_netcfg_add_route(&ours), LP_OK);
	assert_int_equal(lp_netcfg_routes_to(&ours.dst.addr, 0, found, ROUTES_MAX, &count), LP_OK);
	assert_int_equal(count, 2);
	assert_int_equal(found[0].gateway.family, LP_ADDR_IP4);
	assert_int_equal(found[1].origin, 3);
	assert_int_equal(lp_netcfg_remove_route(&ours), LP_OK);
	assert_int_equal(lp_netcfg_routes_to(&ours.dst.addr, 0, found, ROUTES_MAX, &count), LP_OK);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].origin, 3);
	/* The same way, whoever made it, is not taken twice; and what others made is not ours. */
	ours.gateway = (struct lp_addr){.family = LP_ADDR_NONE};
	assert_int_equal(lp_netcfg_add_route(&ours), LP_ERR_EXISTS);
	assert_int_equal(lp_netcfg_remove_route(&ours), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_netcfg_remove_route(&found[0]), LP_OK);
}

/* NetworkManager and systemd-networkd call theirs "static": no mark of ours, whatever the metric.
 */
static void routes_of_other_programs_are_not_ours(void **state)
{
	struct lp_route theirs = route_to("203.0.113.10/32", NULL, 50), ours = theirs;
	struct lp_route found[ROUTES_MAX];
	size_t count;

	if (!*state)
		skip();
	theirs.origin = 4;
	assert_int_equal(lp_netcfg_add_route(&theirs), LP_OK);
	assert_int_equal(lp_netcfg_remove_route(&ours), LP_ERR_NOT_FOUND);
	ours.metric = 0;
	assert_int_equal(lp_netcfg_remove_route(&ours), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_netcfg_add_route(&ours), LP_OK);
	assert_int_equal(lp_netcfg_remove_route(&ours), LP_OK);
	assert_int_equal(lp_netcfg_routes_to(&ours.dst.addr, 0, found, ROUTES_MAX, &count), LP_OK);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].origin, 4);
	assert_int_equal(lp_netcfg_remove_route(&found[0]), LP_OK);
	printf("shows T9\n");
}

static void default_routes_are_seen(void **state)
{
	static const char *const prefixes[] = {
		"0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2",	"96.0.0.0/7", "::/0",
		"2000::/3",  "4000::/6",  "10.0.0.0/8",	 "224.0.0.0/4", "fc00::/7"};
	struct lp_route routes[ROUTES_MAX];
	size_t count;

	if (!*state)
		skip();
	for (size_t i = 0; i < LP_ARRAY_COUNT(prefixes); i++) {
		struct lp_route route = route_to(prefixes[i], NULL, 1);

		assert_int_equal(lp_netcfg_add_route(&route), LP_OK);
	}
	assert_int_equal(lp_netcfg_default_routes(LO, routes, ROUTES_MAX, &count), LP_OK);
	assert_int_equal(count, 8);
	while (count-- > 0)
		assert_int_equal(lp_netcfg_remove_route(&routes[count]), LP_OK);
	assert_int_equal(lp_netcfg_default_routes(LO, routes, ROUTES_MAX, &count), LP_OK);
	assert_int_equal(count, 0);
	assert_int_equal(lp_netcfg_default_routes(LO + 1, routes, ROUTES_MAX, &count), LP_OK);
	assert_int_equal(count, 0);
}

static void settings_are_set_and_put_back(void **state)
{
	static const struct {
		enum lp_netcfg_setting setting;
		uint32_t value;
	} cases[] = {{LP_NETCFG_MTU, 1398}, {LP_NETCFG_UP, 0}, {LP_NETCFG_DEFAULT_ROUTES_IP6, 0}};

	if (!*state)
		skip();
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		enum lp_netcfg_setting setting = cases[i].setting;
		uint32_t before, now;
		enum lp_err err = lp_netcfg_get(LO, setting, &before);

		if (err == LP_ERR_UNSUPPORTED)
			continue; /* a kernel without IPv6 */
		assert_int_equal(err, LP_OK);
		assert_int_not_equal(before, cases[i].value);
		assert_int_equal(lp_netcfg_set(LO, setting, cases[i].value), LP_OK);
		assert_int_equal(lp_netcfg_get(LO, setting, &now), LP_OK);
		assert_int_equal(now, cases[i].value);
		assert_int_equal(lp_netcfg_set(LO, setting, before), LP_OK);
		assert_int_equal(lp_netcfg_get(LO, setting, &now), LP_OK);
		assert_int_equal(now, before);
	}
	printf("shows T4 T6\n");
}

static void what_is_not_there_is_said(void **state)
{
	char name[LP_NETCFG_NAME_MAX + 1], boot[LP_NETCFG_BOOT_ID_LEN],
		again[LP_NETCFG_BOOT_ID_LEN];
	uint32_t value;

	(void)state;
	assert_true(lp_netcfg_name(if_nametoindex("lo"), name));
	assert_string_equal(name, "lo");
	assert_false(lp_netcfg_name(0x7ffffff0, name));
	assert_int_equal(lp_netcfg_get(0x7ffffff0, LP_NETCFG_MTU, &value), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_netcfg_set(0x7ffffff0, LP_NETCFG_UP, 1), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_netcfg_get(LO, LP_NETCFG_METRIC_IP4, &value), LP_ERR_UNSUPPORTED);
	assert_int_equal(lp_netcfg_set(LO, LP_NETCFG_DEFAULT_ROUTES_IP4, 0), LP_ERR_UNSUPPORTED);
	assert_string_equal(lp_netcfg_boot_id(boot), lp_netcfg_boot_id(again));
	assert_int_equal(strlen(boot), 36);
	for (int i = 0; i < LP_NETCFG__SETTING_COUNT; i++)
		assert_true(strlen(lp_netcfg_setting_name((enum lp_netcfg_setting)i)) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_to_loopback),
		cmocka_unit_test(the_way_to_the_world),
		cmocka_unit_test(the_addresses_of_loopback),
		cmocka_unit_test(local_prefixes_leave_loopback_out),
		cmocka_unit_test(loopback_has_no_default_route),
		cmocka_unit_test(watching_begins_and_ends),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test_setup(routes_come_and_go, enter_namespace),
		cmocka_unit_test_setup(ours_comes_before_its_equal, enter_namespace),
		cmocka_unit_test_setup(routes_of_other_programs_are_not_ours, enter_namespace),
		cmocka_unit_test_setup(default_routes_are_seen, enter_namespace),
		cmocka_unit_test_setup(settings_are_set_and_put_back, enter_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
