/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* From facts to sentences: one fact is changed at a time, from those of a party that goes well. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "client/diagnose.h"

#include <stdio.h>
#include <string.h>

static struct lp_prefix addrs[4];

static struct lp_prefix prefix(const char *ip, uint8_t len)
{
	struct lp_prefix out = {.len = len};
	assert_int_equal(lp_addr_parse_ip(ip, &out.addr), LP_OK);
	return out;
}

static struct lp_client_facts good_facts(void)
{
	addrs[0] = prefix("fe80::1", 64);
	addrs[1] = prefix("10.77.0.51", 24);
	struct lp_client_facts facts = {
		.relay = "party.example.org",
		.room = "ROOM1",
		.device = "lanparty0",
		.last_error = "",
		.is_up = true,
		.gateway_present = true,
		.mac = "02:00:00:00:00:01",
		.device_mac = "02:00:00:00:00:01",
		.has_device = true,
		.is_device_ready = true,
		.has_routes = true,
		.has_broadcast_route = true,
		.rtt_us = 12345,
		.session_age_ms = 60000,
		.last_rx_age_ms = 150,
		.broadcast_rx_age_ms = 2500,
		.broadcast_tx_age_ms = 400000,
		.relay_route = {.state = LP_RELAY_ROUTE_PINNED, .interface = "eth0"},
		.addrs = addrs,
		.addr_count = 2,
		.frames = 5000,
	};
	facts.relay_route.route.gateway = prefix("192.168.1.1", 32).addr;
	return facts;
}

/* Is there just one sentence like that, at that level? */
static void assert_says(const struct lp_client_facts *facts, enum lp_admin_level level,
			const char *text)
{
	struct lp_finding findings[LP_ADMIN_LINES_MAX];
	size_t count = lp_diagnose(facts, findings), hits = 0;
	for (size_t i = 0; i < count; i++)
		hits += findings[i].line.level == level && strcmp(findings[i].line.text, text) == 0;
	for (size_t i = 0; hits != 1 && i < count; i++)
		print_message("%d %s\n", (int)findings[i].line.level, findings[i].line.text);
	assert_int_equal(hits, 1);
}

static void assert_does_not_say(const struct lp_client_facts *facts, const char *part)
{
	struct lp_finding findings[LP_ADMIN_LINES_MAX];
	size_t count = lp_diagnose(facts, findings);
	for (size_t i = 0; i < count; i++)
		assert_null(strstr(findings[i].line.text, part));
}

static void a_party_that_goes_well(void **state)
{
	struct lp_client_facts facts = good_facts();
	struct lp_finding findings[LP_ADMIN_LINES_MAX];
	static const char *const lines[] = {
		"connected to the relay party.example.org, round trip 12.3 ms",
		"the route to the relay is pinned, by 192.168.1.1 on eth0",
		"the party's LAN is connected",
		"your address at the party is 10.77.0.51",
		"broadcasts of the party arrive, the last 2 s ago; ours leave, the last 6 min ago",
	};
	(void)state;
	assert_int_equal(lp_diagnose(&facts, findings), LP_ARRAY_COUNT(lines));
	for (size_t i = 0; i < LP_ARRAY_COUNT(lines); i++) {
		assert_string_equal(findings[i].line.text, lines[i]);
		assert_int_equal(findings[i].line.level, LP_ADMIN_GOOD);
	}
	printf("shows O4 O5 W18 W20 K5\n");
}

static void the_relay(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.last_rx_age_ms = 31000;
	assert_says(&facts, LP_ADMIN_WARN, "the relay party.example.org has been silent for 31 s");
	facts.is_up = false;
	assert_says(&facts, LP_ADMIN_NOTE, "connecting to the relay party.example.org");
	assert_does_not_say(&facts, "LAN");
	assert_does_not_say(&facts, "address");
	facts.last_error = "the relay has no QUIC DATAGRAM support";
	assert_says(&facts, LP_ADMIN_BAD, "not connected: the relay has no QUIC DATAGRAM support");
	/* The longest that there is comes whole. */
	char longest[257];
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	char whole[280];
	snprintf(whole, sizeof(whole), "not connected: %s", longest);
	facts.last_error = longest;
	assert_says(&facts, LP_ADMIN_BAD, whole);
	facts.is_stopping = true;
	assert_says(&facts, LP_ADMIN_NOTE, "leaving the room");
	printf("shows K4\n");
}

static void no_way_to_the_relay(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.is_up = false;
	facts.relay_route.state = LP_RELAY_ROUTE_NONE;
	facts.last_error = "it does not answer";
	facts.relay_addr = prefix("203.0.113.10", 32).addr;
	assert_says(&facts, LP_ADMIN_BAD,
		    "not connected: this PC has no network: is its cable in, or its Wi-Fi on?");
	facts.has_ip6 = true;
	assert_says(&facts, LP_ADMIN_BAD,
		    "not connected: the relay party.example.org has the IPv4 address 203.0.113.10, "
		    "and this network is IPv6 only: ask its admin for the other kind");
	facts.has_ip4 = true;
	assert_says(&facts, LP_ADMIN_BAD,
		    "not connected: no route leads to the relay at 203.0.113.10: is this network's "
		    "router on, and connected to the internet?");
	facts.relay_addr = prefix("2001:db8::1", 128).addr;
	facts.has_ip6 = false;
	assert_says(&facts, LP_ADMIN_BAD,
		    "not connected: the relay party.example.org has the IPv6 address 2001:db8::1, "
		    "and this network is IPv4 only: ask its admin for the other kind");
	printf("shows W18 W20\n");
}

/* A network has IPv6 of its own on each link, whatever else it has. */
static void a_neighbour_is_not_missed_for_its_family(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.is_up = false;
	facts.relay = "[fe80::1%eth0]:443";
	facts.relay_addr = prefix("fe80::1", 128).addr;
	facts.relay_addr.scope_id = 7;
	facts.relay_route.state = LP_RELAY_ROUTE_NONE;
	facts.has_ip4 = true;
	facts.has_ip6 = false;
	assert_says(&facts, LP_ADMIN_BAD,
		    "not connected: the relay [fe80::1%eth0]:443 is a neighbour on one interface, "
		    "which is down or gone: is its cable in?");
}

/* Why nobody answers: this PC itself may know. */
static void nobody_answers(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.is_up = false;
	facts.last_error = "the relay does not answer";
	facts.relay_addr = prefix("203.0.113.10", 32).addr;
	facts.relay_addr.port = 443;
	/* Whatever was lost when somebody did answer. */
	facts.has_refused = facts.has_too_large = true;
	assert_says(&facts, LP_ADMIN_BAD, "not connected: the relay does not answer");
	facts.is_unanswered = true;
	assert_says(&facts, LP_ADMIN_BAD,
		    "not connected: this PC blocks packets to the relay party.example.org: allow "
		    "UDP to port 443 in its firewall");
	facts.has_refused = false;
	assert_says(
		&facts, LP_ADMIN_BAD,
		"not connected: the path to the relay party.example.org does not carry packets of "
		"1228 bytes: raise the MTU of this network, or of the VPN, to at least 1280");
	/* That is for the log, too; what the session finds out it logs itself. */
	struct lp_finding finding;
	assert_true(lp_diagnose_way(&facts, &finding));
	facts.has_too_large = false;
	assert_says(&facts, LP_ADMIN_BAD, "not connected: the relay does not answer");
	assert_false(lp_diagnose_way(&facts, &finding));
	facts.relay_route.state = LP_RELAY_ROUTE_NONE;
	assert_true(lp_diagnose_way(&facts, &finding));
	facts.is_up = true;
	assert_false(lp_diagnose_way(&facts, &finding));
}

static void the_way(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.relay_route.state = LP_RELAY_ROUTE_REUSED;
	assert_says(&facts, LP_ADMIN_GOOD,
		    "the route to the relay is found pinned, by 192.168.1.1 on eth0");
	facts.relay_route.route.gateway.family = LP_ADDR_NONE;
	assert_says(&facts, LP_ADMIN_GOOD,
		    "the route to the relay is found pinned, directly on eth0");
	facts.relay_route.state = LP_RELAY_ROUTE_FREE;
	assert_says(&facts, LP_ADMIN_WARN,
		    "the route to the relay is not pinned: the log says why");
	facts.has_routes = false;
	assert_does_not_say(&facts, "route");
	facts.relay_route.state = LP_RELAY_ROUTE_LOCAL;
	assert_does_not_say(&facts, "route");
	facts.relay_route.state = LP_RELAY_ROUTE_THROUGH_TAP;
	assert_says(&facts, LP_ADMIN_BAD,
		    "the route to the relay leads into the tunnel itself: remove the route that "
		    "lanparty0 has to it, or set client.routes = true");
}

static void the_party(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.is_lan_lost = true;
	facts.session_age_ms = 600000;
	facts.broadcast_rx_age_ms = 600000;
	assert_says(&facts, LP_ADMIN_WARN,
		    "the gateway has lost the party's LAN: you reach only other remote players "
		    "until the organiser checks its cable, network card and switch");
	assert_does_not_say(&facts, "LAN is connected");
	assert_does_not_say(&facts, "no broadcast from");
	facts = good_facts();
	facts.gateway_present = false;
	assert_says(&facts, LP_ADMIN_WARN,
		    "room \"ROOM1\" has no gateway: you reach only other remote players until the "
		    "organiser starts it");
	facts.has_overlap = true;
	facts.party = prefix("192.168.1.0", 24);
	facts.home = prefix("192.168.0.0", 16);
	assert_says(&facts, LP_ADMIN_WARN,
		    "the party's network 192.168.1.0/24 is also this PC's network 192.168.0.0/16: "
		    "while you are in the room, its addresses reach the party's PCs");
	struct lp_finding finding;
	assert_true(lp_diagnose_networks(&facts, &finding));
	facts.has_overlap = false;
	assert_false(lp_diagnose_networks(&facts, &finding));
	printf("shows W12\n");
}

static void the_tap(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.has_device = false;
	assert_says(&facts, LP_ADMIN_BAD,
		    "the TAP lanparty0 is gone: trying to open it again every second");
	assert_does_not_say(&facts, "address");
	assert_does_not_say(&facts, "broadcast");
	facts.has_device = true;
	facts.is_device_ready = false;
	assert_says(&facts, LP_ADMIN_BAD,
		    "lanparty0 could not be set up, and nothing passes: the log says why");
	assert_does_not_say(&facts, "address");
	facts.is_device_ready = true;
	facts.device_mac = "02:aa:bb:cc:dd:ee";
	assert_says(
		&facts, LP_ADMIN_BAD,
		"somebody has given lanparty0 the MAC address 02:aa:bb:cc:dd:ee: nothing that it "
		"sends passes until it has 02:00:00:00:00:01 again");
	assert_does_not_say(&facts, "your address");
	facts.device_mac = "";
	assert_does_not_say(&facts, "MAC");
	facts.has_broadcast_route = false;
	assert_says(&facts, LP_ADMIN_WARN,
		    "game broadcasts of this PC do not reach the party: the log says why");
	facts.addr_count = 1;
	assert_says(&facts, LP_ADMIN_WARN,
		    "no address on lanparty0 yet: run a DHCP client on it, or set one by hand");
	addrs[1] = prefix("169.254.7.7", 16);
	facts.addr_count = 2;
	assert_says(&facts, LP_ADMIN_WARN,
		    "no DHCP server has answered on lanparty0: your address 169.254.7.7 reaches "
		    "only PCs without one, too");
	facts.removed_default_routes = 3;
	assert_says(&facts, LP_ADMIN_NOTE,
		    "default routes were removed from lanparty0 (3): its DHCP client should take "
		    "none");
}

/* Said once, and not where a better sentence says why. */
static void own_frames_that_are_refused(void **state)
{
	struct lp_admin_refusal refusals[] = {
		{"gateway", "address_claim", "", 3, 200, "10.77.0.51"},
		{"client", "source_mac", "", 1, 200, "00:04:1f:01:02:03"},
		{"client", "loop", "", 99, 200, ""},
	};
	struct lp_client_facts facts = good_facts();
	(void)state;
	assert_does_not_say(&facts, "refuse");
	facts.dropped = refusals;
	facts.dropped_count = LP_ARRAY_COUNT(refusals);
	assert_says(&facts, LP_ADMIN_WARN,
		    "the hall refuses the address 10.77.0.51 of this PC: a machine on its LAN has "
		    "it: let the DHCP server give you one, or set another one by hand");
	assert_says(
		&facts, LP_ADMIN_WARN,
		"the hall refuses frames from 00:04:1f:01:02:03: the MAC address of an emulator or "
		"virtual machine does not pass; let it share the address of this PC "
		"(NAT instead of a bridge)");
	facts.is_looped = true;
	assert_does_not_say(&facts, "are stopped");
	facts.device_mac = "00:04:1f:01:02:03";
	assert_does_not_say(&facts, "emulator");
	facts.is_up = false;
	assert_does_not_say(&facts, "10.77.0.51");
}

static void which_address_is_named(void **state)
{
	static const char *const order[] = {"10.77.0.51", "2001:db8::1", "169.254.7.7", "fe80::1"};
	struct lp_prefix list[4] = {0};
	char text[LP_ADDR_TEXT_LEN];
	(void)state;
	assert_null(lp_diagnose_address(list, 0));
	for (size_t best = 0; best < 4; best++) {
		for (size_t i = best; i < 4; i++)
			list[3 - i] = prefix(order[i], 16);
		assert_string_equal(
			lp_addr_format_ip(&lp_diagnose_address(list, 4 - best)->addr, text),
			order[best]);
	}
	printf("shows W19\n");
}

static void broadcasts(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.broadcast_tx_age_ms = -1;
	assert_says(&facts, LP_ADMIN_GOOD,
		    "broadcasts of the party arrive, the last 2 s ago; this PC has sent none");
	facts.broadcast_rx_age_ms = -1;
	assert_says(&facts, LP_ADMIN_NOTE, "no broadcast from the party yet");
	facts.session_age_ms = 3 * 3600 * 1000;
	assert_says(&facts, LP_ADMIN_WARN,
		    "no broadcast from the party for 3 h: is the gateway's cable in, and in "
		    "the right network?");
	/* Nor any more. */
	facts.broadcast_rx_age_ms = 299 * 1000;
	assert_does_not_say(&facts, "cable");
	facts.broadcast_rx_age_ms = 301 * 1000;
	assert_says(&facts, LP_ADMIN_WARN,
		    "no broadcast from the party for 5 min: is the gateway's cable in, and "
		    "in the right network?");
	facts.broadcast_rx_age_ms = -1;
	facts.gateway_present = false;
	assert_says(&facts, LP_ADMIN_NOTE, "no broadcast from the party yet");
}

static void drops(void **state)
{
	struct lp_client_facts facts = good_facts();
	(void)state;
	facts.drops = 99;
	facts.drop_reason = "queue_full";
	assert_does_not_say(&facts, "dropped");
	facts.drops = 100;
	assert_says(&facts, LP_ADMIN_NOTE,
		    "100 of 5000 frames were dropped, most for queue_full: see lanpartyctl drops");
	facts.frames = 1000000; /* a few of many are nothing to worry about */
	assert_does_not_say(&facts, "dropped");
}

/* Whatever comes together, there is room for it, and each sentence ends where it should. */
static void everything_at_once_fits(void **state)
{
	struct lp_client_facts facts = good_facts();
	struct lp_finding findings[LP_ADMIN_LINES_MAX + 1];
	char longest[300];
	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	facts.relay = facts.room = facts.device = facts.last_error = longest;
	facts.has_overlap = true;
	facts.party = facts.home = prefix("2001:db8:1111:2222:3333:4444:5555:6666", 128);
	facts.relay_route.state = LP_RELAY_ROUTE_FREE;
	facts.removed_default_routes = 1;
	facts.drops = facts.frames;
	facts.drop_reason = "pool_empty";
	for (int i = 0; i < 16; i++) {
		facts.is_up = i & 1;
		facts.has_device = i & 2;
		facts.gateway_present = i & 4;
		facts.is_stopping = i & 8;
		size_t count = lp_diagnose(&facts, findings);
		assert_in_range(count, 1, LP_ADMIN_LINES_MAX);
		for (size_t j = 0; j < count; j++)
			assert_in_range(strlen(findings[j].line.text), 10, LP_ADMIN_TEXT_MAX - 2);
	}
}

static void count_line(void *user, const struct lp_admin_line *line)
{
	(void)line;
	(*(int *)user)++;
}

static void only_news_are_news(void **state)
{
	struct lp_client_facts facts = good_facts();
	struct lp_finding before[LP_ADMIN_LINES_MAX], now[LP_ADMIN_LINES_MAX];
	int news = 0;
	(void)state;
	size_t before_count = lp_diagnose(&facts, before);
	facts.rtt_us = 20000; /* other figures, the same sentences */
	facts.broadcast_rx_age_ms = 100;
	size_t now_count = lp_diagnose(&facts, now);
	lp_diagnose_news(before, before_count, now, now_count, count_line, &news);
	assert_int_equal(news, 0);
	facts.gateway_present = false;
	now_count = lp_diagnose(&facts, now);
	lp_diagnose_news(before, before_count, now, now_count, count_line, &news);
	assert_int_equal(news, 1);
	lp_diagnose_news(before, 0, now, now_count, count_line, &news);
	assert_int_equal(news, 1 + (int)now_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_party_that_goes_well),
		cmocka_unit_test(the_relay),
		cmocka_unit_test(no_way_to_the_relay),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(a_neighbour_is_not_missed_for_its_family),
		cmocka_unit_test(the_way),
		cmocka_unit_test(the_party),
		cmocka_unit_test(the_tap),
		cmocka_unit_test(which_address_is_named),
		cmocka_unit_test(broadcasts),
		cmocka_unit_test(drops),
		cmocka_unit_test(own_frames_that_are_refused),
		cmocka_unit_test(everything_at_once_fits),
		cmocka_unit_test(only_news_are_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
