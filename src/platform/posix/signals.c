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

const struct lp_signal lp_signals[] = {
	{SIGTERM, LP_SIGNAL_STOP},  {SIGINT, LP_SIGNAL_STOP},
	{SIGQUIT, LP_SIGNAL_STOP},  {SIGXCPU, LP_SIGNAL_STOP},
#ifdef SIGPWR
	{SIGPWR, LP_SIGNAL_STOP},
#endif
	{SIGHUP, LP_SIGNAL_RELOAD}, {SIGUSR1, LP_SIGNAL_STATUS},
};
const size_t lp_signal_count = LP_ARRAY_COUNT(lp_signals);

enum lp_signal_wish lp_signals_wish(int number)
{
	size_t i = 0;

	while (i + 1 < lp_signal_count && lp_signals[i].number != number)
		i++;
	return lp_signals[i].wish;
}

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
