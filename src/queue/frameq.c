/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/frameq.h"

#include "base/clock.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

#define FRAMES_MIN (size_t)32 /* that a queue has room for once it is used */

const struct lp_frameq_limits lp_frameq_limits_default = {
	.bytes_max = 1024 * 1024,
	.frames_max = 1024,
	.age_max_ns = 250 * LP_NS_PER_MS,
};

void lp_frameq_init(struct lp_frameq *queue, const struct lp_frameq_limits *limits,
		    struct lp_ledger *ledger)
{
	size_t frames_max = limits->frames_max;

	assert(frames_max > 0 && (frames_max & (frames_max - 1)) == 0);
	*queue = (struct lp_frameq){.limits = *limits, .ledger = ledger};
}

/* Twice the room; what was queued begins at 0 then. */
static void grow(struct lp_frameq *queue)
{
	size_t capacity = LP_MIN(LP_MAX(2 * queue->capacity, FRAMES_MIN), queue->limits.frames_max);
	struct lp_frame **ring = lp_alloc_array(capacity, sizeof(*ring));
	uint64_t *queued_ns = lp_alloc_array(capacity, sizeof(*queued_ns));

	for (size_t i = 0; i < queue->count; i++) {
		size_t from = (queue->head + i) & (queue->capacity - 1);

		ring[i] = queue->ring[from];
		queued_ns[i] = queue->queued_ns[from];
	}
	free(queue->ring);
	free(queue->queued_ns);
	queue->ring = ring;
	queue->queued_ns = queued_ns;
	queue->head = 0;
	queue->capacity = capacity;
}

void lp_frameq_fini(struct lp_frameq *queue, enum lp_verdict verdict)
{
	lp_frameq_clear(queue, verdict);
	free(queue->ring);
	free(queue->queued_ns);
	queue->ring = NULL;
	queue->queued_ns = NULL;
	queue->capacity = 0;
}

void lp_frameq_push(struct lp_frameq *queue, struct lp_frame *frame, uint64_t now)
{
	queue->ledger->copies_made++;
	if (frame->len > queue->limits.bytes_max) {
		queue->ledger->copies[LP_VERDICT_QUEUE_FULL]++;
		return;
	}
	while (queue->count == queue->limits.frames_max ||
	       queue->bytes + frame->len > queue->limits.bytes_max)
		lp_frameq_pop(queue, LP_VERDICT_QUEUE_FULL);

	if (queue->count == queue->capacity)
		grow(queue);

	size_t tail = (queue->head + queue->count) & (queue->capacity - 1);

	queue->ring[tail] = lp_frame_ref(frame);
	queue->queued_ns[tail] = now;
	queue->count++;
	queue->bytes += frame->len;
}

struct lp_frame *lp_frameq_peek(struct lp_frameq *queue, uint64_t now)
{
	while (lp_frameq_deadline(queue) <= now && queue->count > 0)
		lp_frameq_pop(queue, LP_VERDICT_QUEUE_AGE);
	return queue->count > 0 ? queue->ring[queue->head] : NULL;
}

void lp_frameq_pop(struct lp_frameq *queue, enum lp_verdict verdict)
{
	assert(queue->count > 0);

	struct lp_frame *frame = queue->ring[queue->head];

	queue->head = (queue->head + 1) & (queue->capacity - 1);
	queue->count--;
	queue->bytes -= frame->len;
	queue->head_done = 0;
	queue->head_fragments = 0;
	queue->ledger->copies[verdict]++;
	if (verdict == LP_VERDICT_FORWARD)
		queue->ledger->bytes_out += frame->len;
	lp_frame_unref(frame);
}

void lp_frameq_clear(struct lp_frameq *queue, enum lp_verdict verdict)
{
	while (queue->count > 0)
		lp_frameq_pop(queue, verdict);
}

uint64_t lp_frameq_deadline(const struct lp_frameq *queue)
{
	return queue->count > 0 ? queue->queued_ns[queue->head] + queue->limits.age_max_ns
				: LP_NEVER;
}
