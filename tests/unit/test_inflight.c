/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/inflight.h"

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

static struct lp_inflight inflight;

static int setup(void **state)
{
	(void)state;
	lp_inflight_fini(&inflight);
	lp_inflight_init(&inflight, START);
	return 0;
}

static void what_is_sent_is_in_flight(void **state)
{
	(void)state;
	assert_true(lp_inflight_can_send(&inflight));
	uint64_t first = lp_inflight_sent(&inflight, 1000);
	uint64_t second = lp_inflight_sent(&inflight, 200);
	assert_int_equal(inflight.in_flight_bytes, 1200);
	assert_int_equal(lp_inflight_acked(&inflight, first), LP_INFLIGHT_SETTLED);
	assert_int_equal(inflight.in_flight_bytes, 200);
	assert_int_equal(lp_inflight_lost(&inflight, second), LP_INFLIGHT_SETTLED);
	assert_int_equal(inflight.in_flight_bytes, 0);
	assert_int_equal(inflight.in_flight_count, 0);
	assert_int_equal(inflight.acked_count, 1);
	assert_int_equal(inflight.lost_count, 1);
}

/* Declared lost, and acknowledged after all; or an id that never was. */
static void everything_is_settled_once(void **state)
{
	(void)state;
	uint64_t id = lp_inflight_sent(&inflight, 1000);
	assert_int_equal(lp_inflight_lost(&inflight, id), LP_INFLIGHT_SETTLED);
	assert_int_equal(lp_inflight_acked(&inflight, id), LP_INFLIGHT_NO_NEWS);
	assert_int_equal(lp_inflight_lost(&inflight, id), LP_INFLIGHT_NO_NEWS);
	assert_int_equal(lp_inflight_acked(&inflight, id + 1), LP_INFLIGHT_NO_NEWS);
	assert_int_equal(lp_inflight_acked(&inflight, UINT64_MAX), LP_INFLIGHT_NO_NEWS);
	assert_int_equal(inflight.in_flight_bytes, 0);
	assert_int_equal(inflight.acked_count, 0);
}

static void large_packets_are_told(void **state)
{
	(void)state;
	uint64_t plain = lp_inflight_sent(&inflight, 1400);
	uint64_t acked = lp_inflight_sent(&inflight, 1400);
	uint64_t lost = lp_inflight_sent(&inflight, 60);
	lp_inflight_mark_large(&inflight, acked);
	lp_inflight_mark_large(&inflight, lost);
	assert_int_equal(lp_inflight_acked(&inflight, plain), LP_INFLIGHT_SETTLED);
	assert_int_equal(lp_inflight_acked(&inflight, acked), LP_INFLIGHT_SETTLED_LARGE);
	assert_int_equal(lp_inflight_lost(&inflight, lost), LP_INFLIGHT_SETTLED_LARGE);
	assert_int_equal(inflight.in_flight_bytes, 0);
}

static void the_limit_stops(void **state)
{
	(void)state;
	uint64_t sent = 0;
	for (; lp_inflight_can_send(&inflight); sent++)
		lp_inflight_sent(&inflight, 1024);
	assert_int_equal(sent, LP_INFLIGHT_LIMIT_MIN / 1024);
	lp_inflight_acked(&inflight, 0);
	assert_true(lp_inflight_can_send(&inflight));
}

/* Small ones: not more than there are slots to remember them. */
static void the_slots_stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_INFLIGHT_SLOTS; i++) {
		assert_true(lp_inflight_can_send(&inflight));
		lp_inflight_sent(&inflight, 10);
	}
	assert_false(lp_inflight_can_send(&inflight));
	/* A probe may go in spite of it: the oldest is given up for it. */
	lp_inflight_sent(&inflight, 10);
	assert_int_equal(inflight.lost_count, 1);
	assert_int_equal(inflight.in_flight_count, LP_INFLIGHT_SLOTS);
	assert_int_equal(lp_inflight_acked(&inflight, 0), LP_INFLIGHT_NO_NEWS);
}

/* Sends and acknowledges `bytes` every 10 ms. */
static uint64_t deliver(uint64_t now, uint64_t ns, uint16_t bytes, uint64_t rtt_ns)
{
	for (uint64_t end = now + ns; now < end; now += 10 * MS) {
		for (int i = 0; i < 10; i++)
			lp_inflight_acked(&inflight, lp_inflight_sent(&inflight, bytes / 10));
		lp_inflight_update(&inflight, rtt_ns, now);
	}
	return now;
}

static void the_limit_follows_rate_and_rtt(void **state)
{
	(void)state;
	/* 3 MB/s over 100 ms: four times 300 kB */
	uint64_t now = deliver(START, 2 * LP_NS_PER_S, 30000, 100 * MS);
	assert_in_range(inflight.limit_bytes, 1150000, 1300000);
	/* A slow second lowers it, and never below the least. */
	deliver(now, 20 * LP_NS_PER_S, 100, 100 * MS);
	assert_int_equal(inflight.limit_bytes, LP_INFLIGHT_LIMIT_MIN);
}

/* A path that has become longer: the short RTT of before is forgotten. */
static void an_old_rtt_is_forgotten(void **state)
{
	(void)state;
	uint64_t now = deliver(START, 2 * LP_NS_PER_S, 30000, 20 * MS);
	assert_int_equal(inflight.limit_bytes, LP_INFLIGHT_LIMIT_MIN);
	now = deliver(now, 4 * LP_NS_PER_S, 30000, 200 * MS);
	assert_int_equal(inflight.limit_bytes, LP_INFLIGHT_LIMIT_MIN);
	deliver(now, 8 * LP_NS_PER_S, 30000, 200 * MS);
	assert_in_range(inflight.limit_bytes, 2300000, 2600000);
}

static void heavy_loss_halves_it(void **state)
{
	(void)state;
	uint64_t now = START;
	for (int i = 0; i < 400; i++, now += 10 * MS) {
		uint64_t id = lp_inflight_sent(&inflight, 100);
		if (i % 5 < 2)
			lp_inflight_lost(&inflight, id);
		else
			lp_inflight_acked(&inflight, id);
		lp_inflight_update(&inflight, 10 * MS, now);
	}
	assert_int_equal(inflight.limit_bytes, LP_INFLIGHT_LIMIT_MIN / 2);
	deliver(now, 4 * LP_NS_PER_S, 1000, 10 * MS);
	assert_int_equal(inflight.limit_bytes, LP_INFLIGHT_LIMIT_MIN);
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
