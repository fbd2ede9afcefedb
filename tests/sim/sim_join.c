/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Who gets in, who hears of it, and in which order. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The first event of that type (about that peer, 0 = any), or NULL. */
static const struct sim_event *find_event(const struct sim_peer *peer, enum sim_event_type type,
					  uint16_t peer_id)
{
	for (size_t i = 0; i < peer->event_count; i++) {
		const struct sim_event *event = &peer->events[i];
		if (event->type == type && (peer_id == 0 || event->peer_id == peer_id))
			return event;
	}
	return NULL;
}

static size_t count_known(const struct sim_peer *peer)
{
	size_t count = 0, cursor = 0;
	while (lp_session_next_peer(peer->session, &cursor))
		count++;
	return count;
}

static void existing_peers_hear_first(void **state)
{
	struct party *party = party_new(1);
	(void)state;
	party->gateway.node.down.delay_ns = SIM_MS(60);
	party_start(party, 2);
	struct sim_peer *applicant = party_add(party);
	applicant->node.up.delay_ns = applicant->node.down.delay_ns = SIM_MS(1);
	party_wait_up(party, SIM_S(2));
	sim_run(&party->sim, SIM_MS(100));

	uint16_t id = sim_peer_id(applicant);
	const struct sim_event *welcome = find_event(applicant, SIM_WELCOME, 0);
	const struct sim_event *at_gateway = find_event(&party->gateway, SIM_JOINED, id);
	assert_non_null(at_gateway);
	assert_true(at_gateway->ns < welcome->ns);
	for (size_t i = 0; i < 2; i++) {
		const struct sim_event *heard = find_event(&party->clients[i], SIM_JOINED, id);
		assert_non_null(heard);
		assert_true(heard->ns <= welcome->ns);
	}
	/* Everybody who was there is told to the applicant, after its welcome. */
	assert_int_equal(count_known(applicant), 3);
	assert_ptr_equal(&applicant->events[0], welcome);
	assert_int_equal(sim_peer_count(applicant, SIM_JOINED, NULL), 3);
	assert_true(sim_peer_has_gateway(applicant));
	assert_true(applicant->welcome.gateway_present);
	party_end(party);
	printf("shows R3 R13 R14 R15 C3 C4 C6\n");
}

static void a_deaf_gateway_delays_little(void **state)
{
	struct party *party = party_of(2, 0);
	(void)state;
	party->gateway.node.down.is_cut = true;
	struct sim_peer *applicant = party_add(party);
	sim_wait_up(&party->sim, SIM_MS(500), 1, &applicant);
	party->gateway.node.down.is_cut = false;
	party_end(party);
}

static void all_join_at_once(void **state)
{
	struct party *party = party_new(3);
	(void)state;
	sim_relay_start(&party->relay);
	sim_peer_start(&party->gateway);
	for (unsigned i = 0; i < 6; i++)
		party_add(party)->node.up.delay_ns = SIM_MS(3 * (i % 3));
	party_wait_up(party, SIM_S(3));
	sim_run(&party->sim, SIM_S(1));
	assert_int_equal(count_known(&party->gateway), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(count_known(&party->clients[i]), 6);
		assert_int_equal(sim_peer_count(&party->clients[i], SIM_JOINED, NULL), 6);
	}
	party_end(party);
}

static void a_live_gateway_stays(void **state)
{
	struct party *party = party_of(4, 1);
	struct sim_peer second;
	(void)state;
	sim_peer_init(&second, &party->relay, LP_ROLE_GATEWAY, 251);
	sim_peer_start(&second);
	sim_run(&party->sim, SIM_S(3));
	assert_false(sim_peer_is_up(&second));
	assert_true(sim_log_count(&party->sim, "already has a gateway") >= 1);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LOST, NULL), 0);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_JOINED, NULL), 1);
	sim_peer_fini(&second);
	party_end(party);
	printf("shows R5 C5\n");
}

static void a_dead_gateway_is_replaced(void **state)
{
	struct party *party = party_of(5, 1);
	struct sim_peer second;
	(void)state;
	sim_peer_kill(&party->gateway);
	sim_peer_init(&second, &party->relay, LP_ROLE_GATEWAY, 251);
	sim_peer_start(&second);
	struct sim_peer *waits = &second;
	sim_run(&party->sim, SIM_S(8));
	assert_false(sim_peer_is_up(&second));
	sim_wait_up(&party->sim, SIM_S(4), 1, &waits);
	sim_run(&party->sim, SIM_MS(100));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, LP_LEFT_REPLACED), 1);
	assert_true(sim_peer_has_gateway(&party->clients[0]));
	sim_peer_fini(&second);
	party_end(party);
}

static void a_mac_is_used_once(void **state)
{
	struct party *party = party_of(6, 2);
	struct sim_peer duplicate;
	(void)state;
	sim_peer_init(&duplicate, &party->relay, LP_ROLE_CLIENT, 77);
	duplicate.config.mac = duplicate.mac = party->clients[0].mac;
	sim_peer_start(&duplicate);
	sim_run(&party->sim, SIM_S(2));
	assert_false(sim_peer_is_up(&duplicate));
	assert_true(sim_log_count(&party->sim, "mac_in_use") >= 1);

	/* The one who has it dies, and its duplicate tries again. */
	sim_peer_kill(&party->clients[0]);
	struct sim_peer *waits = &duplicate;
	sim_wait_up(&party->sim, SIM_S(15), 1, &waits);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_REPLACED), 1);
	sim_peer_fini(&duplicate);
	party_end(party);
	printf("shows R6\n");
}

static void leaving_frees_the_place(void **state)
{
	struct party *party = party_of(7, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	uint16_t old_id = sim_peer_id(client);
	lp_session_stop(client->session, "gone for pizza", &party->sim.now);
	sim_run(&party->sim, SIM_MS(200));
	assert_int_equal(lp_session_state(client->session), LP_SESSION_STOPPED);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, "gone for pizza"), 1);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, "gone for pizza"), 1);
	/* Nobody has this MAC any more: who comes now gets in at once, under another id. */
	sim_peer_kill(client);
	client->ticket[0] = '\0';
	sim_peer_start(client);
	sim_wait_up(&party->sim, SIM_MS(200), 1, &client);
	assert_int_not_equal(sim_peer_id(client), old_id);
	party_end(party);
	printf("shows R36 R38 C8 G22 K11\n");
}

static void full_is_full(void **state)
{
	struct party *party = party_new(8);
	(void)state;
	party->relay.conf.limits.rooms = 2;
	party->relay.conf.limits.clients_per_room = 2;
	party_start(party, 2);
	struct sim_peer *third = party_add(party);
	sim_run(&party->sim, SIM_S(1));
	assert_false(sim_peer_is_up(third));
	assert_true(sim_log_count(&party->sim, "room_full") >= 1);
	/* A gateway is no client: there is always a place for it. */
	sim_peer_kill(&party->gateway);
	sim_run(&party->sim, SIM_S(90));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, NULL), 1);
	sim_peer_start(&party->gateway);
	sim_wait_up(&party->sim, SIM_S(1), 1, &(struct sim_peer *){&party->gateway});

	sim_peer_kill(third);
	third->config.room = "second";
	sim_peer_start(third);
	sim_wait_up(&party->sim, SIM_S(1), 1, &third);
	struct sim_peer *fourth = party_add(party);
	sim_peer_kill(fourth);
	fourth->config.room = "third";
	sim_peer_start(fourth);
	sim_run(&party->sim, SIM_S(1));
	assert_false(sim_peer_is_up(fourth));
	assert_true(sim_log_count(&party->sim, "relay_full") >= 1);
	party_end(party);
	printf("shows R7\n");
}

static void only_configured_rooms(void **state)
{
	struct party *party = party_new(9);
	(void)state;
	party->relay.conf.open_rooms = false;
	sim_relay_add_room(&party->relay, "Party")->max_clients = 1;
	party_start(party, 1); /* room codes are compared without case */
	struct sim_peer *stranger = party_add(party);
	sim_peer_kill(stranger);
	stranger->config.room = "elsewhere";
	sim_peer_start(stranger);
	sim_run(&party->sim, SIM_S(1));
	assert_false(sim_peer_is_up(stranger));
	assert_true(sim_log_count(&party->sim, "no such room") >= 1);
	sim_peer_kill(stranger);
	stranger->config.room = "PARTY";
	sim_peer_start(stranger);
	sim_run(&party->sim, SIM_S(1));
	assert_true(sim_log_count(&party->sim, "room_full") >= 1);
	party_end(party);
	printf("shows C9\n");
}

static void rooms_are_apart(void **state)
{
	struct party *party = party_of(10, 2);
	struct sim_peer other;
	(void)state;
	sim_peer_init(&other, &party->relay, LP_ROLE_CLIENT, 1); /* the same MAC, in another room */
	other.node.addr.port++;
	other.config.room = "other";
	sim_peer_start(&other);
	struct sim_peer *waits = &other;
	sim_wait_up(&party->sim, SIM_S(1), 1, &waits);
	assert_int_equal(count_known(&other), 0);
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 100, 200);
	sim_traffic_add(&party->traffic, &party->gateway, &other.mac, 100, 200);
	sim_traffic_add(&party->traffic, &other, NULL, 100, 200);
	sim_run(&party->sim, SIM_S(1));
	party_settle(party);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(other.rx.stream[i].received, 0);
	assert_int_equal(party->clients[0].rx.stream[1].unique, 200);
	assert_int_equal(party->gateway.rx.stream[2].received, 0);
	assert_int_equal(party->clients[1].rx.stream[2].received, 0);
	sim_peer_fini(&other);
	party_end(party);
	printf("shows R9\n");
}

static void the_mtu_is_the_rooms(void **state)
{
	struct party *party = party_new(11);
	(void)state;
	party->relay.conf.open_rooms = false;
	struct lp_conf_room *room = sim_relay_add_room(&party->relay, "party");
	room->fragments = false;
	party_start(party, 2);
	assert_int_equal(party->clients[0].welcome.mtu, 1398);
	assert_int_equal(party->gateway.welcome.mtu, 1398);
	struct sim_peer *narrow = party_add(party);
	narrow->node.up.packet_max = narrow->node.down.packet_max = 1372;
	sim_wait_up(&party->sim, SIM_S(2), 1, &narrow);
	assert_int_equal(narrow->welcome.mtu, 1372 - 24 - 8 - 22);
	struct sim_peer *too_narrow = party_add(party);
	too_narrow->node.up.packet_max = too_narrow->node.down.packet_max = 1250;
	sim_run(&party->sim, SIM_S(2));
	assert_false(sim_peer_is_up(too_narrow));
	assert_true(sim_log_count(&party->sim, "path_too_small") >= 1);
	party_end(party);
	printf("shows R8 C12 P7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(existing_peers_hear_first),
		cmocka_unit_test(a_deaf_gateway_delays_little),
		cmocka_unit_test(all_join_at_once),
		cmocka_unit_test(a_live_gateway_stays),
		cmocka_unit_test(a_dead_gateway_is_replaced),
		cmocka_unit_test(a_mac_is_used_once),
		cmocka_unit_test(leaving_frees_the_place),
		cmocka_unit_test(full_is_full),
		cmocka_unit_test(only_configured_rooms),
		cmocka_unit_test(rooms_are_apart),
		cmocka_unit_test(the_mtu_is_the_rooms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
