/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/crash.h"

#include "base/current.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "platform/logsink.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

static volatile LONG is_being_told;

/* Nobody is interrupted in the middle of anything here, as a signal handler would be. */
static void tell(const char *what)
{
	const struct lp_current *current = &lp_current;
	char peer[LP_ADDR_TEXT_LEN] = "";

	if (InterlockedExchange(&is_being_told, 1))
		return;
	if (current->doing && current->peer)
		lp_addr_format(current->peer, peer);
	lp_error("crash", "%s%s%s%s%s%s%s%s%s%s", what, current->doing ? " while " : "",
		 current->doing ? current->doing : "", peer[0] ? " " : "", peer,
		 current->doing && current->label ? " (" : "",
		 current->doing && current->label ? current->label : "",
		 current->doing && current->label ? ")" : "", lp_abort_reason() ? ": " : "",
		 lp_abort_reason() ? lp_abort_reason() : "");
	(void)lp_logsink_flush();
}

static void on_abort(int number)
{
	(void)number;
	tell("SIGABRT");
}

/* Then the system does what it does without us: a report, a dump, the service's recovery. */
static LONG WINAPI on_exception(EXCEPTION_POINTERS *exception)
{
	char what[48];

	snprintf(what, sizeof(what), "exception %08lx at %p",
		 exception->ExceptionRecord->ExceptionCode,
		 exception->ExceptionRecord->ExceptionAddress);
	tell(what);
	return EXCEPTION_CONTINUE_SEARCH;
}

void lp_crash_watch(void)
{
	lp_abort_is_told();
	signal(SIGABRT, on_abort);
	SetUnhandledExceptionFilter(on_exception);
	/* No box that waits for somebody to press OK. */
	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}

/* One filter is for all threads, and has room of its own for a full stack. */
void lp_crash_watch_thread(void)
{
	ULONG room = 16 * 1024;

	SetThreadStackGuarantee(&room);
}
