/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* A STOP_SENDING is found behind every other frame, and only where there is one. */

#include "base/mem.h"
#include "quic/frame_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct bytes {
	size_t len;
	uint8_t data[40];
};

/* Each ends where it says, so that something can follow. */
static const struct bytes others[] = {
	{0, ""},
	{3, "\0\0\0"},					  /* PADDING */
	{1, "\x01"},					  /* PING */
	{5, "\x02\x01\x00\x00\x00"},			  /* ACK */
	{10, "\x02\x10\x00\x02\x01\x00\x01\x00\x40\x01"}, /* … of three ranges */
	{8, "\x03\x01\x00\x00\x00\x01\x02\x03"},	  /* … with ECN */
	{4, "\x04\x04\x00\x00"},			  /* RESET_STREAM */
	{4, "\x06\x00\x01x"},				  /* CRYPTO */
	{4, "\x07\x02xy"},				  /* NEW_TOKEN */
	{7, "\x0a\x00\x04\x05\x00\x00\x05"},		  /* STREAM, whose bytes look so */
	{5, "\x0e\x00\x01\x01\x05"},			  /* … with an offset */
	{5, "\x10\x80\x01\x00\x00"},			  /* MAX_DATA */
	{3, "\x11\x00\x05"},				  /* MAX_STREAM_DATA */
	{2, "\x12\x05"},				  /* MAX_STREAMS */
	{2, "\x14\x05"},				  /* DATA_BLOCKED */
	{3, "\x15\x00\x05"},				  /* STREAM_DATA_BLOCKED */
	{2, "\x17\x05"},				  /* STREAMS_BLOCKED */
	{21, "\x18\x05\x00\x01x0123456789abcdef"},	  /* NEW_CONNECTION_ID */
	{2, "\x19\x05"},				  /* RETIRE_CONNECTION_ID */
	{9, "\x1a\x05\x00\x00\x05\x00\x00\x05\x00"},	  /* PATH_CHALLENGE */
	{9, "\x1b\x05\x00\x00\x05\x00\x00\x05\x00"},	  /* PATH_RESPONSE */
	{1, "\x1e"},					  /* HANDSHAKE_DONE */
	{5, "\x31\x03\x05\x00\x00"},			  /* DATAGRAM */
	{3, "\x05\x04\x00"},				  /* of another stream */
};

static const uint8_t stop[] = {0x05, 0x00, 0x40, 0x07};

static bool is_in(const uint8_t *data, size_t len)
{
	uint8_t *exact = test_malloc(len ? len : 1);
	memcpy(exact, data, len);
	bool is_there = lp_frame_scan(exact, len).stops_control;
	test_free(exact);
	return is_there;
}

static void it_is_found_behind_everything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(others); i++) {
		for (size_t k = 0; k < LP_ARRAY_COUNT(others); k++) {
			uint8_t packet[128];
			size_t len = 0;
			memcpy(packet, others[i].data, others[i].len);
			len += others[i].len;
			memcpy(packet + len, others[k].data, others[k].len);
			len += others[k].len;
			if (is_in(packet, len))
				fail_msg("found one in %zu, %zu", i, k);
			memcpy(packet + len, stop, sizeof(stop));
			if (!is_in(packet, len + sizeof(stop)))
				fail_msg("found none behind %zu, %zu", i, k);
			/* With anything behind it. */
			memcpy(packet + len + sizeof(stop), others[i].data, others[i].len);
			assert_true(is_in(packet, len + sizeof(stop) + others[i].len));
			/* Cut, it is none. */
			for (size_t cut = 1; cut < sizeof(stop); cut++)
				assert_false(is_in(packet, len + sizeof(stop) - cut));
		}
	}
}

/* What goes on to the end of its packet has it inside, and what nobody knows may have. */
static void bytes_of_others_are_none(void **state)
{
	static const struct bytes rows[] = {
		{7, "\x08\x00xxx\x05\x00"},
		{8, "\x0c\x00\x01xxx\x05\x00"},
		{7, "\x30xxx\x05\x00\x00"},
		{4, "\x1c\x05\x00\x00"},
		{4, "\x1d\x05\x00\x00"},
		{4, "\x20\x05\x00\x00"},
		{5, "\x7f\xff\x05\x00\x00"},
		{6, "\x02\x01\x00\xff\xff\xff"},
		{12, "\x02\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00"},
		{12, "\x31\xff\xff\xff\xff\xff\xff\xff\xff\x05\x00\x00"},
	};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++)
		assert_false(is_in(rows[i].data, rows[i].len));
}

/* The delay is that of the ACK which acknowledges most. */
static void the_delay_of_an_ack_is_read(void **state)
{
	static const uint8_t packet[] = {0x02, 0x05, 0x07, 0x00, 0x00, 0x01, 0x02, 0x09, 0x44,
					 0x00, 0x00, 0x00, 0x02, 0x08, 0x01, 0x00, 0x00, 0x01};
	struct lp_frame_scan scan = lp_frame_scan(packet, sizeof(packet));

	(void)state;
	assert_true(scan.has_ack);
	assert_int_equal(scan.largest_ack, 9);
	assert_int_equal(scan.ack_delay, 0x400);
	assert_int_equal(lp_frame_scan(packet, 5).ack_delay, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_found_behind_everything),
		cmocka_unit_test(bytes_of_others_are_none),
		cmocka_unit_test(the_delay_of_an_ack_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
