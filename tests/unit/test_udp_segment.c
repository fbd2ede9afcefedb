/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * UDP_SEGMENT where it is refused: by the way to one peer, while another one's takes it. The kernel
 * is played by two functions in front of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "platform/udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEGMENT 1000

/* --- the kernel --- */

static int refusal;	      /* errno for what goes segmented to 127.0.0.2 */
static unsigned refused_runs; /* how often it was tried there */
static unsigned runs;	      /* … and elsewhere */

static int check(const struct msghdr *header)
{
	const struct sockaddr_in *to = header->msg_name;

	for (const struct cmsghdr *c = CMSG_FIRSTHDR(header); c;
	     c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)header, (struct cmsghdr *)(uintptr_t)c)) {
		if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_SEGMENT)
			continue;
		if (refusal == 0 || to->sin_addr.s_addr != htonl(0x7f000002)) {
			runs++;
			return 0;
		}
		refused_runs++;
		return refusal;
	}
	return 0;
}

ssize_t __real_sendmsg(int fd, const struct msghdr *header, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *header, int flags);
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *header, int flags)
{
	errno = check(header);
	return errno ? -1 : __real_sendmsg(fd, header, flags);
}

/* As the kernel's: an error is told only of the first message, else how many went before it. */
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
	for (unsigned int i = 0; i < count; i++) {
		ssize_t sent = __wrap_sendmsg(fd, &messages[i].msg_hdr, flags);

		if (sent < 0)
			return i == 0 ? -1 : (int)i;
		messages[i].msg_len = (unsigned int)sent;
	}
	return (int)count;
}

/* --- the tests --- */

static int open_peer(const char *ip, struct lp_addr *addr)
{
	struct sockaddr_in name = {.sin_family = AF_INET};
	socklen_t len = sizeof(name);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int bytes = 1 << 20;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	assert_int_equal(inet_pton(AF_INET, ip, &name.sin_addr), 1);
	assert_int_equal(bind(fd, (void *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(fd, (void *)&name, &len), 0);
	assert_int_equal(lp_addr_parse_ip(ip, addr), LP_OK);
	addr->port = ntohs(name.sin_port);
	return fd;
}

static void expect(int fd, unsigned count)
{
	uint8_t data[2048];

	for (unsigned i = 0; i < count; i++)
		assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), SEGMENT);
	assert_int_equal(recv(fd, data, sizeof(data), MSG_DONTWAIT), -1);
}

struct room {
	struct lp_udp *udp;
	struct lp_addr addr[2];
	int fd[2];
};

static void open_room(struct room *room)
{
	assert_int_equal(lp_udp_open_connect(LP_ADDR_IP4, &room->udp), LP_OK);
	room->fd[0] = open_peer("127.0.0.2", &room->addr[0]);
	room->fd[1] = open_peer("127.0.0.3", &room->addr[1]);
	refused_runs = 0;
	runs = 0;
}

static void close_room(struct room *room)
{
	lp_udp_close(room->udp);
	close(room->fd[0]);
	close(room->fd[1]);
}

/* Ten packets to each of them, turn and turn about, in one batch. */
static void send_to_both(struct room *room)
{
	static uint8_t data[5 * SEGMENT];
	struct lp_packet_tx tx[4];

	for (unsigned i = 0; i < 4; i++)
		tx[i] = (struct lp_packet_tx){.path.remote = room->addr[i % 2],
					      .data = data,
					      .len = sizeof(data),
					      .segment_len = SEGMENT};
	lp_udp_send_batch(room->udp, tx, 4);
}

static void one_route_does_not_slow_down_all(void **state)
{
	static const int refusals[] = {EIO, EINVAL};
	struct room room;

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(refusals); i++) {
		open_room(&room);
		refusal = refusals[i];
		for (int round = 0; round < 5; round++) {
			send_to_both(&room);
			expect(room.fd[0], 10);
			expect(room.fd[1], 10);
		}
		assert_in_range(refused_runs, 1, 3); /* of the first batch alone */
		assert_int_equal(runs, 10);
		struct lp_udp_stats stats;
		lp_udp_read_stats(room.udp, &stats);
		assert_int_equal(stats.packets_tx, 100);
		assert_int_equal(stats.send_errors, 0);
		close_room(&room);
	}
	refusal = 0;
}

/* The route may be another one by now. */
static void it_is_tried_again_some_day(void **state)
{
	static uint8_t data[2 * SEGMENT];
	struct room room;

	(void)state;
	open_room(&room);
	refusal = EIO;
	send_to_both(&room);
	refusal = 0;
	runs = 0;
	struct lp_packet_tx tx = {.path.remote = room.addr[0],
				  .data = data,
				  .len = sizeof(data),
				  .segment_len = SEGMENT};
	for (int i = 0; i < 200000 && runs == 0; i++)
		lp_udp_send_batch(room.udp, &tx, 1);
	assert_int_equal(runs, 1);
	close_room(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_route_does_not_slow_down_all),
		cmocka_unit_test(it_is_tried_again_some_day),
	};

	lp_log_open(LP_LOG_ERROR, LP_LOG_STDERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
