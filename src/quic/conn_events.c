/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/random.h"
#include "quic/conn_impl.h"

/* Of a frame of that size, which is type, length of two bytes, and the DATAGRAM (RFC 9221 §4). */
static size_t datagram_max(const struct lp_conn *conn)
{
	const ngtcp2_transport_params *params = ngtcp2_conn_get_remote_transport_params(conn->quic);
	uint64_t frame_max = params ? params->max_datagram_frame_size : 0;
	return frame_max > 3 ? (size_t)LP_MIN(frame_max - 3, (uint64_t)LP_PACKET_MAX) : 0;
}

/*
 * After the handshake, once: the owner may begin. Before the next packet is read: control bytes may
 * come in the same UDP packet as the end of the handshake.
 */
static void become_ready(struct lp_conn *conn)
{
	lp_conn_hear(conn);
	conn->is_ready = true;
	conn->datagram_max = datagram_max(conn);
	lp_conn_touch(conn);
	if (conn->is_server)
		conn->endpoint->ops->on_accept(conn->endpoint->user, conn, conn->last_rx_ns);
	else if (conn->ops)
		conn->ops->on_ready(conn->user);
}

/*
 * TLS is given what it needs and no more: ngtcp2 bounds what comes out of order, GnuTLS one
 * message, nobody their sum; and neither knows which messages have no place in QUIC.
 */
static int on_crypto_data(ngtcp2_conn *quic, ngtcp2_encryption_level level, uint64_t offset,
			  const uint8_t *data, size_t len, void *user)
{
	struct lp_conn *conn = user;
	enum lp_tls_space space = level == NGTCP2_ENCRYPTION_LEVEL_INITIAL     ? LP_TLS_INITIAL
				  : level == NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE ? LP_TLS_HANDSHAKE
									       : LP_TLS_ONE_RTT;
	if (offset + len > LP_CONN_CRYPTO_MAX)
		return NGTCP2_ERR_CALLBACK_FAILURE;
	if (!lp_tls_filter_allows(&conn->tls_filter, conn->is_server, space, data, len)) {
		ngtcp2_conn_set_tls_alert(quic, LP_TLS_ALERT_UNEXPECTED_MESSAGE);
		return NGTCP2_ERR_CRYPTO;
	}
	if (space == LP_TLS_ONE_RTT)
		return 0; /* a ticket: we resume no TLS session */
	return ngtcp2_crypto_recv_crypto_data_cb(quic, level, offset, data, len, user);
}

static int on_handshake_completed(ngtcp2_conn *quic, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	if (conn->is_half_open) {
		atomic_fetch_sub(lp_endpoint_half_open(conn->endpoint), 1);
		conn->is_half_open = false;
	}
	if (!conn->is_server && !conn->is_trusted)
		return NGTCP2_ERR_CALLBACK_FAILURE;
	conn->is_foreign = !lp_tls_has_alpn(conn);
	if (conn->is_foreign)
		return NGTCP2_ERR_CALLBACK_FAILURE;
	become_ready(conn);
	return 0;
}

void lp_conn_tell_stream_end(struct lp_conn *conn, uint64_t now)
{
	if (conn->ops && conn->ops->on_stream_end && !conn->wants_close)
		conn->ops->on_stream_end(conn->user, now);
}

static int on_stream_data(ngtcp2_conn *quic, uint32_t flags, int64_t stream_id, uint64_t offset,
			  const uint8_t *data, size_t len, void *user, void *stream_user)
{
	struct lp_conn *conn = user;
	(void)offset, (void)stream_user;
	lp_conn_hear(conn);
	if (conn->is_server && conn->stream_id == -1)
		conn->stream_id = stream_id;
	ngtcp2_conn_extend_max_stream_offset(quic, stream_id, len);
	ngtcp2_conn_extend_max_offset(quic, len);
	lp_conn_touch(conn);
	if (len > 0 && conn->ops && !conn->wants_close)
		conn->ops->on_stream(conn->user, data, len, conn->last_rx_ns);
	if (flags & NGTCP2_STREAM_DATA_FLAG_FIN)
		lp_conn_tell_stream_end(conn, conn->last_rx_ns);
	return 0;
}

static int on_stream_reset(ngtcp2_conn *quic, int64_t stream_id, uint64_t len, uint64_t code,
			   void *user, void *stream_user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)stream_id, (void)len, (void)code, (void)stream_user;
	lp_conn_hear(conn);
	lp_conn_tell_stream_end(conn, conn->last_rx_ns);
	return 0;
}

static int on_stream_acked(ngtcp2_conn *quic, int64_t stream_id, uint64_t offset, uint64_t len,
			   void *user, void *stream_user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)stream_id, (void)stream_user;
	lp_conn_hear(conn);
	lp_stream_acked(&conn->stream, offset + len);
	return 0;
}

static int on_datagram(ngtcp2_conn *quic, uint32_t flags, const uint8_t *data, size_t len,
		       void *user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)flags;
	lp_conn_hear(conn);
	conn->datagrams_rx++;
	if (conn->ops && !conn->wants_close)
		conn->ops->on_datagram(conn->user, data, len, conn->last_rx_ns);
	return 0;
}

static int on_datagram_acked(ngtcp2_conn *quic, uint64_t id, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	lp_conn_hear(conn);
	if (lp_inflight_acked(&conn->inflight, id) == LP_INFLIGHT_SETTLED_LARGE) {
		conn->large_acked_id = LP_MAX(conn->large_acked_id, id);
		bool is_last = conn->large_acked_id >= conn->large_last_id;
		conn->large_unacked_ns = is_last ? 0 : conn->last_rx_ns;
		conn->is_in_doubt = false;
	}
	return 0;
}

static int on_datagram_lost(ngtcp2_conn *quic, uint64_t id, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	lp_inflight_lost(&conn->inflight, id);
	return 0;
}

static void on_rand(uint8_t *out, size_t len, const ngtcp2_rand_ctx *context)
{
	(void)context;
	lp_random_public(out, len);
}

static int on_new_cid(ngtcp2_conn *quic, ngtcp2_cid *cid, uint8_t *token, size_t len, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	lp_random_public(cid->data, len);
	cid->data[0] = conn->shard;
	cid->datalen = len;
	if (ngtcp2_crypto_generate_stateless_reset_token(token, conn->endpoint->config.reset_key,
							 LP_QUIC_KEY_LEN, cid) != 0)
		return NGTCP2_ERR_CALLBACK_FAILURE;
	lp_endpoint_add_cid(conn->endpoint, cid, conn);
	return 0;
}

static int on_remove_cid(ngtcp2_conn *quic, const ngtcp2_cid *cid, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	lp_endpoint_remove_cid(conn->endpoint, cid);
	return 0;
}

static int on_reset(ngtcp2_conn *quic, const ngtcp2_pkt_stateless_reset *reset, void *user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)reset;
	conn->was_reset = true;
	return 0;
}

/* What move.c waits for. A validation that was given up for another one has not ended. */
static int on_path_validation(ngtcp2_conn *quic, uint32_t flags, const ngtcp2_path *path,
			      LP_COMPAT_OLD_PATH ngtcp2_path_validation_result result, void *user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)flags, (void)path;
	if (result != NGTCP2_PATH_VALIDATION_RESULT_ABORTED)
		lp_move_end(&conn->move, result == NGTCP2_PATH_VALIDATION_RESULT_SUCCESS);
	return 0;
}

static int on_path_challenge(ngtcp2_conn *quic, uint8_t *data, void *user)
{
	struct lp_conn *conn = user;
	conn->move.has_asked = true;
	return ngtcp2_crypto_get_path_challenge_data_cb(quic, data, user);
}

/* The one stream may be opened: it is the control stream (id 0). */
static int on_streams_allowed(ngtcp2_conn *quic, uint64_t max_streams, void *user)
{
	struct lp_conn *conn = user;
	if (conn->is_server || conn->stream_id != -1 || max_streams == 0)
		return 0;
	return ngtcp2_conn_open_bidi_stream(quic, &conn->stream_id, NULL) == 0
		       ? 0
		       : NGTCP2_ERR_CALLBACK_FAILURE;
}

#define CALLBACKS_COMMON                                                                           \
	.recv_crypto_data = on_crypto_data, .encrypt = lp_conn_encrypt,                            \
	.decrypt = lp_conn_decrypt, .hp_mask = ngtcp2_crypto_hp_mask_cb,                           \
	.update_key = ngtcp2_crypto_update_key_cb,                                                 \
	.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,                         \
	.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,                     \
	.get_path_challenge_data = on_path_challenge,                                              \
	.version_negotiation = ngtcp2_crypto_version_negotiation_cb,                               \
	.handshake_completed = on_handshake_completed, .recv_stream_data = on_stream_data,         \
	.stream_reset = on_stream_reset, .acked_stream_data_offset = on_stream_acked,              \
	.recv_datagram = on_datagram, .ack_datagram = on_datagram_acked,                           \
	.lost_datagram = on_datagram_lost, .rand = on_rand, .get_new_connection_id = on_new_cid,   \
	.remove_connection_id = on_remove_cid, .recv_stateless_reset = on_reset

const ngtcp2_callbacks lp_conn_callbacks_client = {
	CALLBACKS_COMMON,
	.client_initial = ngtcp2_crypto_client_initial_cb,
	.recv_retry = ngtcp2_crypto_recv_retry_cb,
	.extend_max_local_streams_bidi = on_streams_allowed,
};

const ngtcp2_callbacks lp_conn_callbacks_server = {
	CALLBACKS_COMMON,
	.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb,
	.path_validation = on_path_validation,
};
