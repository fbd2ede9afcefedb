/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/fair.h"

#include "base/clock.h"
#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define RATE  100
#define START (1000 * LP_NS_PER_S)

enum { LOUD_PC, GAME_PC };

static struct lp_fair make(uint64_t key)
{
	struct lp_fair fair;

	lp_fair_init(&fair, RATE, key, START);
	return fair;
}

/* Ten seconds in which one flow comes so often a second. Returns how many passed. */
static unsigned offer(struct lp_fair *fair, uint64_t source, uint64_t flow, unsigned per_s)
{
	unsigned passed = 0;

	for (unsigned i = 0; i < 10 * per_s; i++)
		passed += lp_fair_take(fair, source, flow, START + i * LP_NS_PER_S / per_s);
	return passed;
}

static void test_no_limit_is_no_limit(void **state)
{
	struct lp_fair fair;

	(void)state;
	lp_fair_init(&fair, 0, 1, START);
	for (int i = 0; i < 100000; i++)
		assert_true(lp_fair_take(&fair, 1, 2, START));
}

static void test_one_alone_has_all_of_it(void **state)
{
	struct lp_fair fair = make(1);

	(void)state;
	assert_int_equal(offer(&fair, LOUD_PC, 1, RATE - 10), 10 * (RATE - 10));
}

static void test_all_together_keep_to_the_rate(void **state)
{
	struct lp_fair fair = make(2);
	struct lp_rand rand;
	unsigned passed = 0;

	(void)state;
	lp_rand_seed(&rand, 7);
	for (unsigned i = 0; i < 100000; i++)
		passed += lp_fair_take(&fair, lp_rand_below(&rand, 50), lp_rand_below(&rand, 50),
				       START + i * LP_NS_PER_S / 10000);
	assert_in_range(passed, 10 * RATE - 1, 11 * RATE);
}

/* How many of a game's announcements, ten a second, pass beside what `storm` does. */
static unsigned announce_beside(struct lp_fair *fair, uint64_t source,
				void (*storm)(struct lp_fair *fair, unsigned i, uint64_t now))
{
	unsigned passed = 0;

	for (unsigned i = 0; i < 100000; i++) {
		uint64_t now = START + i * LP_NS_PER_S / 10000;

		storm(fair, i, now);
		if (i % 1000 == 999)
			passed += lp_fair_take(fair, source, 26000, now);
	}
	return passed;
}

static void one_loud_flow(struct lp_fair *fair, unsigned i, uint64_t now)
{
	(void)i;
	lp_fair_take(fair, LOUD_PC, 1900, now);
}

static void a_flow_on_every_port(struct lp_fair *fair, unsigned i, uint64_t now)
{
	lp_fair_take(fair, LOUD_PC, i, now);
}

/* 192 a second, and none of them loud. */
static void a_little_on_every_port(struct lp_fair *fair, unsigned i, uint64_t now)
{
	if (i % 52 == 0)
		lp_fair_take(fair, LOUD_PC, i / 52, now);
}

static void four_loud_sources(struct lp_fair *fair, unsigned i, uint64_t now)
{
	lp_fair_take(fair, 100 + i % 4, i % 3, now);
}

static void test_a_game_is_heard_beside_a_chatty_pc(void **state)
{
	struct lp_fair fair = make(3);

	(void)state;
	assert_int_equal(announce_beside(&fair, GAME_PC, one_loud_flow), 100);
	fair = make(3);
	assert_int_equal(announce_beside(&fair, GAME_PC, a_flow_on_every_port), 100);
	fair = make(3);
	assert_int_equal(announce_beside(&fair, GAME_PC, a_little_on_every_port), 100);
	fair = make(3);
	assert_int_equal(announce_beside(&fair, GAME_PC, four_loud_sources), 100);
}

static void test_a_chatty_pc_does_not_drown_its_own_game(void **state)
{
	struct lp_fair fair = make(4);

	(void)state;
	assert_int_equal(announce_beside(&fair, LOUD_PC, one_loud_flow), 100);
}

/* The slot of a flow depends on the key, so nobody can aim at that of a game. */
static void test_the_key_scatters_flows(void **state)
{
	unsigned hit_count = 0;

	(void)state;
	for (uint64_t key = 0; key < 16 * 1024; key++) {
		struct lp_fair fair = make(key);

		for (int i = 0; i < RATE; i++)
			lp_fair_take(&fair, LOUD_PC, 1, START);
		hit_count += !lp_fair_take(&fair, GAME_PC, 2, START);
	}
	/* They share a slot with one key in 64, and their flows with one in 16 of those. */
	assert_in_range(hit_count, 4, 64);
}

static void test_small_rates_let_something_pass(void **state)
{
	(void)state;
	for (uint64_t rate = 1; rate < 10; rate++) {
		struct lp_fair fair;

		lp_fair_init(&fair, rate, 5, START);
		assert_in_range(offer(&fair, GAME_PC, 1, 50), 9 * rate, 11 * rate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_limit_is_no_limit),
		cmocka_unit_test(test_one_alone_has_all_of_it),
		cmocka_unit_test(test_all_together_keep_to_the_rate),
		cmocka_unit_test(test_a_game_is_heard_beside_a_chatty_pc),
		cmocka_unit_test(test_a_chatty_pc_does_not_drown_its_own_game),
		cmocka_unit_test(test_the_key_scatters_flows),
		cmocka_unit_test(test_small_rates_let_something_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
