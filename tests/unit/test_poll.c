/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/poll.h"

#include "base/clock.h"

#include <stdbool.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (50 * LP_NS_PER_S)
#define US    LP_NS_PER_US

/* Work every gap_ns for a while; gives the time of the last. */
static uint64_t work(struct lp_poll *poll, uint64_t now, uint64_t gap_ns, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now += gap_ns;
		lp_poll_worked(poll, now);
	}
	return now;
}

static void idle_and_slow_work_sleeps(void **state)
{
	struct lp_poll poll;
	(void)state;
	lp_poll_init(&poll);
	assert_false(lp_poll_should_poll(&poll, START));
	uint64_t now = work(&poll, START, 100 * US, 10000);
	assert_false(lp_poll_should_poll(&poll, now + 5 * US));
}

static void fast_work_is_polled_for(void **state)
{
	struct lp_poll poll;
	(void)state;
	lp_poll_init(&poll);
	uint64_t now = work(&poll, START, 5 * US, 1000);
	assert_true(lp_poll_should_poll(&poll, now + 1 * US));
	assert_true(lp_poll_should_poll(&poll, now + 30 * US));
	/* Not for longer than it may reasonably take. */
	assert_false(lp_poll_should_poll(&poll, now + 60 * US));
	/* A pause brings the average up: the next work is slept for. */
	now = work(&poll, now, LP_NS_PER_S, 1);
	assert_false(lp_poll_should_poll(&poll, now + 1 * US));
}

/* At most half of any 10 ms is spent on looking in vain. */
static void polling_is_bounded(void **state)
{
	struct lp_poll poll;
	uint64_t polled_ns = 0, total_ns = 0;
	(void)state;
	lp_poll_init(&poll);
	uint64_t now = work(&poll, START, 15 * US, 1000);
	for (unsigned i = 0; i < 100000; i++) {
		bool polls = lp_poll_should_poll(&poll, now);
		now += US;
		total_ns += US;
		polled_ns += polls ? US : 0;
		if (i % 16 == 15)
			lp_poll_worked(&poll, now);
	}
	assert_true(polled_ns > total_ns / 4);
	assert_true(polled_ns < total_ns * 6 / 10);
}

static void off_is_off(void **state)
{
	struct lp_poll poll;
	(void)state;
	lp_poll_init(&poll);
	poll.is_on = false;
	uint64_t now = work(&poll, START, 2 * US, 1000);
	assert_false(lp_poll_should_poll(&poll, now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_and_slow_work_sleeps),
		cmocka_unit_test(fast_work_is_polled_for),
		cmocka_unit_test(polling_is_bounded),
		cmocka_unit_test(off_is_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
