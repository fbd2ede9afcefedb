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
#include <stdlib.h>
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

static enum lp_err run(const char *command)
{
	return system(command) == 0 ? LP_OK : LP_ERR_SYSTEM;
}

/* A host route that is made like another route has all that the other one has. */
static void a_copy_is_like_its_original(void **state)
{
	static const char *const commands[] = {
		"ip route add default via 192.0.2.9 dev pair0 onlink src 192.0.2.7 metric 77 table "
		"1234 "
		"mtu lock 1340 advmss 1200 initcwnd 20 initrwnd 30 window 5000 realm 5 2>/dev/null",
		"ip -6 route add default via 2001:db8::9 dev pair0 onlink src 2001:db8::7 metric "
		"77 "
		"table 1234 mtu 1340 advmss 1200 initcwnd 20 initrwnd 30 2>/dev/null"};
	static const char *const targets[] = {"203.0.113.10", "2001:db8:1::10"};

	if (!*state || run("ip link add pair0 type veth peer name pair1 && ip link set pair1 up && "
			   "ip link set pair0 up && ip addr add 192.0.2.7/32 dev pair0 && "
			   "ip addr add 2001:db8::7/128 dev pair0 nodad") != LP_OK)
		skip();
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		struct lp_addr to = ip(targets[i]);
		struct lp_route found[ROUTES_MAX], copy;
		size_t count;

		assert_int_equal(run(commands[i]), LP_OK);
		assert_int_equal(lp_netcfg_routes_to(&to, 1234, found, ROUTES_MAX, &count), LP_OK);
		assert_int_equal(count, 1);
		assert_true(found[0].details_len > 0);
		copy = found[0];
		copy.dst = (struct lp_prefix){.addr = to, .len = i == 0 ? 32 : 128};
		copy.origin = 0;
		assert_true(copy.is_on_link);
		assert_int_equal(lp_netcfg_add_route(&copy), LP_OK);
		assert_int_equal(lp_netcfg_add_route(&copy), LP_ERR_EXISTS);
		assert_int_equal(lp_netcfg_routes_to(&to, 1234, found, ROUTES_MAX, &count), LP_OK);
		assert_int_equal(count, 2);
		for (size_t j = 0; j < count; j++) {
			assert_int_equal(found[j].metric, 77);
			assert_int_equal(found[j].prefers.ip[i == 0 ? 3 : 15], 7);
			assert_int_equal(found[j].gateway.ip[i == 0 ? 3 : 15], 9);
			assert_true(found[j].is_on_link);
			assert_int_equal(found[j].details_len, copy.details_len);
			assert_memory_equal(found[j].details, copy.details, copy.details_len);
		}
		assert_int_equal(lp_netcfg_remove_route(&copy), LP_OK);
		assert_int_equal(lp_netcfg_remove_route(&copy), LP_ERR_NOT_FOUND);
	}
	assert_int_equal(run("ip link del pair0"), LP_OK);
}

/* Which tables are asked for packets of ours, whatever rules there are for others. */
static void rules_say_which_tables_are_asked(void **state)
{
	static const struct {
		const char *rule;
		uint32_t table; /* 0 = the rule is not for us */
		int suppress_len;
	} cases[] = {
		{"lookup 1000", 1000, -1},
		{"not fwmark 0xca6c lookup 1001", 1001, -1},
		{"fwmark 0xca6c lookup 1002", 0, -1},
		{"fwmark 0/0xff lookup 1003", 1003, -1},
		{"lookup 1004 suppress_prefixlength 0", 1004, 0},
		{"from 192.0.2.1 lookup 1005", 0, -1},
		{"to 203.0.113.0/24 lookup 1006", 1006, -1},
		{"to 198.51.100.0/24 lookup 1007", 0, -1},
		{"iif lo lookup 1008", 1008, -1},
		{"iif eth9 lookup 1009", 0, -1},
		{"oif eth9 lookup 1010", 0, -1},
		{"uidrange 0-4000000000 lookup 1011", 1011, -1},
		{"uidrange 4000000000-4000000001 lookup 1012", 0, -1},
		{"ipproto udp dport 443 lookup 1013", 1013, -1},
		{"ipproto tcp lookup 1014", 0, -1},
		{"dport 80 lookup 1015", 0, -1},
		{"sport 4000 lookup 1016", 0, -1},
		{"goto 40000", 0, -1},
		{"lookup 1017", 0, -1}, /* jumped over */
	};
	struct lp_lookup lookups[LP_NETCFG_LOOKUPS_MAX];
	struct lp_addr to = ip("203.0.113.10");
	char command[160];
	size_t count, at = 0;

	to.port = 443;
	if (!*state || run("ip rule add pref 40000 lookup 2000 2>/dev/null") != LP_OK)
		skip();
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		snprintf(command, sizeof(command), "ip rule add pref %zu %s 2>/dev/null", i + 100,
			 cases[i].rule);
		assert_int_equal(run(command), LP_OK);
	}
	assert_int_equal(lp_netcfg_lookups(&to, lookups, LP_NETCFG_LOOKUPS_MAX, &count), LP_OK);
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		if (cases[i].table == 0)
			continue;
		assert_true(at < count);
		assert_int_equal(lookups[at].table, cases[i].table);
		assert_int_equal(lookups[at++].suppress_len, cases[i].suppress_len);
	}
	assert_int_equal(count, at + 1);
	assert_int_equal(lookups[at].table, 2000);
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		snprintf(command, sizeof(command), "ip rule del pref %zu", i + 100);
		assert_int_equal(run(command), LP_OK);
	}
	assert_int_equal(run("ip rule del pref 40000"), LP_OK);
	assert_int_equal(lp_netcfg_lookups(&to, lookups, LP_NETCFG_LOOKUPS_MAX, &count), LP_OK);
	assert_int_equal(count, 2); /* main, default */
	assert_int_equal(lookups[0].table, 0);
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
		cmocka_unit_test_setup(a_copy_is_like_its_original, enter_namespace),
		cmocka_unit_test_setup(rules_say_which_tables_are_asked, enter_namespace),
		cmocka_unit_test_setup(default_routes_are_seen, enter_namespace),
		cmocka_unit_test_setup(settings_are_set_and_put_back, enter_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
