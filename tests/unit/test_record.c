/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "base/rand.h"
#include "wire/cursor.h"
#include "wire/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The length of each record of a stream; its bytes are a pattern of index and place. */
static const uint32_t lens[] = {2, 0, 0, 100, LP_RECORD_MAX, 1, 0, LP_RECORD_MAX - 1, 17};

static uint8_t byte_at(size_t record, size_t offset)
{
	return (uint8_t)(record * 31 + offset * 7);
}

static uint8_t *make_stream(size_t *stream_len)
{
	size_t cap = LP_ARRAY_COUNT(lens) * (LP_RECORD_HEADER_LEN + LP_RECORD_MAX);
	uint8_t *stream = lp_alloc(cap);
	struct lp_writer writer = lp_writer_init(stream, cap);

	for (size_t r = 0; r < LP_ARRAY_COUNT(lens); r++) {
		lp_writer_u32(&writer, lens[r]);
		for (size_t i = 0; i < lens[r]; i++)
			lp_writer_u8(&writer, byte_at(r, i));
	}
	*stream_len = writer.len;
	return stream;
}

/* Feeds the stream in portions that next_len gives, and checks each record that comes out. */
static void check_portions(size_t (*next_len)(struct lp_rand *rand))
{
	struct lp_record_reader *reader = lp_alloc(sizeof(*reader));
	struct lp_rand rand;
	size_t left, record = 0;
	uint8_t *stream = make_stream(&left);
	const uint8_t *at = stream;

	lp_rand_seed(&rand, 7);
	while (left > 0) {
		size_t portion = next_len(&rand);

		if (portion > left)
			portion = left;
		const uint8_t *data = at, *json;
		size_t len = portion, json_len;

		while (lp_record_next(reader, &data, &len, &json, &json_len) == LP_OK) {
			assert_int_equal(json_len, lens[record]);
			for (size_t i = 0; i < json_len; i++)
				assert_int_equal(json[i], byte_at(record, i));
			record++;
		}
		assert_int_equal(len, 0);
		assert_ptr_equal(data, at + portion);
		at += portion;
		left -= portion;
	}
	assert_int_equal(record, LP_ARRAY_COUNT(lens));
	free(stream);
	lp_record_fini(reader);
	free(reader);
}

static size_t one_byte(struct lp_rand *rand)
{
	(void)rand;
	return 1;
}

static size_t all_at_once(struct lp_rand *rand)
{
	(void)rand;
	return SIZE_MAX;
}

static size_t as_packets(struct lp_rand *rand)
{
	return lp_rand_below(rand, 1400);
}

static void whole_records_from_any_portions(void **state)
{
	(void)state;
	check_portions(one_byte);
	check_portions(all_at_once);
	for (int i = 0; i < 50; i++)
		check_portions(as_packets);
}

static void too_large_is_an_error_for_good(void **state)
{
	static const uint32_t announced[] = {LP_RECORD_MAX + 1, 0x7fffffff, UINT32_MAX, 0x47455420};
	struct lp_record_reader *reader = lp_alloc(sizeof(*reader));

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(announced); i++) {
		uint8_t bytes[8] = {0};
		struct lp_writer writer = lp_writer_init(bytes, sizeof(bytes));
		const uint8_t *data = bytes, *json;
		size_t len = sizeof(bytes), json_len;

		lp_writer_u32(&writer, announced[i]);
		reader->len = 0;
		for (int again = 0; again < 3; again++)
			assert_int_equal(lp_record_next(reader, &data, &len, &json, &json_len),
					 LP_ERR_TOO_LARGE);
	}
	lp_record_fini(reader);
	free(reader);
}

static void a_cut_record_is_never_given(void **state)
{
	static const uint8_t record[] = {0, 0, 0, 3, 'a', 'b', 'c'};
	struct lp_record_reader *reader = lp_alloc(sizeof(*reader));

	(void)state;
	for (size_t cut = 0; cut < sizeof(record); cut++) {
		const uint8_t *data = record, *json;
		size_t len = cut, json_len;

		reader->len = 0;
		assert_int_equal(lp_record_next(reader, &data, &len, &json, &json_len),
				 LP_ERR_AGAIN);
		assert_int_equal(lp_record_next(reader, &data, &len, &json, &json_len),
				 LP_ERR_AGAIN);
		assert_int_equal(len, 0);
	}
	lp_record_fini(reader);
	free(reader);
}

/* What the encoder writes is one record, and what is in it decodes. */
static void encoded_messages_are_records(void **state)
{
	struct lp_message message = {.type = LP_MESSAGE_DISCONNECT,
				     .disconnect = {.reason = "quit", .after_ms = 5}};
	struct lp_record_reader *reader = lp_alloc(sizeof(*reader));
	uint8_t out[256];
	size_t len, json_len;
	const uint8_t *data = out, *json;
	const char *why;
	struct lp_message decoded;
	enum lp_reject_code code;

	(void)state;
	assert_int_equal(lp_message_encode(&message, out, sizeof(out), &len), LP_OK);
	assert_int_equal(lp_record_next(reader, &data, &len, &json, &json_len), LP_OK);
	assert_int_equal(len, 0);
	assert_int_equal(lp_message_decode(json, json_len, &decoded, &why, &code), LP_OK);
	assert_int_equal(decoded.type, LP_MESSAGE_DISCONNECT);
	assert_string_equal(decoded.disconnect.reason, "quit");
	lp_record_fini(reader);
	free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_records_from_any_portions),
		cmocka_unit_test(too_large_is_an_error_for_good),
		cmocka_unit_test(a_cut_record_is_never_given),
		cmocka_unit_test(encoded_messages_are_records),
	};
	int failed_count = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed_count == 0)
		printf("shows C13 C14\n");
	return failed_count;
}
