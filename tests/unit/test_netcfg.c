/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Routes and addresses: what can be asked without a privilege. What changes them is shown in
 * tests/netns.
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
#include <stdio.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_to_loopback),
		cmocka_unit_test(the_way_to_the_world),
		cmocka_unit_test(the_addresses_of_loopback),
		cmocka_unit_test(local_prefixes_leave_loopback_out),
		cmocka_unit_test(loopback_has_no_default_route),
		cmocka_unit_test(watching_begins_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
