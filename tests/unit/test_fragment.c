/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/fragment.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"
#include "wire/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START (7 * LP_NS_PER_S)

/* In one packet each further DATAGRAM costs its type and two bytes of length (RFC 9221 §4). */
#define NEXT_DATAGRAM_LEN 3

/*
 * Sends one frame from a packet that has `room` left, further ones being empty. Checks every rule
 * of lp_fragment_cut on the way; gives the number of fragments (1 = whole).
 */
static unsigned send_frame(size_t frame_len, size_t room, size_t full)
{
	size_t done = 0;
	unsigned fragments = 0, packets = 0;

	while (done < frame_len) {
		bool is_fragment;
		size_t put = lp_fragment_cut(frame_len, done, fragments, room, full, &is_fragment);

		assert_true(put != SIZE_MAX);
		if (put == 0) {
			assert_true(room < full);
			assert_true(packets == 0);
			packets++;
			room = full;
			continue;
		}
		assert_int_equal(is_fragment, done > 0 || put < frame_len);
		size_t header_len = is_fragment ? LP_FRAGMENT_HEADER_LEN : LP_DATAGRAM_HEADER_LEN;

		assert_true(put + header_len <= room);
		if (done + put < frame_len) {
			/* A cut fills the packet to the last byte, and is worth it. */
			assert_int_equal(put + header_len, room);
			assert_true(put >= LP_FRAGMENT_MIN);
		}
		done += put;
		fragments++;
		room = full;
	}
	assert_int_equal(done, frame_len);
	assert_true(fragments <= LP_FRAGMENTS_MAX);
	return fragments;
}

static void check_all_frames(size_t full)
{
	for (size_t frame_len = LP_ETHER_HEADER_LEN; frame_len <= LP_FRAME_MAX; frame_len++) {
		for (size_t room = 0; room < full; room += 61)
			send_frame(frame_len, room, full);
		unsigned fragments = send_frame(frame_len, full, full);

		/* Nothing is cut that an empty packet holds; two packets are enough otherwise. */
		assert_int_equal(fragments, frame_len + LP_DATAGRAM_HEADER_LEN <= full ? 1 : 2);
	}
}

static void every_frame_gets_through(void **state)
{
	static const size_t named[] = {LP_BUDGET_MIN, 1168, 1200, 1340, 1388,
				       1420,	      1440, 1472, 8920, 8952};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(named); i++)
		check_all_frames(named[i]);
	for (size_t full = LP_BUDGET_MIN; full <= 1472; full += 11)
		check_all_frames(full);
	/* Each room, for the lengths where rules meet. */
	for (size_t room = 0; room <= 1420; room++) {
		for (size_t frame_len = 14; frame_len <= LP_FRAME_MAX; frame_len += 5)
			send_frame(frame_len, room, 1420);
	}
}

static void cuts(void **state)
{
	static const struct {
		const char *what;
		size_t frame_len, done;
		unsigned fragments;
		size_t room, full;
		size_t put;
		bool is_fragment;
	} rows[] = {
		{"whole, to the last byte", 1412, 0, 0, 1420, 1420, 1412, false},
		{"one byte too long", 1413, 0, 0, 1420, 1420, 1408, true},
		{"its rest, however short", 1413, 1408, 1, 1420, 1420, 5, true},
		{"what is left is filled", 1514, 0, 0, 300, 1420, 288, true},
		{"and the rest goes whole", 1514, 288, 1, 1420, 1420, 1226, true},
		{"too little left", 1514, 0, 0, 139, 1420, 0, false},
		{"just enough left", 1514, 0, 0, 140, 1420, 128, true},
		{"three fragments", 1514, 128, 1, 1300, 1420, 1288, true},
		{"the third takes all", 1514, 1416, 2, 1420, 1420, 98, true},
		{"the third must take all", 1514, 1400, 2, 125, 1420, 0, false},
		{"to the last byte", 1514, 1400, 2, 126, 1420, 114, true},
		{"a small frame stays whole", 255, 0, 0, 250, 1420, 0, false},
		{"a larger one does not", 256, 0, 0, 250, 1420, 238, true},
		{"no second cut for a short rest", 1514, 1264, 1, 200, 1420, 0, false},
		{"no fourth fragment", 1514, 1200, 3, 1420, 1420, SIZE_MAX, false},
		{"three are not enough", 1514, 0, 0, 400, 400, SIZE_MAX, false},
		{"the path shrank meanwhile", 1514, 200, 2, 1200, 1200, SIZE_MAX, false},
		{"a path for nothing", 1514, 0, 0, 0, 0, SIZE_MAX, false},
		{"a tiny path holds tiny frames", 60, 0, 0, 100, 100, 60, false},
		{"and no fragments", 150, 0, 0, 100, 100, SIZE_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		bool is_fragment = false;
		size_t put = lp_fragment_cut(rows[i].frame_len, rows[i].done, rows[i].fragments,
					     rows[i].room, rows[i].full, &is_fragment);

		if (put != rows[i].put)
			fail_msg("%s: %zu", rows[i].what, put);
		if (put != 0 && put != SIZE_MAX)
			assert_int_equal(is_fragment, rows[i].is_fragment);
	}
}

/* Sends one frame behind others; gives what is left of the packet that its end is in. */
static size_t send_behind(size_t frame_len, size_t room, size_t full)
{
	size_t done = 0;
	unsigned fragments = 0;

	while (done < frame_len) {
		bool is_fragment;
		size_t put = lp_fragment_cut(frame_len, done, fragments, room, full, &is_fragment);

		if (put == 0) {
			/* Only what is too little for a fragment stays empty. */
			assert_true(room < LP_FRAGMENT_HEADER_LEN + LP_FRAGMENT_MIN);
			room = full;
			continue;
		}
		room -= put + (is_fragment ? LP_FRAGMENT_HEADER_LEN : LP_DATAGRAM_HEADER_LEN);
		done += put;
		fragments++;
		if (done < frame_len) {
			assert_int_equal(room, 0);
			room = full;
		}
	}
	return room > NEXT_DATAGRAM_LEN ? room - NEXT_DATAGRAM_LEN : full;
}

static void packets_are_full(void **state)
{
	(void)state;
	for (size_t full = LP_BUDGET_MIN; full <= 1472; full++) {
		for (size_t frame_len = 1460; frame_len <= 1514; frame_len += 9) {
			size_t room = full;

			for (int i = 0; i < 100; i++)
				room = send_behind(frame_len, room, full);
		}
	}
}

/* --- reassembly ------------------------------------------------------------------------------- */

#define BUFFER_COUNT 80

struct buffer {
	bool is_out;
	uint8_t bytes[LP_FRAME_MAX];
};

/* The other side of the reassembly: buffers that are counted, outcomes that are remembered. */
struct fixture {
	struct lp_reassembly reassembly;
	struct buffer buffers[BUFFER_COUNT];
	unsigned buffers_max;
	unsigned opened_count;
	unsigned frame_count;
	unsigned drop_count[LP_VERDICT__COUNT];
	uint32_t last_sequence;
	uint8_t last_frame[LP_FRAME_MAX];
	size_t last_frame_len;
};

static void *on_open(void *user, uint8_t **bytes)
{
	struct fixture *fixture = user;

	for (unsigned i = 0; i < fixture->buffers_max; i++) {
		struct buffer *buffer = &fixture->buffers[i];

		if (buffer->is_out)
			continue;
		buffer->is_out = true;
		fixture->opened_count++;
		*bytes = buffer->bytes;
		return buffer;
	}
	return NULL;
}

static uint8_t *bytes_of(void *buffer)
{
	return ((struct buffer *)buffer)->bytes;
}

static void give_back(struct buffer *buffer)
{
	assert_non_null(buffer);
	assert_true(buffer->is_out);
	buffer->is_out = false;
}

static void on_frame(void *user, void *buffer, const struct lp_datagram *last)
{
	struct fixture *fixture = user;

	give_back(buffer);
	fixture->frame_count++;
	fixture->last_sequence = last->sequence;
	fixture->last_frame_len = last->frame_len;
	memcpy(fixture->last_frame, bytes_of(buffer), last->frame_len);
}

static void on_drop(void *user, void *buffer, enum lp_verdict verdict)
{
	struct fixture *fixture = user;

	give_back(buffer);
	fixture->drop_count[verdict]++;
}

static const struct lp_reassembly_ops ops = {
	.open = on_open, .bytes = bytes_of, .on_frame = on_frame, .on_drop = on_drop};

static int set_up(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	fixture.buffers_max = BUFFER_COUNT;
	lp_reassembly_init(&fixture.reassembly, &ops, &fixture);
	*state = &fixture;
	return 0;
}

/* Whatever happened: every frame that was opened had one outcome, every buffer is back. */
static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	unsigned outcome_count;

	lp_reassembly_fini(&fixture->reassembly, LP_VERDICT_PEER_GONE);
	outcome_count = fixture->frame_count;
	for (int i = 0; i < LP_VERDICT__COUNT; i++)
		outcome_count += fixture->drop_count[i];
	assert_int_equal(outcome_count, fixture->opened_count);
	for (unsigned i = 0; i < BUFFER_COUNT; i++)
		assert_false(fixture->buffers[i].is_out);
	assert_true(lp_reassembly_deadline(&fixture->reassembly) == LP_NEVER);
	return 0;
}

static uint8_t frame_byte(uint32_t sequence, size_t offset)
{
	return (uint8_t)(sequence * 13 + offset * 3 + offset / 256);
}

static enum lp_verdict add_sized(struct fixture *fixture, uint32_t sequence, size_t frame_len,
				 size_t from, size_t to, uint64_t now)
{
	static uint8_t payload[LP_FRAME_MAX];
	struct lp_datagram fragment = {
		.kind = LP_KIND_FRAGMENT,
		.sequence = sequence,
		.frame_len = (uint16_t)frame_len,
		.offset = (uint16_t)from,
		.payload = payload,
		.payload_len = to - from,
	};

	for (size_t i = from; i < to; i++)
		payload[i - from] = frame_byte(sequence, i);
	return lp_reassembly_add(&fixture->reassembly, &fragment, now);
}

static enum lp_verdict add(struct fixture *fixture, uint32_t sequence, size_t from, size_t to)
{
	return add_sized(fixture, sequence, 1514, from, to, START);
}

static void check_last(struct fixture *fixture, uint32_t sequence, size_t frame_len)
{
	assert_int_equal(fixture->last_sequence, sequence);
	assert_int_equal(fixture->last_frame_len, frame_len);
	for (size_t i = 0; i < frame_len; i++)
		assert_int_equal(fixture->last_frame[i], frame_byte(sequence, i));
}

static void joins_in_any_order(void **state)
{
	static const size_t at[] = {0, 500, 900, 1514};
	static const int orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					{1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct fixture *fixture = *state;

	for (uint32_t o = 0; o < LP_ARRAY_COUNT(orders); o++) {
		for (int i = 0; i < 3; i++) {
			int fragment = orders[o][i];

			assert_int_equal(fixture->frame_count, o);
			assert_int_equal(add(fixture, o, at[fragment], at[fragment + 1]),
					 LP_VERDICT_FORWARD);
		}
		assert_int_equal(fixture->frame_count, o + 1);
		check_last(fixture, o, 1514);
		assert_int_equal(fixture->reassembly.used_count, 0);
	}
}

static void frames_mixed_with_each_other(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < 40; i++)
		add(fixture, i, 0, 1400);
	for (uint32_t i = 40; i-- > 0;) {
		add(fixture, i, 1400, 1514);
		check_last(fixture, i, 1514);
	}
	assert_int_equal(fixture->frame_count, 40);
}

/* Sequences are counted by each source for itself. */
static void sources_are_told_apart(void **state)
{
	struct fixture *fixture = *state;

	for (int half = 0; half < 2; half++) {
		for (uint16_t source_id = 1; source_id <= 20; source_id++) {
			uint8_t payload[700];
			struct lp_datagram fragment = {
				.kind = LP_KIND_FRAGMENT,
				.source_id = source_id,
				.sequence = 5,
				.frame_len = 1400,
				.offset = half ? 700 : 0,
				.payload = payload,
				.payload_len = sizeof(payload),
			};

			memset(payload, source_id, sizeof(payload));
			assert_int_equal(lp_reassembly_add(&fixture->reassembly, &fragment, START),
					 LP_VERDICT_FORWARD);
			assert_int_equal(fixture->frame_count, half ? source_id : 0);
			for (size_t i = 0; half && i < 1400; i++)
				assert_int_equal(fixture->last_frame[i], source_id);
		}
	}
}

static void refuses_what_disagrees(void **state)
{
	static const struct {
		const char *what;
		size_t frame_len, from, to;
	} second[] = {
		{"the same again", 1514, 400, 800},
		{"one byte more in front", 1514, 399, 401},
		{"one byte into its end", 1514, 799, 1514},
		{"inside", 1514, 500, 501},
		{"around", 1514, 0, 1513},
		{"another length", 1513, 800, 1513},
	};
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < LP_ARRAY_COUNT(second); i++) {
		assert_int_equal(add(fixture, i, 400, 800), LP_VERDICT_FORWARD);
		if (add_sized(fixture, i, second[i].frame_len, second[i].from, second[i].to,
			      START) != LP_VERDICT_FRAGMENT_OVERLAP)
			fail_msg("%s", second[i].what);
		assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_OVERLAP], i + 1);
		/* The rest of it is swallowed: one frame, one drop. */
		assert_int_equal(add(fixture, i, 0, 400), LP_VERDICT_FORWARD);
		assert_int_equal(add(fixture, i, 800, 1514), LP_VERDICT_FORWARD);
		assert_int_equal(fixture->opened_count, i + 1);
	}
	assert_int_equal(fixture->frame_count, 0);
}

static void no_more_than_three_fragments(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(add(fixture, 1, 0, 300), LP_VERDICT_FORWARD);
	assert_int_equal(add(fixture, 1, 300, 600), LP_VERDICT_FORWARD);
	assert_int_equal(add(fixture, 1, 600, 900), LP_VERDICT_FRAGMENT_OVERLAP);
	assert_int_equal(add(fixture, 1, 900, 1514), LP_VERDICT_FORWARD);
	assert_int_equal(fixture->frame_count, 0);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_OVERLAP], 1);
	assert_int_equal(fixture->reassembly.used_count, 0);
}

static void gives_up_after_its_time(void **state)
{
	struct fixture *fixture = *state;
	struct lp_reassembly *reassembly = &fixture->reassembly;

	add_sized(fixture, 1, 1514, 0, 700, START);
	add_sized(fixture, 2, 1514, 0, 700, START + 5);
	assert_true(lp_reassembly_deadline(reassembly) == START + LP_REASSEMBLY_TIMEOUT_NS);
	lp_reassembly_expire(reassembly, START + LP_REASSEMBLY_TIMEOUT_NS - 1);
	assert_int_equal(reassembly->used_count, 2);
	lp_reassembly_expire(reassembly, START + LP_REASSEMBLY_TIMEOUT_NS);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_TIMEOUT], 1);
	assert_true(lp_reassembly_deadline(reassembly) == START + 5 + LP_REASSEMBLY_TIMEOUT_NS);
	add_sized(fixture, 2, 1514, 700, 1514, START + 6);
	assert_int_equal(fixture->frame_count, 1);
	assert_true(lp_reassembly_deadline(reassembly) == LP_NEVER);
	lp_reassembly_expire(reassembly, UINT64_MAX);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_TIMEOUT], 1);
}

static void a_full_table_pushes_out_the_oldest(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t i = 0; i < LP_REASSEMBLY_SLOTS; i++)
		add_sized(fixture, i * LP_REASSEMBLY_SLOTS, 1514, 0, 700, START + i);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_TABLE], 0);
	add_sized(fixture, 1, 1514, 0, 700, START + 99);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_TABLE], 1);
	assert_int_equal(fixture->reassembly.used_count, LP_REASSEMBLY_SLOTS);
	/* The second oldest is still there, the oldest is not. */
	add_sized(fixture, LP_REASSEMBLY_SLOTS, 1514, 700, 1514, START + 99);
	assert_int_equal(fixture->frame_count, 1);
	add_sized(fixture, 0, 1514, 700, 1514, START + 99);
	assert_int_equal(fixture->frame_count, 1);
}

static void says_once_that_the_pool_is_empty(void **state)
{
	struct fixture *fixture = *state;

	fixture->buffers_max = 1;
	assert_int_equal(add(fixture, 1, 0, 500), LP_VERDICT_FORWARD);
	assert_int_equal(add(fixture, 2, 0, 500), LP_VERDICT_POOL_EMPTY);
	assert_int_equal(add(fixture, 2, 500, 900), LP_VERDICT_FORWARD);
	assert_int_equal(add(fixture, 2, 900, 1514), LP_VERDICT_FORWARD);
	assert_int_equal(fixture->reassembly.used_count, 1);
	assert_int_equal(add(fixture, 3, 0, 500), LP_VERDICT_POOL_EMPTY);
	lp_reassembly_expire(&fixture->reassembly, START + LP_REASSEMBLY_TIMEOUT_NS);
	assert_int_equal(fixture->opened_count, 1);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_TIMEOUT], 1);
	assert_int_equal(add(fixture, 4, 0, 500), LP_VERDICT_FORWARD);
	assert_int_equal(add(fixture, 4, 500, 1514), LP_VERDICT_FORWARD);
	check_last(fixture, 4, 1514);
}

/* One thing that is on its way: a fragment that lp_fragment_cut made. */
struct in_flight {
	uint32_t sequence;
	uint16_t frame_len, from, to;
};

/* Cuts a frame for a random path; gives the number of fragments, 0 if it goes whole. */
static unsigned cut_at_random(struct lp_rand *rand, uint32_t sequence,
			      struct in_flight fragments[LP_FRAGMENTS_MAX])
{
	size_t full = LP_BUDGET_MIN + lp_rand_below(rand, 340);
	size_t frame_len = 900 + lp_rand_below(rand, 615);
	size_t room = lp_rand_below(rand, full), done = 0;
	unsigned count = 0;

	while (done < frame_len) {
		bool is_fragment;
		size_t put = lp_fragment_cut(frame_len, done, count, room, full, &is_fragment);

		room = full;
		if (put == 0)
			continue;
		if (!is_fragment)
			return 0;
		fragments[count++] = (struct in_flight){.sequence = sequence,
							.frame_len = (uint16_t)frame_len,
							.from = (uint16_t)done,
							.to = (uint16_t)(done + put)};
		done += put;
	}
	return count;
}

/* 5 % loss and reordering: what arrived whole is joined, byte for byte, and nothing else. */
static void what_arrives_whole_is_joined(void **state)
{
	struct fixture *fixture = *state;
	struct in_flight wire[16];
	unsigned wire_count = 0, whole_count = 0, cut_count = 0;
	uint64_t now = START;
	struct lp_rand rand;

	lp_rand_seed(&rand, 3);
	for (uint32_t sequence = 0; sequence < 20000 || wire_count > 0;) {
		now += 100 * LP_NS_PER_US;
		lp_reassembly_expire(&fixture->reassembly, now);
		if (sequence < 20000 && wire_count + LP_FRAGMENTS_MAX <= LP_ARRAY_COUNT(wire)) {
			struct in_flight fragments[LP_FRAGMENTS_MAX];
			unsigned count = cut_at_random(&rand, sequence++, fragments);
			bool is_whole = count > 0;

			cut_count += count > 0;
			for (unsigned i = 0; i < count; i++) {
				if (lp_rand_below(&rand, 100) < 5)
					is_whole = false;
				else
					wire[wire_count++] = fragments[i];
			}
			whole_count += is_whole;
			continue;
		}
		struct in_flight *fragment = &wire[lp_rand_below(&rand, wire_count)];
		unsigned before = fixture->frame_count;

		assert_int_equal(add_sized(fixture, fragment->sequence, fragment->frame_len,
					   fragment->from, fragment->to, now),
				 LP_VERDICT_FORWARD);
		if (fixture->frame_count > before)
			check_last(fixture, fragment->sequence, fragment->frame_len);
		*fragment = wire[--wire_count];
	}
	lp_reassembly_expire(&fixture->reassembly, now + LP_REASSEMBLY_TIMEOUT_NS);
	assert_true(cut_count > 15000);
	assert_int_equal(fixture->frame_count, whole_count);
	assert_int_equal(fixture->drop_count[LP_VERDICT_FRAGMENT_TABLE], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_gets_through),
		cmocka_unit_test(cuts),
		cmocka_unit_test(packets_are_full),
		TEST(joins_in_any_order),
		TEST(frames_mixed_with_each_other),
		TEST(sources_are_told_apart),
		TEST(refuses_what_disagrees),
		TEST(no_more_than_three_fragments),
		TEST(gives_up_after_its_time),
		TEST(a_full_table_pushes_out_the_oldest),
		TEST(says_once_that_the_pool_is_empty),
		TEST(what_arrives_whole_is_joined),
	};
	int failed_count = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed_count == 0)
		printf("shows P9\n");
	return failed_count;
}
