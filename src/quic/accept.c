/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "quic/conn_impl.h"

#define LOG "quic"

#define TOKEN_LIFE_NS (10 * LP_NS_PER_S)
#define ANSWERS_PER_S 200 /* stateless resets and version negotiations, of all together */
#define SHORT_MIN_LEN (1 + LP_QUIC_CID_LEN + 4 + 16) /* what a packet of ours has at the least */
#define RETRY_CID_LEN LP_QUIC_CID_LEN
#define NETWORK_MIN   32U /* a household, or a hall, comes at once */

/* Sends one packet back to where `rx` came from. */
static void send_answer(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
			const uint8_t *data, size_t len)
{
	uint8_t *room = lp_tx_batch_reserve(&endpoint->tx_batch, len);
	memcpy(room, data, len);
	lp_tx_batch_commit(&endpoint->tx_batch, &rx->path, len);
}

/* May a packet of nobody have an answer? Bounded for all senders together. */
static bool may_answer(struct lp_endpoint *endpoint, uint64_t now)
{
	if (now - endpoint->answers_window_ns >= LP_NS_PER_S) {
		endpoint->answers_window_ns = now;
		endpoint->answers_count = 0;
	}
	return endpoint->answers_count++ < ANSWERS_PER_S;
}

/*
 * A packet of a connection that this process does not know: says so (RFC 9000 §10.3), in fewer
 * bytes, so that two who do not know each other come to an end (§10.3.3). A heartbeat alone has
 * less than 40.
 */
static void send_reset(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
		       const uint8_t *data, size_t len, uint64_t now)
{
	if (len < SHORT_MIN_LEN || !may_answer(endpoint, now))
		return;
	ngtcp2_cid cid;
	ngtcp2_cid_init(&cid, data + 1, LP_QUIC_CID_LEN);
	uint8_t token[NGTCP2_STATELESS_RESET_TOKENLEN];
	if (ngtcp2_crypto_generate_stateless_reset_token(token, endpoint->config.reset_key,
							 LP_QUIC_KEY_LEN, &cid) != 0)
		return;
	uint8_t random[LP_QUIC_CID_LEN + 15];
	uint8_t packet[64];
	lp_random_public(random, sizeof(random));
	ngtcp2_ssize written =
		ngtcp2_pkt_write_stateless_reset(packet, sizeof(packet), token, random,
						 LP_MIN(sizeof(random), len - sizeof(token) - 1));
	if (written <= 0)
		return;
	send_answer(endpoint, rx, packet, (size_t)written);
	endpoint->stats.resets_sent++;
}

static void send_version_negotiation(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
				     const ngtcp2_version_cid *ids, uint64_t now)
{
	if (!may_answer(endpoint, now))
		return;
	uint8_t unused;
	uint32_t versions[2] = {0x1a2a3a4aU, NGTCP2_PROTO_VER_V1}; /* one that nobody has (§6.3) */
	uint8_t packet[128];
	lp_random_public(&unused, 1);
	ngtcp2_ssize written = ngtcp2_pkt_write_version_negotiation(
		packet, sizeof(packet), unused, ids->scid, ids->scidlen, ids->dcid, ids->dcidlen,
		versions, LP_ARRAY_COUNT(versions));
	if (written <= 0)
		return;
	send_answer(endpoint, rx, packet, (size_t)written);
	endpoint->stats.version_negotiations_sent++;
}

/* Asks the sender to prove its address (RFC 9000 §8.1.2). */
static void send_retry(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
		       const ngtcp2_pkt_hd *hd, uint64_t now)
{
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&rx->path, &local, &remote);
	ngtcp2_cid scid;
	scid.datalen = RETRY_CID_LEN;
	lp_random_public(scid.data, scid.datalen);
	scid.data[0] = hd->dcid.data[0]; /* the shard stays in front */

	uint8_t token[NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN];
	ngtcp2_ssize token_len = ngtcp2_crypto_generate_retry_token(
		token, endpoint->config.token_keys.now, LP_QUIC_KEY_LEN, hd->version,
		path.remote.addr, path.remote.addrlen, &scid, &hd->dcid, now);
	if (token_len < 0)
		return;
	uint8_t packet[512];
	ngtcp2_ssize written =
		ngtcp2_crypto_write_retry(packet, sizeof(packet), hd->version, &hd->scid, &scid,
					  &hd->dcid, token, (size_t)token_len);
	if (written <= 0)
		return;
	send_answer(endpoint, rx, packet, (size_t)written);
	endpoint->stats.retries_sent++;
}

/* Refuses an Initial whose token does not hold (RFC 9000 §8.1.3). */
static void send_invalid_token(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
			       const ngtcp2_pkt_hd *hd)
{
	uint8_t packet[256];
	ngtcp2_ssize written =
		ngtcp2_crypto_write_connection_close(packet, sizeof(packet), hd->version, &hd->scid,
						     &hd->dcid, NGTCP2_INVALID_TOKEN, NULL, 0);
	endpoint->stats.bad_tokens++;
	if (written > 0)
		send_answer(endpoint, rx, packet, (size_t)written);
}

enum admission { ADMIT, ADMIT_RETRIED, REFUSE };

/*
 * Has the sender's network some of its quota left? That is a tenth of all handshakes that may be in
 * progress: it is used up once in 10 s at most, and a handshake that is not completed lasts for 5.
 */
static enum lp_quota_answer ask_quota(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
				      bool is_proven, uint64_t now)
{
	struct lp_quota *quota = endpoint->config.quota;
	unsigned size = LP_MAX(endpoint->config.half_open_max / 10, NETWORK_MIN);
	if (!quota)
		return LP_QUOTA_ADMIT;
	enum lp_quota_answer answer = lp_quota_take(quota, &rx->path.remote, size, is_proven, now);
	endpoint->stats.refused_network += answer == LP_QUOTA_WAIT;
	return answer;
}

/* Of an Initial without token. Who is not admitted may be asked to prove its address. */
static enum admission admit_stranger(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
				     const ngtcp2_pkt_hd *hd, unsigned half_open, uint64_t now)
{
	enum lp_quota_answer answer = LP_QUOTA_PROVE;
	if (half_open < LP_MIN(endpoint->config.half_open_max, endpoint->config.retry_above))
		answer = ask_quota(endpoint, rx, false, now);
	if (answer == LP_QUOTA_PROVE)
		send_retry(endpoint, rx, hd, now);
	return answer == LP_QUOTA_ADMIT ? ADMIT : REFUSE;
}

void lp_endpoint_set_token_keys(struct lp_endpoint *endpoint, const struct lp_token_keys *keys)
{
	endpoint->config.token_keys = *keys;
}

static bool is_made_with(const uint8_t key[LP_QUIC_KEY_LEN], const struct lp_packet_rx *rx,
			 const ngtcp2_pkt_hd *hd, ngtcp2_cid *odcid, uint64_t now)
{
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&rx->path, &local, &remote);
	size_t len;
	const uint8_t *token = lp_compat_token(hd, &len);
	return ngtcp2_crypto_verify_retry_token(odcid, token, len, key, LP_QUIC_KEY_LEN,
						hd->version, path.remote.addr, path.remote.addrlen,
						&hd->dcid, TOKEN_LIFE_NS, now) == 0;
}

/* Is it a token that we made for that address a moment ago? */
static bool is_token_good(const struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
			  const ngtcp2_pkt_hd *hd, ngtcp2_cid *odcid, uint64_t now)
{
	const struct lp_token_keys *keys = &endpoint->config.token_keys;
	size_t len;
	/* The exact first byte before any crypto: only tokens that look like ours get further. */
	return lp_compat_token(hd, &len)[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY &&
	       (is_made_with(keys->now, rx, hd, odcid, now) ||
		(keys->has_before && is_made_with(keys->before, rx, hd, odcid, now)));
}

/* Does this Initial get a connection? *odcid is the first DCID of the client when it comes by
 * Retry. */
static enum admission admit(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
			    const ngtcp2_pkt_hd *hd, ngtcp2_cid *odcid, uint64_t now)
{
	unsigned half_open = atomic_load(lp_endpoint_half_open(endpoint));
	size_t token_len;
	lp_compat_token(hd, &token_len);
	if (token_len == 0)
		return admit_stranger(endpoint, rx, hd, half_open, now);
	if (!is_token_good(endpoint, rx, hd, odcid, now)) {
		send_invalid_token(endpoint, rx, hd);
		return REFUSE;
	}
	if (ask_quota(endpoint, rx, true, now) != LP_QUOTA_ADMIT)
		return REFUSE;
	if (half_open < endpoint->config.half_open_max)
		return ADMIT_RETRIED;
	endpoint->stats.refused_half_open++;
	return lp_half_open_make_room(endpoint) ? ADMIT_RETRIED : REFUSE;
}

static enum lp_err make_server(struct lp_conn *conn, const struct lp_packet_rx *rx,
			       const ngtcp2_pkt_hd *hd, const ngtcp2_cid *odcid, bool is_retried,
			       uint64_t now)
{
	struct lp_endpoint *endpoint = conn->endpoint;
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&rx->path, &local, &remote);
	ngtcp2_settings settings;
	ngtcp2_transport_params params;
	lp_conn_settings(&settings, now);
	lp_conn_params(&params);
	params.initial_max_streams_bidi = 1; /* the control stream, and nothing else */
	params.initial_max_streams_uni = 0;
	lp_compat_set_original_dcid(&params, is_retried ? odcid : &hd->dcid);
	if (is_retried) {
		lp_compat_set_token(&settings, hd);
		params.retry_scid = hd->dcid;
		params.retry_scid_present = 1;
	}
	ngtcp2_cid scid;
	scid.datalen = LP_QUIC_CID_LEN;
	lp_random_public(scid.data, scid.datalen);
	scid.data[0] = conn->shard;
	params.stateless_reset_token_present = 1;
	if (ngtcp2_crypto_generate_stateless_reset_token(params.stateless_reset_token,
							 endpoint->config.reset_key,
							 LP_QUIC_KEY_LEN, &scid) != 0)
		return LP_ERR_QUIC;
	enum lp_err err = lp_tls_server(conn, endpoint->config.credential);
	if (err != LP_OK)
		return err;
	if (ngtcp2_conn_server_new(&conn->quic, &hd->scid, &scid, &path, hd->version,
				   &lp_conn_callbacks_server, &settings, &params, NULL, conn) != 0)
		return LP_ERR_QUIC;
	ngtcp2_conn_set_tls_native_handle(conn->quic, conn->tls);
	ngtcp2_conn_set_keep_alive_timeout(conn->quic, LP_QUIC_KEEP_ALIVE_NS);
	conn->original_dcid = hd->dcid;
	lp_endpoint_add_cid(endpoint, &hd->dcid, conn);
	lp_endpoint_add_cid(endpoint, &scid, conn);
	return LP_OK;
}

static void accept_initial(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
			   const uint8_t *data, size_t len, uint64_t now)
{
	ngtcp2_pkt_hd hd;
	if (ngtcp2_accept(&hd, data, len) != 0) {
		endpoint->stats.unknown_packets++;
		return;
	}
	ngtcp2_cid odcid = {0};
	enum admission admission = admit(endpoint, rx, &hd, &odcid, now);
	if (admission == REFUSE)
		return;
	struct lp_conn *conn = lp_conn_new(endpoint, &rx->path, true, hd.dcid.data[0], now);
	atomic_fetch_add(lp_endpoint_half_open(endpoint), 1);
	conn->is_half_open = true;
	if (make_server(conn, rx, &hd, &odcid, admission == ADMIT_RETRIED, now) != LP_OK) {
		lp_conn_free(conn);
		return;
	}
	endpoint->stats.accepted++;
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&rx->path, &local, &remote);
	ngtcp2_pkt_info info = {0};
	lp_conn_read(conn, &path, &info, data, len, now);
}

/*
 * At a session: a stateless reset looks like a packet of nobody's (RFC 9000 §10.3). Whose it is
 * only its token tells, which ngtcp2 knows.
 */
static void try_reset(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
		      const uint8_t *data, size_t len, uint64_t now)
{
	struct lp_conn *conn;
	LP_LIST_FOREACH (conn, &endpoint->conns, struct lp_conn, link) {
		if (lp_addr_equal(&conn->path.remote, &rx->path.remote))
			lp_conn_read_reset(conn, rx, data, len, now);
	}
}

void lp_endpoint_stray(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
		       const uint8_t *data, size_t len, uint64_t now)
{
	bool is_short = !(data[0] & 0x80);
	if (!endpoint->config.credential) {
		endpoint->stats.unknown_packets++;
		if (is_short)
			try_reset(endpoint, rx, data, len, now);
		return;
	}
	if (is_short) {
		endpoint->stats.unknown_packets++;
		send_reset(endpoint, rx, data, len, now);
		return;
	}
	ngtcp2_version_cid ids;
	int code = ngtcp2_pkt_decode_version_cid(&ids, data, len, LP_QUIC_CID_LEN);
	if (code == NGTCP2_ERR_VERSION_NEGOTIATION && len >= NGTCP2_MAX_UDP_PAYLOAD_SIZE)
		send_version_negotiation(endpoint, rx, &ids, now);
	else if (code == 0 && len >= NGTCP2_MAX_UDP_PAYLOAD_SIZE)
		accept_initial(endpoint, rx, data, len, now);
	else
		endpoint->stats.unknown_packets++;
}
