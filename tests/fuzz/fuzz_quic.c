/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * UDP packets of a stranger, to a relay's endpoint and to that of a session that is connecting. The
 * input is a row of packets: what to do, a length of two bytes, and that many bytes. Whoever has
 * not proved his address gets at most three times what he sent (RFC 9000 §8), and no connection of
 * his outlives its time.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/trust.h"
#include "quic/endpoint.h"

#include <string.h>

#define START_NS (1000 * LP_NS_PER_S)
#define WALL_NS	 (1800000000 * LP_NS_PER_S)

/* What to do with a packet. */
#define IS_PADDED  0x01 /* to 1200 bytes, as an Initial is */
#define TIME_GOES  0x02 /* 300 ms pass before it */
#define FOR_CLIENT 0x04 /* to the session, under its connection ID */

static struct lp_credential *credential;
static struct lp_trust *trust;

/* One end, and what went in and out. */
struct side {
	struct lp_endpoint *endpoint;
	uint64_t rx;
	uint64_t tx;
	uint8_t first[2048]; /* the first packet it sent */
	size_t first_len;
	bool is_ready;
};

static void on_send(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct side *side = user;
	if (side->first_len == 0 && tx[0].segment_len <= sizeof(side->first)) {
		side->first_len = tx[0].segment_len;
		memcpy(side->first, tx[0].data, side->first_len);
	}
	for (size_t i = 0; i < tx_count; i++)
		side->tx += tx[i].len;
}

static void on_accept(void *user, struct lp_conn *conn, uint64_t now)
{
	(void)user, (void)conn, (void)now;
	bool is_complete_with_nobody = true;
	CHECK(!is_complete_with_nobody);
}

static void on_ready(void *user)
{
	((struct side *)user)->is_ready = true;
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text)
{
	(void)user, (void)end, (void)code, (void)text;
}

static const struct lp_endpoint_ops endpoint_ops = {.send = on_send, .on_accept = on_accept};
static const struct lp_conn_ops conn_ops = {.on_ready = on_ready, .on_end = on_end};

static void make_identity(void)
{
	char pem[1024], text[LP_PIN_TEXT_LEN];
	size_t len;
	CHECK(lp_credential_make_key(pem, sizeof(pem), &len) == LP_OK);
	CHECK(lp_credential_from_key(pem, len, "relay.example", &credential) == LP_OK);
	struct lp_pin pin = lp_credential_pin(credential);
	CHECK(lp_trust_new(lp_pin_format(&pin, text), NULL, &trust) == LP_OK);
}

static const struct lp_addr stranger = {.family = LP_ADDR_IP4, .port = 4433, .ip = {192, 0, 2, 7}};

static void open_relay(struct side *side)
{
	struct lp_endpoint_config config = {
		.credential = credential, .half_open_max = 8, .retry_above = 4};
	memset(side, 0, sizeof(*side));
	side->endpoint = lp_endpoint_new(&config, &endpoint_ops, side);
}

static void open_session(struct side *side)
{
	static const struct lp_endpoint_config config;
	struct lp_connect connect = {
		.path = {.remote = stranger}, .trust = trust, .wall_ns = WALL_NS};
	struct lp_conn *conn;
	memset(side, 0, sizeof(*side));
	side->endpoint = lp_endpoint_new(&config, &endpoint_ops, side);
	CHECK(lp_endpoint_connect(side->endpoint, &connect, &conn_ops, side, START_NS, &conn) ==
	      LP_OK);
	lp_endpoint_flush(side->endpoint, START_NS);
	CHECK(side->first_len > 0);
}

/* The session's connection ID, as its first packet says it, in place of that in the packet. */
static void address(const struct side *side, uint8_t *packet, size_t len)
{
	const uint8_t *scid = side->first + 7 + side->first[5];
	size_t at = packet[0] & 0x80 ? 6 : 1;
	if (len < at + LP_QUIC_CID_LEN)
		return;
	memcpy(packet + at, scid, LP_QUIC_CID_LEN);
	if (at == 6)
		packet[5] = LP_QUIC_CID_LEN;
}

static void tick(struct side *side, uint64_t now)
{
	lp_endpoint_tick(side->endpoint, now);
	lp_endpoint_flush(side->endpoint, now);
}

static void give(struct side *side, uint8_t *packet, size_t len, uint64_t now)
{
	struct lp_packet_rx rx = {
		.path.remote = stranger, .data = packet, .len = len, .segment_len = len};
	side->rx += len;
	lp_endpoint_recv(side->endpoint, &rx, now);
	lp_endpoint_flush(side->endpoint, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct side relay, session;
	uint64_t now = START_NS;
	if (!credential)
		make_identity();
	open_relay(&relay);
	open_session(&session);
	while (size > 3) {
		uint8_t packet[1500] = {0};
		size_t len = LP_MIN((size_t)(data[1] << 8 | data[2]), size - 3);
		unsigned what = data[0];
		len = LP_MIN(len, sizeof(packet));
		memcpy(packet, data + 3, len);
		data += 3 + len;
		size -= 3 + len;
		if (what & IS_PADDED)
			len = LP_MAX(len, (size_t)1200);
		if (what & TIME_GOES) {
			now += 300 * LP_NS_PER_MS;
			tick(&relay, now);
			tick(&session, now);
		}
		if (len == 0)
			continue;
		if (what & FOR_CLIENT) {
			address(&session, packet, len);
			give(&session, packet, len, now);
		} else {
			give(&relay, packet, len, now);
		}
		CHECK(relay.tx <= 3 * relay.rx);
		CHECK(lp_endpoint_conn_count(relay.endpoint) <= 8);
	}
	for (int i = 0; i < 100; i++)
		tick(&relay, now += 100 * LP_NS_PER_MS);
	CHECK(relay.tx <= 3 * relay.rx);
	CHECK(lp_endpoint_conn_count(relay.endpoint) == 0);
	CHECK(!session.is_ready);
	lp_endpoint_free(relay.endpoint);
	lp_endpoint_free(session.endpoint);
	return 0;
}
