/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Who came and who left: everybody hears all of it, in order, and before frames that wait. */

#include "base/mem.h"
#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GUESTS 4
#define ROUNDS 7

/* Joined or left? Whatever else it heard does not count. */
static const struct sim_event *next_news(const struct sim_peer *peer, size_t *at)
{
	assert_true(peer->event_count <= SIM_EVENTS_MAX);
	while (*at < peer->event_count) {
		const struct sim_event *event = &peer->events[(*at)++];
		if (event->type == SIM_JOINED || event->type == SIM_LEFT)
			return event;
	}
	return NULL;
}

/* From these places on both have heard the same, in the same order. Returns how much. */
static size_t compare_news(const struct sim_peer *one, size_t one_at, const struct sim_peer *other,
			   size_t other_at)
{
	for (size_t count = 0;; count++) {
		const struct sim_event *a = next_news(one, &one_at);
		const struct sim_event *b = next_news(other, &other_at);
		if (!a && !b)
			return count;
		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(a->type, b->type);
		assert_int_equal(a->peer_id, b->peer_id);
		assert_string_equal(a->text, b->text);
	}
}

/* All come, and go: one after the other, or all at once. */
static void stay_a_while(struct party *party, struct sim_peer *const guests[], bool is_crowd)
{
	for (size_t i = 0; i < GUESTS; i++) {
		guests[i]->ticket[0] = '\0';
		sim_peer_start(guests[i]);
		if (!is_crowd)
			sim_wait_up(&party->sim, SIM_S(5), 1, &guests[i]);
	}
	sim_wait_up(&party->sim, SIM_S(5), GUESTS, guests);
	for (size_t i = 0; i < GUESTS; i++)
		lp_session_stop(guests[i]->session, "on to the next room", &party->sim.now);
	sim_run(&party->sim, SIM_MS(300));
	for (size_t i = 0; i < GUESTS; i++)
		sim_peer_kill(guests[i]);
}

/*
 * The gateway's line is good, and shows what the relay said; the client's loses a fifth, turns
 * packets round and brings some of them twice, under load.
 */
static void every_event_arrives_in_order(void **state)
{
	struct party *party = party_of(1, 1);
	struct sim_peer *client = &party->clients[0];
	struct sim_peer *guests[GUESTS];
	(void)state;
	sim_run(&party->sim, SIM_S(1));
	struct sim_wire *const lines[] = {&client->node.up, &client->node.down};
	for (size_t i = 0; i < LP_ARRAY_COUNT(lines); i++) {
		lines[i]->loss = 0.2;
		lines[i]->reorder = 0.2;
		lines[i]->hold_ns = SIM_MS(20);
		lines[i]->duplicate = 0.1;
	}
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 800, 500);
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 800, 500);
	for (size_t i = 0; i < GUESTS; i++) {
		guests[i] = party_add(party);
		sim_peer_kill(guests[i]);
	}
	size_t at_gateway = party->gateway.event_count;
	size_t at_client = client->event_count;
	for (unsigned round = 0; round < ROUNDS; round++)
		stay_a_while(party, guests, round % 2 == 1);
	sim_run(&party->sim, SIM_S(3));

	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, "on to the next room"),
			 ROUNDS * GUESTS);
	assert_int_equal(compare_news(&party->gateway, at_gateway, client, at_client),
			 2 * ROUNDS * GUESTS);
	assert_true(client->node.down.lost > 100);
	party_end(party);
	printf("shows K6\n");
}

struct news {
	const struct sim_peer *peer;
	size_t want;
};

static bool has_news(void *arg)
{
	const struct news *news = arg;
	return sim_peer_count(news->peer, SIM_JOINED, NULL) >= news->want;
}

static uint64_t queued_at(const struct sim_relay *relay)
{
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(relay, &ledger, &queued);
	return queued;
}

/* Frames wait at the relay for the gateway; that somebody has come does not wait behind them. */
static void news_overtakes_frames(void **state)
{
	struct party *party = party_of(2, 1);
	const struct tally *came = &party->gateway.rx.stream[0];
	struct news news = {&party->gateway, 2};
	(void)state;
	sim_traffic_add(&party->traffic, &party->clients[0], &party->gateway.mac, 1000, 5000);
	sim_run(&party->sim, SIM_MS(200));
	/* No acknowledgement comes back, so the relay stops sending DATAGRAMs after a while. */
	party->gateway.node.up.is_cut = true;
	sim_run(&party->sim, SIM_MS(150));
	uint64_t waiting = queued_at(&party->relay);
	uint64_t came_before = came->unique;
	assert_true(waiting > 100);

	struct sim_peer *applicant = party_add(party);
	assert_true(sim_run_until(&party->sim, SIM_MS(60), has_news, &news));
	assert_int_equal(came->unique, came_before);
	assert_true(queued_at(&party->relay) >= waiting);

	party->gateway.node.up.is_cut = false;
	sim_wait_up(&party->sim, SIM_S(1), 1, &applicant);
	sim_run(&party->sim, SIM_MS(500));
	assert_true(came->unique > came_before);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LOST, NULL), 0);
	party_end(party);
	printf("shows G18\n");
}

static bool is_lan_lost(const struct sim_peer *peer)
{
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	return status.is_lan_lost;
}

/* Players are told when the gateway does not reach its LAN: who is there, and who comes. */
static void a_lost_lan_is_told(void **state)
{
	struct party *party = party_of(41, 2);
	struct sim_peer *client = &party->clients[0], *gateway = &party->gateway;
	(void)state;
	assert_false(is_lan_lost(client));
	lp_session_set_lan(gateway->session, false);
	sim_run(&party->sim, SIM_MS(200));
	assert_true(is_lan_lost(client));
	assert_true(is_lan_lost(&party->clients[1]));
	struct sim_peer *late = party_add(party);
	sim_wait_up(&party->sim, SIM_S(2), 1, &late);
	sim_run(&party->sim, SIM_MS(200));
	assert_true(is_lan_lost(late));

	/* After a blackout it says so again. */
	gateway->node.up.is_cut = gateway->node.down.is_cut = true;
	sim_run(&party->sim, SIM_S(10));
	gateway->node.up.is_cut = gateway->node.down.is_cut = false;
	sim_wait_up(&party->sim, SIM_S(5), 1, &gateway);
	sim_run(&party->sim, SIM_MS(200));
	assert_int_equal(sim_peer_count(gateway, SIM_LOST, NULL), 1);
	assert_true(is_lan_lost(client));
	lp_session_set_lan(gateway->session, true);
	sim_run(&party->sim, SIM_MS(200));
	assert_false(is_lan_lost(client));

	/* A gateway that is gone, or comes anew, is not one without a LAN. */
	lp_session_set_lan(gateway->session, false);
	sim_run(&party->sim, SIM_MS(200));
	lp_session_stop(gateway->session, "restart", &party->sim.now);
	sim_run(&party->sim, SIM_S(1));
	assert_false(is_lan_lost(client));
	sim_peer_kill(gateway);
	sim_peer_start(gateway);
	sim_wait_up(&party->sim, SIM_S(2), 1, &gateway);
	sim_run(&party->sim, SIM_MS(200));
	assert_false(is_lan_lost(client));
	party_end(party);
}

/* It is the gateway's to say. */
static void a_client_has_no_lan(void **state)
{
	struct party *party = party_of(42, 2);
	(void)state;
	lp_session_set_lan(party->clients[0].session, false);
	sim_run(&party->sim, SIM_MS(200));
	assert_false(is_lan_lost(&party->clients[1]));
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_PROTOCOL), 1);
	sim_peer_kill(&party->clients[0]);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_lan_is_told),
		cmocka_unit_test(a_client_has_no_lan),
		cmocka_unit_test(every_event_arrives_in_order),
		cmocka_unit_test(news_overtakes_frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
