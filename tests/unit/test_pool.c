/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT 8

static void gives_so_many_and_no_more(void **state)
{
	struct lp_pool *pool = lp_pool_new(COUNT);
	struct lp_frame *frames[COUNT];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < COUNT; i++) {
			assert_int_equal(lp_pool_free_count(pool), COUNT - i);
			frames[i] = lp_pool_get(pool);
			assert_non_null(frames[i]);
			memset(frames[i]->data, i, LP_FRAME_MAX);
		}
		assert_null(lp_pool_get(pool));
		assert_int_equal(lp_pool_free_count(pool), 0);
		for (int i = 0; i < COUNT; i++) {
			/* No two are the same, or overlap. */
			assert_int_equal(frames[i]->data[0], i);
			assert_int_equal(frames[i]->data[LP_FRAME_MAX - 1], i);
			lp_frame_unref(frames[i]);
		}
		assert_int_equal(lp_pool_free_count(pool), COUNT);
	}
	lp_pool_free(pool);
}

static void last_reference_returns_it(void **state)
{
	struct lp_pool *pool = lp_pool_new(1);
	struct lp_frame *frame = lp_pool_get(pool);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_ptr_equal(lp_frame_ref(frame), frame);
	for (int i = 0; i < 100; i++) {
		lp_frame_unref(frame);
		assert_int_equal(lp_pool_free_count(pool), 0);
	}
	lp_frame_unref(frame);
	assert_int_equal(lp_pool_free_count(pool), 1);
	assert_ptr_equal(lp_pool_get(pool), frame);
	lp_frame_unref(frame);
	lp_pool_free(pool);
}

static void nothing_is_no_frame(void **state)
{
	struct lp_pool *pool = lp_pool_new(0);

	(void)state;
	assert_null(lp_pool_get(pool));
	lp_frame_unref(NULL);
	lp_pool_free(pool);
	lp_pool_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_so_many_and_no_more),
		cmocka_unit_test(last_reference_returns_it),
		cmocka_unit_test(nothing_is_no_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
