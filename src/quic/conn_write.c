/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/mem.h"
#include "quic/conn_impl.h"

/* Longest short header: flags, CID, four bytes of packet number, and the tag (RFC 9001 §5). */
#define OVERHEAD_MAX(conn) (1 + lp_conn_cid_len(conn) + 4 + 16)
#define OVERHEAD_MIN(conn) (1 + lp_conn_cid_len(conn) + 1 + 16)

/* DATAGRAM frame header with a length that has two bytes (RFC 9221 §4, RFC 9000 §16). */
#define FRAME_HEADER_LEN 3

/* The packet being built. */
struct building {
	uint8_t *dest;
	size_t limit;  /* UDP payload size */
	size_t used;   /* bytes of frames that we put in, their headers included */
	bool is_first; /* of this turn: an ACK is likely to be in it */
	bool is_probe;
	uint64_t first_id; /* of the DATAGRAMs in it, if there are any */
	bool has_frames;   /* ngtcp2 holds a packet that is not finished */
	bool is_final;	   /* the owner had nothing more that fits */
	bool asks_answer;  /* something in it makes the peer answer */
	uint64_t now;
	ngtcp2_path_storage path;
	ngtcp2_pkt_info info;
};

static const uint8_t zeros[LP_PACKET_MAX];

/* What a DATAGRAM may still have in this packet; 0 = nothing. */
static size_t room_in(const struct lp_conn *conn, const struct building *packet)
{
	size_t taken = conn->overhead + packet->used + FRAME_HEADER_LEN +
		       (packet->is_first ? conn->ack_overhead : 0);
	return taken < packet->limit ? LP_MIN(packet->limit - taken, conn->datagram_max) : 0;
}

/*
 * How large packets may be now. In doubt small: that our acknowledgements ride in packets that
 * vanish, too, would leave the other end in the dark.
 */
static size_t packet_limit(const struct lp_conn *conn)
{
	return conn->is_in_doubt ? NGTCP2_MAX_UDP_PAYLOAD_SIZE : conn->udp_payload;
}

static size_t room_in_empty(const struct lp_conn *conn)
{
	return LP_MIN(packet_limit(conn) - conn->overhead - FRAME_HEADER_LEN, conn->datagram_max);
}

/*
 * Learns from a finished packet how large the rest is: the packet number grows with what is
 * unacknowledged, and the first packet of a turn carries the ACK.
 */
static void learn_overhead(struct lp_conn *conn, const struct building *packet, size_t len)
{
	if (len < packet->used)
		return;
	size_t rest = len - packet->used;
	if (!packet->is_first) {
		if (rest <= OVERHEAD_MAX(conn))
			conn->overhead = LP_MAX(rest, OVERHEAD_MIN(conn));
		return;
	}
	size_t ack = rest > conn->overhead ? rest - conn->overhead : 0;
	conn->ack_overhead = LP_MIN(ack, (size_t)128);
}

static size_t frame_len(size_t len)
{
	return len + (len < 64 ? 2U : 3U);
}

/* One DATAGRAM into the packet. Returns as ngtcp2: WRITE_MORE, a finished packet, 0, or an error.
 */
static ngtcp2_ssize put_datagram(struct lp_conn *conn, struct building *packet,
				 const struct lp_conn_datagram *datagram, size_t padding,
				 bool *is_accepted)
{
	/* ngtcp2 asserts that no part is empty. */
	ngtcp2_vec vec[3] = {{(uint8_t *)(uintptr_t)datagram->header, datagram->header_len}};
	size_t vec_count = 1;
	if (datagram->payload_len > 0)
		vec[vec_count++] = (ngtcp2_vec){(uint8_t *)(uintptr_t)datagram->payload,
						datagram->payload_len};
	if (padding > 0)
		vec[vec_count++] = (ngtcp2_vec){(uint8_t *)(uintptr_t)zeros, padding};
	size_t len = datagram->header_len + datagram->payload_len + padding;
	int accepted = 0;
	ngtcp2_ssize written =
		ngtcp2_conn_writev_datagram(conn->quic, &packet->path.path, &packet->info,
					    packet->dest, packet->limit, &accepted,
					    datagram->is_last ? NGTCP2_WRITE_DATAGRAM_FLAG_NONE
							      : NGTCP2_WRITE_DATAGRAM_FLAG_MORE,
					    conn->inflight.next_id, vec, vec_count, packet->now);
	*is_accepted = accepted != 0;
	if (accepted) {
		lp_inflight_sent(&conn->inflight, (uint16_t)len);
		conn->datagrams_tx++;
		packet->used += frame_len(len);
		packet->has_frames = true;
		packet->is_final = datagram->is_last;
		packet->asks_answer = true;
	}
	return written;
}

/* The packet gets through, whatever becomes of large ones. */
static void keep_small(struct building *packet)
{
	packet->limit = LP_MIN(packet->limit, (size_t)NGTCP2_MAX_UDP_PAYLOAD_SIZE);
}

/* Control bytes into the packet. */
static ngtcp2_ssize put_stream(struct lp_conn *conn, struct building *packet, const uint8_t *data,
			       size_t len)
{
	ngtcp2_vec vec = {(uint8_t *)(uintptr_t)data, len};
	ngtcp2_ssize taken = -1;
	ngtcp2_ssize written = ngtcp2_conn_writev_stream(
		conn->quic, &packet->path.path, &packet->info, packet->dest, packet->limit, &taken,
		NGTCP2_WRITE_STREAM_FLAG_MORE, conn->stream_id, &vec, 1, packet->now);
	if (taken > 0) {
		conn->stream.written += (uint64_t)taken;
		packet->used += (size_t)taken + 12;
		packet->has_frames = true;
		packet->asks_answer = true;
	}
	return written;
}

/* Ends the packet, or writes what ngtcp2 itself has to say. */
static ngtcp2_ssize finish(struct lp_conn *conn, struct building *packet)
{
	return ngtcp2_conn_writev_stream(conn->quic, &packet->path.path, &packet->info,
					 packet->dest, packet->limit, NULL,
					 NGTCP2_WRITE_STREAM_FLAG_NONE, -1, NULL, 0, packet->now);
}

/* Without the reserve the window fills up, and nothing could be sent that empties it. */
static bool has_reserve(const struct lp_conn *conn)
{
	return ngtcp2_conn_get_cwnd_left(conn->quic) >= LP_CONN_CWND_RESERVE;
}

bool lp_conn_can_send(struct lp_conn *conn)
{
	conn->is_blocked = !lp_inflight_can_send(&conn->inflight);
	return !conn->is_blocked;
}

/* A path probe has a packet of its own, filled to exactly the size being tried. */
static ngtcp2_ssize build_probe(struct lp_conn *conn, struct building *packet, size_t size,
				const struct lp_conn_datagram *probe)
{
	packet->is_probe = true;
	packet->limit = LP_MIN(size, (size_t)LP_PACKET_MAX);
	for (int attempt = 0; attempt < 3; attempt++) {
		size_t fixed = conn->overhead + FRAME_HEADER_LEN + probe->header_len;
		size_t padding = packet->limit > fixed ? packet->limit - fixed : 0;
		padding = LP_MIN(padding,
				 LP_MAX(conn->datagram_max, probe->header_len) - probe->header_len);
		bool is_accepted;
		ngtcp2_ssize written = put_datagram(conn, packet, probe, padding, &is_accepted);
		if (is_accepted)
			conn->ops->probe_sent(conn->user, packet->now);
		if (written == NGTCP2_ERR_WRITE_MORE)
			return finish(conn, packet);
		if (written != 0 || is_accepted)
			return written; /* an ACK alone was due first: the probe is asked for again
					 */
		conn->overhead = LP_MIN(conn->overhead + 1, OVERHEAD_MAX(conn));
	}
	return 0;
}

enum step { STEP_MORE, STEP_NOTHING, STEP_DONE };

/* Puts the next thing into the packet. STEP_DONE: *written is the result of the packet. */
static enum step build_step(struct lp_conn *conn, struct building *packet, ngtcp2_ssize *written)
{
	const uint8_t *data;
	bool has_stream = conn->stream_id >= 0 && !conn->is_stream_refused;
	size_t len = has_stream ? lp_stream_peek(&conn->stream, &data) : 0;
	if (len > 0) {
		if (!packet->has_frames)
			keep_small(packet);
		*written = put_stream(conn, packet, data, len);
		conn->is_stream_blocked = *written == NGTCP2_ERR_STREAM_DATA_BLOCKED;
		conn->is_stream_refused = *written == NGTCP2_ERR_STREAM_SHUT_WR ||
					  *written == NGTCP2_ERR_STREAM_NOT_FOUND;
		if (*written == NGTCP2_ERR_WRITE_MORE)
			return STEP_MORE;
		if (!conn->is_stream_blocked && !conn->is_stream_refused)
			return STEP_DONE;
	}
	if (!conn->is_ready || !conn->ops || conn->datagram_max == 0)
		return STEP_NOTHING;
	if (!has_reserve(conn)) {
		conn->is_blocked = true;
		return STEP_NOTHING;
	}

	struct lp_conn_datagram datagram = {0};
	if (!conn->ops->next_datagram(conn->user, room_in(conn, packet), room_in_empty(conn),
				      packet->now, &datagram))
		return STEP_NOTHING;
	if (datagram.is_vital && !packet->has_frames)
		keep_small(packet);
	bool is_accepted;
	*written = put_datagram(conn, packet, &datagram, 0, &is_accepted);
	conn->ops->datagram_done(conn->user, is_accepted, packet->now);
	if (*written == NGTCP2_ERR_WRITE_MORE)
		return STEP_MORE;
	if (*written == 0 && !packet->has_frames && conn->overhead < OVERHEAD_MAX(conn)) {
		conn->overhead++; /* it did not fit: the packet number has become longer */
		return STEP_MORE;
	}
	return STEP_DONE;
}

/* One packet. Returns its length, 0 = nothing to write now, or an error. */
static ngtcp2_ssize build(struct lp_conn *conn, struct building *packet)
{
	if (conn->may_probe && conn->ops && conn->datagram_max > 0 && has_reserve(conn)) {
		struct lp_conn_datagram probe = {0};
		size_t size = conn->ops->next_probe(conn->user, packet->now, &probe);
		if (size > 0)
			return build_probe(conn, packet, size, &probe);
	}
	ngtcp2_ssize written = 0;
	for (;;) {
		switch (build_step(conn, packet, &written)) {
		case STEP_MORE:
			continue;
		case STEP_NOTHING:
			packet->is_final = packet->has_frames;
			return finish(conn, packet);
		case STEP_DONE:
			return written;
		}
	}
}

static void start_packet(struct lp_conn *conn, struct building *packet, bool is_first, uint64_t now)
{
	packet->limit = packet_limit(conn);
	packet->used = 0;
	packet->is_first = is_first;
	packet->is_probe = false;
	packet->first_id = conn->inflight.next_id;
	packet->has_frames = false;
	packet->is_final = false;
	packet->asks_answer = false;
	packet->now = now;
	conn->move.has_asked = false;
	packet->dest = lp_tx_batch_reserve(&conn->endpoint->tx_batch, LP_PACKET_MAX);
	ngtcp2_path_storage_zero(&packet->path);
}

static void commit_packet(struct lp_conn *conn, const struct building *packet, size_t len)
{
	struct lp_path path;
	lp_path_from_ngtcp2(&path, &packet->path.path);
	lp_move_direct(&conn->move, &path);
	lp_tx_batch_commit(&conn->endpoint->tx_batch, &path, len);
	if (conn->is_server)
		lp_move_sent(&conn->move,
			     ngtcp2_path_eq(ngtcp2_conn_get_path(conn->quic), &packet->path.path));
	conn->packets_tx++;
	conn->bytes_tx += len;
	conn->key_packets++;
	if (len > NGTCP2_MAX_UDP_PAYLOAD_SIZE && !packet->is_probe &&
	    packet->first_id != conn->inflight.next_id) {
		lp_inflight_mark_large(&conn->inflight, packet->first_id);
		conn->large_last_id = packet->first_id;
		if (conn->large_unacked_ns == 0)
			conn->large_unacked_ns = packet->now;
	}
	if (packet->asks_answer && conn->unanswered_ns == 0)
		conn->unanswered_ns = packet->now;
	if (conn->is_ready)
		learn_overhead(conn, packet, len);
}

/* AES-GCM allows 2^23 packets a key (RFC 9001 §6.6): we change it well before. */
static void update_keys_if_due(struct lp_conn *conn, uint64_t now)
{
	if (!conn->is_ready || (conn->key_packets < LP_CONN_KEY_PACKETS &&
				now - conn->key_since_ns < LP_CONN_KEY_AGE_NS))
		return;
	if (lp_conn_update_keys(conn, now) != LP_OK)
		lp_debug("quic", "key update put off: the last one is not confirmed");
}

int lp_conn_encrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead,
		    const ngtcp2_crypto_aead_ctx *context, const uint8_t *plain, size_t plain_len,
		    const uint8_t *nonce, size_t nonce_len, const uint8_t *head, size_t head_len)
{
	struct lp_conn *conn = lp_conn_at_work;
	if (LP_COMPAT_FORGETS_LARGEST && conn && head_len >= 2) {
		struct lp_frame_scan scan = lp_frame_scan(plain, plain_len);
		lp_late_ack_sent(&conn->late_ack, head, head_len, &scan);
	}
	return ngtcp2_crypto_encrypt_cb(dest, aead, context, plain, plain_len, nonce, nonce_len,
					head, head_len);
}

void lp_conn_write_close(struct lp_conn *conn, const ngtcp2_ccerr *error, uint64_t now)
{
	struct building packet;
	if (ngtcp2_conn_in_closing_period(conn->quic) || ngtcp2_conn_in_draining_period(conn->quic))
		return;
	start_packet(conn, &packet, true, now);
	lp_conn_at_work = conn;
	ngtcp2_ssize len = ngtcp2_conn_write_connection_close(
		conn->quic, &packet.path.path, &packet.info, packet.dest,
		NGTCP2_MAX_UDP_PAYLOAD_SIZE, error, now);
	lp_conn_at_work = NULL;
	if (len > 0)
		commit_packet(conn, &packet, (size_t)len);
}

static void write_close(struct lp_conn *conn, uint64_t now)
{
	ngtcp2_ccerr error;
	ngtcp2_ccerr_default(&error);
	ngtcp2_ccerr_set_application_error(&error, conn->close_code, (const uint8_t *)conn->why,
					   strlen(conn->why));
	lp_conn_write_close(conn, &error, now);
	lp_conn_end(conn, LP_CONN_END_LOCAL, conn->close_code, conn->why);
}

/*
 * Nothing more came: is that the end? Room was kept for an ACK that there is none of, so that what
 * waits did not fit; and a probe that is lost must not take the end of the handshake with it.
 */
static bool is_all_written(struct lp_conn *conn, bool is_first)
{
	if (is_first && conn->ack_overhead > 0) {
		conn->ack_overhead = 0;
		return false;
	}
	if (conn->is_ready && !conn->may_probe) {
		conn->may_probe = true;
		return false;
	}
	return true;
}

/*
 * Is there something for one more packet? To ask the owner is cheaper than to have ngtcp2 find out
 * that an empty one is not worth sending.
 */
static bool has_more(struct lp_conn *conn, uint64_t now)
{
	const uint8_t *data;
	struct lp_conn_datagram datagram = {0};
	size_t room = room_in_empty(conn);
	if (!conn->ops || !conn->may_probe || lp_stream_peek(&conn->stream, &data) > 0)
		return true;
	return conn->datagram_max > 0 && has_reserve(conn) &&
	       (conn->ops->next_probe(conn->user, now, &datagram) > 0 ||
		conn->ops->next_datagram(conn->user, room, room, now, &datagram));
}

/* Packets until there is nothing left, or no room on the path. */
static void write_packets(struct lp_conn *conn, uint64_t now)
{
	bool is_first = true;
	for (;;) {
		struct building packet;
		start_packet(conn, &packet, is_first, now);
		ngtcp2_ssize len = build(conn, &packet);
		if (len < 0) {
			ngtcp2_ccerr error;
			ngtcp2_ccerr_default(&error);
			ngtcp2_ccerr_set_liberr(&error, (int)len, NULL, 0);
			lp_conn_write_close(conn, &error, now);
			lp_conn_end(conn, LP_CONN_END_ERROR, LP_CONN_CODE_QUIC,
				    ngtcp2_strerror((int)len));
			return;
		}
		if (len > 0) {
			commit_packet(conn, &packet, (size_t)len);
			is_first = false;
			if (packet.is_final && !has_more(conn, now))
				return;
		} else if (is_all_written(conn, is_first)) {
			return;
		}
	}
}

void lp_conn_write(struct lp_conn *conn, uint64_t now)
{
	conn->wants_write = false;
	conn->ack_due_ns = LP_NEVER;
	conn->unacked_count = 0;
	conn->is_blocked = false;
	if (conn->is_ready) {
		ngtcp2_conn_info info;
		ngtcp2_conn_get_conn_info(conn->quic, &info);
		lp_inflight_update(&conn->inflight, info.latest_rtt, now);
		conn->doubt_ns = LP_MAX(LP_CONN_DOUBT_MIN_NS, 3 * info.smoothed_rtt);
		update_keys_if_due(conn, now);
		lp_conn_notice_path(conn);
	}
	lp_conn_at_work = conn;
	write_packets(conn, now);
	lp_conn_at_work = NULL;
	if (conn->is_stream_refused)
		lp_conn_tell_stream_end(conn, now);
	if (conn->is_blocked && conn->ops && conn->ops->on_full)
		conn->ops->on_full(conn->user, now);
	if (conn->wants_close && !conn->has_ended)
		write_close(conn, now);
}
