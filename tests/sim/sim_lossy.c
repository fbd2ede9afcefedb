/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Bad lines: every frame is accounted for at every node, and what comes out, counted from outside
 * by numbered payloads, agrees with the counters.
 */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CLIENTS 3

struct line {
	double loss;
	double reorder;
	double duplicate;
};

static void spoil(struct sim_peer *peer, const struct line *line)
{
	struct sim_wire *wires[] = {&peer->node.up, &peer->node.down};
	for (size_t i = 0; i < 2; i++) {
		wires[i]->loss = line->loss;
		wires[i]->reorder = line->reorder;
		wires[i]->hold_ns = SIM_MS(3);
		wires[i]->duplicate = line->duplicate;
		wires[i]->delay_ns = SIM_MS(10);
	}
}

/* Everybody talks: small and large unicast both ways, and broadcast. */
static void offer_all(struct party *party, uint64_t per_s)
{
	struct sim_traffic *t = &party->traffic;
	for (size_t i = 0; i < party->client_count; i++) {
		struct sim_peer *client = &party->clients[i];
		sim_traffic_add(t, client, &party->gateway.mac, 80, per_s);
		sim_traffic_add(t, client, &party->gateway.mac, 1514, per_s / 2);
		sim_traffic_add(t, &party->gateway, &client->mac, 1514, per_s);
		sim_traffic_add(t, client, NULL, 300, per_s / 10);
	}
}

static uint64_t frames_offered(const struct party *party)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < party->traffic.count; i++)
		sum += party->traffic.streams[i].next;
	return sum;
}

/* Outside: frames that came out of all devices, each once and whole. */
static uint64_t count_out(const struct party *party)
{
	uint64_t sum = 0;
	for (size_t i = 0; i <= party->client_count; i++) {
		const struct sim_peer *peer = i == 0 ? &party->gateway : &party->clients[i - 1];
		assert_int_equal(peer->rx.corrupt, 0);
		assert_int_equal(peer->rx.foreign, 0);
		for (size_t s = 0; s < SIM_STREAMS_MAX; s++) {
			assert_int_equal(peer->rx.stream[s].duplicates, 0);
			sum += peer->rx.stream[s].unique;
		}
	}
	return sum;
}

static void add_peer(struct lp_ledger *up, struct lp_ledger *down, const struct sim_peer *peer)
{
	lp_ledger_add(up, lp_session_up(peer->session));
	lp_ledger_add(down, lp_session_down(peer->session));
}

/* The counters of all nodes against what was offered and what came out. */
static void check_counts(struct party *party)
{
	struct lp_ledger relay, up = {0}, down = {0};
	uint64_t queued;
	party_settle(party);
	sim_relay_ledger(&party->relay, &relay, &queued);
	assert_int_equal(queued, 0);
	add_peer(&up, &down, &party->gateway);
	for (size_t i = 0; i < party->client_count; i++)
		add_peer(&up, &down, &party->clients[i]);
	assert_int_equal(up.frames_in, frames_offered(party));
	assert_int_equal(down.copies[LP_VERDICT_FORWARD], count_out(party));
	assert_true(relay.frames_in <= up.copies[LP_VERDICT_FORWARD]);
	assert_true(down.frames_in <= relay.copies[LP_VERDICT_FORWARD]);
	print_message("%llu offered, %llu out; relay: %llu in, %llu copies sent, %llu not joined\n",
		      (unsigned long long)up.frames_in,
		      (unsigned long long)down.copies[LP_VERDICT_FORWARD],
		      (unsigned long long)relay.frames_in,
		      (unsigned long long)relay.copies[LP_VERDICT_FORWARD],
		      (unsigned long long)(relay.frames[LP_VERDICT_PIECE_TIMEOUT] +
					   down.frames[LP_VERDICT_PIECE_TIMEOUT]));
}

/* Share of the unicast streams that came through. */
static double share_through(const struct party *party)
{
	uint64_t sent = 0, came = 0;
	for (size_t i = 0; i < party->traffic.count; i++) {
		const struct sim_stream *stream = &party->traffic.streams[i];
		const struct sim_peer *to = &party->gateway;
		for (size_t c = 0; c < party->client_count; c++) {
			if (lp_mac_is_equal(&stream->dst, &party->clients[c].mac))
				to = &party->clients[c];
		}
		sent += stream->next;
		came += to->rx.stream[i].unique;
	}
	return (double)came / (double)sent;
}

static void run_line(const struct line *line, uint64_t seed, uint64_t ns, double share_min)
{
	struct party *party = party_of(seed, CLIENTS);
	for (size_t i = 0; i < CLIENTS; i++)
		spoil(&party->clients[i], line);
	offer_all(party, 1000);
	sim_run(&party->sim, ns);
	check_counts(party);
	print_message("%.3f through\n", share_through(party));
	assert_true(share_through(party) >= share_min);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_int_equal(sim_peer_count(&party->clients[i], SIM_LOST, NULL), 0);
	party_end(party);
}

/* 100,000 frames and more. */
static void nothing_is_lost_on_a_good_line(void **state)
{
	(void)state;
	run_line(&(struct line){0}, 1, SIM_S(14), 1);
}

static void one_percent_is_lost(void **state)
{
	(void)state;
	run_line(&(struct line){.loss = 0.01}, 2, SIM_S(14), 0.97);
}

static void everything_goes_wrong(void **state)
{
	(void)state;
	run_line(&(struct line){.loss = 0.05, .reorder = 0.25, .duplicate = 0.05}, 3, SIM_S(14),
		 0.9);
	printf("shows G20 K9 O3\n");
}

static void a_fifth_is_lost(void **state)
{
	(void)state;
	run_line(&(struct line){.loss = 0.2}, 4, SIM_S(5), 0.65);
}

/* … and the relay is killed and started again in the middle of it. */
static void the_books_outlive_a_restart(void **state)
{
	struct party *party = party_of(5, CLIENTS);
	(void)state;
	for (size_t i = 0; i < CLIENTS; i++)
		spoil(&party->clients[i],
		      &(struct line){.loss = 0.05, .reorder = 0.1, .duplicate = 0.02});
	offer_all(party, 300);
	sim_run(&party->sim, SIM_S(2));
	sim_relay_kill(&party->relay);
	sim_relay_start(&party->relay);
	sim_run(&party->sim, SIM_S(4));
	check_counts(party);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_true(sim_peer_is_up(&party->clients[i]));
	party_end(party);
}

/* A device that refuses frames: the role's part of the ledger. */
static void a_broken_device_is_counted(void **state)
{
	struct party *party = party_of(6, 1);
	(void)state;
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 100, 100);
	party->gateway.is_device_broken = true;
	sim_run(&party->sim, SIM_S(1));
	party_settle(party);
	assert_int_equal(lp_session_down(party->gateway.session)->copies[LP_VERDICT_DEVICE], 100);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_on_a_good_line),
		cmocka_unit_test(one_percent_is_lost),
		cmocka_unit_test(everything_goes_wrong),
		cmocka_unit_test(a_fifth_is_lost),
		cmocka_unit_test(the_books_outlive_a_restart),
		cmocka_unit_test(a_broken_device_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
