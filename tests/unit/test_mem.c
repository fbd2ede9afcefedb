/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"

#include "base/clock.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_memory_is_zeroed_and_there(void **state)
{
	uint8_t *data = lp_alloc_array(100, 3);

	(void)state;
	for (int i = 0; i < 300; i++)
		assert_int_equal(data[i], 0);
	data[299] = 7;
	data = lp_realloc_array(data, 200, 3);
	assert_int_equal(data[299], 7);
	data = lp_realloc_array(data, 0, 3);
	free(data);
	free(lp_alloc(0));
	free(lp_alloc_array(0, 5));

	char *copy = lp_strdup("party");
	assert_string_equal(copy, "party");
	lp_wipe(copy, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(copy[i], 0);
	free(copy);
}

static void test_strcopy(void **state)
{
	char out[4];

	(void)state;
	assert_true(lp_strcopy(out, sizeof(out), ""));
	assert_string_equal(out, "");
	assert_true(lp_strcopy(out, sizeof(out), "abc"));
	assert_string_equal(out, "abc");
	assert_false(lp_strcopy(out, sizeof(out), "abcd"));
	assert_string_equal(out, "abc");
	assert_false(lp_strcopy(out, 1, "x"));
	assert_string_equal(out, "");
	assert_false(lp_strcopy(out, 0, ""));
}

static void test_every_error_has_a_text_of_its_own(void **state)
{
	const char *unknown = lp_err_text((enum lp_err) - 1000);

	(void)state;
	for (int i = LP_OK; i >= LP_ERR_TIMEOUT; i--) {
		assert_string_not_equal(lp_err_text((enum lp_err)i), unknown);
		for (int k = LP_OK; k > i; k--)
			assert_string_not_equal(lp_err_text((enum lp_err)i),
						lp_err_text((enum lp_err)k));
	}
}

static void test_clocks(void **state)
{
	struct lp_now before = lp_clock_read();
	struct lp_now after = lp_clock_read();

	(void)state;
	assert_true(after.mono_ns >= before.mono_ns && after.boot_ns >= before.boot_ns);
	assert_true(before.mono_ns > 0 && before.boot_ns > 0);
	assert_true(before.wall_ns > 1700000000 * LP_NS_PER_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_there),
		cmocka_unit_test(test_strcopy),
		cmocka_unit_test(test_every_error_has_a_text_of_its_own),
		cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
