/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What this thread is at work on, for the one line that is written when the process is aborted
 * (platform/crash.h): a library's assertion says where it failed, and not whose packet it was.
 *
 * Pointers are stored and nothing is formatted, so keeping it costs some stores a packet.
 */
#ifndef LP_BASE_CURRENT_H
#define LP_BASE_CURRENT_H

#include "base/addr.h"

struct lp_current {
	const char *doing;	    /* static text, such as "reading a packet of"; NULL = nothing */
	const struct lp_addr *peer; /* valid while `doing` is set … */
	const char *label;	    /* … and so is this: who that is, or NULL */
};

extern _Thread_local struct lp_current lp_current;

/* Ends the process for that reason, a static text. */
_Noreturn void lp_abort(const char *why);

/* The reason, for the handler of the signal; NULL = none was said. */
const char *lp_abort_reason(void);

/* There is a handler that will say it. */
void lp_abort_is_told(void);

#endif
