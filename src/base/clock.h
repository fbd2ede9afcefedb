/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The clock. Only loop/ and the mains read it; everything else is given `now`.
 *
 * A parameter called `now` alone is nanoseconds of the monotonic clock. struct lp_now goes where
 * sleep (boot time) or the calendar (wall) matters.
 */
#ifndef LP_BASE_CLOCK_H
#define LP_BASE_CLOCK_H

#include <stdint.h>

#define LP_NS_PER_US 1000ULL
#define LP_NS_PER_MS 1000000ULL
#define LP_NS_PER_S  1000000000ULL

/* A deadline that never comes. */
#define LP_NEVER UINT64_MAX

struct lp_now {
	uint64_t mono_ns; /* never goes back, stands still while the machine sleeps */
	uint64_t boot_ns; /* as mono_ns, but counts sleep */
	uint64_t wall_ns; /* since 1970-01-01 UTC */
};

struct lp_now lp_clock_read(void);

#endif
