/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/posts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct lp_posts posts;
static char said[64]; /* who was called, in order; '|' in front of each run */
static unsigned wake_count;

static void say(const char *text)
{
	strncat(said, text, sizeof(said) - strlen(said) - 1);
}

static void on_wake(void *arg)
{
	(void)arg;
	wake_count++;
}

static void before(void *arg)
{
	(void)arg;
	say("|");
}

static void on_name(void *arg)
{
	say(arg);
}

static struct lp_post again;

static void on_again(void *arg)
{
	say(arg);
	lp_posts_add(&posts, &again);
}

static int begin(void **state)
{
	(void)state;
	lp_posts_init(&posts, on_wake, NULL);
	said[0] = '\0';
	wake_count = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	lp_posts_fini(&posts);
	return 0;
}

static void all_run_in_their_order_each_once(void **state)
{
	struct lp_post a, b;

	(void)state;
	lp_post_init(&a, on_name, "a");
	lp_post_init(&b, on_name, "b");
	lp_posts_add(&posts, &b);
	assert_true(lp_posts_add_once(&posts, on_name, "x"));
	lp_posts_add(&posts, &a);
	lp_posts_add(&posts, &b);
	lp_posts_run(&posts, before);
	assert_string_equal(said, "|bxa");
	lp_posts_run(&posts, before);
	assert_string_equal(said, "|bxa");
	lp_posts_add(&posts, &b);
	lp_posts_run(&posts, before);
	assert_string_equal(said, "|bxa|b");
}

static void what_a_call_adds_is_for_the_next_time(void **state)
{
	(void)state;
	lp_post_init(&again, on_again, "a");
	lp_posts_add(&posts, &again);
	assert_true(lp_posts_add_once(&posts, on_name, "x"));
	lp_posts_run(&posts, before);
	assert_string_equal(said, "|ax");
	assert_false(lp_posts_may_sleep(&posts));
	lp_posts_run(&posts, before);
	assert_string_equal(said, "|ax|a");
}

static struct lp_post doomed;

static void on_remove(void *arg)
{
	say(arg);
	lp_posts_remove(&posts, &doomed);
}

static void what_is_removed_is_not_called(void **state)
{
	struct lp_post remover;

	(void)state;
	lp_post_init(&remover, on_remove, "r");
	lp_post_init(&doomed, on_name, "d");
	lp_posts_add(&posts, &doomed);
	lp_posts_remove(&posts, &doomed);
	lp_posts_remove(&posts, &doomed);
	lp_posts_run(&posts, before);
	assert_string_equal(said, "");

	/* Also of the run that is on. */
	lp_posts_add(&posts, &remover);
	lp_posts_add(&posts, &doomed);
	lp_posts_run(&posts, before);
	assert_string_equal(said, "|r");
}

static void only_a_sleeper_is_woken_and_once(void **state)
{
	struct lp_post a, b;

	(void)state;
	lp_post_init(&a, on_name, "a");
	lp_post_init(&b, on_name, "b");
	lp_posts_add(&posts, &a);
	assert_int_equal(wake_count, 0);
	assert_false(lp_posts_may_sleep(&posts));
	lp_posts_run(&posts, before);
	assert_true(lp_posts_may_sleep(&posts));
	lp_posts_add(&posts, &a);
	lp_posts_add(&posts, &b);
	lp_posts_add(&posts, &a);
	assert_int_equal(wake_count, 1);
	lp_posts_run(&posts, before);
	/* It woke by something else: it works. */
	assert_true(lp_posts_may_sleep(&posts));
	lp_posts_run(&posts, before);
	lp_posts_add(&posts, &a);
	assert_int_equal(wake_count, 1);
	lp_posts_run(&posts, before);
}

static void on_last(void *arg)
{
	say(arg);
	assert_true(lp_posts_add_once(&posts, on_name, "y"));
}

/* Somebody waits for a call; nobody waits for a device. */
static void the_end_runs_calls_and_takes_no_more(void **state)
{
	struct lp_post a;

	(void)state;
	lp_post_init(&a, on_name, "a");
	lp_posts_add(&posts, &a);
	assert_true(lp_posts_add_once(&posts, on_last, "x"));
	lp_posts_end(&posts);
	assert_string_equal(said, "xy");
	assert_false(lp_posts_add_once(&posts, on_name, "z"));
	lp_posts_add(&posts, &a);
	lp_posts_run(&posts, before);
	assert_string_equal(said, "xy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_run_in_their_order_each_once, begin, end),
		cmocka_unit_test_setup_teardown(what_a_call_adds_is_for_the_next_time, begin, end),
		cmocka_unit_test_setup_teardown(what_is_removed_is_not_called, begin, end),
		cmocka_unit_test_setup_teardown(only_a_sleeper_is_woken_and_once, begin, end),
		cmocka_unit_test_setup_teardown(the_end_runs_calls_and_takes_no_more, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
