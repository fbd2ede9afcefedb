/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "quic/conn_impl.h"

#include <stdio.h>
#include <stdlib.h>

#define LOG "quic"

/*
 * What ngtcp2's congestion control takes for one packet. Its window starts at twice this and never
 * falls below: far above anything that we let fly (quic/account.h).
 */
#define BIG_PACKET (1024 * 1024)

#define STREAM_WINDOW (64 * 1024)

/*
 * RFC 9002 §6.2.2 recommends 333 ms, with which a lost first packet is sent again after 1 s. So a
 * player comes back from a blackout sooner, for some spare packets on slow paths.
 */
#define INITIAL_RTT_NS (50 * LP_NS_PER_MS)

const char *lp_conn_end_name(enum lp_conn_end end)
{
	static const char *const names[] = {
		[LP_CONN_END_LOCAL] = "closed here",	  [LP_CONN_END_PEER] = "closed by the peer",
		[LP_CONN_END_IDLE] = "timeout",		  [LP_CONN_END_RESET] = "reset by the peer",
		[LP_CONN_END_HANDSHAKE] = "no handshake", [LP_CONN_END_TRUST] = "not trusted",
		[LP_CONN_END_ERROR] = "protocol error",
	};
	return names[end];
}

/* --- callbacks of ngtcp2 --- */

/*
 * After the handshake, once: the owner may begin. Before the next packet is read: control bytes may
 * come in the same UDP packet as the end of the handshake.
 */
static void become_ready(struct lp_conn *conn)
{
	const ngtcp2_transport_params *params = ngtcp2_conn_get_remote_transport_params(conn->quic);
	conn->is_ready = true;
	conn->has_datagrams = params && params->max_datagram_frame_size > 0;
	lp_conn_touch(conn);
	if (conn->is_server)
		conn->endpoint->ops->on_accept(conn->endpoint->user, conn, conn->last_rx_ns);
	else if (conn->ops)
		conn->ops->on_ready(conn->user);
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
	become_ready(conn);
	return 0;
}

static int on_stream_data(ngtcp2_conn *quic, uint32_t flags, int64_t stream_id, uint64_t offset,
			  const uint8_t *data, size_t len, void *user, void *stream_user)
{
	struct lp_conn *conn = user;
	(void)flags, (void)offset, (void)stream_user;
	if (conn->is_server && conn->stream_id == -1)
		conn->stream_id = stream_id;
	ngtcp2_conn_extend_max_stream_offset(quic, stream_id, len);
	ngtcp2_conn_extend_max_offset(quic, len);
	lp_conn_touch(conn);
	if (len > 0 && conn->ops && !conn->wants_close)
		conn->ops->on_stream(conn->user, data, len, conn->last_rx_ns);
	return 0;
}

static int on_stream_acked(ngtcp2_conn *quic, int64_t stream_id, uint64_t offset, uint64_t len,
			   void *user, void *stream_user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)stream_id, (void)stream_user;
	lp_stream_acked(&conn->stream, offset + len);
	return 0;
}

static int on_datagram(ngtcp2_conn *quic, uint32_t flags, const uint8_t *data, size_t len,
		       void *user)
{
	struct lp_conn *conn = user;
	(void)quic, (void)flags;
	conn->datagrams_rx++;
	if (conn->ops && !conn->wants_close)
		conn->ops->on_datagram(conn->user, data, len, conn->last_rx_ns);
	return 0;
}

static int on_datagram_acked(ngtcp2_conn *quic, uint64_t id, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	if (lp_account_acked(&conn->account, id) == LP_ACCOUNT_SETTLED_LARGE) {
		conn->large_lost_count = 0;
		conn->large_unacked_ns = 0;
	}
	return 0;
}

static int on_datagram_lost(ngtcp2_conn *quic, uint64_t id, void *user)
{
	struct lp_conn *conn = user;
	(void)quic;
	if (lp_account_lost(&conn->account, id) != LP_ACCOUNT_SETTLED_LARGE ||
	    id < conn->large_first_id)
		return 0;
	conn->large_unacked_ns = 0;
	if (conn->large_lost_count++ == 0)
		conn->large_lost_ns = conn->last_rx_ns;
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
	.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb,                                     \
	.encrypt = ngtcp2_crypto_encrypt_cb, .decrypt = ngtcp2_crypto_decrypt_cb,                  \
	.hp_mask = ngtcp2_crypto_hp_mask_cb, .update_key = ngtcp2_crypto_update_key_cb,            \
	.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb,                         \
	.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb,                     \
	.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb,                       \
	.version_negotiation = ngtcp2_crypto_version_negotiation_cb,                               \
	.handshake_completed = on_handshake_completed, .recv_stream_data = on_stream_data,         \
	.acked_stream_data_offset = on_stream_acked, .recv_datagram = on_datagram,                 \
	.ack_datagram = on_datagram_acked, .lost_datagram = on_datagram_lost, .rand = on_rand,     \
	.get_new_connection_id = on_new_cid, .remove_connection_id = on_remove_cid,                \
	.recv_stateless_reset = on_reset

const ngtcp2_callbacks lp_conn_callbacks_client = {
	CALLBACKS_COMMON,
	.client_initial = ngtcp2_crypto_client_initial_cb,
	.recv_retry = ngtcp2_crypto_recv_retry_cb,
	.extend_max_local_streams_bidi = on_streams_allowed,
};

const ngtcp2_callbacks lp_conn_callbacks_server = {
	CALLBACKS_COMMON,
	.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb,
};

/* --- making and freeing --- */

void lp_conn_settings(ngtcp2_settings *settings, uint64_t now)
{
	ngtcp2_settings_default(settings);
	settings->initial_ts = now;
	settings->cc_algo = NGTCP2_CC_ALGO_RENO;
	settings->max_tx_udp_payload_size = BIG_PACKET;
	settings->no_tx_udp_payload_size_shaping = 1;
	settings->no_pmtud = 1;
	settings->handshake_timeout = LP_QUIC_HANDSHAKE_NS;
	settings->initial_rtt = INITIAL_RTT_NS;
}

void lp_conn_params(ngtcp2_transport_params *params)
{
	ngtcp2_transport_params_default(params);
	params->initial_max_stream_data_bidi_local = STREAM_WINDOW;
	params->initial_max_stream_data_bidi_remote = STREAM_WINDOW;
	params->initial_max_data = STREAM_WINDOW;
	params->max_idle_timeout = LP_QUIC_IDLE_NS;
	params->max_datagram_frame_size = 65535;
	params->active_connection_id_limit = 4;
}

struct lp_conn *lp_conn_new(struct lp_endpoint *endpoint, const struct lp_path *path,
			    bool is_server, uint8_t shard, uint64_t now)
{
	struct lp_conn *conn = lp_alloc(sizeof(*conn));
	conn->endpoint = endpoint;
	conn->path = *path;
	conn->is_server = is_server;
	conn->shard = shard;
	conn->stream_id = -1;
	conn->udp_payload = NGTCP2_MAX_UDP_PAYLOAD_SIZE;
	conn->ack_due_ns = LP_NEVER;
	conn->deadline_ns = LP_NEVER;
	conn->last_rx_ns = now;
	conn->key_since_ns = now;
	conn->overhead = 1 + LP_QUIC_CID_LEN + 1 + 16;
	lp_account_init(&conn->account, now);
	lp_stream_init(&conn->stream);
	lp_list_init(&conn->active);
	lp_list_append(&endpoint->conns, &conn->link);
	endpoint->conn_count++;
	return conn;
}

static void remove_all_cids(struct lp_conn *conn)
{
	size_t count = lp_compat_scid_count(conn->quic);
	ngtcp2_cid *cids = lp_alloc_array(count + 1, sizeof(*cids));
	count = ngtcp2_conn_get_scid(conn->quic, cids);
	for (size_t i = 0; i < count; i++)
		lp_endpoint_remove_cid(conn->endpoint, &cids[i]);
	free(cids);
}

void lp_conn_free(struct lp_conn *conn)
{
	struct lp_endpoint *endpoint = conn->endpoint;
	if (conn->is_half_open)
		atomic_fetch_sub(lp_endpoint_half_open(endpoint), 1);
	if (conn->quic)
		remove_all_cids(conn);
	if (conn->is_server)
		lp_endpoint_remove_cid(endpoint, &conn->original_dcid);
	if (endpoint->last == conn)
		endpoint->last = NULL;
	lp_list_remove(&conn->link);
	lp_list_remove(&conn->active);
	endpoint->conn_count--;
	ngtcp2_conn_del(conn->quic);
	if (conn->tls)
		gnutls_deinit(conn->tls);
	lp_credential_free(conn->credential);
	lp_stream_fini(&conn->stream);
	free(conn->server_name);
	free(conn);
}

/* --- life --- */

void lp_conn_activate(struct lp_conn *conn)
{
	if (!lp_list_is_linked(&conn->active))
		lp_list_append(&conn->endpoint->active, &conn->active);
}

void lp_conn_end(struct lp_conn *conn, enum lp_conn_end end, uint64_t code, const char *text)
{
	if (conn->has_ended)
		return;
	conn->has_ended = true;
	lp_conn_activate(conn);
	if (conn->ops)
		conn->ops->on_end(conn->user, end, code, text);
	conn->ops = NULL;
}

/* The peer has closed: what it said. */
static void end_draining(struct lp_conn *conn)
{
	if (conn->was_reset) {
		lp_conn_end(conn, LP_CONN_END_RESET, LP_CONN_CODE_QUIC, "stateless reset");
		return;
	}
	ngtcp2_ccerr error;
	char text[LP_CONN_WHY_LEN];
	lp_compat_get_ccerr(conn->quic, &error);
	/* The numbers of QUIC's own errors mean other things than ours (RFC 9000 §20). */
	if (error.type != NGTCP2_CCERR_TYPE_APPLICATION) {
		snprintf(text, sizeof(text), "QUIC error 0x%llx",
			 (unsigned long long)error.error_code);
		lp_conn_end(conn, LP_CONN_END_PEER, LP_CONN_CODE_QUIC, text);
		return;
	}
	lp_log_printable((const char *)error.reason, error.reasonlen, text, sizeof(text));
	lp_conn_end(conn, LP_CONN_END_PEER, error.error_code, text);
}

static void end_with_error(struct lp_conn *conn, int code, uint64_t now)
{
	ngtcp2_ccerr error;
	ngtcp2_ccerr_default(&error);
	switch (code) {
	case NGTCP2_ERR_DRAINING:
		end_draining(conn);
		return;
	case NGTCP2_ERR_DROP_CONN:
		lp_conn_end(conn, LP_CONN_END_ERROR, LP_CONN_CODE_QUIC, "dropped");
		return;
	case NGTCP2_ERR_IDLE_CLOSE:
		lp_conn_end(conn, LP_CONN_END_IDLE, LP_CONN_CODE_QUIC,
			    "nothing heard for too long");
		return;
	case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
		lp_conn_end(conn, LP_CONN_END_HANDSHAKE, LP_CONN_CODE_QUIC, "no answer");
		return;
	case NGTCP2_ERR_CRYPTO:
		ngtcp2_ccerr_set_tls_alert(&error, ngtcp2_conn_get_tls_alert(conn->quic), NULL, 0);
		break;
	default:
		ngtcp2_ccerr_set_liberr(&error, code, NULL, 0);
	}
	lp_conn_write_close(conn, &error, now);
	if (!conn->is_server && !conn->is_trusted && conn->why[0])
		lp_conn_end(conn, LP_CONN_END_TRUST, LP_CONN_CODE_QUIC, conn->why);
	else
		lp_conn_end(conn, LP_CONN_END_ERROR, LP_CONN_CODE_QUIC, ngtcp2_strerror(code));
}

void lp_conn_notice_path(struct lp_conn *conn)
{
	struct lp_path now_path;
	lp_path_from_ngtcp2(&now_path, ngtcp2_conn_get_path(conn->quic));
	if (lp_addr_equal(&conn->path.remote, &now_path.remote) &&
	    lp_addr_equal(&conn->path.local, &now_path.local))
		return;
	conn->path = now_path;
	if (conn->ops && conn->ops->on_path_change)
		conn->ops->on_path_change(conn->user, &conn->path);
}

static void note_rtt(struct lp_conn *conn, uint64_t now)
{
	ngtcp2_conn_info info;
	ngtcp2_conn_get_conn_info(conn->quic, &info);
	lp_rtt_note(&conn->rtt, info.latest_rtt, now);
}

void lp_conn_read(struct lp_conn *conn, const ngtcp2_path *path, const ngtcp2_pkt_info *info,
		  const uint8_t *data, size_t len, uint64_t now)
{
	if (conn->has_ended || conn->wants_close)
		return;
	conn->last_rx_ns = now;
	conn->unanswered_ns = 0;
	conn->packets_rx++;
	conn->bytes_rx += len;
	lp_conn_activate(conn);

	int code = ngtcp2_conn_read_pkt(conn->quic, path, info, data, len, now);
	if (code != 0) {
		end_with_error(conn, code, now);
		return;
	}
	note_rtt(conn, now);
	if (!conn->is_ready) {
		lp_conn_touch(conn);
		return;
	}
	const ngtcp2_path *current = ngtcp2_conn_get_path(conn->quic);
	if (!ngtcp2_path_eq(current, path))
		lp_conn_touch(conn); /* a new path is being tried: answer at once */
	if (conn->ack_due_ns == LP_NEVER)
		conn->ack_due_ns = now + LP_CONN_ACK_TICK_NS;
	if (++conn->unacked_count >= LP_CONN_ACK_PACKETS || conn->is_blocked)
		lp_conn_touch(conn);
}

void lp_conn_read_reset(struct lp_conn *conn, const struct lp_packet_rx *rx, const uint8_t *data,
			size_t len, uint64_t now)
{
	union lp_sockaddr local, remote;
	ngtcp2_path path = lp_path_to_ngtcp2(&rx->path, &local, &remote);
	ngtcp2_pkt_info info = {0};
	if (conn->has_ended || conn->wants_close || !conn->is_ready)
		return;
	if (ngtcp2_conn_read_pkt(conn->quic, &path, &info, data, len, now) == NGTCP2_ERR_DRAINING)
		end_draining(conn);
}

void lp_conn_expire(struct lp_conn *conn, uint64_t now)
{
	int code = ngtcp2_conn_handle_expiry(conn->quic, now);
	if (code != 0)
		end_with_error(conn, code, now);
	else
		lp_conn_touch(conn);
}

void lp_conn_update_deadline(struct lp_conn *conn, uint64_t now)
{
	if (conn->has_ended)
		return;
	uint64_t expiry = ngtcp2_conn_get_expiry(conn->quic);
	if (conn->is_ready && conn->ack_due_ns != LP_NEVER)
		expiry = LP_MAX(expiry, conn->ack_due_ns);
	if (conn->wants_write) /* touched by another one's end, after its turn to write */
		expiry = now;
	/* What is due already has been handled or waits for the window: never spin on it. */
	conn->deadline_ns = LP_MAX(expiry, now + LP_NS_PER_MS / 2);
	if (conn->deadline_ns < conn->endpoint->deadline_ns)
		conn->endpoint->deadline_ns = conn->deadline_ns;
}

/* --- the owner's calls --- */

void lp_conn_set_owner(struct lp_conn *conn, const struct lp_conn_ops *ops, void *user)
{
	conn->ops = ops;
	conn->user = user;
}

void lp_conn_touch(struct lp_conn *conn)
{
	conn->wants_write = true;
	lp_conn_activate(conn);
}

void lp_conn_send_stream(struct lp_conn *conn, const uint8_t *data, size_t len)
{
	if (conn->stream.end - conn->stream.acked + len > LP_CONN_STREAM_MAX) {
		lp_conn_close(conn, LP_QUIC_CODE_PROTOCOL, "control records are not read");
		return;
	}
	lp_stream_append(&conn->stream, data, len);
	lp_conn_touch(conn);
}

bool lp_conn_is_stream_blocked(const struct lp_conn *conn)
{
	return conn->is_stream_blocked;
}

bool lp_conn_is_stream_acked(const struct lp_conn *conn)
{
	return conn->stream.acked == conn->stream.end;
}

uint64_t lp_conn_mark(const struct lp_conn *conn)
{
	return conn->stream.end;
}

bool lp_conn_has_acked(const struct lp_conn *conn, uint64_t mark)
{
	return conn->stream.acked >= mark;
}

void lp_conn_close(struct lp_conn *conn, uint64_t code, const char *reason)
{
	if (conn->wants_close || conn->has_ended)
		return;
	conn->wants_close = true;
	conn->close_code = code;
	lp_strcopy(conn->why, sizeof(conn->why), reason);
	lp_conn_touch(conn);
}

void lp_conn_abandon(struct lp_conn *conn)
{
	conn->ops = NULL;
	conn->wants_close = true;
	conn->has_ended = true;
	lp_conn_activate(conn);
}

bool lp_conn_is_closing(const struct lp_conn *conn)
{
	return conn->wants_close;
}

void lp_conn_set_udp_payload(struct lp_conn *conn, size_t len)
{
	conn->udp_payload =
		LP_MIN(LP_MAX(len, (size_t)NGTCP2_MAX_UDP_PAYLOAD_SIZE), (size_t)LP_PACKET_MAX);
	conn->large_first_id = conn->account.next_id; /* what was larger is no news */
	conn->large_lost_count = 0;
	conn->large_unacked_ns = 0;
}

size_t lp_conn_udp_payload(const struct lp_conn *conn)
{
	return conn->udp_payload;
}

size_t lp_conn_cid_len(const struct lp_conn *conn)
{
	return ngtcp2_conn_get_dcid(conn->quic)->datalen;
}

bool lp_conn_has_datagrams(const struct lp_conn *conn)
{
	return conn->has_datagrams;
}

uint8_t lp_conn_shard(const struct lp_conn *conn)
{
	return conn->shard;
}

const struct lp_path *lp_conn_path(const struct lp_conn *conn)
{
	return &conn->path;
}

void lp_conn_read_stats(const struct lp_conn *conn, struct lp_conn_stats *stats)
{
	ngtcp2_conn_info info;
	ngtcp2_conn_get_conn_info(conn->quic, &info);
	*stats = (struct lp_conn_stats){
		.rtt_ns = info.smoothed_rtt,
		.best_rtt_ns = lp_rtt_best(&conn->rtt),
		.min_rtt_ns = info.min_rtt == UINT64_MAX ? 0 : info.min_rtt,
		.pto_ns = ngtcp2_conn_get_pto(conn->quic),
		.packets_rx = conn->packets_rx,
		.packets_tx = conn->packets_tx,
		.bytes_rx = conn->bytes_rx,
		.bytes_tx = conn->bytes_tx,
		.datagrams_tx = conn->datagrams_tx,
		.datagrams_rx = conn->datagrams_rx,
		.datagrams_acked = conn->account.acked_count,
		.datagrams_lost = conn->account.lost_count,
		.in_flight_bytes = conn->account.in_flight_bytes,
		.in_flight_limit_bytes = conn->account.limit_bytes,
		.last_rx_ns = conn->last_rx_ns,
		.unanswered_ns = conn->unanswered_ns,
	};
}

bool lp_conn_take_black_hole(struct lp_conn *conn, uint64_t now)
{
	if (conn->large_lost_count < 3)
		return false;
	ngtcp2_conn_info info;
	ngtcp2_conn_get_conn_info(conn->quic, &info);
	uint64_t wait_ns = LP_MAX(100 * LP_NS_PER_MS, 2 * info.smoothed_rtt);
	if (now - conn->large_lost_ns < wait_ns ||
	    conn->last_rx_ns - conn->large_lost_ns < wait_ns / 2)
		return false;
	conn->large_lost_count = 0;
	return true;
}

enum lp_err lp_conn_update_keys(struct lp_conn *conn, uint64_t now)
{
	int code = ngtcp2_conn_initiate_key_update(conn->quic, now);
	if (code != 0)
		return LP_ERR_AGAIN; /* the one before is not confirmed yet */
	conn->key_packets = 0;
	conn->key_since_ns = now;
	return LP_OK;
}
