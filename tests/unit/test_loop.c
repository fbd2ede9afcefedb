/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void *run(void *arg)
{
	lp_loop_run(arg);
	return NULL;
}

static void add_one(void *arg)
{
	(*(unsigned *)arg)++;
}

static void stop(void *arg)
{
	lp_loop_stop(arg);
}

static void test_calls_run_in_order(void **state)
{
	struct lp_loop *loop = lp_loop_new();
	pthread_t thread;
	unsigned count = 0;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, run, loop), 0);
	for (unsigned i = 1; i <= 100; i++) {
		lp_loop_call(loop, add_one, &count);
		assert_int_equal(count, i);
	}
	lp_loop_post(loop, add_one, &count);
	lp_loop_post(loop, stop, loop);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(count, 101);
	lp_loop_free(loop);
}

/* A daemon that stops is still asked for its status: nobody may wait for a loop that is over. */
static void test_a_call_returns_though_the_loop_ends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct lp_loop *loop = lp_loop_new();
		pthread_t thread;
		unsigned count = 0;

		assert_int_equal(pthread_create(&thread, NULL, run, loop), 0);
		lp_loop_post(loop, stop, loop);
		for (unsigned k = 1; k <= 20; k++) {
			lp_loop_call(loop, add_one, &count);
			assert_int_equal(count, k);
		}
		assert_int_equal(pthread_join(thread, NULL), 0);
		lp_loop_post(loop, add_one, &count);
		assert_int_equal(count, 20);
		lp_loop_free(loop);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_run_in_order),
		cmocka_unit_test(test_a_call_returns_though_the_loop_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
