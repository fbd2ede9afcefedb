/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Control records that are not right: a clear answer, a closed connection, and nobody else
 * disturbed. */

#include "party.h"
#include "quic/conn_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool has_ended(void *arg)
{
	return ((struct sim_raw *)arg)->has_ended;
}

/* The connection ends within `ns`; gives the code that it was closed with. */
static uint64_t wait_end(struct sim_raw *raw, uint64_t ns)
{
	if (!sim_run_until(raw->node.sim, ns, has_ended, raw))
		fail_msg("the connection is still open");
	assert_int_equal(raw->end, LP_CONN_END_PEER);
	return raw->end_code;
}

static void connect_raw(struct sim_raw *raw, struct party *party, unsigned number)
{
	sim_raw_init(raw, &party->relay, number);
	sim_run(&party->sim, SIM_MS(50));
	assert_true(raw->is_ready);
}

/* The party goes on: its members lost nothing, and heard of nobody who came or left. */
static void check_undisturbed(struct party *party)
{
	uint64_t before = party->gateway.rx.stream[0].unique;
	sim_run(&party->sim, SIM_MS(500));
	assert_in_range(party->gateway.rx.stream[0].unique - before, 45, 55);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LOST, NULL), 0);
}

static struct party *party_with_traffic(uint64_t seed)
{
	struct party *party = party_of(seed, 1);
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 200, 100);
	return party;
}

static void bad_hellos_are_rejected(void **state)
{
	static const struct {
		const char *json;
		enum lp_reject_code code;
	} cases[] = {
		{"", LP_REJECT_BAD_HELLO}, /* replaced: no JSON at all */
		{"hello", LP_REJECT_BAD_HELLO},
		{"[]", LP_REJECT_BAD_HELLO},
		{"{\"type\":\"hello\"", LP_REJECT_BAD_HELLO},
		{"{\"type\":\"hello\"}", LP_REJECT_BAD_HELLO},
		{"{\"type\":\"hello\",\"version\":2}", LP_REJECT_VERSION},
		{"{\"type\":\"hello\",\"version\":0,\"new\":[[]]}", LP_REJECT_VERSION},
		{"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}",
		 LP_REJECT_BAD_HELLO},
		{"{\"type\":\"hello\xff\"}", LP_REJECT_BAD_HELLO},
		{"{\"type\":\"stats\",\"counters\":{}}", LP_REJECT_BAD_HELLO},
		{"{\"type\":\"disconnect\",\"reason\":\"x\"}", LP_REJECT_BAD_HELLO},
		{"{\"type\":\"peer_left\",\"peer_id\":1,\"reason\":\"x\"}", LP_REJECT_BAD_HELLO},
	};
	struct party *party = party_with_traffic(1);
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_raw raw;
		connect_raw(&raw, party, 1);
		if (i == 0)
			sim_raw_send(&raw, "\0\0\0\1\0", 5);
		else
			sim_raw_send_json(&raw, cases[i].json);
		assert_int_equal(wait_end(&raw, SIM_S(2)), LP_QUIC_CODE_REJECTED);
		const struct lp_message *reject = sim_raw_find(&raw, LP_MESSAGE_REJECT);
		assert_non_null(reject);
		assert_int_equal(reject->reject.code, cases[i].code);
		assert_true(reject->reject.message[0]);
		sim_raw_fini(&raw);
	}
	check_undisturbed(party);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_JOINED, NULL), 1);
	party_end(party);
	printf("shows C2 C5 C14\n");
}

static void fields_are_checked(void **state)
{
	struct party *party = party_with_traffic(2);
	static const struct {
		const char *room;
		struct lp_mac mac;
	} cases[] = {
		{"party", {{0, 0, 0, 0, 0, 0}}},
		{"party", {{0x01, 0, 0x5e, 0, 0, 1}}},
		{"party", {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_raw raw;
		char json[512], mac[LP_MAC_TEXT_LEN];
		connect_raw(&raw, party, 1);
		snprintf(json, sizeof(json),
			 "{\"type\":\"hello\",\"version\":1,\"role\":\"client\",\"room\":\"%s\","
			 "\"mac\":\"%s\",\"name\":\"x\",\"epoch\":\"0000000000000001\","
			 "\"datagram_budget\":1168,\"features\":[]}",
			 cases[i].room, lp_mac_format(&cases[i].mac, mac));
		sim_raw_send_json(&raw, json);
		assert_int_equal(wait_end(&raw, SIM_S(2)), LP_QUIC_CODE_REJECTED);
		assert_int_equal(sim_raw_find(&raw, LP_MESSAGE_REJECT)->reject.code,
				 LP_REJECT_BAD_MAC);
		sim_raw_fini(&raw);
	}
	check_undisturbed(party);
	party_end(party);
	printf("shows C10\n");
}

/* Half a record, or none at all: nobody waits for the rest for ever. */
static void silence_is_cut(void **state)
{
	struct party *party = party_with_traffic(3);
	struct sim_raw half, silent, beating;
	(void)state;
	connect_raw(&half, party, 1);
	connect_raw(&silent, party, 2);
	connect_raw(&beating, party, 3);
	sim_raw_send(&half, "\0\0\0\x64{\"type\":\"hello\"", 18);
	sim_raw_send(&beating, "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(wait_end(&half, SIM_S(7)), LP_QUIC_CODE_REJECTED);
	/* Who opened no stream cannot be told why. */
	assert_int_equal(wait_end(&silent, SIM_S(2)), LP_QUIC_CODE_REJECTED);
	assert_int_equal(wait_end(&beating, SIM_S(1)), LP_QUIC_CODE_REJECTED);
	check_undisturbed(party);
	sim_raw_fini(&half);
	sim_raw_fini(&silent);
	sim_raw_fini(&beating);
	party_end(party);
}

static void oversize_is_cut(void **state)
{
	static const uint8_t length[4] = {0, 0, 0x40, 1}; /* 16385 */
	struct party *party = party_with_traffic(4);
	struct sim_raw applicant, member;
	(void)state;
	connect_raw(&applicant, party, 1);
	sim_raw_send(&applicant, length, sizeof(length));
	assert_int_equal(wait_end(&applicant, SIM_S(2)), LP_QUIC_CODE_REJECTED);
	connect_raw(&member, party, 2);
	uint16_t id = sim_raw_join(&member, 2);
	sim_raw_send(&member, length, sizeof(length));
	assert_int_equal(wait_end(&member, SIM_S(2)), LP_QUIC_CODE_PROTOCOL);
	check_undisturbed(party);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, LP_LEFT_PROTOCOL), 1);
	const struct lp_session_peer *peer;
	for (size_t cursor = 0; (peer = lp_session_next_peer(party->gateway.session, &cursor));)
		assert_int_not_equal(peer->id, id);
	sim_raw_fini(&applicant);
	sim_raw_fini(&member);
	party_end(party);
	printf("shows C13\n");
}

static void wrong_order_is_cut(void **state)
{
	static const char *const wrong[] = {
		"{\"type\":\"hello\",\"version\":2}",
		("{\"type\":\"welcome\",\"mode\":\"ethernet\",\"peer_id\":1,\"room\":\"party\","
		 "\"mtu\":1500,\"gateway_present\":false,\"lan_prefixes\":[],\"features\":[]}"),
		"{\"type\":\"peer_left\",\"peer_id\":1,\"reason\":\"x\"}",
		"{\"type\":\"reject\",\"code\":\"no_room\",\"message\":\"x\"}",
		"{",
	};
	struct party *party = party_with_traffic(5);
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sim_raw raw;
		connect_raw(&raw, party, 1);
		sim_raw_join(&raw, 1);
		sim_raw_send_json(&raw, wrong[i]);
		assert_int_equal(wait_end(&raw, SIM_S(2)), LP_QUIC_CODE_PROTOCOL);
		sim_raw_fini(&raw);
	}
	struct sim_raw twice;
	connect_raw(&twice, party, 1);
	sim_raw_join(&twice, 1);
	struct lp_message hello = sim_raw_hello(1);
	sim_raw_send_message(&twice, &hello);
	assert_int_equal(wait_end(&twice, SIM_S(2)), LP_QUIC_CODE_PROTOCOL);
	sim_raw_fini(&twice);
	check_undisturbed(party);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, LP_LEFT_PROTOCOL), 6);
	party_end(party);
}

/* What is new in a later version does no harm. */
static void the_unknown_is_ignored(void **state)
{
	struct party *party = party_with_traffic(6);
	struct sim_raw raw;
	(void)state;
	connect_raw(&raw, party, 1);
	struct lp_message hello = sim_raw_hello(1);
	uint8_t record[LP_RECORD_HEADER_LEN + LP_RECORD_MAX];
	size_t len;
	assert_int_equal(lp_message_encode(&hello, record, sizeof(record), &len), LP_OK);
	for (size_t i = 0; i < len; i++) { /* in the smallest portions */
		sim_raw_send(&raw, record + i, 1);
		sim_run(&party->sim, SIM_MS(1));
	}
	sim_run(&party->sim, SIM_MS(50));
	const struct lp_message *welcome = sim_raw_find(&raw, LP_MESSAGE_WELCOME);
	assert_non_null(welcome);
	assert_int_equal(welcome->welcome.features, LP_FEATURE_FRAGMENTS | LP_FEATURE_RESUME);
	sim_raw_send_json(&raw, "{\"type\":\"fashion\",\"colour\":\"green\"}");
	sim_raw_send_json(&raw, "{\"type\":\"budget\",\"datagram_budget\":1300,\"why\":[1,{}]}");
	sim_run(&party->sim, SIM_S(1));
	assert_false(raw.has_ended);

	/* The session's side of it: a member's own stats are kept for the admin (R35). */
	sim_raw_send_json(&raw, "{\"type\":\"stats\",\"counters\":{\"frames_tx\":42}}");
	sim_run(&party->sim, SIM_MS(100));
	struct lp_admin_peer *peers = NULL;
	size_t count = 0;
	assert_true(lp_worker_read_peers(party->relay.worker, "party", &peers, &count));
	assert_int_equal(count, 3);
	assert_true(peers[2].has_stats);
	assert_int_equal(peers[2].stats_frames_tx, 42);
	assert_in_range(peers[2].last_seen_age_ms, 0, 100);
	free(peers);
	check_undisturbed(party);
	sim_raw_fini(&raw);
	party_end(party);
	printf("shows C1 C7 R35 R37\n");
}

/* Control bytes in the very packets that end the handshake: they are heard. */
static void a_hello_with_the_handshake(void **state)
{
	struct party *party = party_with_traffic(7);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	struct lp_message hello = sim_raw_hello(1);
	sim_raw_send_message(&raw, &hello);
	sim_run(&party->sim, SIM_MS(80));
	assert_non_null(sim_raw_find(&raw, LP_MESSAGE_WELCOME));
	sim_raw_fini(&raw);
	party_end(party);
}

/* --- the end of the stream --- */

/* FIN, RESET_STREAM or STOP_SENDING; the connection goes on. */
enum ending { ENDING_FIN, ENDING_RESET, ENDING_STOP, ENDING__COUNT };

static void end_half(struct lp_conn *conn, enum ending ending)
{
#if NGTCP2_VERSION_NUM < 0x010000
	if (ending == ENDING_RESET)
		ngtcp2_conn_shutdown_stream_write(conn->quic, conn->stream_id, 7);
	if (ending == ENDING_STOP)
		ngtcp2_conn_shutdown_stream_read(conn->quic, conn->stream_id, 7);
#else
	if (ending == ENDING_RESET)
		ngtcp2_conn_shutdown_stream_write(conn->quic, 0, conn->stream_id, 7);
	if (ending == ENDING_STOP)
		ngtcp2_conn_shutdown_stream_read(conn->quic, 0, conn->stream_id, 7);
#endif
}

/* The connection's node says so in a packet of its own. */
static void end_stream(struct sim_node *node, struct lp_conn *conn, enum ending ending)
{
	uint8_t packet[NGTCP2_MAX_UDP_PAYLOAD_SIZE];
	ngtcp2_path_storage path;
	ngtcp2_pkt_info info;
	ngtcp2_path_storage_zero(&path);
	end_half(conn, ending);
	bool is_fin = ending == ENDING_FIN;
	ngtcp2_ssize len = ngtcp2_conn_writev_stream(
		conn->quic, &path.path, &info, packet, sizeof(packet), NULL,
		is_fin ? NGTCP2_WRITE_STREAM_FLAG_FIN : NGTCP2_WRITE_STREAM_FLAG_NONE,
		is_fin ? conn->stream_id : -1, NULL, 0, node->sim->now.mono_ns);
	assert_true(len > 0);
	struct lp_packet_tx tx = {
		.path = conn->path, .data = packet, .len = (size_t)len, .segment_len = (size_t)len};
	sim_node_send(node, &tx, 1);
}

/* Who can be told nothing, or tell nothing, is no member: the others hear that it left. */
static void who_ends_the_stream_is_cut(void **state)
{
	struct party *party = party_with_traffic(8);
	(void)state;
	for (enum ending ending = 0; ending < ENDING__COUNT; ending++) {
		struct sim_raw raw;
		connect_raw(&raw, party, 1);
		sim_raw_join(&raw, 1);
		sim_run(&party->sim, SIM_MS(200));
		end_stream(&raw.node, raw.conn, ending);
		assert_int_equal(wait_end(&raw, SIM_MS(300)), LP_QUIC_CODE_PROTOCOL);
		assert_string_equal(raw.end_text, LP_LEFT_PROTOCOL);
		sim_run(&party->sim, SIM_MS(50));
		assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, LP_LEFT_PROTOCOL),
				 ending + 1);
		sim_raw_fini(&raw);
	}
	assert_int_equal(sim_log_count(&party->sim, "is cut off: the control stream has ended"),
			 ENDING__COUNT);
	check_undisturbed(party);
	party_end(party);
}

/* Who takes no more records is heard at once, though there is nothing to tell. */
static void a_stream_that_nobody_reads_ends_at_once(void **state)
{
	struct party *party = party_of(12, 1);
	struct sim_raw raw;
	(void)state;
	connect_raw(&raw, party, 1);
	sim_raw_join(&raw, 1);
	sim_run(&party->sim, SIM_S(3));
	end_stream(&raw.node, raw.conn, ENDING_STOP);
	assert_int_equal(wait_end(&raw, SIM_MS(15)), LP_QUIC_CODE_PROTOCOL);
	sim_raw_fini(&raw);
	/* And a relay that does it is left at once. */
	struct sim_peer *client = &party->clients[0];
	struct lp_room *room = LP_LIST_FIRST(&party->relay.worker->rooms, struct lp_room, link);
	struct lp_peer *peer = lp_room_find_id(room, sim_peer_id(client));
	end_stream(&party->relay.node, lp_link_conn(peer->link), ENDING_STOP);
	sim_run(&party->sim, SIM_MS(15));
	assert_int_equal(sim_peer_count(client, SIM_LOST, "the relay ended the control stream"), 1);
	sim_run(&party->sim, SIM_S(12));
	party_end(party);
}

/* Before its hello, too; where that is possible it is told what it did. */
static void no_hello_can_follow_the_end(void **state)
{
	struct party *party = party_with_traffic(9);
	struct sim_raw raw;
	(void)state;
	for (enum ending ending = 0; ending < ENDING__COUNT; ending++) {
		connect_raw(&raw, party, 1);
		sim_raw_send(&raw, "\0\0\0\0\0\0", 6); /* a heartbeat, and half of one */
		sim_run(&party->sim, SIM_MS(50));
		end_stream(&raw.node, raw.conn, ending);
		assert_int_equal(wait_end(&raw, SIM_S(2)), LP_QUIC_CODE_REJECTED);
		const struct lp_message *reject = sim_raw_find(&raw, LP_MESSAGE_REJECT);
		assert_int_equal(reject != NULL, ending != ENDING_STOP);
		if (reject)
			assert_string_equal(reject->reject.message, "the control stream has ended");
		sim_raw_fini(&raw);
	}
	check_undisturbed(party);
	party_end(party);
}

/* All that came before the end counts. */
static void a_goodbye_before_the_end_is_one(void **state)
{
	struct party *party = party_with_traffic(10);
	struct sim_raw raw;
	(void)state;
	connect_raw(&raw, party, 1);
	sim_raw_join(&raw, 1);
	sim_raw_send_json(&raw, "{\"type\":\"disconnect\",\"reason\":\"bed\"}");
	lp_endpoint_flush(raw.endpoint, party->sim.now.mono_ns);
	end_stream(&raw.node, raw.conn, ENDING_FIN);
	assert_int_equal(wait_end(&raw, SIM_S(1)), LP_QUIC_CODE_NONE);
	check_undisturbed(party);
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, "bed"), 1);
	assert_int_equal(sim_log_count(&party->sim, "is cut off"), 0);
	sim_raw_fini(&raw);
	party_end(party);
}

/* A relay that does it: its session ends the connection, and comes back, but not at once. */
static void a_relay_may_not_end_it_either(void **state)
{
	struct party *party = party_of(11, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	for (enum ending ending = ENDING_FIN; ending <= ENDING_RESET; ending++) {
		struct lp_room *room =
			LP_LIST_FIRST(&party->relay.worker->rooms, struct lp_room, link);
		struct lp_peer *peer = lp_room_find_id(room, sim_peer_id(client));
		end_stream(&party->relay.node, lp_link_conn(peer->link), ending);
		sim_run(&party->sim, SIM_MS(50));
		assert_false(sim_peer_is_up(client));
		assert_int_equal(sim_peer_count(client, SIM_LOST,
						"the relay ended the control stream, and can tell "
						"us nothing more"),
				 ending + 1);
		assert_int_equal(sim_peer_count(&party->gateway, SIM_LEFT, LP_LEFT_QUIT),
				 ending + 1);
		sim_run(&party->sim, SIM_S(8));
		assert_false(sim_peer_is_up(client));
		sim_wait_up(&party->sim, SIM_S(2), 1, &client);
		sim_run(&party->sim, SIM_S(1));
	}
	assert_int_equal(sim_peer_count(&party->gateway, SIM_LOST, NULL), 0);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_hellos_are_rejected),
		cmocka_unit_test(fields_are_checked),
		cmocka_unit_test(silence_is_cut),
		cmocka_unit_test(oversize_is_cut),
		cmocka_unit_test(wrong_order_is_cut),
		cmocka_unit_test(the_unknown_is_ignored),
		cmocka_unit_test(a_hello_with_the_handshake),
		cmocka_unit_test(who_ends_the_stream_is_cut),
		cmocka_unit_test(a_stream_that_nobody_reads_ends_at_once),
		cmocka_unit_test(no_hello_can_follow_the_end),
		cmocka_unit_test(a_goodbye_before_the_end_is_one),
		cmocka_unit_test(a_relay_may_not_end_it_either),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
