/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"

#include <time.h>

static uint64_t read_ns(clockid_t id)
{
	struct timespec ts = {0};

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * LP_NS_PER_S + (uint64_t)ts.tv_nsec;
}

struct lp_now lp_clock_read(void)
{
	struct lp_now now = {
		.mono_ns = read_ns(CLOCK_MONOTONIC),
		.wall_ns = read_ns(CLOCK_REALTIME),
	};

	/* Where there is no clock of its own, the monotonic one counts sleep already. */
#ifdef CLOCK_BOOTTIME
	now.boot_ns = read_ns(CLOCK_BOOTTIME);
#else
	now.boot_ns = now.mono_ns;
#endif
	return now;
}
