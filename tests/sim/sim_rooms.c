/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The rooms of a relay as its admins see them: those of the configuration are always there. */

#include "party.h"

#include "link/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The rooms of the relay, "code:clients" each, in the order of its list. */
static void check_rooms(const struct party *party, const char *wanted)
{
	struct lp_admin_room *rooms = NULL;
	char text[256] = "";
	size_t count = 0;
	lp_worker_read_rooms(party->relay.worker, &rooms, &count);
	for (size_t i = 0; i < count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s:%u", i ? " " : "",
			 rooms[i].code, rooms[i].client_count);
	free(rooms);
	assert_string_equal(text, wanted);
}

static bool has_peers(const struct party *party, const char *room)
{
	struct lp_admin_peer *peers = NULL;
	size_t count = 0;
	bool is_found = lp_worker_read_peers(party->relay.worker, room, &peers, &count);
	free(peers);
	assert_true(is_found);
	return count > 0;
}

/* What the first line of the relay's status says of them. */
static void check_summary(const struct party *party, const char *wanted)
{
	struct lp_worker_summary summary = {0};
	char text[LP_ADMIN_TEXT_MAX];
	lp_worker_read_summary(party->relay.worker, &summary);
	lp_worker_summary_text(&summary, text, sizeof(text));
	assert_string_equal(text, wanted);
}

/* The sentence and the number of rooms beside it say the same. */
static void the_status_counts_rooms(void **state)
{
	struct party *party = party_new(35);
	(void)state;
	sim_relay_start(&party->relay);
	check_summary(party, "ready: nobody is connected, and there is no room yet");
	sim_relay_kill(&party->relay);
	sim_relay_add_room(&party->relay, "party");
	sim_relay_start(&party->relay);
	check_summary(party, "ready: nobody is connected, 1 room is there");
	sim_relay_kill(&party->relay);
	sim_relay_add_room(&party->relay, "other");
	sim_relay_start(&party->relay);
	check_summary(party, "ready: nobody is connected, 2 rooms are there");
	party_start(party, 1);
	check_summary(party, "relaying for 2 peers in 1 of 2 rooms");
	party_end(party);
	party = party_of(36, 2);
	check_summary(party, "relaying for 3 peers in 1 room");
	party_end(party);
}

static void reconfigure(struct party *party)
{
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	sim_run(&party->sim, SIM_MS(100));
}

static void configured_rooms_are_there(void **state)
{
	struct party *party = party_new(31);
	struct lp_ledger ledger = {0};
	(void)state;
	party->relay.conf.open_rooms = false;
	sim_relay_add_room(&party->relay, "Party");
	sim_relay_add_room(&party->relay, "other");
	sim_relay_start(&party->relay);
	struct lp_worker *worker = party->relay.worker;
	check_rooms(party, "Party:0 other:0");
	assert_false(has_peers(party, "PARTY"));
	assert_true(lp_worker_read_ledger(worker, "party", &ledger));
	assert_int_equal(lp_worker_set_frame_log(worker, "other", 0, true), LP_OK);
	assert_int_equal(lp_worker_set_frame_log(worker, "party", 7, true), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_worker_kick(worker, "party", 7, 0, "uid 0 (root)"), LP_ERR_NOT_FOUND);
	struct lp_admin_peer *peers = NULL;
	size_t count = 0;
	assert_false(lp_worker_read_peers(worker, "elsewhere", &peers, &count));
	assert_int_equal(lp_worker_set_frame_log(worker, "elsewhere", 0, true), LP_ERR_NOT_FOUND);

	party_start(party, 2);
	check_rooms(party, "Party:2 other:0");
	assert_true(has_peers(party, "party"));
	/* They stay, however long nobody is in. */
	sim_run(&party->sim, SIM_S(400));
	check_rooms(party, "Party:2 other:0");
	party_end(party);
}

static void a_reload_makes_and_closes_rooms(void **state)
{
	struct party *party = party_new(32);
	(void)state;
	party->relay.conf.open_rooms = false;
	sim_relay_add_room(&party->relay, "party");
	party_start(party, 1);
	sim_relay_add_room(&party->relay, "second");
	reconfigure(party);
	check_rooms(party, "party:1 second:0");
	party->relay.conf.room_count = 1;
	reconfigure(party);
	check_rooms(party, "party:1");
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	party_end(party);
}

/* What is asked before anybody came holds for who comes then, until a reload. */
static void frames_are_logged_from_the_first_on(void **state)
{
	struct party *party = party_new(33);
	(void)state;
	sim_relay_add_room(&party->relay, "party");
	sim_relay_start(&party->relay);
	assert_int_equal(lp_worker_set_frame_log(party->relay.worker, NULL, 0, true), LP_OK);
	party_start(party, 1);
	struct sim_peer *stranger = party_add(party);
	sim_peer_kill(stranger);
	stranger->config.room = "opened-later";
	sim_peer_start(stranger);
	sim_wait_up(&party->sim, SIM_S(2), 1, &stranger);
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 200, 10);
	sim_traffic_add(&party->traffic, stranger, NULL, 200, 10);
	sim_run(&party->sim, SIM_S(2));
	assert_in_range(sim_log_count(&party->sim, "room=party"), 10, 100);
	assert_in_range(sim_log_count(&party->sim, "room=opened-later"), 10, 100);
	reconfigure(party);
	size_t before = sim_log_count(&party->sim, "room=");
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 200, 10);
	sim_run(&party->sim, SIM_S(2));
	assert_int_equal(sim_log_count(&party->sim, "room="), before);
	party_end(party);
}

/* A room is found in any spelling, and shown to everybody as the organiser wrote it. */
static void a_room_is_called_as_it_is_configured(void **state)
{
	struct party *party = party_new(35);
	(void)state;
	sim_relay_add_room(&party->relay, "LAN-Party");
	sim_relay_start(&party->relay);
	struct sim_peer *client = party_add(party);
	sim_peer_kill(client);
	client->config.room = "lan-PARTY";
	sim_peer_start(client);
	sim_wait_up(&party->sim, SIM_S(2), 1, &client);
	assert_string_equal(client->welcome.room, "LAN-Party");
	check_rooms(party, "LAN-Party:1");
	assert_int_equal(sim_log_count(&party->sim, "joined room \"LAN-Party\""), 1);
	assert_int_equal(sim_log_count(&party->sim, "lan-party"), 0);
	assert_int_equal(lp_worker_kick(party->relay.worker, "LAN-party", sim_peer_id(client),
					LP_NS_PER_S, "uid 0"),
			 LP_OK);
	struct lp_admin_ban *bans = NULL;
	size_t count = 0;
	assert_true(lp_worker_read_bans(party->relay.worker, "lan-party", &bans, &count));
	assert_int_equal(count, 1);
	assert_string_equal(bans[0].room, "LAN-Party");
	free(bans);
	sim_run(&party->sim, SIM_S(1));
	party_end(party);
}

/* Of several workers each has the rooms that are its own. */
static void each_room_is_at_one_worker(void **state)
{
	struct party *party = party_new(34);
	struct sim_relay *relay = &party->relay;
	static const char *const codes[] = {"alpha", "beta", "gamma", "delta"};
	(void)state;
	for (size_t i = 0; i < 4; i++)
		sim_relay_add_room(relay, codes[i]);
	relay->config.worker_count = 2;
	for (unsigned worker = 0; worker < 2; worker++) {
		char wanted[64] = "";
		relay->config.worker = worker;
		sim_relay_start(relay);
		for (size_t i = 0; i < 4; i++) {
			if (lp_shard_of_room(codes[i]) % 2 == worker)
				snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted),
					 "%s%s:0", *wanted ? " " : "", codes[i]);
		}
		assert_true(*wanted);
		check_rooms(party, wanted);
		sim_relay_kill(relay);
	}
	relay->config.worker = 0;
	relay->config.worker_count = 1;
	party_start(party, 1);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configured_rooms_are_there),
		cmocka_unit_test(a_reload_makes_and_closes_rooms),
		cmocka_unit_test(frames_are_logged_from_the_first_on),
		cmocka_unit_test(the_status_counts_rooms),
		cmocka_unit_test(a_room_is_called_as_it_is_configured),
		cmocka_unit_test(each_room_is_at_one_worker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
