/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/logqueue.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
	*state = lp_alloc(sizeof(struct lp_logqueue));
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

static void put(struct lp_logqueue *queue, unsigned number)
{
	char text[200];

	snprintf(text, sizeof(text), "line %u %*s", number, (int)(number % 150), "");
	lp_logqueue_put(queue, LP_LOG_INFO, number, text);
}

static void test_lines_come_out_as_they_went_in(void **state)
{
	struct lp_logqueue *queue = *state;
	struct lp_logline line;
	unsigned next = 0;
	char expected[32];

	assert_false(lp_logqueue_take(queue, &line));
	/* Often around, with some that wait. */
	for (unsigned number = 0; number < 20000; number++) {
		put(queue, number);
		if (number < 50)
			continue;
		assert_true(lp_logqueue_take(queue, &line));
		snprintf(expected, sizeof(expected), "line %u ", next);
		assert_memory_equal(line.text, expected, strlen(expected));
		assert_int_equal(strlen(line.text), strlen(expected) + next % 150);
		assert_int_equal(line.wall_ns, next);
		assert_int_equal(line.level, LP_LOG_INFO);
		assert_int_equal(line.lost_before, 0);
		next++;
	}
}

static void test_what_is_lost_is_told_in_its_place(void **state)
{
	struct lp_logqueue *queue = *state;
	struct lp_logline line;
	unsigned held = 0;

	while (queue->lost_count == 0)
		put(queue, 149 + 150 * held++);
	held--;
	assert_true(held > 500);
	for (unsigned i = 1; i < 3000; i++)
		put(queue, 149);
	assert_int_equal(queue->lost_count, 3000);
	/* Room again: the next line knows what is missing before it. */
	for (unsigned i = 0; i < 5; i++) {
		assert_true(lp_logqueue_take(queue, &line));
		assert_int_equal(line.lost_before, 0);
	}
	lp_logqueue_put(queue, LP_LOG_WARN, 7, "behind the gap");
	assert_int_equal(queue->lost_count, 0);
	for (unsigned i = 5; i < held; i++) {
		assert_true(lp_logqueue_take(queue, &line));
		assert_int_equal(line.lost_before, 0);
	}
	assert_true(lp_logqueue_take(queue, &line));
	assert_string_equal(line.text, "behind the gap");
	assert_int_equal(line.lost_before, 3000);
	assert_false(lp_logqueue_take(queue, &line));
}

static void test_the_count_comes_without_another_line(void **state)
{
	struct lp_logqueue *queue = *state;
	struct lp_logline line;
	unsigned number = 0;

	while (queue->lost_count < 3)
		put(queue, number++);
	for (unsigned i = 0; i < number - 3; i++)
		assert_true(lp_logqueue_take(queue, &line));
	assert_true(lp_logqueue_take(queue, &line));
	assert_int_equal(line.lost_before, 3);
	assert_string_equal(line.text, "");
	assert_int_equal(line.level, LP_LOG_WARN);
	assert_false(lp_logqueue_take(queue, &line));
}

static void test_a_count_is_not_lost_with_its_line(void **state)
{
	struct lp_logqueue *queue = *state;
	struct lp_logline line = {.lost_before = 5, .text = "x"};

	lp_logqueue_lose(queue, &line);
	assert_int_equal(queue->lost_count, 6);
	line.text[0] = '\0';
	lp_logqueue_lose(queue, &line);
	assert_int_equal(queue->lost_count, 11);
	line.lost_before = UINT32_MAX;
	lp_logqueue_lose(queue, &line);
	assert_int_equal(queue->lost_count, UINT32_MAX);
}

static void test_the_longest_line(void **state)
{
	struct lp_logqueue *queue = *state;
	struct lp_logline line;
	char text[LP_LOG_LINE_LEN + 10];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	lp_logqueue_put(queue, LP_LOG_ERROR, 1, text);
	assert_true(lp_logqueue_take(queue, &line));
	assert_int_equal(strlen(line.text), LP_LOG_LINE_LEN - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines_come_out_as_they_went_in, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_lost_is_told_in_its_place, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_the_count_comes_without_another_line, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_count_is_not_lost_with_its_line, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_the_longest_line, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
