/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define AGE 100

static void test_what_was_seen_is_known_until_it_is_old(void **state)
{
	struct lp_seen *seen = lp_seen_new(8, AGE);

	(void)state;
	assert_false(lp_seen_has(seen, "abcdef", 6, 0));
	assert_true(lp_seen_mark(seen, "abcdef", 6, 0));
	assert_false(lp_seen_mark(seen, "abcdef", 6, 50));
	assert_true(lp_seen_has(seen, "abcdef", 6, 50 + AGE));
	assert_false(lp_seen_has(seen, "abcdef", 6, 51 + AGE));
	assert_int_equal(lp_seen_count(seen, 51 + AGE), 0);
	assert_true(lp_seen_mark(seen, "abcdef", 6, 200));
	/* Nobody asked meanwhile, and it is the last that was marked: news all the same. */
	assert_true(lp_seen_mark(seen, "abcdef", 6, 201 + AGE));
	lp_seen_free(seen);
}

static void test_keys_of_another_length_are_others(void **state)
{
	struct lp_seen *seen = lp_seen_new(8, AGE);

	(void)state;
	lp_seen_mark(seen, "\0\0\0\0\0\0\0", 4, 0);
	assert_false(lp_seen_has(seen, "\0\0\0\0\0\0\0", 6, 0));
	assert_true(lp_seen_mark(seen, "0123456789abcdef", 16, 0));
	assert_true(lp_seen_has(seen, "0123456789abcdef", 16, 0));
	lp_seen_forget(seen, "0123456789abcdef", 16);
	lp_seen_forget(seen, "0123456789abcdef", 16);
	assert_false(lp_seen_has(seen, "0123456789abcdef", 16, 0));
	assert_int_equal(lp_seen_count(seen, AGE), 1);
	/* Too old, though nobody has asked for it. */
	assert_int_equal(lp_seen_count(seen, AGE + 1), 0);
	lp_seen_free(seen);
	lp_seen_free(NULL);
}

static void test_the_one_not_seen_for_longest_makes_room(void **state)
{
	struct lp_seen *seen = lp_seen_new(3, AGE);

	(void)state;
	lp_seen_mark(seen, "a", 1, 0);
	lp_seen_mark(seen, "b", 1, 1);
	lp_seen_mark(seen, "c", 1, 2);
	lp_seen_mark(seen, "a", 1, 3);
	lp_seen_mark(seen, "d", 1, 4);
	assert_int_equal(lp_seen_count(seen, 5), 3);
	assert_true(lp_seen_has(seen, "a", 1, 5));
	assert_false(lp_seen_has(seen, "b", 1, 5));
	assert_true(lp_seen_has(seen, "c", 1, 5));
	assert_true(lp_seen_has(seen, "d", 1, 5));
	lp_seen_free(seen);
}

static void test_a_flood_of_keys_stays_within_the_bound(void **state)
{
	struct lp_seen *seen = lp_seen_new(64, AGE);

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		assert_true(lp_seen_mark(seen, &i, sizeof(i), i / 1000));
		assert_true(lp_seen_count(seen, i / 1000) <= 64);
	}
	for (uint32_t i = 100000 - 64; i < 100000; i++)
		assert_true(lp_seen_has(seen, &i, sizeof(i), 100));
	lp_seen_free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_seen_is_known_until_it_is_old),
		cmocka_unit_test(test_keys_of_another_length_are_others),
		cmocka_unit_test(test_the_one_not_seen_for_longest_makes_room),
		cmocka_unit_test(test_a_flood_of_keys_stays_within_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
