/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/move.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#define START (1000 * LP_NS_PER_S)

static struct lp_path path_of(unsigned number)
{
	return (struct lp_path){.remote = {.family = LP_ADDR_IP4,
					   .port = (uint16_t)(1000 + number),
					   .ip = {192, 0, 2, (uint8_t)number}}};
}

/* Quiet on the first path, so the second may be followed; which it is. */
static void move_to(struct lp_move *move, unsigned from, unsigned to, uint64_t now)
{
	struct lp_path old = path_of(from);
	struct lp_path path = path_of(to);
	assert_true(lp_move_allows(move, &path, now));
	lp_move_heard_from(move, &path, true);
	lp_move_begin(move, &old, now);
}

static bool is_sent_to(const struct lp_move *move, unsigned present, unsigned to)
{
	struct lp_path path = path_of(present);
	struct lp_path expected = path_of(to);
	lp_move_direct(move, &path);
	return lp_addr_equal(&path.remote, &expected.remote);
}

static void nobody_is_hidden_but_while_it_is_unsettled(void **state)
{
	struct lp_move move = {0};
	struct lp_path others[] = {path_of(1), path_of(3)};
	(void)state;
	move_to(&move, 1, 2, START);
	for (int i = 0; i < 2; i++)
		assert_false(lp_move_allows(&move, &others[i], START + LP_NS_PER_S));
	lp_move_end(&move, true);
	for (int i = 0; i < 2; i++)
		assert_false(lp_move_allows(&move, &others[i], START + LP_NS_PER_S));
	lp_move_sent(&move, true); /* something else was written */
	assert_int_equal(move.state, LP_MOVE_PROVED);
	move.has_asked = true;
	lp_move_sent(&move, true); /* in full size, once more */
	assert_false(lp_move_allows(&move, &others[0], START + LP_NS_PER_S));
	lp_move_end(&move, true);
	move.has_asked = true;
	lp_move_sent(&move, false); /* the old path */
	for (int i = 0; i < 2; i++)
		assert_true(lp_move_allows(&move, &others[i], START + LP_NS_PER_S));
}

static void a_failure_settles_it(void **state)
{
	struct lp_move move = {0};
	struct lp_path other = path_of(3);
	(void)state;
	move_to(&move, 1, 2, START);
	lp_move_end(&move, false);
	assert_true(lp_move_allows(&move, &other, START + LP_NS_PER_S));
}

static void a_path_that_is_alive_is_not_left(void **state)
{
	struct lp_move move = {0};
	struct lp_path other = path_of(2);
	(void)state;
	lp_move_heard(&move, START);
	assert_false(lp_move_allows(&move, &other, START + LP_MOVE_ALIVE_NS - 1));
	assert_true(lp_move_allows(&move, &other, START + LP_MOVE_ALIVE_NS));
}

static void whoever_is_back_is_answered_there(void **state)
{
	struct lp_move move = {0};
	struct lp_path old = path_of(1);
	struct lp_path third = path_of(3);
	(void)state;
	move_to(&move, 1, 2, START);
	assert_true(is_sent_to(&move, 2, 2));
	lp_move_heard_from(&move, &third, false); /* that may be anybody's */
	assert_true(is_sent_to(&move, 2, 2));
	lp_move_heard_from(&move, &old, false);
	assert_true(is_sent_to(&move, 2, 1));
	move.has_asked = true;
	assert_true(is_sent_to(&move, 2, 2));
	move.has_asked = false;
	lp_move_heard(&move, START + 1);
	assert_true(is_sent_to(&move, 2, 2));
	lp_move_heard_from(&move, &old, false);
	lp_move_end(&move, false);
	assert_true(is_sent_to(&move, 1, 1));
}

static void it_does_not_last_for_ever(void **state)
{
	struct lp_move move = {0};
	(void)state;
	assert_false(lp_move_is_stuck(&move, START));
	move_to(&move, 1, 2, START);
	assert_false(lp_move_is_stuck(&move, START + LP_MOVE_STUCK_NS - 1));
	assert_true(lp_move_is_stuck(&move, START + LP_MOVE_STUCK_NS));
	lp_move_end(&move, false);
	assert_false(lp_move_is_stuck(&move, START + LP_MOVE_STUCK_NS));
}

static void not_everywhere(void **state)
{
	struct lp_move move = {0};
	(void)state;
	for (unsigned i = 0; i < LP_MOVE_MAX; i++) {
		move_to(&move, i, i + 1, START);
		lp_move_end(&move, false);
	}
	struct lp_path last = path_of(LP_MOVE_MAX);
	struct lp_path other = path_of(LP_MOVE_MAX + 1);
	assert_true(lp_move_allows(&move, &last, START));
	assert_false(lp_move_allows(&move, &other, START));
	assert_true(lp_move_allows(&move, &other, START + LP_MOVE_MAX_NS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_hidden_but_while_it_is_unsettled),
		cmocka_unit_test(a_failure_settles_it),
		cmocka_unit_test(a_path_that_is_alive_is_not_left),
		cmocka_unit_test(whoever_is_back_is_answered_there),
		cmocka_unit_test(it_does_not_last_for_ever),
		cmocka_unit_test(not_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
