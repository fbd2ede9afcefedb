/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/reclaim.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

static struct lp_reclaim reclaim;

static int set_up(void **state)
{
	(void)state;
	lp_reclaim_fini(&reclaim);
	return 0;
}

static struct lp_mac mac_of(unsigned number)
{
	return (struct lp_mac){{2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number}};
}

static void the_first_counts(void **state)
{
	struct lp_mac mac = mac_of(1), other = mac_of(2);
	(void)state;
	lp_reclaim_add(&reclaim, &mac, 7, START);
	lp_reclaim_add(&reclaim, &mac, 8, START + 1);
	assert_true(lp_reclaim_has(&reclaim, &mac, 7, START + 1));
	assert_false(lp_reclaim_has(&reclaim, &mac, 8, START + 1));
	assert_false(lp_reclaim_has(&reclaim, &other, 7, START + 1));
	lp_reclaim_remove(&reclaim, &other);
	lp_reclaim_remove(&reclaim, &mac);
	assert_false(lp_reclaim_has(&reclaim, &mac, 7, START + 1));
	lp_reclaim_add(&reclaim, &mac, 8, START + 1);
	assert_true(lp_reclaim_has(&reclaim, &mac, 8, START + 1));
}

static void it_is_forgotten(void **state)
{
	struct lp_mac mac = mac_of(1);
	(void)state;
	lp_reclaim_add(&reclaim, &mac, 7, START);
	assert_true(lp_reclaim_has(&reclaim, &mac, 7, START + LP_RECLAIM_KEEP_NS - 1));
	assert_false(lp_reclaim_has(&reclaim, &mac, 7, START + LP_RECLAIM_KEEP_NS));
	lp_reclaim_add(&reclaim, &mac, 8, START + LP_RECLAIM_KEEP_NS);
	assert_true(lp_reclaim_has(&reclaim, &mac, 8, START + LP_RECLAIM_KEEP_NS));
	assert_int_equal(reclaim.count, 1);
}

static void they_are_few(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * LP_RECLAIM_MAX; i++) {
		struct lp_mac mac = mac_of(i);
		lp_reclaim_add(&reclaim, &mac, 7, START + i);
		assert_true(lp_reclaim_has(&reclaim, &mac, 7, START + i));
	}
	assert_int_equal(reclaim.count, LP_RECLAIM_MAX);
	struct lp_mac old = mac_of(2 * LP_RECLAIM_MAX - 1), young = mac_of(2 * LP_RECLAIM_MAX);
	assert_false(lp_reclaim_has(&reclaim, &old, 7, START + 1000));
	assert_true(lp_reclaim_has(&reclaim, &young, 7, START + 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_counts, set_up),
		cmocka_unit_test_setup(it_is_forgotten, set_up),
		cmocka_unit_test_setup(they_are_few, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
