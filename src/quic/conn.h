/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * One QUIC connection (RFC 9000), at either end: a control stream and DATAGRAMs (RFC 9221).
 *
 * The engine calls no socket and reads no clock. Packets come in through the endpoint
 * (quic/endpoint.h), which also sends what its connections write. Writing happens once a turn:
 * whoever has something to send touches the connection, and lp_endpoint_flush asks for it by
 * `next_datagram`.
 */
#ifndef LP_QUIC_CONN_H
#define LP_QUIC_CONN_H

#include "base/addr.h"
#include "base/err.h"
#include "base/packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_conn;

/* Why a connection ended. */
enum lp_conn_end {
	LP_CONN_END_LOCAL,     /* lp_conn_close */
	LP_CONN_END_PEER,      /* the peer closed it */
	LP_CONN_END_IDLE,      /* nothing heard for the idle timeout */
	LP_CONN_END_RESET,     /* stateless reset: the peer does not know us any more */
	LP_CONN_END_HANDSHAKE, /* the handshake did not complete in time */
	LP_CONN_END_TRUST,     /* the relay is not who it must be */
	LP_CONN_END_ERROR,     /* broken protocol, or our library's refusal */
};

const char *lp_conn_end_name(enum lp_conn_end end);

/* In place of an application error code: QUIC or TLS itself ended the connection. */
#define LP_CONN_CODE_QUIC UINT64_MAX

/* One DATAGRAM to be written: header and payload are gathered, not copied. */
struct lp_conn_datagram {
	uint8_t header[16];
	size_t header_len;
	const uint8_t *payload; /* borrowed until datagram_done */
	size_t payload_len;
	bool is_last;  /* nothing else waits: its packet may be closed */
	bool is_vital; /* keeps its packet small, so that every path carries it */
};

struct lp_conn_ops {
	/* The handshake is complete and, at a client, the relay is trusted. Control bytes may
	 * follow. */
	void (*on_ready)(void *user);
	/* Bytes of the control stream, in order. */
	void (*on_stream)(void *user, const uint8_t *data, size_t len, uint64_t now);
	/*
	 * The peer has ended the control stream, or wants no more of it, while the connection goes
	 * on: it can tell nothing, or be told nothing, which shows when there is something to tell.
	 * May come more than once. May be NULL.
	 */
	void (*on_stream_end)(void *user, uint64_t now);
	/* A DATAGRAM; borrowed. It may be answered on other connections at once, on this one later.
	 */
	void (*on_datagram)(void *user, const uint8_t *data, size_t len, uint64_t now);
	/*
	 * The next DATAGRAM to send: at most `room` bytes fit in the packet being built, `full` in
	 * an empty one. False = nothing, or nothing that fits `room`. Frames are to be given only
	 * while lp_conn_can_send; path probes and their echoes always, or a path that swallows all
	 * that is in flight could not be measured.
	 */
	bool (*next_datagram)(void *user, size_t room, size_t full, uint64_t now,
			      struct lp_conn_datagram *out);
	/* What next_datagram gave is in a packet (true), or was not taken and will be asked for
	 * anew. */
	void (*datagram_done)(void *user, bool is_sent, uint64_t now);
	/*
	 * Asked at the start of each packet: the UDP payload size of a path probe that is due, 0 =
	 * none; *out is then a DATAGRAM header; the engine pads its packet to that size with zeros.
	 * It is asked again until probe_sent says that the packet was written.
	 */
	size_t (*next_probe)(void *user, uint64_t now, struct lp_conn_datagram *out);
	void (*probe_sent)(void *user, uint64_t now);
	/*
	 * No more may be in flight. DATAGRAMs alone do not make every ngtcp2 look after what is
	 * lost: something on the control stream does, now. Asked after each flush that ended so.
	 * May be NULL.
	 */
	void (*on_full)(void *user, uint64_t now);
	/* The peer's address changed (NAT rebinding, migration) and was validated. */
	void (*on_path_change)(void *user, const struct lp_path *path);
	/*
	 * Once, the last call; the connection is gone after this turn. code: what the application
	 * at the end that closed it said, or LP_CONN_CODE_QUIC. text is for a log.
	 */
	void (*on_end)(void *user, enum lp_conn_end end, uint64_t code, const char *text);
};

/* Says who hears of the connection; at a server from inside on_accept. */
void lp_conn_set_owner(struct lp_conn *conn, const struct lp_conn_ops *ops, void *user);

/*
 * Appends bytes to the control stream; sent at the next flush, kept until acknowledged. A peer that
 * lets 2 MB of them wait is not heard any more: the connection is closed.
 */
void lp_conn_send_stream(struct lp_conn *conn, const uint8_t *data, size_t len);

/* Are there control bytes that the peer does not want yet (its flow control)? */
bool lp_conn_is_stream_blocked(const struct lp_conn *conn);

/* True when all control bytes have been acknowledged. */
bool lp_conn_is_stream_acked(const struct lp_conn *conn);

/*
 * The end of the control stream as it is now. On a long path there is always something behind it on
 * its way: whether what was sent until then has been acknowledged is asked by the mark.
 */
uint64_t lp_conn_mark(const struct lp_conn *conn);
bool lp_conn_has_acked(const struct lp_conn *conn, uint64_t mark);

/* Who is at the other end, as a crash tells it (base/current.h): cut to 63 bytes. */
void lp_conn_set_label(struct lp_conn *conn, const char *label);

/* May more be in flight, by our own account (quic/inflight.h)? */
bool lp_conn_can_send(struct lp_conn *conn);

/* Marks that there is something to write: the next lp_endpoint_flush visits it. Cheap, idempotent.
 */
void lp_conn_touch(struct lp_conn *conn);

/*
 * Closes with an application error code and a reason of at most 255 bytes. on_end follows at the
 * next flush, after what is still queued on the control stream has had one chance to go.
 */
void lp_conn_close(struct lp_conn *conn, uint64_t code, const char *reason);

/*
 * Returns it up without a word to the peer or to the owner: the peer may come back elsewhere with
 * what it knows. Freed at the end of the turn.
 */
void lp_conn_abandon(struct lp_conn *conn);

/* True once it was closed here: nothing more is read from it. */
bool lp_conn_is_closing(const struct lp_conn *conn);

/* The largest UDP payload that this path carries; 1200 at the start. Set from path probes. */
void lp_conn_set_udp_payload(struct lp_conn *conn, size_t len);

/* Length of the connection ID that we put into packets to the peer. */
size_t lp_conn_cid_len(const struct lp_conn *conn);

/*
 * The largest DATAGRAM that the peer takes, as its max_datagram_frame_size says; 0 = none (RFC 9221
 * §3).
 */
size_t lp_conn_datagram_max(const struct lp_conn *conn);

const struct lp_path *lp_conn_path(const struct lp_conn *conn);

struct lp_conn_stats {
	uint64_t rtt_ns;      /* smoothed */
	uint64_t best_rtt_ns; /* the least of the last seconds: for people, see quic/rtt.h */
	uint64_t pto_ns;
	uint64_t packets_rx;
	uint64_t packets_tx;
	uint64_t bytes_rx;
	uint64_t bytes_tx;
	uint64_t datagrams_tx;
	uint64_t datagrams_rx;
	uint64_t datagrams_acked;
	uint64_t datagrams_lost;
	uint64_t in_flight_bytes;
	uint64_t in_flight_limit_bytes;
	uint64_t last_rx_ns;	/* any packet that was proved to be of the peer's */
	uint64_t unanswered_ns; /* since when something waits for an acknowledgement; 0 = nothing
				   does */
};

void lp_conn_read_stats(const struct lp_conn *conn, struct lp_conn_stats *stats);

/*
 * Do large packets arrive? There is reason to doubt it when packets above 1200 bytes with DATAGRAMs
 * (path probes aside) are under way, and none was acknowledged for 60 ms and three RTTs: neither
 * loss nor the other end need be known for it. True once; then packets are small until one of the
 * large ones is acknowledged, or lp_conn_set_udp_payload says what the path carries.
 */
bool lp_conn_take_doubt(struct lp_conn *conn, uint64_t now);
/* When to ask; LP_NEVER = not as it is now. */
uint64_t lp_conn_doubt_deadline(const struct lp_conn *conn);

/* Starts a key update now (RFC 9001 §6). */
enum lp_err lp_conn_update_keys(struct lp_conn *conn, uint64_t now) LP_MUST_CHECK;

#endif
