/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Who came and who left, in the log: a whole party at once, but not a flood of them. */

#include "relay/worker_impl.h"

#include <stdarg.h>
#include <stdio.h>

#define PEOPLE_BURST 300 /* lines in 10 s */

void lp_worker_log(struct lp_worker *worker, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	worker->people_log_limit.burst = PEOPLE_BURST;
	lp_log_write_limited(&worker->people_log_limit, worker->now.mono_ns, LP_LOG_INFO, "relay",
			     "%s", text);
}
