/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The last line of a process that is aborted by an assertion, its own or a library's, or by a fault
 * of memory: which signal, what the assertion says, and whose packet was being handled
 * (base/current.h). Then the signal does what it does without us, a core file included.
 *
 * All of it is async-signal-safe, and waits for nobody who reads the log.
 */
#ifndef LP_PLATFORM_CRASH_H
#define LP_PLATFORM_CRASH_H

/* For the process, and for the thread that calls it. */
void lp_crash_watch(void);

/* For another thread: a stack on which the handler can run when its own is full. */
void lp_crash_watch_thread(void);

#endif
