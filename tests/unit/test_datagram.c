/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define FLAGS_ALL  0xff
#define FLAGS_NONE 0

static uint8_t payload[LP_PROBE_PAYLOAD_MAX + 1];

static void fill_payload(void)
{
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7 + i / 256);
}

/* The bytes of lanparty-protocol(7), spelled out. */
static void header_is_byte_exact(void **state)
{
	static const uint8_t whole[] = {0x10, 0x00, 0x01, 0x02, 0x0a, 0x0b,
					0x0c, 0x0d, 'a',  'b',	'c'};
	static const uint8_t fragment[] = {0x11, 0x01, 0xff, 0xfe, 0x00, 0x00, 0x00,
					   0x2a, 0x05, 0xea, 0x05, 0x78, 'x'};
	struct lp_datagram datagram;
	uint8_t out[64];
	size_t out_len;

	(void)state;
	assert_int_equal(lp_datagram_decode(whole, sizeof(whole), FLAGS_NONE, &datagram),
			 LP_VERDICT_FORWARD);
	assert_int_equal(datagram.kind, LP_KIND_FRAME);
	assert_int_equal(datagram.source_id, 0x0102);
	assert_int_equal(datagram.sequence, 0x0a0b0c0d);
	assert_int_equal(datagram.payload_len, 3);
	assert_ptr_equal(datagram.payload, whole + LP_DATAGRAM_HEADER_LEN);
	assert_int_equal(lp_datagram_encode(&datagram, out, sizeof(out), &out_len), LP_OK);
	assert_int_equal(out_len, sizeof(whole));
	assert_memory_equal(out, whole, sizeof(whole));

	assert_int_equal(lp_datagram_decode(fragment, sizeof(fragment), LP_FLAG_TRACE, &datagram),
			 LP_VERDICT_FORWARD);
	assert_int_equal(datagram.kind, LP_KIND_FRAGMENT);
	assert_int_equal(datagram.flags, LP_FLAG_TRACE);
	assert_int_equal(datagram.source_id, 0xfffe);
	assert_int_equal(datagram.sequence, 42);
	assert_int_equal(datagram.frame_len, 1514);
	assert_int_equal(datagram.offset, 1400);
	assert_ptr_equal(datagram.payload, fragment + LP_FRAGMENT_HEADER_LEN);
	assert_int_equal(lp_datagram_encode(&datagram, out, sizeof(out), &out_len), LP_OK);
	assert_int_equal(out_len, sizeof(fragment));
	assert_memory_equal(out, fragment, sizeof(fragment));
}

struct row {
	const char *what;
	enum lp_kind kind;
	uint16_t frame_len;
	uint16_t offset;
	size_t payload_len;
	enum lp_verdict verdict;
};

static const struct row rows[] = {
	{"empty frame: a runt, for policy to say", LP_KIND_FRAME, 0, 0, 0, LP_VERDICT_FORWARD},
	{"small frame", LP_KIND_FRAME, 0, 0, 14, LP_VERDICT_FORWARD},
	{"full frame", LP_KIND_FRAME, 0, 0, 1514, LP_VERDICT_FORWARD},
	{"largest frame", LP_KIND_FRAME, 0, 0, LP_FRAME_MAX, LP_VERDICT_FORWARD},
	{"frame too large", LP_KIND_FRAME, 0, 0, LP_FRAME_MAX + 1, LP_VERDICT_OVERSIZE},
	{"first fragment", LP_KIND_FRAGMENT, 1514, 0, 1400, LP_VERDICT_FORWARD},
	{"last fragment", LP_KIND_FRAGMENT, 1514, 1400, 114, LP_VERDICT_FORWARD},
	{"one byte", LP_KIND_FRAGMENT, 2, 1, 1, LP_VERDICT_FORWARD},
	{"all but one byte", LP_KIND_FRAGMENT, 1514, 1, 1513, LP_VERDICT_FORWARD},
	{"empty fragment", LP_KIND_FRAGMENT, 1514, 0, 0, LP_VERDICT_MALFORMED},
	{"fragment that is the whole", LP_KIND_FRAGMENT, 1514, 0, 1514, LP_VERDICT_MALFORMED},
	{"one byte beyond", LP_KIND_FRAGMENT, 1514, 1401, 114, LP_VERDICT_MALFORMED},
	{"longer than its frame", LP_KIND_FRAGMENT, 100, 0, 101, LP_VERDICT_MALFORMED},
	{"offset at the end", LP_KIND_FRAGMENT, 1514, 1514, 1, LP_VERDICT_MALFORMED},
	{"offset far beyond", LP_KIND_FRAGMENT, 1514, UINT16_MAX, 1, LP_VERDICT_MALFORMED},
	{"of an empty frame", LP_KIND_FRAGMENT, 0, 0, 1, LP_VERDICT_MALFORMED},
	{"of the largest frame", LP_KIND_FRAGMENT, LP_FRAME_MAX, 0, 1, LP_VERDICT_FORWARD},
	{"of a frame too large", LP_KIND_FRAGMENT, LP_FRAME_MAX + 1, 0, 1, LP_VERDICT_OVERSIZE},
	{"probe", LP_KIND_PROBE, 0, 0, 1432, LP_VERDICT_FORWARD},
	{"probe without padding", LP_KIND_PROBE, 0, 0, 0, LP_VERDICT_FORWARD},
	{"largest probe", LP_KIND_PROBE, 0, 0, LP_PROBE_PAYLOAD_MAX, LP_VERDICT_FORWARD},
	{"probe too large", LP_KIND_PROBE, 0, 0, LP_PROBE_PAYLOAD_MAX + 1, LP_VERDICT_OVERSIZE},
	{"echo", LP_KIND_PROBE_ECHO, 0, 0, 0, LP_VERDICT_FORWARD},
	{"echo with payload", LP_KIND_PROBE_ECHO, 0, 0, 1, LP_VERDICT_MALFORMED},
	{"sealed: of no feature yet", LP_KIND_SEALED, 0, 0, 100, LP_VERDICT_MALFORMED},
	{"kind 3", (enum lp_kind)3, 0, 0, 100, LP_VERDICT_MALFORMED},
	{"kind 7", (enum lp_kind)7, 0, 0, 100, LP_VERDICT_MALFORMED},
	{"kind 10", (enum lp_kind)10, 0, 0, 100, LP_VERDICT_MALFORMED},
	{"kind 15", (enum lp_kind)15, 0, 0, 100, LP_VERDICT_MALFORMED},
};

static size_t encode_row(const struct row *row, uint8_t flags, uint8_t *out, size_t cap)
{
	struct lp_datagram datagram = {
		.kind = row->kind,
		.flags = flags,
		.source_id = 7,
		.sequence = 0x80000001,
		.frame_len = row->frame_len,
		.offset = row->offset,
		.payload = payload,
		.payload_len = row->payload_len,
	};
	size_t len;

	assert_int_equal(lp_datagram_encode(&datagram, out, cap, &len), LP_OK);
	return len;
}

static void every_kind_and_bound(void **state)
{
	static uint8_t data[LP_FRAGMENT_HEADER_LEN + sizeof(payload)];
	static uint8_t again[sizeof(data)];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = encode_row(&rows[i], 0, data, sizeof(data));
		struct lp_datagram out;
		size_t again_len;
		enum lp_verdict verdict = lp_datagram_decode(data, len, FLAGS_NONE, &out);

		if (verdict != rows[i].verdict)
			fail_msg("%s: %s", rows[i].what, lp_verdict_name(verdict));
		if (verdict != LP_VERDICT_FORWARD)
			continue;
		assert_int_equal(out.payload_len, rows[i].payload_len);
		assert_int_equal(lp_datagram_encode(&out, again, sizeof(again), &again_len), LP_OK);
		assert_int_equal(again_len, len);
		assert_memory_equal(again, data, len);
	}
}

static void only_negotiated_flags(void **state)
{
	static uint8_t data[64];
	static const struct row row = {.kind = LP_KIND_FRAME, .payload_len = 20};

	(void)state;
	for (unsigned flags = 0; flags <= UINT8_MAX; flags++) {
		size_t len = encode_row(&row, (uint8_t)flags, data, sizeof(data));

		for (unsigned allowed = 0; allowed <= UINT8_MAX; allowed++) {
			struct lp_datagram out;
			enum lp_verdict verdict =
				lp_datagram_decode(data, len, (uint8_t)allowed, &out);

			assert_int_equal(verdict, (flags & ~allowed) ? LP_VERDICT_MALFORMED
								     : LP_VERDICT_FORWARD);
		}
	}
}

static void only_version_1(void **state)
{
	static uint8_t data[64];
	static const struct row row = {.kind = LP_KIND_FRAME, .payload_len = 20};
	size_t len = encode_row(&row, 0, data, sizeof(data));

	(void)state;
	for (unsigned version = 0; version < 16; version++) {
		struct lp_datagram out;

		data[0] = (uint8_t)(version << 4 | LP_KIND_FRAME);
		assert_int_equal(lp_datagram_decode(data, len, FLAGS_ALL, &out),
				 version == LP_WIRE_VERSION ? LP_VERDICT_FORWARD
							    : LP_VERDICT_MALFORMED);
	}
}

static void cut_at_every_byte(void **state)
{
	static uint8_t data[64];
	static const struct row fragment = {
		.kind = LP_KIND_FRAGMENT, .frame_len = 100, .offset = 10, .payload_len = 1};
	size_t len = encode_row(&fragment, 0, data, sizeof(data));

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		/* A block of just this size lets a sanitizer see a read behind its end. */
		uint8_t *exact = test_malloc(cut + 1);
		struct lp_datagram out;

		memcpy(exact + 1, data, cut);
		assert_int_equal(lp_datagram_decode(exact + 1, cut, FLAGS_ALL, &out),
				 LP_VERDICT_MALFORMED);
		test_free(exact);
	}
	data[0] = LP_WIRE_VERSION << 4 | LP_KIND_FRAME;
	for (size_t cut = 0; cut < LP_DATAGRAM_HEADER_LEN; cut++) {
		struct lp_datagram out;

		assert_int_equal(lp_datagram_decode(data, cut, FLAGS_ALL, &out),
				 LP_VERDICT_MALFORMED);
	}
	struct lp_datagram out;
	assert_int_equal(lp_datagram_decode(NULL, 0, FLAGS_ALL, &out), LP_VERDICT_MALFORMED);
}

static void never_above_the_budget(void **state)
{
	static uint8_t data[2048];
	struct lp_datagram datagram = {.kind = LP_KIND_FRAME, .payload = payload};

	(void)state;
	for (size_t payload_len = 0; payload_len <= 1514; payload_len++) {
		size_t need = LP_DATAGRAM_HEADER_LEN + payload_len;
		size_t len = 0;

		datagram.payload_len = payload_len;
		assert_int_equal(lp_datagram_encode(&datagram, data, need, &len), LP_OK);
		assert_int_equal(len, need);
		assert_int_equal(lp_datagram_encode(&datagram, data, need - 1, &len),
				 LP_ERR_TOO_LARGE);
	}
}

/* What routes a frame is in the first bytes, and no byte of it depends on the payload. */
static void header_is_apart_from_the_payload(void **state)
{
	struct lp_datagram datagram = {
		.kind = LP_KIND_FRAME, .source_id = 3, .sequence = 9, .payload_len = 100};
	uint8_t header[LP_FRAGMENT_HEADER_LEN];
	uint8_t data[LP_DATAGRAM_HEADER_LEN + 100];
	size_t len;

	(void)state;
	datagram.payload = payload;
	assert_int_equal(lp_datagram_encode_header(&datagram, header), LP_DATAGRAM_HEADER_LEN);
	assert_int_equal(lp_datagram_encode(&datagram, data, sizeof(data), &len), LP_OK);
	assert_memory_equal(data, header, LP_DATAGRAM_HEADER_LEN);
	assert_memory_equal(data + LP_DATAGRAM_HEADER_LEN, payload, 100);
	datagram.payload = payload + 500;
	assert_int_equal(lp_datagram_encode(&datagram, data, sizeof(data), &len), LP_OK);
	assert_memory_equal(data, header, LP_DATAGRAM_HEADER_LEN);
	datagram.kind = LP_KIND_FRAGMENT;
	assert_int_equal(lp_datagram_encode_header(&datagram, header), LP_FRAGMENT_HEADER_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_is_byte_exact),
		cmocka_unit_test(every_kind_and_bound),
		cmocka_unit_test(only_negotiated_flags),
		cmocka_unit_test(only_version_1),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(never_above_the_budget),
		cmocka_unit_test(header_is_apart_from_the_payload),
	};

	fill_payload();
	int failed_count = cmocka_run_group_tests(tests, NULL, NULL);

	/* All of it on plain memory: the codec knows no socket and no QUIC (P10). */
	if (failed_count == 0)
		printf("shows P1 P2 P3 P8 P10 P11\n");
	return failed_count;
}
