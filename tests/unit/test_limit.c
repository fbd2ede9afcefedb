/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/limit.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)
#define ALICE 1

static void test_each_budget_has_its_own_verdict(void **state)
{
	const struct lp_limit_rates rates = {.broadcast = 10, .unknown = 5, .bytes = 1000};
	struct lp_limit limit = {0};

	(void)state;
	lp_limit_set(&limit, &rates, START);
	for (int i = 0; i < 5; i++)
		assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_RATE_UNKNOWN);
	assert_int_equal(lp_limit_bytes(&limit, 1000, START), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_bytes(&limit, 1, START), LP_VERDICT_RATE_BANDWIDTH);
	while (lp_limit_broadcast(&limit, ALICE, 1, START) == LP_VERDICT_FORWARD)
		;
	assert_int_equal(lp_limit_broadcast(&limit, ALICE, 1, START), LP_VERDICT_RATE_BROADCAST);
	/* And a second later it is there again. */
	assert_int_equal(lp_limit_unknown(&limit, START + LP_NS_PER_S), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_bytes(&limit, 1000, START + LP_NS_PER_S), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_broadcast(&limit, ALICE, 1, START + LP_NS_PER_S),
			 LP_VERDICT_FORWARD);
	printf("shows R30 R31 R32\n");
}

static void test_nothing_set_is_no_limit(void **state)
{
	struct lp_limit limit = {0};

	(void)state;
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_FORWARD);
		assert_int_equal(lp_limit_bytes(&limit, 1 << 20, START), LP_VERDICT_FORWARD);
		assert_int_equal(lp_limit_broadcast(&limit, ALICE, 1, START), LP_VERDICT_FORWARD);
	}
}

/* A reload that changes something else gives nobody a full budget again. */
static void test_the_same_rate_again_keeps_what_was_used(void **state)
{
	struct lp_limit_rates rates = {.broadcast = 10, .unknown = 5, .bytes = 1000};
	struct lp_limit limit = {0};

	(void)state;
	lp_limit_set(&limit, &rates, START);
	assert_int_equal(lp_limit_bytes(&limit, 1000, START), LP_VERDICT_FORWARD);
	while (lp_limit_unknown(&limit, START) == LP_VERDICT_FORWARD)
		;
	while (lp_limit_broadcast(&limit, ALICE, 1, START) == LP_VERDICT_FORWARD)
		;
	lp_limit_set(&limit, &rates, START);
	assert_int_equal(lp_limit_bytes(&limit, 1, START), LP_VERDICT_RATE_BANDWIDTH);
	rates.bytes = 0;
	lp_limit_set(&limit, &rates, START);
	assert_int_equal(lp_limit_bytes(&limit, 5000, START), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_RATE_UNKNOWN);
	assert_int_equal(lp_limit_broadcast(&limit, ALICE, 1, START), LP_VERDICT_RATE_BROADCAST);
	rates.unknown = 0;
	rates.broadcast = 0;
	lp_limit_set(&limit, &rates, START);
	assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_broadcast(&limit, ALICE, 1, START), LP_VERDICT_FORWARD);
}

static void test_another_rate_is_taken_at_once(void **state)
{
	struct lp_limit_rates rates = {.broadcast = 10, .unknown = 5, .bytes = 1000};
	struct lp_limit limit = {0};

	(void)state;
	lp_limit_set(&limit, &rates, START);
	rates = (struct lp_limit_rates){.broadcast = 4, .unknown = 3, .bytes = 600};
	lp_limit_set(&limit, &rates, START);
	for (int i = 0; i < 3; i++)
		assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_unknown(&limit, START), LP_VERDICT_RATE_UNKNOWN);
	assert_int_equal(lp_limit_bytes(&limit, 601, START), LP_VERDICT_RATE_BANDWIDTH);
	assert_int_equal(lp_limit_bytes(&limit, 600, START), LP_VERDICT_FORWARD);
	limit.broadcast.key = 1; /* one under which these sources share no slot */
	for (uint32_t flow = 0; flow < 100; flow++)
		lp_limit_broadcast(&limit, ALICE, flow, START);
	/* Of ten a second more than half would be left for somebody else. */
	for (uint32_t flow = 0; flow < 2; flow++)
		assert_int_equal(lp_limit_broadcast(&limit, ALICE + 1 + flow, flow, START),
				 LP_VERDICT_FORWARD);
	assert_int_equal(lp_limit_broadcast(&limit, ALICE + 3, 3, START),
			 LP_VERDICT_RATE_BROADCAST);
}

static void test_malformed_datagrams_are_counted_in_a_window(void **state)
{
	struct lp_limit_malformed malformed = {0};

	(void)state;
	/* As many as are allowed, and one more. */
	for (int i = 0; i < 4; i++)
		assert_false(lp_limit_malformed(&malformed, 4, START));
	/* Nine seconds later it is the same window, eleven seconds later another. */
	assert_true(lp_limit_malformed(&malformed, 4, START + 9 * LP_NS_PER_S));
	assert_false(lp_limit_malformed(&malformed, 4, START + 11 * LP_NS_PER_S));
	assert_int_equal(malformed.count, 1);
	assert_int_equal(malformed.total, 6);
	printf("shows R33\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_budget_has_its_own_verdict),
		cmocka_unit_test(test_nothing_set_is_no_limit),
		cmocka_unit_test(test_the_same_rate_again_keeps_what_was_used),
		cmocka_unit_test(test_another_rate_is_taken_at_once),
		cmocka_unit_test(test_malformed_datagrams_are_counted_in_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
