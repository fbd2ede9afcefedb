/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/service.h"

#include "base/clock.h"
#include "base/log.h"

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

static int line_count;

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)level;
	(void)line;
	line_count++;
}

/* A manager that listens at an address whose first byte may stand for an abstract one. */
static int listen_at(const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	size_t len = strlen(name);

	assert_true(fd >= 0);
	memcpy(addr.sun_path, name, len);
	if (name[0] == '@')
		addr.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void expect(int fd, const char *text)
{
	char buffer[1024];
	ssize_t n = recv(fd, buffer, sizeof(buffer) - 1, 0);

	assert_true(n > 0);
	buffer[n] = '\0';
	assert_string_equal(buffer, text);
}

static void tells_the_manager(void **state)
{
	char path[64], abstract[64];
	const char *names[] = {path, abstract};

	(void)state;
	snprintf(path, sizeof(path), "/tmp/lanparty-notify.%d", (int)getpid());
	snprintf(abstract, sizeof(abstract), "@lanparty-notify.%d", (int)getpid());
	for (size_t i = 0; i < 2; i++) {
		int fd = listen_at(names[i]);

		lp_service_ready("relay listens on 443/udp\nMAINPID=1");
		expect(fd, "READY=1\nSTATUS=relay listens on 443/udp");
		lp_service_stopping();
		expect(fd, "STOPPING=1");
		close(fd);
	}
	unlink(path);
	assert_int_equal(line_count, 0);
}

static void does_nothing_without_one(void **state)
{
	static const char *const nonsense[] = {"", "relative", "|pipe"};
	char long_path[300];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	lp_service_ready("x");
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		setenv("NOTIFY_SOCKET", nonsense[i], 1);
		lp_service_ready("x");
	}
	memset(long_path, '/', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	setenv("NOTIFY_SOCKET", long_path, 1);
	lp_service_ready("x");
	assert_int_equal(line_count, 0);
}

static void says_when_nobody_listens(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "/tmp/lanparty-nobody-listens-here", 1);
	lp_service_ready("x");
	assert_int_equal(line_count, 1);
	line_count = 0;
}

/* The loop must not wait for a manager that does not read. */
static void never_waits(void **state)
{
	char name[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@lanparty-stuck.%d", (int)getpid());
	fd = listen_at(name);
	setenv("WATCHDOG_USEC", "4", 1);
	for (uint64_t i = 0; i < 10000; i++)
		lp_service_watchdog(LP_NS_PER_S + i * 2000);
	unsetenv("WATCHDOG_USEC");
	/* Nor does it fill the log with that. */
	assert_in_range(line_count, 0, 1);
	line_count = 0;
	close(fd);
}

static bool is_told(int fd)
{
	char buffer[64];

	return recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) == 10;
}

/* sd_watchdog_enabled(3) */
static void a_sign_of_life_is_given_to_who_wants_it(void **state)
{
	char name[64], pid[16];
	uint64_t now = 1000 * LP_NS_PER_S;

	(void)state;
	snprintf(name, sizeof(name), "@lanparty-watchdog.%d", (int)getpid());
	int fd = listen_at(name);
	lp_service_watchdog(now);
	assert_false(is_told(fd));
	setenv("WATCHDOG_USEC", "4000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	lp_service_watchdog(now);
	assert_false(is_told(fd));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	for (unsigned tenth = 0; tenth < 100; tenth++) {
		lp_service_watchdog(now + tenth * LP_NS_PER_S / 10);
		assert_int_equal(is_told(fd), tenth % 10 == 0);
	}
	static const char *const nonsense[] = {"", "x", "10 s", "99999999999999999999"};
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		setenv("WATCHDOG_USEC", nonsense[i], 1);
		lp_service_watchdog(now += 1000 * LP_NS_PER_S);
		assert_false(is_told(fd));
	}
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	close(fd);
}

/* systemd.service(5), Type=notify-reload: it wants to know since when. */
static void a_reload_is_told(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "@lanparty-reload.%d", (int)getpid());
	int fd = listen_at(name);
	lp_service_reloading(1234567 * LP_NS_PER_US + 999);
	expect(fd, "RELOADING=1\nMONOTONIC_USEC=1234567");
	lp_service_ready("relay");
	expect(fd, "READY=1\nSTATUS=relay");
	close(fd);
}

static void a_status_is_told_when_it_changes(void **state)
{
	char name[64], rest[8];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_false(lp_service_has_manager());
	snprintf(name, sizeof(name), "@lanparty-status.%d", (int)getpid());
	int fd = listen_at(name);
	assert_true(lp_service_has_manager());
	lp_service_ready("relay");
	expect(fd, "READY=1\nSTATUS=relay");
	lp_service_status("relay");
	lp_service_status("2 peers\nMAINPID=1");
	lp_service_status("2 peers");
	expect(fd, "STATUS=2 peers");
	assert_int_equal(recv(fd, rest, sizeof(rest), MSG_DONTWAIT), -1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_manager),
		cmocka_unit_test(does_nothing_without_one),
		cmocka_unit_test(says_when_nobody_listens),
		cmocka_unit_test(never_waits),
		cmocka_unit_test(a_reload_is_told),
		cmocka_unit_test(a_status_is_told_when_it_changes),
		cmocka_unit_test(a_sign_of_life_is_given_to_who_wants_it),
	};

	lp_log_capture(on_line, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
