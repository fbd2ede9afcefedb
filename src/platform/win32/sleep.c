/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/sleep.h"

#include <windows.h>

/* Sleep() is as coarse as the system's timer, 1 to 16 ms. */
void lp_sleep_until(uint64_t deadline_ns)
{
	(void)deadline_ns;
}

void lp_sleep_yield(void)
{
	SwitchToThread();
}
