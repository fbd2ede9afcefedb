/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The way back of frame/gso_frame.h: consecutive segments of one TCP stream in a batch become one
 * GSO frame for the kernel, which then handles 64 kB as if it were one packet. Nothing waits for
 * anything: what is together in a batch is joined, and cutting the result gives the same frames
 * again.
 *
 * Pure: it plans; the device gathers the parts (no payload is copied).
 */
#ifndef LP_FRAME_GRO_H
#define LP_FRAME_GRO_H

#include "frame/gso_frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_GRO_FRAMES	  64  /* frames in a batch at the most */
#define LP_GRO_HEADER_MAX 114 /* Ethernet, IPv6, TCP with all its options */

/* Frames of a batch that go to the kernel as one. */
struct lp_gro_packet {
	struct lp_offload offload; /* all zero for a frame that stayed alone */
	size_t len;		   /* of the whole */
	size_t header_len;	   /* 0: alone, goes as it is; else `header` goes in front … */
	uint8_t header[LP_GRO_HEADER_MAX];
	uint8_t frame_count; /* … of what is behind the header of each frame */
	uint8_t first;	     /* index of its first frame; the others by next[] */
	uint8_t last;
};

struct lp_gro_segment {
	const uint8_t *frame; /* borrowed */
	size_t len;
	uint32_t flow; /* hash of addresses and ports; meaningless unless is_tcp */
	uint32_t sequence;
	uint8_t header_len;
	uint8_t l4;
	bool is_tcp;
	bool is_joinable; /* plain data: only ACK and PSH, no options of IP */
	bool is_verified; /* its checksums were found right */
};

struct lp_gro {
	size_t frame_count;
	size_t packet_count;
	size_t frame_max;	     /* longer frames stay alone */
	uint8_t open[LP_GRO_FRAMES]; /* packets that may still grow */
	size_t open_count;
	uint8_t next[LP_GRO_FRAMES];
	struct lp_gro_segment segment[LP_GRO_FRAMES];
	struct lp_gro_packet packet[LP_GRO_FRAMES];
};

/* An empty plan. Frames longer than frame_max (what the device takes in one fragment) are not
 * joined.
 */
void lp_gro_begin(struct lp_gro *plan, size_t frame_max);

/*
 * Adds the next frame of the batch, LP_GRO_FRAMES at the most; frame[len] is borrowed as long
 * as the plan is used. Frames of one stream stay in order.
 */
void lp_gro_add(struct lp_gro *plan, const uint8_t *frame, size_t len);

/* Adds a frame that is not to be joined. */
void lp_gro_add_alone(struct lp_gro *plan, const uint8_t *frame, size_t len);

/* Fills offload and header of the packets that were joined. Nothing can be added any more. */
void lp_gro_end(struct lp_gro *plan);

#endif
