/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Sleep of a fraction of a millisecond, and less: for the loop, between two turns.
 */
#ifndef LP_PLATFORM_SLEEP_H
#define LP_PLATFORM_SLEEP_H

#include <stdint.h>

/*
 * Sleeps until that time (monotonic ns), or less: a signal ends it, and a system whose sleeps are
 * coarser than a millisecond returns at once.
 */
void lp_sleep_until(uint64_t deadline_ns);

/* Lets whoever waits for this CPU have it; returns at once when nobody does. */
void lp_sleep_yield(void);

#endif
