/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Who wants to be somebody else: MAC addresses are no secret, everybody in the room is told them.
 */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Says hello with another's MAC, until the relay has answered. */
static void come_as(struct party *party, struct sim_raw *raw, const struct lp_mac *mac,
		    const char *ticket)
{
	struct lp_message hello = sim_raw_hello(1);
	static unsigned number; /* each from an address of his own */
	number = number % 100 + 1;
	sim_raw_init(raw, &party->relay, number);
	sim_run(&party->sim, SIM_MS(50));
	hello.hello.mac = *mac;
	snprintf(hello.hello.resume, sizeof(hello.hello.resume), "%s", ticket);
	sim_raw_send_message(raw, &hello);
	sim_run(&party->sim, SIM_S(2));
}

static void cut_line(struct sim_peer *client, bool is_cut)
{
	client->node.up.is_cut = client->node.down.is_cut = is_cut;
}

/* A player's line breaks, and somebody takes its place: for as long as the line is broken. */
static void take_while_away(struct party *party, uint64_t away_ns)
{
	struct sim_peer *client = &party->clients[0];
	struct sim_raw thief, again;
	cut_line(client, true);
	sim_run(&party->sim, away_ns);
	come_as(party, &thief, &client->mac, "");
	assert_non_null(sim_raw_find(&thief, LP_MESSAGE_WELCOME));
	sim_run(&party->sim, SIM_S(3));
	cut_line(client, false);
	sim_run(&party->sim, SIM_S(5));
	assert_true(sim_peer_is_up(client));
	assert_true(thief.has_ended);
	assert_int_equal(thief.end_code, LP_QUIC_CODE_REPLACED);

	/* The thief has a ticket, too, by now. It is of no use. */
	come_as(party, &again, &client->mac,
		sim_raw_find(&thief, LP_MESSAGE_WELCOME)->welcome.resume);
	assert_null(sim_raw_find(&again, LP_MESSAGE_WELCOME));
	assert_int_equal(sim_raw_find(&again, LP_MESSAGE_REJECT)->reject.code,
			 LP_REJECT_MAC_IN_USE);
	assert_true(sim_peer_is_up(client));
	sim_raw_fini(&thief);
	sim_raw_fini(&again);
}

static void a_stolen_place_is_given_back(void **state)
{
	struct party *party = party_of(1, 2);
	(void)state;
	take_while_away(party, SIM_S(1));  /* the relay has noticed nothing yet */
	take_while_away(party, SIM_S(20)); /* its place is kept */
	party_end(party);
}

/* From hand to hand, in and out again, and with tickets of their own: it is still the player's. */
static void thieves_in_a_row(void **state)
{
	struct party *party = party_of(2, 2);
	struct sim_peer *client = &party->clients[0];
	struct sim_raw thieves[5];
	const char *ticket = "";
	(void)state;
	cut_line(client, true);
	sim_run(&party->sim, SIM_S(1));
	for (unsigned i = 0; i < 3; i++) {
		come_as(party, &thieves[i], &client->mac, ticket);
		assert_non_null(sim_raw_find(&thieves[i], LP_MESSAGE_WELCOME));
		thieves[i].node.up.is_cut = thieves[i].node.down.is_cut = true;
	}
	/* The third comes back with his ticket, leaves, and comes once more. */
	ticket = sim_raw_find(&thieves[2], LP_MESSAGE_WELCOME)->welcome.resume;
	come_as(party, &thieves[3], &client->mac, ticket);
	assert_non_null(sim_raw_find(&thieves[3], LP_MESSAGE_WELCOME));
	lp_conn_close(thieves[3].conn, LP_QUIC_CODE_NONE, "");
	sim_run(&party->sim, SIM_MS(100));
	come_as(party, &thieves[4], &client->mac, "");
	assert_non_null(sim_raw_find(&thieves[4], LP_MESSAGE_WELCOME));
	cut_line(client, false);
	sim_run(&party->sim, SIM_S(3));
	assert_true(sim_peer_is_up(client));
	/* None of their tickets is a claim. */
	for (unsigned i = 0; i < 5; i++) {
		struct sim_raw again;
		come_as(party, &again, &client->mac,
			sim_raw_find(&thieves[i], LP_MESSAGE_WELCOME)->welcome.resume);
		assert_null(sim_raw_find(&again, LP_MESSAGE_WELCOME));
		sim_raw_fini(&again);
	}
	assert_true(sim_peer_is_up(client));
	for (unsigned i = 0; i < 5; i++)
		sim_raw_fini(&thieves[i]);
	party_end(party);
}

/* The relay had given the player up, and the thief found an empty place. */
static void a_place_that_was_left_behind(void **state)
{
	struct party *party = party_of(6, 2);
	(void)state;
	take_while_away(party, SIM_S(90));
	party_end(party);
}

/* A spare gateway stands in for one that has lost its line: it stays. */
static void a_spare_gateway_stays(void **state)
{
	struct party *party = party_of(7, 1);
	struct sim_peer spare, *spares[] = {&spare};
	(void)state;
	cut_line(&party->gateway, true);
	sim_run(&party->sim, SIM_S(2));
	sim_peer_init(&spare, &party->relay, LP_ROLE_GATEWAY, 249);
	spare.config.has_mac = true;
	spare.config.mac = spare.mac;
	sim_peer_start(&spare);
	sim_wait_up(&party->sim, SIM_S(15), 1, spares);
	cut_line(&party->gateway, false);
	sim_run(&party->sim, SIM_S(30));
	assert_true(sim_peer_is_up(&spare));
	assert_false(sim_peer_is_up(&party->gateway));
	sim_peer_fini(&spare);
	party_end(party);
}

/* An old ticket of the same MAC does not put out who is there and well. */
static void an_old_ticket_is_no_weapon(void **state)
{
	struct party *party = party_of(3, 1);
	struct sim_peer *client = party_add(party);
	struct sim_raw raw;
	char ticket[LP_TICKET_MAX + 1];
	(void)state;
	party_wait_up(party, SIM_S(1));
	snprintf(ticket, sizeof(ticket), "%s", client->ticket);
	cut_line(client, true);
	sim_run(&party->sim, SIM_S(60)); /* it has left for the relay */
	client->ticket[0] = '\0';
	sim_peer_kill(client);
	cut_line(client, false);
	sim_run(&party->sim, SIM_S(601)); /* and nobody remembers */
	sim_peer_start(client);
	party_wait_up(party, SIM_S(3));
	come_as(party, &raw, &client->mac, ticket);
	assert_null(sim_raw_find(&raw, LP_MESSAGE_WELCOME));
	assert_true(sim_peer_is_up(client));
	sim_raw_fini(&raw);
	party_end(party);
}

/* Somebody is there with the MAC of the gateway's own card before the gateway is. */
static void the_gateways_own_mac(void **state)
{
	struct party *party = party_new(4);
	struct sim_raw thief, again;
	(void)state;
	sim_relay_start(&party->relay);
	party->gateway.config.has_mac = true;
	party->gateway.config.mac = party->gateway.mac;
	come_as(party, &thief, &party->gateway.mac, "");
	assert_non_null(sim_raw_find(&thief, LP_MESSAGE_WELCOME));
	party_start(party, 1);
	sim_run(&party->sim, SIM_S(1));
	assert_true(thief.has_ended);
	come_as(party, &again, &party->gateway.mac,
		sim_raw_find(&thief, LP_MESSAGE_WELCOME)->welcome.resume);
	assert_int_equal(sim_raw_find(&again, LP_MESSAGE_REJECT)->reject.code,
			 LP_REJECT_MAC_IN_USE);
	sim_raw_fini(&thief);
	sim_raw_fini(&again);
	party_end(party);
}

/* The hall's router, while the gateway is being started again and cannot say that it is there. */
static void a_machine_of_the_lan(void **state)
{
	static const struct lp_mac router = {{0x00, 0x11, 0x22, 0x33, 0x44, 0x55}};
	struct party *party = party_of(5, 1);
	struct sim_raw thief;
	(void)state;
	sim_traffic_add(&party->traffic, &party->gateway, NULL, 100, 10)->src = router;
	sim_run(&party->sim, SIM_S(1));
	party->traffic.is_paused = true;
	lp_session_stop(party->gateway.session, LP_LEFT_SHUTTING_DOWN, &party->sim.now);
	sim_run(&party->sim, SIM_S(1));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, LP_LEFT_SHUTTING_DOWN), 1);
	come_as(party, &thief, &router, "");
	assert_null(sim_raw_find(&thief, LP_MESSAGE_WELCOME));
	assert_int_equal(sim_raw_find(&thief, LP_MESSAGE_REJECT)->reject.code,
			 LP_REJECT_MAC_IN_USE);
	sim_raw_fini(&thief);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stolen_place_is_given_back),
		cmocka_unit_test(thieves_in_a_row),
		cmocka_unit_test(a_place_that_was_left_behind),
		cmocka_unit_test(a_spare_gateway_stays),
		cmocka_unit_test(an_old_ticket_is_no_weapon),
		cmocka_unit_test(the_gateways_own_mac),
		cmocka_unit_test(a_machine_of_the_lan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
