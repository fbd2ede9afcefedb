/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/loop.h"

#include "base/log.h"

#include <dlfcn.h>
#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void *run(void *arg)
{
	lp_loop_run(arg);
	return NULL;
}

static void add_one(void *arg)
{
	(*(unsigned *)arg)++;
}

static void stop(void *arg)
{
	lp_loop_stop(arg);
}

static void test_calls_run_in_order(void **state)
{
	struct lp_loop *loop = lp_loop_new();
	pthread_t thread;
	unsigned count = 0;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, run, loop), 0);
	for (unsigned i = 1; i <= 100; i++) {
		lp_loop_call(loop, add_one, &count);
		assert_int_equal(count, i);
	}
	lp_loop_post(loop, add_one, &count);
	lp_loop_post(loop, stop, loop);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(count, 101);
	lp_loop_free(loop);
}

/* A daemon that stops is still asked for its status: nobody may wait for a loop that is over. */
static void test_a_call_returns_though_the_loop_ends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		struct lp_loop *loop = lp_loop_new();
		pthread_t thread;
		unsigned count = 0;

		assert_int_equal(pthread_create(&thread, NULL, run, loop), 0);
		lp_loop_post(loop, stop, loop);
		for (unsigned k = 1; k <= 20; k++) {
			lp_loop_call(loop, add_one, &count);
			assert_int_equal(count, k);
		}
		assert_int_equal(pthread_join(thread, NULL), 0);
		lp_loop_post(loop, add_one, &count);
		assert_int_equal(count, 20);
		lp_loop_free(loop);
	}
}

/* A device whose frames come by a thread of its own, and that has no handle. */
struct threaded_device {
	struct lp_loop *loop;
	struct lp_watch *watch;
	pthread_mutex_t lock;
	unsigned frames_left; /* under the lock */
	unsigned frames_read;
	unsigned calls;
};

#define DEVICE_FRAMES 20000

static void on_threaded_device(void *arg)
{
	struct threaded_device *device = arg;
	device->calls++;
	pthread_mutex_lock(&device->lock);
	device->frames_read += device->frames_left;
	device->frames_left = 0;
	pthread_mutex_unlock(&device->lock);
	if (device->frames_read == DEVICE_FRAMES)
		lp_loop_stop(device->loop);
}

static void *deliver(void *arg)
{
	struct threaded_device *device = arg;
	struct lp_watcher *watcher = lp_loop_watcher(device->loop);
	for (unsigned i = 0; i < DEVICE_FRAMES; i++) {
		pthread_mutex_lock(&device->lock);
		device->frames_left++;
		pthread_mutex_unlock(&device->lock);
		watcher->post(watcher, device->watch);
		if (i % 1000 == 0)
			usleep(1000);
	}
	return NULL;
}

/* None is missed, whether the loop sleeps or works when it is posted. */
static void test_a_device_hands_over_without_a_handle(void **state)
{
	struct threaded_device device = {.loop = lp_loop_new(), .lock = PTHREAD_MUTEX_INITIALIZER};
	struct lp_watcher *watcher = lp_loop_watcher(device.loop);
	pthread_t thread;

	(void)state;
	device.watch = watcher->add(watcher, LP_NO_HANDLE, on_threaded_device, &device);
	assert_non_null(device.watch);
	assert_int_equal(pthread_create(&thread, NULL, deliver, &device), 0);
	lp_loop_run(device.loop);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(device.frames_read, DEVICE_FRAMES);
	assert_true(device.calls <= DEVICE_FRAMES);
	watcher->remove(watcher, device.watch);
	lp_loop_free(device.loop);
}

/* A device that read more than it could hand over: called again, once a turn, without a sleep. */
struct busy_device {
	struct lp_loop *loop;
	struct lp_watch *watch;
	unsigned calls;
	unsigned turns;
};

static void on_busy_device(void *arg)
{
	struct busy_device *device = arg;
	struct lp_watcher *watcher = lp_loop_watcher(device->loop);
	device->calls++;
	assert_int_equal(device->calls, device->turns);
	if (device->calls == 50)
		lp_loop_stop(device->loop);
	else
		watcher->post(watcher, device->watch);
}

static void count_turn(void *arg)
{
	struct busy_device *device = arg;
	struct lp_watcher *watcher = lp_loop_watcher(device->loop);
	if (device->turns++ == 0)
		watcher->post(watcher, device->watch);
}

static void test_a_loop_posts_to_its_next_turn(void **state)
{
	struct busy_device device = {.loop = lp_loop_new()};
	struct lp_watcher *watcher = lp_loop_watcher(device.loop);

	(void)state;
	device.watch = watcher->add(watcher, LP_NO_HANDLE, on_busy_device, &device);
	lp_loop_on_turn_end(device.loop, count_turn, &device);
	lp_loop_run(device.loop);
	assert_int_equal(device.calls, 50);
	assert_int_equal(lp_loop_stats(device.loop)->sleeps, 0);

	/* What was posted is forgotten with the watch. */
	watcher->post(watcher, device.watch);
	watcher->remove(watcher, device.watch);
	lp_loop_free(device.loop);
}

/* Both sides of a device with a handle: what it says, and what it was posted. */
static void test_a_handle_may_be_posted_too(void **state)
{
	struct lp_loop *loop = lp_loop_new();
	struct lp_watcher *watcher = lp_loop_watcher(loop);
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	struct lp_watch *watch = watcher->add(watcher, ends[0], stop, loop);
	watcher->post(watcher, watch);
	lp_loop_run(loop);
	watcher->remove(watcher, watch);
	lp_loop_free(loop);
	close(ends[0]);
	close(ends[1]);
}

/* Questions and answers come out of a socket; each is a frame that went through. */
struct party {
	struct lp_loop *loop;
	int ends[2];
	uint64_t busy_polls;
};

static void on_frame(void *arg)
{
	struct party *party = arg;
	char byte;

	if (recv(party->ends[0], &byte, 1, MSG_DONTWAIT) == 1)
		lp_loop_carried(party->loop, 1);
}

static void read_busy_polls(void *arg)
{
	struct party *party = arg;
	party->busy_polls = lp_loop_stats(party->loop)->busy_polls;
}

/* How often the loop polled over so many pings, or until it did. */
static uint64_t busy_polls_over(bool busy_poll, unsigned pings)
{
	struct party party = {.loop = lp_loop_new()};
	struct lp_watcher *watcher = lp_loop_watcher(party.loop);
	pthread_t thread;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, party.ends), 0);
	lp_loop_set_waits(party.loop, true, busy_poll);
	struct lp_watch *watch = watcher->add(watcher, party.ends[0], on_frame, &party);
	assert_non_null(watch);
	assert_int_equal(pthread_create(&thread, NULL, run, party.loop), 0);
	for (unsigned i = 0; i < pings && party.busy_polls == 0; i++) {
		assert_int_equal(send(party.ends[1], "q", 1, 0), 1);
		usleep(100);
		assert_int_equal(send(party.ends[1], "a", 1, 0), 1);
		usleep(5000);
		lp_loop_call(party.loop, read_busy_polls, &party);
	}
	lp_loop_post(party.loop, stop, party.loop);
	assert_int_equal(pthread_join(thread, NULL), 0);
	watcher->remove(watcher, watch);
	lp_loop_free(party.loop);
	close(party.ends[0]);
	close(party.ends[1]);
	return party.busy_polls;
}

static void test_an_answer_is_looked_for(void **state)
{
	(void)state;
	assert_true(busy_polls_over(true, 2000) > 0);
	assert_int_equal(busy_polls_over(false, 50), 0);
}

/* The last frame said that more comes, and none came: nobody looks for it at each timer since. */
static void test_an_idle_loop_does_not_look(void **state)
{
	struct party party = {.loop = lp_loop_new()};
	struct lp_watcher *watcher = lp_loop_watcher(party.loop);
	pthread_t thread;
	uint64_t before;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, party.ends), 0);
	struct lp_watch *watch = watcher->add(watcher, party.ends[0], on_frame, &party);
	assert_non_null(watch);
	assert_int_equal(pthread_create(&thread, NULL, run, party.loop), 0);
	for (unsigned i = 0; i < 2000 && party.busy_polls == 0; i++) {
		assert_int_equal(send(party.ends[1], "f", 1, 0), 1);
		usleep(700);
		if (i % 100 == 99)
			lp_loop_call(party.loop, read_busy_polls, &party);
	}
	assert_true(party.busy_polls > 0);
	usleep(5000);
	lp_loop_call(party.loop, read_busy_polls, &party);
	before = party.busy_polls;
	for (unsigned i = 0; i < 50; i++)
		lp_loop_call(party.loop, read_busy_polls, &party);
	assert_int_equal(party.busy_polls, before);

	lp_loop_post(party.loop, stop, party.loop);
	assert_int_equal(pthread_join(thread, NULL), 0);
	watcher->remove(watcher, watch);
	lp_loop_free(party.loop);
	close(party.ends[0]);
	close(party.ends[1]);
}

/* As libevent does after it, but at once, so that no sanitizer has a word. */
static void print_and_end(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	if (level != LP_LOG_ERROR)
		return;
	fprintf(stderr, "%s\n", line);
	_exit(1);
}

/* libevent ends the process then: what it has to say until then is one line of the log. */
static void test_no_loop_without_descriptors_is_one_line(void **state)
{
	char text[1024] = "";
	int ends[2];
	int status;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit none = {3, 3};
		dup2(ends[1], STDERR_FILENO);
		lp_log_capture(print_and_end, NULL);
		setrlimit(RLIMIT_NOFILE, &none);
		lp_loop_new();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_non_null(strstr(text, "loop: libevent: "));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	close(ends[0]);
	close(ends[1]);
}

/*
 * The library's call, of which one may fail here. A loop that is not watched for its own wake-ups
 * would hear of nothing, the end of the process included.
 */
static int failing_add; /* the how many-th call fails; 0 = none */

int event_add(struct event *event, const struct timeval *timeout)
{
	static int (*real)(struct event * event, const struct timeval *timeout);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "event_add");
	if (failing_add > 0 && --failing_add == 0)
		return -1;
	return real(event, timeout);
}

static void on_number(void *arg, int number)
{
	(void)arg, (void)number;
}

static void count_line(void *user, enum lp_log_level level, const char *line)
{
	(void)line;
	*(unsigned *)user += level == LP_LOG_ERROR;
}

static void test_what_cannot_be_watched_is_said(void **state)
{
	unsigned error_count = 0;

	(void)state;
	lp_log_capture(count_line, &error_count);
	failing_add = 1;
	assert_null(lp_loop_new());
	assert_int_equal(error_count, 1);
	struct lp_loop *loop = lp_loop_new();
	assert_non_null(loop);
	failing_add = 1;
	assert_int_equal(lp_loop_on_signal(loop, SIGUSR2, on_number, NULL), LP_ERR_SYSTEM);
	assert_int_equal(error_count, 2);
	struct lp_watcher *watcher = lp_loop_watcher(loop);
	failing_add = 1;
	assert_null(watcher->add(watcher, 0, stop, loop));
	assert_int_equal(error_count, 3);
	lp_loop_free(loop);
	lp_log_capture(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_run_in_order),
		cmocka_unit_test(test_a_call_returns_though_the_loop_ends),
		cmocka_unit_test(test_a_device_hands_over_without_a_handle),
		cmocka_unit_test(test_a_loop_posts_to_its_next_turn),
		cmocka_unit_test(test_a_handle_may_be_posted_too),
		cmocka_unit_test(test_an_answer_is_looked_for),
		cmocka_unit_test(test_an_idle_loop_does_not_look),
		cmocka_unit_test(test_what_cannot_be_watched_is_said),
		cmocka_unit_test(test_no_loop_without_descriptors_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
