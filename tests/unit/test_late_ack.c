/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What late packets may say, space by space; and that an honest peer is never in the way. */

#include "base/mem.h"
#include "quic/late_ack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SHORT	  0x40
#define INITIAL	  0xc0
#define HANDSHAKE 0xe0
#define NO_ACK	  (-1)

static size_t make_head(uint8_t first, uint64_t number, size_t number_len, uint8_t head[12])
{
	memset(head, 0, 12);
	head[0] = (uint8_t)(first | (number_len - 1));
	for (size_t i = 0; i < number_len; i++)
		head[11 - i] = (uint8_t)(number >> 8 * i);
	return 12;
}

static void say(struct lp_late_ack *late, uint8_t first, uint64_t number, int64_t ack)
{
	struct lp_frame_scan scan = {.has_ack = ack != NO_ACK, .largest_ack = (uint64_t)ack};
	uint8_t head[12];
	lp_late_ack_sent(late, head, make_head(first, number, 2, head), &scan);
}

static bool hears(const struct lp_late_ack *late, uint8_t first, uint64_t number, int64_t ack,
		  size_t number_len)
{
	struct lp_frame_scan scan = {.has_ack = ack != NO_ACK, .largest_ack = (uint64_t)ack};
	uint8_t head[12];
	return lp_late_ack_allows(late, head, make_head(first, number, number_len, head), &scan);
}

static void a_late_packet_knows_nothing_new(void **state)
{
	static const uint8_t spaces[] = {SHORT, INITIAL, HANDSHAKE};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(spaces); i++) {
		struct lp_late_ack late = {0};
		say(&late, spaces[i], 0, NO_ACK);
		assert_true(hears(&late, spaces[i], 5, 0, 2));
		say(&late, spaces[i], 1, NO_ACK);
		say(&late, spaces[i], 2, 5); /* 5 has come */
		say(&late, spaces[i], 3, 5);
		assert_true(hears(&late, spaces[i], 4, NO_ACK, 2));
		assert_true(hears(&late, spaces[i], 4, 1, 2));
		assert_false(hears(&late, spaces[i], 4, 2, 2));
		assert_false(hears(&late, spaces[i], 5, 2, 2)); /* once more */
		assert_false(hears(&late, spaces[i], 0, 3, 2));
		assert_true(hears(&late, spaces[i], 6, 2, 2));
		say(&late, spaces[i], 4, 6);
		assert_true(hears(&late, spaces[i], 5, 3, 2)); /* what 5 might know */
		assert_false(hears(&late, spaces[i], 5, 4, 2));
	}
}

static void spaces_are_apart(void **state)
{
	struct lp_late_ack late = {0};
	(void)state;
	say(&late, SHORT, 7, 100);
	assert_true(hears(&late, INITIAL, 1, 7, 2));
	assert_true(hears(&late, HANDSHAKE, 1, 7, 2));
	assert_false(hears(&late, SHORT, 1, 7, 2));
}

/* Numbers come with as few bytes as their sender thinks right (RFC 9000 §17.1). */
static void short_numbers_are_completed(void **state)
{
	struct lp_late_ack late = {0};
	(void)state;
	for (uint64_t number = 0; number < 70000; number++) {
		assert_true(hears(&late, SHORT, number, (int64_t)number, 1));
		say(&late, SHORT, number, (int64_t)number);
	}
	assert_true(late.spaces[2].next_tx == 70000 && late.spaces[2].acked == 69999);
	for (size_t len = 1; len <= 4; len++) {
		assert_false(hears(&late, SHORT, 69998, 69999, len));
		assert_true(hears(&late, SHORT, 70100, 69999, len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_late_packet_knows_nothing_new),
		cmocka_unit_test(spaces_are_apart),
		cmocka_unit_test(short_numbers_are_completed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
