/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The first numbers of the authors' own xoshiro256** from the state 1, 2, 3, 4. */
static void test_reference(void **state)
{
	struct lp_rand rand = {{1, 2, 3, 4}};

	(void)state;
	assert_int_equal(lp_rand_next(&rand), 11520);
	assert_int_equal(lp_rand_next(&rand), 0);
	assert_int_equal(lp_rand_next(&rand), 1509978240);
	assert_int_equal(lp_rand_next(&rand), 1215971899390074240ULL);
}

static void test_same_seed_same_numbers(void **state)
{
	struct lp_rand a, b, c;

	(void)state;
	lp_rand_seed(&a, 0);
	lp_rand_seed(&b, 0);
	lp_rand_seed(&c, 1);
	for (int i = 0; i < 100; i++) {
		uint64_t number = lp_rand_next(&a);

		assert_int_equal(number, lp_rand_next(&b));
		assert_int_not_equal(number, lp_rand_next(&c));
	}
}

static void test_below_stays_below(void **state)
{
	static const uint64_t bounds[] = {1, 2, 3, 7, 1000, 1ULL << 63, UINT64_MAX};
	int seen[7] = {0};
	struct lp_rand rand;

	(void)state;
	lp_rand_seed(&rand, 5);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		for (int k = 0; k < 200; k++)
			assert_true(lp_rand_below(&rand, bounds[i]) < bounds[i]);
	}
	for (int i = 0; i < 7000; i++)
		seen[lp_rand_below(&rand, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 800, 1200);
}

static void test_bytes_of_the_system(void **state)
{
	uint8_t a[300] = {0}, b[300] = {0};

	(void)state;
	lp_rand_bytes(a, sizeof(a));
	lp_rand_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	/* To the last byte, and not beyond it. */
	memset(b, 0, sizeof(b));
	for (int i = 0; i < 100 && b[298] == 0; i++)
		lp_rand_bytes(b, 299);
	assert_int_not_equal(b[298], 0);
	assert_int_equal(b[299], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_same_seed_same_numbers),
		cmocka_unit_test(test_below_stays_below),
		cmocka_unit_test(test_bytes_of_the_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
