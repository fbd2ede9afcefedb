/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "link/pathprobe.h"

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

static struct lp_pathprobe probe;

/* Sends all that is to be sent; gives the number of packets, and the largest in *largest. */
static size_t send_all(size_t *largest)
{
	size_t count = 0, size;
	*largest = 0;
	while ((size = lp_pathprobe_next(&probe)) > 0) {
		*largest = LP_MAX(*largest, size);
		lp_pathprobe_sent(&probe);
		count++;
	}
	return count;
}

static void candidates_fit_the_path(void **state)
{
	static const struct {
		size_t max;
		bool is_ip6;
		size_t largest;
		size_t count;
	} cases[] = {
		{0, false, 1472, 5},	{0, true, 1452, 4},	{1472, true, 1452, 4},
		{1400, false, 1372, 2}, {1232, false, 1232, 1}, {1200, false, 0, 0},
		{8952, false, 8952, 7}, {8952, true, 8952, 7},	{4100, false, 4028, 6},
	};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		size_t largest;
		lp_pathprobe_init(&probe, cases[i].max, cases[i].is_ip6);
		assert_int_equal(lp_pathprobe_next(&probe), 0); /* not yet */
		assert_int_equal(lp_pathprobe_deadline(&probe), LP_NEVER);
		lp_pathprobe_start(&probe, 20 * MS, START);
		assert_int_equal(send_all(&largest), 2 * cases[i].count);
		assert_int_equal(largest, cases[i].largest);
	}
}

static void the_largest_echo_ends_it(void **state)
{
	size_t largest;
	(void)state;
	lp_pathprobe_init(&probe, 0, false);
	lp_pathprobe_start(&probe, 20 * MS, START);
	send_all(&largest);
	assert_false(lp_pathprobe_tick(&probe, START + 20 * MS));
	lp_pathprobe_echo(&probe, 1472, 20 * MS, START + 20 * MS);
	assert_int_equal(lp_pathprobe_deadline(&probe), START + 20 * MS);
	assert_true(lp_pathprobe_tick(&probe, START + 20 * MS));
	assert_int_equal(probe.result, 1472);
	/* There is nothing more to find. */
	assert_int_equal(lp_pathprobe_deadline(&probe), LP_NEVER);
	assert_false(lp_pathprobe_tick(&probe, START + 3600 * LP_NS_PER_S));
}

static void smaller_echoes_wait_for_larger(void **state)
{
	size_t largest;
	(void)state;
	lp_pathprobe_init(&probe, 0, false);
	lp_pathprobe_start(&probe, 20 * MS, START);
	send_all(&largest);
	lp_pathprobe_echo(&probe, 1232, 20 * MS, START + 20 * MS);
	assert_false(lp_pathprobe_tick(&probe, START + 49 * MS));
	lp_pathprobe_echo(&probe, 1420, 20 * MS, START + 49 * MS);
	lp_pathprobe_echo(&probe, 1372, 20 * MS, START + 49 * MS);
	assert_true(lp_pathprobe_tick(&probe, START + 50 * MS));
	assert_int_equal(probe.result, 1420);
	/* Loss may have lied: tried again after a minute, and the result stands meanwhile. */
	assert_int_equal(lp_pathprobe_deadline(&probe), START + 50 * MS + 60 * LP_NS_PER_S);
	assert_false(lp_pathprobe_tick(&probe, START + 61 * LP_NS_PER_S));
	assert_true(lp_pathprobe_next(&probe) > 0);
	assert_int_equal(probe.result, 1420);
}

static void no_echo_means_the_least(void **state)
{
	size_t largest;
	(void)state;
	lp_pathprobe_init(&probe, 0, false);
	lp_pathprobe_start(&probe, 20 * MS, START);
	send_all(&largest);
	assert_false(lp_pathprobe_tick(&probe, START + 299 * MS));
	assert_true(lp_pathprobe_tick(&probe, START + 300 * MS));
	assert_int_equal(probe.result, LP_PATHPROBE_START);
	assert_true(lp_pathprobe_deadline(&probe) <= START + 3 * LP_NS_PER_S);
	/* An echo that comes too late, or of a size that was never tried, is nothing. */
	lp_pathprobe_echo(&probe, 1472, 20 * MS, START + 301 * MS);
	assert_int_equal(probe.result, LP_PATHPROBE_START);
	lp_pathprobe_start(&probe, 20 * MS, START + LP_NS_PER_S);
	lp_pathprobe_echo(&probe, 9000, 20 * MS, START + LP_NS_PER_S);
	lp_pathprobe_echo(&probe, 0, 20 * MS, START + LP_NS_PER_S);
	assert_int_equal(probe.best, 0);
}

/* A satellite: its first echo comes after more than 300 ms. */
static void a_far_end_is_waited_for(void **state)
{
	size_t largest;
	(void)state;
	lp_pathprobe_init(&probe, 0, false);
	lp_pathprobe_start(&probe, 700 * MS, START);
	send_all(&largest);
	assert_false(lp_pathprobe_tick(&probe, START + 700 * MS));
	lp_pathprobe_echo(&probe, 1420, 720 * MS, START + 720 * MS);
	assert_false(lp_pathprobe_tick(&probe, START + 1799 * MS));
	assert_true(lp_pathprobe_tick(&probe, START + 1800 * MS));
	assert_int_equal(probe.result, 1420);
	/* The next round knows how far it is. */
	uint64_t again_ns = lp_pathprobe_deadline(&probe);
	assert_false(lp_pathprobe_tick(&probe, again_ns));
	assert_int_equal(lp_pathprobe_deadline(&probe), again_ns + 3 * 720 * MS);
}

/* A round in which 1472 passes, and another in doubt of it. */
static void begin_doubt(size_t found)
{
	size_t largest;
	lp_pathprobe_init(&probe, 0, false);
	lp_pathprobe_start(&probe, 20 * MS, START);
	send_all(&largest);
	lp_pathprobe_echo(&probe, found, 20 * MS, START);
	assert_true(lp_pathprobe_tick(&probe, START + 30 * MS));
	assert_int_equal(probe.result, found);
	lp_pathprobe_doubt(&probe, 20 * MS, START + LP_NS_PER_S);
	assert_int_equal(send_all(&largest), 10);
	assert_int_equal(largest, 1472);
	assert_int_equal(probe.result, found);
}

static void doubt_finds_what_passes(void **state)
{
	(void)state;
	begin_doubt(1472);
	lp_pathprobe_echo(&probe, 1232, 20 * MS, START + LP_NS_PER_S + 20 * MS);
	assert_true(lp_pathprobe_tick(&probe, START + LP_NS_PER_S + 50 * MS));
	assert_int_equal(probe.result, 1232);
	begin_doubt(1472);
	lp_pathprobe_echo(&probe, 1472, 20 * MS, START + LP_NS_PER_S + 20 * MS);
	assert_true(lp_pathprobe_tick(&probe, START + LP_NS_PER_S + 20 * MS));
	assert_int_equal(probe.result, 1472);
}

/* A path that is down says nothing of sizes; nor is an ordinary round its next. */
static void doubt_without_an_echo_changes_nothing(void **state)
{
	static const size_t found[] = {1472, 1420};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(found); i++) {
		begin_doubt(found[i]);
		assert_false(lp_pathprobe_tick(&probe, START + LP_NS_PER_S + 299 * MS));
		uint64_t end_ns = START + LP_NS_PER_S + 300 * MS;
		assert_true(lp_pathprobe_tick(&probe, end_ns));
		assert_int_equal(probe.result, found[i]);
		assert_int_equal(lp_pathprobe_deadline(&probe),
				 i == 0 ? LP_NEVER : end_ns + 60 * LP_NS_PER_S);
	}
	/* The doubt is over with its round. */
	lp_pathprobe_start(&probe, 20 * MS, START + 2 * LP_NS_PER_S);
	assert_true(lp_pathprobe_tick(&probe, START + 3 * LP_NS_PER_S));
	assert_int_equal(probe.result, LP_PATHPROBE_START);
}

/* A session's link exists before its handshake ends: it must not begin by itself. */
static void nothing_begins_by_itself(void **state)
{
	(void)state;
	lp_pathprobe_init(&probe, 0, false);
	assert_false(lp_pathprobe_tick(&probe, START + 3600 * LP_NS_PER_S));
	assert_int_equal(lp_pathprobe_next(&probe), 0);
	lp_pathprobe_init(&probe, 1200, false); /* without candidates */
	lp_pathprobe_start(&probe, 20 * MS, START);
	assert_true(lp_pathprobe_tick(&probe, START + 300 * MS));
	assert_int_equal(probe.result, LP_PATHPROBE_START);
	assert_int_equal(lp_pathprobe_deadline(&probe), LP_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(candidates_fit_the_path),
		cmocka_unit_test(the_largest_echo_ends_it),
		cmocka_unit_test(smaller_echoes_wait_for_larger),
		cmocka_unit_test(no_echo_means_the_least),
		cmocka_unit_test(a_far_end_is_waited_for),
		cmocka_unit_test(doubt_finds_what_passes),
		cmocka_unit_test(doubt_without_an_echo_changes_nothing),
		cmocka_unit_test(nothing_begins_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
