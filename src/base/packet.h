/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * UDP packets in batches, as they pass between the socket (platform/udp.h), the simulator's wires
 * and the QUIC engine. A buffer may hold several packets of one sender behind one another, all
 * `segment_len` long but the last (UDP GRO and UDP_SEGMENT).
 */
#ifndef LP_BASE_PACKET_H
#define LP_BASE_PACKET_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

/* Where a packet came from and went to. local.family may be LP_ADDR_NONE: not known, or any. */
struct lp_path {
	struct lp_addr local;
	struct lp_addr remote;
};

struct lp_packet_rx {
	struct lp_path path;
	uint8_t *data; /* borrowed until the next receive */
	size_t len;
	size_t segment_len; /* = len for a single packet */
};

struct lp_packet_tx {
	struct lp_path path;
	const uint8_t *data; /* borrowed until the send returns */
	size_t len;
	size_t segment_len;
};

#endif
