/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Signals of a daemon, from its first moment on: what it inherited is put right, and none that
 * means nothing to it ends it with its socket and routes left behind.
 */
#ifndef LP_PLATFORM_SIGNALS_H
#define LP_PLATFORM_SIGNALS_H

/*
 * The first thing that a daemon does: ignores what is harmless, and holds back what its loop will
 * handle and would end it until then (SIGHUP, SIGUSR1).
 */
void lp_signals_begin(void);

/* The loop handles them now: what was held back comes. */
void lp_signals_ready(void);

#endif
