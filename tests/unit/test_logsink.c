/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* A log that is not read: nobody who writes a line waits for it. */

#include "platform/logsink.h"

#include "base/clock.h"
#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LINES	   5000
#define TEXT_LEN   (4 * 1024 * 1024)
#define NO_WAIT_NS (2 * LP_NS_PER_S) /* for all of them: a machine may be busy */

static char text[TEXT_LEN];
static size_t text_len;

static uint64_t now(void)
{
	return lp_clock_read().mono_ns;
}

/* Adds what comes within a moment. */
static void read_some(int fd, bool is_stream)
{
	struct pollfd place = {.fd = fd, .events = POLLIN};

	while (text_len < TEXT_LEN - 1 && poll(&place, 1, 300) > 0) {
		ssize_t n = read(fd, text + text_len, TEXT_LEN - 1 - text_len);

		if (n <= 0)
			break;
		text_len += (size_t)n;
		if (!is_stream)
			text[text_len++] = '\n';
	}
	text[text_len] = '\0';
}

static void read_until(int fd, bool is_stream, const char *what)
{
	for (int i = 0; i < 30 && !strstr(text, what); i++)
		read_some(fd, is_stream);
	assert_non_null(strstr(text, what));
}

static void log_lines(unsigned first, unsigned count)
{
	uint64_t begin = now();

	for (unsigned i = first; i < first + count; i++)
		lp_info("test", "line %u of those that nobody reads %0100d", i, 0);
	assert_true(now() - begin < NO_WAIT_NS);
}

/* All lines are there, in order, or counted as lost. */
static void check_lines(unsigned count)
{
	unsigned next = 0, lost = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		const char *told = strstr(line, "log: "), *own = strstr(line, "test: line ");
		unsigned number = 0;

		if (told && sscanf(told, "log: %u line", &number) == 1) {
			lost += number;
			next += number;
		} else if (own && sscanf(own, "test: line %u ", &number) == 1) {
			assert_int_equal(number, next);
			next++;
		}
	}
	assert_int_equal(next, count);
	assert_true(lost > 0);
}

static int saved_stderr;

static void replace_stderr(int fd)
{
	saved_stderr = dup(STDERR_FILENO);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

static void restore_stderr(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
}

static void begin(enum lp_log_target target, const char *path)
{
	text_len = 0;
	text[0] = '\0';
	lp_log_open(LP_LOG_INFO, target);
	lp_logsink_start(path);
}

static void a_full_pipe(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	replace_stderr(ends[1]);
	begin(LP_LOG_STDERR, "/nowhere");
	log_lines(0, LINES);
	/* Nobody reads: the end is not waited for. */
	uint64_t before = now();
	assert_false(lp_logsink_flush());
	assert_true(now() - before < LP_NS_PER_S);
	read_until(ends[0], true, "lines lost");
	log_lines(LINES, 10);
	read_until(ends[0], true, "line 5009 ");
	assert_true(lp_logsink_flush());
	lp_logsink_stop();
	restore_stderr();
	check_lines(LINES + 10);
	/* Its flags are those of whoever gave it. */
	assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
	close(ends[0]);
	close(ends[1]);
}

/* The other end of the same open file may be set so by its owner. */
static void a_pipe_that_does_not_wait(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	replace_stderr(ends[1]);
	begin(LP_LOG_STDERR, "/nowhere");
	log_lines(0, LINES);
	read_until(ends[0], true, "lines lost");
	assert_true(lp_logsink_flush());
	lp_logsink_stop();
	restore_stderr();
	check_lines(LINES);
	close(ends[0]);
	close(ends[1]);
}

static int listen_at(const char *path, int type)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type, 0);

	unlink(path);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static void a_full_syslog(int type)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/lanparty-log.%d", (int)getpid());
	int fd = listen_at(path, type), reader = fd;
	begin(LP_LOG_SYSLOG, path);
	log_lines(0, LINES);
	assert_false(lp_logsink_flush());
	if (type == SOCK_STREAM)
		reader = accept(fd, NULL, NULL);
	for (int i = 0; i < 30 && !strstr(text, "lines lost"); i++)
		read_some(reader, type == SOCK_STREAM);
	for (size_t i = 0; i < text_len; i++)
		text[i] = text[i] == '\0' ? '\n' : text[i];
	char head[64];

	snprintf(head, sizeof(head), "lanparty[%d]: test: line 0 ", (int)getpid());
	assert_memory_equal(text, "<30>", 4);
	assert_non_null(strstr(text, head));
	assert_non_null(strstr(text, "<28>"));
	assert_true(lp_logsink_flush());
	lp_logsink_stop();
	check_lines(LINES);
	if (reader != fd)
		close(reader);
	close(fd);
	unlink(path);
}

static void a_full_syslog_of_datagrams(void **state)
{
	(void)state;
	a_full_syslog(SOCK_DGRAM);
}

static void a_full_syslog_stream(void **state)
{
	(void)state;
	a_full_syslog(SOCK_STREAM);
}

/* A syslog that is started again, and one that was not there. */
static void a_syslog_comes_and_goes(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/lanparty-log.%d", (int)getpid());
	unlink(path);
	begin(LP_LOG_SYSLOG, path);
	lp_info("test", "nobody is there");
	assert_true(lp_logsink_flush());
	for (int round = 0; round < 2; round++) {
		int fd = listen_at(path, SOCK_DGRAM);

		lp_info("test", "round %d", round);
		text_len = 0;
		read_until(fd, false, round == 0 ? "test: round 0" : "test: round 1");
		if (round == 0)
			assert_non_null(strstr(text, "log: 1 line lost"));
		close(fd);
		unlink(path);
	}
	lp_logsink_stop();
}

/* A reload takes the log away from a syslog that is stuck. */
static void another_target_while_stuck(void **state)
{
	char path[64];
	int ends[2];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/lanparty-log.%d", (int)getpid());
	int fd = listen_at(path, SOCK_DGRAM);
	assert_int_equal(pipe(ends), 0);
	replace_stderr(ends[1]);
	begin(LP_LOG_SYSLOG, path);
	log_lines(0, LINES);
	lp_log_open(LP_LOG_INFO, LP_LOG_STDERR);
	read_until(ends[0], true, "lines lost");
	lp_logsink_stop();
	restore_stderr();
	close(ends[0]);
	close(ends[1]);
	close(fd);
	unlink(path);
}

static void *log_many(void *arg)
{
	for (unsigned i = 0; i < 1000; i++)
		lp_info("test", "thread %u line %u", *(unsigned *)arg, i);
	return NULL;
}

static void lines_of_threads_are_whole(void **state)
{
	unsigned numbers[4] = {0, 1, 2, 3}, next[4] = {0};
	pthread_t threads[4];
	char name[] = "/tmp/lanparty-log.XXXXXX";
	int fd = mkstemp(name);

	(void)state;
	replace_stderr(fd);
	begin(LP_LOG_STDERR, "/nowhere");
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_many, &numbers[i]), 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	lp_logsink_stop();
	restore_stderr();
	text_len = (size_t)pread(fd, text, TEXT_LEN - 1, 0);
	text[text_len] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		const char *own = strstr(line, "test: thread ");
		unsigned thread, number;

		if (!own)
			continue; /* so many at once may be too many */
		assert_int_equal(sscanf(own, "test: thread %u line %u", &thread, &number), 2);
		assert_true(number >= next[thread]);
		next[thread] = number + 1;
	}
	close(fd);
	unlink(name);
}

/* exit() with lines that wait: they are written; and where nobody reads, it is not waited long. */
static void exit_writes_what_waits(void **state)
{
	int ends[2], status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		begin(LP_LOG_STDERR, "/nowhere");
		for (unsigned i = 0; i < 100; i++)
			lp_info("test", "line %u", i);
		exit(0);
	}
	text_len = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	read_some(ends[0], true);
	assert_non_null(strstr(text, "test: line 99\n"));

	uint64_t before = now();
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		begin(LP_LOG_STDERR, "/nowhere");
		log_lines(0, LINES);
		exit(7);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_true(now() - before < LP_NS_PER_S + NO_WAIT_NS);
	close(ends[0]);
	close(ends[1]);
}

static void a_child_logs_too(void **state)
{
	int ends[2], status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	replace_stderr(ends[1]);
	begin(LP_LOG_STDERR, "/nowhere");
	lp_info("test", "parent");
	pid_t child = fork();
	if (child == 0) {
		lp_info("test", "child");
		_exit(lp_logsink_flush() ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	lp_info("test", "parent again");
	lp_logsink_stop();
	restore_stderr();
	text_len = 0;
	read_some(ends[0], true);
	assert_non_null(strstr(text, "test: parent\n"));
	assert_non_null(strstr(text, "test: child\n"));
	assert_non_null(strstr(text, "test: parent again\n"));
	close(ends[0]);
	close(ends[1]);
}

/* A log that cannot be written at all costs no time and no CPU. */
static void nobody_at_the_other_end(void **state)
{
	int ends[2];
	struct timespec cpu_before, cpu_after;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	replace_stderr(ends[1]);
	signal(SIGPIPE, SIG_IGN);
	begin(LP_LOG_STDERR, "/nowhere");
	log_lines(0, 100);
	assert_true(lp_logsink_flush());
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_before);
	usleep(200000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_after);
	assert_true((cpu_after.tv_sec - cpu_before.tv_sec) * 1000000000L + cpu_after.tv_nsec -
			    cpu_before.tv_nsec <
		    50000000L);
	lp_logsink_stop();
	restore_stderr();
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_pipe),
		cmocka_unit_test(a_pipe_that_does_not_wait),
		cmocka_unit_test(a_full_syslog_of_datagrams),
		cmocka_unit_test(a_full_syslog_stream),
		cmocka_unit_test(a_syslog_comes_and_goes),
		cmocka_unit_test(another_target_while_stuck),
		cmocka_unit_test(lines_of_threads_are_whole),
		cmocka_unit_test(exit_writes_what_waits),
		cmocka_unit_test(a_child_logs_too),
		cmocka_unit_test(nobody_at_the_other_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
