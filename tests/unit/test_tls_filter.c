/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/tls_filter.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

/* Every type of message in every space, from either end. */
static void only_what_has_its_place(void **state)
{
	static const struct {
		bool is_server;
		enum lp_tls_space space;
		uint8_t type;
	} allowed[] = {
		{true, LP_TLS_INITIAL, 1},     {true, LP_TLS_HANDSHAKE, 11},
		{true, LP_TLS_HANDSHAKE, 15},  {true, LP_TLS_HANDSHAKE, 20},
		{false, LP_TLS_INITIAL, 2},    {false, LP_TLS_HANDSHAKE, 8},
		{false, LP_TLS_HANDSHAKE, 11}, {false, LP_TLS_HANDSHAKE, 13},
		{false, LP_TLS_HANDSHAKE, 15}, {false, LP_TLS_HANDSHAKE, 20},
		{false, LP_TLS_ONE_RTT, 4},
	};
	size_t count = 0;
	(void)state;
	for (unsigned i = 0; i < 2 * LP_TLS__SPACES * 256; i++) {
		bool is_server = i / 256 / LP_TLS__SPACES == 0;
		enum lp_tls_space space = (enum lp_tls_space)(i / 256 % LP_TLS__SPACES);
		uint8_t message[] = {(uint8_t)i, 0, 0, 1, 7};
		bool is_allowed = false;
		for (size_t j = 0; j < LP_ARRAY_COUNT(allowed); j++)
			is_allowed |= allowed[j].is_server == is_server &&
				      allowed[j].space == space && allowed[j].type == message[0];
		struct lp_tls_filter filter = {0};
		assert_int_equal(lp_tls_filter_allows(&filter, is_server, space, message, 5),
				 is_allowed);
		count += is_allowed;
	}
	assert_int_equal(count, LP_ARRAY_COUNT(allowed));
}

/* Cut anywhere, it is the same row of messages. */
static void cuts_are_no_matter(void **state)
{
	static const uint8_t row[] = {4, 0, 0, 3, 24, 24, 24, 4, 0, 0, 0, 4, 0, 1, 0};
	static const uint8_t update[] = {24, 0, 0, 1, 0};
	(void)state;
	for (size_t cut = 0; cut <= sizeof(row); cut++) {
		struct lp_tls_filter filter = {0};
		uint8_t rest[256] = {0};
		assert_true(lp_tls_filter_allows(&filter, false, LP_TLS_ONE_RTT, row, cut));
		assert_true(lp_tls_filter_allows(&filter, false, LP_TLS_ONE_RTT, row + cut,
						 sizeof(row) - cut));
		assert_true(lp_tls_filter_allows(&filter, false, LP_TLS_ONE_RTT, rest, 256));
		assert_false(lp_tls_filter_allows(&filter, false, LP_TLS_ONE_RTT, update,
						  sizeof(update)));
	}
}

/* Behind Finished the keys of the handshake are good for nothing. */
static void nothing_follows_the_end(void **state)
{
	static const uint8_t finished[] = {20, 0, 0, 2, 1, 2};
	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		struct lp_tls_filter filter = {0};
		uint8_t next = (uint8_t)type;
		assert_true(lp_tls_filter_allows(&filter, type % 2, LP_TLS_HANDSHAKE, finished,
						 sizeof(finished)));
		assert_false(lp_tls_filter_allows(&filter, type % 2, LP_TLS_HANDSHAKE, &next, 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_has_its_place),
		cmocka_unit_test(cuts_are_no_matter),
		cmocka_unit_test(nothing_follows_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
