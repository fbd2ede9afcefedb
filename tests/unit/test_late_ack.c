/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What late packets may say, space by space; and that an honest peer is never in the way. */

#include "base/mem.h"
#include "quic/late_ack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SHORT	  0x40
#define INITIAL	  0xc0
#define HANDSHAKE 0xe0
#define NO_ACK	  (-1)

static bool read_long(struct lp_late_ack *late, uint8_t first, uint64_t number, int64_t ack,
		      size_t number_len)
{
	uint8_t head[12] = {(uint8_t)(first | (number_len - 1))};
	for (size_t i = 0; i < number_len; i++)
		head[sizeof(head) - 1 - i] = (uint8_t)(number >> 8 * i);
	return lp_late_ack_allows(late, head, sizeof(head), ack != NO_ACK, (uint64_t)ack);
}

static bool read(struct lp_late_ack *late, uint8_t first, uint64_t number, int64_t ack)
{
	return read_long(late, first, number, ack, 2);
}

static void a_late_packet_knows_nothing_new(void **state)
{
	static const uint8_t spaces[] = {SHORT, INITIAL, HANDSHAKE};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(spaces); i++) {
		struct lp_late_ack late = {0};
		assert_true(read(&late, spaces[i], 5, 3));
		assert_true(read(&late, spaces[i], 4, 7)); /* nothing was sent since */
		lp_late_ack_sent(&late);
		assert_true(read(&late, spaces[i], 3, NO_ACK));
		assert_true(read(&late, spaces[i], 3, 7)); /* known already */
		assert_false(read(&late, spaces[i], 3, 8));
		assert_false(read(&late, spaces[i], 4, 100));
		assert_true(read(&late, spaces[i], 6, 8)); /* the new largest may */
		assert_true(read(&late, spaces[i], 5, 9));
	}
}

static void spaces_are_apart(void **state)
{
	struct lp_late_ack late = {0};
	(void)state;
	assert_true(read(&late, SHORT, 100, 50));
	lp_late_ack_sent(&late);
	assert_true(read(&late, INITIAL, 1, 1));
	assert_true(read(&late, HANDSHAKE, 1, 1));
	assert_false(read(&late, SHORT, 1, 51));
}

/* Numbers come with as few bytes as the peer thinks right (RFC 9000 §17.1). */
static void short_numbers_are_completed(void **state)
{
	struct lp_late_ack late = {0};
	(void)state;
	for (uint64_t number = 0; number < 70000; number++) {
		assert_true(read_long(&late, SHORT, number, (int64_t)number, 1));
		lp_late_ack_sent(&late);
	}
	assert_true(late.spaces[2].largest_rx == 69999);
	assert_false(read_long(&late, SHORT, 69998, 70000, 1));
	assert_false(read_long(&late, SHORT, 69998, 70000, 4));
	assert_true(read_long(&late, SHORT, 70100, 70000, 1));
	assert_true(late.spaces[2].largest_rx == 70100);
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
