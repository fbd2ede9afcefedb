/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A peer with the keys ends a connection at most, never the process: each case here is an assertion
 * of ngtcp2 that it could reach.
 */

#include "base/mem.h"
#include "hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct hostile hostile;

static void meet(bool is_relay)
{
	static const uint8_t done[] = {0x1e};
	hostile_init(&hostile, is_relay);
	assert_true(hostile_shake(&hostile));
	if (is_relay)
		hostile_say(&hostile, HOSTILE_ONE_RTT, done, sizeof(done));
}

static void give(const uint8_t *frames, size_t len, unsigned address)
{
	uint8_t out[HOSTILE_PACKET_MAX];
	struct hostile_packet packet = {.space = HOSTILE_ONE_RTT, .frames = frames, .len = len};
	hostile_give(&hostile, out, hostile_seal(&hostile, &packet, out, sizeof(out)), address);
}

static const uint8_t ping[] = {0x01};

/* RFC 9001 §6: the keys of QUIC are not updated by TLS. */
static void tls_updates_no_keys(void **state)
{
	static const uint8_t update[] = {0x06, 0x00, 0x05, 24, 0, 0, 1, 0};
	(void)state;
	for (int is_relay = 0; is_relay < 2; is_relay++) {
		meet(is_relay);
		give(update, sizeof(update), 0);
		hostile_wait(&hostile, 100 * LP_NS_PER_MS);
		assert_true(hostile.has_ended);
		assert_true(hostile.was_closed);
		assert_int_equal(hostile.close_code, 0x10a);
		hostile_fini(&hostile);
	}
}

/* One packet from elsewhere, and the next from home again. */
static void an_address_comes_back(void **state)
{
	(void)state;
	meet(false);
	hostile_wait(&hostile, 100 * LP_NS_PER_MS);
	give(ping, sizeof(ping), 1);
	give(ping, sizeof(ping), 0);
	hostile_wait(&hostile, 100 * LP_NS_PER_MS);
	assert_false(hostile.has_ended);
	hostile_fini(&hostile);
}

/*
 * The largest packet is acknowledged, and that ACK is acknowledged by the packet before it, which
 * comes late. In the second round that ACK came in a packet that counts for nothing, as its number
 * was had before.
 */
static void a_late_packet_acknowledges_the_ack(void **state)
{
	(void)state;
	for (int round = 0; round < 4; round++) {
		bool is_relay = round & 1;
		meet(is_relay);
		uint64_t late = hostile.number[HOSTILE_ONE_RTT];
		hostile.number[HOSTILE_ONE_RTT] = late + 1;
		give(ping, sizeof(ping), 0);
		hostile_wait(&hostile, 50 * LP_NS_PER_MS);
		uint64_t largest = hostile.largest[HOSTILE_ONE_RTT];
		assert_in_range(largest, 0, 0x3fff);
		const uint8_t frames[] = {
			0x02, (uint8_t)(0x40 | largest >> 8), (uint8_t)largest, 0, 0, 0, 0x01};
		if (round & 2) {
			hostile.number[HOSTILE_ONE_RTT] = late + 1;
			give(frames, sizeof(frames), 0);
		}
		hostile.number[HOSTILE_ONE_RTT] = late;
		give(frames, sizeof(frames), 0);
		hostile_wait(&hostile, 50 * LP_NS_PER_MS);
		assert_false(hostile.has_ended);
		hostile_fini(&hostile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_updates_no_keys),
		cmocka_unit_test(an_address_comes_back),
		cmocka_unit_test(a_late_packet_acknowledges_the_ack),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
