/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/busy_poll.h"

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
static uint64_t carry(struct lp_busy_poll *busy_poll, uint64_t now, uint64_t gap_ns, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now += gap_ns;
		lp_busy_poll_carried(busy_poll, 1, now);
	}
	return now;
}

static uint64_t ping(struct lp_busy_poll *busy_poll, uint64_t now, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		now = carry(busy_poll, now, QUESTION, 1);
		now = carry(busy_poll, now, ANSWER, 1);
	}
	return now;
}

static void an_idle_loop_sleeps(void **state)
{
	struct lp_busy_poll busy_poll;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
	for (uint64_t i = 1; i < 1000; i++) {
		carry(&busy_poll, START + i * LP_NS_PER_S, LP_NS_PER_MS, 1);
		assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
	}
}

static void it_waits_for_the_answer_but_not_for_the_next_question(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	now = ping(&busy_poll, START, 8);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
	now = carry(&busy_poll, now, QUESTION, 1);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), now + LP_NS_PER_MS);
	carry(&busy_poll, now, ANSWER, 1);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
}

static void an_answer_from_far_away_is_not_waited_for(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	now = ping(&busy_poll, START, 100);
	for (unsigned i = 0; i < 100; i++) {
		now = carry(&busy_poll, now, QUESTION, 1);
		now = carry(&busy_poll, now, 20 * LP_NS_PER_MS, 1);
	}
	now = carry(&busy_poll, now, QUESTION, 1);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
}

/* The same row of waits as ever, and this time nothing came of it. */
static void one_wrong_guess_is_enough(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	now = ping(&busy_poll, START, 100);
	now = carry(&busy_poll, now, QUESTION, 1);
	uint8_t row = busy_poll.history;
	assert_int_not_equal(lp_busy_poll_deadline(&busy_poll), 0);
	carry(&busy_poll, now, QUESTION, 1);
	busy_poll.history = row;
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
}

static void fast_frames_need_no_looking(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	now = carry(&busy_poll, START, 400 * LP_NS_PER_US, 1000);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);

	/* It is frames that count, in however few turns they come. */
	lp_busy_poll_init(&busy_poll);
	now = START;
	for (unsigned i = 0; i < 1000; i++) {
		now += 800 * LP_NS_PER_US;
		lp_busy_poll_carried(&busy_poll, 64, now);
	}
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
	lp_busy_poll_init(&busy_poll);
	for (unsigned i = 0; i < 1000; i++) {
		now += i % 2 == 0 ? 5 * LP_NS_PER_MS : ANSWER;
		lp_busy_poll_carried(&busy_poll, 64, now);
		assert_true(i < 100 || lp_busy_poll_deadline(&busy_poll) == 0);
	}

	/* After an hour of silence, too. */
	now = carry(&busy_poll, now + 3600 * LP_NS_PER_S, 400 * LP_NS_PER_US, 100);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);

	/* And when it is quiet again, pings are quick again. */
	now = ping(&busy_poll, now + LP_NS_PER_S, 100);
	carry(&busy_poll, now, QUESTION, 1);
	assert_int_not_equal(lp_busy_poll_deadline(&busy_poll), 0);
}

/* Seven players with 60 frames a second each way: short waits are chance, and looking is in vain.
 */
static void a_room_full_of_games_needs_no_looking(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now = START;
	uint64_t random = 1;
	unsigned check_count = 0;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	for (unsigned i = 0; i < 100000; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		now = carry(&busy_poll, now, (random >> 33) % 2400 * LP_NS_PER_US, 1);
		check_count += lp_busy_poll_deadline(&busy_poll) != 0;
	}
	assert_true(check_count < 1000);
}

/* Looks as often as it may and finds each guess wrong, or each guess slow: a tenth of the time. */
static void it_looks_for_a_tenth_of_the_time_at_most(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now = START;
	uint64_t checked_ns = 0;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	for (unsigned i = 0; now < START + 10 * LP_NS_PER_S; i++) {
		if (lp_busy_poll_deadline(&busy_poll) != 0) {
			lp_busy_poll_spent(&busy_poll, 900 * LP_NS_PER_US);
			checked_ns += 900 * LP_NS_PER_US;
		}
		now = carry(&busy_poll, now, (i % 5 == 0 ? 10000 : 900) * LP_NS_PER_US, 1);
	}
	assert_true(checked_ns <= LP_NS_PER_S + 20 * LP_NS_PER_MS);
	assert_true(checked_ns >= LP_NS_PER_S / 2);
}

/* What an hour of silence has saved up is little, too. */
static void it_does_not_save_up_for_long(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now = START;
	uint64_t checked_ns = 0;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	for (unsigned i = 0; i < 8; i++)
		now = carry(&busy_poll, now, 900 * LP_NS_PER_S, 1);
	for (uint64_t end = now + 100 * LP_NS_PER_MS; now < end;) {
		if (lp_busy_poll_deadline(&busy_poll) != 0) {
			lp_busy_poll_spent(&busy_poll, 900 * LP_NS_PER_US);
			checked_ns += 900 * LP_NS_PER_US;
		}
		now = carry(&busy_poll, now, 900 * LP_NS_PER_US, 1);
		busy_poll.gap_ns = 10 * LP_NS_PER_MS; /* as if they were few */
	}
	assert_true(checked_ns > 0);
	assert_true(checked_ns <= (20 + 100 / 10) * LP_NS_PER_MS);
}

static void off_is_off(void **state)
{
	struct lp_busy_poll busy_poll;
	uint64_t now;

	(void)state;
	lp_busy_poll_init(&busy_poll);
	busy_poll.is_on = false;
	now = ping(&busy_poll, START, 100);
	carry(&busy_poll, now, QUESTION, 1);
	assert_int_equal(lp_busy_poll_deadline(&busy_poll), 0);
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
