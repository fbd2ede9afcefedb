/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What a member says of itself, held against what is so, in each state that it may be in. */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct truth {
	const char *name;
	void (*bring_about)(struct party *party, struct sim_peer *client);
	bool is_up;
	bool has_gateway;
	bool is_lan_lost;
	bool was_heard;	    /* ever */
	bool is_heard_late; /* not since a second */
	bool has_error;
	size_t other_count;
};

static void idle(struct party *party, struct sim_peer *client)
{
	(void)party;
	client->is_dns_dead = true;
	sim_peer_start(client);
}

static void connecting(struct party *party, struct sim_peer *client)
{
	(void)party;
	client->node.up.is_cut = true;
	sim_peer_start(client);
}

static void without_gateway(struct party *party, struct sim_peer *client)
{
	lp_session_stop(party->gateway.session, LP_LEFT_SHUTTING_DOWN, &party->sim.now);
	sim_run(&party->sim, SIM_S(2));
	sim_peer_start(client);
}

static void without_lan(struct party *party, struct sim_peer *client)
{
	sim_peer_start(client);
	sim_run(&party->sim, SIM_S(1));
	lp_session_set_lan(party->gateway.session, false);
}

static void all_is_well(struct party *party, struct sim_peer *client)
{
	(void)party;
	sim_peer_start(client);
}

static void relay_stopped(struct party *party, struct sim_peer *client)
{
	without_lan(party, client);
	sim_run(&party->sim, SIM_S(1));
	sim_relay_kill(&party->relay);
}

static void kicked(struct party *party, struct sim_peer *client)
{
	sim_peer_start(client);
	sim_run(&party->sim, SIM_S(1));
	assert_int_equal(lp_worker_kick(party->relay.worker, "party", sim_peer_id(client),
					SIM_S(300), "uid 0 (root)"),
			 LP_OK);
}

static const struct truth truths[] = {
	{"idle", idle, false, false, false, false, false, false, 0},
	{"connecting", connecting, false, false, false, false, false, true, 0},
	{"no gateway", without_gateway, true, false, false, true, false, false, 0},
	{"no LAN", without_lan, true, true, true, true, false, false, 1},
	{"all is well", all_is_well, true, true, false, true, false, false, 1},
	{"relay stopped", relay_stopped, false, false, false, true, true, true, 0},
	{"kicked", kicked, false, false, false, true, true, true, 0},
};

static size_t count_others(const struct sim_peer *client)
{
	size_t count = 0;
	for (size_t cursor = 0; lp_session_next_peer(client->session, &cursor);)
		count++;
	return count;
}

static void check(const struct truth *truth, struct party *party, const struct sim_peer *client)
{
	struct lp_session_status status;
	uint64_t now = party->sim.now.mono_ns;
	lp_session_read_status(client->session, &status);
	print_message("%s: %s, %s\n", truth->name, lp_session_state_name(status.state),
		      status.last_error);
	assert_int_equal(status.state == LP_SESSION_UP, truth->is_up);
	assert_int_equal(status.peer_id != 0, truth->is_up);
	assert_int_equal(status.mtu != 0, truth->is_up);
	assert_int_equal(status.gateway_present, truth->has_gateway);
	assert_int_equal(status.is_lan_lost, truth->is_lan_lost);
	assert_int_equal(status.heard.rx_ns != 0, truth->was_heard);
	if (truth->was_heard)
		assert_int_equal(now - status.heard.rx_ns > SIM_S(1), truth->is_heard_late);
	assert_int_equal(status.last_error[0] != '\0', truth->has_error);
	if (!truth->is_up)
		assert_int_equal(status.link.conn.best_rtt_ns, 0);
	if (!truth->is_up)
		assert_int_equal(status.datagram_budget, 0);
	if (truth->is_up)
		assert_int_equal(count_others(client), truth->other_count);
}

static void each_state_is_told_as_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(truths); i++) {
		struct party *party = party_of(80 + i, 0);
		struct sim_peer *client = &party->clients[party->client_count++];
		sim_peer_init(client, &party->relay, LP_ROLE_CLIENT, 1);
		truths[i].bring_about(party, client);
		sim_run(&party->sim, SIM_S(4));
		check(&truths[i], party, client);
		if (!party->relay.worker)
			sim_relay_start(&party->relay);
		party_end(party);
	}
}

/* Who sends is heard, and so much came of them. */
static void what_a_member_knows_of_another(void **state)
{
	struct party *party = party_of(90, 1);
	const struct lp_session_peer *peer;
	size_t cursor = 0;
	(void)state;
	sim_traffic_add(&party->traffic, &party->clients[0], &party->gateway.mac, 100, 100);
	sim_run(&party->sim, SIM_S(2));
	peer = lp_session_next_peer(party->gateway.session, &cursor);
	assert_non_null(peer);
	assert_in_range(peer->frames, 190, 210);
	assert_int_equal(peer->bytes, 100 * peer->frames);
	assert_true(party->sim.now.mono_ns - peer->last_frame_ns < SIM_MS(50));
	assert_true(party->sim.now.mono_ns - peer->joined_ns < SIM_S(4));
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_is_told_as_it_is),
		cmocka_unit_test(what_a_member_knows_of_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
