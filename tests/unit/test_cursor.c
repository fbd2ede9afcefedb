/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
				0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10};

static void reads_network_byte_order(void **state)
{
	struct lp_reader reader = lp_reader_init(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(lp_reader_u8(&reader), 0x01);
	assert_int_equal(lp_reader_u16(&reader), 0x0203);
	assert_int_equal(lp_reader_u32(&reader), 0x04050607);
	assert_true(lp_reader_u64(&reader) == 0x08090a0b0c0d0e0fULL);
	assert_int_equal(lp_reader_left(&reader), 1);
	assert_ptr_equal(lp_reader_bytes(&reader, 1), bytes + 15);
	assert_non_null(lp_reader_bytes(&reader, 0));
	assert_int_equal(lp_reader_left(&reader), 0);
	assert_false(reader.has_failed);
}

static void stays_failed_wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < 15; len++) {
		struct lp_reader reader = lp_reader_init(bytes, len);

		lp_reader_u8(&reader);
		lp_reader_u16(&reader);
		lp_reader_u32(&reader);
		assert_true(lp_reader_u64(&reader) == 0);
		assert_true(reader.has_failed);
		assert_int_equal(lp_reader_left(&reader), 0);
		assert_int_equal(lp_reader_u8(&reader), 0);
		assert_int_equal(lp_reader_u16(&reader), 0);
		assert_int_equal(lp_reader_u32(&reader), 0);
		assert_null(lp_reader_bytes(&reader, 0));
	}
}

static void a_huge_length_does_not_wrap(void **state)
{
	struct lp_reader reader = lp_reader_init(bytes, sizeof(bytes));
	uint8_t out[4];
	struct lp_writer writer = lp_writer_init(out, sizeof(out));

	(void)state;
	lp_reader_u8(&reader);
	assert_null(lp_reader_bytes(&reader, SIZE_MAX));
	assert_true(reader.has_failed);
	lp_writer_u8(&writer, 1);
	assert_null(lp_writer_reserve(&writer, SIZE_MAX));
	assert_true(writer.has_failed);
}

static void reads_nothing_out_of_nothing(void **state)
{
	struct lp_reader reader = lp_reader_init(NULL, 0);

	(void)state;
	assert_int_equal(lp_reader_left(&reader), 0);
	assert_int_equal(lp_reader_u8(&reader), 0);
	assert_true(reader.has_failed);
}

static void writes_what_it_reads(void **state)
{
	uint8_t out[sizeof(bytes)];
	struct lp_writer writer = lp_writer_init(out, sizeof(out));

	(void)state;
	lp_writer_u8(&writer, 0x01);
	lp_writer_u16(&writer, 0x0203);
	lp_writer_u32(&writer, 0x04050607);
	lp_writer_u64(&writer, 0x08090a0b0c0d0e0fULL);
	lp_writer_bytes(&writer, bytes + 15, 1);
	lp_writer_bytes(&writer, NULL, 0);
	assert_false(writer.has_failed);
	assert_int_equal(writer.len, sizeof(bytes));
	assert_memory_equal(out, bytes, sizeof(bytes));
}

static void writes_nothing_once_failed(void **state)
{
	uint8_t out[3] = {0xee, 0xee, 0xee};
	struct lp_writer writer = lp_writer_init(out, 2);

	(void)state;
	lp_writer_u8(&writer, 1);
	lp_writer_u16(&writer, 2);
	assert_true(writer.has_failed);
	lp_writer_u8(&writer, 3);
	lp_writer_u32(&writer, 4);
	lp_writer_u64(&writer, 5);
	assert_int_equal(writer.len, 1);
	assert_int_equal(out[1], 0xee);
	assert_int_equal(out[2], 0xee);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_byte_order),
		cmocka_unit_test(stays_failed_wherever_it_is_cut),
		cmocka_unit_test(a_huge_length_does_not_wrap),
		cmocka_unit_test(reads_nothing_out_of_nothing),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(writes_nothing_once_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
