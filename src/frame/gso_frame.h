/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * GSO frames: a kernel hands over TCP streams in fragments of up to 64 kB with one header and an
 * unfinished checksum, and leaves it to the network card to cut them. Here it is us. The step
 * between a device (TAP, NIC) and everything else, which sees ordinary frames only.
 */
#ifndef LP_FRAME_GSO_FRAME_H
#define LP_FRAME_GSO_FRAME_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Generic segmentation: what a GSO frame is to be cut into. */
enum lp_gso {
	LP_GSO_NONE, /* an ordinary frame */
	LP_GSO_TCP4,
	LP_GSO_TCP6,
	LP_GSO_UDP, /* datagrams of equal size (not IP fragments), IPv4 or IPv6 */
};

/* What is left to do for a frame; Linux says it in a virtio_net_hdr. */
struct lp_offload {
	enum lp_gso gso;
	uint16_t segment_len; /* payload bytes of each segment but the last */
	bool needs_checksum;  /* the field holds the pseudo header's sum, the rest is to be added */
	uint16_t checksum_start;
	uint16_t checksum_offset; /* of the field, from checksum_start */
};

/*
 * Completes the checksum of an ordinary frame in place, if there is one to complete. LP_ERR_INVALID
 * when its place is not in the frame; the frame is then untouched.
 */
enum lp_err lp_gso_frame_finish(uint8_t *frame, size_t len,
				const struct lp_offload *offload) LP_MUST_CHECK;

/* A GSO frame being cut. Plain data; nothing to free. */
struct lp_gso_frame {
	const uint8_t *frame; /* borrowed until the last segment */
	size_t len;
	size_t at; /* payload that is not yet cut starts here */
	size_t l3;
	size_t l4;
	size_t header_len; /* Ethernet to TCP or UDP, in front of each segment */
	uint16_t segment_len;
	uint16_t index;
	uint8_t protocol;
	bool is_ip4;
	bool has_checksum;
	bool is_done;
};

/*
 * Begins to cut frame[len]. LP_ERR_INVALID when the headers are not what offload->gso says;
 * LP_ERR_UNSUPPORTED for an ordinary frame.
 */
enum lp_err lp_gso_frame_open(struct lp_gso_frame *super, const uint8_t *frame, size_t len,
			      const struct lp_offload *offload) LP_MUST_CHECK;

/*
 * Writes the next segment, with finished checksums, to out[cap]. *is_cut: it is longer
 * than cap, and out has its beginning; *len is that of the segment in any case.
 * Returns false when there is none left.
 */
bool lp_gso_frame_next(struct lp_gso_frame *super, uint8_t *out, size_t cap, size_t *len,
		       bool *is_cut);

#endif
