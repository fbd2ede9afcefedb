/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What is too much for the relay, what the organiser allows, and whose MAC is whose. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS 10

static const struct lp_mac lan_pc = {{0x02, 0xaa, 0, 0, 0, 1}};
static const struct lp_mac nobody = {{0x02, 0xbb, 0, 0, 0, 1}};

static uint64_t dropped(struct party *party, enum lp_verdict verdict)
{
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(&party->relay, &ledger, &queued);
	return ledger.frames[verdict];
}

static uint64_t received(const struct sim_peer *peer, const struct sim_stream *stream)
{
	return peer->rx.stream[stream->id].unique;
}

/* What came in SECONDS of a rate with a second's worth at once: not less, and not more. */
static void check_rate(uint64_t count, uint64_t per_s)
{
	assert_in_range(count, SECONDS * per_s - per_s / 10, (SECONDS + 1) * per_s + 10);
}

static void run_traffic(struct party *party)
{
	sim_run(&party->sim, SIM_S(SECONDS));
	party->traffic.is_paused = true;
	sim_run(&party->sim, SIM_MS(500));
}

static void a_client_has_its_budgets(void **state)
{
	struct party *party = party_new(1);
	struct sim_traffic *t = &party->traffic;
	struct lp_conf_limits *limits = &party->relay.conf.limits;
	(void)state;
	limits->client_broadcast_per_s = 100;
	limits->client_unknown_per_s = 50;
	limits->client_bytes_per_s = 100000;
	party_start(party, 3);
	struct sim_peer *a = &party->clients[0], *b = &party->clients[1], *c = &party->clients[2];
	struct sim_stream *loud = sim_traffic_add(t, a, NULL, 100, 1000);
	struct sim_stream *stray = sim_traffic_add(t, b, &nobody, 60, 1000);
	struct sim_stream *fat = sim_traffic_add(t, c, &b->mac, 1000, 1000);
	struct sim_stream *known = sim_traffic_add(t, b, &a->mac, 100, 100);
	run_traffic(party);
	check_rate(received(&party->gateway, loud), 100);
	check_rate(received(c, loud), 100);
	check_rate(received(&party->gateway, stray), 50);
	check_rate(received(b, fat), 100);
	/* What keeps within every budget does not suffer. */
	assert_int_equal(received(a, known), known->next);
	assert_int_equal(dropped(party, LP_VERDICT_RATE_BROADCAST),
			 loud->next - received(&party->gateway, loud));
	assert_int_equal(dropped(party, LP_VERDICT_RATE_UNKNOWN),
			 stray->next - received(&party->gateway, stray));
	assert_int_equal(dropped(party, LP_VERDICT_RATE_BANDWIDTH), fat->next - received(b, fat));
	party_end(party);
	printf("shows R30 R31 R32\n");
}

static void a_room_has_its_budgets(void **state)
{
	struct party *party = party_new(2);
	struct sim_traffic *t = &party->traffic;
	(void)state;
	party->relay.conf.limits.room_broadcast_per_s = 200;
	party->relay.conf.limits.room_unknown_per_s = 100;
	party->relay.conf.limits.room_bytes_per_s = 1000000;
	party_start(party, 4);
	struct sim_stream *stream[8];
	for (size_t i = 0; i < 4; i++)
		stream[i] = sim_traffic_add(t, &party->clients[i], NULL, 100, 200);
	for (size_t i = 4; i < 8; i++)
		stream[i] = sim_traffic_add(t, &party->clients[i - 4], &nobody, 100, 200);
	run_traffic(party);
	uint64_t broadcast = 0, unknown = 0;
	for (size_t i = 0; i < 4; i++)
		broadcast += received(&party->gateway, stream[i]);
	for (size_t i = 4; i < 8; i++)
		unknown += received(&party->gateway, stream[i]);
	check_rate(broadcast, 200);
	check_rate(unknown, 100);
	party_end(party);
}

static void a_room_has_its_bandwidth(void **state)
{
	struct party *party = party_new(8);
	struct sim_stream *stream[4];
	uint64_t passed = 0;
	(void)state;
	party->relay.conf.limits.room_bytes_per_s = 100000;
	party_start(party, 4);
	for (size_t i = 0; i < 4; i++)
		stream[i] = sim_traffic_add(&party->traffic, &party->clients[i],
					    &party->clients[(i + 1) % 4].mac, 1000, 100);
	run_traffic(party);
	for (size_t i = 0; i < 4; i++)
		passed += received(&party->clients[(i + 1) % 4], stream[i]);
	check_rate(passed, 100);
	party_end(party);
	printf("shows R32\n");
}

/* The LAN's broadcasts have a budget of their own; what the LAN's MACs talk to is known unicast. */
static void the_gateway_has_its_budget(void **state)
{
	struct party *party = party_new(3);
	struct sim_traffic *t = &party->traffic;
	(void)state;
	party->relay.conf.limits.gateway_broadcast_per_s = 100;
	party->relay.conf.limits.client_unknown_per_s = 1;
	party_start(party, 1);
	struct sim_peer *a = &party->clients[0];
	struct sim_stream *storm = sim_traffic_add(t, &party->gateway, NULL, 100, 1000);
	struct sim_stream *down = sim_traffic_add(t, &party->gateway, &a->mac, 100, 200);
	storm->src = down->src = lan_pc;
	sim_run(&party->sim, SIM_MS(100));
	struct sim_stream *up = sim_traffic_add(t, a, &lan_pc, 100, 200);
	run_traffic(party);
	check_rate(received(a, storm), 100);
	assert_int_equal(received(a, down), down->next);
	assert_int_equal(received(&party->gateway, up), up->next);
	party_end(party);
}

/* However loud the LAN is, players hear each other: that budget is theirs. */
static void the_lan_does_not_use_up_the_rooms_budget(void **state)
{
	struct party *party = party_new(9);
	struct sim_traffic *t = &party->traffic;
	(void)state;
	party->relay.conf.limits.room_broadcast_per_s = 50;
	party->relay.conf.limits.gateway_broadcast_per_s = 0;
	party_start(party, 2);
	struct sim_peer *a = &party->clients[0], *b = &party->clients[1];
	struct sim_stream *lan = sim_traffic_add(t, &party->gateway, NULL, 100, 500);
	struct sim_stream *player = sim_traffic_add(t, a, NULL, 100, 40);
	lan->src = lan_pc;
	run_traffic(party);
	assert_int_equal(received(b, lan), lan->next);
	assert_int_equal(received(b, player), player->next);
	party_end(party);
}

/*
 * A PC of the LAN is known for five minutes after its last frame; that a client talks to it tells
 * nothing of another MAC, however alike.
 */
static void what_has_left_the_lan_is_unknown(void **state)
{
	struct party *party = party_new(10);
	struct sim_traffic *t = &party->traffic;
	(void)state;
	party->relay.conf.limits.client_unknown_per_s = 10;
	party_start(party, 1);
	struct sim_peer *a = &party->clients[0], *g = &party->gateway;
	struct sim_stream *pc = sim_traffic_add(t, g, NULL, 100, 10);
	pc->src = lan_pc;
	pc->limit = 1;
	sim_run(&party->sim, SIM_S(1));
	struct sim_stream *known = sim_traffic_add(t, a, &lan_pc, 100, 100);
	struct sim_stream *stray = sim_traffic_add(t, a, &nobody, 100, 100);
	run_traffic(party);
	assert_int_equal(received(g, known), known->next);
	check_rate(received(g, stray), 10);

	sim_run(&party->sim, SIM_S(301));
	uint64_t before = received(g, known) + received(g, stray);
	party->traffic.is_paused = false;
	run_traffic(party);
	check_rate(received(g, known) + received(g, stray) - before, 10);
	party_end(party);
	printf("shows R31\n");
}

static void a_reload_takes_other_limits(void **state)
{
	struct party *party = party_of(4, 1);
	struct sim_traffic *t = &party->traffic;
	(void)state;
	struct sim_stream *loud = sim_traffic_add(t, &party->clients[0], NULL, 100, 500);
	sim_run(&party->sim, SIM_S(1));
	assert_in_range(received(&party->gateway, loud), 450, 500);
	party->relay.conf.limits.client_broadcast_per_s = 10;
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	run_traffic(party);
	assert_in_range(received(&party->gateway, loud), 500 + SECONDS * 10 - 10,
			500 + (SECONDS + 2) * 10);
	party_end(party);
}

/* A router advertisement from a player, on its way through the relay. */
static void send_advert(struct sim_peer *from)
{
	uint8_t frame[14 + 40 + 16] = {0x33, 0x33, 0, 0, 0, 1};
	memcpy(frame + 6, from->mac.octet, LP_MAC_LEN);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	frame[14] = 0x60;
	frame[14 + 5] = 16;
	frame[14 + 6] = 58;
	frame[14 + 7] = 255;
	frame[14 + 40] = 134;
	sim_peer_inject(from, frame, sizeof(frame));
	sim_run(from->node.sim, SIM_MS(100));
}

static void the_organiser_allows_more(void **state)
{
	struct party *party = party_of(5, 2);
	struct sim_peer *a = &party->clients[0], *b = &party->clients[1];
	(void)state;
	assert_int_equal(a->welcome.policy, 0);
	assert_false(lp_session_policy(a->session)->allow_router_advert);
	send_advert(a);
	assert_int_equal(b->rx.foreign, 0);
	assert_int_equal(dropped(party, LP_VERDICT_IP6_RA), 1);

	party->relay.conf.policy = 1U << LP_POLICY_ALLOW_ROUTER_ADVERT;
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	sim_run(&party->sim, SIM_MS(100));
	/* Who is in the room hears of it, and so does who comes. */
	assert_true(lp_session_policy(a->session)->allow_router_advert);
	assert_true(lp_session_policy(party->gateway.session)->allow_router_advert);
	struct sim_peer *late = party_add(party);
	party_wait_up(party, SIM_S(2));
	assert_int_equal(late->welcome.policy, 1U << LP_POLICY_ALLOW_ROUTER_ADVERT);
	assert_true(lp_session_policy(late->session)->allow_router_advert);
	assert_false(lp_session_policy(late->session)->allow_dhcp_server);
	send_advert(a);
	assert_int_equal(b->rx.foreign, 1);
	assert_int_equal(dropped(party, LP_VERDICT_IP6_RA), 1);
	party_end(party);
	printf("shows R28\n");
}

static void a_mac_of_the_lan_does_not_get_in(void **state)
{
	struct party *party = party_of(6, 1);
	struct sim_peer duplicate;
	(void)state;
	struct sim_stream *lan = sim_traffic_add(&party->traffic, &party->gateway, NULL, 100, 10);
	lan->src = lan_pc;
	sim_run(&party->sim, SIM_S(1));
	sim_peer_init(&duplicate, &party->relay, LP_ROLE_CLIENT, 9);
	duplicate.mac = duplicate.config.mac = lan_pc;
	sim_peer_start(&duplicate);
	sim_run(&party->sim, SIM_S(2));
	assert_false(sim_peer_is_up(&duplicate));
	assert_true(sim_log_count(&party->sim, "a machine on the party's LAN uses this MAC") > 0);
	sim_peer_fini(&duplicate);
	/* Neither does that of the gateway's own card. */
	sim_peer_init(&duplicate, &party->relay, LP_ROLE_CLIENT, 9);
	duplicate.mac = duplicate.config.mac = party->gateway.mac;
	sim_peer_start(&duplicate);
	sim_run(&party->sim, SIM_S(2));
	assert_false(sim_peer_is_up(&duplicate));
	sim_peer_fini(&duplicate);
	/* When the machine has been gone for five minutes, its MAC is free. */
	party->traffic.is_paused = true;
	sim_run(&party->sim, SIM_S(301));
	sim_peer_init(&duplicate, &party->relay, LP_ROLE_CLIENT, 9);
	duplicate.mac = duplicate.config.mac = lan_pc;
	sim_peer_start(&duplicate);
	sim_run(&party->sim, SIM_S(3));
	assert_true(sim_peer_is_up(&duplicate));
	sim_peer_fini(&duplicate);
	party_end(party);
}

static void frames_are_logged_where_it_is_asked_for(void **state)
{
	struct party *party = party_of(7, 2);
	struct sim_traffic *t = &party->traffic;
	struct sim_peer *a = &party->clients[0];
	(void)state;
	sim_traffic_add(t, a, NULL, 100, 10);
	sim_traffic_add(t, &party->clients[1], NULL, 100, 10);
	sim_run(&party->sim, SIM_S(1));
	assert_int_equal(sim_log_count(&party->sim, "frame: direction=room"), 0);
	assert_int_equal(
		lp_worker_set_frame_log(party->relay.worker, "PARTY", sim_peer_id(a), true), LP_OK);
	sim_run(&party->sim, SIM_S(1));
	assert_in_range(sim_log_count(&party->sim, "frame: direction=room room=party peer="), 9,
			11);
	assert_int_equal(lp_worker_set_frame_log(party->relay.worker, NULL, 0, true), LP_OK);
	sim_run(&party->sim, SIM_S(1));
	assert_in_range(sim_log_count(&party->sim, "action=forwarded reason=forward targets=2"), 27,
			33);
	assert_int_equal(lp_worker_set_frame_log(party->relay.worker, "party", 0, false), LP_OK);
	assert_int_equal(
		lp_worker_set_frame_log(party->relay.worker, "party", sim_peer_id(a), false),
		LP_OK);
	size_t before = sim_log_count(&party->sim, "frame: ");
	sim_run(&party->sim, SIM_S(1));
	assert_int_equal(sim_log_count(&party->sim, "frame: "), before);
	assert_int_equal(lp_worker_set_frame_log(party->relay.worker, "other", 0, true),
			 LP_ERR_NOT_FOUND);
	assert_int_equal(lp_worker_set_frame_log(party->relay.worker, "party", 9999, true),
			 LP_ERR_NOT_FOUND);
	party_end(party);
	printf("shows O1 R39\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_has_its_budgets),
		cmocka_unit_test(a_room_has_its_budgets),
		cmocka_unit_test(a_room_has_its_bandwidth),
		cmocka_unit_test(the_gateway_has_its_budget),
		cmocka_unit_test(the_lan_does_not_use_up_the_rooms_budget),
		cmocka_unit_test(what_has_left_the_lan_is_unknown),
		cmocka_unit_test(a_reload_takes_other_limits),
		cmocka_unit_test(the_organiser_allows_more),
		cmocka_unit_test(a_mac_of_the_lan_does_not_get_in),
		cmocka_unit_test(frames_are_logged_where_it_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
