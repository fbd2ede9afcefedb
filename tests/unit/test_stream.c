/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/conn_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct lp_stream stream;

static int setup(void **state)
{
	(void)state;
	lp_stream_init(&stream);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lp_stream_fini(&stream);
	return 0;
}

static void append(const char *text)
{
	lp_stream_append(&stream, (const uint8_t *)text, strlen(text));
}

/* Takes at most `max` bytes, as a packet would. */
static size_t take(char *out, size_t max)
{
	const uint8_t *data;
	size_t len = lp_stream_peek(&stream, &data);
	len = len < max ? len : max;
	memcpy(out, data, len);
	out[len] = '\0';
	stream.written += len;
	return len;
}

static void bytes_come_in_order(void **state)
{
	char text[64];
	const uint8_t *data;
	(void)state;
	assert_int_equal(lp_stream_peek(&stream, &data), 0);
	append("hello ");
	append("world");
	assert_int_equal(take(text, 4), 4);
	assert_string_equal(text, "hell");
	assert_int_equal(take(text, 64), 2);
	assert_string_equal(text, "o ");
	assert_int_equal(take(text, 64), 5);
	assert_string_equal(text, "world");
	assert_int_equal(lp_stream_peek(&stream, &data), 0);
	append("!");
	assert_int_equal(take(text, 64), 1);
	assert_int_equal(stream.end, 12);
}

/* What ngtcp2 may still point to stays; whole chunks that were acknowledged go. */
static void bytes_are_kept_until_acknowledged(void **state)
{
	char text[64];
	const uint8_t *first, *again;
	(void)state;
	append("abc");
	append("defg");
	lp_stream_peek(&stream, &first);
	take(text, 3);
	take(text, 4);
	lp_stream_acked(&stream, 2);
	assert_memory_equal(first, "abc", 3);
	assert_int_equal(stream.acked, 2);
	lp_stream_acked(&stream, 3);
	assert_false(lp_list_is_empty(&stream.chunks));
	lp_stream_acked(&stream, 7);
	assert_true(lp_list_is_empty(&stream.chunks));
	assert_int_equal(stream.acked, stream.end);
	/* An old acknowledgement takes nothing back. */
	lp_stream_acked(&stream, 1);
	assert_int_equal(stream.acked, 7);
	append("h");
	assert_int_equal(lp_stream_peek(&stream, &again), 1);
	assert_int_equal(*again, 'h');
}

static void freeing_it_acknowledges_nothing_more(void **state)
{
	(void)state;
	append("never sent");
	append("either");
	lp_stream_fini(&stream);
	assert_true(lp_list_is_empty(&stream.chunks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_come_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes_are_kept_until_acknowledged, setup, teardown),
		cmocka_unit_test_setup_teardown(freeing_it_acknowledges_nothing_more, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
