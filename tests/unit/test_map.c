/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/map.h"

#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MODEL_COUNT 600

/* Keys of all lengths, some of them the beginning of another; the number decides the length too. */
static size_t make_key(uint8_t key[LP_MAP_KEY_MAX], unsigned int number)
{
	memset(key, 0, LP_MAP_KEY_MAX);
	key[0] = (uint8_t)number;
	key[1] = (uint8_t)(number >> 8);
	return 2 + number % (LP_MAP_KEY_MAX - 1);
}

static void test_put_get_remove(void **state)
{
	struct lp_map *map = lp_map_new();
	int one, two;

	(void)state;
	assert_int_equal(lp_map_count(map), 0);
	assert_null(lp_map_get(map, "alice", 5));
	assert_null(lp_map_remove(map, "alice", 5));
	assert_null(lp_map_put(map, "alice", 5, &one));
	assert_ptr_equal(lp_map_get(map, "alice", 5), &one);
	assert_null(lp_map_get(map, "alicE", 5));
	assert_null(lp_map_get(map, "alic", 4));
	assert_null(lp_map_get(map, "alice\0", 6));
	assert_ptr_equal(lp_map_put(map, "alice", 5, &two), &one);
	assert_int_equal(lp_map_count(map), 1);
	assert_ptr_equal(lp_map_remove(map, "alice", 5), &two);
	assert_null(lp_map_get(map, "alice", 5));
	assert_int_equal(lp_map_count(map), 0);
	lp_map_free(map);
	lp_map_free(NULL);
}

static void test_keys_of_every_length(void **state)
{
	struct lp_map *map = lp_map_new();
	uint8_t key[LP_MAP_KEY_MAX] = {0};
	int values[LP_MAP_KEY_MAX + 1];

	(void)state;
	for (size_t len = 0; len <= LP_MAP_KEY_MAX; len++)
		assert_null(lp_map_put(map, key, len, &values[len]));
	assert_int_equal(lp_map_count(map), LP_MAP_KEY_MAX + 1);
	for (size_t len = 0; len <= LP_MAP_KEY_MAX; len++)
		assert_ptr_equal(lp_map_get(map, key, len), &values[len]);
	for (size_t len = 0; len <= LP_MAP_KEY_MAX; len += 2)
		assert_ptr_equal(lp_map_remove(map, key, len), &values[len]);
	for (size_t len = 0; len <= LP_MAP_KEY_MAX; len++)
		assert_ptr_equal(lp_map_get(map, key, len), len % 2 == 0 ? NULL : &values[len]);
	lp_map_free(map);
}

/* A long random life, held against a plain array. */
static void test_same_as_an_array(void **state)
{
	static int values[2][MODEL_COUNT];
	void *model[MODEL_COUNT] = {0};
	struct lp_map *map = lp_map_new();
	struct lp_rand rand;
	size_t count = 0;

	(void)state;
	lp_rand_seed(&rand, 7);
	for (int round = 0; round < 200000; round++) {
		unsigned int number = (unsigned int)lp_rand_below(&rand, MODEL_COUNT);
		/* The share of removals swings, so that the map fills and empties. */
		bool is_put = lp_rand_below(&rand, 100) < (round / 20000 % 2 == 0 ? 70U : 30U);
		uint8_t key[LP_MAP_KEY_MAX];
		size_t key_len = make_key(key, number);

		if (is_put) {
			void *value = &values[lp_rand_below(&rand, 2)][number];

			assert_ptr_equal(lp_map_put(map, key, key_len, value), model[number]);
			count += model[number] == NULL;
			model[number] = value;
		} else {
			assert_ptr_equal(lp_map_remove(map, key, key_len), model[number]);
			count -= model[number] != NULL;
			model[number] = NULL;
		}
		assert_int_equal(lp_map_count(map), count);
		number = (unsigned int)lp_rand_below(&rand, MODEL_COUNT);
		key_len = make_key(key, number);
		assert_ptr_equal(lp_map_get(map, key, key_len), model[number]);
	}
	lp_map_free(map);
}

static void test_walk(void **state)
{
	static int values[1000];
	struct lp_map *map = lp_map_new();
	size_t cursor = 0;
	int *value;

	(void)state;
	assert_null(lp_map_next(map, &cursor));
	for (int i = 0; i < 1000; i++)
		lp_map_put(map, &i, sizeof(i), &values[i]);

	/* The entry just given may go: half of them do. */
	cursor = 0;
	while ((value = lp_map_next(map, &cursor)) != NULL) {
		int number = (int)(value - values);

		(*value)++;
		if (number % 2 == 0)
			assert_ptr_equal(lp_map_remove(map, &number, sizeof(number)), value);
	}
	assert_int_equal(lp_map_count(map), 500);
	cursor = 0;
	while ((value = lp_map_next(map, &cursor)) != NULL)
		(*value)++;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(values[i], i % 2 == 0 ? 1 : 2);
	assert_null(lp_map_next(map, &cursor));
	lp_map_free(map);
}

/* Peers that come and go for a week: lookups of what is not there must still end. */
static void test_churn(void **state)
{
	struct lp_map *map = lp_map_new();
	uint8_t mac[6] = {2};
	int value;

	(void)state;
	for (uint32_t i = 0; i < 300000; i++) {
		uint32_t old = i - 6;

		memcpy(mac + 1, &i, sizeof(i));
		assert_null(lp_map_get(map, mac, sizeof(mac)));
		assert_null(lp_map_put(map, mac, sizeof(mac), &value));
		memcpy(mac + 1, &old, sizeof(old));
		assert_ptr_equal(lp_map_remove(map, mac, sizeof(mac)), i < 6 ? NULL : &value);
	}
	assert_int_equal(lp_map_count(map), 6);
	lp_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_get_remove),
		cmocka_unit_test(test_keys_of_every_length),
		cmocka_unit_test(test_same_as_an_array),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
