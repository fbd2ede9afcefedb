/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What ngtcp2 keeps to itself, read off the frames of a packet that it has decrypted. It answers a
 * STOP_SENDING and tells nobody: it would be noticed with the next control record only, and a relay
 * may have none for hours. Pure.
 */
#ifndef LP_QUIC_FRAME_SCAN_H
#define LP_QUIC_FRAME_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_frame_scan {
	bool stops_control; /* all frames are well-formed, and one is a STOP_SENDING of stream 0 */
	bool has_ack;	    /* one is an ACK, before anything that is not well-formed */
	uint64_t largest_ack;
	uint64_t ack_delay; /* of that ACK, as it stands there (RFC 9000 §19.3) */
};

/* Frames of RFC 9000 §19 and RFC 9221 §4. What is not well-formed ngtcp2 refuses. */
struct lp_frame_scan lp_frame_scan(const uint8_t *frames, size_t len);

#endif
