/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/suggest.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_distances(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"listen", "listen", 0},
		{"listen", "LISTEN", 0},
		{"lisen", "listen", 1},
		{"lissten", "listen", 1},
		{"lixten", "listen", 1},
		{"lsiten", "listen", 1},
		{"kitten", "sitting", 3},
		{"abcd", "badc", 2},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		assert_int_equal(lp_suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(lp_suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
}

static void test_long_words_are_never_near(void **state)
{
	char longest[LP_SUGGEST_MAX + 1];
	char too_long[LP_SUGGEST_MAX + 2];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[LP_SUGGEST_MAX] = '\0';
	memset(too_long, 'a', sizeof(too_long));
	too_long[LP_SUGGEST_MAX + 1] = '\0';
	assert_int_equal(lp_suggest_distance(longest, ""), LP_SUGGEST_MAX);
	assert_int_equal(lp_suggest_distance(longest, too_long), SIZE_MAX);
	assert_int_equal(lp_suggest_distance(too_long, longest), SIZE_MAX);
}

static void test_the_nearest_is_suggested(void **state)
{
	struct lp_suggest suggest;

	(void)state;
	lp_suggest_init(&suggest, "workesr");
	lp_suggest_offer(&suggest, "rooms", "relay.rooms");
	assert_string_equal(suggest.best, "");
	lp_suggest_offer(&suggest, "worker", "relay.worker");
	assert_string_equal(suggest.best, "relay.worker");
	lp_suggest_offer(&suggest, "works", "relay.works");
	assert_string_equal(suggest.best, "relay.worker");
	lp_suggest_init(&suggest, "mux");
	lp_suggest_offer(&suggest, "mtu", "mtu");
	assert_string_equal(suggest.best, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distances),
		cmocka_unit_test(test_long_words_are_never_near),
		cmocka_unit_test(test_the_nearest_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
