/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Processes that die and come back, and networks that change: nobody else may notice for long. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void offer_both_ways(struct party *party)
{
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 200, 100);
	sim_traffic_add(&party->traffic, &party->gateway, &party->clients[0].mac, 200, 100);
}

/* Do frames flow both ways between gateway and the first client? */
static void check_flow(struct party *party)
{
	uint64_t up = party->gateway.rx.stream[0].unique;
	uint64_t down = party->clients[0].rx.stream[1].unique;
	sim_run(&party->sim, SIM_MS(500));
	assert_in_range(party->gateway.rx.stream[0].unique - up, 48, 52);
	assert_in_range(party->clients[0].rx.stream[1].unique - down, 48, 52);
}

static void the_relay_restarts(void **state)
{
	struct party *party = party_of(1, 4);
	uint16_t ids[5];
	(void)state;
	offer_both_ways(party);
	check_flow(party);
	ids[4] = sim_peer_id(&party->gateway);
	for (size_t i = 0; i < 4; i++)
		ids[i] = sim_peer_id(&party->clients[i]);
	sim_relay_kill(&party->relay);
	sim_run(&party->sim, SIM_MS(200));
	sim_relay_start(&party->relay);
	/* The first packet that it does not know is answered with a stateless reset. */
	sim_run(&party->sim, SIM_MS(150));
	assert_false(sim_peer_is_up(&party->gateway) &&
		     sim_peer_count(&party->gateway, SIM_LOST, NULL) == 0);
	party_wait_up(party, SIM_S(1));
	assert_true(sim_log_count(&party->sim, "the relay relay.example no longer knows this "
					       "connection: it was restarted") >= 2);
	assert_int_equal(sim_peer_id(&party->gateway), ids[4]);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(sim_peer_id(&party->clients[i]), ids[i]);
		assert_int_equal(sim_peer_count(&party->clients[i], SIM_LEFT, NULL), 0);
	}
	check_flow(party);
	/* The stats message sweeps those who did not come back: that was nobody. */
	sim_run(&party->sim, SIM_S(6));
	assert_int_equal(sim_peer_count(&party->clients[3], SIM_LEFT, NULL), 0);
	party_end(party);
	printf("shows G15\n");
}

static bool has_lost(void *peer)
{
	return sim_peer_count(peer, SIM_LOST, NULL) > 0;
}

/*
 * The relay's machine is up, the relay is not: ICMP tells. It is not believed, but asked about, so
 * that who loses the relay knows it sooner, and is sooner back.
 */
static void icmp_tells_that_it_is_gone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct party *party = party_of(30 + i, 1);
		struct sim_peer *client = &party->clients[0];
		party->sim.has_icmp = true;
		sim_run(&party->sim, SIM_S(2) + SIM_MS(130 * i));
		offer_both_ways(party);
		sim_run(&party->sim, SIM_MS(100));
		sim_relay_kill(&party->relay);
		uint64_t start_ns = party->sim.now.mono_ns;
		assert_true(sim_run_until(&party->sim, SIM_S(2), has_lost, client));
		uint64_t lost_ns = party->sim.now.mono_ns - start_ns;
		sim_run(&party->sim, SIM_S(3) + SIM_MS(50 * i));
		sim_relay_start(&party->relay);
		start_ns = party->sim.now.mono_ns;
		sim_wait_up(&party->sim, SIM_S(2), 1, &client);
		uint64_t back_ns = party->sim.now.mono_ns - start_ns;
		print_message("lost after %llu ms, back after %llu ms\n",
			      (unsigned long long)(lost_ns / LP_NS_PER_MS),
			      (unsigned long long)(back_ns / LP_NS_PER_MS));
		assert_true(lost_ns < SIM_MS(400));
		assert_true(back_ns < SIM_MS(700));
		party_end(party);
	}
}

/* Whoever guesses a port can say that the relay is gone, all the time. */
static void icmp_is_not_believed(void **state)
{
	(void)state;
	for (unsigned delay_ms = 5; delay_ms <= 320; delay_ms *= 4) {
		struct party *party = party_of(40, 0);
		struct sim_peer *client = party_add(party);
		uint64_t start_ns = party->sim.now.mono_ns;
		client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(delay_ms);
		for (int i = 0; i < 3000; i++) {
			client->node.ops->unreachable(&client->node, &party->relay.node.addr,
						      &party->sim.now);
			sim_run(&party->sim, SIM_MS(5));
			if (sim_peer_count(client, SIM_WELCOME, NULL) == 0)
				assert_true(party->sim.now.mono_ns - start_ns < SIM_S(5));
		}
		assert_true(sim_peer_is_up(client));
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
		assert_int_equal(sim_peer_count(client, SIM_WELCOME, NULL), 1);
		party_end(party);
	}
}

static void the_relay_is_away_for_long(void **state)
{
	struct party *party = party_of(2, 2);
	(void)state;
	offer_both_ways(party);
	sim_relay_kill(&party->relay);
	sim_run(&party->sim, SIM_S(20));
	assert_false(sim_peer_is_up(&party->clients[0]));
	sim_relay_start(&party->relay);
	party_wait_up(party, SIM_S(3));
	check_flow(party);
	party_end(party);
}

/* Where the relay is out of reach the name server is, too: nobody may wait for it. */
static void names_are_out_of_reach_too(void **state)
{
	struct party *party = party_of(13, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	for (unsigned s = 1; s <= 12; s++) {
		client->is_dns_dead = client->node.up.is_cut = client->node.down.is_cut = true;
		sim_run(&party->sim, SIM_S(s));
		client->node.up.is_cut = client->node.down.is_cut = false;
		sim_run(&party->sim, SIM_MS(1500));
		assert_true(sim_peer_is_up(client));
	}
	party_end(party);
}

/* It comes back at another address. */
static void the_relay_moves(void **state)
{
	struct party *party = party_of(14, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	party->relay.node.addr.ip[3]++;
	client->relay_addr = party->gateway.relay_addr = party->relay.node.addr;
	party_wait_up(party, SIM_S(1));
	sim_run(&party->sim, SIM_S(10));
	party_wait_up(party, SIM_S(1));
	offer_both_ways(party);
	check_flow(party);
	party_end(party);
}

static void kill_and_restart(struct party *party, struct sim_peer *peer)
{
	uint16_t id = sim_peer_id(peer);
	sim_peer_kill(peer);
	sim_run(&party->sim, SIM_MS(500));
	sim_peer_start(peer);
	sim_wait_up(&party->sim, SIM_S(1), 1, &peer);
	assert_int_equal(sim_peer_id(peer), id);
	sim_run(&party->sim, SIM_MS(100));
}

static void peers_are_killed(void **state)
{
	struct party *party = party_of(3, 2);
	(void)state;
	offer_both_ways(party);
	kill_and_restart(party, &party->clients[0]);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, NULL), 0);
	check_flow(party);
	kill_and_restart(party, &party->gateway);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, NULL), 0);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LOST, NULL), 0);
	check_flow(party);
	party_end(party);
}

/* Its disk was lost too: no ticket. The relay asks the dead connection, and takes the applicant. */
static void killed_without_a_ticket(void **state)
{
	struct party *party = party_of(4, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	offer_both_ways(party);
	sim_peer_kill(client);
	client->ticket[0] = '\0';
	sim_peer_start(client);
	sim_wait_up(&party->sim, SIM_S(3), 1, &client);
	check_flow(party);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_REPLACED), 1);
	party_end(party);
}

/* Who never comes back is missed after a while, and has left then. */
static void who_stays_away_has_left(void **state)
{
	struct party *party = party_of(5, 2);
	(void)state;
	sim_peer_kill(&party->clients[0]);
	sim_run(&party->sim, SIM_S(40));
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, NULL), 0);
	sim_run(&party->sim, SIM_S(8));
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_CONNECTION_LOST), 1);
	assert_int_equal(party->relay.worker->peer_count, 2);
	party_end(party);
}

static void a_ticket_is_for_one(void **state)
{
	struct party *party = party_of(6, 2);
	struct sim_peer *thief = &party->clients[1];
	(void)state;
	uint16_t id = sim_peer_id(&party->clients[0]);
	sim_peer_kill(thief);
	memcpy(thief->ticket, party->clients[0].ticket, sizeof(thief->ticket));
	sim_peer_start(thief);
	sim_wait_up(&party->sim, SIM_S(3), 1, &thief);
	assert_int_not_equal(sim_peer_id(thief), id);
	assert_true(sim_peer_is_up(&party->clients[0]));
	assert_int_equal(sim_peer_id(&party->clients[0]), id);
	party_end(party);
}

/* Too late for its place: it is in again all the same. */
static void an_old_ticket_is_no_harm(void **state)
{
	struct party *party = party_of(7, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	sim_peer_kill(client);
	sim_run(&party->sim, SIM_S(60));
	party->sim.wall_ahead_ns += SIM_S(25 * 3600);
	sim_peer_start(client);
	sim_wait_up(&party->sim, SIM_S(1), 1, &client);
	party_end(party);
}

static void the_relay_says_goodbye(void **state)
{
	struct party *party = party_of(8, 3);
	(void)state;
	lp_worker_stop(party->relay.worker, &party->sim.now);
	sim_run(&party->sim, SIM_MS(200));
	assert_true(lp_worker_is_stopped(party->relay.worker));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, "shutting_down"), 1);
	sim_relay_kill(&party->relay);
	sim_relay_start(&party->relay);
	party_wait_up(party, SIM_S(1));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, NULL), 0);
	party_end(party);
}

/* Nobody answers the goodbye: it ends all the same. */
static void a_deaf_peer_does_not_delay_the_stop(void **state)
{
	struct party *party = party_of(9, 2);
	(void)state;
	party->clients[0].node.up.is_cut = true;
	lp_worker_stop(party->relay.worker, &party->sim.now);
	sim_run(&party->sim, SIM_MS(600));
	assert_true(lp_worker_is_stopped(party->relay.worker));
	party->clients[0].node.up.is_cut = false;
	party_end(party);
}

static void one_is_kicked(void **state)
{
	struct party *party = party_of(10, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	uint16_t id = sim_peer_id(client);
	assert_int_equal(lp_worker_kick(party->relay.worker, "elsewhere", id, 0, "uid 0 (root)"),
			 LP_ERR_NOT_FOUND);
	assert_int_equal(lp_worker_kick(party->relay.worker, "party", (uint16_t)(id + 1000), 0,
					"uid 0 (root)"),
			 LP_ERR_NOT_FOUND);
	assert_int_equal(
		lp_worker_kick(party->relay.worker, "PARTY", id, SIM_S(300), "uid 0 (root)"),
		LP_OK);
	sim_run(&party->sim, SIM_S(30));
	assert_false(sim_peer_is_up(client)); /* and does not come back at once */
	assert_int_equal(sim_peer_count(client, SIM_LOST, "kicked"), 1);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, LP_LEFT_KICKED), 1);
	party_end(party);
}

static void a_room_is_closed(void **state)
{
	struct party *party = party_new(11);
	(void)state;
	party->relay.conf.open_rooms = false;
	sim_relay_add_room(&party->relay, "party");
	party_start(party, 1);
	party->relay.conf.room_count = 0;
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	sim_run(&party->sim, SIM_S(1));
	assert_false(sim_peer_is_up(&party->clients[0]));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, "room_closed"), 1);
	/* Nobody gets in again by the door that is still there. */
	sim_run(&party->sim, SIM_S(120));
	assert_false(sim_peer_is_up(&party->clients[0]));
	assert_false(sim_peer_is_up(&party->gateway));
	party->relay.conf.room_count = 1;
	party->relay.rooms[0].mtu = 1400;
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	sim_run(&party->sim, SIM_S(15));
	assert_true(sim_peer_is_up(&party->clients[0]));
	assert_int_equal(party->clients[0].welcome.mtu, 1400);
	party_end(party);
}

/* A client was away while the gateway left and came as another: that one of before is forgotten. */
static void another_gateway_meanwhile(void **state)
{
	struct party *party = party_of(15, 1);
	struct sim_peer *client = &party->clients[0];
	uint16_t id = sim_peer_id(&party->gateway);
	(void)state;
	client->node.up.is_cut = client->node.down.is_cut = true;
	lp_session_stop(party->gateway.session, "restart", &party->sim.now);
	sim_run(&party->sim, SIM_S(1));
	party->gateway.ticket[0] = '\0';
	sim_peer_kill(&party->gateway);
	sim_peer_start(&party->gateway);
	struct sim_peer *gateway = &party->gateway;
	sim_wait_up(&party->sim, SIM_S(2), 1, &gateway);
	assert_int_not_equal(sim_peer_id(&party->gateway), id);
	sim_run(&party->sim, SIM_S(10));
	client->node.up.is_cut = client->node.down.is_cut = false;
	sim_wait_up(&party->sim, SIM_S(5), 1, &client);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 1);
	sim_run(&party->sim, SIM_S(10));
	assert_int_equal(sim_peer_count(client, SIM_LEFT, NULL), 1);
	assert_true(sim_peer_has_gateway(client));
	party_end(party);
}

static void routes_changed(void **state)
{
	struct party *party = party_of(12, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	uint16_t id = sim_peer_id(client);
	lp_session_reconnect(client->session, "the routes changed", &party->sim.now);
	sim_wait_up(&party->sim, SIM_MS(300), 1, &client);
	assert_int_equal(sim_peer_id(client), id);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, NULL), 0);
	party_end(party);
}

/*
 * The lid is closed, and opened again: its monotonic clock says that nothing has happened. It knows
 * better by its boot time, and waits for no time-out of the path.
 */
static void the_machine_slept(void **state)
{
	static const uint64_t naps_s[] = {3, 20, 600, 8 * 3600};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(naps_s); i++) {
		struct party *party = party_of(12 + i, 2);
		struct sim_peer *client = &party->clients[0];
		sim_node_sleep(&client->node, SIM_S(naps_s[i]));
		assert_true(sim_peer_is_up(client)); /* as far as it knows */
		sim_run(&party->sim, SIM_MS(250));
		assert_int_equal(sim_log_count(&party->sim, "the machine was asleep"), 1);
		sim_wait_up(&party->sim, SIM_MS(250), 1, &client);
		offer_both_ways(party);
		check_flow(party);
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 1);
		party_end(party);
	}
}

/* It wakes up before its network does: then it is back soon after that. */
static void the_network_wakes_up_later(void **state)
{
	(void)state;
	for (unsigned s = 1; s <= 20; s += 3) {
		struct party *party = party_of(20 + s, 1);
		struct sim_peer *client = &party->clients[0];
		client->is_dns_dead = client->node.up.is_cut = client->node.down.is_cut = true;
		sim_node_sleep(&client->node, SIM_S(600));
		sim_run(&party->sim, SIM_S(s));
		assert_false(sim_peer_is_up(client));
		client->node.up.is_cut = client->node.down.is_cut = false;
		sim_wait_up(&party->sim, SIM_MS(1500), 1, &client);
		party_end(party);
	}
}

/* Where it waited for its time to come back, as one who was refused, it waits no longer. */
static void asleep_while_waiting(void **state)
{
	struct party *party = party_of(15, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	sim_relay_kill(&party->relay);
	sim_run(&party->sim, SIM_S(120));
	assert_false(sim_peer_is_up(client));
	sim_relay_start(&party->relay);
	sim_node_sleep(&client->node, SIM_S(600));
	/* At the next second, as the roles have it. */
	const struct lp_now now = sim_node_now(&client->node);
	lp_session_tick(client->session, &now);
	sim_wait_up(&party->sim, SIM_MS(300), 1, &client);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_relay_restarts),
		cmocka_unit_test(icmp_tells_that_it_is_gone),
		cmocka_unit_test(icmp_is_not_believed),
		cmocka_unit_test(the_relay_is_away_for_long),
		cmocka_unit_test(names_are_out_of_reach_too),
		cmocka_unit_test(the_relay_moves),
		cmocka_unit_test(peers_are_killed),
		cmocka_unit_test(killed_without_a_ticket),
		cmocka_unit_test(who_stays_away_has_left),
		cmocka_unit_test(a_ticket_is_for_one),
		cmocka_unit_test(an_old_ticket_is_no_harm),
		cmocka_unit_test(the_relay_says_goodbye),
		cmocka_unit_test(a_deaf_peer_does_not_delay_the_stop),
		cmocka_unit_test(one_is_kicked),
		cmocka_unit_test(a_room_is_closed),
		cmocka_unit_test(another_gateway_meanwhile),
		cmocka_unit_test(routes_changed),
		cmocka_unit_test(the_machine_slept),
		cmocka_unit_test(the_network_wakes_up_later),
		cmocka_unit_test(asleep_while_waiting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
