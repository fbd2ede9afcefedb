/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/token_file.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define WALL (1767225600ULL * LP_NS_PER_S)
#define HOUR (3600 * LP_NS_PER_S)

static char folder[64];
static struct lp_store *store;

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/lanparty-test.XXXXXX");
	return mkdtemp(folder) && lp_store_open(folder, &store) == LP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];
	(void)state;
	lp_store_close(store);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

/* As after a start at that time. */
static struct lp_token_keys load(uint64_t wall_ns, uint64_t expected_made_ns)
{
	struct lp_token_keys keys;
	uint64_t made_ns = 0;
	assert_int_equal(lp_token_file_load(store, wall_ns, &keys, &made_ns), LP_OK);
	assert_true(made_ns == expected_made_ns);
	return keys;
}

static void they_outlive_a_restart(void **state)
{
	char path[128];
	struct stat file;
	(void)state;
	struct lp_token_keys first = load(WALL, WALL);
	assert_false(first.has_before);
	struct lp_token_keys again = load(WALL + 23 * HOUR, WALL);
	assert_memory_equal(&first, &again, sizeof(first));
	snprintf(path, sizeof(path), "%s/token.keys", folder);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
}

static void they_change_each_day(void **state)
{
	(void)state;
	struct lp_token_keys first = load(WALL, WALL);
	struct lp_token_keys next = first;
	assert_int_equal(lp_token_file_rotate(store, WALL + 24 * HOUR, &next), LP_OK);
	assert_true(next.has_before);
	assert_memory_equal(next.before, first.now, LP_QUIC_KEY_LEN);
	assert_memory_not_equal(next.now, first.now, LP_QUIC_KEY_LEN);
	struct lp_token_keys again = load(WALL + 25 * HOUR, WALL + 24 * HOUR);
	assert_memory_equal(&next, &again, sizeof(next));
	/* The relay was off for some days. */
	struct lp_token_keys late = load(WALL + 100 * HOUR, WALL + 100 * HOUR);
	assert_memory_equal(late.before, next.now, LP_QUIC_KEY_LEN);
	assert_memory_not_equal(late.now, next.now, LP_QUIC_KEY_LEN);
	/* The clock was set back: how old they are nobody knows. */
	struct lp_token_keys back = load(WALL, WALL);
	assert_memory_equal(back.before, late.now, LP_QUIC_KEY_LEN);
}

static void rubbish_is_replaced(void **state)
{
	static const uint8_t rubbish[200];
	static const size_t lens[] = {0, 1, 32, 72, 74, 200};
	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		assert_int_equal(lp_store_write(store, "token.keys", rubbish, lens[i], true),
				 LP_OK);
		struct lp_token_keys keys = load(WALL, WALL);
		assert_memory_not_equal(keys.now, rubbish, LP_QUIC_KEY_LEN);
		assert_false(keys.has_before);
	}
}

/* The state directory is gone, or full: they change all the same. */
static void they_change_unwritten(void **state)
{
	(void)state;
	struct lp_token_keys first = load(WALL, WALL), next = first;
	char command[160];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
	assert_int_not_equal(lp_token_file_rotate(store, WALL + 24 * HOUR, &next), LP_OK);
	assert_memory_not_equal(next.now, first.now, LP_QUIC_KEY_LEN);
	assert_memory_equal(next.before, first.now, LP_QUIC_KEY_LEN);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(they_outlive_a_restart),
		TEST(they_change_each_day),
		TEST(rubbish_is_replaced),
		TEST(they_change_unwritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
