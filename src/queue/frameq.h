/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What waits to be sent to one peer: frames in order, bounded in bytes, in number and in age. The
 * oldest goes first when there is no room; what waited too long is not sent any more.
 */
#ifndef LP_QUEUE_FRAMEQ_H
#define LP_QUEUE_FRAMEQ_H

#include "frame/verdict.h"
#include "queue/pool.h"

#include <stddef.h>
#include <stdint.h>

struct lp_frameq_limits {
	size_t bytes_max;
	size_t frames_max; /* quota of the pool; a power of two */
	uint64_t age_max_ns;
};

/* 1 MB, 1024 frames, 250 ms */
extern const struct lp_frameq_limits lp_frameq_limits_default;

struct lp_frameq {
	struct lp_frameq_limits limits;
	struct lp_ledger *ledger; /* copies are counted here; borrowed */
	struct lp_frame **ring;	  /* frames_max entries */
	uint64_t *queued_ns;	  /* when each came */
	size_t capacity;	  /* of both: grows up to frames_max, a power of two */
	size_t head;		  /* next to go */
	size_t count;
	size_t bytes;
	/*
	 * How much of the first frame is already sent, in how many fragments (lp_fragment_cut). The
	 * sender sets them; they are 0 again whenever another frame becomes the first, however that
	 * came about.
	 */
	size_t head_done;
	unsigned head_fragments;
};

void lp_frameq_init(struct lp_frameq *queue, const struct lp_frameq_limits *limits,
		    struct lp_ledger *ledger);

/* Drops everything as `verdict` and frees the ring. */
void lp_frameq_fini(struct lp_frameq *queue, enum lp_verdict verdict);

/*
 * Queues one copy: takes a reference of its own. Counts copies_made, and copies[QUEUE_FULL] for
 * each older frame that has to go for it.
 */
void lp_frameq_push(struct lp_frameq *queue, struct lp_frame *frame, uint64_t now);

/*
 * The frame to send next, or NULL; counts and skips what is too old. Borrowed until the next call
 * for this queue.
 */
struct lp_frame *lp_frameq_peek(struct lp_frameq *queue, uint64_t now);

/* The frame that peek gave is dealt with: counts it as `verdict` (FORWARD = sent), unrefs it. */
void lp_frameq_pop(struct lp_frameq *queue, enum lp_verdict verdict);

/* Drops all as `verdict`; the queue stays usable. */
void lp_frameq_clear(struct lp_frameq *queue, enum lp_verdict verdict);

/* When the oldest becomes too old, UINT64_MAX when empty. */
uint64_t lp_frameq_deadline(const struct lp_frameq *queue);

#endif
