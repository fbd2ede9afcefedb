/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/current.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

_Thread_local struct lp_current lp_current;

static const char *_Atomic reason;
static atomic_bool is_told;

void lp_abort(const char *why)
{
	atomic_store(&reason, why);
	/* Whoever reads the standard error may be stuck: the handler does not wait for that. */
	if (!atomic_load(&is_told))
		fprintf(stderr, "lanparty: %s\n", why);
	abort();
}

const char *lp_abort_reason(void)
{
	return atomic_load(&reason);
}

void lp_abort_is_told(void)
{
	atomic_store(&is_told, true);
}
