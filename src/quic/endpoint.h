/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The QUIC end of one UDP socket: finds the connection of each packet, accepts new ones (a relay),
 * opens one (a session), and writes everything that is due once a turn.
 *
 * Turn = any number of lp_endpoint_recv, then one lp_endpoint_flush. Between turns,
 * lp_endpoint_tick when lp_endpoint_deadline has come.
 */
#ifndef LP_QUIC_ENDPOINT_H
#define LP_QUIC_ENDPOINT_H

#include "base/clock.h"
#include "base/err.h"
#include "base/packet.h"
#include "crypto/credential.h"
#include "quic/conn.h"
#include "quic/quota.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_QUIC_ALPN	      "lanparty/1"
#define LP_QUIC_CID_LEN	      8
#define LP_QUIC_KEY_LEN	      32
#define LP_QUIC_IDLE_NS	      (30 * LP_NS_PER_S)
#define LP_QUIC_KEEP_ALIVE_NS (10 * LP_NS_PER_S)
#define LP_QUIC_HANDSHAKE_NS  (5 * LP_NS_PER_S)

/* Application error codes of CONNECTION_CLOSE. lanparty-protocol(7). */
enum lp_quic_code {
	LP_QUIC_CODE_NONE = 0,	    /* orderly */
	LP_QUIC_CODE_PROTOCOL = 1,  /* a control record that is not right, or no more */
	LP_QUIC_CODE_REJECTED = 2,  /* after a reject */
	LP_QUIC_CODE_MALFORMED = 3, /* too many malformed datagrams */
	LP_QUIC_CODE_REPLACED = 4,  /* another connection took this peer's place */
	LP_QUIC_CODE_KICKED = 5,
	LP_QUIC_CODE_SHUTDOWN = 6,
};

struct lp_endpoint_ops {
	/* Sends packets; borrowed until it returns. */
	void (*send)(void *user, const struct lp_packet_tx *tx, size_t tx_count);
	/*
	 * Server: a handshake is complete. Must give the connection an owner (lp_conn_set_owner) or
	 * close it.
	 */
	void (*on_accept)(void *user, struct lp_conn *conn, uint64_t now);
};

/* Counters of what never became a connection. */
struct lp_endpoint_stats {
	uint64_t accepted;
	uint64_t retries_sent;
	uint64_t resets_sent;
	uint64_t version_negotiations_sent;
	uint64_t refused_half_open; /* gave way to newer ones */
	uint64_t refused_network;   /* its quota was used up (quic/quota.h) */
	uint64_t unknown_packets;
	uint64_t bad_tokens;
};

/* What Retry tokens are made with (RFC 9000 §8.1.2), and what they were made with until then. */
struct lp_token_keys {
	uint8_t now[LP_QUIC_KEY_LEN];
	uint8_t before[LP_QUIC_KEY_LEN];
	bool has_before;
};

struct lp_endpoint_config {
	/* Server only, but for the pointers that a session leaves NULL. */
	/* NULL = this endpoint accepts nobody. Borrowed; connections keep references. */
	struct lp_credential *credential;
	uint8_t reset_key[LP_QUIC_KEY_LEN]; /* stateless resets (RFC 9000 §10.3) */
	struct lp_token_keys token_keys;
	atomic_uint *half_open; /* shared by all workers; borrowed; NULL = own count */
	unsigned half_open_max;
	unsigned retry_above;	/* half-open handshakes from which each needs a Retry; 0 = always */
	struct lp_quota *quota; /* shared by all workers; borrowed; NULL = none */
};

struct lp_endpoint;

struct lp_endpoint *lp_endpoint_new(const struct lp_endpoint_config *config,
				    const struct lp_endpoint_ops *ops, void *user);

/* Frees connections without a word to anybody; close them and flush first. */
void lp_endpoint_free(struct lp_endpoint *endpoint);

/* New connections get this credential from now on (reload). */
void lp_endpoint_set_credential(struct lp_endpoint *endpoint, struct lp_credential *credential);

/* The same of the limits on half-open handshakes. */
void lp_endpoint_set_limits(struct lp_endpoint *endpoint, unsigned half_open_max,
			    unsigned retry_above);

/* New tokens are made with keys->now from now on. */
void lp_endpoint_set_token_keys(struct lp_endpoint *endpoint, const struct lp_token_keys *keys);

struct lp_connect {
	struct lp_path path;	      /* local may be LP_ADDR_NONE */
	const char *server_name;      /* SNI and check; NULL for none */
	const struct lp_trust *trust; /* borrowed while the connection lives */
	uint64_t wall_ns;	      /* for the dates of certificates */
	uint8_t shard;		      /* byte 0 of the first DCID */
};

/* Opens a connection; the first packet goes at the next flush. */
enum lp_err lp_endpoint_connect(struct lp_endpoint *endpoint, const struct lp_connect *connect,
				const struct lp_conn_ops *ops, void *user, uint64_t now,
				struct lp_conn **out) LP_MUST_CHECK;

/* Takes one received buffer, which may hold several packets. */
void lp_endpoint_recv(struct lp_endpoint *endpoint, const struct lp_packet_rx *rx, uint64_t now);

/* Handles timers that are due. */
void lp_endpoint_tick(struct lp_endpoint *endpoint, uint64_t now);

/* Writes what touched connections have, sends it, and frees the connections that ended. */
void lp_endpoint_flush(struct lp_endpoint *endpoint, uint64_t now);

/* When lp_endpoint_tick has to be called; LP_NEVER without connections. */
uint64_t lp_endpoint_deadline(const struct lp_endpoint *endpoint);

size_t lp_endpoint_conn_count(const struct lp_endpoint *endpoint);
const struct lp_endpoint_stats *lp_endpoint_stats(const struct lp_endpoint *endpoint);

#endif
