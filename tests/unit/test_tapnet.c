/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Settings and routes of a TAP, on a machine in memory; and what a killed client leaves of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "client/relay_route.h"
#include "client/tapnet.h"
#include "fake_netos.h"
#include "state/rollback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETH 1
#define TAP 3

static char folder[64];
static struct lp_store *store;
static struct lp_journal *journal;
static struct lp_tapnet *tapnet;
static char last_line[512];
static struct lp_rollback left[LP_ROLLBACK_MAX]; /* on disk */
static size_t left_count;

static void keep_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user, (void)level;
	lp_strcopy(last_line, sizeof(last_line), line);
}

static void begin(bool has_routes)
{
	assert_int_equal(lp_store_open(folder, &store), LP_OK);
	assert_int_equal(lp_journal_open(store, &fake_netos_ops, &journal), LP_OK);
	tapnet = lp_tapnet_new(journal, has_routes);
}

static void end(void)
{
	lp_tapnet_free(tapnet);
	lp_journal_close(journal);
	lp_store_close(store);
}

static void make_machine(void)
{
	fake_netos_reset();
	fake_netos_add_interface(ETH, "eth0");
	fake_netos_add_interface(TAP, "lanparty0");
	fake_netos.interfaces[TAP].settings[LP_NETCFG_UP] = 0;
	fake_netos.interfaces[TAP].settings[LP_NETCFG_MTU] = 1400;
	fake_netos_add_address(ETH, "192.168.1.2/24");
	fake_netos_add_route("0.0.0.0/0", "192.168.1.1", ETH, 0);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	lp_log_capture(keep_line, NULL);
	make_machine();
	begin(true);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];
	(void)state;
	end();
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static uint32_t setting(enum lp_netcfg_setting which)
{
	return fake_netos.interfaces[TAP].settings[which];
}

static void look(void)
{
	struct lp_route relay_route = {.gateway = fake_ip("192.168.1.1"), .ifindex = ETH};
	lp_tapnet_check(tapnet, &relay_route, 1);
}

static void settings_are_made_and_put_back(void **state)
{
	struct fake_netos before = fake_netos;
	(void)state;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_OK);
	assert_int_equal(setting(LP_NETCFG_MTU), 1398);
	assert_int_equal(setting(LP_NETCFG_UP), 1);
	assert_int_equal(setting(LP_NETCFG_DEFAULT_ROUTES_IP6), 0);
	/* Another welcome, another MTU. */
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	assert_int_equal(setting(LP_NETCFG_MTU), 1500);
	lp_tapnet_end(tapnet);
	assert_true(fake_netos_is_same(&fake_netos, &before));
	printf("shows T4 T6\n");
}

/* As on Windows, where an interface has a metric. */
static void the_metric_is_the_best(void **state)
{
	(void)state;
	fake_netos.interfaces[TAP].has_setting[LP_NETCFG_METRIC_IP4] = true;
	fake_netos.interfaces[TAP].settings[LP_NETCFG_METRIC_IP4] = 25;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	assert_int_equal(setting(LP_NETCFG_METRIC_IP4), 1);
	lp_tapnet_end(tapnet);
	assert_int_equal(setting(LP_NETCFG_METRIC_IP4), 25);
	printf("shows T5\n");
}

static void what_somebody_changed_since_stays(void **state)
{
	(void)state;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_OK);
	fake_netos.interfaces[TAP].settings[LP_NETCFG_MTU] = 1300;
	lp_tapnet_end(tapnet);
	assert_int_equal(setting(LP_NETCFG_MTU), 1300);
	assert_int_equal(setting(LP_NETCFG_UP), 0);
}

/* A DHCP client that sets the MTU it is told, and a relay that comes back again and again. */
static void the_list_does_not_grow(void **state)
{
	struct fake_netos before = fake_netos;
	(void)state;
	for (uint32_t i = 0; i < 3 * LP_ROLLBACK_MAX; i++) {
		assert_int_equal(lp_tapnet_begin(tapnet, TAP, i % 2 ? 1500 : 1398), LP_OK);
		assert_int_equal(setting(LP_NETCFG_MTU), i % 2 ? 1500 : 1398);
		assert_int_equal(lp_rollback_read(store, left, &left_count), LP_OK);
		assert_in_range(left_count, 1, 4);
	}
	for (uint32_t i = 0; i < 3 * LP_ROLLBACK_MAX; i++) {
		fake_netos.interfaces[TAP].settings[LP_NETCFG_MTU] = 1300;
		assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
		assert_int_equal(setting(LP_NETCFG_MTU), 1500);
	}
	lp_tapnet_end(tapnet);
	assert_int_equal(setting(LP_NETCFG_MTU), 1300);
	fake_netos.interfaces[TAP].settings[LP_NETCFG_MTU] = 1400;
	assert_true(fake_netos_is_same(&fake_netos, &before));
	assert_int_equal(lp_rollback_read(store, left, &left_count), LP_OK);
	assert_int_equal(left_count, 0);
	printf("shows T4\n");
}

static void broadcasts_follow_the_address(void **state)
{
	(void)state;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	look();
	assert_false(lp_tapnet_has_broadcast(tapnet));
	assert_int_equal(fake_netos_count("255.255.255.255/32", TAP), 0);
	fake_netos_add_address(TAP, "10.77.0.51/24");
	look();
	assert_true(lp_tapnet_has_broadcast(tapnet));
	assert_int_equal(fake_netos_count("255.255.255.255/32", TAP), 1);
	assert_int_equal(fake_netos_count("224.0.0.0/4", TAP), 1);
	/* The interface was down: its routes have gone. */
	fake_netos_remove_route("224.0.0.0/4", TAP);
	look();
	assert_int_equal(fake_netos_count("224.0.0.0/4", TAP), 1);
	fake_netos_remove_address(TAP, "10.77.0.51/24");
	look();
	assert_false(lp_tapnet_has_broadcast(tapnet));
	assert_int_equal(fake_netos_count("255.255.255.255/32", TAP), 0);
}

static void routes_of_others_are_left(void **state)
{
	(void)state;
	fake_netos_add_route("224.0.0.0/4", NULL, ETH, 0);
	fake_netos_add_route("255.255.255.255/32", NULL, TAP, 0);
	fake_netos_add_address(TAP, "10.77.0.51/24");
	struct fake_netos before = fake_netos;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	look();
	assert_true(lp_tapnet_has_broadcast(tapnet));
	assert_int_equal(fake_netos_count("255.255.255.255/32", TAP), 1);
	assert_int_equal(fake_netos.routes[0].ifindex, TAP); /* ours comes first */
	lp_tapnet_end(tapnet);
	assert_true(fake_netos_is_same(&fake_netos, &before));
}

/* Windows has such a route on each interface, and takes no second one beside it. */
static void a_route_that_keeps_ours_out_is_not_ours(void **state)
{
	(void)state;
	fake_netos.has_short_keys = true;
	fake_netos_add_route("255.255.255.255/32", NULL, TAP, 256);
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	fake_netos_add_address(TAP, "192.0.2.7/24");
	look();
	look();
	assert_true(lp_tapnet_has_broadcast(tapnet));
	assert_int_equal(lp_rollback_read(store, left, &left_count), LP_OK);
	for (size_t i = 0; i < left_count; i++)
		assert_false(left[i].kind == LP_ROLLBACK_ROUTE && left[i].route.dst.len == 32);
	lp_tapnet_end(tapnet);
	assert_int_equal(fake_netos_count("255.255.255.255/32", TAP), 1);
	assert_int_equal(fake_netos_count("224.0.0.0/4", TAP), 0);
}

static void default_routes_go_on_sight(void **state)
{
	(void)state;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	fake_netos_add_route("0.0.0.0/0", "10.77.0.1", TAP, 50);
	fake_netos_add_route("::/0", "fe80::1", TAP, 1024);
	look();
	assert_int_equal(fake_netos_count("0.0.0.0/0", TAP), 0);
	assert_int_equal(fake_netos_count("::/0", TAP), 0);
	assert_int_equal(fake_netos_count("0.0.0.0/0", ETH), 1);
	assert_int_equal(lp_tapnet_removed(tapnet), 2);
	assert_non_null(strstr(last_line, "removed the route to ::/0 by fe80::1"));
	printf("shows W11\n");
}

static void the_same_network_is_seen_and_the_partys_wins(void **state)
{
	struct lp_prefix lan, other, party, home;
	char text[LP_ADDR_TEXT_LEN];
	(void)state;
	assert_int_equal(lp_prefix_parse("192.168.0.0/16", &lan), LP_OK);
	assert_int_equal(lp_prefix_parse("10.77.0.0/24", &other), LP_OK);
	assert_false(lp_tapnet_overlaps(tapnet, TAP, &other, 1, &party, &home));
	assert_true(lp_tapnet_overlaps(tapnet, TAP, &lan, 1, &party, &home));
	assert_string_equal(lp_prefix_format(&party, text), "192.168.0.0/16");
	assert_string_equal(lp_prefix_format(&home, text), "192.168.1.0/24");

	struct fake_netos before = fake_netos;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1500), LP_OK);
	fake_netos_add_address(TAP, "192.168.1.60/24");
	look();
	/* Seen also when nobody has announced it. */
	assert_true(lp_tapnet_overlaps(tapnet, TAP, NULL, 0, &party, &home));
	assert_string_equal(lp_prefix_format(&party, text), "192.168.1.0/24");
	assert_int_equal(fake_netos_count("192.168.1.0/25", TAP), 1);
	assert_int_equal(fake_netos_count("192.168.1.128/25", TAP), 1);
	assert_int_equal(fake_netos_count("192.168.1.1/32", ETH), 1); /* the router at home */
	fake_netos_remove_address(TAP, "192.168.1.60/24");
	lp_tapnet_end(tapnet);
	assert_true(fake_netos_is_same(&fake_netos, &before));
}

static void switched_off_only_the_mtu_is_set(void **state)
{
	(void)state;
	end();
	begin(false);
	fake_netos_add_address(TAP, "10.77.0.51/24");
	fake_netos_add_route("0.0.0.0/0", "10.77.0.1", TAP, 50);
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_OK);
	look();
	assert_int_equal(setting(LP_NETCFG_MTU), 1398);
	assert_int_equal(setting(LP_NETCFG_DEFAULT_ROUTES_IP6), 1);
	assert_int_equal(fake_netos_count("0.0.0.0/0", TAP), 1);
	assert_int_equal(fake_netos_count("255.255.255.255/32", TAP), 0);
}

static void refusals_are_said_and_do_not_stop_it(void **state)
{
	(void)state;
	fake_netos.refusal = LP_ERR_PERMISSION;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_ERR_PERMISSION);
	/* What is up lets frames pass, whatever its MTU. */
	fake_netos.interfaces[TAP].settings[LP_NETCFG_UP] = 1;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_OK);
	fake_netos.interfaces[TAP].settings[LP_NETCFG_UP] = 0;
	fake_netos.refusal = LP_OK;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_OK);
	fake_netos_add_address(TAP, "10.77.0.51/24");
	fake_netos.refusal = LP_ERR_PERMISSION;
	look();
	assert_false(lp_tapnet_has_broadcast(tapnet));
	fake_netos.refusal = LP_OK;
	for (int i = 0; i < 20; i++)
		look();
	assert_true(lp_tapnet_has_broadcast(tapnet));
}

/* --- kill -9 --- */

static uint32_t die_at; /* the change at which the client dies … */
static bool dies_after; /* … before or after it is made */
static struct fake_netos corpse;
static bool is_dead;

/* What happens later did not: this moment of machine and disk is what the next client finds. */
static void die_here(bool is_done)
{
	if (is_dead || fake_netos.change_count != die_at + is_done || is_done != dies_after)
		return;
	is_dead = true;
	corpse = fake_netos;
	assert_int_equal(lp_rollback_read(store, left, &left_count), LP_OK);
}

static void live(void)
{
	struct lp_addr relay = fake_ip("203.0.113.10");
	begin(true);
	struct lp_relay_route *relay_route = lp_relay_route_new(journal, true);
	lp_relay_route_set_tap(relay_route, TAP);
	lp_relay_route_set_relay(relay_route, &relay);
	(void)!lp_relay_route_check(relay_route);
	lp_relay_route_begin(relay_route);
	(void)!lp_relay_route_check(relay_route);
	(void)!lp_tapnet_begin(tapnet, TAP, 1398);
	look();
	(void)!lp_tapnet_begin(tapnet, TAP, 1500);
	look();
	lp_relay_route_free(relay_route);
	end();
}

/* The machine on which the client may die at any change has all that makes it change something. */
static void make_busy_machine(void)
{
	make_machine();
	fake_netos_add_address(TAP, "192.168.1.60/24");
	fake_netos_add_route("224.0.0.0/4", NULL, ETH, 0);
}

static void killed_at_any_change_it_is_put_back(void **state)
{
	uint32_t count = 0;
	(void)state;
	end();
	for (die_at = 0;; die_at += dies_after, dies_after = !dies_after) {
		make_busy_machine();
		struct fake_netos before = fake_netos;
		is_dead = false;
		fake_netos.on_change = die_here;
		live();
		if (!is_dead)
			break;
		count++;
		fake_netos = corpse;
		fake_netos.on_change = NULL;
		assert_int_equal(lp_store_open(folder, &store), LP_OK);
		assert_int_equal(lp_rollback_write(store, left, left_count), LP_OK);
		lp_store_close(store);
		live();
		before.change_count = fake_netos.change_count;
		assert_true(fake_netos_is_same(&fake_netos, &before));
		assert_int_equal(lp_store_open(folder, &store), LP_OK);
		assert_int_equal(lp_rollback_read(store, left, &left_count), LP_OK);
		assert_int_equal(left_count, 0);
		lp_store_close(store);
	}
	assert_in_range(count, 30, 200);
	begin(true);
	printf("shows W10\n");
}

static void another_interface_of_that_index_is_not_touched(void **state)
{
	(void)state;
	struct lp_rollback change = {.kind = LP_ROLLBACK_SETTING,
				     .interface = "lanparty0",
				     .ifindex = ETH,
				     .setting = LP_NETCFG_MTU,
				     .was = 9000,
				     .is = 1500};
	end();
	assert_int_equal(lp_store_open(folder, &store), LP_OK);
	assert_int_equal(lp_rollback_write(store, &change, 1), LP_OK);
	lp_store_close(store);
	begin(true);
	assert_int_equal(fake_netos.interfaces[ETH].settings[LP_NETCFG_MTU], 1500);
}

/* Killed; then somebody gives the TAP, or the network card, another name. */
static void a_new_name_does_not_hide_it(void **state)
{
	(void)state;
	for (uint32_t ifindex = ETH; ifindex <= TAP; ifindex += TAP - ETH) {
		struct fake_interface *interface = &fake_netos.interfaces[ifindex];
		end();
		make_busy_machine();
		snprintf(interface->hardware, sizeof(interface->hardware), "02:00:00:00:00:07");
		struct fake_netos before = fake_netos;
		is_dead = false;
		die_at = 7;
		fake_netos.on_change = die_here;
		live();
		assert_true(is_dead);
		fake_netos = corpse;
		fake_netos.on_change = NULL;
		snprintf(interface->name, sizeof(interface->name), "renamed0");
		assert_int_equal(lp_store_open(folder, &store), LP_OK);
		assert_int_equal(lp_rollback_write(store, left, left_count), LP_OK);
		lp_store_close(store);
		begin(true);
		before.change_count = fake_netos.change_count;
		assert_true(fake_netos_is_same(&fake_netos, &before));
	}
	printf("shows W10\n");
}

static void a_second_client_is_kept_off(void **state)
{
	struct lp_store *other;
	(void)state;
	assert_int_equal(lp_tapnet_begin(tapnet, TAP, 1398), LP_OK);
	assert_int_equal(lp_store_open(folder, &other), LP_ERR_BUSY);
	assert_int_equal(setting(LP_NETCFG_MTU), 1398);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(settings_are_made_and_put_back),
		TEST(the_metric_is_the_best),
		TEST(what_somebody_changed_since_stays),
		TEST(the_list_does_not_grow),
		TEST(broadcasts_follow_the_address),
		TEST(routes_of_others_are_left),
		TEST(a_route_that_keeps_ours_out_is_not_ours),
		TEST(default_routes_go_on_sight),
		TEST(the_same_network_is_seen_and_the_partys_wins),
		TEST(switched_off_only_the_mtu_is_set),
		TEST(refusals_are_said_and_do_not_stop_it),
		TEST(killed_at_any_change_it_is_put_back),
		TEST(another_interface_of_that_index_is_not_touched),
		TEST(a_new_name_does_not_hide_it),
		TEST(a_second_client_is_kept_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
