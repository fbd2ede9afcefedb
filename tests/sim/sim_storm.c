/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Peers that hold the keys and break the protocol of QUIC itself, or wear it out. ngtcp2 guards
 * most of it; here is shown that it does, that we guard the rest, and that nobody else pays for it.
 *
 * The attacker writes DATAGRAMs that begin with a magic word. What ngtcp2 encrypts in place of such
 * a packet's content are frames of the test's own making.
 */

#include "base/mem.h"
#include "party.h"
#include "quic/conn_impl.h"
#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t magic[16] = "forge this, pls";

static uint8_t forged[1200];
static size_t forged_len;
static unsigned forged_count;
static bool is_relays; /* the second packet with the word is forged: the relay's */
static unsigned seen_count;

int __real_ngtcp2_crypto_encrypt_cb(uint8_t *dest, const ngtcp2_crypto_aead *aead,
				    const ngtcp2_crypto_aead_ctx *ctx, const uint8_t *plain,
				    size_t plain_len, const uint8_t *nonce, size_t nonce_len,
				    const uint8_t *aad, size_t aad_len);
int __wrap_ngtcp2_crypto_encrypt_cb(uint8_t *dest, const ngtcp2_crypto_aead *aead,
				    const ngtcp2_crypto_aead_ctx *ctx, const uint8_t *plain,
				    size_t plain_len, const uint8_t *nonce, size_t nonce_len,
				    const uint8_t *aad, size_t aad_len);

int __wrap_ngtcp2_crypto_encrypt_cb(uint8_t *dest, const ngtcp2_crypto_aead *aead,
				    const ngtcp2_crypto_aead_ctx *ctx, const uint8_t *plain,
				    size_t plain_len, const uint8_t *nonce, size_t nonce_len,
				    const uint8_t *aad, size_t aad_len)
{
	uint8_t frames[2048];
	if (forged_len > 0 && plain_len <= sizeof(frames) && forged_len <= plain_len &&
	    memmem(plain, plain_len, magic, sizeof(magic)) &&
	    (!is_relays || seen_count++ % 2 == 1)) {
		memset(frames, 0, sizeof(frames)); /* PADDING behind them */
		memcpy(frames, forged, forged_len);
		plain = frames;
		forged_count++;
	}
	return __real_ngtcp2_crypto_encrypt_cb(dest, aead, ctx, plain, plain_len, nonce, nonce_len,
					       aad, aad_len);
}

/* --- frames (RFC 9000 §19) --- */

static void put(const void *data, size_t len)
{
	assert_true(forged_len + len <= sizeof(forged));
	memcpy(forged + forged_len, data, len);
	forged_len += len;
}

static void put_u8(unsigned value)
{
	uint8_t byte = (uint8_t)value;
	put(&byte, 1);
}

/* A variable-length integer, always in eight bytes (§16). */
static void put_int(uint64_t value)
{
	value |= 3ULL << 62;
	for (int shift = 56; shift >= 0; shift -= 8)
		put_u8((unsigned)(value >> shift) & 0xff);
}

/* --- the attacker --- */

struct attack {
	struct party *party;
	struct sim_raw raw;
};

static void begin(struct attack *attack, unsigned seed)
{
	attack->party = party_of(seed, 1);
	sim_traffic_add(&attack->party->traffic, &attack->party->clients[0],
			&attack->party->gateway.mac, 200, 200);
	sim_traffic_add(&attack->party->traffic, &attack->party->gateway,
			&attack->party->clients[0].mac, 200, 200);
	sim_raw_init(&attack->raw, &attack->party->relay, 1);
	sim_run(&attack->party->sim, SIM_MS(100));
	assert_true(attack->raw.is_ready);
	forged_len = 0;
	forged_count = 0;
}

/* The others have noticed nothing. */
static void end(struct attack *attack)
{
	struct party *party = attack->party;
	forged_len = 0;
	sim_raw_fini(&attack->raw);
	sim_run(&party->sim, SIM_MS(500));
	party_settle(party);
	assert_int_equal(party->gateway.rx.stream[0].unique, party->traffic.streams[0].next);
	assert_int_equal(party->clients[0].rx.stream[1].unique, party->traffic.streams[1].next);
	assert_int_equal(sim_peer_count(&party->clients[0], SIM_LOST, NULL), 0);
	party_end(party);
}

/* One packet with what was put together. */
static void shoot(struct attack *attack)
{
	static uint8_t data[1150];
	memcpy(data, magic, sizeof(magic));
	sim_raw_send_datagram(&attack->raw, data, sizeof(data));
}

static struct lp_conn *conn_at_relay(struct attack *attack)
{
	struct lp_conn *conn;
	LP_LIST_FOREACH (conn, &attack->party->relay.worker->endpoint->conns, struct lp_conn,
			 link) {
		if (lp_addr_equal_ip(&conn->path.remote, &attack->raw.node.addr))
			return conn;
	}
	return NULL;
}

/* It was thrown out, and told what for. */
static void expect_end(struct attack *attack)
{
	sim_run(&attack->party->sim, SIM_MS(100));
	assert_true(forged_count > 0);
	assert_true(attack->raw.has_ended);
	assert_int_equal(attack->raw.end, LP_CONN_END_PEER);
	assert_null(conn_at_relay(attack));
}

/* --- frames that break the protocol --- */

static void frame_ack_of_the_future(void)
{
	put_u8(0x02);
	put_int(1000000); /* the largest */
	put_int(0);
	put_int(0);
	put_int(10);
}

static void frame_ack_below_zero(void)
{
	put_u8(0x02);
	put_int(1);
	put_int(0);
	put_int(0);
	put_int(100);
}

static void frame_stream_too_far(void)
{
	put_u8(0x0e); /* with offset and length */
	put_int(0);
	put_int(65536);
	put_int(10);
	put("0123456789", 10);
}

static void frame_second_stream(void)
{
	put_u8(0x0e);
	put_int(4);
	put_int(0);
	put_int(4);
	put("\0\0\0\0", 4);
}

static void frame_uni_stream(void)
{
	put_u8(0x0e);
	put_int(2);
	put_int(0);
	put_int(4);
	put("\0\0\0\0", 4);
}

static void frame_relays_stream(void)
{
	put_u8(0x0e);
	put_int(1);
	put_int(0);
	put_int(4);
	put("\0\0\0\0", 4);
}

static void frame_handshake_done(void)
{
	put_u8(0x1e);
}

static void frame_new_token(void)
{
	put_u8(0x07);
	put_int(4);
	put("abcd", 4);
}

static void frame_unknown(void)
{
	put_u8(0x37);
}

static void frame_retire_unissued(void)
{
	put_u8(0x19);
	put_int(100000);
}

static void frame_tls_rubbish(void)
{
	put_u8(0x06);
	put_int(0);
	put_int(8);
	put("\x0b\0\0\x04rubb", 8);
}

static void frame_tls_far_ahead(void)
{
	put_u8(0x06);
	put_int(100000);
	put_int(8);
	put("rubbish!", 8);
}

static void frame_longer_than_the_packet(void)
{
	put_u8(0x31);
	put_int(60000);
}

/* --- TLS after the handshake --- */

/* In one packet, a row of TLS messages behind the handshake (RFC 9001 §4.1.3). */
static void frame_tls(const char *messages, size_t len)
{
	put_u8(0x06);
	put_int(0);
	put_int(len);
	put(messages, len);
}

static const struct {
	const char *messages;
	size_t len;
	bool is_fine_from_relay;
} tls_cases[] = {
	{"\x18\0\0\1\0", 5, false},				  /* KeyUpdate */
	{"\x18\0\0\1\1", 5, false},				  /* … that asks for one */
	{"\x18", 1, false},					  /* its first byte */
	{"\1\0\0\4\0\0\0\0", 8, false},				  /* ClientHello */
	{"\2\0\0\4\0\0\0\0", 8, false},				  /* ServerHello */
	{"\4\0\0\x0e\0\0\1\0\0\0\0\0\1\x61\0\1\x62\0", 18, true}, /* NewSessionTicket */
	{"\4\0\0\4rubb\x18\0\0\1\0", 13, false},		  /* … and KeyUpdate behind */
	{"\x0b\0\0\4\0\0\0\0", 8, false},			  /* Certificate */
	{"\x0d\0\0\4\0\0\0\0", 8, false},			  /* CertificateRequest */
	{"\x14\0\0\4\0\0\0\0", 8, false},			  /* Finished */
	{"\xff\0\0\0", 4, false},				  /* nothing that there is */
};

/* From a stranger who has not said hello. RFC 9001 §6: an unexpected message, 0x10a. */
static void tls_has_ended_for_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(tls_cases); i++) {
		struct attack attack;
		begin(&attack, 13);
		frame_tls(tls_cases[i].messages, tls_cases[i].len);
		shoot(&attack);
		expect_end(&attack);
		assert_string_equal(attack.raw.end_text, "QUIC error 0x10a");
		end(&attack);
	}
}

/* A packet of the relay's for that client, with what was put together in place of a frame. */
static void shoot_as_relay(struct party *party, const struct sim_peer *client)
{
	uint8_t frame[1000] = {0};
	memcpy(frame, client->mac.octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, party->gateway.mac.octet, LP_MAC_LEN);
	memcpy(frame + 12, "\x88\xb6", 2);
	memcpy(frame + 14, magic, sizeof(magic));
	is_relays = true;
	seen_count = forged_count = 0;
	sim_peer_inject(&party->gateway, frame, sizeof(frame));
	sim_run(&party->sim, SIM_MS(50));
	is_relays = false;
	forged_len = 0;
	assert_int_equal(forged_count, 1);
}

/* From a relay, to a client that joined. */
static void tls_has_ended_for_relays(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(tls_cases); i++) {
		struct party *party = party_of(14, 1);
		struct sim_peer *client = &party->clients[0];
		sim_run(&party->sim, SIM_S(1));
		lp_log_open(LP_LOG_DEBUG, LP_LOG_STDERR); /* what it was told, for developers */
		frame_tls(tls_cases[i].messages, tls_cases[i].len);
		shoot_as_relay(party, client);
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL),
				 tls_cases[i].is_fine_from_relay ? 0 : 1);
		assert_int_equal(sim_log_count(&party->sim, "QUIC error 0x10a"),
				 tls_cases[i].is_fine_from_relay ? 0 : 1);
		sim_wait_up(&party->sim, SIM_S(5), 1, &client);
		party_end(party);
	}
}

static void broken_frames_end_it(void **state)
{
	static void (*const frames[])(void) = {
		frame_ack_of_the_future,      frame_ack_below_zero, frame_stream_too_far,
		frame_second_stream,	      frame_uni_stream,	    frame_relays_stream,
		frame_handshake_done,	      frame_new_token,	    frame_unknown,
		frame_retire_unissued,	      frame_tls_rubbish,    frame_tls_far_ahead,
		frame_longer_than_the_packet,
	};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(frames); i++) {
		struct attack attack;
		begin(&attack, 1);
		frames[i]();
		shoot(&attack);
		expect_end(&attack);
		end(&attack);
	}
}

/* --- frames that are allowed, and too many --- */

/* An endless message of TLS, in order: neither ngtcp2 nor GnuTLS counts. */
static void tls_without_end(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 2);
	uint64_t offset = 0;
	for (int i = 0; i < 300 && attack.raw.conn; i++) {
		forged_len = 0;
		put_u8(0x06);
		put_int(offset);
		put_int(1000);
		uint8_t data[1000] = {0};
		/* New session tickets, of a thousand bytes each. */
		memcpy(data, "\x04\0\x03\xe4", 4);
		put(data, sizeof(data));
		offset += sizeof(data);
		shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(2));
	}
	assert_true(offset <= LP_CONN_CRYPTO_MAX + 20000);
	expect_end(&attack);
	end(&attack);
}

/* The same from a relay, to a client: that may send tickets. */
static void a_relays_tickets_without_end(void **state)
{
	struct party *party = party_of(12, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	uint8_t frame[1200] = {0};
	memcpy(frame, client->mac.octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, party->gateway.mac.octet, LP_MAC_LEN);
	memcpy(frame + 12, "\x88\xb6", 2);
	memcpy(frame + 14, magic, sizeof(magic));
	uint64_t offset = 0;
	is_relays = true;
	seen_count = forged_count = 0;
	for (int i = 0; i < 200 && sim_peer_is_up(client); i++) {
		/* lifetime, age, a nonce, a ticket, no extensions (RFC 8446 §4.6.1) */
		uint8_t ticket[1000] = {4, 0, 3, 0xe4, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0x61, 0x03, 0xd6};
		forged_len = 0;
		put_u8(0x06);
		put_int(offset);
		put_int(sizeof(ticket));
		put(ticket, sizeof(ticket));
		offset += sizeof(ticket);
		sim_peer_inject(&party->gateway, frame, sizeof(frame));
		sim_run(&party->sim, SIM_MS(15));
	}
	forged_len = 0;
	is_relays = false;
	print_message("%llu bytes of tickets, %u forged: %s\n", (unsigned long long)offset,
		      forged_count, sim_peer_is_up(client) ? "it is up" : "it left");
	assert_false(sim_peer_is_up(client));
	assert_true(offset > 20000 && offset < LP_CONN_CRYPTO_MAX + 10000);
	sim_wait_up(&party->sim, SIM_S(5), 1, &client);
	party_end(party);
}

/* New connection IDs without end, each of which retires those before it. */
static void connection_ids_for_us(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 3);
	uint64_t sequence = 1000;
	uint64_t tx = attack.party->relay.node.packets_tx;
	unsigned shots = 0;
	for (int i = 0; i < 500 && attack.raw.conn; i++, shots++) {
		forged_len = 0;
		for (int j = 0; j < 25; j++, sequence++) {
			put_u8(0x18);
			put_int(sequence);
			put_int(sequence);
			put_u8(8);
			put(&sequence, 8);
			put(&sequence, 8); /* the reset token */
			put("\0\0\0\0\0\0\0", 8);
		}
		shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(1));
	}
	tx = attack.party->relay.node.packets_tx - tx;
	print_message("%u packets of them, %llu packets of the relay's, it ended: %s\n", shots,
		      (unsigned long long)tx, attack.raw.has_ended ? "yes" : "no");
	assert_true(tx < 20 * 2 + 3 * shots);
	end(&attack);
}

/* Ours are retired as soon as they come. */
static void our_connection_ids(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 4);
	size_t most = 0;
	for (uint64_t sequence = 1; sequence < 500 && attack.raw.conn; sequence++) {
		forged_len = 0;
		put_u8(0x19);
		put_int(sequence);
		shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(12)); /* a round trip, and new ones */
		most = LP_MAX(most, lp_map_count(attack.party->relay.worker->endpoint->by_cid));
	}
	print_message("at most %zu connection IDs of three peers\n", most);
	assert_true(most < 64);
	end(&attack);
}

/* Each packet asks for a hundred answers. */
static void path_challenges(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 5);
	for (int j = 0; j < 110; j++) {
		put_u8(0x1a);
		put("challeng", 8);
	}
	struct lp_conn *conn = conn_at_relay(&attack);
	uint64_t tx = conn->bytes_tx;
	uint64_t rx = conn->bytes_rx;
	for (int i = 0; i < 500; i++) {
		shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(1));
	}
	assert_false(attack.raw.has_ended);
	tx = conn->bytes_tx - tx;
	rx = conn->bytes_rx - rx;
	print_message("%llu bytes in, %llu out\n", (unsigned long long)rx, (unsigned long long)tx);
	assert_true(forged_count >= 500);
	assert_true(tx < 6 * rx);
	end(&attack);
}

/* A stream in fragments of one byte, with holes between them. */
static void a_stream_of_holes(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 6);
	uint64_t offset = 1;
	while (offset < 65000 && attack.raw.conn) {
		forged_len = 0;
		for (int j = 0; j < 40 && offset < 65000; j++, offset += 2) {
			put_u8(0x0e);
			put_int(0);
			put_int(offset);
			put_int(1);
			put_u8(0);
		}
		shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(1));
	}
	print_message("it ended: %s at %llu\n", attack.raw.end_text, (unsigned long long)offset);
	end(&attack);
}

/* No byte at all, with and without a length. */
static void empty_datagrams(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 7);
	for (int j = 0; j < 20; j++) {
		put_u8(0x31);
		put_u8(0);
	}
	shoot(&attack);
	sim_run(&attack.party->sim, SIM_MS(50));
	assert_false(attack.raw.has_ended);
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(&attack.party->relay, &ledger, &queued);
	assert_int_equal(ledger.frames[LP_VERDICT_MALFORMED], 20);
	end(&attack);
}

/* What is acknowledged without having come: only itself pays, by what it loses. */
static void optimistic_acks(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 8);
	sim_raw_join(&attack.raw, 1);
	sim_traffic_add(&attack.party->traffic, &attack.party->gateway, NULL, 1400, 2000);
	attack.raw.node.down.loss = 0.5;
	struct lp_conn *conn = conn_at_relay(&attack);
	for (int i = 0; i < 500 && attack.raw.conn; i++) {
		forged_len = 0;
		put_u8(0x02);
		put_int(conn->packets_tx - 10);
		put_int(0);
		put_int(0);
		put_int(0);
		if (attack.raw.datagram_len == 0)
			shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(5));
	}
	print_message("%u forged, it ended: %s\n", forged_count, attack.raw.end_text);
	assert_true(conn->inflight.limit_bytes < 4 * LP_INFLIGHT_LIMIT_MIN);
	end(&attack);
}

/* Each packet from another port: it is not followed everywhere. */
static void jumping_about(void **state)
{
	struct attack attack;
	(void)state;
	begin(&attack, 9);
	struct sim_raw *raw = &attack.raw;
	sim_raw_join(raw, 1);
	sim_run(&attack.party->sim, SIM_S(1));
	uint64_t tx = attack.party->relay.node.packets_tx;
	uint64_t shots = 0;
	attack.party->traffic.is_paused = true;
	for (int i = 0; i < 80; i++, shots++) {
		raw->node.addr.port++;
		sim_raw_send(raw, "\0\0\0\0", 4);
		sim_run(&attack.party->sim, SIM_MS(25)); /* within the limit on records */
	}
	tx = attack.party->relay.node.packets_tx - tx;
	print_message("%llu packets of the relay's for %llu addresses\n", (unsigned long long)tx,
		      (unsigned long long)shots);
	assert_true(tx < 3 * shots);
	end(&attack);
}

/* A NAT gone mad: as soon as it is quiet whoever is behind it is there again. */
static void a_mad_nat(void **state)
{
	struct party *party = party_of(11, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 200, 200);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 200, 200);
	for (int i = 0; i < 200; i++) {
		sim_peer_rebind(client);
		sim_run(&party->sim, SIM_MS(25));
	}
	sim_run(&party->sim, SIM_S(2));
	uint64_t up = party->gateway.rx.stream[0].unique;
	uint64_t down = client->rx.stream[1].unique;
	sim_run(&party->sim, SIM_S(1));
	assert_in_range(party->gateway.rx.stream[0].unique - up, 198, 202);
	assert_in_range(client->rx.stream[1].unique - down, 198, 202);
	party_end(party);
}

/* --- anything --- */

/* Bytes of no meaning in place of frames: each is answered by the end, or has none. */
static void random_frames(void **state)
{
	struct attack attack;
	struct lp_rand rand;
	unsigned ended = 0;
	(void)state;
	lp_rand_seed(&rand, 1);
	begin(&attack, 10);
	for (int i = 0; i < 400; i++) {
		if (!attack.raw.conn) {
			ended++;
			sim_raw_fini(&attack.raw);
			sim_raw_init(&attack.raw, &attack.party->relay, 1);
			forged_len = 0;
			sim_run(&attack.party->sim, SIM_MS(100));
		}
		forged_len = 1 + lp_rand_below(&rand, 60);
		for (size_t j = 0; j < forged_len; j++)
			forged[j] = (uint8_t)lp_rand_next(&rand);
		forged[0] &= 0x3f;
		shoot(&attack);
		sim_run(&attack.party->sim, SIM_MS(50));
	}
	print_message("%u of 400 ended it\n", ended);
	assert_true(ended > 100);
	end(&attack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken_frames_end_it),
		cmocka_unit_test(tls_has_ended_for_clients),
		cmocka_unit_test(tls_has_ended_for_relays),
		cmocka_unit_test(tls_without_end),
		cmocka_unit_test(a_relays_tickets_without_end),
		cmocka_unit_test(connection_ids_for_us),
		cmocka_unit_test(our_connection_ids),
		cmocka_unit_test(path_challenges),
		cmocka_unit_test(a_stream_of_holes),
		cmocka_unit_test(empty_datagrams),
		cmocka_unit_test(optimistic_acks),
		cmocka_unit_test(jumping_about),
		cmocka_unit_test(random_frames),
		cmocka_unit_test(a_mad_nat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
