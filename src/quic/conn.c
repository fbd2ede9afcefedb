/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/mem.h"
#include "quic/conn_impl.h"

#include <stdlib.h>

/*
 * What ngtcp2's congestion control takes for one packet. Its window starts at twice this and never
 * falls below: far above anything that we let fly (quic/inflight.h).
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
	conn->doubt_ns = LP_CONN_DOUBT_MIN_NS;
	conn->ack_due_ns = LP_NEVER;
	conn->deadline_ns = LP_NEVER;
	conn->last_rx_ns = now;
	conn->key_since_ns = now;
	conn->overhead = 1 + LP_QUIC_CID_LEN + 1 + 16;
	lp_inflight_init(&conn->inflight, now);
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
	lp_inflight_fini(&conn->inflight);
	free(conn->server_name);
	free(conn);
}

/* --- the owner's calls --- */

void lp_conn_set_owner(struct lp_conn *conn, const struct lp_conn_ops *ops, void *user)
{
	conn->ops = ops;
	conn->user = user;
}

void lp_conn_set_label(struct lp_conn *conn, const char *label)
{
	(void)lp_strcopy(conn->label, sizeof(conn->label), label);
}

void lp_conn_activate(struct lp_conn *conn)
{
	if (!lp_list_is_linked(&conn->active))
		lp_list_append(&conn->endpoint->active, &conn->active);
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
	conn->large_acked_id = conn->large_last_id; /* what was under way is no news */
	conn->large_unacked_ns = 0;
	conn->is_in_doubt = false;
}

size_t lp_conn_cid_len(const struct lp_conn *conn)
{
	return ngtcp2_conn_get_dcid(conn->quic)->datalen;
}

size_t lp_conn_datagram_max(const struct lp_conn *conn)
{
	return conn->datagram_max;
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
		.pto_ns = ngtcp2_conn_get_pto(conn->quic),
		.packets_rx = conn->packets_rx,
		.packets_tx = conn->packets_tx,
		.bytes_rx = conn->bytes_rx,
		.bytes_tx = conn->bytes_tx,
		.datagrams_tx = conn->datagrams_tx,
		.datagrams_rx = conn->datagrams_rx,
		.datagrams_acked = conn->inflight.acked_count,
		.datagrams_lost = conn->inflight.lost_count,
		.in_flight_bytes = conn->inflight.in_flight_bytes,
		.in_flight_limit_bytes = conn->inflight.limit_bytes,
		.last_rx_ns = conn->last_rx_ns,
		.unanswered_ns = conn->unanswered_ns,
	};
}

uint64_t lp_conn_doubt_deadline(const struct lp_conn *conn)
{
	bool is_waiting = conn->large_unacked_ns != 0 && !conn->is_in_doubt;
	return is_waiting ? conn->large_unacked_ns + conn->doubt_ns : LP_NEVER;
}

bool lp_conn_take_doubt(struct lp_conn *conn, uint64_t now)
{
	if (now < lp_conn_doubt_deadline(conn))
		return false;
	conn->is_in_doubt = true;
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
