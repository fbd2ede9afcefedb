/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "hostile.h"

#include "../fuzz/fuzz.h"

#include "base/mem.h"
#include "crypto/credential.h"
#include "crypto/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALL_NS	 (1800000000ULL * LP_NS_PER_S)
#define START_NS (1000 * LP_NS_PER_S)
#define TAG_LEN	 16

static struct lp_credential *credential;
static struct lp_trust *trust;
static gnutls_certificate_credentials_t stranger; /* trusts anybody */

/* --- keys (RFC 9001 §5) --- */

static void expand(const uint8_t secret[32], const char *label, uint8_t *out, size_t len)
{
	uint8_t info[64] = {0,	 (uint8_t)len, (uint8_t)(6 + strlen(label)), 't', 'l', 's', '1',
			    '3', ' '};
	memcpy(info + 9, label, strlen(label));
	gnutls_datum_t key = {(unsigned char *)(uintptr_t)secret, 32};
	gnutls_datum_t about = {info, (unsigned)(10 + strlen(label))};
	CHECK(gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &key, &about, out, len) == 0);
}

static void drop_key(struct hostile_key *key)
{
	if (key->aead)
		gnutls_aead_cipher_deinit(key->aead);
	if (key->hp)
		gnutls_cipher_deinit(key->hp);
	memset(key, 0, sizeof(*key));
}

static void set_aead(struct hostile_key *key)
{
	uint8_t bytes[16];
	gnutls_datum_t datum = {bytes, sizeof(bytes)};
	if (key->aead)
		gnutls_aead_cipher_deinit(key->aead);
	expand(key->secret, "quic key", bytes, sizeof(bytes));
	CHECK(gnutls_aead_cipher_init(&key->aead, GNUTLS_CIPHER_AES_128_GCM, &datum) == 0);
	expand(key->secret, "quic iv", key->iv, sizeof(key->iv));
}

static void set_key(struct hostile_key *key, const uint8_t *secret, size_t len)
{
	uint8_t bytes[16], iv[16] = {0};
	gnutls_datum_t datum = {bytes, sizeof(bytes)};
	gnutls_datum_t iv_datum = {iv, sizeof(iv)};
	CHECK(len == sizeof(key->secret));
	memcpy(key->secret, secret, len);
	set_aead(key);
	expand(secret, "quic hp", bytes, sizeof(bytes));
	CHECK(gnutls_cipher_init(&key->hp, GNUTLS_CIPHER_AES_128_CBC, &datum, &iv_datum) == 0);
	key->is_set = true;
}

void hostile_update_keys(struct hostile *hostile)
{
	struct hostile_key *keys[] = {&hostile->tx[HOSTILE_ONE_RTT], &hostile->rx[HOSTILE_ONE_RTT]};
	if (!keys[0]->is_set || !keys[1]->is_set)
		return;
	for (int i = 0; i < 2; i++) {
		uint8_t next[32];
		expand(keys[i]->secret, "quic ku", next, sizeof(next));
		memcpy(keys[i]->secret, next, sizeof(next));
		set_aead(keys[i]);
	}
	hostile->phase ^= 1;
}

static void set_initial_keys(struct hostile *hostile)
{
	static const uint8_t salt[] = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
				       0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
	uint8_t secret[32], half[32];
	gnutls_datum_t key = {hostile->first_cid, (unsigned)hostile->first_cid_len};
	gnutls_datum_t salt_datum = {(unsigned char *)(uintptr_t)salt, sizeof(salt)};
	CHECK(gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &key, &salt_datum, secret) == 0);
	expand(secret, "client in", half, sizeof(half));
	set_key(hostile->is_relay ? &hostile->rx[0] : &hostile->tx[0], half, sizeof(half));
	expand(secret, "server in", half, sizeof(half));
	set_key(hostile->is_relay ? &hostile->tx[0] : &hostile->rx[0], half, sizeof(half));
}

static void get_mask(struct hostile_key *key, const uint8_t *sample, uint8_t mask[16])
{
	uint8_t iv[16] = {0};
	gnutls_cipher_set_iv(key->hp, iv, sizeof(iv));
	CHECK(gnutls_cipher_encrypt2(key->hp, sample, 16, mask, 16) == 0);
}

static void get_nonce(const struct hostile_key *key, uint64_t number, uint8_t nonce[12])
{
	memcpy(nonce, key->iv, 12);
	for (int i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(number >> (8 * i));
}

/* --- TLS --- */

static enum hostile_space space_of(gnutls_record_encryption_level_t level)
{
	return level == GNUTLS_ENCRYPTION_LEVEL_INITIAL	    ? HOSTILE_INITIAL
	       : level == GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE ? HOSTILE_HANDSHAKE
							    : HOSTILE_ONE_RTT;
}

static int on_secret(gnutls_session_t tls, gnutls_record_encryption_level_t level, const void *rx,
		     const void *tx, size_t len)
{
	struct hostile *hostile = gnutls_session_get_ptr(tls);
	if (rx)
		set_key(&hostile->rx[space_of(level)], rx, len);
	if (tx)
		set_key(&hostile->tx[space_of(level)], tx, len);
	return 0;
}

static int on_tls(gnutls_session_t tls, gnutls_record_encryption_level_t level,
		  gnutls_handshake_description_t type, const void *data, size_t len)
{
	struct hostile *hostile = gnutls_session_get_ptr(tls);
	enum hostile_space space = space_of(level);
	if (type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC ||
	    hostile->crypto_len[space] + len > HOSTILE_CRYPTO_MAX)
		return 0;
	memcpy(hostile->crypto[space] + hostile->crypto_len[space], data, len);
	hostile->crypto_len[space] += len;
	return 0;
}

static int on_alert(gnutls_session_t tls, gnutls_record_encryption_level_t level,
		    gnutls_alert_level_t alert_level, gnutls_alert_description_t alert)
{
	(void)tls, (void)level, (void)alert_level, (void)alert;
	return 0;
}

/* Transport parameters (RFC 9000 §18). */
static int on_params_tx(gnutls_session_t tls, gnutls_buffer_t out)
{
	struct hostile *hostile = gnutls_session_get_ptr(tls);
	static const uint8_t common[] = {
		0x04, 4,    0x80, 0x10, 0,    0, /* initial_max_data */
		0x05, 4,    0x80, 0x10, 0,    0, /* … of streams, three kinds */
		0x06, 4,    0x80, 0x10, 0,    0,    0x07, 4,
		0x80, 0x10, 0,	  0,	0x08, 1,    8, /* streams, both kinds */
		0x09, 1,    8,	  0x0e, 1,    8,       /* connection IDs */
		0x20, 4,    0x80, 0,	0xff, 0xff,    /* DATAGRAM */
	};
	uint8_t cid[2] = {0x0f, sizeof(hostile->own_cid)};
	int code = gnutls_buffer_append_data(out, cid, 2);
	code |= gnutls_buffer_append_data(out, hostile->own_cid, sizeof(hostile->own_cid));
	if (hostile->is_relay) {
		uint8_t first[2] = {0x00, (uint8_t)hostile->first_cid_len};
		code |= gnutls_buffer_append_data(out, first, 2);
		code |= gnutls_buffer_append_data(out, hostile->first_cid, hostile->first_cid_len);
	}
	code |= gnutls_buffer_append_data(out, common, sizeof(common));
	if (hostile->params_len > 0)
		code |= gnutls_buffer_append_data(out, hostile->params, hostile->params_len);
	return code;
}

static int on_params_rx(gnutls_session_t tls, const unsigned char *data, size_t len)
{
	(void)tls, (void)data, (void)len;
	return 0;
}

static void set_up_tls(struct hostile *hostile)
{
	unsigned end =
		hostile->is_relay ? GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET : GNUTLS_CLIENT;
	gnutls_datum_t alpn = {(unsigned char *)(uintptr_t)LP_QUIC_ALPN, sizeof(LP_QUIC_ALPN) - 1};
	CHECK(gnutls_init(&hostile->tls, end | GNUTLS_NO_TICKETS | GNUTLS_NO_SIGNAL) == 0);
	CHECK(gnutls_priority_set_direct(hostile->tls,
					 "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:"
					 "-GROUP-ALL:+GROUP-X25519:%DISABLE_TLS13_COMPAT_MODE",
					 NULL) == 0);
	CHECK(gnutls_credentials_set(hostile->tls, GNUTLS_CRD_CERTIFICATE,
				     hostile->is_relay ? lp_credential_handle(credential)
						       : stranger) == 0);
	CHECK(gnutls_alpn_set_protocols(hostile->tls, &alpn, 1, 0) == 0);
	gnutls_session_set_ptr(hostile->tls, hostile);
	gnutls_handshake_set_secret_function(hostile->tls, on_secret);
	gnutls_handshake_set_read_function(hostile->tls, on_tls);
	gnutls_alert_set_read_function(hostile->tls, on_alert);
	CHECK(gnutls_session_ext_register(hostile->tls, "transport parameters", 0x39,
					  GNUTLS_EXT_TLS, on_params_rx, on_params_tx, NULL, NULL,
					  NULL,
					  GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO |
						  GNUTLS_EXT_FLAG_EE) == 0);
}

static void go_on(struct hostile *hostile)
{
	if (!hostile->is_complete && gnutls_handshake(hostile->tls) == 0)
		hostile->is_complete = true;
}

/* --- packets out --- */

static size_t put_long_header(const struct hostile *hostile, const struct hostile_packet *packet,
			      uint8_t *out, size_t payload_len)
{
	bool is_initial = packet->space == HOSTILE_INITIAL;
	bool is_first = packet->is_for_first_cid || hostile->peer_cid_len == 0;
	const uint8_t *dcid = is_first ? hostile->first_cid : hostile->peer_cid;
	size_t dcid_len = is_first ? hostile->first_cid_len : hostile->peer_cid_len;
	size_t len = 0;
	out[len++] = (uint8_t)((is_initial ? 0xc3 : 0xe3) | (packet->reserved & 3) << 2);
	memcpy(out + len, "\0\0\0\1", 4);
	len += 4;
	out[len++] = (uint8_t)dcid_len;
	memcpy(out + len, dcid, dcid_len);
	len += dcid_len;
	out[len++] = sizeof(hostile->own_cid);
	memcpy(out + len, hostile->own_cid, sizeof(hostile->own_cid));
	len += sizeof(hostile->own_cid);
	if (is_initial)
		out[len++] = 0; /* no token */
	size_t rest = 4 + payload_len + TAG_LEN;
	out[len++] = (uint8_t)(0x40 | rest >> 8);
	out[len++] = (uint8_t)rest;
	return len;
}

size_t hostile_seal(struct hostile *hostile, const struct hostile_packet *packet, uint8_t *out,
		    size_t room)
{
	struct hostile_key *key = &hostile->tx[packet->space];
	uint8_t plain[HOSTILE_PACKET_MAX] = {0};
	uint8_t nonce[12], mask[16];
	size_t len = LP_MAX(LP_MIN(packet->len, (size_t)1200), (size_t)4); /* enough for a sample */
	if (!key->is_set || room < 64 + len + TAG_LEN)
		return 0;
	memcpy(plain, packet->frames, LP_MIN(packet->len, len));
	uint64_t number = hostile->number[packet->space] + (uint64_t)packet->number_offset;
	if (packet->number_offset >= 0)
		hostile->number[packet->space] = number + 1;
	size_t at;
	if (packet->space == HOSTILE_ONE_RTT) {
		unsigned phase = hostile->phase ^ packet->is_flipped;
		out[0] = (uint8_t)(0x43 | phase << 2 | (packet->reserved & 3) << 3);
		memcpy(out + 1, hostile->peer_cid, hostile->peer_cid_len);
		at = 1 + hostile->peer_cid_len;
	} else {
		at = put_long_header(hostile, packet, out, len);
	}
	for (int i = 0; i < 4; i++)
		out[at + (size_t)i] = (uint8_t)(number >> (24 - 8 * i));
	get_nonce(key, number, nonce);
	size_t sealed_len = room - at - 4;
	CHECK(gnutls_aead_cipher_encrypt(key->aead, nonce, sizeof(nonce), out, at + 4, TAG_LEN,
					 plain, len, out + at + 4, &sealed_len) == 0);
	get_mask(key, out + at + 4, mask);
	out[0] ^= mask[0] & (packet->space == HOSTILE_ONE_RTT ? 0x1f : 0x0f);
	for (int i = 0; i < 4; i++)
		out[at + (size_t)i] ^= mask[1 + i];
	return at + 4 + sealed_len;
}

static struct lp_addr address_of(const struct hostile *hostile, unsigned number)
{
	return (struct lp_addr){.family = LP_ADDR_IP4,
				.port = (uint16_t)((hostile->is_relay ? 443 : 4433) + number),
				.ip = {192, 0, 2, (uint8_t)(7 + number / 2)}};
}

void hostile_give(struct hostile *hostile, uint8_t *data, size_t len, unsigned address)
{
	struct lp_packet_rx rx = {.data = data, .len = len, .segment_len = len};
	rx.path.remote = address_of(hostile, address);
	if (len == 0)
		return;
	lp_endpoint_recv(hostile->victim, &rx, hostile->now);
	lp_endpoint_flush(hostile->victim, hostile->now);
}

void hostile_say(struct hostile *hostile, enum hostile_space space, const uint8_t *frames,
		 size_t len)
{
	uint8_t data[HOSTILE_PACKET_MAX];
	struct hostile_packet packet = {.space = space, .frames = frames, .len = len};
	uint8_t padded[1160] = {0};
	if (space == HOSTILE_INITIAL && len < sizeof(padded)) {
		memcpy(padded, frames, len);
		packet.frames = padded;
		packet.len = sizeof(padded);
	}
	hostile_give(hostile, data, hostile_seal(hostile, &packet, data, sizeof(data)), 0);
}

/* The next fragment of TLS that has not been sent. */
static bool say_tls(struct hostile *hostile)
{
	for (unsigned space = 0; space < HOSTILE_SPACES; space++) {
		size_t offset = hostile->crypto_sent[space];
		size_t len = LP_MIN(hostile->crypto_len[space] - offset, (size_t)1100);
		uint8_t frames[1200] = {0x06,
					(uint8_t)(0x80),
					(uint8_t)(offset >> 16),
					(uint8_t)(offset >> 8),
					(uint8_t)offset,
					(uint8_t)(0x40 | len >> 8),
					(uint8_t)len};
		if (len == 0)
			continue;
		memcpy(frames + 7, hostile->crypto[space] + offset, len);
		hostile->crypto_sent[space] += len;
		hostile_say(hostile, (enum hostile_space)space, frames, 7 + len);
		return true;
	}
	return false;
}

/* --- packets in --- */

static uint64_t get_int(const uint8_t **at, const uint8_t *end)
{
	if (*at >= end)
		return 0;
	size_t len = (size_t)1 << (**at >> 6);
	uint64_t value = **at & 0x3f;
	for (size_t i = 1; i < len && *at + i < end; i++)
		value = value << 8 | (*at)[i];
	*at += LP_MIN(len, (size_t)(end - *at));
	return value;
}

static void recv_tls(struct hostile *hostile, enum hostile_space space, uint64_t offset,
		     const uint8_t *data, size_t len)
{
	static const gnutls_record_encryption_level_t levels[] = {
		GNUTLS_ENCRYPTION_LEVEL_INITIAL, GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE,
		GNUTLS_ENCRYPTION_LEVEL_APPLICATION};
	if (offset != hostile->crypto_rx[space] || hostile->is_complete)
		return;
	hostile->crypto_rx[space] += len;
	gnutls_handshake_write(hostile->tls, levels[space], data, len);
	go_on(hostile);
}

/* Of the victim's frames it reads those that it needs, up to the first of another kind. */
static void recv_frames(struct hostile *hostile, enum hostile_space space, const uint8_t *at,
			const uint8_t *end)
{
	while (at < end) {
		uint64_t type = get_int(&at, end);
		if (type <= 0x01)
			continue;
		if (type == 0x02) {
			get_int(&at, end);
			get_int(&at, end);
			uint64_t ranges = get_int(&at, end);
			get_int(&at, end);
			for (uint64_t i = 0; i < 2 * ranges && at < end; i++)
				get_int(&at, end);
			continue;
		}
		if (type == 0x1a && end - at >= 8)
			memcpy(hostile->challenge, at, 8);
		if (type == 0x1c) {
			hostile->was_closed = true;
			hostile->close_code = get_int(&at, end);
		}
		if (type != 0x06)
			return;
		uint64_t offset = get_int(&at, end);
		uint64_t len = get_int(&at, end);
		if (len > (uint64_t)(end - at))
			return;
		recv_tls(hostile, space, offset, at, len);
		at += len;
	}
}

/* Undoes one packet in place; at = where its number begins, end = its end. */
static void open_packet(struct hostile *hostile, enum hostile_space space, uint8_t *packet,
			size_t at, size_t end)
{
	struct hostile_key *key = &hostile->rx[space];
	uint8_t mask[16], nonce[12], plain[HOSTILE_PACKET_MAX * 8];
	if (!key->is_set || at + 4 + 16 > end || end - at > sizeof(plain))
		return;
	get_mask(key, packet + at + 4, mask);
	packet[0] ^= mask[0] & (space == HOSTILE_ONE_RTT ? 0x1f : 0x0f);
	size_t number_len = 1 + (packet[0] & 3U);
	uint64_t number = 0;
	for (size_t i = 0; i < number_len; i++)
		number = number << 8 | (packet[at + i] ^= mask[1 + i]);
	uint64_t range = 1ULL << (8 * number_len);
	uint64_t expected = hostile->largest[space] + hostile->has_largest[space];
	number |= expected & ~(range - 1);
	if (number + range / 2 <= expected)
		number += range;
	else if (number > expected + range / 2 && number >= range)
		number -= range;
	size_t header_len = at + number_len;
	size_t plain_len = sizeof(plain);
	get_nonce(key, number, nonce);
	if (gnutls_aead_cipher_decrypt(key->aead, nonce, sizeof(nonce), packet, header_len, TAG_LEN,
				       packet + header_len, end - header_len, plain,
				       &plain_len) != 0)
		return;
	if (!hostile->has_largest[space] || number > hostile->largest[space])
		hostile->largest[space] = number;
	hostile->has_largest[space] = true;
	recv_frames(hostile, space, plain, plain + plain_len);
}

/* What a client tells in its first packet. */
static void meet(struct hostile *hostile, const uint8_t *dcid, size_t dcid_len, const uint8_t *scid,
		 size_t scid_len)
{
	hostile->peer_cid_len = LP_MIN(scid_len, sizeof(hostile->peer_cid));
	memcpy(hostile->peer_cid, scid, hostile->peer_cid_len);
	if (!hostile->is_relay || hostile->tx[0].is_set)
		return;
	hostile->first_cid_len = LP_MIN(dcid_len, sizeof(hostile->first_cid));
	memcpy(hostile->first_cid, dcid, hostile->first_cid_len);
	set_initial_keys(hostile);
}

static void recv_packet(struct hostile *hostile, uint8_t *data, size_t len)
{
	while (len > 28) {
		if (!(data[0] & 0x80)) {
			open_packet(hostile, HOSTILE_ONE_RTT, data, 1 + sizeof(hostile->own_cid),
				    len);
			return;
		}
		const uint8_t *at = data + 6 + data[5];
		unsigned type = data[0] >> 4 & 3;
		if (data[5] > 20 || at >= data + len || (type != 0 && type != 2) || at[0] > 20)
			return;
		meet(hostile, data + 6, data[5], at + 1, at[0]);
		at += 1 + at[0];
		if (type == 0) {
			uint64_t token_len = get_int(&at, data + len);
			at += LP_MIN(token_len, (uint64_t)(data + len - at));
		}
		uint64_t rest = get_int(&at, data + len);
		size_t start = (size_t)(at - data);
		size_t end = start + LP_MIN(rest, (uint64_t)(len - start));
		open_packet(hostile, type == 0 ? HOSTILE_INITIAL : HOSTILE_HANDSHAKE, data, start,
			    end);
		data += end;
		len -= end;
	}
}

static void on_send(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct hostile *hostile = user;
	uint8_t copy[HOSTILE_PACKET_MAX * 8];
	for (size_t i = 0; i < tx_count; i++) {
		size_t step = LP_MAX(tx[i].segment_len, (size_t)1);
		for (size_t at = 0; at < tx[i].len; at += step) {
			size_t len = LP_MIN(LP_MIN(step, tx[i].len - at), sizeof(copy));
			memcpy(copy, tx[i].data + at, len);
			recv_packet(hostile, copy, len);
		}
	}
}

/* --- the victim --- */

static void on_ready(void *user)
{
	(void)user;
}

static void on_stream(void *user, const uint8_t *data, size_t len, uint64_t now)
{
	struct hostile *hostile = user;
	(void)data, (void)now;
	hostile->stream_rx += len;
}

static void on_datagram(void *user, const uint8_t *data, size_t len, uint64_t now)
{
	struct hostile *hostile = user;
	(void)data, (void)len, (void)now;
	hostile->datagrams_rx++;
}

static bool next_datagram(void *user, size_t room, size_t full, uint64_t now,
			  struct lp_conn_datagram *out)
{
	static const uint8_t payload[600];
	struct hostile *hostile = user;
	(void)full, (void)now;
	if (!hostile->is_talking || room < 620 || !lp_conn_can_send(hostile->conn))
		return false;
	out->header_len = 8;
	out->payload = payload;
	out->payload_len = sizeof(payload);
	return true;
}

static void datagram_done(void *user, bool is_sent, uint64_t now)
{
	struct hostile *hostile = user;
	(void)is_sent, (void)now;
	hostile->is_talking = false;
}

static size_t next_probe(void *user, uint64_t now, struct lp_conn_datagram *out)
{
	(void)user, (void)now, (void)out;
	return 0;
}

static void probe_sent(void *user, uint64_t now)
{
	(void)user, (void)now;
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text)
{
	struct hostile *hostile = user;
	(void)code;
	hostile->conn = NULL;
	hostile->has_ended = true;
	hostile->end = end;
	lp_strcopy(hostile->end_text, sizeof(hostile->end_text), text);
}

static const struct lp_conn_ops conn_ops = {
	.on_ready = on_ready,
	.on_stream = on_stream,
	.on_datagram = on_datagram,
	.next_datagram = next_datagram,
	.datagram_done = datagram_done,
	.next_probe = next_probe,
	.probe_sent = probe_sent,
	.on_end = on_end,
};

static void on_accept(void *user, struct lp_conn *conn, uint64_t now)
{
	struct hostile *hostile = user;
	(void)now;
	hostile->conn = conn;
	lp_conn_set_owner(conn, &conn_ops, hostile);
}

static const struct lp_endpoint_ops endpoint_ops = {.send = on_send, .on_accept = on_accept};

/* --- both --- */

static void make_identity(void)
{
	char pem[1024], text[LP_PIN_TEXT_LEN];
	size_t len;
	if (credential)
		return;
	CHECK(lp_credential_make_key(pem, sizeof(pem), &len) == LP_OK);
	CHECK(lp_credential_from_key(pem, len, "relay.example", &credential) == LP_OK);
	struct lp_pin pin = lp_credential_pin(credential);
	CHECK(lp_trust_new(lp_pin_format(&pin, text), NULL, &trust) == LP_OK);
	CHECK(gnutls_certificate_allocate_credentials(&stranger) == 0);
}

void hostile_init(struct hostile *hostile, bool is_relay)
{
	struct lp_endpoint_config config = {.half_open_max = 8, .retry_above = 8};
	make_identity();
	memset(hostile, 0, sizeof(*hostile));
	hostile->is_relay = is_relay;
	hostile->now = START_NS;
	memcpy(hostile->own_cid, "hostile!", 8);
	hostile->first_cid_len = 18;
	memcpy(hostile->first_cid, "\0the first of them", 18);
	if (!is_relay)
		config.credential = credential;
	hostile->victim = lp_endpoint_new(&config, &endpoint_ops, hostile);
	set_up_tls(hostile);
	if (!is_relay) {
		set_initial_keys(hostile);
		go_on(hostile);
		return;
	}
	struct lp_connect connect = {.path.remote = address_of(hostile, 0),
				     .server_name = "relay.example",
				     .trust = trust,
				     .wall_ns = WALL_NS};
	CHECK(lp_endpoint_connect(hostile->victim, &connect, &conn_ops, hostile, hostile->now,
				  &hostile->conn) == LP_OK);
	lp_endpoint_flush(hostile->victim, hostile->now);
}

void hostile_fini(struct hostile *hostile)
{
	lp_endpoint_free(hostile->victim);
	gnutls_deinit(hostile->tls);
	for (int i = 0; i < HOSTILE_SPACES; i++) {
		drop_key(&hostile->tx[i]);
		drop_key(&hostile->rx[i]);
	}
	memset(hostile, 0, sizeof(*hostile));
}

bool hostile_step(struct hostile *hostile)
{
	return say_tls(hostile);
}

bool hostile_shake(struct hostile *hostile)
{
	while (hostile_step(hostile))
		;
	return hostile->is_complete && hostile->conn;
}

void hostile_wait(struct hostile *hostile, uint64_t ns)
{
	hostile->now += ns;
	lp_endpoint_tick(hostile->victim, hostile->now);
	lp_endpoint_flush(hostile->victim, hostile->now);
}
