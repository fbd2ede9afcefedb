/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The last line of a process that is aborted: children abort, and what they wrote is read. */

#include "platform/crash.h"

#include "base/addr.h"
#include "base/clock.h"
#include "base/current.h"
#include "base/log.h"
#include "base/mem.h"
#include "platform/logsink.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char text[65536];

/* Runs die() in a child whose log is a pipe, full or not; returns the signal that ended it. */
static int end_of(void (*die)(void), bool is_full)
{
	int ends[2], status;
	size_t len = 0;

	assert_int_equal(pipe(ends), 0);
	uint64_t before = lp_clock_read().mono_ns;
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		dup2(ends[1], STDERR_FILENO);
		signal(SIGALRM, SIG_DFL);
		alarm(10);
		lp_log_capture(NULL, NULL);
		lp_log_open(LP_LOG_INFO, LP_LOG_STDERR);
		lp_logsink_start("/nowhere");
		lp_crash_watch();
		for (int i = 0; is_full && i < 3000; i++)
			lp_info("test", "a line that nobody reads, number %d", i);
		lp_info("test", "before");
		die();
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(lp_clock_read().mono_ns - before < 5 * LP_NS_PER_S);
	while (len < sizeof(text) - 1) {
		ssize_t n = read(ends[0], text + len, sizeof(text) - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	close(ends[0]);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void use(const char *ip, const char *label)
{
	static struct lp_addr addr;

	assert_int_equal(lp_addr_parse_ip(ip, &addr), LP_OK);
	addr.port = 4433;
	lp_current = (struct lp_current){"reading a packet of", &addr, label};
}

static void fail_assertion(void)
{
	use("192.0.2.1", "peer 7 of room \"doom\"");
	__assert_fail("!conn->no_pmtud", "ngtcp2_conn.c", 123, "conn_start_pmtud");
}

static void test_an_assertion_says_whose_packet_it_was(void **state)
{
	unsigned year;
	const char *line;

	(void)state;
	assert_int_equal(end_of(fail_assertion, false), SIGABRT);
	line = strstr(text, "before\n");
	assert_non_null(line);
	line += strlen("before\n");
	assert_int_equal(sscanf(line, "%4u-", &year), 1);
	assert_true(year >= 2024);
	assert_string_equal(line + strlen("2024-01-01T00:00:00.000Z "),
			    "error crash: SIGABRT while reading a packet of 192.0.2.1:4433 (peer 7 "
			    "of room \"doom\"): Assertion `!conn->no_pmtud' failed at "
			    "ngtcp2_conn.c:123, conn_start_pmtud\n");
}

static void abort_on_ip6(void)
{
	use("2001:db8::9", NULL);
	abort();
}

static void test_an_abort_without_a_word(void **state)
{
	(void)state;
	assert_int_equal(end_of(abort_on_ip6, false), SIGABRT);
	assert_non_null(strstr(text, "error crash: SIGABRT while reading a packet of "
				     "[2001:db8:0:0:0:0:0:9]:4433\n"));
}

static void abort_idle(void)
{
	lp_abort("out of memory");
}

static void test_an_abort_with_nothing_in_hand(void **state)
{
	(void)state;
	assert_int_equal(end_of(abort_idle, false), SIGABRT);
	assert_non_null(strstr(text, "error crash: SIGABRT: out of memory\n"));
}

static int sent; /* to the process, by somebody else: no fault brings it back */

static void be_ended(void)
{
	(void)kill(getpid(), sent);
	_exit(0);
}

static void test_a_signal_from_outside_ends_it(void **state)
{
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(signals); i++) {
		sent = signals[i];
		assert_int_equal(end_of(be_ended, false), sent);
	}
}

static void test_nobody_who_reads_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(end_of(fail_assertion, true), SIGABRT);
}

static void become_journal(void)
{
	char value[64];
	struct stat info;

	fstat(STDERR_FILENO, &info);
	snprintf(value, sizeof(value), "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
	setenv("JOURNAL_STREAM", value, 1);
	lp_crash_watch();
	fail_assertion();
}

static void test_the_journal_gets_its_prefix(void **state)
{
	(void)state;
	assert_int_equal(end_of(become_journal, false), SIGABRT);
	assert_non_null(strstr(text, "\n<3>crash: SIGABRT while"));
}

static void *crash(void *arg)
{
	(void)arg;
	lp_crash_watch_thread();
	use("192.0.2.2", "peer 8 of room \"quake\"");
	raise(SIGSEGV);
	return NULL;
}

static void crash_in_a_thread(void)
{
	pthread_t thread;

	use("192.0.2.1", "another one");
	pthread_create(&thread, NULL, crash, NULL);
	pthread_join(thread, NULL);
}

static void test_a_fault_in_another_thread(void **state)
{
	(void)state;
#if !defined(__SANITIZE_ADDRESS__)
	assert_int_equal(end_of(crash_in_a_thread, false), SIGSEGV);
	assert_non_null(strstr(text, "error crash: SIGSEGV while reading a packet of "
				     "192.0.2.2:4433 (peer 8 of room \"quake\")\n"));
#else
	(void)crash_in_a_thread;
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_assertion_says_whose_packet_it_was),
		cmocka_unit_test(test_an_abort_without_a_word),
		cmocka_unit_test(test_an_abort_with_nothing_in_hand),
		cmocka_unit_test(test_a_signal_from_outside_ends_it),
		cmocka_unit_test(test_nobody_who_reads_is_waited_for),
		cmocka_unit_test(test_the_journal_gets_its_prefix),
		cmocka_unit_test(test_a_fault_in_another_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
