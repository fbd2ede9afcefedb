/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/rest.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

/* Turns with work, one each `gap_us`; gives the time of the last one. */
static uint64_t work(struct lp_rest *rest, uint64_t now, uint64_t gap_us, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now += gap_us * LP_NS_PER_US;
		lp_rest_worked(rest, now);
	}
	return now;
}

static void sparse_work_never_waits(void **state)
{
	struct lp_rest rest;

	(void)state;
	lp_rest_init(&rest);
	assert_int_equal(lp_rest_deadline(&rest), 0);
	work(&rest, START, 150, 100000);
	assert_int_equal(lp_rest_deadline(&rest), 0);
}

static void a_short_burst_never_waits(void **state)
{
	struct lp_rest rest;

	(void)state;
	lp_rest_init(&rest);
	for (uint64_t burst = 0; burst < 100; burst++) {
		work(&rest, START + burst * LP_NS_PER_S, 1, 10);
		assert_int_equal(lp_rest_deadline(&rest), 0);
	}
}

static void fast_work_gathers(void **state)
{
	struct lp_rest rest;
	uint64_t now;

	(void)state;
	lp_rest_init(&rest);
	now = work(&rest, START, 100, 100);
	assert_int_equal(lp_rest_deadline(&rest), now + 200 * LP_NS_PER_US);

	/* The turns that resting itself holds apart are no reason to stop it. */
	for (int i = 0; i < 1000; i++) {
		now = lp_rest_deadline(&rest);
		lp_rest_ended(&rest, true);
		lp_rest_worked(&rest, now);
	}
	assert_int_equal(lp_rest_deadline(&rest), now + 200 * LP_NS_PER_US);
}

static void two_rests_in_vain_are_enough(void **state)
{
	struct lp_rest rest;
	uint64_t now;

	(void)state;
	lp_rest_init(&rest);
	now = work(&rest, START, 100, 100);
	lp_rest_ended(&rest, false);
	assert_int_not_equal(lp_rest_deadline(&rest), 0);
	lp_rest_ended(&rest, true);
	lp_rest_ended(&rest, false);
	assert_int_not_equal(lp_rest_deadline(&rest), 0);
	now = work(&rest, now, 300, 1);
	lp_rest_ended(&rest, false);
	assert_int_equal(lp_rest_deadline(&rest), 0);

	/* And it begins anew when work comes fast again. */
	work(&rest, now, 100, 100);
	assert_int_not_equal(lp_rest_deadline(&rest), 0);
}

static void off_is_off(void **state)
{
	struct lp_rest rest;

	(void)state;
	lp_rest_init(&rest);
	rest.is_on = false;
	work(&rest, START, 10, 1000);
	assert_int_equal(lp_rest_deadline(&rest), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sparse_work_never_waits),
		cmocka_unit_test(a_short_burst_never_waits),
		cmocka_unit_test(fast_work_gathers),
		cmocka_unit_test(two_rests_in_vain_are_enough),
		cmocka_unit_test(off_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
