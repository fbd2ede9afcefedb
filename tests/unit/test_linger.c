/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/linger.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START	 (1000 * LP_NS_PER_S)
#define QUESTION (200 * LP_NS_PER_MS)
#define ANSWER	 (250 * LP_NS_PER_US)

/* One frame each `gap_ns`; gives the time of the last one. */
static uint64_t carry(struct lp_linger *linger, uint64_t now, uint64_t gap_ns, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now += gap_ns;
		lp_linger_carried(linger, 1, now);
	}
	return now;
}

static uint64_t ping(struct lp_linger *linger, uint64_t now, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now = carry(linger, now, QUESTION, 1);
		now = carry(linger, now, ANSWER, 1);
	}
	return now;
}

static void an_idle_loop_sleeps(void **state)
{
	struct lp_linger linger;

	(void)state;
	lp_linger_init(&linger);
	assert_int_equal(lp_linger_deadline(&linger), 0);
	for (uint64_t i = 1; i < 1000; i++) {
		carry(&linger, START + i * LP_NS_PER_S, LP_NS_PER_MS, 1);
		assert_int_equal(lp_linger_deadline(&linger), 0);
	}
}

static void it_waits_for_the_answer_but_not_for_the_next_question(void **state)
{
	struct lp_linger linger;
	uint64_t now;

	(void)state;
	lp_linger_init(&linger);
	now = ping(&linger, START, 8);
	assert_int_equal(lp_linger_deadline(&linger), 0);
	now = carry(&linger, now, QUESTION, 1);
	assert_int_equal(lp_linger_deadline(&linger), now + LP_NS_PER_MS);
	carry(&linger, now, ANSWER, 1);
	assert_int_equal(lp_linger_deadline(&linger), 0);
}

static void an_answer_from_far_away_is_not_waited_for(void **state)
{
	struct lp_linger linger;
	uint64_t now;

	(void)state;
	lp_linger_init(&linger);
	now = ping(&linger, START, 100);
	for (unsigned i = 0; i < 100; i++) {
		now = carry(&linger, now, QUESTION, 1);
		now = carry(&linger, now, 20 * LP_NS_PER_MS, 1);
	}
	now = carry(&linger, now, QUESTION, 1);
	assert_int_equal(lp_linger_deadline(&linger), 0);
}

/* The same row of waits as ever, and this time nothing came of it. */
static void one_wrong_guess_is_enough(void **state)
{
	struct lp_linger linger;
	uint64_t now;

	(void)state;
	lp_linger_init(&linger);
	now = ping(&linger, START, 100);
	now = carry(&linger, now, QUESTION, 1);
	uint8_t row = linger.history;
	assert_int_not_equal(lp_linger_deadline(&linger), 0);
	carry(&linger, now, QUESTION, 1);
	linger.history = row;
	assert_int_equal(lp_linger_deadline(&linger), 0);
}

static void fast_frames_need_no_looking(void **state)
{
	struct lp_linger linger;
	uint64_t now;

	(void)state;
	lp_linger_init(&linger);
	now = carry(&linger, START, 400 * LP_NS_PER_US, 1000);
	assert_int_equal(lp_linger_deadline(&linger), 0);

	/* It is frames that count, in however few turns they come. */
	lp_linger_init(&linger);
	now = START;
	for (unsigned i = 0; i < 1000; i++) {
		now += 800 * LP_NS_PER_US;
		lp_linger_carried(&linger, 64, now);
	}
	assert_int_equal(lp_linger_deadline(&linger), 0);
	lp_linger_init(&linger);
	for (unsigned i = 0; i < 1000; i++) {
		now += i % 2 == 0 ? 5 * LP_NS_PER_MS : ANSWER;
		lp_linger_carried(&linger, 64, now);
		assert_true(i < 100 || lp_linger_deadline(&linger) == 0);
	}

	/* After an hour of silence, too. */
	now = carry(&linger, now + 3600 * LP_NS_PER_S, 400 * LP_NS_PER_US, 100);
	assert_int_equal(lp_linger_deadline(&linger), 0);

	/* And when it is quiet again, pings are quick again. */
	now = ping(&linger, now + LP_NS_PER_S, 100);
	carry(&linger, now, QUESTION, 1);
	assert_int_not_equal(lp_linger_deadline(&linger), 0);
}

/* Seven players with 60 frames a second each way: short waits are chance, and looking is in vain.
 */
static void a_room_full_of_games_needs_no_looking(void **state)
{
	struct lp_linger linger;
	uint64_t now = START;
	uint64_t random = 1;
	unsigned look_count = 0;

	(void)state;
	lp_linger_init(&linger);
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		now = carry(&linger, now, (random >> 33) % 2400 * LP_NS_PER_US, 1);
		look_count += lp_linger_deadline(&linger) != 0;
	}
	assert_true(look_count < 1000);
}

/* Looks as often as it may and finds each guess wrong, or each guess slow: a tenth of the time. */
static void it_looks_for_a_tenth_of_the_time_at_most(void **state)
{
	struct lp_linger linger;
	uint64_t now = START;
	uint64_t looked_ns = 0;

	(void)state;
	lp_linger_init(&linger);
	for (unsigned i = 0; now < START + 10 * LP_NS_PER_S; i++) {
		if (lp_linger_deadline(&linger) != 0) {
			lp_linger_looked(&linger, 900 * LP_NS_PER_US);
			looked_ns += 900 * LP_NS_PER_US;
		}
		now = carry(&linger, now, (i % 5 == 0 ? 10000 : 900) * LP_NS_PER_US, 1);
	}
	assert_true(looked_ns <= LP_NS_PER_S + 20 * LP_NS_PER_MS);
	assert_true(looked_ns >= LP_NS_PER_S / 2);
}

/* What an hour of silence has saved up is little, too. */
static void it_does_not_save_up_for_long(void **state)
{
	struct lp_linger linger;
	uint64_t now = START;
	uint64_t looked_ns = 0;

	(void)state;
	lp_linger_init(&linger);
	for (unsigned i = 0; i < 8; i++)
		now = carry(&linger, now, 900 * LP_NS_PER_S, 1);
	for (uint64_t end = now + 100 * LP_NS_PER_MS; now < end;) {
		if (lp_linger_deadline(&linger) != 0) {
			lp_linger_looked(&linger, 900 * LP_NS_PER_US);
			looked_ns += 900 * LP_NS_PER_US;
		}
		now = carry(&linger, now, 900 * LP_NS_PER_US, 1);
		linger.gap_ns = 10 * LP_NS_PER_MS; /* as if they were few */
	}
	assert_true(looked_ns > 0);
	assert_true(looked_ns <= (20 + 100 / 10) * LP_NS_PER_MS);
}

static void off_is_off(void **state)
{
	struct lp_linger linger;
	uint64_t now;

	(void)state;
	lp_linger_init(&linger);
	linger.is_on = false;
	now = ping(&linger, START, 100);
	carry(&linger, now, QUESTION, 1);
	assert_int_equal(lp_linger_deadline(&linger), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_loop_sleeps),
		cmocka_unit_test(it_waits_for_the_answer_but_not_for_the_next_question),
		cmocka_unit_test(an_answer_from_far_away_is_not_waited_for),
		cmocka_unit_test(one_wrong_guess_is_enough),
		cmocka_unit_test(fast_frames_need_no_looking),
		cmocka_unit_test(a_room_full_of_games_needs_no_looking),
		cmocka_unit_test(it_looks_for_a_tenth_of_the_time_at_most),
		cmocka_unit_test(it_does_not_save_up_for_long),
		cmocka_unit_test(off_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
