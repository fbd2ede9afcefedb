/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The overlay on one QUIC connection, the same at both ends: frames to datagrams and back (in
 * fragments where both speak them), control messages on the stream, path probing, heartbeat,
 * budget. A relay has one for each peer, a session has one.
 *
 *   out: lp_link_send_frame -> queue/frameq -> wire/fragment, wire/datagram -> quic/conn
 *   in:  quic/conn -> wire/datagram, wire/fragment -> on_frame
 *
 * The link keeps the books of its part: on_frame returns the verdict, and the link counts it.
 */
#ifndef LP_LINK_LINK_H
#define LP_LINK_LINK_H

#include "frame/verdict.h"
#include "queue/frameq.h"
#include "queue/pool.h"
#include "quic/conn.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_link;

struct lp_link_ops {
	/* Session: connected, and the first round of path probes has ended: speak. May be NULL. */
	void (*on_ready)(void *user, uint64_t now);
	/* A whole frame; borrowed. Returns what became of it. */
	enum lp_verdict (*on_frame)(void *user, struct lp_frame *frame, uint64_t now);
	/* A datagram or frame was lost on the way in, and counted. May be NULL. */
	void (*on_bad)(void *user, enum lp_verdict verdict, size_t len, uint64_t now);
	/* A frame of the queue did not fit the path, and was counted (R11). May be NULL. */
	void (*on_too_large)(void *user, const struct lp_frame *frame, size_t encoded_len,
			     size_t budget, uint64_t now);
	void (*on_message)(void *user, const struct lp_message *message, uint64_t now);
	/*
	 * A control record that is not right; code is what a hello would be rejected with. Nothing
	 * more is read from this connection: the owner says what is to be said, and closes.
	 */
	void (*on_bad_record)(void *user, const char *why, enum lp_reject_code code, uint64_t now);
	/* The peer has ended the control stream: the owner closes, as after a bad record. */
	void (*on_stream_end)(void *user, uint64_t now);
	/* Our own budget changed. */
	void (*on_budget)(void *user, size_t budget, uint64_t now);
	/* The connection is over; the link stays until lp_link_free. */
	void (*on_end)(void *user, enum lp_conn_end end, uint64_t code, const char *text,
		       uint64_t now);
};

/*
 * Frames of which fragments are still missing hold buffers of the pool. All links that share it
 * together have count_max of them, and one link no more than half of what the others leave free:
 * who begins frames and never ends them has no part of the pool that others need.
 */
struct lp_link_joins {
	unsigned count;
	unsigned count_max;
};

struct lp_link_config {
	struct lp_pool *pool;	     /* borrowed */
	struct lp_link_joins *joins; /* borrowed; NULL = without bound */
	struct lp_ledger *in;	     /* frames that come in are counted here; borrowed */
	struct lp_ledger *out;	     /* copies that go out; borrowed; may be the same */
	struct lp_frameq_limits queue;
	size_t udp_payload_max; /* largest path probe; 0 = 1472 */
	bool is_session;	/* beats once a second even when idle, to notice a dead path */
	uint16_t source_id;	/* the only id that may come in; 0 = any (a session hears all) */
};

/*
 * Takes the connection's callbacks. A session makes its link when it begins to connect, a relay
 * when the handshake is complete.
 */
struct lp_link *lp_link_new(const struct lp_link_config *config, struct lp_conn *conn,
			    const struct lp_link_ops *ops, void *user, uint64_t now);

/* Frees it and its queue; a connection that is still open is abandoned, without a word to the peer.
 */
void lp_link_free(struct lp_link *link);

/*
 * From now on frames may come and go: after the welcome. `features` is what both ends speak,
 * source_id as in the configuration.
 */
void lp_link_open(struct lp_link *link, uint32_t features, uint16_t source_id);

/* The peer's own budget, from its hello or a budget message. */
void lp_link_set_peer_budget(struct lp_link *link, size_t budget);

/* Queues one copy (takes a reference of its own) and touches the connection. */
void lp_link_send_frame(struct lp_link *link, struct lp_frame *frame, uint64_t now);

void lp_link_send_message(struct lp_link *link, const struct lp_message *message);

/* A message as it goes over the wire, to be sent to many. Invalid ones have no length. */
struct lp_link_record {
	uint8_t data[LP_RECORD_HEADER_LEN + LP_RECORD_MAX];
	size_t len;
};

void lp_link_encode(const struct lp_message *message, struct lp_link_record *record);
void lp_link_send_record(struct lp_link *link, const struct lp_link_record *record);

/* True when all that was sent on the control stream has been acknowledged. */
bool lp_link_is_acked(const struct lp_link *link);

/* The same of what was sent up to now: take a mark, ask by it later (quic/conn.h). */
uint64_t lp_link_mark(const struct lp_link *link);
bool lp_link_has_acked(const struct lp_link *link, uint64_t mark);

/* Sends a heartbeat now, so that the peer must answer. */
void lp_link_beat(struct lp_link *link);

void lp_link_close(struct lp_link *link, uint64_t code, const char *reason);

/* Drops what is queued, as `verdict`. */
void lp_link_clear_queue(struct lp_link *link, enum lp_verdict verdict);

/* The largest datagram that we may send: the smaller of our probes' and the peer's word. */
size_t lp_link_egress_budget(const struct lp_link *link);

/* What our own probes say, to be told to the peer. */
size_t lp_link_own_budget(const struct lp_link *link);

size_t lp_link_queued(const struct lp_link *link);

/* NULL when the connection has ended. */
struct lp_conn *lp_link_conn(const struct lp_link *link);

struct lp_link_stats {
	struct lp_conn_stats conn;
	uint64_t heartbeats_tx;
	uint64_t probes_rx;
	uint64_t black_holes;
};

void lp_link_read_stats(const struct lp_link *link, struct lp_link_stats *stats);

/* Timers: reassembly, probes, heartbeat. */
void lp_link_tick(struct lp_link *link, uint64_t now);
uint64_t lp_link_deadline(const struct lp_link *link);

#endif
