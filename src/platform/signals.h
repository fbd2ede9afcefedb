/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Signals of a daemon, from its first moment on: what it inherited is put right, and none that
 * means nothing to it ends it with its socket and routes left behind.
 */
#ifndef LP_PLATFORM_SIGNALS_H
#define LP_PLATFORM_SIGNALS_H

#include <stddef.h>

/*
 * The first thing that a daemon does: ignores what is harmless, and holds back what its loop will
 * handle and would end it until then (SIGHUP, SIGUSR1).
 */
void lp_signals_begin(void);

/* The loop handles them now: what was held back comes. */
void lp_signals_ready(void);

/* What a signal asks of a daemon. */
enum lp_signal_wish {
	LP_SIGNAL_STOP, /* all that would end it without a word */
	LP_SIGNAL_RELOAD,
	LP_SIGNAL_STATUS,
};

struct lp_signal {
	int number;
	enum lp_signal_wish wish;
};

/* Those that a daemon's loop has to handle, with the system's own numbers. */
extern const struct lp_signal lp_signals[];
extern const size_t lp_signal_count;

/* What a handled signal asks for. */
enum lp_signal_wish lp_signals_wish(int number);

#endif
