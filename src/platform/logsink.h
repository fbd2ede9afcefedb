/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who writes the log of a daemon: a thread of its own, so that nobody who logs ever waits for a
 * pipe, a terminal, a disk or a syslog that is not read. What does not fit its queue
 * (base/logqueue.h) is dropped, and the number of lines lost is said later.
 *
 * One a process, as the log is.
 */
#ifndef LP_PLATFORM_LOGSINK_H
#define LP_PLATFORM_LOGSINK_H

#include <stdbool.h>

#define LP_LOGSINK_SYSLOG "/dev/log"

/* All lines go to the thread from now on. syslog_path is borrowed until the stop. */
void lp_logsink_start(const char *syslog_path);

/*
 * Waits until what was logged is written, 0.3 s at most. True = it is. Runs at exit() too.
 */
bool lp_logsink_flush(void);

/*
 * As lp_logsink_flush; then the thread ends, and lines are written as before the start. Where
 * somebody does not read, thread and queue stay as they are, and the process can end.
 */
void lp_logsink_stop(void);

/* The thread, if there is one, calls it once, soon: what each thread has to do by itself. */
void lp_logsink_call(void (*call)(void));

/*
 * For a signal handler, which has a last word to say: is there nothing left to be written, and the
 * connection to syslog, -1 without one. Async-signal-safe.
 */
bool lp_logsink_is_idle(void);
int lp_logsink_syslog(void);

#endif
