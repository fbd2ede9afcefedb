/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/ctl_socket.h"

#include "base/log.h"
#include "poll_watcher.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[32], path[64], last_line[1024];
static int error_count, warning_count;
static struct poll_watcher watcher;
static struct lp_ctl_stream *accepted;

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	if (level == LP_LOG_ERROR)
		error_count++;
	if (level == LP_LOG_WARN)
		warning_count++;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/lanparty-ctl.XXXXXX");
	lp_log_open(LP_LOG_DEBUG, LP_LOG_STDERR);
	lp_log_capture(on_line, NULL);
	error_count = warning_count = 0;
	accepted = NULL;
	poll_watcher_init(&watcher);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/run/control.sock", folder);
	return 0;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	lp_log_capture(NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void on_stream(void *arg, struct lp_ctl_stream *stream)
{
	*(int *)arg += 1;
	lp_ctl_stream_close(accepted);
	accepted = stream;
}

static void on_ready(void *arg)
{
	*(int *)arg += 1;
}

static struct lp_ctl_server *open_server(void)
{
	struct lp_ctl_server *server = NULL;

	assert_int_equal(lp_ctl_server_open(path, NULL, &server), LP_OK);
	return server;
}

static mode_t mode_of(const char *name)
{
	struct stat info;

	assert_int_equal(stat(name, &info), 0);
	return info.st_mode & 07777;
}

static void is_private_from_the_start(void **state)
{
	char run[128];
	struct lp_ctl_server *server;
	mode_t mask;

	(void)state;
	umask(0022);
	server = open_server();
	snprintf(run, sizeof(run), "%s/run", folder);
	assert_int_equal(mode_of(run), 0750);
	assert_int_equal(mode_of(path), 0660);
	mask = umask(0022);
	assert_int_equal(mask, 0022);
	lp_ctl_server_close(server);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(error_count, 0);
}

static void replaces_only_the_dead(void **state)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct lp_ctl_server *server = open_server(), *second = NULL, *third;
	int dead;

	(void)state;
	assert_int_equal(lp_ctl_server_open(path, NULL, &second), LP_ERR_BUSY);
	assert_int_equal(error_count, 1);
	assert_int_equal(access(path, F_OK), 0);
	lp_ctl_server_close(server);

	/* What kill -9 leaves: a file that nobody listens behind. */
	dead = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(dead, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	close(dead);
	second = open_server();
	assert_int_equal(error_count, 1);

	/* A successor's file is not removed by the one that came before. */
	assert_int_equal(unlink(path), 0);
	third = open_server();
	lp_ctl_server_close(second);
	assert_int_equal(access(path, F_OK), 0);
	lp_ctl_server_close(third);
}

static void never_removes_other_files(void **state)
{
	struct lp_ctl_server *server;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/precious", folder);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(lp_ctl_server_open(path, NULL, &server), LP_ERR_EXISTS);
	assert_int_equal(error_count, 1);
	assert_int_equal(access(path, F_OK), 0);
}

static void says_what_is_wrong(void **state)
{
	struct lp_ctl_server *server;
	char long_path[300];

	(void)state;
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(lp_ctl_server_open(long_path, NULL, &server), LP_ERR_TOO_LARGE);
	assert_int_equal(lp_ctl_server_open("", NULL, &server), LP_ERR_TOO_LARGE);
	assert_int_equal(lp_ctl_server_open(path, "no such group", &server), LP_ERR_NOT_FOUND);
	assert_non_null(strstr(last_line, "groupadd"));
	assert_int_equal(lp_ctl_server_open("/nowhere/at/all.sock", NULL, &server),
			 LP_ERR_NOT_FOUND);
	assert_int_equal(error_count, 4);
}

static void gives_socket_to_group(void **state)
{
	struct lp_ctl_server *server;
	struct stat info;

	(void)state;
	if (getuid() != 0)
		skip();
	assert_int_equal(lp_ctl_server_open(path, "daemon", &server), LP_OK);
	assert_int_equal(stat(path, &info), 0);
	assert_int_not_equal(info.st_gid, 0);
	snprintf(last_line, sizeof(last_line), "%s/run", folder);
	assert_int_equal(stat(last_line, &info), 0);
	assert_int_not_equal(info.st_gid, 0);
	lp_ctl_server_close(server);
}

static void client_hears_why(void **state)
{
	struct lp_ctl_stream *stream;
	struct lp_ctl_server *server;

	(void)state;
	assert_int_equal(lp_ctl_connect(path, &stream), LP_ERR_NOT_FOUND);
	assert_int_equal(lp_ctl_connect("", &stream), LP_ERR_NOT_FOUND);
	server = open_server();
	if (getuid() == 0) {
		assert_int_equal(seteuid(65534), 0);
		assert_int_equal(lp_ctl_connect(path, &stream), LP_ERR_PERMISSION);
		assert_int_equal(seteuid(0), 0);
	}
	lp_ctl_server_close(server);
	assert_int_equal(error_count, 0);
}

static void carries_bytes_both_ways(void **state)
{
	struct lp_ctl_server *server = open_server();
	struct lp_ctl_stream *stream;
	int streams = 0, wakes = 0;
	char data[16];
	size_t len;

	(void)state;
	assert_int_equal(lp_ctl_server_start(server, &watcher.base, on_stream, &streams), LP_OK);
	assert_int_equal(lp_ctl_connect(path, &stream), LP_OK);
	poll_watcher_settle(&watcher);
	assert_int_equal(streams, 1);
	assert_non_null(strstr(last_line, "connection from pid"));
	assert_int_equal(lp_ctl_stream_start(accepted, &watcher.base, on_ready, &wakes), LP_OK);
	assert_int_equal(lp_ctl_stream_recv(accepted, data, sizeof(data), &len), LP_ERR_AGAIN);

	assert_int_equal(lp_ctl_stream_send(stream, "hello", 5, &len), LP_OK);
	assert_int_equal(len, 5);
	assert_int_equal(poll_watcher_turn(&watcher, 1000), 1);
	assert_int_equal(wakes, 1);
	assert_int_equal(lp_ctl_stream_recv(accepted, data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 5);

	assert_int_equal(lp_ctl_stream_wait(stream, 0), LP_ERR_TIMEOUT);
	assert_int_equal(lp_ctl_stream_send(accepted, "you", 3, &len), LP_OK);
	assert_int_equal(lp_ctl_stream_wait(stream, 1000), LP_OK);
	assert_int_equal(lp_ctl_stream_recv(stream, data, sizeof(data), &len), LP_OK);
	assert_int_equal(len, 3);

	lp_ctl_stream_close(accepted);
	accepted = NULL;
	assert_int_equal(lp_ctl_stream_wait(stream, 1000), LP_OK);
	assert_int_equal(lp_ctl_stream_recv(stream, data, sizeof(data), &len), LP_ERR_CLOSED);
	/* No SIGPIPE. */
	assert_int_equal(lp_ctl_stream_send(stream, "x", 1, &len), LP_ERR_CLOSED);
	lp_ctl_stream_close(stream);
	lp_ctl_server_close(server);
	assert_int_equal(poll_watcher_count(&watcher), 0);
}

static void a_full_pipe_is_not_waited_for(void **state)
{
	static char block[65536];
	struct lp_ctl_server *server = open_server();
	struct lp_ctl_stream *stream;
	enum lp_err err = LP_OK;
	int streams = 0;
	size_t len;

	(void)state;
	assert_int_equal(lp_ctl_server_start(server, &watcher.base, on_stream, &streams), LP_OK);
	assert_int_equal(lp_ctl_connect(path, &stream), LP_OK);
	poll_watcher_settle(&watcher);
	for (int i = 0; i < 1000 && !err; i++)
		err = lp_ctl_stream_send(accepted, block, sizeof(block), &len);
	assert_int_equal(err, LP_ERR_AGAIN);
	assert_int_equal(len, 0);
	lp_ctl_stream_close(accepted);
	lp_ctl_stream_close(stream);
	lp_ctl_server_close(server);
}

/* valgrind does not tell the kernel of the limit: it accepts, and takes the descriptor away again.
 */
static void need_the_kernels_limits(void)
{
	const char *preloaded = getenv("LD_PRELOAD");

	if (preloaded && strstr(preloaded, "vgpreload"))
		skip();
}

/* No descriptor from that number on, but for those that are open; gives what was the limit. */
static struct rlimit take_descriptors_from(int number)
{
	struct rlimit old, low;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = (rlim_t)number;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	return old;
}

/* Out of descriptors, callers are turned away instead of waking the loop for ever. */
static void survives_without_descriptors(void **state)
{
	struct lp_ctl_server *server;
	struct lp_ctl_stream *streams[30];
	const int count = sizeof(streams) / sizeof(streams[0]);
	struct rlimit old;
	int stream_count = 0, next;
	char data[1];
	size_t len;

	(void)state;
	need_the_kernels_limits();
	server = open_server();
	assert_int_equal(lp_ctl_server_start(server, &watcher.base, on_stream, &stream_count),
			 LP_OK);
	for (int i = 0; i < count; i++)
		assert_int_equal(lp_ctl_connect(path, &streams[i]), LP_OK);
	next = dup(0);
	close(next);
	old = take_descriptors_from(next);
	for (int i = 0; i < count; i++)
		assert_int_equal(poll_watcher_turn(&watcher, 1000), 1);
	assert_int_equal(poll_watcher_turn(&watcher, 0), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(stream_count, 0);
	for (int i = 0; i < count; i++) {
		assert_int_equal(lp_ctl_stream_wait(streams[i], 1000), LP_OK);
		assert_int_equal(lp_ctl_stream_recv(streams[i], data, 1, &len), LP_ERR_CLOSED);
		lp_ctl_stream_close(streams[i]);
	}
	assert_non_null(strstr(last_line, "raise LimitNOFILE"));
	assert_int_equal(warning_count, 10);
	lp_ctl_server_close(server);
	assert_int_equal(poll_watcher_count(&watcher), 0);
}

/* Not even the spare one is left: the caller waits, and does not wake us meanwhile. */
static void waits_for_a_descriptor(void **state)
{
	struct lp_ctl_server *server;
	struct lp_ctl_stream *stream;
	struct rlimit old;
	int stream_count = 0;

	(void)state;
	need_the_kernels_limits();
	server = open_server();
	assert_int_equal(lp_ctl_server_start(server, &watcher.base, on_stream, &stream_count),
			 LP_OK);
	assert_int_equal(lp_ctl_connect(path, &stream), LP_OK);
	old = take_descriptors_from(3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(poll_watcher_turn(&watcher, 1000), 1);
		assert_int_equal(poll_watcher_turn(&watcher, 0), 0);
		lp_ctl_server_retry(server);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(warning_count, 3);
	poll_watcher_settle(&watcher);
	assert_int_equal(stream_count, 1);
	lp_ctl_stream_close(accepted);
	lp_ctl_stream_close(stream);
	lp_ctl_server_close(server);
	assert_int_equal(poll_watcher_count(&watcher), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(is_private_from_the_start),    TEST(replaces_only_the_dead),
		TEST(never_removes_other_files),    TEST(says_what_is_wrong),
		TEST(gives_socket_to_group),	    TEST(client_hears_why),
		TEST(carries_bytes_both_ways),	    TEST(a_full_pipe_is_not_waited_for),
		TEST(survives_without_descriptors), TEST(waits_for_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
