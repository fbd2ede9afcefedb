/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A service's lines go to the Event Log, those of a program in a console to its standard error,
 * where a marked fragment of text holds up whoever writes: so a thread does.
 */

#include "platform/logsink.h"

#include "base/log.h"
#include "base/logqueue.h"
#include "base/mem.h"
#include "platform/service.h"
#include "platform/win32/scm.h"

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define SOURCE	 "lanparty"
#define FLUSH_MS 300

/* The log is the one global of the program; this is its other half. */
static struct {
	SRWLOCK lock; /* never held while anything is written */
	CONDITION_VARIABLE more;
	CONDITION_VARIABLE idle;
	struct lp_logqueue queue;
	HANDLE thread; /* NULL = not started */
	HANDLE events; /* the Event Log; NULL = standard error */
	bool is_ending;
	bool is_writing;
} sink = {.lock = SRWLOCK_INIT, .more = CONDITION_VARIABLE_INIT, .idle = CONDITION_VARIABLE_INIT};

static bool has_work(void)
{
	return sink.queue.used > 0 || sink.queue.lost_count > 0;
}

static void write_event(enum lp_log_level level, const char *text)
{
	static const WORD types[] = {EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE,
				     EVENTLOG_INFORMATION_TYPE, EVENTLOG_INFORMATION_TYPE};

	/* Message 1 of the source is the text itself. */
	ReportEventA(sink.events, types[level], 0, 1, NULL, 1, 0, &text, NULL);
}

static void write_line(enum lp_log_level level, uint64_t wall_ns, const char *text)
{
	char out[LP_LOG_OUT_LEN];

	if (sink.events)
		write_event(level, text);
	else
		fwrite(out, 1, lp_log_format(out, false, level, wall_ns, text), stderr);
}

/* Takes and writes the oldest line; the lock is held before and after, and not meanwhile. */
static void write_next(void)
{
	struct lp_logline line;
	char lost[64];

	if (!lp_logqueue_take(&sink.queue, &line))
		return;
	sink.is_writing = true;
	ReleaseSRWLockExclusive(&sink.lock);
	if (line.lost_before > 0) {
		snprintf(lost, sizeof(lost), "log: %u line%s lost: nobody read them in time",
			 (unsigned)line.lost_before, line.lost_before == 1 ? "" : "s");
		write_line(LP_LOG_WARN, line.wall_ns, lost);
	}
	if (line.text[0])
		write_line(line.level, line.wall_ns, line.text);
	AcquireSRWLockExclusive(&sink.lock);
	sink.is_writing = false;
}

static DWORD WINAPI run(void *arg)
{
	(void)arg;
	AcquireSRWLockExclusive(&sink.lock);
	for (;;) {
		while (has_work())
			write_next();
		WakeAllConditionVariable(&sink.idle);
		if (sink.is_ending)
			break;
		SleepConditionVariableSRW(&sink.more, &sink.lock, INFINITE, 0);
	}
	ReleaseSRWLockExclusive(&sink.lock);
	return 0;
}

static void put(enum lp_log_level level, uint64_t wall_ns, const char *text)
{
	AcquireSRWLockExclusive(&sink.lock);
	lp_logqueue_put(&sink.queue, level, wall_ns, text);
	ReleaseSRWLockExclusive(&sink.lock);
	WakeConditionVariable(&sink.more);
}

void lp_logsink_start(const char *syslog_path)
{
	(void)syslog_path;
	if (sink.thread)
		return;
	sink.is_ending = false;
	if (lp_service_is_one())
		sink.events = RegisterEventSourceA(NULL, SOURCE);
	sink.thread = CreateThread(NULL, 0, run, NULL, 0, NULL);
	if (sink.thread)
		lp_log_set_sink(put);
}

bool lp_logsink_flush(void)
{
	ULONGLONG deadline = GetTickCount64() + FLUSH_MS;
	bool is_done;

	AcquireSRWLockExclusive(&sink.lock);
	while (sink.thread && (sink.is_writing || has_work())) {
		ULONGLONG now = GetTickCount64();

		if (now >= deadline ||
		    !SleepConditionVariableSRW(&sink.idle, &sink.lock, (DWORD)(deadline - now), 0))
			break;
	}
	is_done = !sink.is_writing && !has_work();
	ReleaseSRWLockExclusive(&sink.lock);
	return is_done;
}

void lp_logsink_stop(void)
{
	if (!sink.thread || !lp_logsink_flush())
		return; /* nobody reads: the process can end all the same */
	lp_log_set_sink(NULL);
	AcquireSRWLockExclusive(&sink.lock);
	sink.is_ending = true;
	ReleaseSRWLockExclusive(&sink.lock);
	WakeConditionVariable(&sink.more);
	WaitForSingleObject(sink.thread, INFINITE);
	CloseHandle(sink.thread);
	sink.thread = NULL;
	if (sink.events)
		DeregisterEventSource(sink.events);
	sink.events = NULL;
}

void lp_logsink_drop_privs(void)
{
}

bool lp_logsink_is_idle(void)
{
	return true;
}

int lp_logsink_syslog(void)
{
	return -1;
}
