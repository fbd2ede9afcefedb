/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "../tools/numbered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include <string.h>

static uint8_t frame[NUMBERED_MAX];

static int make_tables(void **state)
{
	(void)state;
	numbered_init();
	return 0;
}

static void returns_the_number_at_any_length(void **state)
{
	static const uint64_t numbers[] = {0, 1, 65536, 1ULL << 31, UINT64_MAX};

	(void)state;
	for (size_t len = NUMBERED_MIN; len <= 1600; len++) {
		uint64_t wanted = numbers[len % 5];
		uint64_t number = ~wanted;

		numbered_build(frame, len, 7, wanted);
		assert_int_equal(numbered_check(frame, len, 7, &number), NUMBERED_GOOD);
		assert_true(number == wanted);
		assert_int_equal(numbered_check(frame, len + 10, 7, &number), NUMBERED_GOOD);
		assert_int_equal(numbered_check(frame, len - 1, 7, &number),
				 len == NUMBERED_MIN ? NUMBERED_OTHER : NUMBERED_CORRUPT);
		assert_int_equal(numbered_check(frame, len, 8, &number), NUMBERED_OTHER);
	}
}

/* CRC-32 of IEEE 802.3, worked out by another program over the same bytes. */
static void layout_stays_as_it_is(void **state)
{
	static const uint8_t wanted[] = {0x4c, 0x50, 0x6e, 0x66, 1,    2,    3,	   4,
					 0,    0,    0,	   0,	 5,    6,    7,	   8,
					 0,    0,    0,	   38,	 0xc9, 0x17, 0xb4, 0xef};

	(void)state;
	numbered_build(frame, NUMBERED_MIN, 0x01020304, 0x05060708);
	assert_memory_equal(frame + 14, wanted, sizeof(wanted));
}

static void sees_every_flipped_bit(void **state)
{
	uint64_t number;

	(void)state;
	numbered_build(frame, 200, 7, 99);
	for (size_t bit = 14 * 8; bit < 200 * 8; bit++) {
		frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_not_equal(numbered_check(frame, 200, 7, &number), NUMBERED_GOOD);
		frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_int_equal(numbered_check(frame, 200, 7, &number), NUMBERED_GOOD);
}

/* The mistake of a reassembly that matters most. */
static void sees_fragments_of_two_frames_joined(void **state)
{
	uint8_t other[1000];
	uint64_t number;

	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		numbered_build(frame, sizeof(other), 7, i);
		numbered_build(other, sizeof(other), 7, i + 1);
		memcpy(frame + 600, other + 600, 400);
		assert_int_equal(numbered_check(frame, sizeof(other), 7, &number),
				 NUMBERED_CORRUPT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_the_number_at_any_length),
		cmocka_unit_test(layout_stays_as_it_is),
		cmocka_unit_test(sees_every_flipped_bit),
		cmocka_unit_test(sees_fragments_of_two_frames_joined),
	};

	return cmocka_run_group_tests(tests, make_tables, NULL);
}
