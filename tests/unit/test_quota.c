/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/quota.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)
#define SIZE  100

static struct lp_addr address(const char *text)
{
	struct lp_addr addr;
	assert_int_equal(lp_addr_parse_ip(text, &addr), LP_OK);
	return addr;
}

/* How many connections from there begin now, until one has to wait. */
static unsigned count_admitted(struct lp_quota *quota, const char *text, bool is_proven,
			       uint64_t now)
{
	struct lp_addr addr = address(text);
	unsigned count = 0;
	while (lp_quota_take(quota, &addr, SIZE, is_proven, now) == LP_QUOTA_ADMIT)
		count++;
	return count;
}

static void test_a_network_has_one_bucket(void **state)
{
	static const struct {
		const char *first, *second;
		bool is_same;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.255", true},
		{"192.0.2.1", "192.0.3.1", false},
		{"192.0.2.1", "193.0.2.1", false},
		{"2001:db8:0:100::1", "2001:db8:0:1ff:ffff::2", true},
		{"2001:db8:0:100::1", "2001:db8:0:200::1", false},
		{"2001:db8:0:100::1", "2001:db9:0:100::1", false},
		{"0.0.2.1", "::2:0:0:0:0", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* Two networks may share a bucket, but not under three keys in a row. */
		unsigned left = 0;
		for (int key = 0; key < 3 && left == 0; key++) {
			struct lp_quota *quota = lp_quota_new();
			assert_int_equal(count_admitted(quota, cases[i].first, true, START), SIZE);
			left = count_admitted(quota, cases[i].second, true, START);
			lp_quota_free(quota);
		}
		assert_int_equal(left, cases[i].is_same ? 0 : SIZE);
	}
}

static void test_it_fills_again(void **state)
{
	struct lp_quota *quota = lp_quota_new();
	uint64_t second = START + LP_NS_PER_S;
	(void)state;
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, START), SIZE);
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, second), SIZE / 10);
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, second), 0);
	assert_int_equal(
		count_admitted(quota, "192.0.2.1", true, second + 100 * LP_QUOTA_REFILL_NS), SIZE);
	lp_quota_free(quota);
}

/* Whoever forges addresses of a network leaves the other half to those who are there. */
static void test_the_second_half_is_for_who_proves_its_address(void **state)
{
	struct lp_quota *quota = lp_quota_new();
	struct lp_addr addr = address("192.0.2.1");
	(void)state;
	assert_int_equal(count_admitted(quota, "192.0.2.1", false, START), SIZE / 2);
	assert_int_equal(lp_quota_take(quota, &addr, SIZE, false, START), LP_QUOTA_PROVE);
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, START), SIZE / 2);
	assert_int_equal(lp_quota_take(quota, &addr, SIZE, false, START), LP_QUOTA_WAIT);
	assert_int_equal(lp_quota_take(quota, &addr, SIZE, true, START), LP_QUOTA_WAIT);
	/* However long they go on, what flows in is for those. */
	for (uint64_t now = START; now < START + LP_QUOTA_REFILL_NS; now += LP_NS_PER_S / 10) {
		count_admitted(quota, "192.0.2.1", false, now);
		assert_in_range(count_admitted(quota, "192.0.2.1", true, now), 0, 1);
	}
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, START + LP_QUOTA_REFILL_NS), 1);
	lp_quota_free(quota);
}

static void test_a_charge_has_a_bottom(void **state)
{
	struct lp_quota *quota = lp_quota_new();
	struct lp_addr addr = address("192.0.2.1");
	(void)state;
	lp_quota_charge(quota, &addr, LP_NS_PER_S, START);
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, START), SIZE - SIZE / 10);
	for (int i = 0; i < 1000; i++)
		lp_quota_charge(quota, &addr, LP_NS_PER_S, START);
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, START + 2 * LP_QUOTA_REFILL_NS),
			 0);
	assert_int_equal(count_admitted(quota, "192.0.2.1", true, START + 3 * LP_QUOTA_REFILL_NS),
			 SIZE);
	lp_quota_free(quota);
}

static void test_any_size(void **state)
{
	struct lp_quota *quota = lp_quota_new();
	struct lp_addr one = address("192.0.2.1"), other = address("198.51.100.1");
	(void)state;
	assert_int_equal(lp_quota_take(quota, &one, 0, true, START), LP_QUOTA_ADMIT);
	assert_int_equal(lp_quota_take(quota, &one, 0, true, START), LP_QUOTA_WAIT);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(lp_quota_take(quota, &other, UINT32_MAX, false, START),
				 LP_QUOTA_ADMIT);
	lp_quota_free(quota);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_network_has_one_bucket),
		cmocka_unit_test(test_it_fills_again),
		cmocka_unit_test(test_the_second_half_is_for_who_proves_its_address),
		cmocka_unit_test(test_a_charge_has_a_bottom),
		cmocka_unit_test(test_any_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
