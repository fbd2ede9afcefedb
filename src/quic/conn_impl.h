/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of a connection and of an endpoint, for the files of quic/ alone.
 *
 *   conn.c        making and freeing, and what the owner asks for
 *   conn_read.c   packets and timers that come in, and how a connection ends
 *   conn_events.c what ngtcp2 finds in packets: its callbacks
 *   conn_write.c  packets out: control bytes, probes and DATAGRAMs into full packets
 *   frame_scan.c  what ngtcp2 keeps to itself of the frames that it reads
 *   late_ack.c    which late packets are not let in
 *   stream.c      the control stream's bytes until they are acknowledged
 *   tls.c         the TLS session under a connection, and the relay's trust
 *   tls_filter.c  which messages of TLS may come
 *   move.c        which changes of a peer's address are followed
 *   endpoint.c    packets to connections, turns, timers
 *   accept.c      packets that belong to no connection yet: Retry, version negotiation, resets
 *   half_open.c   who has to go when there are too many handshakes
 *   tx_batch.c      packets in one buffer, in runs that UDP_SEGMENT can send
 */
#ifndef LP_QUIC_CONN_IMPL_H
#define LP_QUIC_CONN_IMPL_H

#include "base/clock.h"
#include "base/inet.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "quic/compat.h"
#include "quic/conn.h"
#include "quic/endpoint.h"
#include "quic/inflight.h"
#include "quic/late_ack.h"
#include "quic/move.h"
#include "quic/rtt.h"
#include "quic/tls_filter.h"

#include <gnutls/gnutls.h>

#define LP_CONN_ACK_TICK_NS  10000000ULL  /* how long an ACK may wait for something to ride on */
#define LP_CONN_ACK_PACKETS  32		  /* … or this many packets */
#define LP_CONN_DOUBT_MIN_NS 60000000ULL  /* below TCP's least retransmission timeout */
#define LP_CONN_CWND_RESERVE 8000	  /* of use only with big window and heartbeat */
#define LP_CONN_KEY_PACKETS  (1ULL << 22) /* half of what AES-GCM allows (RFC 9001 §6.6) */
#define LP_CONN_KEY_AGE_NS   (3600 * LP_NS_PER_S)
#define LP_CONN_WHY_LEN	     256
#define LP_CONN_CRYPTO_MAX   (64U << 10)  /* bytes of TLS, in each of its levels */
#define LP_CONN_OPENING_MAX  (128U << 10) /* bytes of packets before the handshake is complete */
#define LP_CONN_STREAM_MAX   (2U << 20)	  /* control bytes that are not acknowledged */
#define LP_PACKET_MAX	     9216	  /* the largest UDP payload that we ever build */

/* A socket address as ngtcp2 wants it, beside ours. */
union lp_sockaddr {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Bytes of the control stream that the peer has not acknowledged; ngtcp2 points into them. */
struct lp_stream_chunk {
	struct lp_list link;
	uint64_t offset; /* on the stream */
	size_t len;
	uint8_t data[];
};

struct lp_stream {
	struct lp_list chunks;
	struct lp_stream_chunk *unsent; /* where to look for what is to be written; or NULL */
	uint64_t end;			/* offset behind the last byte */
	uint64_t written;		/* given to ngtcp2 up to here */
	uint64_t acked;
};

struct lp_conn {
	struct lp_list link;   /* in endpoint->conns */
	struct lp_list active; /* in endpoint->active: read or touched this turn */
	struct lp_endpoint *endpoint;
	ngtcp2_conn *quic;
	gnutls_session_t tls;
	struct lp_tls_filter tls_filter;
	struct lp_late_ack late_ack;
	ngtcp2_crypto_conn_ref ref;
	const struct lp_conn_ops *ops;
	void *user;

	bool is_server;
	bool is_ready;	   /* handshake complete, owner told */
	bool may_probe;	   /* what ends the handshake is written */
	bool is_trusted;   /* client: the certificate was checked and found good */
	bool is_half_open; /* counted in endpoint->half_open */
	bool wants_write;
	bool wants_close;
	bool has_ended; /* on_end was called; freed at the end of the turn */
	bool was_reset;
	bool is_foreign;     /* client: the other end speaks TLS, and not our protocol */
	size_t datagram_max; /* the largest that the peer takes; 0 = it takes none */
	bool is_in_doubt;    /* whether large packets arrive: none are sent */
	bool is_blocked;     /* the last flush stopped for the account or the window */
	bool is_stream_blocked;
	bool is_stream_stopped; /* a STOP_SENDING for it was read */
	bool is_stream_refused; /* STOP_SENDING came: ngtcp2 has reset our half of the stream */
	uint8_t shard;

	struct lp_path path;
	struct lp_move move;
	ngtcp2_cid original_dcid;
	struct lp_credential *credential; /* server: a reference, for as long as `tls` is there */
	const struct lp_trust *trust;
	char *server_name;
	uint64_t wall_ns;
	char label[64];
	char why[LP_CONN_WHY_LEN]; /* why trust failed, or the reason of a close */
	uint64_t close_code;

	int64_t stream_id; /* -1 until it is open */
	struct lp_stream stream;

	struct lp_inflight inflight;
	size_t udp_payload;
	size_t overhead;     /* short header, CID, packet number, tag: as in the last packet */
	size_t ack_overhead; /* what the first packet of a turn carries beside, as seen last */

	uint64_t deadline_ns;
	uint64_t expiry_ns;	/* of ngtcp2's next timer, as it was after the last turn */
	uint64_t read_ns;	/* when the packet being read came */
	uint64_t ack_due_ns;	/* LP_NEVER = nothing to acknowledge */
	unsigned unacked_count; /* packets since we last wrote */
	uint64_t key_packets;	/* sent with the present key */
	uint64_t key_since_ns;
	uint64_t last_rx_ns;
	struct lp_rtt rtt;
	uint64_t ack_delay_ns; /* that the packet just read says its ACK has waited */
	uint64_t unanswered_ns;
	uint64_t large_last_id;	   /* of the DATAGRAMs in packets above 1200 bytes: sent last … */
	uint64_t large_acked_id;   /* … and acknowledged; or up to here they are no news */
	uint64_t large_unacked_ns; /* since when none was acknowledged; 0 = all is well … */
	uint64_t doubt_ns;	   /* … and after so long we doubt that they arrive */
	uint64_t packets_rx;
	uint64_t packets_tx;
	uint64_t bytes_rx;
	uint64_t bytes_tx;
	uint64_t datagrams_rx;
	uint64_t datagrams_tx;
};

#define LP_TX_BATCH_BYTES    (256 * 1024)
#define LP_TX_BATCH_RUNS     64
#define LP_TX_BATCH_RUN_MAX  64000 /* bytes of one UDP_SEGMENT send */
#define LP_TX_BATCH_SEGMENTS 64

/* Packets on their way out, in runs of one path and one size. */
struct lp_tx_batch {
	struct lp_packet_tx runs[LP_TX_BATCH_RUNS];
	size_t run_count;
	size_t len;
	bool is_run_open; /* the last run may grow */
	const struct lp_endpoint_ops *ops;
	void *user;
	uint8_t bytes[LP_TX_BATCH_BYTES];
};

struct lp_endpoint {
	struct lp_endpoint_config config;
	const struct lp_endpoint_ops *ops;
	void *user;
	atomic_uint own_half_open;
	struct lp_map *by_cid;
	struct lp_list conns;
	struct lp_list active;
	size_t conn_count;
	uint64_t deadline_ns;
	gnutls_priority_t priority; /* of all its sessions; NULL before the first one (tls.c) */
	struct lp_endpoint_stats stats;
	/* the connection of the packet before: bursts come in a row */
	struct lp_conn *last;
	uint8_t last_cid[LP_QUIC_CID_LEN];
	/* answers to packets of nobody are few (RFC 9000 §10.3.3) */
	uint64_t answers_window_ns;
	unsigned answers_count;
	struct lp_tx_batch tx_batch;
};

/* --- addresses (path.c) --- */
ngtcp2_path lp_path_to_ngtcp2(const struct lp_path *path, union lp_sockaddr *local,
			      union lp_sockaddr *remote);
void lp_path_from_ngtcp2(struct lp_path *path, const ngtcp2_path *from);

/* --- conn.c --- */
/* A connection that is in the endpoint's lists, without ngtcp2 and TLS yet. */
struct lp_conn *lp_conn_new(struct lp_endpoint *endpoint, const struct lp_path *path,
			    bool is_server, uint8_t shard, uint64_t now);
void lp_conn_free(struct lp_conn *conn);
void lp_conn_settings(ngtcp2_settings *settings, uint64_t now);
void lp_conn_params(ngtcp2_transport_params *params);
/* Puts the connection on the endpoint's list of this turn. */
void lp_conn_activate(struct lp_conn *conn);

/* --- conn_events.c --- */
extern const ngtcp2_callbacks lp_conn_callbacks_client;
extern const ngtcp2_callbacks lp_conn_callbacks_server;
void lp_conn_tell_stream_end(struct lp_conn *conn, uint64_t now);

/* --- conn_read.c --- */
/* Whose packets are being read or written in this thread; ngtcp2 does not tell its callbacks. */
extern _Thread_local struct lp_conn *lp_conn_at_work;
/* ngtcp2's callback: looks into each packet of the connection that is being read. */
int lp_conn_decrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead,
		    const ngtcp2_crypto_aead_ctx *context, const uint8_t *sealed, size_t sealed_len,
		    const uint8_t *nonce, size_t nonce_len, const uint8_t *head, size_t head_len);
/* The packet being read is the peer's: ngtcp2 found something in it. */
static inline void lp_conn_hear(struct lp_conn *conn)
{
	conn->last_rx_ns = conn->read_ns;
	conn->unanswered_ns = 0;
}

void lp_conn_read(struct lp_conn *conn, const ngtcp2_path *path, const ngtcp2_pkt_info *info,
		  const uint8_t *data, size_t len, uint64_t now);
/* A packet that may be a stateless reset of this connection. Counts as nothing if it is none. */
void lp_conn_read_reset(struct lp_conn *conn, const struct lp_packet_rx *rx, const uint8_t *data,
			size_t len, uint64_t now);
void lp_conn_expire(struct lp_conn *conn, uint64_t now);
void lp_conn_end(struct lp_conn *conn, enum lp_conn_end end, uint64_t code, const char *text);
void lp_conn_update_deadline(struct lp_conn *conn, uint64_t now);
/* Tells the owner when the peer has moved; before packets are built, since it may have probes then.
 */
void lp_conn_notice_path(struct lp_conn *conn);

/* --- conn_write.c --- */
/* ngtcp2's callback: looks into each packet of the connection that is being written. */
int lp_conn_encrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead,
		    const ngtcp2_crypto_aead_ctx *context, const uint8_t *plain, size_t plain_len,
		    const uint8_t *nonce, size_t nonce_len, const uint8_t *head, size_t head_len);
void lp_conn_write(struct lp_conn *conn, uint64_t now);
void lp_conn_write_close(struct lp_conn *conn, const ngtcp2_ccerr *error, uint64_t now);

/* --- stream.c --- */
void lp_stream_init(struct lp_stream *stream);
void lp_stream_fini(struct lp_stream *stream);
void lp_stream_append(struct lp_stream *stream, const uint8_t *data, size_t len);
/* The next bytes to give to ngtcp2: borrowed, in one fragment. Returns their number. */
size_t lp_stream_peek(struct lp_stream *stream, const uint8_t **data);
void lp_stream_acked(struct lp_stream *stream, uint64_t offset);

/* --- tls.c --- */
enum lp_err lp_tls_server(struct lp_conn *conn, struct lp_credential *credential);
enum lp_err lp_tls_client(struct lp_conn *conn);
/* Have both ends agreed on our protocol? Asked once the hellos are read. */
bool lp_tls_has_alpn(const struct lp_conn *conn);

/* --- endpoint.c --- */
void lp_endpoint_add_cid(struct lp_endpoint *endpoint, const ngtcp2_cid *cid, struct lp_conn *conn);
void lp_endpoint_remove_cid(struct lp_endpoint *endpoint, const ngtcp2_cid *cid);
atomic_uint *lp_endpoint_half_open(struct lp_endpoint *endpoint);

/* --- half_open.c --- */
/*
 * One handshake in progress less: the oldest of the network that has most. False = there is none.
 */
bool lp_half_open_make_room(struct lp_endpoint *endpoint);

/* --- accept.c --- */
void lp_endpoint_stray(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx,
		       const uint8_t *data, size_t len, uint64_t now);

/* --- tx_batch.c --- */
void lp_tx_batch_init(struct lp_tx_batch *tx_batch, const struct lp_endpoint_ops *ops, void *user);
/* Room for one packet of at most `len` bytes; sends what is there when it does not fit. */
uint8_t *lp_tx_batch_reserve(struct lp_tx_batch *tx_batch, size_t len);
/* The packet that was built in the reserved room. */
void lp_tx_batch_commit(struct lp_tx_batch *tx_batch, const struct lp_path *path, size_t len);
void lp_tx_batch_send(struct lp_tx_batch *tx_batch);

#endif
