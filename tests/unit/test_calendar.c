/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/calendar.h"

#include "base/mem.h"
#include "base/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_days_that_calendars_get_wrong(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = {
		{0, "1970-01-01 00:00:00"},
		{951782399, "2000-02-28 23:59:59"},
		{951782400, "2000-02-29 00:00:00"},
		{951868800, "2000-03-01 00:00:00"},
		{1735689599, "2024-12-31 23:59:59"},
		{1735689600, "2025-01-01 00:00:00"},
		{4107542399, "2100-02-28 23:59:59"},
		{4107542400, "2100-03-01 00:00:00"},
		{253402300799, "9999-12-31 23:59:59"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct lp_calendar utc = lp_calendar_utc(cases[i].seconds);
		struct lp_strbuf text = {0};

		lp_strbuf_add_format(&text, "%04u-%02u-%02u %02u:%02u:%02u", utc.year, utc.month,
				     utc.day, utc.hour, utc.minute, utc.second);
		assert_string_equal(text.data, cases[i].text);
		free(text.data);
	}
}

static void test_a_text_grows(void **state)
{
	struct lp_strbuf text = {0};
	char *expected = lp_alloc(3 * 1000 + 1);

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		lp_strbuf_add(&text, "a");
		lp_strbuf_add_char(&text, 'b');
		lp_strbuf_add_format(&text, "%zu", i % 10);
		snprintf(expected + 3 * i, 4, "ab%zu", i % 10);
	}
	assert_int_equal(text.len, 3000);
	assert_string_equal(text.data, expected);
	lp_strbuf_add(&text, "");
	assert_int_equal(text.len, 3000);
	free(text.data);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days_that_calendars_get_wrong),
		cmocka_unit_test(test_a_text_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
