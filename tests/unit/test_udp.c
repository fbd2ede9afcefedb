/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The UDP socket, over loopback: what is sent in batches arrives, from and at the right addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "platform/udp.h"
#include "poll_watcher.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEGMENT 1200

static const uint8_t loopback6[16] = {[15] = 1};

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)level;
	snprintf(user, 1024, "%s", line);
}

static struct lp_addr address(enum lp_addr_family family, uint16_t port)
{
	struct lp_addr addr = {.family = family, .port = port};

	if (family == LP_ADDR_IP4)
		memcpy(addr.ip, "\x7f\0\0\x01", 4);
	else
		memcpy(addr.ip, loopback6, 16);
	return addr;
}

static bool has_ip6(void)
{
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	bool is_there = fd >= 0 && bind(fd, (void *)&name, sizeof(name)) == 0;

	if (fd >= 0)
		close(fd);
	return is_there;
}

/* A socket on all addresses, and one of a session that talks to it. */
struct pair {
	struct lp_udp *listen;
	struct lp_udp *connect;
	struct lp_addr to;
};

static void open_pair(struct pair *pair, enum lp_addr_family family)
{
	struct lp_listen listen = {.is_wildcard = true};
	struct lp_addr local;

	assert_int_equal(lp_udp_open_listen(&listen, 1, &pair->listen), LP_OK);
	assert_int_equal(lp_udp_open_connect(family, &pair->connect), LP_OK);
	lp_udp_local_addr(pair->listen, &local);
	assert_true(local.port != 0);
	pair->to = address(family, local.port);
}

static void close_pair(struct pair *pair)
{
	lp_udp_close(pair->listen);
	lp_udp_close(pair->connect);
}

static void send_one(struct lp_udp *udp, const struct lp_path *path, const void *data, size_t len,
		     size_t segment_len)
{
	struct lp_packet_tx tx = {
		.path = *path, .data = data, .len = len, .segment_len = segment_len};

	lp_udp_send_batch(udp, &tx, 1);
}

static void on_ready(void *arg)
{
	(*(int *)arg)++;
}

/* Both families, to the wildcard and back: the answer leaves from the address that was asked. */
static void answers_from_where_it_was_asked(void **state)
{
	(void)state;
	for (enum lp_addr_family family = LP_ADDR_IP4; family <= LP_ADDR_IP6; family++) {
		struct lp_packet_rx rx[LP_UDP_BATCH];
		struct poll_watcher watcher;
		struct lp_udp_stats stats;
		struct pair pair;
		int ready_count = 0;
		size_t got;

		if (family == LP_ADDR_IP6 && !has_ip6())
			continue;
		open_pair(&pair, family);
		if (family == LP_ADDR_IP4)
			pair.to.ip[3] = 77; /* all of 127/8 is this host */
		poll_watcher_init(&watcher);
		assert_int_equal(lp_udp_start(pair.listen, &watcher.base, on_ready, &ready_count),
				 LP_OK);
		assert_int_equal(lp_udp_recv_batch(pair.listen, rx, &got), LP_ERR_AGAIN);
		send_one(pair.connect, &(struct lp_path){.remote = pair.to}, "hello", 5, 5);
		assert_int_equal(poll_watcher_turn(&watcher, 1000), 1);
		assert_int_equal(ready_count, 1);
		assert_int_equal(lp_udp_recv_batch(pair.listen, rx, &got), LP_OK);
		assert_int_equal(got, 1);
		assert_int_equal(rx[0].len, 5);
		assert_int_equal(rx[0].segment_len, 5);
		assert_memory_equal(rx[0].data, "hello", 5);
		assert_int_equal(rx[0].path.remote.family, family);
		assert_true(lp_addr_equal(&rx[0].path.local, &pair.to));

		send_one(pair.listen, &rx[0].path, "back", 4, 4);
		assert_int_equal(lp_udp_recv_batch(pair.connect, rx, &got), LP_OK);
		assert_int_equal(got, 1);
		assert_true(lp_addr_equal(&rx[0].path.remote, &pair.to));
		assert_int_equal(rx[0].path.local.family, LP_ADDR_NONE);
		lp_udp_read_stats(pair.listen, &stats);
		assert_int_equal(stats.packets_rx, 1);
		assert_int_equal(stats.packets_tx, 1);
		close_pair(&pair);
		assert_int_equal(poll_watcher_count(&watcher), 0);
	}
}

/* Receives until `want` bytes are there; each packet's first bytes say which it is. */
static void expect_packets(struct lp_udp *udp, size_t want, size_t segment_len, size_t *buffers)
{
	struct lp_packet_rx rx[LP_UDP_BATCH];
	uint32_t number = 0;
	size_t got, total = 0;

	*buffers = 0;
	while (total < want) {
		assert_int_equal(lp_udp_recv_batch(udp, rx, &got), LP_OK);
		for (size_t i = 0; i < got; i++) {
			assert_true(rx[i].segment_len <= segment_len);
			for (size_t at = 0; at < rx[i].len; at += rx[i].segment_len) {
				uint32_t have;

				memcpy(&have, rx[i].data + at, sizeof(have));
				assert_int_equal(have, number++);
			}
			total += rx[i].len;
		}
		*buffers += got;
	}
	assert_int_equal(total, want);
	assert_int_equal(lp_udp_recv_batch(udp, rx, &got), LP_ERR_AGAIN);
}

static uint8_t *numbered(size_t len, size_t segment_len)
{
	uint8_t *data = lp_alloc(len);
	uint32_t number = 0;

	for (size_t at = 0; at < len; at += segment_len, number++)
		memcpy(data + at, &number, sizeof(number));
	return data;
}

/* Many packets in one buffer, of every size around the limits of one system call. */
static void many_packets_in_a_buffer(void **state)
{
	static const struct {
		size_t len;
		size_t segment_len;
	} sizes[] = {
		{10 * SEGMENT, SEGMENT},
		{10 * SEGMENT + 7, SEGMENT},
		{SEGMENT, SEGMENT},
		{SEGMENT + 4, SEGMENT},
		{54 * SEGMENT, SEGMENT},
		{55 * SEGMENT + 9, SEGMENT},
		{200 * SEGMENT + 9, SEGMENT},
		{64 * 100, 100},
		{65 * 100, 100},
		{300 * 100 + 4, 100},
		{2 * 40000 + 10, 40000},
		{65000, 65000},
	};

	(void)state;
	for (enum lp_addr_family family = LP_ADDR_IP4; family <= LP_ADDR_IP6; family++) {
		struct pair pair;

		if (family == LP_ADDR_IP6 && !has_ip6())
			continue;
		open_pair(&pair, family);
		for (size_t i = 0; i < LP_ARRAY_COUNT(sizes); i++) {
			uint8_t *data = numbered(sizes[i].len, sizes[i].segment_len);
			size_t buffers;

			send_one(pair.connect, &(struct lp_path){.remote = pair.to}, data,
				 sizes[i].len, sizes[i].segment_len);
			expect_packets(pair.listen, sizes[i].len, sizes[i].segment_len, &buffers);
			free(data);
		}
		struct lp_udp_stats rx, tx;

		lp_udp_read_stats(pair.connect, &tx);
		lp_udp_read_stats(pair.listen, &rx);
		assert_int_equal(rx.packets_rx, tx.packets_tx);
		assert_true(tx.buffers_tx * 4 < tx.packets_tx);
		assert_true(rx.buffers_rx * 4 < rx.packets_rx);
		assert_int_equal(tx.send_errors + tx.send_no_room + tx.send_too_large, 0);
		close_pair(&pair);
	}
}

static void many_buffers_in_a_batch(void **state)
{
	enum { COUNT = 3 * LP_UDP_BATCH + 5 };
	struct lp_packet_tx tx[COUNT];
	uint32_t numbers[COUNT];
	struct pair pair;
	size_t buffers;

	(void)state;
	open_pair(&pair, LP_ADDR_IP4);
	for (uint32_t i = 0; i < COUNT; i++) {
		numbers[i] = i;
		tx[i] = (struct lp_packet_tx){.path.remote = pair.to,
					      .data = (uint8_t *)&numbers[i],
					      .len = sizeof(numbers[i]),
					      .segment_len = sizeof(numbers[i])};
	}
	lp_udp_send_batch(pair.connect, tx, COUNT);
	expect_packets(pair.listen, sizeof(numbers), sizeof(numbers[0]), &buffers);
	assert_int_equal(buffers, COUNT);
	close_pair(&pair);
}

/* Nothing is ever fragmented: what does not fit is counted, and what is behind it still goes. */
static void too_large_is_counted_and_the_rest_goes(void **state)
{
	static uint8_t large[65520];
	struct lp_packet_rx rx[LP_UDP_BATCH];
	struct lp_udp_stats stats;
	struct pair pair;
	size_t got;

	(void)state;
	open_pair(&pair, LP_ADDR_IP4);
	struct lp_path path = {.remote = pair.to};
	struct lp_packet_tx tx[] = {
		{path, large, sizeof(large), sizeof(large)},
		{path, large, 0, 0},
		{path, (const uint8_t *)"small", 5, 5},
	};

	lp_udp_send_batch(pair.connect, tx, LP_ARRAY_COUNT(tx));
	assert_int_equal(lp_udp_recv_batch(pair.listen, rx, &got), LP_OK);
	assert_int_equal(got, 1);
	assert_memory_equal(rx[0].data, "small", 5);
	lp_udp_read_stats(pair.connect, &stats);
	assert_int_equal(stats.send_too_large, 1);
	assert_int_equal(stats.packets_tx, 1);
	close_pair(&pair);
}

/* An ICMP error of one peer stops nothing, is counted, and does not keep the loop awake. */
static void swallows_icmp_errors(void **state)
{
	struct lp_packet_rx rx[LP_UDP_BATCH];
	struct poll_watcher watcher;
	struct lp_udp_stats stats;
	struct lp_addr nobody, told;
	struct pair pair, gone;
	int ready_count = 0;
	size_t got;

	(void)state;
	open_pair(&pair, LP_ADDR_IP4);
	open_pair(&gone, LP_ADDR_IP4);
	nobody = gone.to;
	close_pair(&gone);
	poll_watcher_init(&watcher);
	assert_int_equal(lp_udp_start(pair.connect, &watcher.base, on_ready, &ready_count), LP_OK);
	for (int i = 0; i < 3; i++)
		send_one(pair.connect, &(struct lp_path){.remote = nobody}, "?", 1, 1);
	poll_watcher_turn(&watcher, 1000);
	assert_int_equal(lp_udp_recv_batch(pair.connect, rx, &got), LP_ERR_AGAIN);
	assert_int_equal(poll_watcher_turn(&watcher, 0), 0);
	assert_true(lp_udp_take_unreachable(pair.connect, &told));
	assert_true(lp_addr_equal(&told, &nobody));
	assert_false(lp_udp_take_unreachable(pair.connect, &told));
	send_one(pair.connect, &(struct lp_path){.remote = nobody}, "?", 1, 1);
	send_one(pair.connect, &(struct lp_path){.remote = pair.to}, "!", 1, 1);
	assert_int_equal(lp_udp_recv_batch(pair.listen, rx, &got), LP_OK);
	assert_int_equal(got, 1);
	assert_memory_equal(rx[0].data, "!", 1);
	lp_udp_read_stats(pair.connect, &stats);
	assert_true(stats.icmp_unreachable >= 2);
	assert_int_equal(stats.send_errors, 0);
	close_pair(&pair);
}

static void says_that_a_port_is_taken(void **state)
{
	struct lp_listen listen = {.is_wildcard = true};
	struct lp_udp *first[2], *second[2];
	char line[1024] = "";
	struct lp_addr local;

	(void)state;
	for (unsigned mine = 1; mine <= 2; mine++) {
		for (unsigned theirs = 1; theirs <= 2; theirs++) {
			listen.addr.port = 0;
			assert_int_equal(lp_udp_open_listen(&listen, theirs, first), LP_OK);
			lp_udp_local_addr(first[0], &local);
			listen.addr.port = local.port;
			lp_log_capture(on_line, line);
			assert_int_equal(lp_udp_open_listen(&listen, mine, second), LP_ERR_BUSY);
			lp_log_capture(NULL, NULL);
			assert_non_null(strstr(line, "in use"));
			for (unsigned i = 0; i < theirs; i++)
				lp_udp_close(first[i]);
		}
	}
}

/* The first byte of the connection ID picks the socket, in both kinds of header. */
static void steers_by_connection_id(void **state)
{
	enum { WORKERS = 3 };
	struct lp_listen listen = {.is_wildcard = true};
	struct lp_udp *group[WORKERS], *sender;
	struct lp_packet_rx rx[LP_UDP_BATCH];
	struct lp_addr local;
	size_t got;

	(void)state;
	assert_int_equal(lp_udp_open_listen(&listen, WORKERS, group), LP_OK);
	assert_int_equal(lp_udp_open_connect(LP_ADDR_IP4, &sender), LP_OK);
	lp_udp_local_addr(group[WORKERS - 1], &local);
	struct lp_path path = {.remote = address(LP_ADDR_IP4, local.port)};

	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t long_header[20] = {0xc3, 0, 0, 0, 1, 8, (uint8_t)byte, 0xff};
		uint8_t short_header[20] = {0x43, (uint8_t)byte, 0xff};

		send_one(sender, &path, long_header, sizeof(long_header), sizeof(long_header));
		send_one(sender, &path, short_header, sizeof(short_header), sizeof(short_header));
		assert_int_equal(lp_udp_recv_batch(group[byte % WORKERS], rx, &got), LP_OK);
		assert_int_equal(got, 2);
	}
	/* Too short to have one: somebody must throw it away. */
	send_one(sender, &path, "\xc3", 1, 1);
	assert_int_equal(lp_udp_recv_batch(group[0], rx, &got), LP_OK);
	for (unsigned i = 0; i < WORKERS; i++)
		lp_udp_close(group[i]);
	lp_udp_close(sender);
}

static void listens_on_one_address(void **state)
{
	struct lp_listen listen = {.addr = address(LP_ADDR_IP4, 0)};
	struct lp_packet_rx rx[LP_UDP_BATCH];
	struct lp_udp *udp, *sender;
	struct lp_addr local, other;
	char line[1024] = "";
	size_t got;

	(void)state;
	assert_int_equal(lp_udp_open_listen(&listen, 1, &udp), LP_OK);
	assert_int_equal(lp_udp_open_connect(LP_ADDR_IP4, &sender), LP_OK);
	lp_udp_local_addr(udp, &local);
	other = local;
	other.ip[3] = 2;
	send_one(sender, &(struct lp_path){.remote = other}, "x", 1, 1);
	send_one(sender, &(struct lp_path){.remote = local}, "y", 1, 1);
	assert_int_equal(lp_udp_recv_batch(udp, rx, &got), LP_OK);
	assert_int_equal(got, 1);
	assert_memory_equal(rx[0].data, "y", 1);
	assert_true(lp_addr_equal(&rx[0].path.local, &local));
	lp_udp_close(udp);
	lp_udp_close(sender);

	memcpy(listen.addr.ip, "\xc0\x00\x02\x01", 4);
	lp_log_capture(on_line, line);
	assert_false(lp_udp_is_absent(&(struct lp_listen){.addr = local}));
	assert_true(lp_udp_is_absent(&listen));
	/* It may come later: the log says that it is not there. */
	for (unsigned workers = 1; workers <= 2; workers++) {
		struct lp_udp *udps[2];

		line[0] = '\0';
		assert_int_equal(lp_udp_open_listen(&listen, workers, udps), LP_OK);
		assert_non_null(strstr(line, "no interface has 192.0.2.1 yet"));
		for (unsigned i = 0; i < workers; i++)
			lp_udp_close(udps[i]);
	}
	lp_log_capture(NULL, NULL);
	printf("shows R1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_from_where_it_was_asked),
		cmocka_unit_test(many_packets_in_a_buffer),
		cmocka_unit_test(many_buffers_in_a_batch),
		cmocka_unit_test(too_large_is_counted_and_the_rest_goes),
		cmocka_unit_test(swallows_icmp_errors),
		cmocka_unit_test(says_that_a_port_is_taken),
		cmocka_unit_test(steers_by_connection_id),
		cmocka_unit_test(listens_on_one_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
