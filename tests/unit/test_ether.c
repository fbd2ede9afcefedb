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

static size_t strip(const char *tags, size_t tags_len, const uint8_t *rest, size_t rest_len,
		    uint8_t **out)
{
	size_t len = 2 * LP_MAC_LEN + tags_len + rest_len;

	*out = malloc(len);
	memcpy(*out, frame, 2 * LP_MAC_LEN);
	memcpy(*out + 2 * LP_MAC_LEN, tags, tags_len);
	memcpy(*out + 2 * LP_MAC_LEN + tags_len, rest, rest_len);
	return lp_ether_strip_priority(*out, len);
}

#define TAGS(text) text, sizeof(text) - 1

/* IEEE 802.1Q: VLAN 0 is none. What is behind the tag of a VLAN stays as it is. */
static void test_priority_tags_come_off(void **state)
{
	static const uint8_t rest[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 2, 3, 4, 5, 6};
	static const struct {
		const char *tags;
		size_t tags_len;
		size_t left_len; /* of the tags */
	} rows[] = {
		{TAGS(""), 0},
		{TAGS("\x81\x00\x00\x00"), 0},
		{TAGS("\x81\x00\xe0\x00"), 0},
		{TAGS("\x81\x00\xf0\x00"), 0},
		{TAGS("\x88\xa8\x00\x00"), 0},
		{TAGS("\x81\x00\x20\x00\x81\x00\x00\x00"), 0},
		{TAGS("\x88\xa8\x00\x00\x81\x00\xa0\x00"), 0},
		{TAGS("\x81\x00\x00\x01"), 4},
		{TAGS("\x81\x00\xe1\x00"), 4},
		{TAGS("\x81\x00\x0f\xff"), 4},
		{TAGS("\x91\x00\x00\x00"), 4},
		{TAGS("\x81\x00\x00\x00\x81\x00\x00\x05"), 4},
		{TAGS("\x88\xa8\x00\x05\x81\x00\x00\x00"), 8},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *out;
		size_t len = strip(rows[i].tags, rows[i].tags_len, rest, sizeof(rest), &out);
		const char *left = rows[i].tags + rows[i].tags_len - rows[i].left_len;

		assert_int_equal(len, 2 * LP_MAC_LEN + rows[i].left_len + sizeof(rest));
		assert_memory_equal(out, frame, 2 * LP_MAC_LEN);
		assert_memory_equal(out + 2 * LP_MAC_LEN, left, rows[i].left_len);
		assert_memory_equal(out + 2 * LP_MAC_LEN + rows[i].left_len, rest, sizeof(rest));
		free(out);
		/* Nothing behind it, or half a tag: it stays. */
		for (size_t cut = 0; cut < 2; cut++) {
			len = strip(TAGS("\x81\x00\x00\x00"), rest, cut, &out);
			assert_int_equal(len, 2 * LP_MAC_LEN + 4 + cut);
			free(out);
		}
	}
	for (size_t len = 0; len <= 2 * LP_MAC_LEN + 3; len++) {
		uint8_t *cut = malloc(len);

		memset(cut, 0x81, len);
		assert_int_equal(lp_ether_strip_priority(cut, len), len);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_runts_are_refused),
		cmocka_unit_test(test_802_3_length),
		cmocka_unit_test(test_priority_tags_come_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
