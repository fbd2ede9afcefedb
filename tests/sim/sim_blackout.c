/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Nothing passes for a while, with much on offer: afterwards frames flow again within a second,
 * whether the session reconnected meanwhile or its connection lived on.
 */

#include "base/mem.h"
#include "party.h"
#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRAMES_PER_S 20833 /* of 1200 bytes: 200 Mbit/s */

static void set_cut(struct sim_peer *peer, bool is_cut)
{
	peer->node.up.is_cut = is_cut;
	peer->node.down.is_cut = is_cut;
}

struct flow {
	const struct tally *up;
	const struct tally *down;
	uint64_t up_want;
	uint64_t down_want;
};

static bool is_flowing(void *arg)
{
	const struct flow *flow = arg;
	return flow->up->unique >= flow->up_want && flow->down->unique >= flow->down_want;
}

/* How long after now until 100 new frames came out at both ends; fails after `ns`. */
static uint64_t wait_flow(struct party *party, uint64_t ns)
{
	struct flow flow = {.up = &party->gateway.rx.stream[0],
			    .down = &party->clients[0].rx.stream[1]};
	uint64_t start_ns = party->sim.now.mono_ns;
	flow.up_want = flow.up->unique + 100;
	flow.down_want = flow.down->unique + 100;
	if (!sim_run_until(&party->sim, ns, is_flowing, &flow))
		fail_msg("frames do not flow: %llu of %llu up, %llu of %llu down",
			 (unsigned long long)flow.up->unique, (unsigned long long)flow.up_want,
			 (unsigned long long)flow.down->unique, (unsigned long long)flow.down_want);
	return party->sim.now.mono_ns - start_ns;
}

enum expected { KEEPS_IT, RECONNECTS, EITHER };

static void black_out(uint64_t seed, uint64_t delay_ns, uint64_t blackout_ns,
		      enum expected expected)
{
	struct party *party = party_of(seed, 0);
	struct sim_peer *client = party_add(party);
	client->node.up.delay_ns = client->node.down.delay_ns = delay_ns;
	party_wait_up(party, SIM_S(1));
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1200, FRAMES_PER_S);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1200, 1000);
	sim_run(&party->sim, SIM_MS(500));
	uint16_t id = sim_peer_id(client);
	set_cut(client, true);
	sim_run(&party->sim, blackout_ns);
	set_cut(client, false);
	uint64_t took_ns = wait_flow(party, SIM_S(1));
	print_message("%llu ms of blackout, %llu ms one way: flows again after %llu ms, "
		      "%zu reconnects\n",
		      (unsigned long long)(blackout_ns / LP_NS_PER_MS),
		      (unsigned long long)(delay_ns / LP_NS_PER_MS),
		      (unsigned long long)(took_ns / LP_NS_PER_MS),
		      sim_peer_count(client, SIM_LOST, NULL));
	if (expected != EITHER)
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL) > 0,
				 expected == RECONNECTS);
	assert_int_equal(sim_peer_id(client), id);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, NULL), 0);

	/* At the full rate again, not at a tenth of it. */
	uint64_t before = party->gateway.rx.stream[0].unique;
	sim_run(&party->sim, SIM_S(1));
	assert_true(party->gateway.rx.stream[0].unique - before > FRAMES_PER_S * 9 / 10);
	party_end(party);
}

static void short_blackouts(void **state)
{
	(void)state;
	black_out(1, SIM_MS(5), SIM_MS(300), KEEPS_IT);
	black_out(2, SIM_MS(20), SIM_MS(600), KEEPS_IT);
}

/*
 * Shorter than anybody notices, but everything that may be in flight is in it. On what is under way
 * nobody waits if nothing else makes the relay answer: a full window sends a heartbeat.
 */
static void a_moment(uint64_t delay_ns, uint64_t blackout_ns)
{
	uint64_t worst_ns = 0;
	for (unsigned i = 0; i < 5; i++) {
		struct party *party = party_of(50 + i, 0);
		struct sim_peer *client = party_add(party);
		client->node.up.delay_ns = client->node.down.delay_ns = delay_ns;
		party_wait_up(party, SIM_S(1));
		sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1200, FRAMES_PER_S);
		sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1200, FRAMES_PER_S);
		sim_run(&party->sim, SIM_MS(300 + 40 * i)); /* at any beat of the heart */
		set_cut(client, true);
		sim_run(&party->sim, blackout_ns);
		set_cut(client, false);
		uint64_t took_ns = wait_flow(party, SIM_S(1));
		worst_ns = LP_MAX(worst_ns, took_ns);
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
		party_end(party);
	}
	print_message("%llu ms of blackout, %llu ms one way: flows again after %llu ms\n",
		      (unsigned long long)(blackout_ns / LP_NS_PER_MS),
		      (unsigned long long)(delay_ns / LP_NS_PER_MS),
		      (unsigned long long)(worst_ns / LP_NS_PER_MS));
	assert_true(worst_ns < SIM_MS(80));
}

/* More than may be in flight, for long: the heartbeats of a full window stay few. */
static void always_full(void **state)
{
	struct party *party = party_of(70, 0);
	struct sim_peer *client = party_add(party);
	struct lp_session_status before, after;
	(void)state;
	party_wait_up(party, SIM_S(1));
	client->node.up.loss = 0.6; /* halves what may be */
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1200, 50000);
	sim_run(&party->sim, SIM_S(4));
	lp_session_read_status(client->session, &before);
	sim_run(&party->sim, SIM_S(1));
	lp_session_read_status(client->session, &after);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	uint64_t beats = after.link.heartbeats_tx - before.link.heartbeats_tx;
	print_message("%llu heartbeats in a second\n", (unsigned long long)beats);
	assert_in_range(beats, 10, 35);
	party_end(party);
}

static void moments(void **state)
{
	(void)state;
	a_moment(SIM_MS(1), SIM_MS(20));
	a_moment(SIM_MS(1), SIM_MS(40));
	a_moment(SIM_MS(5), SIM_MS(40));
	a_moment(SIM_MS(5), SIM_MS(160));
}

static void blackouts_of_seconds(void **state)
{
	(void)state;
	black_out(3, SIM_MS(5), SIM_S(1), EITHER);
	black_out(4, SIM_MS(5), SIM_S(2), RECONNECTS);
	black_out(5, SIM_MS(20), SIM_S(5), RECONNECTS);
}

static void ten_seconds(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		black_out(6 + i, SIM_MS(15), SIM_S(10) + SIM_MS(250 * i), RECONNECTS);
}

struct flood {
	struct party *party;
	struct sim_raw raw;
	uint64_t ticks;
};

/* Each millisecond: frames, and each 200 ms the heartbeat of the protocol. */
static void flood_tick(void *user)
{
	struct flood *flood = user;
	if (!flood->raw.conn)
		return;
	flood->raw.owed = LP_MIN(flood->raw.owed + FRAMES_PER_S / 1000, (uint64_t)1024);
	if (flood->ticks++ % 200 == 0)
		sim_raw_send(&flood->raw, "\0\0\0\0", 4);
	lp_conn_touch(flood->raw.conn);
}

static void start_flood(struct flood *flood, struct party *party)
{
	struct lp_datagram head = {.kind = LP_KIND_FRAME};
	struct sim_raw *raw = &flood->raw;
	memset(flood, 0, sizeof(*flood));
	flood->party = party;
	sim_raw_init(raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	head.source_id = sim_raw_join(raw, 1);
	size_t len = lp_datagram_encode_header(&head, raw->datagram);
	memset(raw->datagram + len, 0, 1160);
	memset(raw->datagram + len, 0xff, LP_MAC_LEN);
	memcpy(raw->datagram + len + LP_MAC_LEN, "\x02\0\0\0\x01\x01\x88\xb6", 8);
	raw->datagram_len = len + 1160;
	raw->is_repeated = true;
	party->sim.on_tick = flood_tick;
	party->sim.on_tick_user = flood;
}

/* A connection that nobody gives up: it must not be deadlocked by what it had in flight. */
static void ten_seconds_on_one_connection(void **state)
{
	struct party *party = party_of(11, 0);
	struct flood *flood = test_malloc(sizeof(*flood));
	(void)state;
	start_flood(flood, party);
	sim_run(&party->sim, SIM_S(1));
	assert_true(party->gateway.rx.foreign > FRAMES_PER_S / 2);
	flood->raw.node.up.is_cut = flood->raw.node.down.is_cut = true;
	sim_run(&party->sim, SIM_S(10));
	flood->raw.node.up.is_cut = flood->raw.node.down.is_cut = false;
	uint64_t before = party->gateway.rx.foreign;
	sim_run(&party->sim, SIM_S(1));
	print_message("%llu frames in the first second after it\n",
		      (unsigned long long)(party->gateway.rx.foreign - before));
	assert_true(party->gateway.rx.foreign > before + 1000);
	before = party->gateway.rx.foreign;
	sim_run(&party->sim, SIM_S(1));
	assert_true(party->gateway.rx.foreign - before > FRAMES_PER_S * 9 / 10);
	assert_false(flood->raw.has_ended);
	party->sim.on_tick_user = &party->traffic;
	party->sim.tick_due_ns = LP_NEVER;
	sim_raw_fini(&flood->raw);
	test_free(flood);
	party_end(party);
}

/* Every ending of it: no unlucky moment in the rhythm of the attempts. */
static void idle_at_any_moment(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct party *party = party_of(20 + i, 1);
		struct sim_peer *client = &party->clients[0];
		sim_traffic_add(&party->traffic, client, &party->gateway.mac, 100, 2000);
		sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 100, 2000);
		set_cut(client, true);
		sim_run(&party->sim, SIM_S(8) + SIM_MS(170 * i));
		set_cut(client, false);
		wait_flow(party, SIM_S(1));
		party_end(party);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_blackouts),
		cmocka_unit_test(moments),
		cmocka_unit_test(always_full),
		cmocka_unit_test(blackouts_of_seconds),
		cmocka_unit_test(ten_seconds),
		cmocka_unit_test(ten_seconds_on_one_connection),
		cmocka_unit_test(idle_at_any_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
