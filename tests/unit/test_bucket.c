/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/bucket.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

static void no_rate_is_no_limit(void **state)
{
	struct lp_bucket bucket;

	(void)state;
	lp_bucket_init(&bucket, 0, 0, START);
	for (int i = 0; i < 1000; i++)
		assert_true(lp_bucket_take(&bucket, UINT64_MAX, START));
}

static void burst_then_rate(void **state)
{
	struct lp_bucket bucket;
	unsigned passed = 0;

	(void)state;
	lp_bucket_init(&bucket, 100, 50, START);
	for (int i = 0; i < 200; i++)
		passed += lp_bucket_take(&bucket, 1, START);
	assert_int_equal(passed, 50);
	assert_false(lp_bucket_take(&bucket, 1, START + 9 * LP_NS_PER_MS));
	assert_true(lp_bucket_take(&bucket, 1, START + 10 * LP_NS_PER_MS));
	assert_false(lp_bucket_take(&bucket, 1, START + 10 * LP_NS_PER_MS));
	/* After a long rest no more than the burst is there. */
	passed = 0;
	for (int i = 0; i < 200; i++)
		passed += lp_bucket_take(&bucket, 1, START + 3600 * LP_NS_PER_S);
	assert_int_equal(passed, 50);
}

/* Asked every microsecond, a slow bucket still fills: no fraction is lost. */
static void slow_rate_keeps_fractions(void **state)
{
	struct lp_bucket bucket;
	unsigned passed = 0;

	(void)state;
	lp_bucket_init(&bucket, 3, 2, START);
	for (uint64_t us = 0; us <= 2000000; us++)
		passed += lp_bucket_take(&bucket, 1, START + us * LP_NS_PER_US);
	assert_int_equal(passed, 2 + 6);
}

static void more_than_the_burst_never_passes(void **state)
{
	struct lp_bucket bucket;

	(void)state;
	lp_bucket_init(&bucket, 1000, 10, START);
	assert_false(lp_bucket_take(&bucket, 11, START + 100 * LP_NS_PER_S));
	assert_true(lp_bucket_take(&bucket, 10, START + 100 * LP_NS_PER_S));
}

/* Empties the bucket at `now`, lets all the time there is go by, and counts in 128 bits with it. */
static void check_extremes(uint64_t rate_per_s, uint64_t burst, uint64_t now)
{
	struct lp_bucket bucket;

	lp_bucket_init(&bucket, rate_per_s, burst, 0);
	assert_true(lp_bucket_take(&bucket, bucket.burst, now));
	assert_int_equal(bucket.tokens_nano, 0);

	unsigned __int128 full = (unsigned __int128)bucket.burst * LP_NS_PER_S;
	unsigned __int128 gained = (unsigned __int128)(UINT64_MAX - now) * rate_per_s;

	assert_true(lp_bucket_take(&bucket, 0, UINT64_MAX));
	assert_true(bucket.tokens_nano == (gained < full ? gained : full));
}

static void nothing_overflows(void **state)
{
	static const uint64_t values[] = {
		1, 1000, UINT32_MAX, 10000000000ULL, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX};
	const size_t count = sizeof(values) / sizeof(values[0]);

	(void)state;
	for (size_t r = 0; r < count; r++) {
		for (size_t b = 0; b < count; b++) {
			for (size_t t = 0; t < count; t++)
				check_extremes(values[r], values[b], values[t]);
		}
	}
}

static void a_clock_that_stands_or_goes_back_gives_nothing(void **state)
{
	struct lp_bucket bucket;

	(void)state;
	lp_bucket_init(&bucket, 1000, 1, START);
	assert_true(lp_bucket_take(&bucket, 1, START));
	assert_false(lp_bucket_take(&bucket, 1, START));
	assert_false(lp_bucket_take(&bucket, 1, START - LP_NS_PER_S));
	assert_false(lp_bucket_take(&bucket, 1, START));
	assert_true(lp_bucket_take(&bucket, 1, START + LP_NS_PER_MS));
}

static void some_may_be_kept(void **state)
{
	struct lp_bucket bucket;

	(void)state;
	lp_bucket_init(&bucket, 10, 10, 0);
	for (int i = 0; i < 6; i++)
		assert_true(lp_bucket_take_above(&bucket, 1, 4, 0));
	assert_false(lp_bucket_take_above(&bucket, 1, 4, 0));
	assert_false(lp_bucket_take_above(&bucket, 1, UINT64_MAX, 0));
	for (int i = 0; i < 4; i++)
		assert_true(lp_bucket_take_above(&bucket, 1, 0, 0));
	assert_false(lp_bucket_take(&bucket, 1, 0));
	lp_bucket_init(&bucket, 0, 0, 0);
	assert_true(lp_bucket_take_above(&bucket, 1, 1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rate_is_no_limit),
		cmocka_unit_test(burst_then_rate),
		cmocka_unit_test(slow_rate_keeps_fractions),
		cmocka_unit_test(more_than_the_burst_never_passes),
		cmocka_unit_test(nothing_overflows),
		cmocka_unit_test(a_clock_that_stands_or_goes_back_gives_nothing),
		cmocka_unit_test(some_may_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
