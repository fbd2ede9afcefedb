/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rand.h"
#include "frame/gro.h"
#include "join.h"
#include "tcp_frame.h"

#include <stdlib.h>
#include <string.h>

#define FIN	  0x01
#define SYN	  0x02
#define PSH	  0x08
#define ACK	  0x10
#define URG	  0x20
#define FRAME_LEN 1600
#define FRAME_MAX 1518

/* A batch being put together. */
struct batch {
	uint8_t data[LP_GRO_FRAMES][FRAME_LEN];
	struct join_frame frames[LP_GRO_FRAMES];
	size_t count;
	struct lp_gro plan;
};

static int setup(void **state)
{
	*state = lp_alloc(sizeof(struct batch));
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static uint8_t *add(struct batch *batch, const struct tcp_frame *frame)
{
	uint8_t *data = batch->data[batch->count];
	struct tcp_layout at = tcp_frame_write(frame, data);

	assert_true(at.len <= FRAME_LEN);
	batch->frames[batch->count].data = data;
	batch->frames[batch->count].len = at.len;
	batch->count++;
	return data;
}

/* The next segment of the stream that *frame stands in. */
static uint8_t *add_next(struct batch *batch, struct tcp_frame *frame)
{
	uint8_t *data = add(batch, frame);

	frame->sequence += (uint32_t)frame->payload_len;
	frame->id++;
	return data;
}

/* Plans and checks the law; gives the number of packets. */
static size_t packets(struct batch *batch)
{
	const char *wrong = join_check(&batch->plan, batch->frames, batch->count, FRAME_MAX);

	if (wrong)
		fail_msg("%s", wrong);
	return batch->plan.packet_count;
}

static void joins_a_stream(void **state)
{
	static const struct tcp_frame kinds[] = {
		{.payload_len = 1400},
		{.payload_len = 1400, .is_ip6 = true},
		{.payload_len = 1400, .tcp_options_len = 12, .sequence = 0xfffffff0},
		{.payload_len = 1, .id = 0xffff, .may_fragment = true},
	};
	struct batch *batch = *state;

	for (size_t i = 0; i < LP_ARRAY_COUNT(kinds); i++) {
		struct tcp_frame frame = kinds[i];

		batch->count = 0;
		for (int k = 0; k < 40; k++)
			add_next(batch, &frame);
		assert_int_equal(packets(batch), 1);
		assert_int_equal(batch->plan.packet[0].frame_count, 40);
		assert_int_equal(batch->plan.packet[0].offload.gso,
				 frame.is_ip6 ? LP_GSO_TCP6 : LP_GSO_TCP4);
		assert_int_equal(batch->plan.packet[0].offload.segment_len, frame.payload_len);
	}
}

static void stops_at_64_kilobytes(void **state)
{
	struct batch *batch = *state;
	struct tcp_frame frame = {.payload_len = 1448};

	batch->count = 0;
	for (int k = 0; k < LP_GRO_FRAMES; k++)
		add_next(batch, &frame);
	assert_int_equal(packets(batch), 2);
	assert_int_equal(batch->plan.packet[0].frame_count, 45);
	assert_int_equal(batch->plan.packet[1].frame_count, 19);
}

static void keeps_streams_apart(void **state)
{
	struct batch *batch = *state;
	struct tcp_frame streams[4] = {
		{.payload_len = 1000, .port = 1},
		{.payload_len = 900, .port = 2},
		{.payload_len = 800, .port = 1, .is_ip6 = true},
		{.payload_len = 700, .port = 2, .is_ip6 = true},
	};

	batch->count = 0;
	for (int k = 0; k < LP_GRO_FRAMES; k++)
		add_next(batch, &streams[k % 4]);
	assert_int_equal(packets(batch), 4);
}

/* A short segment and PSH are the end of what the sender wrote. */
static void ends_with_a_short_segment_or_push(void **state)
{
	struct batch *batch = *state;
	struct tcp_frame frame = {.payload_len = 1000};

	batch->count = 0;
	add_next(batch, &frame);
	add_next(batch, &frame);
	frame.payload_len = 300;
	add_next(batch, &frame);
	frame.payload_len = 1000;
	frame.flags = ACK | PSH;
	add_next(batch, &frame);
	frame.flags = 0;
	add_next(batch, &frame);
	frame.flags = ACK | PSH;
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 3);
	assert_int_equal(batch->plan.packet[0].frame_count, 3);
	assert_int_equal(batch->plan.packet[1].frame_count, 1);
	assert_int_equal(batch->plan.packet[2].frame_count, 2);
	/* A longer segment behind a shorter one begins anew. */
	batch->count = 0;
	frame = (struct tcp_frame){.payload_len = 500};
	add_next(batch, &frame);
	frame.payload_len = 501;
	add_next(batch, &frame);
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 2);
	assert_int_equal(batch->plan.packet[1].frame_count, 2);
}

/* A frame of the same stream that cannot be joined stays where it was in the stream. */
static void keeps_the_order_around_others(void **state)
{
	static const uint8_t flags[] = {ACK | FIN, ACK | SYN, ACK | URG, 0x14, ACK | 0x40, 0x02};
	struct batch *batch = *state;

	for (size_t i = 0; i < LP_ARRAY_COUNT(flags); i++) {
		struct tcp_frame frame = {.payload_len = 1000};

		batch->count = 0;
		add_next(batch, &frame);
		add_next(batch, &frame);
		frame.flags = flags[i];
		add_next(batch, &frame);
		frame.flags = 0;
		add_next(batch, &frame);
		add_next(batch, &frame);
		assert_int_equal(packets(batch), 3);
	}
	struct tcp_frame frame = {.payload_len = 1000};

	batch->count = 0;
	add_next(batch, &frame);
	add(batch, &(struct tcp_frame){.sequence = 1000}); /* an acknowledgement alone */
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 3);
}

/* Changes that make a second segment another matter, by offset into frame and IP version. */
static const struct {
	size_t at;
	uint8_t flip;
	bool is_ip6;
	bool keeps_sums; /* not covered by any checksum: else it is wrong as well, which must do too
			  */
} changes[] = {
	{0, 2, false, true},	  {6, 2, false, true},	 {15, 4, false, false},
	{15, 1, false, false},	  {22, 1, false, false}, {20, 0x40, false, false},
	{20, 0x20, false, false}, {21, 1, false, false}, {14, 1, false, false},
	{16, 1, false, false},	  {24, 1, false, false}, {42, 1, false, false},
	{46, 1, false, false},	  {47, 4, false, false}, {48, 1, false, false},
	{50, 1, false, false},	  {53, 1, false, false}, {60, 1, false, false},
	{200, 1, false, false},	  {15, 1, true, true},	 {17, 1, true, true},
	{21, 1, true, true},	  {19, 1, true, true},	 {20, 1, true, true},
	{62, 1, true, false},	  {300, 1, true, false},
};

static void leaves_what_differs_alone(void **state)
{
	struct batch *batch = *state;

	for (size_t i = 0; i < LP_ARRAY_COUNT(changes); i++) {
		for (size_t which = 0; which < 2; which++) {
			struct tcp_frame frame = {.payload_len = 1000,
						  .tcp_options_len = 12,
						  .is_ip6 = changes[i].is_ip6};

			batch->count = 0;
			add_next(batch, &frame);
			add_next(batch, &frame);
			batch->data[which][changes[i].at] ^= changes[i].flip;
			if (packets(batch) != 2)
				fail_msg("change %zu of frame %zu was not seen", i, which);
		}
	}
}

/* With "do not fragment" the identification means nothing; without it must count up. */
static void minds_the_identification(void **state)
{
	struct batch *batch = *state;
	struct tcp_frame frame = {.payload_len = 1000, .may_fragment = true};

	batch->count = 0;
	add_next(batch, &frame);
	frame.id += 5;
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 2);
	frame = (struct tcp_frame){.payload_len = 1000};
	batch->count = 0;
	add_next(batch, &frame);
	frame.id = 0;
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 1);
}

static void a_gap_begins_anew(void **state)
{
	struct batch *batch = *state;
	struct tcp_frame frame = {.payload_len = 1000};

	batch->count = 0;
	add_next(batch, &frame);
	add_next(batch, &frame);
	frame.sequence += 1000; /* lost */
	add_next(batch, &frame);
	add_next(batch, &frame);
	frame.sequence -= 3000; /* what was lost comes again */
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 3);
}

static void leaves_others_as_they_are(void **state)
{
	struct batch *batch = *state;
	struct tcp_frame frame = {.payload_len = 1000};
	size_t joined;

	batch->count = 0;
	add_next(batch, &frame);
	for (size_t len = 0; len < 60; len++)
		batch->frames[batch->count++] = (struct join_frame){batch->data[0], len};
	add_next(batch, &frame);
	joined = packets(batch);
	assert_true(joined >= 61);
	/* Tagged, padded, with IP options, UDP. */
	static const struct tcp_frame others[] = {
		{.payload_len = 100, .tag_count = 1},
		{.payload_len = 100, .ip_options_len = 8},
		{.payload_len = 100, .ip_options_len = 8, .is_ip6 = true},
		{.payload_len = 100, .is_udp = true},
	};
	for (size_t i = 0; i < LP_ARRAY_COUNT(others); i++) {
		frame = others[i];
		batch->count = 0;
		add_next(batch, &frame);
		add_next(batch, &frame);
		assert_int_equal(packets(batch), 2);
	}
	frame = (struct tcp_frame){.payload_len = 2};
	batch->count = 0;
	add_next(batch, &frame);
	add_next(batch, &frame);
	batch->frames[0].len = batch->frames[1].len = 60;
	assert_int_equal(packets(batch), 2);
	/* Longer than the device takes in one fragment. */
	frame = (struct tcp_frame){.payload_len = FRAME_MAX + 1 - 54};
	batch->count = 0;
	add_next(batch, &frame);
	add_next(batch, &frame);
	assert_int_equal(packets(batch), 2);
}

/* Streams mixed by chance, with losses, repeats, ends and damage: the law holds whatever comes. */
static void holds_for_any_mixture(void **state)
{
	struct batch *batch = *state;
	struct lp_rand rand;
	size_t joined = 0;

	lp_rand_seed(&rand, 1);
	for (int round = 0; round < 2000; round++) {
		struct tcp_frame streams[6];

		for (uint16_t i = 0; i < LP_ARRAY_COUNT(streams); i++)
			streams[i] = (struct tcp_frame){
				.payload_len = 1 + lp_rand_below(&rand, 1400),
				.port = i / 2,
				.is_ip6 = i % 2 == 0,
				.sequence = (uint32_t)lp_rand_next(&rand),
				.tcp_options_len = 4 * lp_rand_below(&rand, 11),
				.may_fragment = lp_rand_below(&rand, 2) == 0,
			};
		batch->count = 0;
		while (batch->count < LP_GRO_FRAMES) {
			struct tcp_frame *frame =
				&streams[lp_rand_below(&rand, 1 + (uint64_t)round % 6)];
			struct tcp_frame once = *frame;
			uint64_t chance = lp_rand_below(&rand, 40);

			if (chance == 0)
				frame->sequence += 1000;
			else if (chance == 1)
				once.payload_len = lp_rand_below(&rand, once.payload_len + 1);
			else if (chance == 2)
				once.flags = (uint8_t)lp_rand_next(&rand);
			frame->sequence = once.sequence + (uint32_t)once.payload_len;
			frame->id = (uint16_t)(once.id + 1);
			uint8_t *data = add(batch, &once);

			if (chance == 3)
				data[lp_rand_below(&rand, batch->frames[batch->count - 1].len)] ^=
					(uint8_t)(1 << lp_rand_below(&rand, 8));
		}
		joined += LP_GRO_FRAMES - packets(batch);
	}
	/* Else it would hold because nothing is ever joined. */
	assert_true(joined > 2000 * LP_GRO_FRAMES / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_a_stream),
		cmocka_unit_test(stops_at_64_kilobytes),
		cmocka_unit_test(keeps_streams_apart),
		cmocka_unit_test(ends_with_a_short_segment_or_push),
		cmocka_unit_test(keeps_the_order_around_others),
		cmocka_unit_test(leaves_what_differs_alone),
		cmocka_unit_test(minds_the_identification),
		cmocka_unit_test(a_gap_begins_anew),
		cmocka_unit_test(leaves_others_as_they_are),
		cmocka_unit_test(holds_for_any_mixture),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
