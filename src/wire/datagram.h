/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The overlay datagram: what one QUIC DATAGRAM frame carries. lanparty-protocol(7), "Datagrams".
 *
 *    version:4 kind:4 | flags:8 | source peer id:16
 *    sequence:32
 *    kind 1 only: frame length:16 | offset:16
 *    payload
 *
 * Network byte order. No socket and no QUIC type in here (P10).
 */
#ifndef LP_WIRE_DATAGRAM_H
#define LP_WIRE_DATAGRAM_H

#include "base/err.h"
#include "frame/ether.h"
#include "frame/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_WIRE_VERSION	       1
#define LP_DATAGRAM_HEADER_LEN 8
#define LP_FRAGMENT_HEADER_LEN 12
#define LP_PROBE_PAYLOAD_MAX   9216

enum lp_kind {
	LP_KIND_FRAME = 0,	/* a whole Ethernet frame */
	LP_KIND_FRAGMENT = 1,	/* a fragment of one */
	LP_KIND_SEALED = 2,	/* reserved: a frame whose payload the relay cannot read */
	LP_KIND_PROBE = 8,	/* path probe: padding to the size being tried */
	LP_KIND_PROBE_ECHO = 9, /* its answer: the header alone, sequence repeated */
};

enum lp_datagram_flag {
	LP_FLAG_TRACE = 1 << 0,
	LP_FLAG_DUPLICATE = 1 << 1,
	LP_FLAG_SEALED = 1 << 2,
	LP_FLAG_KEY_EPOCH = 1 << 3,
};

struct lp_datagram {
	enum lp_kind kind;
	uint8_t flags;
	uint16_t source_id; /* 0 = none */
	uint32_t sequence;  /* probes: the UDP payload being tried, repeated in the echo */
	uint16_t frame_len; /* FRAGMENT: of the whole frame */
	uint16_t offset;    /* FRAGMENT: where the payload belongs */
	const uint8_t *payload;
	size_t payload_len;
};

/*
 * Decodes data[len]; out->payload borrows from it. `flags_allowed` is the set of flag bits that the
 * sender's features include; any other bit is malformed (P2). Returns LP_VERDICT_FORWARD, or
 * LP_VERDICT_MALFORMED, or LP_VERDICT_OVERSIZE for a payload or frame length above LP_FRAME_MAX
 * (P8). A fragment must lie inside its frame, and be neither empty nor the whole of it.
 */
enum lp_verdict lp_datagram_decode(const uint8_t *data, size_t len, uint8_t flags_allowed,
				   struct lp_datagram *out);

/*
 * Writes the header alone (8 or 12 bytes) into out[LP_FRAGMENT_HEADER_LEN]; returns its length. The
 * payload is sent from where it lies.
 */
size_t lp_datagram_encode_header(const struct lp_datagram *datagram,
				 uint8_t out[LP_FRAGMENT_HEADER_LEN]);

/* Header and payload into out[cap]; LP_ERR_TOO_LARGE above cap, the datagram budget (P3). */
enum lp_err lp_datagram_encode(const struct lp_datagram *datagram, uint8_t *out, size_t cap,
			       size_t *out_len) LP_MUST_CHECK;

#endif
