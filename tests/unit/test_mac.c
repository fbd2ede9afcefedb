/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/mac.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_text_that_is_a_mac(void **state)
{
	static const struct {
		const char *text;
		struct lp_mac mac;
	} cases[] = {
		{"02:00:5e:10:00:01", {{0x02, 0x00, 0x5e, 0x10, 0x00, 0x01}}},
		{"02-00-5E-10-00-01", {{0x02, 0x00, 0x5e, 0x10, 0x00, 0x01}}},
		{"fF:Ff:aB:Cd:eF:09", {{0xff, 0xff, 0xab, 0xcd, 0xef, 0x09}}},
		{"00:00:00:00:00:00", {{0}}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lp_mac mac;

		assert_int_equal(lp_mac_parse(cases[i].text, &mac), LP_OK);
		assert_true(lp_mac_is_equal(&mac, &cases[i].mac));
	}
}

static void test_text_that_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"0",
		"02",
		"02:",
		"02:00:5e:10:00",
		"02:00:5e:10:00:",
		"02:00:5e:10:00:0",
		"02:00:5e:10:00:001",
		"02:00:5e:10:00:01:",
		"02:00:5e:10:00:01:02",
		" 02:00:5e:10:00:01",
		"02:00:5e:10:00:01 ",
		"02:00-5e:10:00:01",
		"02-00:5e-10-00-01",
		"02.00.5e.10.00.01",
		"0200.5e10.0001",
		"02005e100001",
		"2:0:5e:10:0:1",
		"0g:00:5e:10:00:01",
		"+2:00:5e:10:00:01",
		"0x:00:5e:10:00:01",
		"02:00:5e:10:00:0\xff",
	};
	const struct lp_mac before = {{1, 2, 3, 4, 5, 6}};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lp_mac mac = before;

		assert_int_equal(lp_mac_parse(texts[i], &mac), LP_ERR_INVALID);
		assert_true(lp_mac_is_equal(&mac, &before));
	}
}

static void test_print(void **state)
{
	const struct lp_mac mac = {{0x02, 0x00, 0x5e, 0xa0, 0x0f, 0xff}};
	char text[LP_MAC_TEXT_LEN];
	struct lp_mac back;

	(void)state;
	assert_string_equal(lp_mac_format(&mac, text), "02:00:5e:a0:0f:ff");
	assert_int_equal(lp_mac_parse(text, &back), LP_OK);
	assert_true(lp_mac_is_equal(&mac, &back));
	printf("shows P5\n");
}

static void test_who_may_be_a_peer(void **state)
{
	static const struct {
		struct lp_mac mac;
		bool is_zero, is_group, is_identity;
	} cases[] = {
		{{{0, 0, 0, 0, 0, 0}}, true, false, false},
		{{{0, 0, 0, 0, 0, 1}}, false, false, true},
		{{{1, 0, 0, 0, 0, 0}}, false, true, false},
		{{{2, 0, 0, 0, 0, 0}}, false, false, true},
		{{{0x52, 0x54, 0, 1, 2, 3}}, false, false, true},
		{{{0x33, 0x33, 0, 0, 0, 1}}, false, true, false},
		{{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}, false, true, false},
		{{{0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}}, false, true, false},
		{{{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff}}, false, false, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(lp_mac_is_zero(&cases[i].mac), cases[i].is_zero);
		assert_int_equal(lp_mac_is_group(&cases[i].mac), cases[i].is_group);
		assert_int_equal(lp_mac_is_identity(&cases[i].mac), cases[i].is_identity);
	}
	printf("shows P6\n");
}

static void test_random_ones_are_local_stations(void **state)
{
	struct lp_mac last = {{0}};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct lp_mac mac = lp_mac_random();

		assert_true(lp_mac_is_identity(&mac));
		assert_int_equal(mac.octet[0] & 0x03, 0x02);
		assert_false(lp_mac_is_equal(&mac, &last));
		last = mac;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_that_is_a_mac),
		cmocka_unit_test(test_text_that_is_none),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_who_may_be_a_peer),
		cmocka_unit_test(test_random_ones_are_local_stations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
