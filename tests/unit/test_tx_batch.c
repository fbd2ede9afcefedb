/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/conn_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What came out: runs and packets, and whether segments are as UDP_SEGMENT wants them. */
struct sink {
	size_t calls;
	size_t runs;
	size_t packets;
	size_t bytes;
	size_t last_run_packets;
};

static void on_send(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct sink *sink = user;
	sink->calls++;
	for (size_t i = 0; i < tx_count; i++) {
		size_t packets = (tx[i].len + tx[i].segment_len - 1) / tx[i].segment_len;
		assert_true(tx[i].segment_len > 0 && tx[i].len <= LP_TX_BATCH_RUN_MAX);
		assert_true(packets <= LP_TX_BATCH_SEGMENTS);
		sink->runs++;
		sink->packets += packets;
		sink->last_run_packets = packets;
		sink->bytes += tx[i].len;
		/* Each packet begins with its own number, in order. */
		for (size_t k = 0; k < packets; k++)
			assert_int_equal(tx[i].data[k * tx[i].segment_len],
					 (sink->packets - packets + k) & 0xff);
	}
}

static const struct lp_endpoint_ops ops = {.send = on_send};
static struct lp_tx_batch tx_batch;
static struct sink sink;
static size_t put_count;

static int setup(void **state)
{
	(void)state;
	memset(&sink, 0, sizeof(sink));
	put_count = 0;
	lp_tx_batch_init(&tx_batch, &ops, &sink);
	return 0;
}

static void put(uint8_t to, size_t len)
{
	struct lp_path path = {.remote = {.family = LP_ADDR_IP4, .port = 443}};
	path.remote.ip[3] = to;
	uint8_t *room = lp_tx_batch_reserve(&tx_batch, LP_PACKET_MAX);
	memset(room, 0, len);
	room[0] = (uint8_t)put_count++;
	lp_tx_batch_commit(&tx_batch, &path, len);
}

static void equal_packets_share_a_run(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		put(1, 1200);
	put(1, 300); /* the last of a run may be shorter … */
	put(1, 300); /* … and only the last */
	lp_tx_batch_send(&tx_batch);
	assert_int_equal(sink.calls, 1);
	assert_int_equal(sink.runs, 2);
	assert_int_equal(sink.packets, 12);
	assert_int_equal(sink.bytes, 12600);
}

static void longer_and_elsewhere_begin_anew(void **state)
{
	(void)state;
	put(1, 300);
	put(1, 1200);
	put(2, 1200);
	put(1, 1200);
	lp_tx_batch_send(&tx_batch);
	assert_int_equal(sink.runs, 4);
	assert_int_equal(sink.packets, 4);
}

static void runs_are_bounded(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) /* by their number of segments … */
		put(1, 100);
	lp_tx_batch_send(&tx_batch);
	assert_int_equal(sink.runs, 4);
	for (int i = 0; i < 100; i++) /* … and by bytes */
		put(1, 1472);
	lp_tx_batch_send(&tx_batch);
	assert_int_equal(sink.packets, 300);
	assert_int_equal(sink.runs, 4 + 3);
}

static void a_full_box_is_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < 1000; i++)
		put((uint8_t)(i % 7), 1400);
	lp_tx_batch_send(&tx_batch);
	assert_true(sink.calls > 1);
	assert_int_equal(sink.packets, 1000);
	assert_int_equal(sink.bytes, 1000 * 1400);
}

static void an_empty_box_sends_nothing(void **state)
{
	(void)state;
	lp_tx_batch_send(&tx_batch);
	lp_tx_batch_reserve(&tx_batch, 1000); /* and nothing written into it */
	lp_tx_batch_send(&tx_batch);
	assert_int_equal(sink.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(equal_packets_share_a_run, setup),
		cmocka_unit_test_setup(longer_and_elsewhere_begin_anew, setup),
		cmocka_unit_test_setup(runs_are_bounded, setup),
		cmocka_unit_test_setup(a_full_box_is_sent, setup),
		cmocka_unit_test_setup(an_empty_box_sends_nothing, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
