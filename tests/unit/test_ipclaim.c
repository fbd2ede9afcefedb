/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/ipclaim.h"

#include "base/mem.h"
#include "base/rand.h"
#include "claim_frames.h"
#include "frame/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t read_exact(const uint8_t *frame, size_t len, struct lp_ipclaim *claims)
{
	uint8_t *exact = test_malloc(len ? len : 1);
	size_t count;

	memcpy(exact, frame, len);
	count = lp_ipclaim_read(exact, len, claims);
	assert_true(count <= LP_IPCLAIM_MAX);
	test_free(exact);
	return count;
}

static void check_claim(const struct lp_ipclaim *claim, size_t ip_len, uint8_t station,
			bool is_question, bool is_for_another)
{
	assert_int_equal(claim->ip_len, ip_len);
	assert_int_equal(claim->ip[ip_len - 1], station);
	assert_int_equal(claim->is_question, is_question);
	assert_int_equal(claim->is_for_another, is_for_another);
}

static void test_arp(void **state)
{
	static const struct {
		struct arp arp;
		uint8_t station;
		bool is_question, is_for_another;
	} cases[] = {
		{{5, ARP_REQUEST, 0, 5, 9}, 5, false, false}, /* who has 9? */
		{{5, ARP_REPLY, 0, 5, 9}, 5, false, false},
		{{5, ARP_REQUEST, 0, 5, 5}, 5, false, false}, /* gratuitous */
		{{5, ARP_REPLY, 0, 5, 5}, 5, false, false},
		{{5, ARP_REQUEST, 0, 0, 5}, 5, true, false}, /* probe, RFC 5227 */
		{{5, ARP_REPLY, 7, 9, 5}, 9, false, true},   /* 9 is at 7, says 5 */
		{{5, 77, 0, 5, 9}, 5, false, false},	     /* whatever it wants */
	};
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	uint8_t frame[CLAIM_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		size_t len = make_arp(frame, &cases[i].arp);

		assert_int_equal(read_exact(frame, len, claims), 1);
		check_claim(&claims[0], 4, cases[i].station, cases[i].is_question,
			    cases[i].is_for_another);
	}
	/* Linux takes the hardware type of IEEE 802 for Ethernet's. */
	size_t len = make_arp(frame, &cases[1].arp);
	frame[15] = 6;
	assert_int_equal(read_exact(frame, len, claims), 1);
	check_claim(&claims[0], 4, 5, false, false);
	/* Other forms, which hosts ignore: addresses of another length, cut, no address at all. */
	len = make_arp(frame, &cases[0].arp);
	assert_int_equal(read_exact(frame, len - 1, claims), 0);
	frame[18] = 8;
	assert_int_equal(read_exact(frame, len, claims), 0);
	frame[18] = 6;
	frame[19] = 16;
	assert_int_equal(read_exact(frame, len, claims), 0);
	make_arp(frame, &(struct arp){5, ARP_REQUEST, 0, 0, 0});
	assert_int_equal(read_exact(frame, len, claims), 0);
}

static void test_neighbour_discovery(void **state)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	uint8_t frame[CLAIM_FRAME_MAX];
	size_t len;

	(void)state;
	len = make_nd(frame, &(struct nd){5, ND_NS, 5, 9, 5, 0});
	assert_int_equal(read_exact(frame, len, claims), 1);
	check_claim(&claims[0], 16, 5, false, false);

	len = make_nd(frame, &(struct nd){5, ND_NS, 0, 9, 0, 0}); /* DAD, RFC 4862 */
	assert_int_equal(read_exact(frame, len, claims), 1);
	check_claim(&claims[0], 16, 9, true, false);

	len = make_nd(frame, &(struct nd){5, ND_NA, 5, 9, 5, 0});
	assert_int_equal(read_exact(frame, len, claims), 2);
	check_claim(&claims[0], 16, 5, false, false);
	check_claim(&claims[1], 16, 9, false, false);

	len = make_nd(frame, &(struct nd){5, ND_NA, 5, 5, 7, 0});
	assert_int_equal(read_exact(frame, len, claims), 2);
	check_claim(&claims[1], 16, 5, false, true);

	len = make_nd(frame, &(struct nd){5, ND_RS, 5, 0, 7, 0});
	assert_int_equal(read_exact(frame, len, claims), 1);
	check_claim(&claims[0], 16, 5, false, true);

	len = make_nd(frame, &(struct nd){5, ND_RA, 5, 0, 5, 0});
	assert_int_equal(read_exact(frame, len, claims), 1);
	check_claim(&claims[0], 16, 5, false, false);

	len = make_nd(frame, &(struct nd){5, 128, 5, 0, 0, 0}); /* a ping claims nothing */
	assert_int_equal(read_exact(frame, len, claims), 0);
}

/* One more option behind the message: 1 = source's, 2 = target's link-layer address, 5 = MTU. */
static size_t add_option(uint8_t *frame, size_t len, uint8_t type, uint8_t station)
{
	memset(frame + len, 0, 8);
	frame[len] = type;
	frame[len + 1] = 1;
	frame[len + 2] = 0x02;
	frame[len + 7] = station;
	return len + 8;
}

/* Any of the options may be the one that a host believes. */
static void test_options(void **state)
{
	static const uint8_t messages[] = {ND_RS, ND_RA, ND_NS, ND_NA, ND_REDIRECT};
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	uint8_t frame[CLAIM_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(messages); i++) {
		size_t start = make_nd(frame, &(struct nd){5, messages[i], 5, 5, 0, 0});

		if (messages[i] == ND_REDIRECT)
			start += 16; /* the destination, beside the target */
		for (uint8_t type = 1; type <= 5; type++) {
			bool is_address = type <= 2;
			size_t len = add_option(frame, start, type, 7);

			assert_true(read_exact(frame, len, claims) >= 1);
			check_claim(&claims[0], 16, 5, false, is_address);
			len = add_option(frame, add_option(frame, start, type, 5), 1, 5);
			assert_true(read_exact(frame, len, claims) >= 1);
			check_claim(&claims[0], 16, 5, false, false);
			len = add_option(frame, add_option(frame, start, 1, 5), type, 7);
			assert_true(read_exact(frame, len, claims) >= 1);
			check_claim(&claims[0], 16, 5, false, is_address);
		}
	}
}

static void test_nothing_hides_it(void **state)
{
	static const uint8_t tag[] = {0x81, 0x00, 0x00, 0x00};
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	uint8_t frame[CLAIM_FRAME_MAX + 8];
	size_t len;

	(void)state;
	for (uint8_t extensions = 1; extensions < 5; extensions++) {
		len = make_nd(frame, &(struct nd){5, ND_NA, 5, 9, 0, extensions});
		assert_int_equal(read_exact(frame, len, claims), 2);
		check_claim(&claims[1], 16, 9, false, false);
	}
	len = make_arp(frame, &(struct arp){5, ARP_REPLY, 0, 9, 1});
	for (int tags = 1; tags <= 2; tags++) {
		memmove(frame + 16, frame + 12, len - 12);
		memcpy(frame + 12, tag, sizeof(tag));
		len += sizeof(tag);
		assert_int_equal(read_exact(frame, len, claims), 1);
		check_claim(&claims[0], 4, 9, false, false);
	}
}

static void test_only_what_is_there_is_read(void **state)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	uint8_t frame[CLAIM_FRAME_MAX];
	struct lp_rand rand;

	(void)state;
	lp_rand_seed(&rand, 3);
	size_t len = make_nd(frame, &(struct nd){5, ND_NA, 5, 9, 7, 2});
	for (size_t cut = 0; cut <= len; cut++)
		read_exact(frame, cut, claims);
	for (int round = 0; round < 20000; round++) {
		len = make_nd(frame, &(struct nd){5, ND_NA, 5, 9, 7, 1});
		for (int i = 0; i < 4; i++)
			frame[12 + lp_rand_below(&rand, len - 12)] = (uint8_t)lp_rand_next(&rand);
		read_exact(frame, len, claims);
	}
}

/* Byte for byte, as RFC 826 and RFC 4861 lay them out. */
static void test_questions_are_those_of_the_rfcs(void **state)
{
	static const struct lp_mac from = {{2, 0, 0, 0, 0, 0xaa}};
	static const uint8_t ip4[] = {10, 77, 0, 1};
	static const uint8_t ip6[] = {0xfe, 0x80, 0, 0, 0, 0,	 0,    0,
				      1,    2,	  3, 4, 5, 0x67, 0x89, 0xab};
	static const uint8_t probe[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,  0, 0, 0, 0,
					  0xaa, 8,    6,    0,	  1,	8,    0,  6, 4, 0, 1,
					  2,	0,    0,    0,	  0,	0xaa, 0,  0, 0, 0, 0,
					  0,	0,    0,    0,	  0,	10,   77, 0, 1};
	static const uint8_t head[] = {0x33, 0x33, 0xff, 0x67, 0x89, 0xab, 2,	0,
				       0,    0,	   0,	 0xaa, 0x86, 0xdd, 0x60};
	static const uint8_t group[] = {0xff, 2, 0, 0, 0,    0,	   0,	 0,
					0,    0, 0, 1, 0xff, 0x67, 0x89, 0xab};
	uint8_t frame[LP_IPCLAIM_QUESTION_MAX];
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];

	(void)state;
	assert_int_equal(lp_ipclaim_make_question(&from, ip4, sizeof(ip4), frame), sizeof(probe));
	assert_memory_equal(frame, probe, sizeof(probe));
	assert_int_equal(lp_ipclaim_make_question(&from, ip6, sizeof(ip6), frame), 78);
	assert_memory_equal(frame, head, sizeof(head));
	assert_memory_equal(frame + 18, ((uint8_t[]){0, 24, 58, 255}), 4);
	assert_memory_equal(frame + 38, group, sizeof(group));
	assert_memory_equal(frame + 54, ((uint8_t[]){135, 0}), 2);
	assert_memory_equal(frame + 62, ip6, sizeof(ip6));
	assert_true(lp_checksum_is_right(
		lp_checksum_add(lp_checksum_add_pseudo(0, frame + 14, 58, 24), frame + 54, 24)));
	/* To another gateway of ours it is a question, and no claim. */
	assert_int_equal(read_exact(frame, 78, claims), 1);
	assert_true(claims[0].is_question);
}

static void test_whom_a_packet_is_for(void **state)
{
	uint8_t frame[CLAIM_FRAME_MAX] = {0}, ip[16];
	size_t len = make_nd(frame, &(struct nd){5, ND_NA, 5, 5, 5, 0});

	(void)state;
	assert_int_equal(lp_ipclaim_target(frame, len, ip), 16);
	assert_int_equal(ip[15], 1);
	assert_int_equal(lp_ipclaim_target(frame, 53, ip), 0);
	frame[38] = 0xff;
	assert_int_equal(lp_ipclaim_target(frame, len, ip), 0);
	frame[12] = 0x08;
	frame[13] = 0x00;
	memcpy(frame + 30, ((uint8_t[]){10, 77, 0, 9}), 4);
	assert_int_equal(lp_ipclaim_target(frame, 34, ip), 4);
	assert_int_equal(ip[3], 9);
	assert_int_equal(lp_ipclaim_target(frame, 33, ip), 0);
	for (size_t i = 0; i < 3; i++) {
		frame[30] = ((uint8_t[]){0, 224, 255})[i];
		assert_int_equal(lp_ipclaim_target(frame, 34, ip), 0);
	}
	len = make_arp(frame, &(struct arp){5, ARP_REPLY, 0, 5, 1});
	assert_int_equal(lp_ipclaim_target(frame, len, ip), 0);
	assert_int_equal(lp_ipclaim_target(frame, 13, ip), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_neighbour_discovery),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_nothing_hides_it),
		cmocka_unit_test(test_only_what_is_there_is_read),
		cmocka_unit_test(test_questions_are_those_of_the_rfcs),
		cmocka_unit_test(test_whom_a_packet_is_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
