/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/frameq.h"

#include "base/clock.h"
#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START	   (5 * LP_NS_PER_S)
#define POOL_COUNT 64

static const struct lp_frameq_limits limits = {
	.bytes_max = 4000,
	.frames_max = 8,
	.age_max_ns = 100 * LP_NS_PER_MS,
};

struct fixture {
	struct lp_pool *pool;
	struct lp_ledger ledger;
	struct lp_frameq queue;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.pool = lp_pool_new(POOL_COUNT)};
	lp_frameq_init(&fixture.queue, &limits, &fixture.ledger);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	lp_frameq_fini(&fixture->queue, LP_VERDICT_PEER_GONE);
	assert_int_equal(lp_ledger_copies_open(&fixture->ledger), 0);
	assert_int_equal(lp_pool_free_count(fixture->pool), POOL_COUNT);
	lp_pool_free(fixture->pool);
	return 0;
}

static void push(struct fixture *fixture, uint32_t sequence, uint16_t len, uint64_t now)
{
	struct lp_frame *frame = lp_pool_get(fixture->pool);

	frame->sequence = sequence;
	frame->len = len;
	lp_frameq_push(&fixture->queue, frame, now);
	lp_frame_unref(frame);
	assert_int_equal(lp_ledger_copies_open(&fixture->ledger), fixture->queue.count);
}

static void first_in_first_out(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 8; i++)
		push(fixture, i, 100, START);
	for (uint32_t i = 0; i < 8; i++) {
		struct lp_frame *frame = lp_frameq_peek(&fixture->queue, START);

		assert_int_equal(frame->sequence, i);
		assert_ptr_equal(lp_frameq_peek(&fixture->queue, START), frame);
		lp_frameq_pop(&fixture->queue, LP_VERDICT_FORWARD);
	}
	assert_null(lp_frameq_peek(&fixture->queue, START));
	assert_int_equal(fixture->ledger.copies_made, 8);
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_FORWARD], 8);
	assert_int_equal(fixture->ledger.bytes_out, 800);
	assert_int_equal(fixture->queue.bytes, 0);
}

static void oldest_goes_when_there_are_too_many(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 11; i++)
		push(fixture, i, 100, START);
	assert_int_equal(fixture->queue.count, 8);
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_QUEUE_FULL], 3);
	assert_int_equal(lp_frameq_peek(&fixture->queue, START)->sequence, 3);
}

static void oldest_go_when_there_are_too_many_bytes(void **state)
{
	struct fixture *fixture = *state;

	push(fixture, 0, 100, START);
	push(fixture, 1, 1500, START);
	push(fixture, 2, 1500, START);
	push(fixture, 3, 1900, START);
	assert_int_equal(fixture->queue.bytes, 3400);
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_QUEUE_FULL], 2);
	assert_int_equal(lp_frameq_peek(&fixture->queue, START)->sequence, 2);
	assert_true(fixture->queue.bytes <= limits.bytes_max);
}

static void larger_than_the_queue_is_dropped_alone(void **state)
{
	static const struct lp_frameq_limits tiny = {
		.bytes_max = 1000, .frames_max = 2, .age_max_ns = LP_NS_PER_S};
	struct fixture *fixture = *state;

	lp_frameq_fini(&fixture->queue, LP_VERDICT_PEER_GONE);
	lp_frameq_init(&fixture->queue, &tiny, &fixture->ledger);
	push(fixture, 0, 1000, START);
	push(fixture, 1, 1001, START);
	assert_int_equal(lp_frameq_peek(&fixture->queue, START)->sequence, 0);
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_QUEUE_FULL], 1);
}

static void too_old_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	uint64_t later = START + 40 * LP_NS_PER_MS;

	assert_true(lp_frameq_deadline(&fixture->queue) == LP_NEVER);
	push(fixture, 0, 100, START);
	push(fixture, 1, 100, START);
	push(fixture, 2, 100, later);
	assert_true(lp_frameq_deadline(&fixture->queue) == START + limits.age_max_ns);
	assert_int_equal(lp_frameq_peek(&fixture->queue, START + limits.age_max_ns - 1)->sequence,
			 0);
	assert_int_equal(lp_frameq_peek(&fixture->queue, START + limits.age_max_ns)->sequence, 2);
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_QUEUE_AGE], 2);
	assert_true(lp_frameq_deadline(&fixture->queue) == later + limits.age_max_ns);
	assert_null(lp_frameq_peek(&fixture->queue, later + limits.age_max_ns));
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_QUEUE_AGE], 3);
}

/* Whatever makes another frame the first: fragments already sent are not taken for fragments of it.
 */
static void progress_belongs_to_one_frame(void **state)
{
	struct fixture *fixture = *state;
	struct lp_frameq *queue = &fixture->queue;

	for (uint32_t i = 0; i < 8; i++)
		push(fixture, i, 100, START);
	queue->head_done = 60;
	queue->head_fragments = 1;
	lp_frameq_pop(queue, LP_VERDICT_FORWARD);
	assert_int_equal(queue->head_done + queue->head_fragments, 0);

	queue->head_done = 60;
	queue->head_fragments = 1;
	push(fixture, 8, 100, START);
	assert_int_equal(queue->head_done, 60); /* there was room behind it */
	push(fixture, 9, 100, START);
	assert_int_equal(queue->head_done + queue->head_fragments, 0);

	queue->head_done = 60;
	queue->head_fragments = 2;
	lp_frameq_peek(queue, START + limits.age_max_ns);
	assert_int_equal(queue->head_done + queue->head_fragments, 0);
}

static void bytes_out_are_those_of_sent_frames(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 11; i++)
		push(fixture, i, 100, START);
	lp_frameq_pop(&fixture->queue, LP_VERDICT_FORWARD);
	lp_frameq_pop(&fixture->queue, LP_VERDICT_TARGET_BUDGET);
	lp_frameq_clear(&fixture->queue, LP_VERDICT_NOT_BRIDGING);
	assert_int_equal(fixture->ledger.bytes_out, 100);
}

static void clear_leaves_it_usable(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 5; i++)
		push(fixture, i, 100, START);
	lp_frameq_clear(&fixture->queue, LP_VERDICT_NOT_BRIDGING);
	assert_int_equal(fixture->ledger.copies[LP_VERDICT_NOT_BRIDGING], 5);
	assert_int_equal(lp_pool_free_count(fixture->pool), POOL_COUNT);
	push(fixture, 5, 100, START);
	assert_int_equal(lp_frameq_peek(&fixture->queue, START)->sequence, 5);
}

static void one_buffer_for_all_targets(void **state)
{
	struct fixture *fixture = *state;
	struct lp_ledger ledger = {0};
	struct lp_frameq other;
	struct lp_frame *frame = lp_pool_get(fixture->pool);

	frame->len = 60;
	lp_frameq_init(&other, &limits, &ledger);
	lp_frameq_push(&fixture->queue, frame, START);
	lp_frameq_push(&other, frame, START);
	lp_frame_unref(frame);
	assert_int_equal(lp_pool_free_count(fixture->pool), POOL_COUNT - 1);
	lp_frameq_fini(&other, LP_VERDICT_PEER_GONE);
	assert_int_equal(ledger.copies[LP_VERDICT_PEER_GONE], 1);
	assert_int_equal(lp_pool_free_count(fixture->pool), POOL_COUNT - 1);
	assert_ptr_equal(lp_frameq_peek(&fixture->queue, START), frame);
}

static void the_ledger_always_balances(void **state)
{
	struct fixture *fixture = *state;
	struct lp_rand rand;
	uint64_t now = START;

	lp_rand_seed(&rand, 1);
	for (uint32_t i = 0; i < 100000; i++) {
		now += lp_rand_below(&rand, 20) * LP_NS_PER_MS;
		if (lp_rand_below(&rand, 2))
			push(fixture, i, (uint16_t)(14 + lp_rand_below(&rand, 1970)), now);
		else if (lp_frameq_peek(&fixture->queue, now))
			lp_frameq_pop(&fixture->queue, LP_VERDICT_FORWARD);
		assert_int_equal(lp_ledger_copies_open(&fixture->ledger), fixture->queue.count);
		assert_int_equal(lp_pool_free_count(fixture->pool),
				 POOL_COUNT - fixture->queue.count);
	}
	assert_true(fixture->ledger.copies[LP_VERDICT_FORWARD] > 0);
	assert_true(fixture->ledger.copies[LP_VERDICT_QUEUE_FULL] > 0);
	assert_true(fixture->ledger.copies[LP_VERDICT_QUEUE_AGE] > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_in_first_out),
		TEST(oldest_goes_when_there_are_too_many),
		TEST(oldest_go_when_there_are_too_many_bytes),
		TEST(larger_than_the_queue_is_dropped_alone),
		TEST(too_old_is_not_sent),
		TEST(progress_belongs_to_one_frame),
		TEST(bytes_out_are_those_of_sent_frames),
		TEST(clear_leaves_it_usable),
		TEST(one_buffer_for_all_targets),
		TEST(the_ledger_always_balances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
