/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "../tools/badline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <string.h>

#define PACKET_COUNT 100000

static struct line line_of(uint64_t seed)
{
	return (struct line){.random = seed};
}

/* How many of PACKET_COUNT packets of 100 bytes, one a millisecond, meet the verdict. */
static unsigned int count(const struct options *options, enum counter verdict)
{
	struct line line = line_of(options->seed);
	unsigned int hit_count = 0;

	for (uint64_t i = 0; i < PACKET_COUNT; i++) {
		uint64_t now = i * NS_PER_MS;
		struct fate fate = badline_draw(options, &line);
		enum counter got = badline_judge(options, &line, &fate, 100, now, now);

		if (got == SENT)
			(void)badline_due(options, &line, &fate, 100, now);
		hit_count += got == verdict;
	}
	return hit_count;
}

static void loses_as_many_as_asked(void **state)
{
	struct options options = {.seed = 1};

	(void)state;
	assert_int_equal(count(&options, SENT), PACKET_COUNT);
	options.loss = 5;
	assert_in_range(count(&options, LOST), 4700, 5300);
	options.loss = 100;
	assert_int_equal(count(&options, LOST), PACKET_COUNT);
}

static void same_seed_hits_the_same_packets(void **state)
{
	struct options options = {.seed = 7, .loss = 10};
	struct options more = {.seed = 7, .loss = 10, .burst = 1, .burst_count = 5, .corrupt = 50};
	struct line a = line_of(7);
	struct line b = line_of(7);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct fate fate_a = badline_draw(&options, &a);
		struct fate fate_b = badline_draw(&more, &b);

		assert_int_equal(fate_a.is_lost, fate_b.is_lost);
		(void)badline_judge(&more, &b, &fate_b, 100, 0, 0);
	}
}

static void bursts_have_their_length(void **state)
{
	struct options options = {.burst = 100, .burst_count = 3};
	struct line line = line_of(1);
	struct fate start = badline_draw(&options, &line);
	struct fate quiet = {0};

	(void)state;
	assert_true(start.is_burst_start);
	assert_int_equal(badline_judge(&options, &line, &start, 100, 0, 0), LOST_BURST);
	assert_int_equal(badline_judge(&options, &line, &quiet, 100, 0, 0), LOST_BURST);
	assert_int_equal(badline_judge(&options, &line, &quiet, 100, 0, 0), LOST_BURST);
	assert_int_equal(badline_judge(&options, &line, &quiet, 100, 0, 0), SENT);
}

static void blackouts_are_windows_in_time(void **state)
{
	struct options options = {
		.blackouts = {{1 * NS_PER_S, 3 * NS_PER_S}, {5 * NS_PER_S, 6 * NS_PER_S}},
		.blackout_count = 2,
	};

	(void)state;
	assert_int_equal(count(&options, LOST_BLACKOUT), 3000);
}

static void large_packets_vanish(void **state)
{
	struct options options = {.size_max = 1200};
	struct line line = line_of(1);
	struct fate fate = {0};

	(void)state;
	assert_int_equal(badline_judge(&options, &line, &fate, 1200, 0, 0), SENT);
	assert_int_equal(badline_judge(&options, &line, &fate, 1201, 0, 0), LOST_TOO_BIG);
}

/* 100 bytes a millisecond are 800 kbit/s. */
static void rate_lets_its_share_through(void **state)
{
	struct options options = {.rate_bps = 400000, .queue_ns = 50 * NS_PER_MS};

	(void)state;
	assert_in_range(count(&options, SENT), 49900, 50100);
	options.rate_bps = 900000;
	assert_int_equal(count(&options, SENT), PACKET_COUNT);
}

static void only_reordering_reorders(void **state)
{
	struct options options = {.delay_ns = 100, .jitter_ns = 50, .hold_ns = 1000};
	struct line line = line_of(1);
	struct fate late = {.jitter_ns = 50};
	struct fate early = {0};
	struct fate held = {.is_reordered = true};

	(void)state;
	assert_int_equal(badline_due(&options, &line, &late, 100, 1000), 1150);
	assert_int_equal(badline_due(&options, &line, &held, 100, 1005), 2105);
	assert_int_equal(badline_due(&options, &line, &early, 100, 1010), 1150);
	assert_int_equal(badline_due(&options, &line, &early, 100, 2000), 2100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loses_as_many_as_asked),
		cmocka_unit_test(same_seed_hits_the_same_packets),
		cmocka_unit_test(bursts_have_their_length),
		cmocka_unit_test(blackouts_are_windows_in_time),
		cmocka_unit_test(large_packets_vanish),
		cmocka_unit_test(rate_lets_its_share_through),
		cmocka_unit_test(only_reordering_reorders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
