/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/signals.h"

#include "base/mem.h"

#include <signal.h>
#include <stddef.h>

/*
 * Each of them would end or stop the process. A line for a terminal whose other job is in front is
 * SIGTTOU, and a limit on the size of files that the log has reached SIGXFSZ.
 */
static const int harmless[] = {
	SIGPIPE,   SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGXFSZ, SIGTTOU, SIGTTIN,
#ifdef SIGSTKFLT
	SIGSTKFLT,
#endif
};

static const int held_back[] = {SIGHUP, SIGUSR1};

void lp_signals_begin(void)
{
	sigset_t set;

	for (size_t i = 0; i < LP_ARRAY_COUNT(harmless); i++)
		signal(harmless[i], SIG_IGN);
#ifdef SIGRTMIN
	for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
		signal(number, SIG_IGN);
#endif
	/* A parent that does not care for its children must not make us lose ours. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&set);
	for (size_t i = 0; i < LP_ARRAY_COUNT(held_back); i++)
		sigaddset(&set, held_back[i]);
	/* A mask is inherited, too: one with SIGTERM in it would keep us for ever. */
	sigprocmask(SIG_SETMASK, &set, NULL);
}

void lp_signals_ready(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
}
