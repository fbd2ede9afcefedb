/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/sleep.h"

#include "base/clock.h"

#include <sched.h>
#include <time.h>

void lp_sleep_until(uint64_t deadline_ns)
{
	struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / LP_NS_PER_S),
				    .tv_nsec = (long)(deadline_ns % LP_NS_PER_S)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
}

void lp_sleep_yield(void)
{
	sched_yield();
}
