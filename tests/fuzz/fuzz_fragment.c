/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Fragments: the input is a list of things that happen to a reassembly. Whatever they are, each
 * frame that was opened has one outcome, no buffer is lost or given twice, and a frame that comes
 * out consists of the bytes that were sent for it. Another thing that can happen is a frame cut by
 * lp_fragment_cut, whose fragments must arrive as that frame.
 */
#include "fuzz.h"

#include "base/clock.h"
#include "base/mem.h"
#include "wire/budget.h"
#include "wire/cursor.h"
#include "wire/fragment.h"

#include <string.h>

/* Fewer than slots, so that the pool runs empty too. */
#define BUFFER_COUNT 48

struct buffer {
	bool is_out;
	uint8_t *bytes; /* a block of its own, so that a sanitizer sees each byte beyond */
};

struct table {
	struct lp_reassembly reassembly;
	struct buffer buffers[BUFFER_COUNT];
	unsigned buffers_max;
	unsigned opened_count;
	unsigned outcome_count;
	unsigned frame_count;
};

/* Which frame: they are told apart by both. */
struct name {
	uint16_t source_id;
	uint32_t sequence;
};

static uint8_t frame_byte(struct name name, size_t offset)
{
	return (uint8_t)(name.source_id * 71 + name.sequence * 29 + offset * 3 + offset / 256);
}

static void *on_open(void *user, uint8_t **bytes)
{
	struct table *table = user;

	for (unsigned i = 0; i < table->buffers_max; i++) {
		if (table->buffers[i].is_out)
			continue;
		table->buffers[i].is_out = true;
		table->opened_count++;
		*bytes = table->buffers[i].bytes;
		return &table->buffers[i];
	}
	return NULL;
}

static uint8_t *bytes_of(void *buffer)
{
	return ((struct buffer *)buffer)->bytes;
}

static void take_back(struct table *table, struct buffer *buffer)
{
	CHECK(buffer != NULL && buffer->is_out);
	buffer->is_out = false;
	table->outcome_count++;
	CHECK(table->outcome_count <= table->opened_count);
}

static void on_frame(void *user, void *buffer, const struct lp_datagram *last)
{
	struct table *table = user;

	struct name name = {last->source_id, last->sequence};

	take_back(table, buffer);
	table->frame_count++;
	for (size_t i = 0; i < last->frame_len; i++)
		CHECK(bytes_of(buffer)[i] == frame_byte(name, i));
}

static void on_drop(void *user, void *buffer, enum lp_verdict verdict)
{
	take_back(user, buffer);
	CHECK(verdict == LP_VERDICT_FRAGMENT_OVERLAP || verdict == LP_VERDICT_FRAGMENT_TIMEOUT ||
	      verdict == LP_VERDICT_FRAGMENT_TABLE || verdict == LP_VERDICT_PEER_GONE);
}

static enum lp_verdict add(struct table *table, struct name name, size_t frame_len, size_t from,
			   size_t payload_len, uint64_t now)
{
	uint8_t wire[LP_FRAGMENT_HEADER_LEN + LP_FRAME_MAX], payload[LP_FRAME_MAX];
	struct lp_datagram fragment = {
		.kind = LP_KIND_FRAGMENT,
		.source_id = name.source_id,
		.sequence = name.sequence,
		.frame_len = (uint16_t)frame_len,
		.offset = (uint16_t)from,
		.payload = payload,
		.payload_len = LP_MIN(payload_len, sizeof(payload)),
	};
	size_t len;

	for (size_t i = 0; i < fragment.payload_len; i++)
		payload[i] = frame_byte(name, from + i);
	/* The decoder stands in front of the reassembly, here as everywhere. */
	CHECK(lp_datagram_encode(&fragment, wire, sizeof(wire), &len) == LP_OK);
	enum lp_verdict verdict = lp_datagram_decode(wire, len, 0, &fragment);

	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	verdict = lp_reassembly_add(&table->reassembly, &fragment, now);
	CHECK(verdict == LP_VERDICT_FORWARD || verdict == LP_VERDICT_FRAGMENT_OVERLAP ||
	      verdict == LP_VERDICT_POOL_EMPTY);
	CHECK(table->reassembly.used_count <= LP_REASSEMBLY_SLOTS);
	return verdict;
}

static void send_cut(struct table *table, struct name name, size_t frame_len, size_t room,
		     size_t full, uint64_t now)
{
	unsigned fragments = 0, before = table->frame_count;
	bool is_taken = true, is_new = true;
	size_t done = 0;

	for (unsigned i = 0; i < table->reassembly.used_count; i++) {
		const struct lp_reassembly_slot *slot = &table->reassembly.slots[i];

		is_new &= slot->sequence != name.sequence || slot->source_id != name.source_id;
	}
	while (done < frame_len) {
		bool is_fragment;
		size_t put = lp_fragment_cut(frame_len, done, fragments, room, full, &is_fragment);

		CHECK(put != SIZE_MAX && (put > 0 || room < full));
		room = full;
		if (put == 0)
			continue;
		if (!is_fragment)
			return;
		is_taken &= add(table, name, frame_len, done, put, now) == LP_VERDICT_FORWARD;
		done += put;
		fragments++;
	}
	CHECK(fragments <= LP_FRAGMENTS_MAX);
	if (is_taken && is_new)
		CHECK(table->frame_count == before + 1);
}

static void run(struct table *table, struct lp_reader *input)
{
	uint64_t now = LP_NS_PER_S;

	while (lp_reader_left(input) > 0) {
		uint8_t what = lp_reader_u8(input);
		struct name name = {.source_id = what >> 2 & 3, .sequence = lp_reader_u8(input)};
		size_t a = lp_reader_u16(input), b = lp_reader_u16(input);

		now += (uint64_t)(what >> 4) * LP_NS_PER_MS;
		switch (what & 3) {
		case 0:
			lp_reassembly_expire(&table->reassembly, now);
			CHECK(lp_reassembly_deadline(&table->reassembly) > now);
			break;
		case 1:
			send_cut(table, name, LP_ETHER_HEADER_LEN + a % 1971, b % 1420,
				 LP_BUDGET_MIN + b % 400, now);
			break;
		default:
			add(table, name, a, b, lp_reader_u16(input), now);
			break;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lp_reassembly_ops ops = {
		.open = on_open, .bytes = bytes_of, .on_frame = on_frame, .on_drop = on_drop};
	static struct table table;
	struct lp_reader input = lp_reader_init(data, size);

	for (unsigned i = 0; i < BUFFER_COUNT; i++) {
		if (table.buffers[i].bytes == NULL)
			table.buffers[i].bytes = lp_alloc(LP_FRAME_MAX);
	}
	table.buffers_max = lp_reader_u8(&input) % (BUFFER_COUNT + 1);
	table.opened_count = 0;
	table.outcome_count = 0;
	table.frame_count = 0;
	lp_reassembly_init(&table.reassembly, &ops, &table);
	run(&table, &input);
	lp_reassembly_fini(&table.reassembly, LP_VERDICT_PEER_GONE);
	CHECK(table.outcome_count == table.opened_count);
	for (unsigned i = 0; i < BUFFER_COUNT; i++)
		CHECK(!table.buffers[i].is_out);
	return 0;
}
