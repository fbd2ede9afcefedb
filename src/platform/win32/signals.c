/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/signals.h"

#include "base/mem.h"

#include <signal.h>

/*
 * Ctrl-C and Ctrl-Break come from the console, SIGTERM from service.c, which raises it when the
 * service manager wants an end. A reload is asked for by lanpartyctl alone.
 */
const struct lp_signal lp_signals[] = {
	{SIGTERM, LP_SIGNAL_STOP},
	{SIGINT, LP_SIGNAL_STOP},
	{SIGBREAK, LP_SIGNAL_STOP},
};
const size_t lp_signal_count = LP_ARRAY_COUNT(lp_signals);

enum lp_signal_wish lp_signals_wish(int number)
{
	(void)number;
	return LP_SIGNAL_STOP;
}

void lp_signals_begin(void)
{
}

void lp_signals_ready(void)
{
}
