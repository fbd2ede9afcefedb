/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "frame/checksum.h"
#include "frame/gso_frame.h"
#include "tcp_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIN 0x01
#define PSH 0x08
#define ACK 0x10
#define ECE 0x40
#define CWR 0x80

static const struct {
	const char *name;
	struct tcp_frame frame;
	enum lp_gso gso;
	uint16_t segment_len;
} cases[] = {
	{"tcp4", {.payload_len = 65000}, LP_GSO_TCP4, 1448},
	{"tcp4, timestamps", {.payload_len = 64000, .tcp_options_len = 12}, LP_GSO_TCP4, 1448},
	{"tcp4, exact multiple", {.payload_len = 4344}, LP_GSO_TCP4, 1448},
	{"tcp4, one segment", {.payload_len = 1448}, LP_GSO_TCP4, 1448},
	{"tcp4, short of one segment", {.payload_len = 1}, LP_GSO_TCP4, 1448},
	{"tcp4, nothing", {.payload_len = 0}, LP_GSO_TCP4, 1448},
	{"tcp4, odd segments", {.payload_len = 5001}, LP_GSO_TCP4, 333},
	{"tcp4, single bytes", {.payload_len = 70}, LP_GSO_TCP4, 1},
	{"tcp4, IP options", {.payload_len = 9000, .ip_options_len = 8}, LP_GSO_TCP4, 1000},
	{"tcp4, sequence wraps", {.payload_len = 9000, .sequence = 0xfffff000}, LP_GSO_TCP4, 1000},
	{"tcp4, identification wraps", {.payload_len = 9000, .id = 0xfffe}, LP_GSO_TCP4, 1000},
	{"tcp4, flags",
	 {.payload_len = 5000, .flags = ACK | PSH | FIN | CWR | ECE},
	 LP_GSO_TCP4,
	 1000},
	{"tcp4, tagged", {.payload_len = 5000, .tag_count = 1}, LP_GSO_TCP4, 1000},
	{"tcp6", {.is_ip6 = true, .payload_len = 65000}, LP_GSO_TCP6, 1428},
	{"tcp6, twice tagged",
	 {.is_ip6 = true, .payload_len = 5000, .tag_count = 2},
	 LP_GSO_TCP6,
	 1000},
	{"tcp6, extension",
	 {.is_ip6 = true, .payload_len = 5000, .ip_options_len = 16},
	 LP_GSO_TCP6,
	 999},
	{"udp4", {.is_udp = true, .payload_len = 60000}, LP_GSO_UDP, 1472},
	{"udp6", {.is_ip6 = true, .is_udp = true, .payload_len = 10001}, LP_GSO_UDP, 1452},
	{"udp4, odd", {.is_udp = true, .payload_len = 101}, LP_GSO_UDP, 3},
};

static struct lp_offload offload_of(const struct tcp_frame *frame, const struct tcp_layout *at,
				    enum lp_gso gso, uint16_t segment_len)
{
	return (struct lp_offload){
		.gso = gso,
		.segment_len = segment_len,
		.needs_checksum = true,
		.checksum_start = (uint16_t)at->l4,
		.checksum_offset = frame->is_udp ? 6 : 16,
	};
}

/* One segment against what the sender's own stack would have made. */
static void check_segment(size_t i, const uint8_t *out, size_t len, const struct tcp_layout *at,
			  const uint8_t *whole, size_t index, size_t offset)
{
	const struct tcp_frame *frame = &cases[i].frame;
	bool is_last = offset + (len - at->payload) == frame->payload_len;

	assert_true(tcp_frame_is_right(frame, out, len));
	assert_memory_equal(out, whole, at->l3);
	assert_memory_equal(out + at->payload, whole + at->payload + offset, len - at->payload);
	if (!frame->is_ip6)
		assert_int_equal(tcp_frame_get16(out + at->l3 + 4), (uint16_t)(frame->id + index));
	if (frame->is_udp)
		return;
	assert_int_equal(tcp_frame_get32(out + at->l4 + 4), frame->sequence + (uint32_t)offset);
	uint8_t flags = frame->flags ? frame->flags : ACK;

	if (index > 0)
		flags &= (uint8_t)~CWR;
	if (!is_last)
		flags &= (uint8_t) ~(FIN | PSH);
	assert_int_equal(out[at->l4 + 13], flags);
	assert_memory_equal(out + at->l4 + 8, whole + at->l4 + 8, 5);
	assert_memory_equal(out + at->l4 + 20, whole + at->l4 + 20, at->payload - at->l4 - 20);
}

static void cuts_as_the_sender_would(void **state)
{
	uint8_t *whole = lp_alloc(TCP_FRAME_MAX);

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		const struct tcp_frame *frame = &cases[i].frame;
		struct tcp_layout at = tcp_frame_write(frame, whole);
		struct lp_offload offload =
			offload_of(frame, &at, cases[i].gso, cases[i].segment_len);
		struct lp_gso_frame super;
		uint8_t out[2000];
		size_t len, offset = 0, index = 0;
		bool is_cut;

		print_message("%s\n", cases[i].name);
		tcp_frame_unfinish(frame, whole);
		assert_int_equal(lp_gso_frame_open(&super, whole, at.len, &offload), LP_OK);
		while (lp_gso_frame_next(&super, out, sizeof(out), &len, &is_cut)) {
			assert_false(is_cut);
			check_segment(i, out, len, &at, whole, index, offset);
			assert_true(len - at.payload == cases[i].segment_len ||
				    offset + len - at.payload == frame->payload_len);
			offset += len - at.payload;
			index++;
		}
		assert_int_equal(offset, frame->payload_len);
		assert_int_equal(index, frame->payload_len == 0
						? 1
						: (frame->payload_len + cases[i].segment_len - 1) /
							  cases[i].segment_len);
		assert_false(lp_gso_frame_next(&super, out, sizeof(out), &len, &is_cut));
	}
	free(whole);
}

static void finishes_a_checksum(void **state)
{
	static const struct tcp_frame frames[] = {
		{.payload_len = 100},
		{.payload_len = 1, .is_ip6 = true},
		{.payload_len = 1400, .is_udp = true},
		{.payload_len = 0, .is_udp = true, .is_ip6 = true},
		{.payload_len = 77, .tag_count = 1},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(frames); i++) {
		uint8_t want[2000], have[2000];
		struct tcp_layout at = tcp_frame_write(&frames[i], want);
		struct lp_offload offload = offload_of(&frames[i], &at, LP_GSO_NONE, 0);

		memcpy(have, want, at.len);
		tcp_frame_unfinish(&frames[i], have);
		assert_false(tcp_frame_is_right(&frames[i], have, at.len));
		assert_int_equal(lp_gso_frame_finish(have, at.len, &offload), LP_OK);
		assert_memory_equal(have, want, at.len);
	}
}

/* Zero means "none" in UDP, so a sum that comes out as zero is written as its other form. */
static void never_writes_a_zero_checksum(void **state)
{
	uint8_t frame[4] = {0, 0, 0xff, 0xff};
	struct lp_offload offload = {.needs_checksum = true};

	(void)state;
	assert_int_equal(lp_gso_frame_finish(frame, sizeof(frame), &offload), LP_OK);
	assert_memory_equal(frame, "\xff\xff", 2);
}

static void leaves_udp_without_checksum_alone(void **state)
{
	struct tcp_frame frame = {.is_udp = true, .payload_len = 3000};
	uint8_t whole[4000], out[2000];
	struct tcp_layout at = tcp_frame_write(&frame, whole);
	struct lp_offload offload = {.gso = LP_GSO_UDP, .segment_len = 1000};
	struct lp_gso_frame super;
	size_t len;
	bool is_cut;

	(void)state;
	memset(whole + at.l4 + 6, 0, 2);
	assert_int_equal(lp_gso_frame_open(&super, whole, at.len, &offload), LP_OK);
	for (int i = 0; i < 3; i++) {
		assert_true(lp_gso_frame_next(&super, out, sizeof(out), &len, &is_cut));
		assert_int_equal(tcp_frame_get16(out + at.l4 + 6), 0);
	}
}

static void says_when_a_segment_is_too_long(void **state)
{
	struct tcp_frame frame = {.payload_len = 5000};
	uint8_t whole[6000];
	struct tcp_layout at = tcp_frame_write(&frame, whole);
	struct lp_offload offload = offload_of(&frame, &at, LP_GSO_TCP4, 2000);

	(void)state;
	/* Also where not even the headers fit. */
	for (size_t cap = 0; cap < 2200; cap++) {
		uint8_t *out = malloc(cap ? cap : 1);
		struct lp_gso_frame super;
		size_t len, count = 0;
		bool is_cut;

		assert_int_equal(lp_gso_frame_open(&super, whole, at.len, &offload), LP_OK);
		while (lp_gso_frame_next(&super, out, cap, &len, &is_cut)) {
			size_t whole_len = at.payload + (count < 2 ? 2000 : 1000);

			assert_int_equal(is_cut, whole_len > cap);
			assert_int_equal(len, whole_len);
			count++;
		}
		assert_int_equal(count, 3);
		free(out);
	}
}

/* Every place of the checksum, every length: refused or in the frame. */
static void refuses_a_checksum_outside(void **state)
{
	(void)state;
	for (size_t len = 0; len < 40; len++) {
		for (uint16_t start = 0; start < 44; start++) {
			for (uint16_t offset = 0; offset < 44; offset++) {
				uint8_t *frame = calloc(1, len ? len : 1);
				struct lp_offload offload = {.needs_checksum = true,
							     .checksum_start = start,
							     .checksum_offset = offset};
				enum lp_err err = lp_gso_frame_finish(frame, len, &offload);

				assert_int_equal(err, (size_t)start + offset + 2 <= len
							      ? LP_OK
							      : LP_ERR_INVALID);
				free(frame);
			}
		}
	}
	struct lp_offload far = {
		.needs_checksum = true, .checksum_start = 0xffff, .checksum_offset = 0xffff};
	uint8_t frame[64] = {0};

	assert_int_equal(lp_gso_frame_finish(frame, sizeof(frame), &far), LP_ERR_INVALID);
}

static void refuses_what_is_cut_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		uint8_t *whole = lp_alloc(TCP_FRAME_MAX);
		struct tcp_layout at = tcp_frame_write(&cases[i].frame, whole);
		struct lp_offload offload =
			offload_of(&cases[i].frame, &at, cases[i].gso, cases[i].segment_len);

		for (size_t len = 0; len < at.payload; len++) {
			uint8_t *cut = malloc(len ? len : 1);
			struct lp_gso_frame super;

			memcpy(cut, whole, len);
			assert_int_equal(lp_gso_frame_open(&super, cut, len, &offload),
					 LP_ERR_INVALID);
			free(cut);
		}
		free(whole);
	}
}

static const struct {
	const char *what;
	struct tcp_frame frame;
	struct lp_offload offload;
	size_t at;
	uint8_t value;
} hostile[] = {
	{"no segment length", {.payload_len = 99}, {.gso = LP_GSO_TCP4}, 0, 2},
	{"IPv6 said, IPv4 found", {.payload_len = 99}, {LP_GSO_TCP6, 10, false, 0, 0}, 0, 2},
	{"IPv4 said, IPv6 found",
	 {.is_ip6 = true, .payload_len = 99},
	 {LP_GSO_TCP4, 10, false, 0, 0},
	 0,
	 2},
	{"UDP said, TCP found", {.payload_len = 99}, {LP_GSO_UDP, 10, false, 0, 0}, 0, 2},
	{"checksum elsewhere", {.payload_len = 99}, {LP_GSO_TCP4, 10, true, 35, 16}, 0, 2},
	{"ARP", {.payload_len = 99}, {LP_GSO_TCP4, 10, false, 0, 0}, 13, 6},
	{"version 5", {.payload_len = 99}, {LP_GSO_TCP4, 10, false, 0, 0}, 14, 0x55},
	{"IP header of 16", {.payload_len = 99}, {LP_GSO_TCP4, 10, false, 0, 0}, 14, 0x44},
	{"IP header of 60", {.payload_len = 9}, {LP_GSO_TCP4, 10, false, 0, 0}, 14, 0x4f},
	{"fragment", {.payload_len = 99}, {LP_GSO_TCP4, 10, false, 0, 0}, 20, 0x20},
	{"later fragment", {.payload_len = 99}, {LP_GSO_TCP4, 10, false, 0, 0}, 21, 1},
	{"TCP header of 16", {.payload_len = 99}, {LP_GSO_TCP4, 10, false, 0, 0}, 46, 0x40},
	{"TCP header of 60", {.payload_len = 9}, {LP_GSO_TCP4, 10, false, 0, 0}, 46, 0xf0},
	{"unknown next header",
	 {.is_ip6 = true, .payload_len = 99},
	 {LP_GSO_TCP6, 10, false, 0, 0},
	 20,
	 44},
	{"extension beyond the end",
	 {.is_ip6 = true, .payload_len = 99, .ip_options_len = 8},
	 {LP_GSO_TCP6, 10, false, 0, 0},
	 55,
	 255},
	{"three tags", {.payload_len = 99, .tag_count = 3}, {LP_GSO_TCP4, 10, false, 0, 0}, 0, 2},
};

static void refuses_headers_that_lie(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(hostile); i++) {
		uint8_t whole[300];
		struct tcp_layout at = tcp_frame_write(&hostile[i].frame, whole);
		struct lp_gso_frame super;

		print_message("%s\n", hostile[i].what);
		whole[hostile[i].at] = hostile[i].value;
		assert_int_equal(lp_gso_frame_open(&super, whole, at.len, &hostile[i].offload),
				 LP_ERR_INVALID);
	}
}

static void an_ordinary_frame_is_none(void **state)
{
	struct lp_gso_frame super;
	uint8_t frame[60] = {0};

	(void)state;
	assert_int_equal(lp_gso_frame_open(&super, frame, sizeof(frame), &(struct lp_offload){0}),
			 LP_ERR_UNSUPPORTED);
	assert_int_equal(lp_gso_frame_finish(frame, sizeof(frame), &(struct lp_offload){0}), LP_OK);
}

/* In parts, at every offset and length, against one that adds byte by byte. */
static void sums_at_any_length_and_place(void **state)
{
	uint8_t data[200];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 73 + 200);
	for (size_t at = 0; at < 9; at++) {
		for (size_t len = 0; at + len < sizeof(data); len++) {
			uint32_t want = 0;
			uint8_t have[2];
			size_t half = len / 4 * 2;

			for (size_t i = 0; i < len; i++)
				want += i % 2 == 0 ? (uint32_t)data[at + i] << 8 : data[at + i];
			while (want > 0xffff)
				want = (want & 0xffff) + (want >> 16);
			uint64_t sum = lp_checksum_add(0, data + at, half);

			lp_checksum_store_partial(
				have, lp_checksum_add(sum, data + at + half, len - half));
			assert_int_equal(tcp_frame_get16(have), want);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_as_the_sender_would),
		cmocka_unit_test(finishes_a_checksum),
		cmocka_unit_test(never_writes_a_zero_checksum),
		cmocka_unit_test(leaves_udp_without_checksum_alone),
		cmocka_unit_test(says_when_a_segment_is_too_long),
		cmocka_unit_test(refuses_a_checksum_outside),
		cmocka_unit_test(refuses_what_is_cut_short),
		cmocka_unit_test(refuses_headers_that_lie),
		cmocka_unit_test(an_ordinary_frame_is_none),
		cmocka_unit_test(sums_at_any_length_and_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
