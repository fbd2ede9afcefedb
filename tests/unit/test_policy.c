/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy.h"

#include "base/mem.h"
#include "base/rand.h"
#include "policy_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define INFRASTRUCTURE_TYPES 43 /* of the vectors */

static enum lp_verdict check(const struct policy_vector *vector, const uint8_t *frame, size_t len)
{
	struct lp_ether ether = {0};
	enum lp_verdict verdict =
		lp_policy_check(frame, len, vector->direction, &vector->policy,
				vector->has_source ? &vector->source : NULL, &ether);

	/* The header is there for the log, whatever the verdict. */
	if (len >= LP_ETHER_HEADER_LEN) {
		assert_memory_equal(ether.dst.octet, frame, LP_MAC_LEN);
		assert_memory_equal(ether.src.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
		assert_int_equal(ether.ethertype, frame[12] << 8 | frame[13]);
	}
	return verdict;
}

static void on_vector(void *user, const struct policy_vector *vector)
{
	size_t *wrong_count = user;
	enum lp_verdict verdict = check(vector, vector->frame, vector->len);

	if (verdict == vector->verdict)
		return;
	(*wrong_count)++;
	print_error("%s %s: %s, should be %s\n", vector->name,
		    vector->direction == LP_DIRECTION_FROM_LAN ? "from the LAN" : "from remote",
		    lp_verdict_name(verdict), lp_verdict_name(vector->verdict));
}

static void test_every_vector_gets_its_verdict(void **state)
{
	size_t wrong_count = 0;
	size_t count = policy_vectors_each(on_vector, &wrong_count);

	(void)state;
	assert_true(count >= 400);
	assert_int_equal(wrong_count, 0);
	printf("%zu vectors\n", count);
	printf("shows P6 R21 R22 R23 R24 R25 R26 R27 R28 R29\n");
}

/* Cut at every byte, in a block of just that size: a sanitizer sees any read behind its end. */
static void cut_vector(void *user, const struct policy_vector *vector)
{
	(void)user;
	for (size_t len = 0; len < vector->len; len += len < 128 ? 1 : 61) {
		uint8_t *cut = malloc(len);

		if (len > 0)
			memcpy(cut, vector->frame, len);
		enum lp_verdict verdict = check(vector, cut, len);
		assert_true((size_t)verdict < LP_VERDICT__COUNT);
		assert_int_equal(verdict == LP_VERDICT_RUNT, len < LP_ETHER_HEADER_LEN);
		free(cut);
	}
}

static void test_cut_frames_are_read_inside_only(void **state)
{
	(void)state;
	policy_vectors_each(cut_vector, NULL);
	printf("shows P4\n");
}

/* The LAN's drivers pad to 60 bytes, so the relay and the gateway must say the same of a frame. */
static void pad_vector(void *user, const struct policy_vector *vector)
{
	static const uint8_t zero[LP_ETHER_WIRE_MIN];
	uint8_t padded[LP_FRAME_MAX];

	(void)user;
	if (vector->len < LP_ETHER_HEADER_LEN || vector->len >= LP_ETHER_WIRE_MIN ||
	    vector->verdict != LP_VERDICT_FORWARD)
		return;
	memcpy(padded, vector->frame, vector->len);
	memcpy(padded + vector->len, zero, LP_ETHER_WIRE_MIN - vector->len);
	assert_int_equal(check(vector, padded, LP_ETHER_WIRE_MIN), LP_VERDICT_FORWARD);
}

static void test_padding_changes_nothing(void **state)
{
	(void)state;
	policy_vectors_each(pad_vector, NULL);
}

/* A rule that knows too many frames would be found by no vector of an attack. */
static void test_udp_between_players_passes_whatever_its_ports(void **state)
{
	static const uint16_t refused[] = {67, 68, 520, 521, 646, 698};
	uint8_t frame[64] = {0x52, 0x54, 0,    0x12, 0x34, 0x56, 2, 0, 0, 0, 0,	 0x0a,
			     8,	   0,	 0x45, 0,    0,	   50,	 0, 0, 0, 0, 64, 17};
	const struct lp_policy policy = {0};
	struct lp_ether ether;
	size_t refused_count = 0;

	(void)state;
	for (unsigned int port = 0; port <= UINT16_MAX; port++) {
		frame[34] = 0xc3;
		frame[36] = (uint8_t)(port >> 8);
		frame[37] = (uint8_t)port;
		enum lp_verdict verdict = lp_policy_check(
			frame, sizeof(frame), LP_DIRECTION_FROM_REMOTE, &policy, NULL, &ether);
		if (verdict == LP_VERDICT_FORWARD)
			continue;
		assert_int_equal(verdict,
				 port < 520 ? LP_VERDICT_DHCP4_SERVER : LP_VERDICT_INFRASTRUCTURE);
		assert_true(refused_count < LP_ARRAY_COUNT(refused) &&
			    port == refused[refused_count]);
		refused_count++;
	}
	assert_int_equal(refused_count, LP_ARRAY_COUNT(refused));
}

/* What no queue holds may still come from a device: a jumbo of any size is one. */
static void test_every_length(void **state)
{
	static const size_t huge[] = {9018, 65535};
	struct policy_vector vector = {.len = 0};
	uint8_t *frame = calloc(1, 65535);

	(void)state;
	frame[6] = 0x02;
	frame[12] = 0x12;
	for (size_t len = 0; len <= 1600 + 2; len++) {
		size_t frame_len = len <= 1600 ? len : huge[len - 1601];
		enum lp_verdict wanted = LP_VERDICT_FORWARD;

		if (frame_len < LP_ETHER_HEADER_LEN)
			wanted = LP_VERDICT_RUNT;
		else if (frame_len > LP_ETHER_UNTAGGED_MAX)
			wanted = LP_VERDICT_JUMBO;
		vector.direction = LP_DIRECTION_FROM_REMOTE;
		assert_int_equal(check(&vector, frame, frame_len), wanted);
		vector.direction = LP_DIRECTION_FROM_LAN;
		assert_int_equal(check(&vector, frame, frame_len), wanted);
	}
	free(frame);
	printf("shows R22\n");
}

/* Every other value of a field that rules compare passes: ethertypes one by one. */
static void test_unknown_ethertypes_pass(void **state)
{
	uint8_t frame[60] = {0x52, 0x54, 0, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 0x0a};
	const struct lp_policy policy = {0};
	struct lp_ether ether;
	size_t dropped_count = 0;

	(void)state;
	for (unsigned int type = LP_ETHERTYPE_MIN; type <= UINT16_MAX; type++) {
		frame[12] = (uint8_t)(type >> 8);
		frame[13] = (uint8_t)type;
		if (lp_policy_check(frame, sizeof(frame), LP_DIRECTION_FROM_REMOTE, &policy, NULL,
				    &ether) != LP_VERDICT_FORWARD)
			dropped_count++;
	}
	/* 5 tags, 8 of L2 control, 6 that do not belong here, LLC, and zeros that are no IP */
	assert_int_equal(dropped_count, 5 + 8 + 6 + 1 + 2 + INFRASTRUCTURE_TYPES);
}

static void test_source_must_be_the_announced_one(void **state)
{
	uint8_t frame[60] = {0x52, 0x54, 0, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 0x0a, 0x12, 0x34};
	struct lp_mac source = {{2, 0, 0, 0, 0, 0x0a}};
	const struct lp_policy policy = {0};
	struct lp_ether ether;

	(void)state;
	assert_int_equal(lp_policy_check(frame, sizeof(frame), LP_DIRECTION_FROM_REMOTE, &policy,
					 &source, &ether),
			 LP_VERDICT_FORWARD);
	for (int bit = 0; bit < 48; bit++) {
		frame[6 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		enum lp_verdict verdict = lp_policy_check(
			frame, sizeof(frame), LP_DIRECTION_FROM_REMOTE, &policy, &source, &ether);
		assert_int_equal(verdict,
				 bit == 0 ? LP_VERDICT_INVALID_SOURCE : LP_VERDICT_SOURCE_MAC);
		frame[6 + bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	printf("shows R20\n");
}

/* Noise of all lengths, and noise behind each of the headers that rules look into. */
static void test_noise_is_read_inside_only(void **state)
{
	static const uint16_t types[] = {0x0800, 0x86dd, 0x8100, 0x88a8, 0x0026, 0x0806};
	struct lp_rand rand;

	(void)state;
	lp_rand_seed(&rand, 1);
	for (int round = 0; round < 20000; round++) {
		size_t len = lp_rand_below(&rand, 160);
		uint8_t *frame = malloc(len);
		struct policy_vector vector = {
			.direction = (enum lp_direction)(round % 2),
			.policy.allow_vlan_tags = round % 4 < 2,
		};

		for (size_t i = 0; i < len; i++)
			frame[i] = (uint8_t)lp_rand_next(&rand);
		if (len > LP_ETHER_HEADER_LEN + 1) {
			uint16_t type = types[lp_rand_below(&rand, 6)];

			frame[0] = frame[6] = 0x02;
			frame[12] = (uint8_t)(type >> 8);
			frame[13] = (uint8_t)type;
			frame[14] = type == 0x86dd ? 0x60 : (uint8_t)(0x40 | (frame[14] & 0x0f));
		}
		enum lp_verdict verdict = check(&vector, frame, len);
		assert_int_equal(verdict, check(&vector, frame, len));
		free(frame);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_vector_gets_its_verdict),
		cmocka_unit_test(test_cut_frames_are_read_inside_only),
		cmocka_unit_test(test_padding_changes_nothing),
		cmocka_unit_test(test_udp_between_players_passes_whatever_its_ports),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_unknown_ethertypes_pass),
		cmocka_unit_test(test_source_must_be_the_announced_one),
		cmocka_unit_test(test_noise_is_read_inside_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
