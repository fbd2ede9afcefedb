/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* A relay with more than one address, of which some answer and some do not. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct lp_addr address(const char *ip)
{
	struct lp_addr addr;
	assert_int_equal(lp_addr_parse_ip(ip, &addr), LP_OK);
	addr.port = 443;
	return addr;
}

/* A client that knows two addresses of the relay. */
static struct sim_peer *add_client(struct party *party, const char *first)
{
	struct sim_peer *client = &party->clients[party->client_count++];
	sim_peer_init(client, &party->relay, LP_ROLE_CLIENT, (unsigned)party->client_count);
	client->first_addr = address(first);
	sim_peer_start(client);
	return client;
}

static bool is_up(void *peer)
{
	return sim_peer_is_up(peer);
}

static bool is_down(void *peer)
{
	return !sim_peer_is_up(peer);
}

/* How long until it is in, in ms. */
static uint64_t up_after_ms(struct party *party, struct sim_peer *client)
{
	uint64_t start_ns = party->sim.now.mono_ns;
	assert_true(sim_run_until(&party->sim, SIM_S(10), is_up, client));
	return (party->sim.now.mono_ns - start_ns) / LP_NS_PER_MS;
}

static void a_dead_first_address_costs_a_quarter_of_a_second(void **state)
{
	static const char *const firsts[] = {"192.0.2.99", "2001:db8::99"};
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct party *party = party_of(1 + i, 0);
		struct sim_peer *client = add_client(party, firsts[i]);
		uint64_t took_ms = up_after_ms(party, client);
		print_message("in after %llu ms\n", (unsigned long long)took_ms);
		assert_in_range(took_ms, 240, 450);
		party_end(party);
	}
}

/* Beside one who knows the good address alone; jitter evens out. */
static void and_nothing_when_it_comes_back(void **state)
{
	uint64_t alone_ms = 0, both_ms = 0;
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned has_both = 0; has_both < 2; has_both++) {
			struct party *party = party_of(20 + i, 0);
			struct sim_peer *client =
				has_both ? add_client(party, "2001:db8::99") : party_add(party);
			(void)up_after_ms(party, client);
			sim_run(&party->sim, SIM_MS(700));
			client->node.up.is_cut = client->node.down.is_cut = true;
			sim_peer_inject(client,
					(const uint8_t[60]){0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,
							    0, 0, 0, 0, 1, 0x88, 0xb5},
					60);
			assert_true(sim_run_until(&party->sim, SIM_S(10), is_down, client));
			client->node.up.is_cut = client->node.down.is_cut = false;
			*(has_both ? &both_ms : &alone_ms) += up_after_ms(party, client);
			party_end(party);
		}
	}
	print_message("alone %llu ms, with a dead one %llu ms, of 8\n",
		      (unsigned long long)alone_ms, (unsigned long long)both_ms);
	assert_true(both_ms <= alone_ms + 8 * 60);
}

static void it_changes_over_when_one_breaks(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct party *party = party_of(40 + i, 0);
		struct sim_peer *client = add_client(party, "2001:db8::10");
		struct lp_addr first = client->first_addr, second = client->relay_addr;
		party->relay.node.addr = i % 2 ? second : first;
		(void)up_after_ms(party, client);
		sim_run(&party->sim, SIM_S(3));
		party->relay.node.addr =
			i % 2 ? first : second; /* nothing reaches the one of before */
		assert_true(sim_run_until(&party->sim, SIM_S(12), is_down, client));
		assert_true(up_after_ms(party, client) < 700);
		party->relay.node.addr = second; /* where the gateway has it */
		party_end(party);
	}
}

/* Both answer, and the first so late that the second has begun: one of them says hello. */
static void there_is_one_session_ever(void **state)
{
	(void)state;
	for (unsigned delay_ms = 5; delay_ms < 400; delay_ms += 45) {
		struct party *party = party_of(60 + delay_ms, 1);
		struct sim_peer *client;
		party->relay.node.also = address("2001:db8::10");
		client = add_client(party, "2001:db8::10");
		client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(delay_ms);
		(void)up_after_ms(party, client);
		sim_run(&party->sim, SIM_S(4));
		assert_true(sim_peer_is_up(client));
		assert_int_equal(sim_peer_count(client, SIM_WELCOME, NULL), 1);
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
		assert_int_equal(sim_peer_count(&party->clients[0], SIM_JOINED, "client 2"), 1);
		assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, NULL), 0);
		assert_int_equal(sim_log_count(&party->sim, "replaced"), 0);
		party_end(party);
	}
}

static void the_error_names_what_was_tried(void **state)
{
	struct party *party = party_of(9, 0);
	struct lp_session_status status;
	struct sim_peer *client;
	(void)state;
	sim_relay_kill(&party->relay);
	client = add_client(party, "2001:db8::10");
	sim_run(&party->sim, SIM_S(5));
	lp_session_read_status(client->session, &status);
	assert_non_null(strstr(status.last_error, "2001:db8::10, 192.0.2.1) does not answer"));
	sim_relay_start(&party->relay);
	party_wait_up(party, SIM_S(10));
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_first_address_costs_a_quarter_of_a_second),
		cmocka_unit_test(and_nothing_when_it_comes_back),
		cmocka_unit_test(it_changes_over_when_one_breaks),
		cmocka_unit_test(there_is_one_session_ever),
		cmocka_unit_test(the_error_names_what_was_tried),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
