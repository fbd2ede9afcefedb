/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Frame buffers: a fixed pool, reference counted, so that a broadcast to N peers is one buffer with
 * N references and no frame ever costs an allocation. One pool a thread; nothing in here is shared.
 */
#ifndef LP_QUEUE_POOL_H
#define LP_QUEUE_POOL_H

#include "frame/ether.h"

#include <stddef.h>
#include <stdint.h>

/* One Ethernet frame on its way. */
struct lp_frame {
	struct lp_pool *pool;
	struct lp_frame *next_free;
	uint32_t ref_count;
	uint16_t len;
	uint16_t source_id; /* overlay header fields that stay with the frame */
	uint32_t sequence;
	uint8_t flags;
	uint8_t data[LP_FRAME_MAX];
};

struct lp_pool;

/* `count` buffers. Free with lp_pool_free once all frames are back (asserted). */
struct lp_pool *lp_pool_new(size_t count);
void lp_pool_free(struct lp_pool *pool);

/* A frame with one reference and unspecified contents, or NULL when the pool is empty. */
struct lp_frame *lp_pool_get(struct lp_pool *pool);

/* One reference more. Returns frame. */
struct lp_frame *lp_frame_ref(struct lp_frame *frame);

/* Gives up one reference; the last one returns the buffer. NULL is ignored. */
void lp_frame_unref(struct lp_frame *frame);

/* How many can still be had; tests find lost ones by it. */
size_t lp_pool_free_count(const struct lp_pool *pool);

#endif
