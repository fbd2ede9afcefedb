/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Where the way to the relay is pinned, on a machine in memory: eth0 and wlan0 at home, and a TAP.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/log.h"
#include "client/relay_route.h"
#include "fake_netos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETH   1
#define WLAN  2
#define TAP   3
#define RELAY "203.0.113.10"
#define PIN   "203.0.113.10/32"

static char folder[64];
static struct lp_store *store;
static struct lp_journal *journal;
static struct lp_relay_route *relay_route;

static void ignore_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user, (void)level, (void)line;
}

static void begin(bool is_pinning)
{
	struct lp_addr relay = fake_ip(RELAY);
	assert_int_equal(lp_store_open(folder, &store), LP_OK);
	assert_int_equal(lp_journal_open(store, &fake_netos_ops, &journal), LP_OK);
	relay_route = lp_relay_route_new(journal, is_pinning);
	lp_relay_route_set_tap(relay_route, TAP);
	lp_relay_route_set_relay(relay_route, &relay);
}

static void end(void)
{
	lp_relay_route_free(relay_route);
	lp_journal_close(journal);
	lp_store_close(store);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	lp_log_capture(ignore_line, NULL);
	fake_netos_reset();
	fake_netos_add_interface(ETH, "eth0");
	fake_netos_add_interface(WLAN, "wlan0");
	fake_netos_add_interface(TAP, "lanparty0");
	fake_netos_add_address(ETH, "192.168.1.2/24");
	fake_netos_add_route("0.0.0.0/0", "192.168.1.1", ETH, 100);
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

static enum lp_relay_route_state look(void)
{
	struct lp_relay_route_facts facts;
	(void)!lp_relay_route_check(relay_route);
	lp_relay_route_read_facts(relay_route, &facts);
	return facts.state;
}

static void before_the_tap_is_used_it_is_only_looked_at(void **state)
{
	struct lp_relay_route_facts facts;
	char text[LP_RELAY_ROUTE_TEXT_LEN];
	(void)state;
	assert_false(lp_relay_route_check(relay_route));
	lp_relay_route_read_facts(relay_route, &facts);
	assert_int_equal(facts.state, LP_RELAY_ROUTE_FREE);
	assert_string_equal(facts.interface, "eth0");
	assert_int_equal(facts.route.ifindex, ETH);
	assert_int_equal(facts.route.metric, 100);
	assert_int_equal(facts.route.dst.len, 0);
	assert_string_equal(lp_addr_format_ip(&facts.route.source, text), "192.168.1.2");
	assert_string_equal(lp_relay_route_describe(&facts, text),
			    "not pinned, by 192.168.1.1 on eth0");
	assert_int_equal(fake_netos.change_count, 0);
	printf("shows T1 T2\n");
}

static void it_is_pinned_where_it_led_and_let_go(void **state)
{
	struct fake_netos before = fake_netos;
	struct lp_relay_route_facts facts;
	char text[LP_RELAY_ROUTE_TEXT_LEN];
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
	lp_relay_route_read_facts(relay_route, &facts);
	assert_string_equal(lp_relay_route_describe(&facts, text),
			    "pinned, by 192.168.1.1 on eth0");
	/* Nothing more is done while nothing changes. */
	uint32_t changes_made = fake_netos.change_count;
	assert_false(lp_relay_route_check(relay_route));
	assert_int_equal(fake_netos.change_count, changes_made);
	end();
	assert_true(fake_netos_is_same(&fake_netos, &before));
	begin(true);
	printf("shows T8\n");
}

static void never_through_the_tap(void **state)
{
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	fake_netos_add_address(TAP, "203.0.113.99/24");
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	/* Also when somebody takes the pin away: only the way without the TAP counts. */
	fake_netos_remove_route(PIN, ETH);
	assert_false(lp_relay_route_check(relay_route));
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	printf("shows W5\n");
}

/* A TAP that stayed when a client was killed may have an address already. */
static void a_loop_is_pinned_out_of_before_the_start(void **state)
{
	(void)state;
	fake_netos_add_address(TAP, "203.0.113.99/24");
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
}

static void a_host_route_of_others_is_used_and_left_alone(void **state)
{
	(void)state;
	fake_netos_add_route(PIN, "192.168.1.254", ETH, 20);
	struct fake_netos before = fake_netos;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_REUSED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
	end();
	assert_true(fake_netos_is_same(&fake_netos, &before));
	begin(true);
	/* Theirs goes: ours. Theirs comes: ours goes. */
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_REUSED);
	fake_netos_remove_route(PIN, ETH);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	fake_netos_add_route(PIN, "192.168.1.254", ETH, 20);
	assert_int_equal(look(), LP_RELAY_ROUTE_REUSED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
	printf("shows T9\n");
}

static void it_moves_along_with_the_network(void **state)
{
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_false(lp_relay_route_check(relay_route));
	fake_netos_add_address(WLAN, "10.0.0.2/24");
	fake_netos_add_route("0.0.0.0/0", "10.0.0.1", WLAN, 600);
	assert_false(lp_relay_route_check(relay_route)); /* a worse one is no news */
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
	fake_netos_remove_route("0.0.0.0/0", ETH);
	assert_true(lp_relay_route_check(relay_route));
	assert_int_equal(fake_netos_count(PIN, ETH), 0);
	assert_int_equal(fake_netos_count(PIN, WLAN), 1);
	assert_false(lp_relay_route_check(relay_route));
	/* Another router on the same interface. */
	fake_netos_remove_route("0.0.0.0/0", WLAN);
	fake_netos_add_route("0.0.0.0/0", "10.0.0.254", WLAN, 600);
	assert_true(lp_relay_route_check(relay_route));
	assert_int_equal(fake_netos_count(PIN, WLAN), 1);
}

static void without_a_default_route_the_pin_holds(void **state)
{
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	fake_netos_remove_route("0.0.0.0/0", ETH); /* a DHCP client that renews its lease */
	assert_false(lp_relay_route_check(relay_route));
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	fake_netos_add_route("0.0.0.0/0", "192.168.1.1", ETH, 100);
	assert_false(lp_relay_route_check(relay_route));
}

static void no_network_and_back_is_news(void **state)
{
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	fake_netos_remove_interface(ETH);
	assert_false(lp_relay_route_check(relay_route));
	assert_int_equal(look(), LP_RELAY_ROUTE_NONE);
	fake_netos_add_interface(ETH, "eth0");
	fake_netos_add_address(ETH, "192.168.1.2/24");
	fake_netos_add_route("0.0.0.0/0", "192.168.1.1", ETH, 100);
	assert_true(lp_relay_route_check(relay_route));
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
}

static void an_address_that_goes_is_news_and_one_that_comes_is_not(void **state)
{
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_false(lp_relay_route_check(relay_route));
	fake_netos_add_address(ETH, "192.168.1.7/24"); /* preferred from now on */
	assert_false(lp_relay_route_check(relay_route));
	fake_netos_remove_address(ETH, "192.168.1.2/24");
	assert_true(lp_relay_route_check(relay_route));
	assert_false(lp_relay_route_check(relay_route));
}

static struct lp_route *last_route(void)
{
	return &fake_netos.routes[fake_netos.route_count - 1];
}

/* Its table is asked before the main one, so that the pin belongs there. */
static void a_vpn_of_the_players_stays_in_between(void **state)
{
	(void)state;
	fake_netos_add_address(WLAN, "10.64.0.2/32"); /* the VPN's interface */
	fake_netos_add_route("0.0.0.0/0", NULL, WLAN, 0);
	last_route()->table = 1;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, WLAN), 1);
	assert_int_equal(fake_netos_count(PIN, ETH), 0);
	assert_int_equal(fake_netos.routes[0].table, 1);
}

/* wg-quick: the main table is asked first, but for its default route. */
static void begin_wg(void)
{
	fake_netos.lookups[0] = (struct lp_lookup){.table = 0, .suppress_len = 0};
	fake_netos.lookups[1] = (struct lp_lookup){.table = 1, .suppress_len = -1};
	fake_netos.lookups[2] = (struct lp_lookup){.table = 0, .suppress_len = -1};
	fake_netos.lookup_count = 3;
	fake_netos_add_address(WLAN, "10.64.0.2/32");
	fake_netos_add_route("0.0.0.0/0", NULL, WLAN, 0);
	last_route()->table = 1;
}

static void end_wg(void)
{
	fake_netos.lookups[0] = fake_netos.lookups[2];
	fake_netos.lookup_count = 1;
	fake_netos_remove_route("0.0.0.0/0", WLAN);
}

static void a_pin_is_where_the_taps_routes_are(void **state)
{
	(void)state;
	begin_wg();
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos.routes[0].table, 0);
	fake_netos_add_address(TAP, "203.0.113.99/24");
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
}

static void a_vpn_that_is_turned_off_takes_its_pin_along(void **state)
{
	(void)state;
	begin_wg();
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	end_wg(); /* its interface stays */
	assert_true(lp_relay_route_check(relay_route));
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, WLAN), 0);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
}

static void a_pin_is_as_old_as_its_session(void **state)
{
	struct lp_addr relay = fake_ip(RELAY);
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	lp_relay_route_end(relay_route);
	assert_int_equal(fake_netos_count(PIN, ETH), 0);
	assert_int_equal(look(), LP_RELAY_ROUTE_FREE);
	lp_relay_route_set_relay(relay_route, &relay);
	assert_int_equal(look(), LP_RELAY_ROUTE_FREE);
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
}

/* A VPN that leaves some networks alone says so with "throw" in its table. */
static void what_a_table_throws_is_found_in_the_next(void **state)
{
	(void)state;
	fake_netos_add_address(WLAN, "10.64.0.2/32");
	fake_netos_add_route("0.0.0.0/0", NULL, WLAN, 0);
	last_route()->table = 1;
	fake_netos_add_route("203.0.113.0/24", NULL, 0, 0);
	last_route()->table = 1;
	last_route()->is_throw = true;
	fake_netos_add_address(TAP, "203.0.113.99/24");
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
}

/* A way out of a loop that was found for one attempt is looked up anew for the next. */
static void each_attempt_looks_for_a_way_out_of_a_loop(void **state)
{
	struct lp_addr relay = fake_ip(RELAY);
	(void)state;
	fake_netos_add_address(TAP, "203.0.113.99/24");
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	fake_netos_add_address(WLAN, "10.0.0.2/24");
	fake_netos_add_route("0.0.0.0/0", "10.0.0.1", WLAN, 50);
	lp_relay_route_set_relay(relay_route, &relay);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, ETH), 0);
	assert_int_equal(fake_netos_count(PIN, WLAN), 1);
}

static void a_pin_is_like_the_route_that_it_copies(void **state)
{
	struct lp_route *theirs = &fake_netos.routes[fake_netos.route_count - 1], *pin;
	(void)state;
	theirs->prefers = fake_ip("192.168.1.2");
	theirs->is_on_link = true;
	theirs->has_scope = true;
	theirs->scope = 200;
	theirs->details_len = 12;
	memset(theirs->details, 0x5a, 12);
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	pin = &fake_netos.routes[0];
	assert_int_equal(pin->dst.len, 32);
	assert_int_equal(pin->metric, 100);
	assert_true(lp_addr_equal_ip(&pin->prefers, &last_route()->prefers));
	assert_true(pin->is_on_link);
	assert_int_equal(pin->scope, 200);
	assert_int_equal(pin->details_len, 12);
	assert_memory_equal(pin->details, last_route()->details, 12);
	/* And it goes along with each of these. */
	last_route()->details[3] = 0x55;
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos.routes[0].details[3], 0x55);
	fake_netos_add_address(ETH, "192.168.1.7/24");
	fake_netos.routes[1].prefers = fake_ip("192.168.1.7");
	for (size_t i = 1; i < fake_netos.route_count; i++) {
		if (fake_netos.routes[i].dst.len == 0)
			fake_netos.routes[i].prefers = fake_ip("192.168.1.7");
	}
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos.routes[0].prefers.ip[3], 7);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
}

/* A host route of the TAP's, from a DHCP server of the party, say, with a metric better than ours.
 */
static void never_through_the_tap_by_a_better_metric(void **state)
{
	(void)state;
	fake_netos_add_route(PIN, NULL, TAP, 50);
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count(PIN, ETH), 1);
}

/* It cannot lead anywhere else. */
static void a_link_local_relay_needs_no_pin(void **state)
{
	struct lp_addr relay = fake_ip("fe80::1");
	struct lp_relay_route_facts facts;
	char text[LP_RELAY_ROUTE_TEXT_LEN];
	(void)state;
	relay.scope_id = ETH;
	fake_netos_add_address(ETH, "fe80::2/64");
	lp_relay_route_set_relay(relay_route, &relay);
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_ON_LINK);
	assert_int_equal(fake_netos.change_count, 0);
	lp_relay_route_read_facts(relay_route, &facts);
	assert_string_equal(lp_relay_route_describe(&facts, text), "on the link, directly on eth0");
}

static void the_relay_may_be_on_this_machine_or_move(void **state)
{
	struct lp_addr here = fake_ip("192.168.1.2"), there = fake_ip("198.51.100.1");
	(void)state;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	lp_relay_route_set_relay(relay_route, &there);
	assert_int_equal(fake_netos_count(PIN, ETH), 0);
	assert_false(lp_relay_route_check(relay_route));
	assert_int_equal(fake_netos_count("198.51.100.1/32", ETH), 1);
	lp_relay_route_set_relay(relay_route, &here);
	assert_int_equal(fake_netos_count("198.51.100.1/32", ETH), 0);
	assert_int_equal(look(), LP_RELAY_ROUTE_LOCAL);
}

static void ipv6_is_pinned_too(void **state)
{
	struct lp_addr relay = fake_ip("2001:db8::10");
	(void)state;
	fake_netos_add_address(ETH, "2001:db8:1::2/64");
	fake_netos_add_route("::/0", "fe80::1", ETH, 1024);
	lp_relay_route_set_relay(relay_route, &relay);
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
	assert_int_equal(fake_netos_count("2001:db8::10/128", ETH), 1);
	fake_netos_add_address(TAP, "2001:db8::99/64");
	assert_int_equal(look(), LP_RELAY_ROUTE_PINNED);
}

static void what_is_refused_is_tried_again_later(void **state)
{
	int looks = 0;
	(void)state;
	fake_netos.refusal = LP_ERR_PERMISSION;
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_FREE);
	fake_netos.refusal = LP_OK;
	while (look() != LP_RELAY_ROUTE_PINNED)
		assert_in_range(++looks, 1, 20);
	assert_in_range(looks, 5, 20);
}

static void switched_off_it_changes_nothing(void **state)
{
	(void)state;
	end();
	begin(false);
	lp_relay_route_begin(relay_route);
	assert_int_equal(look(), LP_RELAY_ROUTE_FREE);
	fake_netos_add_address(TAP, "203.0.113.99/24");
	assert_int_equal(look(), LP_RELAY_ROUTE_THROUGH_TAP);
	assert_int_equal(fake_netos.change_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(before_the_tap_is_used_it_is_only_looked_at),
		TEST(it_is_pinned_where_it_led_and_let_go),
		TEST(never_through_the_tap),
		TEST(a_loop_is_pinned_out_of_before_the_start),
		TEST(a_host_route_of_others_is_used_and_left_alone),
		TEST(it_moves_along_with_the_network),
		TEST(without_a_default_route_the_pin_holds),
		TEST(no_network_and_back_is_news),
		TEST(an_address_that_goes_is_news_and_one_that_comes_is_not),
		TEST(a_vpn_of_the_players_stays_in_between),
		TEST(a_pin_is_where_the_taps_routes_are),
		TEST(a_vpn_that_is_turned_off_takes_its_pin_along),
		TEST(a_pin_is_as_old_as_its_session),
		TEST(what_a_table_throws_is_found_in_the_next),
		TEST(each_attempt_looks_for_a_way_out_of_a_loop),
		TEST(a_pin_is_like_the_route_that_it_copies),
		TEST(never_through_the_tap_by_a_better_metric),
		TEST(a_link_local_relay_needs_no_pin),
		TEST(the_relay_may_be_on_this_machine_or_move),
		TEST(ipv6_is_pinned_too),
		TEST(what_is_refused_is_tried_again_later),
		TEST(switched_off_it_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
