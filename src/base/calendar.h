/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Date and time of day, UTC, by arithmetic alone: a signal handler may ask, and every system gives
 * the same answer.
 */
#ifndef LP_BASE_CALENDAR_H
#define LP_BASE_CALENDAR_H

#include <stdint.h>

struct lp_calendar {
	unsigned year;
	unsigned month; /* 1 to 12 */
	unsigned day;	/* 1 to 31 */
	unsigned hour;
	unsigned minute;
	unsigned second;
};

/* From seconds since 1970. */
struct lp_calendar lp_calendar_utc(uint64_t seconds);

#endif
