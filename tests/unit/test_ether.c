/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/ether.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t frame[] = {0x52, 0x54, 0, 0x12, 0x34, 0x56, 0x02, 0,
				0,    0,    0, 0x0a, 0x86, 0xdd, 0x60};

static void test_header(void **state)
{
	const struct lp_mac dst = {{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
	const struct lp_mac src = {{0x02, 0, 0, 0, 0, 0x0a}};
	struct lp_ether ether;

	(void)state;
	for (size_t len = LP_ETHER_HEADER_LEN; len <= sizeof(frame); len++) {
		memset(&ether, 0, sizeof(ether));
		assert_int_equal(lp_ether_parse(frame, len, &ether), LP_OK);
		assert_true(lp_mac_is_equal(&ether.dst, &dst));
		assert_true(lp_mac_is_equal(&ether.src, &src));
		assert_int_equal(ether.ethertype, 0x86dd);
	}
}

/* Each runt lies in a block of its own size: a sanitizer sees any read behind its end. */
static void test_runts_are_refused(void **state)
{
	struct lp_ether before, ether;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (size_t len = 0; len < LP_ETHER_HEADER_LEN; len++) {
		uint8_t *runt = malloc(len);

		if (len > 0)
			memcpy(runt, frame, len);
		ether = before;
		assert_int_equal(lp_ether_parse(runt, len, &ether), LP_ERR_TRUNCATED);
		assert_memory_equal(&ether, &before, sizeof(ether));
		free(runt);
	}
	printf("shows P4\n");
}

static void test_802_3_length(void **state)
{
	uint8_t ipx[LP_ETHER_HEADER_LEN] = {[12] = 0x05, [13] = 0xdc};
	struct lp_ether ether;

	(void)state;
	assert_int_equal(lp_ether_parse(ipx, sizeof(ipx), &ether), LP_OK);
	assert_int_equal(ether.ethertype, 1500);
	assert_true(ether.ethertype < LP_ETHERTYPE_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_runts_are_refused),
		cmocka_unit_test(test_802_3_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
