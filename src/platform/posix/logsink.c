/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/logsink.h"

#include "base/clock.h"
#include "base/logqueue.h"
#include "base/mem.h"
#include "platform/posix/logwriter.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CHECK_MS 100 /* while nobody reads: has anything else changed? */
#define FLUSH_NS (300 * LP_NS_PER_MS)

/* The log is the one global of the program; this is its other half. */
static struct {
	pthread_mutex_t lock; /* never held while anything is written */
	pthread_cond_t more;
	pthread_cond_t idle;
	struct lp_logqueue queue;
	struct lp_logwriter writer;
	pthread_t thread;
	bool is_on;
	bool has_thread;
	bool is_ending;
	bool is_writing;
	bool has_given_up; /* at the end of the process: nobody is waited for twice */
	bool is_failing;   /* the last line could not be written: the count waits for another */
	atomic_bool has_nothing;    /* for a signal handler, which may take no lock */
	void (*_Atomic call)(void); /* NULL = none */
} sink = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER,
	.has_nothing = true,
};

/* --- the thread --- */

static bool has_work(void)
{
	return sink.queue.used > 0 || (sink.queue.lost_count > 0 && !sink.is_failing);
}

static void run_call(void)
{
	void (*call)(void) = atomic_exchange(&sink.call, NULL);

	if (call)
		call();
}

static bool write_one(enum lp_log_level level, uint64_t wall_ns, const char *text, int wait_ms)
{
	enum lp_err err;

	lp_logwriter_begin(&sink.writer, level, wall_ns, text);
	while ((err = lp_logwriter_step(&sink.writer, wait_ms)) == LP_ERR_AGAIN) {
		run_call();
		if (wait_ms == 0 || lp_logwriter_is_elsewhere(&sink.writer))
			return false;
	}
	return err == LP_OK;
}

/* False: it is lost, with what was lost before it. */
static bool write_line(struct lp_logline *line, int wait_ms)
{
	char lost[64];

	if (line->lost_before > 0) {
		snprintf(lost, sizeof(lost), "log: %u line%s lost: nobody read them in time",
			 (unsigned)line->lost_before, line->lost_before == 1 ? "" : "s");
		if (!write_one(LP_LOG_WARN, line->wall_ns, lost, wait_ms))
			return false;
		line->lost_before = 0;
	}
	return line->text[0] == '\0' || write_one(line->level, line->wall_ns, line->text, wait_ms);
}

/* Takes and writes the oldest line; the lock is held before and after, and not meanwhile. */
static void write_next(int wait_ms)
{
	struct lp_logline line;

	if (!lp_logqueue_take(&sink.queue, &line))
		return;
	sink.is_writing = true;
	pthread_mutex_unlock(&sink.lock);
	bool is_written = write_line(&line, wait_ms);
	pthread_mutex_lock(&sink.lock);
	sink.is_writing = false;
	sink.is_failing = !is_written;
	if (!is_written)
		lp_logqueue_lose(&sink.queue, &line);
}

static void *run(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&sink.lock);
	for (;;) {
		while (has_work())
			write_next(CHECK_MS);
		atomic_store(&sink.has_nothing, true);
		pthread_cond_broadcast(&sink.idle);
		run_call();
		if (sink.is_ending)
			break;
		pthread_cond_wait(&sink.more, &sink.lock);
	}
	pthread_mutex_unlock(&sink.lock);
	return NULL;
}

/* No signal is for it: they are the loop's. */
static void make_thread(void)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	sink.has_thread = pthread_create(&sink.thread, NULL, run, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* --- who logs --- */

static void put(enum lp_log_level level, uint64_t wall_ns, const char *text)
{
	pthread_mutex_lock(&sink.lock);
	atomic_store(&sink.has_nothing, false);
	lp_logqueue_put(&sink.queue, level, wall_ns, text);
	if (!sink.has_thread)
		make_thread(); /* after a fork, or where there were too many until now */
	if (sink.has_thread)
		pthread_cond_signal(&sink.more);
	/* Without one, as much as goes at once. */
	while (!sink.has_thread && !sink.is_writing && has_work()) {
		write_next(0);
		if (sink.is_failing)
			break;
	}
	pthread_mutex_unlock(&sink.lock);
}

/* --- fork: the lock is whole in the child, and the thread is not there --- */

static void before_fork(void)
{
	pthread_mutex_lock(&sink.lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&sink.lock);
}

static void make_conditions(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&sink.idle, &attributes);
	pthread_cond_init(&sink.more, NULL);
	pthread_condattr_destroy(&attributes);
}

static void after_fork_in_child(void)
{
	pthread_mutex_init(&sink.lock, NULL);
	make_conditions();
	/* What waits is the parent's to write. */
	sink.queue.used = 0;
	sink.queue.lost_count = 0;
	sink.has_thread = false;
	sink.is_writing = false;
	atomic_store(&sink.has_nothing, true);
}

/* --- life --- */

static void flush_at_exit(void)
{
	(void)lp_logsink_flush();
}

void lp_logsink_start(const char *syslog_path)
{
	static bool is_registered;

	pthread_mutex_lock(&sink.lock);
	if (!sink.is_on) {
		if (!is_registered) {
			pthread_atfork(before_fork, after_fork, after_fork_in_child);
			atexit(flush_at_exit);
		}
		is_registered = true;
		sink.is_on = true;
		sink.is_ending = false;
		make_conditions();
		lp_logwriter_init(&sink.writer, syslog_path);
		make_thread();
	}
	pthread_mutex_unlock(&sink.lock);
	lp_log_set_sink(put);
}

bool lp_logsink_flush(void)
{
	uint64_t deadline_ns = lp_clock_read().mono_ns + FLUSH_NS;
	struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / LP_NS_PER_S),
				    .tv_nsec = (long)(deadline_ns % LP_NS_PER_S)};
	int error = sink.has_given_up ? ETIMEDOUT : 0;

	pthread_mutex_lock(&sink.lock);
	while (sink.has_thread && (sink.is_writing || has_work()) && error == 0)
		error = pthread_cond_timedwait(&sink.idle, &sink.lock, &deadline);
	bool is_done = !sink.is_writing && !has_work();
	pthread_mutex_unlock(&sink.lock);
	return is_done;
}

void lp_logsink_stop(void)
{
	if (!sink.is_on)
		return;
	sink.has_given_up = !lp_logsink_flush();
	if (sink.has_given_up)
		return;
	lp_log_set_sink(NULL);
	pthread_mutex_lock(&sink.lock);
	bool has_thread = sink.has_thread;
	sink.is_ending = true;
	pthread_cond_signal(&sink.more);
	pthread_mutex_unlock(&sink.lock);
	if (has_thread)
		pthread_join(sink.thread, NULL);
	sink.has_thread = false;
	sink.is_on = false;
	lp_logwriter_fini(&sink.writer);
}

void lp_logsink_call(void (*call)(void))
{
	pthread_mutex_lock(&sink.lock);
	if (sink.has_thread) {
		atomic_store(&sink.call, call);
		pthread_cond_signal(&sink.more);
	}
	pthread_mutex_unlock(&sink.lock);
}

bool lp_logsink_is_idle(void)
{
	return atomic_load(&sink.has_nothing);
}

int lp_logsink_syslog(void)
{
	return atomic_load(&sink.writer.syslog_fd);
}
