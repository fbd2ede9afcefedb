/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Many from one network: a hall full of players, or one who wants the whole door for himself. */

#include "base/mem.h"
#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CROWD 200

static uint64_t accepted(const struct party *party)
{
	return lp_endpoint_stats(party->relay.worker->endpoint)->accepted;
}

/* Strangers of one network, and of one address of it: 203.0.113.7. */
static void come(struct party *party, struct sim_raw *raw, unsigned count, uint64_t every_ns)
{
	for (unsigned i = 0; i < count; i++) {
		sim_raw_init(&raw[i], &party->relay, 7);
		raw[i].node.addr.port = (uint16_t)(20000 + i);
		sim_run(&party->sim, every_ns);
	}
}

static void go(struct sim_raw *raw, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		sim_raw_fini(&raw[i]);
}

static void start_hall(struct party *party, struct sim_peer *players, struct sim_peer **list,
		       unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		list[i] = &players[i];
		sim_peer_init(list[i], &party->relay, LP_ROLE_CLIENT, 100 + i);
		list[i]->node.addr = party->gateway.node.addr;
		list[i]->node.addr.ip[2] = 99;
		list[i]->node.addr.port = (uint16_t)(30000 + i);
		sim_peer_start(list[i]);
	}
}

static void stop_hall(struct sim_peer *players, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		sim_peer_check_ledger(&players[i]);
		sim_peer_fini(&players[i]);
	}
}

/* A household or a hall behind one address comes at once, and again when the relay was away. */
static void a_hall_joins_at_once(void **state)
{
	enum { HALL = 60 };
	struct party *party = party_of(1, 1);
	struct sim_peer *players = test_calloc(HALL, sizeof(*players));
	struct sim_peer *list[HALL];
	(void)state;
	start_hall(party, players, list, HALL);
	sim_wait_up(&party->sim, SIM_S(1), HALL, list);
	sim_relay_kill(&party->relay);
	sim_run(&party->sim, SIM_S(20));
	sim_relay_start(&party->relay);
	sim_wait_up(&party->sim, SIM_S(2), HALL, list);
	assert_int_equal(lp_endpoint_stats(party->relay.worker->endpoint)->refused_network, 0);
	stop_hall(players, HALL);
	test_free(players);
	party_end(party);
}

/* They complete their handshakes, say nothing and come again: a few of them at a time. */
static void one_network_does_not_fill_the_door(void **state)
{
	struct party *party = party_of(2, 1);
	struct sim_raw *raw = test_calloc(CROWD, sizeof(*raw));
	uint64_t before = accepted(party);
	(void)state;
	come(party, raw, CROWD, SIM_MS(5));
	assert_in_range(accepted(party) - before, 90, 115); /* of 1000 that may be there */
	struct sim_peer *client = party_add(party);
	sim_wait_up(&party->sim, SIM_MS(500), 1, &client);
	go(raw, CROWD);
	test_free(raw);
	party_end(party);
}

/* Handshakes that nobody means to complete, from addresses of a hall that knows nothing of it. */
static void forged_addresses_shut_nobody_out(void **state)
{
	struct party *party = party_of(3, 1);
	struct sim_raw *raw = test_calloc(CROWD, sizeof(*raw));
	struct sim_peer players[20], *list[20];
	uint64_t before = accepted(party);
	(void)state;
	for (unsigned i = 0; i < CROWD; i++) {
		sim_raw_init(&raw[i], &party->relay, 1 + i);
		raw[i].node.addr = party->gateway.node.addr;
		raw[i].node.addr.ip[2] = 99;
		raw[i].node.addr.port = (uint16_t)(20000 + i);
		raw[i].node.down.is_cut = true;
	}
	sim_run(&party->sim, SIM_MS(300));
	assert_in_range(accepted(party) - before, 45, 55);
	start_hall(party, players, list, 20);
	sim_wait_up(&party->sim, SIM_S(1), 20, list);
	stop_hall(players, 20);
	go(raw, CROWD);
	test_free(raw);
	party_end(party);
}

/* Whoever tries room codes is soon asked to be slow, and rooms are not found by trying. */
static void guesses_are_few(void **state)
{
	struct party *party = party_new(4);
	struct sim_raw *raw = test_calloc(CROWD, sizeof(*raw));
	struct lp_message hello = sim_raw_hello(1);
	unsigned answers = 0;
	(void)state;
	party->relay.conf.open_rooms = false;
	sim_relay_add_room(&party->relay, "party");
	party_start(party, 1);
	for (unsigned i = 0; i < CROWD; i++) {
		sim_raw_init(&raw[i], &party->relay, 7);
		raw[i].node.addr.port = (uint16_t)(20000 + i);
		snprintf(hello.hello.room, sizeof(hello.hello.room), "guess%u", i);
		sim_raw_send_message(&raw[i], &hello);
		sim_run(&party->sim, SIM_MS(25));
	}
	sim_run(&party->sim, SIM_MS(500));
	for (unsigned i = 0; i < CROWD; i++) {
		const struct lp_message *answer = sim_raw_find(&raw[i], LP_MESSAGE_REJECT);
		if (answer)
			assert_int_equal(answer->reject.code, LP_REJECT_NO_ROOM);
		answers += answer != NULL;
	}
	assert_in_range(answers, 15, 40); /* in 5 s: twenty at once, then two in a second */
	struct sim_peer *client = party_add(party);
	sim_wait_up(&party->sim, SIM_MS(500), 1, &client);
	go(raw, CROWD);
	test_free(raw);
	party_end(party);
}

/* In and out of the room as fast as it goes: the others hear of some of it, and play on. */
static void who_comes_and_goes(void **state)
{
	struct party *party = party_of(5, 1);
	struct sim_peer *client = &party->clients[0];
	struct sim_raw *raw = test_calloc(CROWD, sizeof(*raw));
	struct lp_message hello = sim_raw_hello(1);
	unsigned welcome_count = 0;
	(void)state;
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1000, 200);
	for (unsigned i = 0; i < CROWD; i++) {
		sim_raw_init(&raw[i], &party->relay, 7);
		raw[i].node.addr.port = (uint16_t)(20000 + i);
		hello.hello.mac.octet[5] = (uint8_t)i;
		sim_raw_send_message(&raw[i], &hello);
		sim_run(&party->sim, SIM_MS(20));
		if (i < 10)
			continue;
		welcome_count += sim_raw_find(&raw[i - 10], LP_MESSAGE_WELCOME) != NULL;
		if (raw[i - 10].conn)
			lp_conn_close(raw[i - 10].conn, LP_QUIC_CODE_NONE, "");
	}
	assert_in_range(welcome_count, 90, 145); /* in 4 s; 190 had come */
	struct sim_peer *other = party_add(party);
	sim_wait_up(&party->sim, SIM_MS(500), 1, &other);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	party_settle(party);
	assert_true(party->gateway.rx.stream[0].unique == party->traffic.streams[0].next);
	go(raw, CROWD);
	test_free(raw);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hall_joins_at_once),
		cmocka_unit_test(one_network_does_not_fill_the_door),
		cmocka_unit_test(forged_addresses_shut_nobody_out),
		cmocka_unit_test(guesses_are_few),
		cmocka_unit_test(who_comes_and_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
