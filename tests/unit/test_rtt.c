/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/rtt.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#define MS LP_NS_PER_MS

static void the_least_is_told(void **state)
{
	struct lp_rtt rtt = {0};

	(void)state;
	assert_int_equal(lp_rtt_best(&rtt), 0);
	lp_rtt_note(&rtt, 0, 0, 0); /* none yet */
	assert_int_equal(lp_rtt_best(&rtt), 0);
	lp_rtt_note(&rtt, 25 * MS, 0, 1000 * MS);
	lp_rtt_note(&rtt, 21 * MS, 0, 1100 * MS);
	lp_rtt_note(&rtt, 24 * MS, 0, 1200 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 21 * MS);
}

/* A path that has become longer is told as such ten seconds later. */
static void what_is_long_ago_is_forgotten(void **state)
{
	struct lp_rtt rtt = {0};
	uint64_t now = 1000 * MS;

	(void)state;
	lp_rtt_note(&rtt, 20 * MS, 0, now);
	for (uint64_t i = 0; i < 100; i++) {
		now += 101 * MS;
		lp_rtt_note(&rtt, (80 + i % 2) * MS, 0, now);
		if (i < 40)
			assert_int_equal(lp_rtt_best(&rtt), 20 * MS);
	}
	assert_int_equal(lp_rtt_best(&rtt), 80 * MS);
}

/* The same figure again is no proof that somebody has answered. */
static void no_sample_changes_nothing(void **state)
{
	struct lp_rtt rtt = {0};

	(void)state;
	lp_rtt_note(&rtt, 30 * MS, 0, 1000 * MS);
	lp_rtt_note(&rtt, 20 * MS, 0, 1001 * MS);
	lp_rtt_note(&rtt, 20 * MS, 0, 60000 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 20 * MS);
	lp_rtt_note(&rtt, 50 * MS, 0, 60001 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 20 * MS);
}

/* Of a peer that is idle each acknowledgement has waited. */
static void what_the_peer_waited_is_no_path(void **state)
{
	struct lp_rtt rtt = {0};

	(void)state;
	lp_rtt_note(&rtt, 25 * MS, 5 * MS, 1000 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 20 * MS);
	lp_rtt_note(&rtt, 26 * MS, 7 * MS, 1001 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 19 * MS);
	/* The raw sample is what the next one is compared with. */
	lp_rtt_note(&rtt, 26 * MS, 25 * MS, 1002 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 19 * MS);
	/* More than all of it is no less than nothing, which would mean that there is none. */
	lp_rtt_note(&rtt, 3 * MS, 25 * MS, 1003 * MS);
	assert_int_equal(lp_rtt_best(&rtt), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_is_told),
		cmocka_unit_test(what_is_long_ago_is_forgotten),
		cmocka_unit_test(no_sample_changes_nothing),
		cmocka_unit_test(what_the_peer_waited_is_no_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
