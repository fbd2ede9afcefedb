/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/batching.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

/* Turns with work, one each `gap_us`; gives the time of the last one. */
static uint64_t work(struct lp_batching *batching, uint64_t now, uint64_t gap_us, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now += gap_us * LP_NS_PER_US;
		lp_batching_worked(batching, now);
	}
	return now;
}

static void sparse_work_never_waits(void **state)
{
	struct lp_batching batching;

	(void)state;
	lp_batching_init(&batching);
	assert_int_equal(lp_batching_deadline(&batching), 0);
	work(&batching, START, 150, 100000);
	assert_int_equal(lp_batching_deadline(&batching), 0);
}

static void a_short_burst_never_waits(void **state)
{
	struct lp_batching batching;

	(void)state;
	lp_batching_init(&batching);
	for (uint64_t burst = 0; burst < 100; burst++) {
		work(&batching, START + burst * LP_NS_PER_S, 1, 10);
		assert_int_equal(lp_batching_deadline(&batching), 0);
	}
}

static void fast_work_is_batched(void **state)
{
	struct lp_batching batching;
	uint64_t now;

	(void)state;
	lp_batching_init(&batching);
	now = work(&batching, START, 100, 100);
	assert_int_equal(lp_batching_deadline(&batching), now + 200 * LP_NS_PER_US);

	/* The turns that batching itself holds apart are no reason to stop it. */
	for (int i = 0; i < 1000; i++) {
		now = lp_batching_deadline(&batching);
		lp_batching_ended(&batching, true);
		lp_batching_worked(&batching, now);
	}
	assert_int_equal(lp_batching_deadline(&batching), now + 200 * LP_NS_PER_US);
}

static void two_waits_in_vain_are_enough(void **state)
{
	struct lp_batching batching;
	uint64_t now;

	(void)state;
	lp_batching_init(&batching);
	now = work(&batching, START, 100, 100);
	lp_batching_ended(&batching, false);
	assert_int_not_equal(lp_batching_deadline(&batching), 0);
	lp_batching_ended(&batching, true);
	lp_batching_ended(&batching, false);
	assert_int_not_equal(lp_batching_deadline(&batching), 0);
	now = work(&batching, now, 300, 1);
	lp_batching_ended(&batching, false);
	assert_int_equal(lp_batching_deadline(&batching), 0);

	/* And it begins anew when work comes fast again. */
	work(&batching, now, 100, 100);
	assert_int_not_equal(lp_batching_deadline(&batching), 0);
}

static void off_is_off(void **state)
{
	struct lp_batching batching;

	(void)state;
	lp_batching_init(&batching);
	batching.is_on = false;
	work(&batching, START, 10, 1000);
	assert_int_equal(lp_batching_deadline(&batching), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sparse_work_never_waits),
		cmocka_unit_test(a_short_burst_never_waits),
		cmocka_unit_test(fast_work_is_batched),
		cmocka_unit_test(two_waits_in_vain_are_enough),
		cmocka_unit_test(off_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
