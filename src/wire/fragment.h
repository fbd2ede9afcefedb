/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Frames in fragments: a frame that does not fit what is left of a packet is cut there, so that
 * packets are full and a TAP has its 1500 bytes on any path. The receiver joins them in a bounded
 * table.
 */
#ifndef LP_WIRE_FRAGMENT_H
#define LP_WIRE_FRAGMENT_H

#include "base/clock.h"
#include "frame/ether.h"
#include "frame/verdict.h"
#include "wire/datagram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_FRAGMENT_MIN		 128 /* of every fragment but the last of its frame */
#define LP_FRAGMENTS_MAX	 3   /* of one frame */
#define LP_REASSEMBLY_SLOTS	 64  /* frames being joined */
#define LP_REASSEMBLY_TIMEOUT_NS (50 * LP_NS_PER_MS)

/*
 * How much of a frame to put next: `done` bytes of `frame_len` are already sent in `fragments`
 * fragments, `room` is what one datagram may hold in the packet being built, `full` in an empty
 * packet (header included in both). Returns the number of payload bytes to send now, as a whole
 * frame
 * (*is_fragment = false) or as a fragment; 0 = nothing sensible fits in `room`, begin a new packet.
 * A frame that cannot be sent in LP_FRAGMENTS_MAX fragments of `full` bytes at all gives SIZE_MAX.
 *
 * A cut is always at `room`, so that the packet is full and all segments of a UDP_SEGMENT batch
 * come out equal; only the last fragment of a frame may be shorter than LP_FRAGMENT_MIN. What is
 * shorter than two such fragments is not cut if an empty packet can hold it. With room == full the
 * answer is never 0, and from LP_BUDGET_MIN on no frame up to LP_FRAME_MAX gets SIZE_MAX.
 */
size_t lp_fragment_cut(size_t frame_len, size_t done, unsigned fragments, size_t room, size_t full,
		       bool *is_fragment);

/*
 * Joins the fragments that come over one connection: at a relay those of one source, at a session
 * those of all. Frames are told apart by source and sequence. The buffers are the caller's: he
 * gives one for a new frame, and takes it back whole or given up.
 */
struct lp_reassembly_slot {
	uint8_t fragment_count;
	uint16_t frame_len;
	uint16_t have_len;
	uint16_t source_id; /* with the sequence: which frame it is */
	uint32_t sequence;
	uint64_t opened_ns;
	uint16_t from[LP_FRAGMENTS_MAX]; /* what is there: [from, to) */
	uint16_t to[LP_FRAGMENTS_MAX];
	void *buffer; /* holds LP_FRAME_MAX bytes, the caller's; NULL = the frame is lost already */
};

/* None of them may call the reassembly back; freeing it is for later. */
struct lp_reassembly_ops {
	/* A buffer for a new frame, and where its bytes go; NULL = none left. */
	void *(*open)(void *user, uint8_t **bytes);
	/* The bytes of a buffer that open() gave. */
	uint8_t *(*bytes)(void *buffer);
	/* The frame is whole: takes the buffer. */
	void (*on_frame)(void *user, void *buffer, const struct lp_datagram *last);
	/* The frame is given up (`verdict` says why): takes the buffer. */
	void (*on_drop)(void *user, void *buffer, enum lp_verdict verdict);
};

struct lp_reassembly {
	struct lp_reassembly_slot
		slots[LP_REASSEMBLY_SLOTS]; /* the first used_count, oldest first */
	const struct lp_reassembly_ops *ops;
	void *user;
	unsigned used_count;
};

void lp_reassembly_init(struct lp_reassembly *reassembly, const struct lp_reassembly_ops *ops,
			void *user);

/* Gives up everything that is open, as `verdict`. */
void lp_reassembly_fini(struct lp_reassembly *reassembly, enum lp_verdict verdict);

/*
 * Adds a decoded fragment (kind 1). Exactly one of the ops' outcomes happens to every frame that
 * was opened: on_frame or on_drop, once. Returns LP_VERDICT_FORWARD when the fragment was taken;
 * otherwise the reason why a frame was lost by it:
 * - FRAGMENT_OVERLAP: fragments overlap, disagree about the frame's length, or are more than
 *   LP_FRAGMENTS_MAX. on_drop was called for the frame.
 * - POOL_EMPTY: open() had nothing to give. No frame was opened and no outcome follows: the caller
 *   counts one frame in and one drop.
 *
 * Either comes once a frame: its other fragments are swallowed (FORWARD, nothing to count) for as
 * long as the frame would have been waited for. A full table pushes out the oldest (FRAGMENT_TABLE
 * through on_drop). Fragments that come after their frame was given up for its age open it again,
 * to time out.
 */
enum lp_verdict lp_reassembly_add(struct lp_reassembly *reassembly,
				  const struct lp_datagram *fragment, uint64_t now);

/* Drops what is older than LP_REASSEMBLY_TIMEOUT_NS. Cheap when nothing is open. */
void lp_reassembly_expire(struct lp_reassembly *reassembly, uint64_t now);

/* When lp_reassembly_expire has something to do; LP_NEVER (UINT64_MAX) if nothing is open. */
uint64_t lp_reassembly_deadline(const struct lp_reassembly *reassembly);

#endif
