/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/mem.h"
#include "quic/conn_impl.h"
#include "quic/frame_scan.h"

#include <stdio.h>

/* --- how it ends --- */

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

/* It speaks TLS, but not our protocol: the code that TLS itself would end with. */
static void end_foreign(struct lp_conn *conn, uint64_t now)
{
	ngtcp2_ccerr error;
	ngtcp2_ccerr_default(&error);
	ngtcp2_ccerr_set_tls_alert(&error, GNUTLS_A_NO_APPLICATION_PROTOCOL, NULL, 0);
	lp_conn_write_close(conn, &error, now);
	lp_conn_end(conn, LP_CONN_END_ERROR, LP_CONN_CODE_QUIC,
		    "it does not speak " LP_QUIC_ALPN ": it is no lanparty relay");
}

static void end_with_error(struct lp_conn *conn, int code, uint64_t now)
{
	ngtcp2_ccerr error;
	if (conn->is_foreign) {
		end_foreign(conn, now);
		return;
	}
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

/* --- packets and timers --- */

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
	lp_rtt_note(&conn->rtt, info.latest_rtt, conn->ack_delay_ns, now);
}

/*
 * Was the packet just read one of the peer's? ngtcp2 does not say. What it cannot decrypt, and what
 * came before, leaves no trace in it, so whoever saw a connection ID cannot make a dead path look
 * alive. What it takes calls back or moves a timer: of the ACK that it owes now, or of those that
 * it waits for.
 */
static bool was_heard(struct lp_conn *conn)
{
	if (conn->last_rx_ns == conn->read_ns)
		return true;
	if (conn->is_ready && ngtcp2_conn_get_expiry(conn->quic) == conn->expiry_ns)
		return false;
	lp_conn_hear(conn);
	return true;
}

/*
 * Where ngtcp2 is told that a packet came from: `path`, or the present path if it is not to follow
 * its peer there. A client is strict by itself (RFC 9000 §9): it reads nothing from elsewhere.
 */
static bool is_shown(struct lp_conn *conn, const struct lp_path *from, bool is_elsewhere,
		     uint64_t now)
{
	return !conn->is_server || !is_elsewhere || lp_move_allows(&conn->move, from, now);
}

/* Has ngtcp2 followed its peer with the packet just read? It says so in no other way. */
static void note_move(struct lp_conn *conn, const ngtcp2_path *before, uint64_t now)
{
	struct lp_path old;
	if (!conn->is_ready || ngtcp2_path_eq(ngtcp2_conn_get_path(conn->quic), before))
		return;
	lp_path_from_ngtcp2(&old, before);
	lp_move_begin(&conn->move, &old, now);
	lp_conn_touch(conn); /* the new path is being tried: answer at once */
}

_Thread_local struct lp_conn *lp_conn_at_work;

static int read_packet(struct lp_conn *conn, const ngtcp2_path *path, const ngtcp2_pkt_info *info,
		       const uint8_t *data, size_t len, uint64_t now)
{
	lp_conn_at_work = conn;
	conn->ack_delay_ns = 0;
	int code = ngtcp2_conn_read_pkt(conn->quic, path, info, data, len, now);
	lp_conn_at_work = NULL;
	return code;
}

/* In the peer's unit, and not longer than it has promised (RFC 9002 §5.3). */
static uint64_t ack_delay_ns(const struct lp_conn *conn, const struct lp_frame_scan *scan)
{
	const ngtcp2_transport_params *params = ngtcp2_conn_get_remote_transport_params(conn->quic);
	if (!scan->has_ack || !params)
		return 0;
	uint64_t longest_us = params->max_ack_delay / LP_NS_PER_US;
	uint64_t units = LP_MIN(scan->ack_delay, longest_us >> params->ack_delay_exponent);
	return (units << params->ack_delay_exponent) * LP_NS_PER_US;
}

int lp_conn_decrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead,
		    const ngtcp2_crypto_aead_ctx *context, const uint8_t *sealed, size_t sealed_len,
		    const uint8_t *nonce, size_t nonce_len, const uint8_t *head, size_t head_len)
{
	int code = ngtcp2_crypto_decrypt_cb(dest, aead, context, sealed, sealed_len, nonce,
					    nonce_len, head, head_len);
	struct lp_conn *conn = lp_conn_at_work;
	if (code != 0 || !conn || head_len < 2 || sealed_len < aead->max_overhead)
		return code;
	struct lp_frame_scan scan = lp_frame_scan(dest, sealed_len - aead->max_overhead);
	if (LP_COMPAT_FORGETS_LARGEST &&
	    !lp_late_ack_allows(&conn->late_ack, head, head_len, &scan))
		return NGTCP2_ERR_DECRYPT;
	conn->is_stream_stopped |= !(head[0] & 0x80) && scan.stops_control;
	conn->ack_delay_ns = head[0] & 0x80 ? 0 : ack_delay_ns(conn, &scan);
	return 0;
}

void lp_conn_read(struct lp_conn *conn, const ngtcp2_path *path, const ngtcp2_pkt_info *info,
		  const uint8_t *data, size_t len, uint64_t now)
{
	if (conn->has_ended || conn->wants_close)
		return;
	if (!conn->is_ready && conn->bytes_rx > LP_CONN_OPENING_MAX)
		return; /* no handshake has so much to say: its time runs out */
	ngtcp2_path_storage present;
	struct lp_path from;
	ngtcp2_path_storage_zero(&present);
	ngtcp2_path_copy(&present.path, ngtcp2_conn_get_path(conn->quic));
	bool is_elsewhere = conn->is_ready && !ngtcp2_path_eq(&present.path, path);
	if (is_elsewhere)
		lp_path_from_ngtcp2(&from, path);
	bool shown = is_shown(conn, &from, is_elsewhere, now);
	conn->read_ns = now;
	lp_conn_activate(conn);

	int code = lp_move_is_stuck(&conn->move, now)
			   ? NGTCP2_ERR_NO_VIABLE_PATH
			   : read_packet(conn, shown ? path : &present.path, info, data, len, now);
	if (code != 0) {
		end_with_error(conn, code, now);
		return;
	}
	note_move(conn, &present.path, now);
	if (!was_heard(conn))
		return;
	if (conn->is_stream_stopped && !conn->is_stream_refused) {
		conn->is_stream_refused = true;
		lp_conn_touch(conn); /* where the owner hears of it */
	}
	conn->packets_rx++;
	conn->bytes_rx += len;
	note_rtt(conn, now);
	if (!conn->is_ready) {
		lp_conn_touch(conn);
		return;
	}
	if (is_elsewhere)
		lp_move_heard_from(&conn->move, &from, shown);
	else
		lp_move_heard(&conn->move, now);
	if (is_elsewhere && shown)
		lp_conn_touch(conn); /* a path may be probed */
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
	int code = read_packet(conn, &path, &info, data, len, now);
	if (code != 0)
		end_with_error(conn, code, now);
}

void lp_conn_expire(struct lp_conn *conn, uint64_t now)
{
	int code = ngtcp2_conn_handle_expiry(conn->quic, now);
	if (code != 0) {
		end_with_error(conn, code, now);
		return;
	}
	conn->expiry_ns = ngtcp2_conn_get_expiry(conn->quic);
	lp_conn_touch(conn);
}

void lp_conn_update_deadline(struct lp_conn *conn, uint64_t now)
{
	if (conn->has_ended)
		return;
	uint64_t expiry = ngtcp2_conn_get_expiry(conn->quic);
	conn->expiry_ns = expiry;
	if (conn->is_ready && conn->ack_due_ns != LP_NEVER)
		expiry = LP_MAX(expiry, conn->ack_due_ns);
	if (conn->wants_write) /* touched by another one's end, after its turn to write */
		expiry = now;
	/* What is due already has been handled or waits for the window: never spin on it. */
	conn->deadline_ns = LP_MAX(expiry, now + LP_NS_PER_MS / 2);
	if (conn->deadline_ns < conn->endpoint->deadline_ns)
		conn->endpoint->deadline_ns = conn->deadline_ns;
}
