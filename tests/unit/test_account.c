/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/account.h"

#include "base/clock.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (50 * LP_NS_PER_S)
#define MS    LP_NS_PER_MS

static struct lp_account account;

static int setup(void **state)
{
	(void)state;
	lp_account_init(&account, START);
	return 0;
}

static void what_is_sent_is_in_flight(void **state)
{
	(void)state;
	assert_true(lp_account_can_send(&account));
	uint64_t first = lp_account_sent(&account, 1000);
	uint64_t second = lp_account_sent(&account, 200);
	assert_int_equal(account.in_flight_bytes, 1200);
	assert_int_equal(lp_account_acked(&account, first), LP_ACCOUNT_SETTLED);
	assert_int_equal(account.in_flight_bytes, 200);
	assert_int_equal(lp_account_lost(&account, second), LP_ACCOUNT_SETTLED);
	assert_int_equal(account.in_flight_bytes, 0);
	assert_int_equal(account.in_flight_count, 0);
	assert_int_equal(account.acked_count, 1);
	assert_int_equal(account.lost_count, 1);
}

/* Declared lost, and acknowledged after all; or an id that never was. */
static void everything_is_settled_once(void **state)
{
	(void)state;
	uint64_t id = lp_account_sent(&account, 1000);
	assert_int_equal(lp_account_lost(&account, id), LP_ACCOUNT_SETTLED);
	assert_int_equal(lp_account_acked(&account, id), LP_ACCOUNT_NO_NEWS);
	assert_int_equal(lp_account_lost(&account, id), LP_ACCOUNT_NO_NEWS);
	assert_int_equal(lp_account_acked(&account, id + 1), LP_ACCOUNT_NO_NEWS);
	assert_int_equal(lp_account_acked(&account, UINT64_MAX), LP_ACCOUNT_NO_NEWS);
	assert_int_equal(account.in_flight_bytes, 0);
	assert_int_equal(account.acked_count, 0);
}

static void large_packets_are_told(void **state)
{
	(void)state;
	uint64_t plain = lp_account_sent(&account, 1400);
	uint64_t acked = lp_account_sent(&account, 1400);
	uint64_t lost = lp_account_sent(&account, 60);
	lp_account_mark_large(&account, acked);
	lp_account_mark_large(&account, lost);
	assert_int_equal(lp_account_acked(&account, plain), LP_ACCOUNT_SETTLED);
	assert_int_equal(lp_account_acked(&account, acked), LP_ACCOUNT_SETTLED_LARGE);
	assert_int_equal(lp_account_lost(&account, lost), LP_ACCOUNT_SETTLED_LARGE);
	assert_int_equal(account.in_flight_bytes, 0);
}

static void the_limit_stops(void **state)
{
	(void)state;
	uint64_t sent = 0;
	for (; lp_account_can_send(&account); sent++)
		lp_account_sent(&account, 1024);
	assert_int_equal(sent, LP_ACCOUNT_LIMIT_MIN / 1024);
	lp_account_acked(&account, 0);
	assert_true(lp_account_can_send(&account));
}

/* Small ones: not more than there are slots to remember them. */
static void the_slots_stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ACCOUNT_SLOTS; i++) {
		assert_true(lp_account_can_send(&account));
		lp_account_sent(&account, 10);
	}
	assert_false(lp_account_can_send(&account));
	/* A probe may go in spite of it: the oldest is given up for it. */
	lp_account_sent(&account, 10);
	assert_int_equal(account.lost_count, 1);
	assert_int_equal(account.in_flight_count, LP_ACCOUNT_SLOTS);
	assert_int_equal(lp_account_acked(&account, 0), LP_ACCOUNT_NO_NEWS);
}

/* Sends and acknowledges `bytes` every 10 ms. */
static uint64_t deliver(uint64_t now, uint64_t ns, uint16_t bytes, uint64_t rtt_ns)
{
	for (uint64_t end = now + ns; now < end; now += 10 * MS) {
		for (int i = 0; i < 10; i++)
			lp_account_acked(&account, lp_account_sent(&account, bytes / 10));
		lp_account_update(&account, rtt_ns, now);
	}
	return now;
}

static void the_limit_follows_rate_and_rtt(void **state)
{
	(void)state;
	/* 3 MB/s over 100 ms: four times 300 kB */
	uint64_t now = deliver(START, 2 * LP_NS_PER_S, 30000, 100 * MS);
	assert_in_range(account.limit_bytes, 1150000, 1300000);
	/* A slow second lowers it, and never below the least. */
	deliver(now, 20 * LP_NS_PER_S, 100, 100 * MS);
	assert_int_equal(account.limit_bytes, LP_ACCOUNT_LIMIT_MIN);
}

/* A path that has become longer: the short RTT of before is forgotten. */
static void an_old_rtt_is_forgotten(void **state)
{
	(void)state;
	uint64_t now = deliver(START, 2 * LP_NS_PER_S, 30000, 20 * MS);
	assert_int_equal(account.limit_bytes, LP_ACCOUNT_LIMIT_MIN);
	now = deliver(now, 4 * LP_NS_PER_S, 30000, 200 * MS);
	assert_int_equal(account.limit_bytes, LP_ACCOUNT_LIMIT_MIN);
	deliver(now, 8 * LP_NS_PER_S, 30000, 200 * MS);
	assert_in_range(account.limit_bytes, 2300000, 2600000);
}

static void heavy_loss_halves_it(void **state)
{
	(void)state;
	uint64_t now = START;
	for (int i = 0; i < 400; i++, now += 10 * MS) {
		uint64_t id = lp_account_sent(&account, 100);
		if (i % 5 < 2)
			lp_account_lost(&account, id);
		else
			lp_account_acked(&account, id);
		lp_account_update(&account, 10 * MS, now);
	}
	assert_int_equal(account.limit_bytes, LP_ACCOUNT_LIMIT_MIN / 2);
	deliver(now, 4 * LP_NS_PER_S, 1000, 10 * MS);
	assert_int_equal(account.limit_bytes, LP_ACCOUNT_LIMIT_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_sent_is_in_flight, setup),
		cmocka_unit_test_setup(everything_is_settled_once, setup),
		cmocka_unit_test_setup(large_packets_are_told, setup),
		cmocka_unit_test_setup(the_limit_stops, setup),
		cmocka_unit_test_setup(the_slots_stop, setup),
		cmocka_unit_test_setup(the_limit_follows_rate_and_rtt, setup),
		cmocka_unit_test_setup(an_old_rtt_is_forgotten, setup),
		cmocka_unit_test_setup(heavy_loss_halves_it, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
