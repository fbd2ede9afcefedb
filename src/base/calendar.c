/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/calendar.h"

#define DAY_S 86400

/*
 * A year that begins in March has its leap day last, and 400 of them have as many days each time;
 * see chrono::civil_from_days.
 */
struct lp_calendar lp_calendar_utc(uint64_t seconds)
{
	uint64_t days = seconds / DAY_S + 719468;
	uint64_t era = days / 146097, of_era = days % 146097;
	uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;

	return (struct lp_calendar){
		.year = (unsigned)(year + era * 400 + (month >= 10)),
		.month = (unsigned)(month < 10 ? month + 3 : month - 9),
		.day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
		.hour = (unsigned)(seconds % DAY_S / 3600),
		.minute = (unsigned)(seconds % 3600 / 60),
		.second = (unsigned)(seconds % 60),
	};
}
