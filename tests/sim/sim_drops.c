/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Whoever's frames are dropped is told so: by the relay, and by the gateway through the relay. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct lp_dropped *heard(struct sim_peer *peer, enum lp_dropper by)
{
	return lp_session_dropped(peer->session, by);
}

static struct lp_drops drops_of(uint16_t peer_id, uint64_t frames)
{
	struct lp_drops drops = {.peer_id = peer_id, .count = 1};
	drops.drops[0] = (struct lp_drop){LP_VERDICT_ADDRESS_CLAIM, frames, "10.77.0.51"};
	return drops;
}

static void the_relay_tells_what_it_drops(void **state)
{
	struct party *party = party_new(1);
	(void)state;
	party->relay.conf.limits.client_broadcast_per_s = 20;
	party_start(party, 2);
	struct sim_peer *loud = &party->clients[0], *quiet = &party->clients[1];
	sim_traffic_add(&party->traffic, loud, NULL, 100, 200);
	sim_run(&party->sim, SIM_S(30));
	const struct lp_dropped *relay = heard(loud, LP_DROPPER_RELAY);
	/* 180 in a second; the last seconds of it are told later. */
	assert_in_range(relay->frames[LP_VERDICT_RATE_BROADCAST], 23 * 180, 30 * 180);
	assert_true(party->sim.now.mono_ns - relay->last_ns[LP_VERDICT_RATE_BROADCAST] < SIM_S(6));
	assert_int_equal(heard(loud, LP_DROPPER_GATEWAY)->frames[LP_VERDICT_RATE_BROADCAST], 0);
	assert_int_equal(heard(quiet, LP_DROPPER_RELAY)->frames[LP_VERDICT_RATE_BROADCAST], 0);

	/* It ends, and so do the messages: the sum is just what the relay counted. */
	party->traffic.is_paused = true;
	sim_run(&party->sim, SIM_S(12));
	struct lp_ledger ledger = {0};
	assert_true(lp_worker_read_ledger(party->relay.worker, "party", &ledger));
	assert_int_equal(relay->frames[LP_VERDICT_RATE_BROADCAST],
			 ledger.frames[LP_VERDICT_RATE_BROADCAST]);
	uint64_t told_ns = relay->last_ns[LP_VERDICT_RATE_BROADCAST];
	sim_run(&party->sim, SIM_S(12));
	assert_int_equal(relay->last_ns[LP_VERDICT_RATE_BROADCAST], told_ns);
	party_end(party);
}

static void who_comes_back_is_not_told_again(void **state)
{
	struct party *party = party_new(2);
	(void)state;
	party->relay.conf.limits.client_broadcast_per_s = 20;
	party_start(party, 1);
	struct sim_peer *client = &party->clients[0];
	sim_traffic_add(&party->traffic, client, NULL, 100, 200);
	sim_run(&party->sim, SIM_S(12));
	party->traffic.is_paused = true;
	assert_true(heard(client, LP_DROPPER_RELAY)->frames[LP_VERDICT_RATE_BROADCAST] > 0);
	sim_peer_kill(client);
	sim_peer_start(client);
	party_wait_up(party, SIM_S(3));
	sim_run(&party->sim, SIM_S(12));
	assert_int_equal(heard(client, LP_DROPPER_RELAY)->frames[LP_VERDICT_RATE_BROADCAST], 0);
	party_end(party);
}

static void the_gateways_word_reaches_its_player(void **state)
{
	struct party *party = party_of(3, 2);
	struct sim_peer *player = &party->clients[0], *other = &party->clients[1];
	struct lp_drops drops = drops_of(sim_peer_id(player), 3);
	(void)state;
	lp_session_tell_drops(party->gateway.session, &drops);
	sim_run(&party->sim, SIM_MS(100));
	const struct lp_dropped *gateway = heard(player, LP_DROPPER_GATEWAY);
	assert_int_equal(gateway->frames[LP_VERDICT_ADDRESS_CLAIM], 3);
	assert_string_equal(gateway->example[LP_VERDICT_ADDRESS_CLAIM], "10.77.0.51");
	assert_int_equal(heard(player, LP_DROPPER_RELAY)->frames[LP_VERDICT_ADDRESS_CLAIM], 0);
	assert_int_equal(heard(other, LP_DROPPER_GATEWAY)->frames[LP_VERDICT_ADDRESS_CLAIM], 0);

	sim_run(&party->sim, SIM_S(5));
	lp_session_tell_drops(party->gateway.session, &drops);
	sim_run(&party->sim, SIM_MS(100));
	assert_int_equal(gateway->frames[LP_VERDICT_ADDRESS_CLAIM], 6);
	party_end(party);
}

/* A gateway that says too much, or of somebody who is not there, reaches nobody with it. */
static void a_hostile_gateway_floods_nobody(void **state)
{
	struct party *party = party_of(4, 1);
	struct sim_peer *player = &party->clients[0];
	struct lp_drops drops = drops_of(sim_peer_id(player), 1);
	struct lp_drops none = drops_of(4711, 1);
	struct lp_drops own = drops_of(sim_peer_id(&party->gateway), 1);
	(void)state;
	for (int i = 0; i < 100; i++) {
		lp_session_tell_drops(party->gateway.session, &drops);
		lp_session_tell_drops(party->gateway.session, &none);
		lp_session_tell_drops(party->gateway.session, &own);
		sim_run(&party->sim, SIM_MS(80));
	}
	assert_in_range(heard(player, LP_DROPPER_GATEWAY)->frames[LP_VERDICT_ADDRESS_CLAIM], 2, 3);
	assert_int_equal(
		heard(&party->gateway, LP_DROPPER_GATEWAY)->frames[LP_VERDICT_ADDRESS_CLAIM], 0);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LOST, NULL), 0);
	party_end(party);
}

static bool has_ended(void *arg)
{
	return ((struct sim_raw *)arg)->has_ended;
}

/* Only a gateway may say it, and of somebody. */
static void from_others_it_is_a_fault(void **state)
{
	static const struct {
		enum lp_peer_role role;
		const char *json;
		bool is_fault;
	} rows[] = {
		{LP_ROLE_CLIENT, "{\"type\":\"drops\",\"peer_id\":1,\"dropped\":[]}", true},
		{LP_ROLE_CLIENT, "{\"type\":\"drops\",\"by\":\"relay\",\"dropped\":[]}", true},
		{LP_ROLE_GATEWAY, "{\"type\":\"drops\",\"by\":\"relay\",\"dropped\":[]}", true},
		{LP_ROLE_GATEWAY, "{\"type\":\"drops\",\"peer_id\":2,\"dropped\":[]}", false},
		{LP_ROLE_GATEWAY,
		 "{\"type\":\"drops\",\"peer_id\":2,\"by\":\"x\",\"dropped\":[{\"reason\":"
		 "\"later\",\"frames\":1}]}",
		 false},
	};
	struct party *party = party_new(5);
	(void)state;
	sim_relay_start(&party->relay);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sim_raw raw;
		struct lp_message hello = sim_raw_hello(i + 1);
		hello.hello.role = rows[i].role;
		sim_raw_init(&raw, &party->relay, i + 1);
		sim_raw_send_message(&raw, &hello);
		sim_run(&party->sim, SIM_S(1));
		assert_non_null(sim_raw_find(&raw, LP_MESSAGE_WELCOME));
		sim_raw_send_json(&raw, rows[i].json);
		assert_int_equal(sim_run_until(&party->sim, SIM_S(2), has_ended, &raw),
				 rows[i].is_fault);
		if (rows[i].is_fault)
			assert_int_equal(raw.end_code, LP_QUIC_CODE_PROTOCOL);
		sim_raw_fini(&raw);
		sim_run(&party->sim, SIM_S(20));
	}
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_relay_tells_what_it_drops),
		cmocka_unit_test(who_comes_back_is_not_told_again),
		cmocka_unit_test(the_gateways_word_reaches_its_player),
		cmocka_unit_test(a_hostile_gateway_floods_nobody),
		cmocka_unit_test(from_others_it_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
