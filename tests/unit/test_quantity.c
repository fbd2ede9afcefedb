/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/quantity.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_times(void **state)
{
	static const struct {
		const char *text;
		enum lp_err err;
		uint64_t ms;
	} cases[] = {
		{"0", LP_OK, 0},
		{"7", LP_OK, 7000},
		{"250ms", LP_OK, 250},
		{"250MS", LP_OK, 250},
		{"30s", LP_OK, 30000},
		{"5m", LP_OK, 300000},
		{"1h", LP_OK, 3600000},
		{"18446744073709551615ms", LP_OK, UINT64_MAX},
		{"18446744073709551616ms", LP_ERR_RANGE, 0},
		{"18446744073709551615s", LP_ERR_RANGE, 0},
		{"", LP_ERR_INVALID, 0},
		{"s", LP_ERR_INVALID, 0},
		{"-1s", LP_ERR_INVALID, 0},
		{"1.5s", LP_ERR_INVALID, 0},
		{"1 s", LP_ERR_INVALID, 0},
		{"1d", LP_ERR_INVALID, 0},
		{"1ss", LP_ERR_INVALID, 0},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		uint64_t ms = 0;

		assert_int_equal(lp_quantity_parse_time(cases[i].text, 1000, &ms), cases[i].err);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		enum lp_err err;
		uint64_t bytes;
	} cases[] = {
		{"0", LP_OK, 0},
		{"65536", LP_OK, 65536},
		{"20k", LP_OK, 20480},
		{"20K", LP_OK, 20480},
		{"1M", LP_OK, 1048576},
		{"2g", LP_OK, 2147483648},
		{"17179869183G", LP_OK, 17179869183ULL << 30},
		{"17179869184G", LP_ERR_RANGE, 0},
		{"1MB", LP_ERR_INVALID, 0},
		{"k", LP_ERR_INVALID, 0},
		{"1s", LP_ERR_INVALID, 0},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		uint64_t bytes = 0;

		assert_int_equal(lp_quantity_parse_size(cases[i].text, &bytes), cases[i].err);
		assert_int_equal(bytes, cases[i].bytes);
	}
}

static void test_numbers(void **state)
{
	uint64_t number = 0;

	(void)state;
	assert_int_equal(lp_quantity_parse_number("4096", &number), LP_OK);
	assert_int_equal(number, 4096);
	assert_int_equal(lp_quantity_parse_number("4k", &number), LP_ERR_INVALID);
	assert_int_equal(lp_quantity_parse_number("99999999999999999999", &number), LP_ERR_RANGE);
}

static void test_the_largest_whole_unit_is_shown(void **state)
{
	char text[LP_QUANTITY_TEXT_LEN];

	(void)state;
	assert_string_equal(lp_quantity_format_time(0, text), "0");
	assert_string_equal(lp_quantity_format_time(250, text), "250ms");
	assert_string_equal(lp_quantity_format_time(1500, text), "1500ms");
	assert_string_equal(lp_quantity_format_time(60000, text), "1m");
	assert_string_equal(lp_quantity_format_time(7200000, text), "2h");
	assert_string_equal(lp_quantity_format_size(0, text), "0");
	assert_string_equal(lp_quantity_format_size(1000, text), "1000");
	assert_string_equal(lp_quantity_format_size(1048576, text), "1M");
	assert_string_equal(lp_quantity_format_size(UINT64_MAX, text), "18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_the_largest_whole_unit_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
