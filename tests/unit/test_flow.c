/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/flow.h"

#include "base/mem.h"
#include "base/rand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER 14

static uint32_t flow_of(const uint8_t *frame, size_t len)
{
	struct lp_ether ether;
	uint8_t *exact = test_malloc(len);
	uint32_t flow;

	memcpy(exact, frame, len);
	assert_int_equal(lp_ether_parse(exact, len, &ether), LP_OK);
	flow = lp_flow_of(exact, len, &ether);
	test_free(exact);
	return flow;
}

/* A broadcast with that ethertype; the rest is zero. */
static void make(uint8_t frame[128], uint16_t ethertype)
{
	memset(frame, 0, 128);
	memset(frame, 0xff, 6);
	frame[12] = (uint8_t)(ethertype >> 8);
	frame[13] = (uint8_t)ethertype;
}

static void test_flows_are_told_apart(void **state)
{
	uint8_t frame[128];

	(void)state;
	make(frame, 0x0806);
	assert_int_equal(flow_of(frame, 60), 0x08060000);
	make(frame, 0x0026);
	assert_int_equal(flow_of(frame, 60), 0);

	make(frame, 0x0800);
	frame[HEADER] = 0x46;
	frame[HEADER + 9] = 17;
	frame[HEADER + 24 + 2] = 0x65;
	frame[HEADER + 24 + 3] = 0x90;
	assert_int_equal(flow_of(frame, 60), 0x08006590);
	frame[HEADER + 9] = 6; /* TCP */
	assert_int_equal(flow_of(frame, 60), 0x08000000);
	frame[HEADER + 9] = 17;
	frame[HEADER + 7] = 1; /* not the first fragment: its ports are elsewhere */
	assert_int_equal(flow_of(frame, 60), 0x08000000);

	make(frame, 0x86dd);
	frame[HEADER] = 0x60;
	frame[HEADER + 6] = 17;
	frame[HEADER + 40 + 2] = 0x14;
	frame[HEADER + 40 + 3] = 0xe9;
	assert_int_equal(flow_of(frame, 90), 0x86dd14e9);
	frame[HEADER + 6] = 58;
	frame[HEADER + 40] = 135;
	assert_int_equal(flow_of(frame, 90), 0x86dd0087);
}

static void test_short_and_broken_ones_are_read_inside_only(void **state)
{
	static const uint16_t types[] = {0x0800, 0x86dd, 0x0806, 0x0010};
	struct lp_rand rand;
	uint8_t frame[128];

	(void)state;
	lp_rand_seed(&rand, 1);
	for (unsigned round = 0; round < 20000; round++) {
		make(frame, types[round % LP_ARRAY_COUNT(types)]);
		for (size_t i = HEADER; i < sizeof(frame); i++)
			frame[i] = (uint8_t)lp_rand_next(&rand);
		if (round % 2)
			frame[HEADER + 9] = frame[HEADER + 6] = 17;
		flow_of(frame, HEADER + lp_rand_below(&rand, 128 - HEADER + 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flows_are_told_apart),
		cmocka_unit_test(test_short_and_broken_ones_are_read_inside_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
