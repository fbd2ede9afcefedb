/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "../tools/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

/* Counts the n sequences, one every 10 ns. */
static struct tally count(const uint64_t *sequences, size_t n)
{
	struct tally tally = {0};

	for (size_t i = 0; i < n; i++)
		tally_add(&tally, sequences[i], 64, 1000 + 10 * i);
	return tally;
}

static void nothing_came(void **state)
{
	struct tally tally = {0};

	(void)state;
	assert_int_equal(tally_missing(&tally, 0), 0);
	assert_int_equal(tally_missing(&tally, 5), 5);
	tally_fini(&tally);
}

static void tells_duplicates_from_late_ones(void **state)
{
	static const uint64_t sequences[] = {0, 1, 3, 3, 2, 2, 0, 7};
	struct tally tally = count(sequences, 8);

	(void)state;
	assert_int_equal(tally.received, 8);
	assert_int_equal(tally.unique, 5);
	assert_int_equal(tally.duplicates, 3);
	assert_int_equal(tally.reordered, 1);
	assert_int_equal(tally.highest, 7);
	assert_int_equal(tally.bytes, 8 * 64);
	assert_int_equal(tally_missing(&tally, 0), 3);
	assert_int_equal(tally_missing(&tally, 10), 5);
	assert_int_equal(tally_missing(&tally, 5), 0);
	tally_fini(&tally);
}

static void holds_large_numbers_up_to_its_limit(void **state)
{
	static const uint64_t sequences[] = {40000000, 5, 1ULL << 32, UINT64_MAX};
	struct tally tally = count(sequences, 4);

	(void)state;
	assert_int_equal(tally.unique, 2);
	assert_int_equal(tally.reordered, 1);
	assert_int_equal(tally.corrupt, 2);
	assert_int_equal(tally_missing(&tally, 0), 40000001 - 2);
	tally_fini(&tally);
}

static void remembers_the_longest_gap(void **state)
{
	struct tally tally = {0};

	(void)state;
	tally_add(&tally, 0, 64, 5000);
	tally_add(&tally, 1, 64, 5010);
	tally_add(&tally, 2, 64, 9010);
	tally_add(&tally, 2, 64, 9020);
	assert_int_equal(tally.longest_gap_ns, 4000);
	assert_int_equal(tally.last_ns - tally.first_ns, 4020);
	tally_fini(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_came),
		cmocka_unit_test(tells_duplicates_from_late_ones),
		cmocka_unit_test(holds_large_numbers_up_to_its_limit),
		cmocka_unit_test(remembers_the_longest_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
