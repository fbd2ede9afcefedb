/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The relay's door: who knocks, who is asked to prove its address, and who is told to go away. */

#include "base/mem.h"
#include "crypto/credential.h"
#include "crypto/trust.h"
#include "link/shard.h"
#include "party.h"
#include "quic/conn_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct lp_endpoint_stats *door(const struct party *party)
{
	return lp_endpoint_stats(party->relay.worker->endpoint);
}

/* The first packet of a handshake, as a stranger would send it. */
struct knock {
	uint8_t data[1500];
	size_t len;
};

static void keep(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct knock *knock = user;
	assert_true(tx_count > 0 && tx[0].segment_len <= sizeof(knock->data));
	memcpy(knock->data, tx[0].data, tx[0].segment_len);
	knock->len = tx[0].segment_len;
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text)
{
	(void)user, (void)end, (void)code, (void)text;
}

/* One fresh Initial, from a client that will never say more. */
static void make_knock(struct knock *knock, struct party *party)
{
	static const struct lp_endpoint_ops ops = {.send = keep};
	static const struct lp_conn_ops conn_ops = {.on_end = on_end};
	static const struct lp_endpoint_config config;
	struct lp_endpoint *endpoint = lp_endpoint_new(&config, &ops, knock);
	struct lp_connect connect = {
		.path = {.remote = party->relay.node.addr},
		.trust = party->relay.trust,
		.wall_ns = party->sim.now.wall_ns,
		.shard = lp_shard_of_room("party"),
	};
	struct lp_conn *conn;
	assert_int_equal(lp_endpoint_connect(endpoint, &connect, &conn_ops, NULL,
					     party->sim.now.mono_ns, &conn),
			 LP_OK);
	lp_endpoint_flush(endpoint, party->sim.now.mono_ns);
	lp_endpoint_free(endpoint);
}

static void strangers_prove_their_address(void **state)
{
	struct party *party = party_new(1);
	struct sim_socket stranger;
	struct knock knock;
	(void)state;
	party->relay.conf.limits.retry_above = 10;
	party_start(party, 1);
	assert_int_equal(door(party)->retries_sent, 0);
	sim_socket_init(&stranger, &party->sim, "203.0.113.9", 9999);
	for (int i = 0; i < 100; i++) {
		make_knock(&knock, party);
		sim_socket_send(&stranger, &party->relay.node.addr, knock.data, knock.len);
		sim_run(&party->sim, SIM_MS(1));
	}
	assert_int_equal(atomic_load(&party->relay.worker->endpoint->own_half_open), 10);
	assert_int_equal(door(party)->retries_sent, 90);
	/* A Retry is an answer much smaller than the question. */
	assert_true(stranger.last_len < knock.len / 3);

	/* Who is real gets in at once, flood or not. */
	struct sim_peer *client = party_add(party);
	sim_wait_up(&party->sim, SIM_MS(200), 1, &client);
	assert_true(door(party)->retries_sent > 90);
	assert_int_equal(door(party)->bad_tokens, 0);
	/* The rest is forgotten after the time for a handshake. */
	sim_run(&party->sim, SIM_S(6));
	assert_int_equal(atomic_load(&party->relay.worker->endpoint->own_half_open), 0);
	sim_socket_fini(&stranger);
	party_end(party);
}

static void handshakes_are_capped(void **state)
{
	struct party *party = party_new(2);
	struct sim_socket stranger;
	struct knock knock;
	(void)state;
	party->relay.conf.limits.half_open = 8;
	party->relay.conf.limits.retry_above = 1000; /* more than the cap: the cap holds */
	party_start(party, 1);
	sim_socket_init(&stranger, &party->sim, "203.0.113.9", 9999);
	for (int i = 0; i < 50; i++) {
		make_knock(&knock, party);
		sim_socket_send(&stranger, &party->relay.node.addr, knock.data, knock.len);
		sim_run(&party->sim, SIM_MS(1));
	}
	assert_true(atomic_load(&party->relay.worker->endpoint->own_half_open) <= 8);
	struct sim_peer *client = party_add(party);
	sim_wait_up(&party->sim, SIM_S(1), 1, &client); /* one of the strangers gives way */
	assert_true(atomic_load(&party->relay.worker->endpoint->own_half_open) <= 8);
	sim_socket_fini(&stranger);
	party_end(party);
}

/* Who has one network's worth of handshakes loses none to who has many. */
static void the_oldest_of_the_largest_goes(void **state)
{
	struct party *party = party_new(12);
	struct sim_socket one, many;
	struct knock knock;
	(void)state;
	party->relay.conf.limits.half_open = 300;
	party->relay.conf.limits.retry_above = 1000;
	party_start(party, 1);
	sim_socket_init(&one, &party->sim, "198.18.0.9", 9999);
	sim_socket_init(&many, &party->sim, "203.0.113.9", 9999);
	make_knock(&knock, party);
	sim_socket_send(&one, &party->relay.node.addr, knock.data, knock.len);
	for (int i = 0; i < 30; i++) {
		make_knock(&knock, party);
		sim_socket_send(&many, &party->relay.node.addr, knock.data, knock.len);
		sim_run(&party->sim, SIM_MS(1));
	}
	struct lp_endpoint *endpoint = party->relay.worker->endpoint;
	unsigned before = atomic_load(&endpoint->own_half_open);
	assert_true(before > 10);
	for (unsigned i = 0; i + 2 < before; i++) {
		struct lp_conn *conn;
		assert_true(lp_half_open_make_room(endpoint));
		assert_int_equal(atomic_load(&endpoint->own_half_open), before - 1 - i);
		unsigned ones = 0;
		LP_LIST_FOREACH (conn, &endpoint->conns, struct lp_conn, link) {
			if (!conn->is_half_open)
				continue;
			ones += conn->path.remote.ip[0] == 198;
		}
		assert_int_equal(ones, 1); /* the lonely one stays while others have more */
	}
	assert_true(lp_half_open_make_room(endpoint));
	assert_true(lp_half_open_make_room(endpoint));
	assert_false(lp_half_open_make_room(endpoint));
	sim_socket_fini(&one);
	sim_socket_fini(&many);
	party_end(party);
}

/* The memory of a flood is given back once, when it is over. */
static void a_flood_leaves_nothing_behind(void **state)
{
	struct party *party = party_new(13);
	struct sim_socket sockets[20];
	struct knock knock;
	(void)state;
	party->relay.conf.limits.half_open = 1000;
	party->relay.conf.limits.retry_above = 1000;
	party_start(party, 1);
	for (unsigned i = 0; i < 20; i++) {
		char ip[32];
		snprintf(ip, sizeof(ip), "198.18.%u.9", i);
		sim_socket_init(&sockets[i], &party->sim, ip, 9999);
	}
	for (unsigned i = 0; i < 600; i++) {
		make_knock(&knock, party);
		sim_socket_send(&sockets[i % 20], &party->relay.node.addr, knock.data, knock.len);
		if (i % 20 == 0)
			sim_run(&party->sim, SIM_MS(10));
	}
	assert_true(lp_endpoint_conn_count(party->relay.worker->endpoint) > 300);
	assert_int_equal(party->relay.worker->trim_count, 0);
	sim_run(&party->sim, SIM_S(15));
	assert_int_equal(lp_endpoint_conn_count(party->relay.worker->endpoint), 2);
	assert_in_range(party->relay.worker->trim_count, 1, 2);
	for (unsigned i = 0; i < 20; i++)
		sim_socket_fini(&sockets[i]);
	party_end(party);
}

static void a_forged_token_is_refused(void **state)
{
	struct party *party = party_new(3);
	struct sim_socket thief;
	struct knock knock;
	(void)state;
	party->relay.conf.limits.retry_above = 0; /* always */
	party_start(party, 1);
	assert_int_equal(door(party)->retries_sent, 2);
	assert_int_equal(door(party)->bad_tokens, 0);
	/* An Initial with a token that nobody made: type, version, CIDs, then 32 bytes of token. */
	sim_socket_init(&thief, &party->sim, "203.0.113.9", 9999);
	make_knock(&knock, party);
	uint8_t forged[1200] = {0};
	size_t head = 6U + knock.data[5];
	head += 1U + knock.data[head];
	memcpy(forged, knock.data, head);
	forged[head] = 32;
	memset(forged + head + 1, 0xb6, 32); /* begins as a Retry token does */
	forged[head + 33] = 0x44;	     /* length of the rest, two bytes */
	forged[head + 34] = 0x00;
	sim_socket_send(&thief, &party->relay.node.addr, forged, sizeof(forged));
	sim_run(&party->sim, SIM_MS(10));
	assert_int_equal(door(party)->bad_tokens, 1);
	assert_int_equal(atomic_load(&party->relay.worker->endpoint->own_half_open), 0);
	sim_socket_fini(&thief);
	party_end(party);
}

static void change_token_key(struct party *party)
{
	struct lp_token_keys *keys = &party->relay.config.token_keys;
	memcpy(keys->before, keys->now, sizeof(keys->now));
	keys->has_before = true;
	lp_rand_bytes(keys->now, sizeof(keys->now));
	lp_worker_set_token_keys(party->relay.worker, keys);
}

/* A token is under way while the key that it was made with is changed, once or twice. */
static void tokens_of_the_key_before_are_good(void **state)
{
	struct party *party = party_new(12);
	(void)state;
	party->relay.conf.limits.retry_above = 0; /* always */
	party_start(party, 0);
	for (unsigned changes = 0; changes <= 2; changes++) {
		struct sim_raw raw;
		uint64_t bad_tokens = door(party)->bad_tokens;
		sim_raw_init(&raw, &party->relay, 1 + changes);
		raw.node.up.delay_ns = SIM_MS(100);
		sim_run(&party->sim, SIM_MS(150)); /* the token is on its way back */
		for (unsigned i = 0; i < changes; i++)
			change_token_key(party);
		sim_run(&party->sim, SIM_MS(300));
		assert_true(door(party)->bad_tokens == bad_tokens + (changes == 2));
		assert_int_equal(raw.is_ready, changes < 2);
		sim_raw_fini(&raw);
	}
	/* And after a restart, which knows both. */
	struct sim_raw raw;
	sim_raw_init(&raw, &party->relay, 9);
	raw.node.up.delay_ns = SIM_MS(100);
	sim_run(&party->sim, SIM_MS(150));
	change_token_key(party);
	sim_relay_kill(&party->relay);
	sim_relay_start(&party->relay);
	sim_run(&party->sim, SIM_MS(300));
	assert_true(raw.is_ready);
	assert_int_equal(door(party)->bad_tokens, 0);
	sim_raw_fini(&raw);
	party_end(party);
}

static void other_versions_are_told_ours(void **state)
{
	static const uint8_t v1[4] = {0, 0, 0, 1};
	struct party *party = party_of(4, 0);
	struct sim_socket stranger;
	struct knock knock;
	(void)state;
	sim_socket_init(&stranger, &party->sim, "203.0.113.9", 9999);
	make_knock(&knock, party);
	memcpy(knock.data + 1, "\xba\xba\xba\xba", 4);
	sim_socket_send(&stranger, &party->relay.node.addr, knock.data, knock.len);
	sim_run(&party->sim, SIM_MS(10));
	assert_int_equal(door(party)->version_negotiations_sent, 1);
	assert_true(stranger.last_len > 7);
	assert_true(stranger.last[0] & 0x80);
	assert_memory_equal(stranger.last + 1, "\0\0\0\0", 4);
	assert_memory_equal(stranger.last + stranger.last_len - 4, v1, 4);
	/* A small one gets no answer: it might be forged to flood somebody (RFC 9000 §6). */
	sim_socket_send(&stranger, &party->relay.node.addr, knock.data, 600);
	sim_run(&party->sim, SIM_MS(10));
	assert_int_equal(door(party)->version_negotiations_sent, 1);
	sim_socket_fini(&stranger);
	party_end(party);
}

static void unknown_packets_are_reset(void **state)
{
	uint8_t packet[1200];
	struct party *party = party_of(5, 0);
	struct sim_socket stranger;
	(void)state;
	sim_socket_init(&stranger, &party->sim, "203.0.113.9", 9999);
	memset(packet, 0x42, sizeof(packet));
	sim_socket_send(&stranger, &party->relay.node.addr, packet, 1200);
	sim_run(&party->sim, SIM_MS(10));
	assert_int_equal(door(party)->resets_sent, 1);
	assert_in_range(stranger.last_len, 21, 1199);
	/* A heartbeat is as small as this. Answers shrink, or two relays would talk for ever. */
	sim_socket_send(&stranger, &party->relay.node.addr, packet, 33);
	sim_run(&party->sim, SIM_MS(10));
	assert_int_equal(door(party)->resets_sent, 2);
	assert_in_range(stranger.last_len, 21, 32);
	/* Nothing of ours is smaller than that. */
	sim_socket_send(&stranger, &party->relay.node.addr, packet, 28);
	sim_run(&party->sim, SIM_MS(10));
	assert_int_equal(door(party)->resets_sent, 2);
	/* And few, however many come. */
	for (int i = 0; i < 1000; i++)
		sim_socket_send(&stranger, &party->relay.node.addr, packet, 1200);
	sim_run(&party->sim, SIM_MS(10));
	assert_true(door(party)->resets_sent <= 200);
	/* Rubbish of every length does no harm. */
	for (size_t len = 1; len < 64; len++) {
		for (int first = 0; first < 256; first += 17) {
			packet[0] = (uint8_t)first;
			sim_socket_send(&stranger, &party->relay.node.addr, packet, len);
		}
	}
	sim_run(&party->sim, SIM_S(1));
	assert_true(sim_peer_is_up(&party->gateway));
	sim_socket_fini(&stranger);
	party_end(party);
}

/* The same Initial over and over: each is decrypted, until it is too much for a handshake. */
static void a_handshake_has_its_limit(void **state)
{
	struct knock knock;
	struct sim_socket stranger;
	struct party *party = party_of(12, 0);
	struct lp_conn *conn;
	(void)state;
	sim_socket_init(&stranger, &party->sim, "203.0.113.9", 9999);
	make_knock(&knock, party);
	for (int i = 0; i < 1000; i++) {
		sim_socket_send(&stranger, &party->relay.node.addr, knock.data, knock.len);
		sim_run(&party->sim, SIM_MS(1));
	}
	assert_int_equal(lp_endpoint_conn_count(party->relay.worker->endpoint), 2);
	LP_LIST_FOREACH (conn, &party->relay.worker->endpoint->conns, struct lp_conn, link)
		assert_true(conn->is_ready || conn->packets_rx < 120);
	/* It is not begun anew either, and has the time of any other. */
	assert_int_equal(door(party)->accepted, 2);
	sim_run(&party->sim, SIM_S(5));
	assert_int_equal(lp_endpoint_conn_count(party->relay.worker->endpoint), 1);
	sim_socket_fini(&stranger);
	party_end(party);
}

static void a_silent_connection_times_out(void **state)
{
	struct party *party = party_of(6, 0);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_join(&raw, 1);
	raw.node.up.is_cut = raw.node.down.is_cut = true;
	sim_run(&party->sim, SIM_S(60)); /* 30 s, or 40 after a keep-alive (ngtcp2 1.x) */
	assert_true(raw.has_ended);
	assert_int_equal(raw.end, LP_CONN_END_IDLE);
	assert_int_equal(lp_endpoint_conn_count(party->relay.worker->endpoint), 1);
	sim_raw_fini(&raw);
	party_end(party);
}

/* Without a word of its own: QUIC's keep-alive is enough. */
static void a_quiet_connection_lives(void **state)
{
	struct party *party = party_of(7, 0);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(50));
	sim_raw_join(&raw, 1);
	sim_run(&party->sim, SIM_S(300));
	assert_false(raw.has_ended);
	sim_raw_fini(&raw);
	party_end(party);
}

/* The relay is not who it must be: said in one sentence, with both pins in it. */
static void a_wrong_pin_is_told(void **state)
{
	static const char wrong[] = "sha256:0123456789abcdef0123456789abcdef"
				    "0123456789abcdef0123456789abcdef";
	struct party *party = party_of(8, 0);
	struct sim_peer *client = party_add(party);
	struct lp_trust *trust;
	struct lp_session_status status;
	char pin_text[LP_PIN_TEXT_LEN];
	(void)state;
	sim_peer_kill(client);
	assert_int_equal(lp_trust_new(wrong, NULL, &trust), LP_OK);
	client->config.trust = trust;
	sim_peer_start(client);
	sim_run(&party->sim, SIM_S(2));
	lp_session_read_status(client->session, &status);
	struct lp_pin pin = lp_credential_pin(party->relay.credential);
	assert_non_null(strstr(status.last_error, lp_pin_format(&pin, pin_text)));
	assert_int_equal(sim_log_count(&party->sim, pin_text), 1); /* once, not at every attempt */
	assert_true(party->relay.worker->peer_count == 1);
	sim_peer_kill(client);
	lp_trust_free(trust);
	party_end(party);
	printf("shows K1 G23\n");
}

static void nobody_answers(void **state)
{
	struct party *party = party_of(9, 0);
	struct sim_peer *client = party_add(party);
	struct lp_session_status status;
	(void)state;
	sim_peer_kill(client);
	client->relay_addr.port = 444;
	sim_peer_start(client);
	sim_run(&party->sim, SIM_S(5));
	lp_session_read_status(client->session, &status);
	assert_non_null(strstr(status.last_error, "does not answer"));
	sim_peer_kill(client);
	client->relay_addr.family = LP_ADDR_NONE;
	sim_peer_start(client);
	sim_run(&party->sim, SIM_S(5));
	lp_session_read_status(client->session, &status);
	assert_non_null(strstr(status.last_error, "there is no such name"));
	party_end(party);
}

/* The worker of the room's shard is another one: told once, and found. */
static void the_shard_is_found(void **state)
{
	struct party *party = party_new(10);
	struct sim_peer *client;
	(void)state;
	unsigned shard = lp_shard_of_room("party");
	party->relay.config.worker_count = 2;
	party->relay.config.worker = (shard + 1) % 2;
	sim_relay_start(&party->relay);
	client = party_add(party);
	sim_run(&party->sim, SIM_S(1));
	assert_false(sim_peer_is_up(client));
	assert_true(sim_log_count(&party->sim, "wrong_shard") >= 2);
	party_end(party);
}

static void a_reload_changes_the_threshold(void **state)
{
	struct party *party = party_of(20, 1);
	(void)state;
	assert_int_equal(door(party)->retries_sent, 0);
	party->relay.conf.limits.retry_above = 0;
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	party_add(party);
	party_wait_up(party, SIM_S(1));
	assert_int_equal(door(party)->retries_sent, 1);
	party_end(party);
}

static void reload_with_another_key(struct party *party)
{
	struct lp_credential *old = party->relay.credential;
	char pem[1024];
	size_t len;
	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	assert_int_equal(
		lp_credential_from_key(pem, len, "relay.example", &party->relay.credential), LP_OK);
	lp_worker_reconfigure(party->relay.worker, &party->relay.conf, party->relay.credential,
			      &party->sim.now);
	lp_credential_free(old);
}

/* Those who are in, and a handshake in progress, go on with the one that they began with. */
static void credentials_outlive_reloads(void **state)
{
	struct party *party = party_of(21, 1);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	raw.node.up.delay_ns = SIM_MS(100);
	sim_run(&party->sim, SIM_MS(150));
	reload_with_another_key(party);
	reload_with_another_key(party);
	sim_run(&party->sim, SIM_MS(200));
	sim_raw_join(&raw, 1);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	sim_raw_fini(&raw);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers_prove_their_address),
		cmocka_unit_test(handshakes_are_capped),
		cmocka_unit_test(the_oldest_of_the_largest_goes),
		cmocka_unit_test(a_flood_leaves_nothing_behind),
		cmocka_unit_test(a_forged_token_is_refused),
		cmocka_unit_test(tokens_of_the_key_before_are_good),
		cmocka_unit_test(other_versions_are_told_ours),
		cmocka_unit_test(unknown_packets_are_reset),
		cmocka_unit_test(a_handshake_has_its_limit),
		cmocka_unit_test(a_silent_connection_times_out),
		cmocka_unit_test(a_quiet_connection_lives),
		cmocka_unit_test(a_reload_changes_the_threshold),
		cmocka_unit_test(credentials_outlive_reloads),
		cmocka_unit_test(a_wrong_pin_is_told),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(the_shard_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
