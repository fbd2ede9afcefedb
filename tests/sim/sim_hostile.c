/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Peers that want more than is theirs: a place, memory, attention. Nobody else may pay for it. And
 * relays that send a session away: it comes back, but not at once and for ever.
 */

#include "party.h"
#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A long path, on which there is always a heartbeat that is not acknowledged yet. */
static void a_live_incumbent_far_away_stays(void **state)
{
	struct party *party = party_of(1, 0);
	struct sim_peer *client = party_add(party);
	(void)state;
	client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(175);
	party_wait_up(party, SIM_S(3));
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 200, 200);
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 200, 200);
	sim_run(&party->sim, SIM_S(2));
	for (unsigned i = 0; i < 8; i++) {
		struct sim_raw raw;
		struct lp_message hello = sim_raw_hello(1);
		sim_raw_init(&raw, &party->relay, 1);
		sim_run(&party->sim, SIM_MS(50 + 30 * i));
		hello.hello.mac = client->mac;
		sim_raw_send_message(&raw, &hello);
		sim_run(&party->sim, SIM_S(2));
		assert_non_null(sim_raw_find(&raw, LP_MESSAGE_REJECT));
		assert_int_equal(sim_raw_find(&raw, LP_MESSAGE_REJECT)->reject.code,
				 LP_REJECT_MAC_IN_USE);
		sim_raw_fini(&raw);
	}
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	party_end(party);
	printf("shows R6\n");
}

/* Many who ask for the same place do not keep each other waiting until the incumbent looks dead. */
static void many_challengers_are_no_proof(void **state)
{
	struct party *party = party_of(2, 0);
	struct sim_peer *client = party_add(party);
	struct sim_raw raw[8];
	(void)state;
	client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(100);
	party_wait_up(party, SIM_S(3));
	for (unsigned i = 0; i < 8; i++) {
		struct lp_message hello = sim_raw_hello(1);
		sim_raw_init(&raw[i], &party->relay, i + 1);
		sim_run(&party->sim, SIM_MS(75));
		hello.hello.mac = client->mac;
		sim_raw_send_message(&raw[i], &hello);
	}
	sim_run(&party->sim, SIM_S(2));
	for (unsigned i = 0; i < 8; i++) {
		assert_non_null(sim_raw_find(&raw[i], LP_MESSAGE_REJECT));
		sim_raw_fini(&raw[i]);
	}
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	party_end(party);
}

static size_t count_conns(const struct party *party)
{
	return lp_endpoint_conn_count(party->relay.worker->endpoint);
}

/* They complete the handshake and say nothing. Members stay, and an applicant gets in. */
static void strangers_are_few(void **state)
{
	struct party *party = party_new(3);
	struct sim_raw *raw = test_calloc(60, sizeof(*raw));
	(void)state;
	party->relay.conf.limits.half_open = 20;
	party->relay.conf.limits.retry_above = 20;
	party_start(party, 1);
	for (unsigned i = 0; i < 60; i++) {
		sim_raw_init(&raw[i], &party->relay, i + 1);
		raw[i].node.addr.ip[2] = (uint8_t)i; /* each from another network */
		sim_run(&party->sim, SIM_MS(20));
	}
	assert_in_range(count_conns(party), 2 + 18, 2 + 22);
	assert_true(raw[0].has_ended);
	assert_false(raw[59].has_ended);
	struct sim_peer *late = party_add(party);
	sim_wait_up(&party->sim, SIM_S(1), 1, &late);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	sim_run(&party->sim, SIM_S(7));
	assert_int_equal(count_conns(party), 3);
	for (unsigned i = 0; i < 60; i++)
		sim_raw_fini(&raw[i]);
	test_free(raw);
	party_end(party);
}

static bool is_stopped(void *worker)
{
	return lp_worker_is_stopped(worker);
}

/* A member that hears nothing, and strangers who complete their handshakes meanwhile. */
static void nobody_delays_the_stop(void **state)
{
	struct party *party = party_of(4, 1);
	struct sim_raw raw[4];
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		sim_raw_init(&raw[i], &party->relay, i + 1);
		raw[i].node.up.delay_ns = SIM_MS(200);
	}
	sim_run(&party->sim, SIM_MS(300));
	party->clients[0].node.up.is_cut = true;
	lp_worker_stop(party->relay.worker, &party->sim.now);
	assert_true(sim_run_until(&party->sim, SIM_MS(700), is_stopped, party->relay.worker));
	party->clients[0].node.up.is_cut = false;
	for (unsigned i = 0; i < 4; i++)
		sim_raw_fini(&raw[i]);
	party_end(party);
}

/* Opens a room of that name, and leaves it again. */
static void open_room(struct party *party, const char *code)
{
	struct sim_raw raw;
	struct lp_message hello = sim_raw_hello(1);
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	snprintf(hello.hello.room, sizeof(hello.hello.room), "%s", code);
	sim_raw_send_message(&raw, &hello);
	sim_run(&party->sim, SIM_MS(50));
	lp_conn_close(raw.conn, LP_QUIC_CODE_NONE, "");
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_fini(&raw);
}

/* Who opens rooms until there is no place for more shuts nobody out. */
static void empty_rooms_make_way(void **state)
{
	struct party *party = party_new(5);
	char code[16];
	(void)state;
	party->relay.conf.limits.rooms = 4;
	sim_relay_add_room(&party->relay, "party");
	sim_relay_start(&party->relay);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(code, sizeof(code), "junk%u", i);
		open_room(party, code);
	}
	party_start(party, 1);
	struct lp_admin_room *rooms = NULL;
	size_t count = 0;
	lp_worker_read_rooms(party->relay.worker, &rooms, &count);
	assert_int_equal(count, 4);
	assert_string_equal(rooms[0].code, "party");
	assert_string_equal(rooms[1].code, "junk7");
	free(rooms);
	sim_run(&party->sim, SIM_S(301));
	assert_int_equal(atomic_load(&party->relay.worker->own_room_count), 1);
	party_end(party);
	printf("shows R7\n");
}

/* One who opens rooms and stays in them leaves some for others. */
static void one_network_has_some_rooms(void **state)
{
	enum { RAWS = 20 };
	struct party *party = party_new(13);
	struct sim_raw *raw = test_calloc(RAWS, sizeof(*raw));
	struct lp_message hello = sim_raw_hello(1);
	unsigned welcome_count = 0;
	(void)state;
	party->relay.conf.limits.rooms = 16;
	party_start(party, 0);
	for (unsigned i = 0; i < RAWS; i++) {
		sim_raw_init(&raw[i], &party->relay, i + 1);
		sim_run(&party->sim, SIM_MS(50));
		snprintf(hello.hello.room, sizeof(hello.hello.room), "mine%u", i);
		sim_raw_send_message(&raw[i], &hello);
		sim_run(&party->sim, SIM_MS(50));
		const struct lp_message *reject = sim_raw_find(&raw[i], LP_MESSAGE_REJECT);
		assert_true(!reject || reject->reject.code == LP_REJECT_RELAY_FULL);
		welcome_count += sim_raw_find(&raw[i], LP_MESSAGE_WELCOME) != NULL;
	}
	assert_int_equal(welcome_count, 8);
	struct sim_peer other;
	sim_peer_init(&other, &party->relay, LP_ROLE_CLIENT, 77);
	other.config.room = "other";
	sim_peer_start(&other);
	struct sim_peer *others[] = {&other};
	sim_wait_up(&party->sim, SIM_S(1), 1, others);
	sim_peer_fini(&other);
	for (unsigned i = 0; i < RAWS; i++)
		sim_raw_fini(&raw[i]);
	test_free(raw);
	party_end(party);
}

static struct lp_peer *find_member(const struct party *party, uint16_t id)
{
	struct lp_room *room = LP_LIST_FIRST(&party->relay.worker->rooms, struct lp_room, link);
	return lp_room_find_id(room, id);
}

/* It takes nothing of the control stream: what waits for it does not grow for ever. */
static void who_does_not_read_is_cut(void **state)
{
	static const uint8_t heartbeats[1000 * 1000];
	struct party *party = party_of(6, 1);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	uint16_t id = sim_raw_join(&raw, 1);
	struct lp_conn *conn = lp_link_conn(find_member(party, id)->link);
	raw.node.up.is_cut = true;
	for (unsigned i = 0; i < 3; i++) {
		assert_false(lp_conn_is_closing(conn));
		lp_conn_send_stream(conn, heartbeats, sizeof(heartbeats));
	}
	assert_true(lp_conn_is_closing(conn));
	sim_run(&party->sim, SIM_S(31));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, LP_LEFT_CONNECTION_LOST), 1);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	sim_raw_fini(&raw);
	party_end(party);
}

static void who_says_too_much_is_cut(void **state)
{
	struct party *party = party_of(7, 1);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_join(&raw, 1);
	for (unsigned i = 0; i < 1000 && !raw.has_ended; i++) {
		sim_raw_send_json(&raw, "{\"type\":\"stats\",\"counters\":{}}");
		sim_run(&party->sim, SIM_MS(1));
	}
	assert_true(raw.has_ended);
	assert_int_equal(raw.end_code, LP_QUIC_CODE_PROTOCOL);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, LP_LEFT_PROTOCOL), 1);
	sim_raw_fini(&raw);
	party_end(party);
}

/* Few records, but long ones: each costs the parser what is in it. */
static void who_says_it_at_length_is_cut(void **state)
{
	static char json[LP_RECORD_MAX + 1];
	struct party *party = party_of(14, 1);
	struct sim_raw raw;
	unsigned count = 0;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_join(&raw, 1);
	int len = snprintf(json, sizeof(json), "{\"type\":\"stats\",\"counters\":{},\"x\":\"");
	memset(json + len, 'x', sizeof(json) - 3 - (size_t)len);
	strcpy(json + sizeof(json) - 3, "\"}");
	for (; count < 40 && !raw.has_ended; count++) {
		sim_raw_send_json(&raw, json);
		sim_run(&party->sim, SIM_MS(100));
	}
	assert_in_range(count, 3, 12);
	assert_int_equal(raw.end_code, LP_QUIC_CODE_PROTOCOL);
	/* What sessions say all evening is far from that. */
	sim_run(&party->sim, SIM_S(600));
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	sim_raw_fini(&raw);
	party_end(party);
}

/* Its budget up and down: the others do not notice, and it is not sent much for it. */
static void a_budget_that_flaps_costs_little(void **state)
{
	struct party *party = party_of(15, 1);
	struct sim_peer *client = &party->clients[0];
	struct sim_raw raw;
	char json[64];
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_join(&raw, 1);
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1500, 200);
	uint64_t before = raw.node.down.sent;
	for (unsigned i = 0; i < 250; i++) {
		snprintf(json, sizeof(json), "{\"type\":\"budget\",\"datagram_budget\":%u}",
			 i % 2 ? 1100U : 1400U);
		sim_raw_send_json(&raw, json);
		sim_run(&party->sim, SIM_MS(40));
	}
	assert_false(raw.has_ended);
	assert_in_range(raw.node.down.sent - before, 1, 4000);
	party_settle(party);
	assert_true(party->gateway.rx.stream[0].unique == party->traffic.streams[0].next);
	sim_raw_fini(&raw);
	party_end(party);
}

/* A disk that was copied: the same MAC and ticket on two PCs. One of them stays. */
static void two_with_one_ticket(void **state)
{
	struct party *party = party_of(8, 2);
	struct sim_peer *first = &party->clients[0], copy;
	(void)state;
	sim_run(&party->sim, SIM_S(100));
	sim_peer_init(&copy, &party->relay, LP_ROLE_CLIENT, 77);
	copy.mac = copy.config.mac = first->mac;
	snprintf(copy.ticket, sizeof(copy.ticket), "%s", first->ticket);
	sim_peer_start(&copy);
	sim_run(&party->sim, SIM_S(120));
	assert_in_range(first->event_count + copy.event_count, 1, 16);
	size_t welcomes =
		sim_peer_count(first, SIM_WELCOME, NULL) + sim_peer_count(&copy, SIM_WELCOME, NULL);
	sim_run(&party->sim, SIM_S(120));
	assert_int_equal(sim_peer_count(first, SIM_WELCOME, NULL) +
				 sim_peer_count(&copy, SIM_WELCOME, NULL),
			 welcomes);
	assert_int_equal(sim_peer_is_up(first) + sim_peer_is_up(&copy), 1);
	assert_int_equal(sim_peer_count(&party->clients[1], SIM_LEFT, NULL), 0);
	sim_peer_fini(&copy);
	party_end(party);
}

/* What it does wrong it will do again: the room must not hear of it ten times a second. */
static void who_was_cut_takes_its_time(void **state)
{
	struct party *party = party_of(9, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct lp_peer *peer = find_member(party, sim_peer_id(client));
		if (sim_peer_is_up(client) && peer)
			lp_conn_close(lp_link_conn(peer->link), LP_QUIC_CODE_MALFORMED, "");
		sim_run(&party->sim, SIM_MS(100));
	}
	assert_in_range(sim_peer_count(client, SIM_WELCOME, NULL), 2, 4);
	party_end(party);
}

/* Seven weeks, says the relay. */
static void patience_has_an_end(void **state)
{
	struct party *party = party_of(10, 1);
	struct sim_peer *client = &party->clients[0];
	struct lp_message message = {.type = LP_MESSAGE_DISCONNECT};
	(void)state;
	message.disconnect.after_ms = UINT32_MAX;
	lp_link_send_message(find_member(party, sim_peer_id(client))->link, &message);
	sim_run(&party->sim, SIM_S(1));
	assert_false(sim_peer_is_up(client));
	sim_run(&party->sim, SIM_S(301));
	assert_true(sim_peer_is_up(client));
	party_end(party);
}

/* Each packet from another port: the log does not tell of each. */
static void who_jumps_about_is_logged_a_little(void **state)
{
	struct party *party = party_of(11, 1);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_join(&raw, 1);
	for (unsigned i = 0; i < 100; i++) {
		raw.node.addr.port++;
		sim_raw_send(&raw, "\0\0\0\0", 4);
		sim_run(&party->sim, SIM_MS(60));
	}
	assert_in_range(sim_log_count(&party->sim, "peer moved to"), 1, 10);
	sim_raw_fini(&raw);
	party_end(party);
}

/* The first fragment of ever new frames, which are never finished. */
static void begin_frame(struct sim_raw *raw, uint16_t id, uint32_t sequence)
{
	static const uint8_t bytes[200];
	struct lp_datagram fragment = {
		.kind = LP_KIND_FRAGMENT,
		.source_id = id,
		.sequence = sequence,
		.frame_len = 1500,
		.payload = bytes,
		.payload_len = sizeof(bytes),
	};
	uint8_t datagram[256];
	size_t len;
	assert_int_equal(lp_datagram_encode(&fragment, datagram, sizeof(datagram), &len), LP_OK);
	sim_raw_send_datagram(raw, datagram, len);
}

/* Others have frames to send meanwhile, in fragments and whole, and each of them comes. */
static void who_begins_and_never_ends(void **state)
{
	enum { RAWS = 6 };
	struct party *party = party_new(12);
	struct sim_raw raw[RAWS];
	uint16_t ids[RAWS];
	(void)state;
	party->relay.conf.limits.pool_frames = 256;
	party_start(party, 1);
	struct sim_peer *client = &party->clients[0];
	for (unsigned i = 0; i < RAWS; i++) {
		sim_raw_init(&raw[i], &party->relay, i + 1);
		sim_run(&party->sim, SIM_MS(50));
		ids[i] = sim_raw_join(&raw[i], i + 1);
	}
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1500, 500);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1500, 500);
	for (uint32_t ms = 0; ms < 1000; ms++) {
		for (unsigned i = 0; i < RAWS; i++)
			begin_frame(&raw[i], ids[i], ms);
		sim_run(&party->sim, SIM_MS(1));
		assert_true(lp_pool_free_count(party->relay.worker->pool) > 128);
	}
	party_settle(party);
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(&party->relay, &ledger, &queued);
	assert_true(ledger.frames[LP_VERDICT_POOL_EMPTY] > 0);
	assert_true(client->rx.stream[1].unique == party->traffic.streams[1].next);
	assert_true(party->gateway.rx.stream[0].unique == party->traffic.streams[0].next);
	assert_true(party->traffic.streams[0].next >= 400);
	assert_int_equal(party->relay.worker->joins.count, 0);
	for (unsigned i = 0; i < RAWS; i++)
		sim_raw_fini(&raw[i]);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_live_incumbent_far_away_stays),
		cmocka_unit_test(many_challengers_are_no_proof),
		cmocka_unit_test(strangers_are_few),
		cmocka_unit_test(nobody_delays_the_stop),
		cmocka_unit_test(empty_rooms_make_way),
		cmocka_unit_test(who_does_not_read_is_cut),
		cmocka_unit_test(who_says_too_much_is_cut),
		cmocka_unit_test(two_with_one_ticket),
		cmocka_unit_test(who_was_cut_takes_its_time),
		cmocka_unit_test(patience_has_an_end),
		cmocka_unit_test(who_jumps_about_is_logged_a_little),
		cmocka_unit_test(who_begins_and_never_ends),
		cmocka_unit_test(one_network_has_some_rooms),
		cmocka_unit_test(who_says_it_at_length_is_cut),
		cmocka_unit_test(a_budget_that_flaps_costs_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
