/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/udp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define FIRST_FD 3

/* A UDP socket on the loopback address, moved to where a manager would have it. Returns its port.
 */
static uint16_t hand_over(int fd, int type)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int one = 1, opened = socket(AF_INET, type, 0);

	assert_true(opened >= 0);
	assert_int_equal(setsockopt(opened, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)), 0);
	assert_int_equal(bind(opened, (const struct sockaddr *)&addr, len), 0);
	assert_int_equal(getsockname(opened, (struct sockaddr *)&addr, &len), 0);
	if (opened != fd) {
		assert_int_equal(dup2(opened, fd), fd);
		close(opened);
	}
	return ntohs(addr.sin_port);
}

static void say(const char *count, const char *names)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
	if (names)
		setenv("LISTEN_FDNAMES", names, 1);
	else
		unsetenv("LISTEN_FDNAMES");
}

static struct lp_listen listen_on(const char *text)
{
	struct lp_listen listen;

	assert_int_equal(lp_listen_parse(text, &listen), LP_OK);
	return listen;
}

static struct lp_listen loopback(uint16_t port)
{
	return (struct lp_listen){
		.addr = {.family = LP_ADDR_IP4, .port = port, .ip = {127, 0, 0, 1}}};
}

static void send_to(uint16_t port, const char *text)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(
		sendto(fd, text, strlen(text), 0, (const struct sockaddr *)&addr, sizeof(addr)),
		(ssize_t)strlen(text));
	close(fd);
}

static int forget_all(void **state)
{
	(void)state;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	unsetenv("NOTIFY_SOCKET");
	for (int fd = FIRST_FD; fd < FIRST_FD + 4; fd++)
		close(fd);
	return 0;
}

/* What came while nobody was there waits in the socket. */
static void what_the_manager_opened_is_used(void **state)
{
	struct lp_packet_rx rx[LP_UDP_BATCH];
	struct lp_udp *udp;
	struct lp_addr local;
	size_t got;

	(void)state;
	uint16_t port = hand_over(FIRST_FD, SOCK_DGRAM);
	say("1", "lanparty-relay.socket");
	send_to(port, "before the start");
	struct lp_listen other = listen_on("4433/udp");
	assert_int_equal(lp_udp_worker_count(&other, 3), 1);
	assert_int_equal(lp_udp_open_listen(&other, 1, &udp), LP_OK);
	lp_udp_local_addr(udp, &local);
	assert_int_equal(local.port, port);
	assert_int_equal(lp_udp_recv_batch(udp, rx, &got), LP_OK);
	assert_int_equal(got, 1);
	assert_int_equal(rx[0].len, strlen("before the start"));
	assert_null(getenv("LISTEN_FDS"));
	lp_udp_close(udp);
}

static void what_is_meant_for_others_is_left_alone(void **state)
{
	struct lp_listen listen = loopback(0);
	static const char *const counts[] = {
		"0", "", "-1", "x", "1x", "65", "99999999999999999999"};

	(void)state;
	(void)hand_over(FIRST_FD, SOCK_DGRAM);
	say("1", NULL);
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(lp_udp_worker_count(&listen, 2), 2);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		say(counts[i], NULL);
		assert_int_equal(lp_udp_worker_count(&listen, 2), 2);
	}
}

/* No socket, one of TCP, and one that is not bound. */
static void what_is_no_udp_socket_is_closed(void **state)
{
	struct lp_listen listen = loopback(0);
	struct lp_udp *udp;

	(void)state;
	assert_int_equal(dup2(STDERR_FILENO, FIRST_FD), FIRST_FD);
	(void)hand_over(FIRST_FD + 1, SOCK_STREAM);
	assert_int_equal(dup2(socket(AF_INET, SOCK_DGRAM, 0), FIRST_FD + 2), FIRST_FD + 2);
	say("3", NULL);
	assert_int_equal(lp_udp_worker_count(&listen, 1), 1);
	assert_int_equal(lp_udp_open_listen(&listen, 1, &udp), LP_OK);
	assert_int_equal(lp_udp_worker_count(&listen, 5), 5);
	lp_udp_close(udp);
}

/* --- the manager's store --- */

struct manager {
	int fd;
	unsigned removed_count;
	unsigned barrier_count;
};

static void listen_as_manager(struct manager *manager)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char name[64];

	snprintf(name, sizeof(name), "@lanparty-inherit.%d", (int)getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	memcpy(addr.sun_path, name, strlen(name));
	addr.sun_path[0] = '\0';
	manager->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(manager->fd, (const struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
			 0);
}

/* Reads one message and what came with it. Returns how many descriptors. */
static size_t take_message(int from, char text[256], int fds[8])
{
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(8 * sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = text, .iov_len = 255};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t len = recvmsg(from, &message, 0);
	size_t count = 0;

	text[len > 0 ? len : 0] = '\0';
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(c), count * sizeof(int));
	}
	return count;
}

static void what_we_opened_is_left_with_it(void **state)
{
	struct lp_listen listen = loopback(0);
	struct manager manager = {0};
	struct lp_udp *udps[2];
	struct lp_addr local;
	char text[256];
	int fds[8];

	(void)state;
	listen_as_manager(&manager);
	assert_int_equal(lp_udp_open_listen(&listen, 2, udps), LP_OK);
	lp_udp_local_addr(udps[0], &local);
	assert_int_equal(take_message(manager.fd, text, fds), 2);
	assert_string_equal(text, "FDSTORE=1\nFDPOLL=0\nFDNAME=lanparty-udp");
	/* We are restarted: what comes meanwhile is not lost, and the port is ours again. */
	lp_udp_close(udps[0]);
	lp_udp_close(udps[1]);
	assert_int_equal(dup2(fds[0], FIRST_FD), FIRST_FD);
	assert_int_equal(dup2(fds[1], FIRST_FD + 1), FIRST_FD + 1);
	close(fds[0]);
	close(fds[1]);
	say("2", "lanparty-udp:lanparty-udp");
	struct lp_listen again = loopback(local.port);
	assert_int_equal(lp_udp_worker_count(&again, 2), 2);
	assert_int_equal(lp_udp_open_listen(&again, 2, udps), LP_OK);
	lp_udp_local_addr(udps[1], &local);
	assert_int_equal(local.port, again.addr.port);
	lp_udp_close(udps[0]);
	lp_udp_close(udps[1]);
	close(manager.fd);
}

/* It has the sockets, too, and lets go of them when it is told to. */
static void *be_manager(void *arg)
{
	struct manager *manager = arg;
	char text[256];
	int fds[8];

	while (manager->barrier_count == 0) {
		size_t count = take_message(manager->fd, text, fds);

		manager->removed_count += strcmp(text, "FDSTOREREMOVE=1\nFDNAME=lanparty-udp") == 0;
		manager->barrier_count += strcmp(text, "BARRIER=1") == 0;
		for (size_t i = 0; i < count; i++)
			close(fds[i]);
	}
	return NULL;
}

static void what_does_not_fit_any_more_is_taken_back(void **state)
{
	struct manager manager = {0};
	struct lp_udp *udps[2];
	pthread_t thread;

	(void)state;
	uint16_t port = hand_over(FIRST_FD, SOCK_DGRAM);
	struct lp_listen listen = loopback(port);
	say("1", "lanparty-udp");
	assert_int_equal(lp_udp_worker_count(&listen, 1), 1);
	/* relay.workers has changed. */
	assert_int_equal(lp_udp_worker_count(&listen, 2), 2);
	listen_as_manager(&manager);
	assert_int_equal(pthread_create(&thread, NULL, be_manager, &manager), 0);
	assert_int_equal(lp_udp_open_listen(&listen, 2, udps), LP_OK);
	pthread_join(thread, NULL);
	assert_int_equal(manager.removed_count, 1);
	lp_udp_close(udps[0]);
	lp_udp_close(udps[1]);
	close(manager.fd);
}

static void a_stored_one_elsewhere_is_not_used(void **state)
{
	(void)state;
	uint16_t port = hand_over(FIRST_FD, SOCK_DGRAM);
	say("1", "lanparty-udp");
	struct lp_udp *udp;
	struct lp_addr local;
	struct lp_listen listen = loopback(0);
	assert_int_equal(lp_udp_open_listen(&listen, 1, &udp), LP_OK);
	lp_udp_local_addr(udp, &local);
	assert_int_not_equal(local.port, port);
	lp_udp_close(udp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_the_manager_opened_is_used, forget_all),
		cmocka_unit_test_teardown(what_is_meant_for_others_is_left_alone, forget_all),
		cmocka_unit_test_teardown(what_is_no_udp_socket_is_closed, forget_all),
		cmocka_unit_test_teardown(what_we_opened_is_left_with_it, forget_all),
		cmocka_unit_test_teardown(what_does_not_fit_any_more_is_taken_back, forget_all),
		cmocka_unit_test_teardown(a_stored_one_elsewhere_is_not_used, forget_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
