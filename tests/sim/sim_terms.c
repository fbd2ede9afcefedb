/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What both ends must agree on before frames flow: the protocol, DATAGRAMs, the room, the budget.
 * An end that does not gets a clear answer, each time.
 */

#include "party.h"
#include "quic/conn_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What the next TLS session is like, or all of them. */
static bool is_next_without_alpn, is_next_foreign, are_relays_without_alpn;
static int64_t next_frame_max = -1, all_frames_max = -1;

int __real_gnutls_alpn_set_protocols(gnutls_session_t session, const gnutls_datum_t *protocols,
				     unsigned count, unsigned flags);
int __wrap_gnutls_alpn_set_protocols(gnutls_session_t session, const gnutls_datum_t *protocols,
				     unsigned count, unsigned flags);
int __wrap_gnutls_alpn_set_protocols(gnutls_session_t session, const gnutls_datum_t *protocols,
				     unsigned count, unsigned flags)
{
	static unsigned char h3[] = "h3";
	gnutls_datum_t foreign = {h3, 2};
	bool is_without = is_next_without_alpn || are_relays_without_alpn;
	bool is_foreign = is_next_foreign;
	is_next_without_alpn = is_next_foreign = false;
	if (is_without)
		return 0;
	return __real_gnutls_alpn_set_protocols(session, is_foreign ? &foreign : protocols, count,
						flags);
}

void __real_gnutls_handshake_set_post_client_hello_function(
	gnutls_session_t session, gnutls_handshake_simple_hook_func function);
void __wrap_gnutls_handshake_set_post_client_hello_function(
	gnutls_session_t session, gnutls_handshake_simple_hook_func function);
void __wrap_gnutls_handshake_set_post_client_hello_function(
	gnutls_session_t session, gnutls_handshake_simple_hook_func function)
{
	if (!are_relays_without_alpn)
		__real_gnutls_handshake_set_post_client_hello_function(session, function);
}

void __real_lp_conn_params(ngtcp2_transport_params *params);
void __wrap_lp_conn_params(ngtcp2_transport_params *params);
void __wrap_lp_conn_params(ngtcp2_transport_params *params)
{
	__real_lp_conn_params(params);
	if (all_frames_max >= 0)
		params->max_datagram_frame_size = (uint64_t)all_frames_max;
	if (next_frame_max >= 0)
		params->max_datagram_frame_size = (uint64_t)next_frame_max;
	next_frame_max = -1;
}

static bool has_ended(void *arg)
{
	return ((struct sim_raw *)arg)->has_ended;
}

static void wait_end(struct sim_raw *raw, uint64_t ns)
{
	if (!sim_run_until(raw->node.sim, ns, has_ended, raw))
		fail_msg("the connection is still open");
}

/* --- the protocol --- */

static void without_our_protocol_nobody_gets_in(void **state)
{
	struct party *party = party_of(1, 1);
	(void)state;
	for (int is_foreign = 0; is_foreign < 2; is_foreign++) {
		struct sim_raw raw;
		(is_foreign ? &is_next_foreign : &is_next_without_alpn)[0] = true;
		sim_raw_init(&raw, &party->relay, 1);
		struct lp_message hello = sim_raw_hello(1);
		sim_raw_send_message(&raw, &hello);
		wait_end(&raw, SIM_S(1));
		assert_false(raw.is_ready);
		assert_int_equal(raw.message_count, 0);
		assert_int_equal(raw.end, LP_CONN_END_PEER);
		assert_string_equal(raw.end_text, "QUIC error 0x178"); /* no_application_protocol */
		sim_raw_fini(&raw);
	}
	assert_int_equal(sim_peer_count(&party->gateway, SIM_JOINED, NULL), 1);
	party_end(party);
}

/* A relay that selects none is left before it hears a word. */
static void a_relay_without_our_protocol_is_none(void **state)
{
	struct party *party = party_new(2);
	struct sim_peer *client = &party->clients[0];
	struct lp_session_status status;
	(void)state;
	sim_relay_start(&party->relay);
	sim_client(client, &party->relay, 1);
	party->client_count = 1;
	/* The first session is the client's own: what comes later is the relay's. */
	are_relays_without_alpn = false;
	for (int i = 0; i < 100 && lp_session_state(client->session) != LP_SESSION_CONNECTING; i++)
		sim_run(&party->sim, SIM_MS(1));
	are_relays_without_alpn = true;
	sim_run(&party->sim, SIM_S(1));
	are_relays_without_alpn = false;
	assert_int_equal(sim_peer_count(client, SIM_WELCOME, NULL), 0);
	lp_session_read_status(client->session, &status);
	assert_non_null(strstr(status.last_error, "does not speak lanparty/1"));
	party_end(party);
}

/* --- DATAGRAMs --- */

/* From each distance, and however late the hello comes. */
static void without_datagrams_the_reject_arrives(void **state)
{
	static const int64_t frame_max[] = {0, 1, 3, 11, 100, 1000, 1102};
	struct party *party = party_of(3, 1);
	(void)state;
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 200, 100);
	for (unsigned i = 0; i < 4 * LP_ARRAY_COUNT(frame_max); i++) {
		struct sim_raw raw;
		next_frame_max = frame_max[i % LP_ARRAY_COUNT(frame_max)];
		sim_raw_init(&raw, &party->relay, i % 8 + 1);
		raw.node.up.delay_ns = raw.node.down.delay_ns = SIM_MS(1 + 20 * (i % 5));
		sim_run(&party->sim, SIM_MS(100 + 150 * i));
		assert_true(raw.is_ready);
		assert_false(raw.has_ended);
		struct lp_message hello = sim_raw_hello(1);
		sim_raw_send_message(&raw, &hello);
		wait_end(&raw, SIM_S(2));
		assert_int_equal(raw.end_code, LP_QUIC_CODE_REJECTED);
		const struct lp_message *reject = sim_raw_find(&raw, LP_MESSAGE_REJECT);
		assert_non_null(reject);
		assert_int_equal(reject->reject.code, LP_REJECT_NO_DATAGRAM);
		sim_raw_fini(&raw);
	}
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	party_end(party);
}

/* Any size from the least on is kept to, with frames of the full MTU in fragments. */
static void small_datagrams_are_heeded(void **state)
{
	static const int64_t frame_max[] = {1103, 1104, 1166, 1171, 1232, 1300, 1442, 1443, 65535};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(frame_max); i++) {
		struct party *party = party_new(10 + i);
		all_frames_max = frame_max[i];
		party_start(party, 2);
		all_frames_max = -1;
		sim_traffic_add(&party->traffic, &party->clients[0], NULL, 1514, 100);
		sim_traffic_add(&party->traffic, &party->clients[1], &party->clients[0].mac, 1400,
				100);
		sim_run(&party->sim, SIM_S(5));
		struct lp_session_status status;
		lp_session_read_status(party->clients[0].session, &status);
		assert_in_range(status.datagram_budget, LP_BUDGET_MIN, frame_max[i] - 3);
		party->traffic.is_paused = true;
		sim_run(&party->sim, SIM_S(1));
		for (int k = 0; k < 2; k++)
			assert_int_equal(sim_peer_count(&party->clients[k], SIM_LOST, NULL), 0);
		assert_in_range(party->gateway.rx.stream[0].unique, 490, 510);
		assert_in_range(party->clients[0].rx.stream[1].unique, 490, 510);
		party_end(party);
	}
}

/* A relay that takes none is told of in a sentence. */
static void a_relay_without_datagrams_is_none(void **state)
{
	struct party *party = party_new(4);
	struct lp_session_status status;
	(void)state;
	sim_relay_start(&party->relay);
	all_frames_max = 1000;
	struct sim_peer *client = party_add(party);
	sim_run(&party->sim, SIM_S(2));
	all_frames_max = -1;
	lp_session_read_status(client->session, &status);
	assert_non_null(strstr(status.last_error, "takes no QUIC DATAGRAM frames, or too small"));
	party_end(party);
}

/* --- before the hello --- */

static void what_may_come_before_the_hello(void **state)
{
	struct party *party = party_of(5, 1);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_send(&raw, "\0\0\0\0\0\0\0\0", 8);	   /* heartbeats, … */
	sim_raw_send_json(&raw, "{\"type\":\"fashion\"}"); /* … and what is not known yet */
	sim_run(&party->sim, SIM_MS(50));
	assert_false(raw.has_ended);
	assert_int_not_equal(sim_raw_join(&raw, 1), 0);
	sim_raw_fini(&raw);
	party_end(party);
}

/* --- behind the hello --- */

/* The other direction's limit is told to everybody, on a path that carries all sizes too. */
static void a_relay_tells_its_budget(void **state)
{
	struct party *party = party_of(6, 0);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_S(1));
	sim_raw_join(&raw, 1);
	sim_run(&party->sim, SIM_MS(50));
	const struct lp_message *budget = sim_raw_find(&raw, LP_MESSAGE_BUDGET);
	assert_non_null(budget);
	assert_true(budget > sim_raw_find(&raw, LP_MESSAGE_WELCOME));
	assert_int_equal(budget->budget.datagram_budget, 1200 - 32); /* it echoes no probe */
	sim_raw_fini(&raw);
	party_end(party);
}

static void another_room_is_not_ours(void **state)
{
	struct party *party = party_of(7, 0);
	struct sim_peer *client = party_add(party);
	(void)state;
	party_wait_up(party, SIM_S(3));
	/* Capitals make no other room. */
	sim_peer_kill(client);
	client->config.room = "PaRtY";
	sim_peer_start(client);
	party_wait_up(party, SIM_S(3));
	assert_string_equal(client->welcome.room, "party");
	/* A relay that says another one, to whoever asks now. */
	struct lp_room *room = LP_LIST_FIRST(&party->relay.worker->rooms, struct lp_room, link);
	sim_peer_kill(client);
	sim_peer_start(client);
	strcpy(room->name, "parti");
	sim_run(&party->sim, SIM_S(2));
	assert_false(sim_peer_is_up(client));
	struct lp_session_status status;
	lp_session_read_status(client->session, &status);
	assert_string_equal(status.last_error,
			    "the relay let us into another room than we asked for");
	strcpy(room->name, "party");
	sim_run(&party->sim, SIM_S(15));
	assert_true(sim_peer_is_up(client));
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_our_protocol_nobody_gets_in),
		cmocka_unit_test(a_relay_without_our_protocol_is_none),
		cmocka_unit_test(without_datagrams_the_reject_arrives),
		cmocka_unit_test(small_datagrams_are_heeded),
		cmocka_unit_test(a_relay_without_datagrams_is_none),
		cmocka_unit_test(what_may_come_before_the_hello),
		cmocka_unit_test(a_relay_tells_its_budget),
		cmocka_unit_test(another_room_is_not_ours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
