/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * More packets than one key may protect (RFC 9001 §6.6: 2^23 with AES-GCM): key updates, under load
 * and loss, by either end and by both at once.
 *
 * $LP_SIM_LONG=1 really sends more than 2^23 packets (some minutes); scripts/soak does.
 */

#include "base/mem.h"
#include "party.h"
#include "quic/conn_impl.h"
#include "session/session_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct lp_conn *client_conn(struct party *party)
{
	return lp_link_conn(party->clients[0].session->link);
}

/* The relay's end of the client's connection. */
static struct lp_conn *relay_conn(struct party *party)
{
	struct lp_room *room = LP_LIST_FIRST(&party->relay.worker->rooms, struct lp_room, link);
	struct lp_peer *peer = lp_room_find_id(room, sim_peer_id(&party->clients[0]));
	return lp_link_conn(peer->link);
}

static void offer(struct party *party, uint64_t per_s)
{
	struct sim_peer *client = &party->clients[0];
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1200, per_s);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1200, per_s);
}

static void keys_change_under_load(void **state)
{
	struct party *party = party_of(1, 1);
	unsigned updates = 0;
	(void)state;
	offer(party, 5000);
	for (int i = 0; i < 100; i++) {
		sim_run(&party->sim, SIM_MS(70));
		enum lp_err err = LP_OK;
		if (i % 3 != 1)
			err = lp_conn_update_keys(client_conn(party), party->sim.now.mono_ns);
		updates += err == LP_OK;
		if (i % 3 != 0) /* every third time both ends at once */
			err = lp_conn_update_keys(relay_conn(party), party->sim.now.mono_ns);
		updates += err == LP_OK;
	}
	assert_true(updates > 80);
	party_settle(party);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	assert_int_equal(party->gateway.rx.stream[0].unique, party->traffic.streams[0].next);
	assert_int_equal(party->clients[0].rx.stream[1].unique, party->traffic.streams[1].next);
	print_message("%u key updates\n", updates);
	party_end(party);
}

static void keys_change_on_a_bad_line(void **state)
{
	struct party *party = party_of(2, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	client->node.up.loss = client->node.down.loss = 0.05;
	client->node.up.reorder = client->node.down.reorder = 0.2;
	client->node.up.hold_ns = client->node.down.hold_ns = SIM_MS(4);
	offer(party, 2000);
	for (int i = 0; i < 50; i++) {
		sim_run(&party->sim, SIM_MS(100));
		if (lp_conn_update_keys(client_conn(party), party->sim.now.mono_ns) != LP_OK)
			continue;
	}
	party_settle(party);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	assert_true(party->gateway.rx.stream[0].unique > party->traffic.streams[0].next * 92 / 100);
	party_end(party);
}

/* By itself: well before the limit, or after an hour. */
static void keys_change_by_themselves(void **state)
{
	struct party *party = party_of(3, 1);
	(void)state;
	offer(party, 2000);
	sim_run(&party->sim, SIM_MS(200));
	struct lp_conn *ends[] = {client_conn(party), relay_conn(party)};
	for (size_t i = 0; i < 2; i++) {
		ends[i]->key_packets = LP_CONN_KEY_PACKETS - 100;
		sim_run(&party->sim, SIM_MS(500));
		assert_true(ends[i]->key_packets < 10000);
		ends[i]->key_since_ns -= LP_CONN_KEY_AGE_NS;
		sim_run(&party->sim, SIM_MS(500));
		assert_true(party->sim.now.mono_ns - ends[i]->key_since_ns < SIM_S(1));
	}
	party_settle(party);
	assert_int_equal(party->gateway.rx.stream[0].unique, party->traffic.streams[0].next);
	party_end(party);
}

/* The real thing. */
static void more_packets_than_a_key_may_protect(void **state)
{
	struct party *party = party_of(4, 1);
	(void)state;
	offer(party, 20000);
	while (client_conn(party)->packets_tx < (1U << 23) + (1U << 20))
		sim_run(&party->sim, SIM_S(10));
	party_settle(party);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	print_message("%llu packets up, %llu down, %llu frames of %llu arrived\n",
		      (unsigned long long)client_conn(party)->packets_tx,
		      (unsigned long long)relay_conn(party)->packets_tx,
		      (unsigned long long)party->gateway.rx.stream[0].unique,
		      (unsigned long long)party->traffic.streams[0].next);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_change_under_load),
		cmocka_unit_test(keys_change_on_a_bad_line),
		cmocka_unit_test(keys_change_by_themselves),
	};
	const struct CMUnitTest long_tests[] = {
		cmocka_unit_test(more_packets_than_a_key_may_protect),
	};
	int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
	if (getenv("LP_SIM_LONG"))
		failed_count += cmocka_run_group_tests(long_tests, NULL, NULL);
	return failed_count;
}
