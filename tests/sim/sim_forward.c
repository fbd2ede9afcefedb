/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Where frames go, and what is dropped on the way, each for its reason. */

#include "party.h"
#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE 100 /* frames/s of every stream, for one second */

static const struct lp_mac lan_pc = {{0x02, 0xaa, 0, 0, 0, 1}};
static const struct lp_mac nobody = {{0x02, 0xbb, 0, 0, 0, 1}};
static const struct lp_mac multicast = {{0x01, 0x00, 0x5e, 0x7f, 0, 1}};

/* How often the relay dropped a frame (or a copy) for that reason. */
static uint64_t dropped(struct party *party, enum lp_verdict verdict)
{
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(&party->relay, &ledger, &queued);
	return ledger.frames[verdict] + ledger.copies[verdict];
}

static uint64_t received(const struct sim_peer *peer, const struct sim_stream *stream)
{
	return peer->rx.stream[stream->id].unique;
}

static void run_traffic(struct party *party)
{
	sim_run(&party->sim, SIM_S(1));
	party->traffic.is_paused = true;
	sim_run(&party->sim, SIM_MS(500));
}

/* Checks who got a stream: bit 0 the gateway, bit n client n. */
static void check_receivers(struct party *party, const struct sim_stream *stream, unsigned who)
{
	assert_int_equal(received(&party->gateway, stream), who & 1 ? RATE : 0);
	for (size_t i = 0; i < party->client_count; i++)
		assert_int_equal(received(&party->clients[i], stream),
				 who >> (i + 1) & 1 ? RATE : 0);
}

static void frames_find_their_way(void **state)
{
	struct party *party = party_of(1, 3);
	struct sim_traffic *t = &party->traffic;
	struct sim_peer *a = &party->clients[0], *b = &party->clients[1], *g = &party->gateway;
	(void)state;
	struct sim_stream *known = sim_traffic_add(t, a, &b->mac, 100, RATE);
	struct sim_stream *unknown = sim_traffic_add(t, a, &nobody, 100, RATE);
	struct sim_stream *to_lan = sim_traffic_add(t, b, &lan_pc, 100, RATE);
	struct sim_stream *everybody = sim_traffic_add(t, a, NULL, 100, RATE);
	struct sim_stream *group = sim_traffic_add(t, b, &multicast, 100, RATE);
	struct sim_stream *to_self = sim_traffic_add(t, a, &a->mac, 100, RATE);
	struct sim_stream *from_lan = sim_traffic_add(t, g, &b->mac, 100, RATE);
	struct sim_stream *lan_unknown = sim_traffic_add(t, g, &nobody, 100, RATE);
	struct sim_stream *lan_all = sim_traffic_add(t, g, NULL, 100, RATE);
	from_lan->src = lan_unknown->src = lan_all->src = lan_pc;
	run_traffic(party);
	check_receivers(party, known, 1 << 2);
	check_receivers(party, unknown, 1 << 0);
	check_receivers(party, to_lan, 1 << 0);
	check_receivers(party, everybody, 1 << 0 | 1 << 2 | 1 << 3);
	check_receivers(party, group, 1 << 0 | 1 << 1 | 1 << 3);
	check_receivers(party, to_self, 0);
	check_receivers(party, from_lan, 1 << 2);
	check_receivers(party, lan_unknown, 0);
	check_receivers(party, lan_all, 1 << 1 | 1 << 2 | 1 << 3);
	assert_int_equal(dropped(party, LP_VERDICT_SAME_SIDE), RATE);
	assert_int_equal(dropped(party, LP_VERDICT_UNKNOWN_FROM_GATEWAY), RATE);
	party_end(party);
	printf("shows R9 R10 R16 R17 R18 R19\n");
}

static void without_a_gateway_there_is_no_target(void **state)
{
	struct party *party = party_new(2);
	(void)state;
	sim_relay_start(&party->relay);
	struct sim_peer *alone = party_add(party);
	party_wait_up(party, SIM_S(1));
	sim_traffic_add(&party->traffic, alone, &nobody, 100, RATE);
	sim_traffic_add(&party->traffic, alone, NULL, 100, RATE);
	run_traffic(party);
	assert_int_equal(dropped(party, LP_VERDICT_NO_TARGET), 2 * RATE);
	party_end(party);
}

static void sources_are_checked(void **state)
{
	struct party *party = party_of(3, 2);
	struct sim_traffic *t = &party->traffic;
	struct sim_peer *a = &party->clients[0], *b = &party->clients[1];
	(void)state;
	sim_traffic_add(t, a, NULL, 100, RATE)->src = b->mac;
	sim_traffic_add(t, a, NULL, 100, RATE)->src = multicast;
	sim_traffic_add(t, a, NULL, 100, RATE)->src = (struct lp_mac){{0}};
	sim_traffic_add(t, &party->gateway, NULL, 100, RATE)->src = a->mac; /* a loop */
	sim_traffic_add(t, a, NULL, 1515, RATE);
	run_traffic(party);
	for (size_t i = 0; i < t->count; i++)
		check_receivers(party, &t->streams[i], 0);
	assert_int_equal(dropped(party, LP_VERDICT_SOURCE_MAC), RATE);
	assert_int_equal(dropped(party, LP_VERDICT_INVALID_SOURCE), RATE);
	assert_int_equal(dropped(party, LP_VERDICT_SOURCE_ZERO), RATE);
	assert_int_equal(dropped(party, LP_VERDICT_LOOP), RATE);
	assert_int_equal(dropped(party, LP_VERDICT_JUMBO), RATE);
	party_end(party);
	printf("shows R20 R21 R22\n");
}

static void frames_are_logged_on_request(void **state)
{
	struct party *party = party_new(4);
	(void)state;
	sim_relay_add_room(&party->relay, "party")->frame_log = true;
	party_start(party, 2);
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 100, RATE)->limit = 1;
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 100, RATE)->src = nobody;
	sim_run(&party->sim, SIM_MS(100));
	assert_int_equal(sim_log_count(&party->sim,
				       "dst=ff:ff:ff:ff:ff:ff ethertype=0x88b6 len=100 "
				       "action=forwarded reason=forward targets=2"),
			 1);
	assert_true(sim_log_count(&party->sim, "action=filtered reason=source_mac targets=0") > 0);
	party_end(party);
	printf("shows R39 O1 O2\n");
}

/* --- by hand: what a session never sends --- */

static void connect_member(struct sim_raw *raw, struct party *party, uint16_t *id)
{
	sim_raw_init(raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	*id = sim_raw_join(raw, 1);
}

/* A datagram with a broadcast frame of the raw client's, `frame_len` bytes long. */
static size_t make_datagram(uint8_t out[2048], uint16_t id, size_t frame_len)
{
	struct lp_datagram head = {.kind = LP_KIND_FRAME, .source_id = id};
	size_t header_len = lp_datagram_encode_header(&head, out);
	static const uint8_t macs[14] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02,
					 0,    0,    0,	   1,	 1,    0x88, 0xb6};
	memset(out + header_len, 0, frame_len);
	memcpy(out + header_len, macs, sizeof(macs));
	return header_len + frame_len;
}

static void send_and_run(struct sim_raw *raw, const uint8_t *data, size_t len)
{
	sim_raw_send_datagram(raw, data, len);
	sim_run(raw->node.sim, SIM_MS(20));
}

static void bad_datagrams_are_counted(void **state)
{
	struct party *party = party_of(5, 1);
	struct sim_raw raw;
	uint8_t data[2048];
	uint16_t id;
	(void)state;
	connect_member(&raw, party, &id);
	size_t len = make_datagram(data, id, 100);
	send_and_run(&raw, data, len);
	assert_int_equal(party->gateway.rx.foreign, 1); /* a good one */

	data[1] = 0x80; /* reserved flag */
	send_and_run(&raw, data, len);
	assert_int_equal(dropped(party, LP_VERDICT_MALFORMED), 1);
	data[1] = 0;
	data[0] = 0x20; /* version 2 */
	send_and_run(&raw, data, len);
	data[0] = 0x15; /* a kind that nobody knows */
	send_and_run(&raw, data, len);
	send_and_run(&raw, data, 3);
	assert_int_equal(dropped(party, LP_VERDICT_MALFORMED), 4);
	make_datagram(data, (uint16_t)(id + 1), 100);
	send_and_run(&raw, data, len);
	assert_int_equal(dropped(party, LP_VERDICT_FOREIGN_PEER_ID), 1);
	make_datagram(data, id, 100);
	send_and_run(&raw, data, LP_DATAGRAM_HEADER_LEN + 13);
	assert_int_equal(dropped(party, LP_VERDICT_RUNT), 1);
	assert_int_equal(party->gateway.rx.foreign, 1);
	assert_true(sim_log_count(&party->sim, "sent a malformed datagram") >= 5);
	assert_true(sim_log_count(&party->sim, "foreign_peer_id (5 in 10 s, 5 in all)") == 1);
	sim_raw_fini(&raw);
	party_end(party);
	printf("shows P2 P4 C11 R34 G8\n");
}

/* Whoever comes anew as often as he likes has a log limit of his own each time, but not the log. */
static void strangers_do_not_fill_the_log(void **state)
{
	struct party *party = party_of(12, 1);
	uint8_t data[20];
	(void)state;
	memset(data, 0xff, sizeof(data));
	for (unsigned i = 0; i < 30; i++) {
		struct sim_raw raw;
		sim_raw_init(&raw, &party->relay, 1);
		raw.node.addr.ip[2] = (uint8_t)i; /* each from another network */
		sim_run(&party->sim, SIM_MS(50));
		for (unsigned k = 0; k < 11; k++)
			send_and_run(&raw, data, sizeof(data)); /* takes 20 ms */
		sim_raw_fini(&raw);
	}
	assert_int_equal(dropped(party, LP_VERDICT_MALFORMED), 30 * 11);
	assert_int_equal(sim_log_count(&party->sim, "sent a malformed datagram"), 100);
	party_end(party);
}

/* Who has not agreed to fragments sends none. */
static void fragments_need_the_feature(void **state)
{
	struct party *party = party_of(10, 1);
	struct sim_raw raw;
	uint8_t data[2048];
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	struct lp_message hello = sim_raw_hello(1);
	hello.hello.features = 0;
	hello.hello.datagram_budget =
		1400; /* a whole frame of any path, as there are no fragments */
	sim_raw_send_message(&raw, &hello);
	sim_run(&party->sim, SIM_MS(300));
	assert_non_null(sim_raw_find(&raw, LP_MESSAGE_WELCOME));
	struct lp_datagram fragment = {.kind = LP_KIND_FRAGMENT, .frame_len = 200};
	fragment.source_id = sim_raw_find(&raw, LP_MESSAGE_WELCOME)->welcome.peer_id;
	size_t len = lp_datagram_encode_header(&fragment, data);
	memset(data + len, 0, 100);
	send_and_run(&raw, data, len + 100);
	assert_int_equal(dropped(party, LP_VERDICT_MALFORMED), 1);
	sim_raw_fini(&raw);
	party_end(party);
	printf("shows P9\n");
}

/* What is told of a fragment that does not fit its frame is the length of its datagram. */
static void a_fragment_that_overlaps_is_told(void **state)
{
	struct party *party = party_of(13, 1);
	struct lp_datagram fragment = {.kind = LP_KIND_FRAGMENT, .frame_len = 200};
	struct sim_raw raw;
	uint8_t data[2048];
	uint16_t id;
	(void)state;
	connect_member(&raw, party, &id);
	fragment.source_id = id;
	size_t len = lp_datagram_encode_header(&fragment, data);
	memset(data + len, 0, 100);
	send_and_run(&raw, data, len + 100);
	send_and_run(&raw, data, len + 100);
	assert_int_equal(dropped(party, LP_VERDICT_FRAGMENT_OVERLAP), 1);
	assert_int_equal(sim_log_count(&party->sim, "datagram of 112 bytes: fragment_overlap"), 1);
	sim_raw_fini(&raw);
	party_end(party);
}

/* Each answer costs a packet: twenty a second, and as many at once. */
static void probes_are_answered_in_measure(void **state)
{
	struct party *party = party_of(11, 1);
	struct lp_datagram probe = {.kind = LP_KIND_PROBE, .sequence = 1232};
	struct sim_raw raw;
	uint8_t data[2048];
	uint16_t id;
	(void)state;
	connect_member(&raw, party, &id);
	uint64_t before = raw.datagrams_rx;
	size_t len = lp_datagram_encode_header(&probe, data);
	memset(data + len, 0, 100);
	for (int i = 0; i < 100; i++)
		send_and_run(&raw, data, len + 100); /* takes 20 ms */
	assert_in_range(raw.datagrams_rx - before, 20 + 2 * 20 - 2, 20 + 2 * 20 + 2);
	sim_raw_fini(&raw);
	party_end(party);
}

static void too_large_for_its_own_budget(void **state)
{
	struct party *party = party_of(6, 1);
	struct sim_raw raw;
	uint8_t data[2048] = {0};
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	struct lp_message hello = sim_raw_hello(1);
	hello.hello.datagram_budget = LP_BUDGET_MIN;
	sim_raw_send_message(&raw, &hello);
	sim_run(&party->sim, SIM_MS(300));
	uint16_t id = sim_raw_find(&raw, LP_MESSAGE_WELCOME)->welcome.peer_id;
	size_t len = make_datagram(data, id, LP_BUDGET_MIN - LP_DATAGRAM_HEADER_LEN);
	send_and_run(&raw, data, len);
	assert_int_equal(party->gateway.rx.foreign, 1);
	send_and_run(&raw, data, len + 1);
	assert_int_equal(party->gateway.rx.foreign, 1);
	assert_int_equal(dropped(party, LP_VERDICT_INGRESS_BUDGET), 1);
	assert_true(sim_log_count(&party->sim, "datagram_budget") >= 1);
	/* A larger one that is announced is good from then on. */
	sim_raw_send_json(&raw, "{\"type\":\"budget\",\"datagram_budget\":1168}");
	sim_run(&party->sim, SIM_MS(20));
	send_and_run(&raw, data, len + 1);
	assert_int_equal(party->gateway.rx.foreign, 2);
	sim_raw_fini(&raw);
	party_end(party);
	printf("shows R12\n");
}

static void too_many_are_cut(void **state)
{
	struct party *party = party_new(7);
	struct sim_raw raw;
	uint8_t data[2048];
	uint16_t id;
	(void)state;
	party->relay.conf.limits.malformed = 8;
	party_start(party, 1);
	connect_member(&raw, party, &id);
	size_t len = make_datagram(data, (uint16_t)(id + 1), 100);
	for (int i = 0; i < 8; i++)
		send_and_run(&raw, data, len);
	assert_false(raw.has_ended);
	sim_run(&party->sim, SIM_S(11)); /* the window is over: the count begins anew */
	for (int i = 0; i < 8; i++)
		send_and_run(&raw, data, len);
	assert_false(raw.has_ended);
	send_and_run(&raw, data, len);
	assert_true(raw.has_ended);
	assert_int_equal(raw.end_code, LP_QUIC_CODE_MALFORMED);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LEFT, LP_LEFT_MALFORMED), 1);
	assert_int_equal(dropped(party, LP_VERDICT_FOREIGN_PEER_ID), 17);
	sim_raw_fini(&raw);
	party_end(party);
	printf("shows R33\n");
}

static void before_the_welcome(void **state)
{
	struct party *party = party_of(8, 1);
	struct sim_raw raw;
	uint8_t data[2048];
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	size_t len = make_datagram(data, 1, 100);
	send_and_run(&raw, data, len);
	assert_int_equal(dropped(party, LP_VERDICT_BEFORE_WELCOME), 1);
	assert_int_equal(party->gateway.rx.foreign, 0);
	/* Probes are the exception. */
	uint64_t echoes = raw.datagrams_rx;
	struct lp_datagram probe = {.kind = LP_KIND_PROBE, .sequence = 1232};
	len = lp_datagram_encode_header(&probe, data);
	send_and_run(&raw, data, len + 100);
	assert_int_equal(raw.datagrams_rx, echoes + 1);
	assert_int_equal(dropped(party, LP_VERDICT_BEFORE_WELCOME), 1);
	sim_raw_fini(&raw);
	party_end(party);
}

/* A peer without fragments gets what fits its path; the rest is dropped, counted and logged. */
static void without_fragments_large_frames_are_dropped(void **state)
{
	struct party *party = party_new(9);
	(void)state;
	party_start(party, 1);
	struct sim_peer *old = party_add(party);
	sim_peer_kill(old);
	old->config.fragments = false;
	sim_peer_start(old);
	sim_wait_up(&party->sim, SIM_S(1), 1, &old);
	assert_int_equal(old->welcome.mtu, 1472 - 24 - 8 - 22);
	struct sim_traffic *t = &party->traffic;
	struct sim_stream *large = sim_traffic_add(t, &party->gateway, NULL, 1514, RATE);
	struct sim_stream *fits =
		sim_traffic_add(t, &party->gateway, NULL, 14 + old->welcome.mtu, RATE);
	struct sim_stream *up = sim_traffic_add(t, old, NULL, 1514, RATE);
	run_traffic(party);
	check_receivers(party, large, 1 << 1);
	check_receivers(party, fits, 1 << 1 | 1 << 2);
	check_receivers(party, up, 0);
	assert_int_equal(dropped(party, LP_VERDICT_TARGET_BUDGET), RATE);
	assert_int_equal(lp_session_up(old->session)->copies[LP_VERDICT_TARGET_BUDGET], RATE);
	char text[64];
	snprintf(text, sizeof(text), "peer=%u target=%u encoded_length=1522 budget=1440",
		 sim_peer_id(&party->gateway), sim_peer_id(old));
	assert_true(sim_log_count(&party->sim, text) >= 1);
	party_end(party);
	printf("shows R11 P3 P9 G6 K7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_find_their_way),
		cmocka_unit_test(without_a_gateway_there_is_no_target),
		cmocka_unit_test(sources_are_checked),
		cmocka_unit_test(frames_are_logged_on_request),
		cmocka_unit_test(bad_datagrams_are_counted),
		cmocka_unit_test(strangers_do_not_fill_the_log),
		cmocka_unit_test(fragments_need_the_feature),
		cmocka_unit_test(a_fragment_that_overlaps_is_told),
		cmocka_unit_test(probes_are_answered_in_measure),
		cmocka_unit_test(too_large_for_its_own_budget),
		cmocka_unit_test(too_many_are_cut),
		cmocka_unit_test(before_the_welcome),
		cmocka_unit_test(without_fragments_large_frames_are_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
