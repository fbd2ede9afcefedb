/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Who wants to be somebody else: MAC addresses are no secret, everybody in the room is told them.
 */

#include "party.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Says hello in that role with that MAC, until the relay has answered. */
static void come_in_role(struct party *party, struct sim_raw *raw, enum lp_peer_role role,
			 const struct lp_mac *mac, const char *ticket)
{
	struct lp_message hello = sim_raw_hello(1);
	static unsigned number; /* each from an address of his own */
	number = number % 100 + 1;
	sim_raw_init(raw, &party->relay, number);
	sim_run(&party->sim, SIM_MS(50));
	hello.hello.role = role;
	hello.hello.mac = *mac;
	snprintf(hello.hello.resume, sizeof(hello.hello.resume), "%s", ticket);
	sim_raw_send_message(raw, &hello);
	sim_run(&party->sim, SIM_S(2));
}

/* With another's MAC. */
static void come_as(struct party *party, struct sim_raw *raw, const struct lp_mac *mac,
		    const char *ticket)
{
	come_in_role(party, raw, LP_ROLE_CLIENT, mac, ticket);
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

/* A spare gateway stands in for one that has lost its line, which then has its place again. */
static void a_spare_gateway_makes_way(void **state)
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
	sim_run(&party->sim, SIM_S(60));
	assert_true(sim_peer_is_up(&party->gateway));
	assert_false(sim_peer_is_up(&spare));
	sim_peer_fini(&spare);
	party_end(party);
}

static const struct lp_mac thief_mac = {{0x02, 0x66, 0x66, 0x66, 0x66, 0x66}};

/* Comes for the gateway's place. True when the relay lets the thief in. */
static bool take_gateway(struct party *party, struct sim_raw *raw, const char *ticket)
{
	come_in_role(party, raw, LP_ROLE_GATEWAY, &thief_mac, ticket);
	return sim_raw_find(raw, LP_MESSAGE_WELCOME) != NULL;
}

static bool is_gateway_place_free(struct party *party)
{
	struct sim_raw raw;
	bool is_free = take_gateway(party, &raw, "");
	if (!is_free) {
		const struct lp_reject *reject = &sim_raw_find(&raw, LP_MESSAGE_REJECT)->reject;
		assert_int_equal(reject->code, LP_REJECT_GATEWAY_EXISTS);
	}
	sim_raw_fini(&raw);
	return is_free;
}

/* Nine seconds without a word of the gateway, asked for its place all the time. */
static void a_silent_gateway_keeps_its_place(void **state)
{
	struct party *party = party_of(8, 1);
	uint16_t id = sim_peer_id(&party->gateway);
	(void)state;
	cut_line(&party->gateway, true);
	sim_run(&party->sim, SIM_MS(600));
	for (unsigned i = 0; i < 3; i++)
		assert_false(is_gateway_place_free(party));
	assert_true(sim_log_count(&party->sim, "its place is free in") >= 1);
	cut_line(&party->gateway, false);
	sim_run(&party->sim, SIM_S(3));
	assert_true(sim_peer_is_up(&party->gateway));
	assert_int_equal(sim_peer_id(&party->gateway), id);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, NULL), 0);
	party_end(party);
}

/* Nor is a connection that has broken the end of the place: the process died, and comes back. */
static void a_dead_gateway_keeps_its_place(void **state)
{
	struct party *party = party_of(9, 1);
	(void)state;
	sim_peer_kill(&party->gateway);
	for (unsigned i = 0; i < 3; i++)
		assert_false(is_gateway_place_free(party));
	sim_peer_start(&party->gateway);
	sim_run(&party->sim, SIM_MS(500));
	assert_true(sim_peer_is_up(&party->gateway));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, NULL), 0);
	party_end(party);
}

/* What the relay's status says of places that changed hands. */
static void check_told(const struct party *party, enum lp_admin_level level, const char *text)
{
	struct lp_worker_summary summary = {0};
	lp_worker_read_summary(party->relay.worker, &summary);
	assert_int_equal(summary.seat_count, 1);
	assert_int_equal(summary.seats[0].level, level);
	assert_non_null(strstr(summary.seats[0].text, text));
	assert_non_null(strstr(summary.seats[0].text, "02:66:66:66:66:66) at 203.0.113."));
}

/* The thief has the place after ten seconds, or sooner where it was given up, and for how long? */
static void lose_and_win_back(struct party *party, uint64_t sits_ns)
{
	struct sim_raw thief;
	size_t changes = sim_log_count(&party->sim, "has changed hands");
	assert_true(take_gateway(party, &thief, ""));
	assert_int_equal(sim_log_count(&party->sim, "has changed hands"), changes + 1);
	check_told(party, LP_ADMIN_WARN, "02:66:66:66:66:66) at 203.0.113.");
	sim_run(&party->sim, sits_ns);
	if (!party->gateway.session)
		sim_peer_start(&party->gateway);
	cut_line(&party->gateway, false);
	sim_run(&party->sim, SIM_S(9));
	assert_true(sim_peer_is_up(&party->gateway));
	assert_true(thief.has_ended);
	assert_int_equal(sim_log_count(&party->sim, "has won it back"), changes / 2 + 1);
	check_told(party, LP_ADMIN_NOTE, "won it back from");
	/* The thief's own ticket is no claim, whether the gateway is heard or not. */
	cut_line(&party->gateway, true);
	sim_run(&party->sim, SIM_S(1));
	struct sim_raw again;
	assert_false(take_gateway(party, &again,
				  sim_raw_find(&thief, LP_MESSAGE_WELCOME)->welcome.resume));
	sim_raw_fini(&again);
	cut_line(&party->gateway, false);
	sim_run(&party->sim, SIM_S(3));
	assert_true(sim_peer_is_up(&party->gateway));
	sim_raw_fini(&thief);
}

static void the_gateways_place_is_won_back(void **state)
{
	struct party *party = party_of(10, 1);
	(void)state;
	cut_line(&party->gateway, true);
	sim_run(&party->sim, SIM_MS(10100)); /* the relay has noticed nothing yet */
	lose_and_win_back(party, SIM_S(2));
	cut_line(&party->gateway, true);
	sim_run(&party->sim, SIM_S(20)); /* its place was kept */
	lose_and_win_back(party, SIM_S(120));
	cut_line(&party->gateway, true);
	sim_run(&party->sim, SIM_S(90)); /* and was not any more */
	lose_and_win_back(party, SIM_S(400));
	party_end(party);
}

/* A goodbye frees the place at once, for a spare one as for a thief: the ticket is still good. */
static void a_goodbye_is_no_gift(void **state)
{
	struct party *party = party_of(11, 1);
	(void)state;
	lp_session_stop(party->gateway.session, LP_LEFT_SHUTTING_DOWN, &party->sim.now);
	sim_run(&party->sim, SIM_S(1));
	sim_peer_kill(&party->gateway);
	lose_and_win_back(party, SIM_S(5));
	party_end(party);
}

/* The relay is started again, and thieves are the first to come. */
static void first_after_a_restart(void **state)
{
	struct party *party = party_of(12, 1);
	struct sim_peer *client = &party->clients[0];
	struct sim_raw thief, duplicate;
	(void)state;
	cut_line(&party->gateway, true);
	cut_line(client, true);
	sim_relay_kill(&party->relay);
	sim_relay_start(&party->relay);
	assert_true(take_gateway(party, &thief, ""));
	come_as(party, &duplicate, &client->mac, "");
	assert_non_null(sim_raw_find(&duplicate, LP_MESSAGE_WELCOME));
	sim_run(&party->sim, SIM_S(60));
	cut_line(&party->gateway, false);
	cut_line(client, false);
	sim_run(&party->sim, SIM_S(9));
	assert_true(sim_peer_is_up(&party->gateway));
	assert_true(sim_peer_is_up(client));
	assert_true(thief.has_ended && duplicate.has_ended);
	sim_raw_fini(&thief);
	sim_raw_fini(&duplicate);
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
		cmocka_unit_test(a_spare_gateway_makes_way),
		cmocka_unit_test(a_silent_gateway_keeps_its_place),
		cmocka_unit_test(a_dead_gateway_keeps_its_place),
		cmocka_unit_test(the_gateways_place_is_won_back),
		cmocka_unit_test(a_goodbye_is_no_gift),
		cmocka_unit_test(first_after_a_restart),
		cmocka_unit_test(an_old_ticket_is_no_weapon),
		cmocka_unit_test(the_gateways_own_mac),
		cmocka_unit_test(a_machine_of_the_lan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
