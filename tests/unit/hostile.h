/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A peer that completes a real handshake, takes the keys, and from then on seals frames of its own
 * choice in any packet space: towards a relay's endpoint, or as a relay towards a session's. It has
 * a QUIC of its own, just enough to get there, so that no rule of ngtcp2's holds it back.
 */
#ifndef LP_TESTS_HOSTILE_H
#define LP_TESTS_HOSTILE_H

#include "base/clock.h"
#include "quic/endpoint.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

enum hostile_space { HOSTILE_INITIAL, HOSTILE_HANDSHAKE, HOSTILE_ONE_RTT, HOSTILE_SPACES };

#define HOSTILE_PACKET_MAX 1452
#define HOSTILE_CRYPTO_MAX 8192

struct hostile_key {
	bool is_set;
	gnutls_aead_cipher_hd_t aead;
	gnutls_cipher_hd_t hp;
	uint8_t iv[12];
	uint8_t secret[32];
};

struct hostile {
	bool is_relay; /* it plays the relay, the victim is a session */
	uint64_t now;
	struct lp_endpoint *victim;
	struct lp_conn *conn; /* the victim's; NULL before and after */
	bool has_ended;
	enum lp_conn_end end;
	char end_text[128];
	bool is_gentle;	 /* it says what is allowed, and much of it */
	bool is_talking; /* the victim sends DATAGRAMs and control bytes */
	uint64_t stream_rx;
	uint64_t datagrams_rx;

	gnutls_session_t tls;
	bool is_complete; /* … at this end */
	struct hostile_key tx[HOSTILE_SPACES];
	struct hostile_key rx[HOSTILE_SPACES];
	uint64_t number[HOSTILE_SPACES];  /* of the next packet */
	uint64_t largest[HOSTILE_SPACES]; /* of the victim's, that came */
	bool has_largest[HOSTILE_SPACES];
	uint8_t crypto[HOSTILE_SPACES][HOSTILE_CRYPTO_MAX]; /* of TLS, to be sent */
	size_t crypto_len[HOSTILE_SPACES];
	size_t crypto_sent[HOSTILE_SPACES];
	uint64_t crypto_rx[HOSTILE_SPACES];
	unsigned phase; /* of the key */
	uint8_t own_cid[8];
	uint8_t first_cid[20]; /* the client's first DCID */
	size_t first_cid_len;
	uint8_t peer_cid[20];
	size_t peer_cid_len;
	uint64_t next_cid_seq; /* of those that it gives the victim, in gentleness */
	uint64_t next_retired;
	uint8_t challenge[8]; /* the last that came */
	uint64_t close_code;  /* of a CONNECTION_CLOSE that came */
	bool was_closed;
	uint8_t params[64]; /* more transport parameters, as they are on the wire */
	size_t params_len;
};

/* Makes both ends and the first packet. */
void hostile_init(struct hostile *hostile, bool is_relay);
void hostile_fini(struct hostile *hostile);

/* One flight from either end. False: it has got no further. */
bool hostile_step(struct hostile *hostile);

/* Until both are done: a relay's HANDSHAKE_DONE is not sent. True if they are. */
bool hostile_shake(struct hostile *hostile);

/* What a packet may be besides its frames. */
struct hostile_packet {
	enum hostile_space space;
	const uint8_t *frames;
	size_t len;
	bool is_flipped;       /* its key phase bit */
	int64_t number_offset; /* from what comes next */
	uint8_t reserved;      /* bits */
	bool is_for_first_cid; /* under the DCID that the client chose */
};

/* One protected packet; returns its length, 0 = there is no key for it. */
size_t hostile_seal(struct hostile *hostile, const struct hostile_packet *packet, uint8_t *out,
		    size_t room);

/* One UDP packet to the victim, from one of the addresses that the attacker has. */
void hostile_give(struct hostile *hostile, uint8_t *data, size_t len, unsigned address);

/* Both: one packet of these frames, from its home. */
void hostile_say(struct hostile *hostile, enum hostile_space space, const uint8_t *frames,
		 size_t len);

/* The keys of the next phase (RFC 9001 §6). */
void hostile_update_keys(struct hostile *hostile);

/* Time passes for the victim. */
void hostile_wait(struct hostile *hostile, uint64_t ns);

/* --- hostile_frame.c --- */

/* Where a row of choices comes from; when it ends, all are 0. */
struct hostile_choice {
	const uint8_t *data;
	size_t len;
};

uint8_t hostile_choose(struct hostile_choice *choice);

#define HOSTILE_FRAME_KINDS 40
#define HOSTILE_EDGES	    32

/* A frame of that kind, each of its fields an edge that the choice says. Returns its length. */
size_t hostile_frame(const struct hostile *hostile, enum hostile_space space, unsigned kind,
		     struct hostile_choice *choice, uint8_t *out, size_t room);

/* A whole row of packets, as the choice says. */
void hostile_play(struct hostile *hostile, struct hostile_choice *choice);

#endif
