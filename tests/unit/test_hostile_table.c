/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Each frame of RFC 9000 §19 and RFC 9221 §4 in each packet space, from a peer with the keys: the
 * connection lives, or closes with the code that the RFCs name.
 */

#include "base/mem.h"
#include "hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIVES	       (-1)
#define CLOSED	       (-2) /* the peer has said so itself */
#define OTHERWISE      (-3) /* never expected */
#define STATE_AT_BEST  (-4) /* STREAM_STATE (§19.4), of which ngtcp2 makes PROTOCOL_VIOLATION */
#define FLOW_CONTROL   0x03
#define STREAM_LIMIT   0x04
#define STREAM_STATE   0x05
#define FINAL_SIZE     0x06
#define FRAME_ENCODING 0x07
#define VIOLATION      0x0a
#define CRYPTO_BUFFER  0x0d
#define UNEXPECTED     0x10a /* TLS alert unexpected_message */

#define HUGE	    "\xff\xff\xff\xff\xff\xff\xff\xff" /* 2^62 - 1 */
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct row {
	const char *name;
	const uint8_t *frames;
	size_t len;
	int early;  /* in a Handshake packet; an Initial may be ignored instead */
	int relay;  /* in 1-RTT, towards a relay */
	int client; /* … towards a client */
} rows[] = {
	{"PADDING", BYTES("\0"), LIVES, LIVES, LIVES},
	{"PING", BYTES("\1"), LIVES, LIVES, LIVES},
	{"ACK of what was never sent", BYTES("\2" HUGE "\0\0\0"), VIOLATION, VIOLATION, VIOLATION},
	{"ACK below 0", BYTES("\2\0\0\0\1"), FRAME_ENCODING, FRAME_ENCODING, FRAME_ENCODING},
	{"ACK cut off", BYTES("\2\0\0"), FRAME_ENCODING, FRAME_ENCODING, FRAME_ENCODING},
	{"ACK of too many ranges", BYTES("\2\0\0" HUGE "\0"), FRAME_ENCODING, FRAME_ENCODING,
	 FRAME_ENCODING},
	{"RESET_STREAM 0", BYTES("\4\0\0\0"), VIOLATION, LIVES, LIVES},
	{"RESET_STREAM 1", BYTES("\4\1\0\0"), VIOLATION, STREAM_STATE, STREAM_LIMIT},
	{"RESET_STREAM 2", BYTES("\4\2\0\0"), VIOLATION, STREAM_LIMIT, STATE_AT_BEST},
	{"RESET_STREAM 3", BYTES("\4\3\0\0"), VIOLATION, STATE_AT_BEST, STREAM_LIMIT},
	{"RESET_STREAM beyond the window", BYTES("\4\0\0" HUGE), VIOLATION, FLOW_CONTROL,
	 FLOW_CONTROL},
	{"RESET_STREAM below what came", BYTES("\x0a\0\2ab\4\0\0\1"), VIOLATION, FINAL_SIZE,
	 FINAL_SIZE},
	{"STOP_SENDING 0", BYTES("\5\0\0"), VIOLATION, LIVES, LIVES},
	{"STOP_SENDING 2", BYTES("\5\2\0"), VIOLATION, STREAM_STATE, STREAM_STATE},
	{"STOP_SENDING 4", BYTES("\5\4\0"), VIOLATION, STREAM_LIMIT, STREAM_STATE},
	{"CRYPTO, a KeyUpdate", BYTES("\6\0\5\x18\0\0\1\0"), UNEXPECTED, UNEXPECTED, UNEXPECTED},
	{"CRYPTO at 2^62 - 1", BYTES("\6" HUGE "\1a"), FRAME_ENCODING, FRAME_ENCODING,
	 FRAME_ENCODING},
	{"CRYPTO far ahead", BYTES("\6\xc0\0\0\0\1\0\0\0\1a"), CRYPTO_BUFFER, CRYPTO_BUFFER,
	 CRYPTO_BUFFER},
	{"CRYPTO longer than its packet", BYTES("\6\0" HUGE), FRAME_ENCODING, FRAME_ENCODING,
	 FRAME_ENCODING},
	{"NEW_TOKEN", BYTES("\7\1a"), VIOLATION, VIOLATION, LIVES},
	{"NEW_TOKEN of nothing", BYTES("\7\0"), VIOLATION, VIOLATION, FRAME_ENCODING},
	{"STREAM 0", BYTES("\x0a\0\1a"), VIOLATION, LIVES, LIVES},
	{"STREAM 0 of nothing, the end", BYTES("\x0b\0\0"), VIOLATION, LIVES, LIVES},
	{"STREAM 1", BYTES("\x0a\1\1a"), VIOLATION, STREAM_STATE, STREAM_LIMIT},
	{"STREAM 2", BYTES("\x0a\2\1a"), VIOLATION, STREAM_LIMIT, STREAM_STATE},
	{"STREAM 3", BYTES("\x0a\3\1a"), VIOLATION, STREAM_STATE, STREAM_LIMIT},
	{"STREAM 4", BYTES("\x0a\4\1a"), VIOLATION, STREAM_LIMIT, STREAM_STATE},
	{"STREAM of the largest ID", BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xfc\1a"), VIOLATION,
	 STREAM_LIMIT, STREAM_STATE},
	{"STREAM beyond 2^62 - 1", BYTES("\x0e\0" HUGE "\1a"), VIOLATION, FLOW_CONTROL,
	 FLOW_CONTROL},
	{"STREAM beyond the window", BYTES("\x0e\0\xc0\0\0\0\1\0\0\0\1a"), VIOLATION, FLOW_CONTROL,
	 FLOW_CONTROL},
	{"STREAM behind its end", BYTES("\x0b\0\1a\x0e\0\1\1a"), VIOLATION, FINAL_SIZE, FINAL_SIZE},
	{"STREAM with two ends", BYTES("\x0b\0\2ab\x0b\0\1a"), VIOLATION, FINAL_SIZE, FINAL_SIZE},
	{"MAX_DATA 0", BYTES("\x10\0"), VIOLATION, LIVES, LIVES},
	{"MAX_DATA 2^62 - 1", BYTES("\x10" HUGE), VIOLATION, LIVES, LIVES},
	{"MAX_STREAM_DATA 0", BYTES("\x11\0\0"), VIOLATION, LIVES, LIVES},
	{"MAX_STREAM_DATA 2", BYTES("\x11\2\0"), VIOLATION, STREAM_STATE, STREAM_STATE},
	{"MAX_STREAMS 2^60", BYTES("\x12\xd0\0\0\0\0\0\0\0"), VIOLATION, LIVES, LIVES},
	{"MAX_STREAMS 2^60 + 1", BYTES("\x12\xd0\0\0\0\0\0\0\1"), VIOLATION, FRAME_ENCODING,
	 FRAME_ENCODING},
	{"MAX_STREAMS 2^62 - 1, one way", BYTES("\x13" HUGE), VIOLATION, FRAME_ENCODING,
	 FRAME_ENCODING},
	{"DATA_BLOCKED", BYTES("\x14" HUGE), VIOLATION, LIVES, LIVES},
	{"STREAM_DATA_BLOCKED 0", BYTES("\x15\0\0"), VIOLATION, LIVES, LIVES},
	{"STREAMS_BLOCKED", BYTES("\x16\0"), VIOLATION, LIVES, LIVES},
	{"STREAMS_BLOCKED 2^62 - 1", BYTES("\x17" HUGE), VIOLATION, FRAME_ENCODING, FRAME_ENCODING},
	{"NEW_CONNECTION_ID of nothing", BYTES("\x18\1\0\0abcdefghijklmnop"), FRAME_ENCODING,
	 FRAME_ENCODING, FRAME_ENCODING},
	{"NEW_CONNECTION_ID too long",
	 BYTES("\x18\1\0\x15"
	       "abcdefghijklmnopqrstuabcdefghijklmnop"),
	 FRAME_ENCODING, FRAME_ENCODING, FRAME_ENCODING},
	{"NEW_CONNECTION_ID retires what is to come",
	 BYTES("\x18\1\2\x08"
	       "abcdefgh"
	       "abcdefghijklmnop"),
	 VIOLATION, FRAME_ENCODING, FRAME_ENCODING},
	{"RETIRE_CONNECTION_ID in use", BYTES("\x19\0"), VIOLATION, VIOLATION, VIOLATION},
	{"RETIRE_CONNECTION_ID never given", BYTES("\x19" HUGE), VIOLATION, VIOLATION, VIOLATION},
	{"PATH_CHALLENGE",
	 BYTES("\x1a"
	       "abcdefgh"),
	 VIOLATION, LIVES, LIVES},
	{"PATH_CHALLENGE cut off",
	 BYTES("\x1a"
	       "abcdefg"),
	 FRAME_ENCODING, FRAME_ENCODING, FRAME_ENCODING},
	{"PATH_RESPONSE to nothing",
	 BYTES("\x1b"
	       "abcdefgh"),
	 VIOLATION, LIVES, LIVES},
	{"CONNECTION_CLOSE", BYTES("\x1c\0\0\0"), CLOSED, CLOSED, CLOSED},
	{"CONNECTION_CLOSE, the reason too long", BYTES("\x1c\0\0" HUGE), FRAME_ENCODING,
	 FRAME_ENCODING, FRAME_ENCODING},
	{"CONNECTION_CLOSE of the application", BYTES("\x1d\0\0"), VIOLATION, CLOSED, CLOSED},
	{"HANDSHAKE_DONE", BYTES("\x1e"), VIOLATION, VIOLATION, LIVES},
	{"no frame's type", BYTES("\x1f"), FRAME_ENCODING, FRAME_ENCODING, FRAME_ENCODING},
	{"the largest type", BYTES(HUGE), FRAME_ENCODING, FRAME_ENCODING, FRAME_ENCODING},
	{"DATAGRAM", BYTES("\x31\1a"), VIOLATION, LIVES, LIVES},
	{"DATAGRAM of nothing", BYTES("\x30"), VIOLATION, LIVES, LIVES},
	{"DATAGRAM longer than its packet", BYTES("\x31" HUGE), FRAME_ENCODING, FRAME_ENCODING,
	 FRAME_ENCODING},
};

static struct hostile hostile;

static void give(const struct row *row, enum hostile_space space)
{
	uint8_t out[HOSTILE_PACKET_MAX] = {0};
	uint8_t frames[64] = {
		0}; /* four PADDING first: shorter ones have no sample (RFC 9001 §5.4.2) */
	struct hostile_packet packet = {.space = space, .frames = frames, .len = 4 + row->len};
	memcpy(frames + 4, row->frames, row->len);
	size_t len = hostile_seal(&hostile, &packet, out, sizeof(out));
	assert_true(len > 0);
	/* An Initial comes in a UDP packet of 1200 bytes, or not at all (RFC 9000 §14.1). */
	hostile_give(&hostile, out, space == HOSTILE_INITIAL ? 1200 : len, 0);
	hostile_wait(&hostile, 30 * LP_NS_PER_MS);
}

/* What came of it: the code, LIVES or CLOSED. */
static int outcome(void)
{
	if (hostile.was_closed)
		return (int)hostile.close_code;
	if (hostile.has_ended)
		return hostile.end == LP_CONN_END_PEER ? CLOSED : OTHERWISE;
	return lp_endpoint_conn_count(hostile.victim) > 0 ? LIVES : CLOSED;
}

static int check(const struct row *row, const char *where, int expected)
{
	int got = outcome();
	hostile_fini(&hostile);
	if (got == expected ||
	    (expected == STATE_AT_BEST && (got == STREAM_STATE || got == VIOLATION)))
		return 0;
	print_error("%s, %s: %d, not %d\n", row->name, where, got, expected);
	return 1;
}

static void in_one_rtt(void **state)
{
	static const uint8_t done[] = {0x1e};
	int failed = 0;
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		hostile_init(&hostile, false);
		assert_true(hostile_shake(&hostile));
		give(&rows[i], HOSTILE_ONE_RTT);
		failed += check(&rows[i], "to a relay", rows[i].relay);
		hostile_init(&hostile, true);
		assert_true(hostile_shake(&hostile));
		hostile_say(&hostile, HOSTILE_ONE_RTT, done, sizeof(done));
		give(&rows[i], HOSTILE_ONE_RTT);
		failed += check(&rows[i], "to a client", rows[i].client);
	}
	assert_int_equal(failed, 0);
}

static void in_handshake(void **state)
{
	int failed = 0;
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++)
		for (int space = HOSTILE_INITIAL; space <= HOSTILE_HANDSHAKE; space++) {
			hostile_init(&hostile, false);
			assert_true(hostile_step(&hostile)); /* its ClientHello */
			give(&rows[i], (enum hostile_space)space);
			/* Anybody can seal an Initial: an error there need not end it. */
			bool is_ignored = space == HOSTILE_INITIAL && outcome() == LIVES;
			failed += check(&rows[i], space ? "Handshake" : "Initial",
					is_ignored ? LIVES : rows[i].early);
		}
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_one_rtt),
		cmocka_unit_test(in_handshake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
