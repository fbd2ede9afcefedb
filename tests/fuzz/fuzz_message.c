/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Control messages: any bytes are the JSON of a record. What is accepted must encode, and what was
 * encoded must decode to the same and encode to the same bytes.
 */
#include "fuzz.h"

#include "wire/message.h"

#include <string.h>

static void check_round_trip(const struct lp_message *message)
{
	static uint8_t first[LP_RECORD_HEADER_LEN + LP_RECORD_MAX], second[sizeof(first)];
	static struct lp_message again;
	size_t first_len, second_len;
	enum lp_reject_code code;
	const char *why;

	CHECK(lp_message_encode(message, first, sizeof(first), &first_len) == LP_OK);
	CHECK(lp_message_decode(first + LP_RECORD_HEADER_LEN, first_len - LP_RECORD_HEADER_LEN,
				&again, &why, &code) == LP_OK);
	CHECK(again.type == message->type);
	CHECK(lp_message_encode(&again, second, sizeof(second), &second_len) == LP_OK);
	CHECK(first_len == second_len && memcmp(first, second, first_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lp_message message;
	enum lp_reject_code code = LP_REJECT__COUNT;
	const char *why = NULL;
	enum lp_err err = lp_message_decode(data, size, &message, &why, &code);

	if (err != LP_OK) {
		CHECK(why != NULL && why[0] != '\0');
		CHECK(message.type == LP_MESSAGE_HELLO || message.type == LP_MESSAGE_UNKNOWN);
		CHECK((message.type == LP_MESSAGE_HELLO) == (code != LP_REJECT__COUNT));
		return 0;
	}
	CHECK(code == LP_REJECT__COUNT);
	if (message.type == LP_MESSAGE_HELLO) {
		CHECK(lp_room_is_valid(message.hello.room));
		CHECK(message.hello.has_mac || message.hello.role == LP_ROLE_GATEWAY);
	}
	if (message.type != LP_MESSAGE_UNKNOWN)
		check_round_trip(&message);
	return 0;
}
