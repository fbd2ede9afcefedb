/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/linger.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

/* From the begin of a turn to the begin of the next: in a LAN an answer takes less. */
#define WINDOW_NS    LP_NS_PER_MS
#define HISTORY_MASK 15
#define COUNTER_MAX  3
#define EXPECT_MIN   3

/*
 * Where frames are closer than that on average, something comes soon whatever is done, and short
 * waits are chance: a room full of games.
 */
#define SPARSE_NS (2 * LP_NS_PER_MS)
#define PAUSE_NS  (10 * LP_NS_PER_MS)

/* A tenth of the time, which may be saved up for a while. */
#define SHARE	      10
#define BUDGET_MAX_NS (20 * LP_NS_PER_MS)

void lp_linger_init(struct lp_linger *linger)
{
	*linger = (struct lp_linger){.is_on = true, .gap_ns = PAUSE_NS, .budget_ns = BUDGET_MAX_NS};
	memset(linger->counters, 1, sizeof(linger->counters));
}

void lp_linger_carried(struct lp_linger *linger, unsigned count, uint64_t now)
{
	uint64_t wait_ns = now - linger->last_frame_ns;
	uint8_t *counter = &linger->counters[linger->history];
	bool is_short = wait_ns < WINDOW_NS;

	if (is_short && *counter < COUNTER_MAX)
		(*counter)++;
	if (!is_short && *counter > 0)
		(*counter)--;
	linger->history = (uint8_t)((linger->history << 1 | is_short) & HISTORY_MASK);
	linger->last_frame_ns = now;
	linger->gap_ns = (linger->gap_ns * 15 + LP_MIN(wait_ns, PAUSE_NS) / count) / 16;
	linger->budget_ns = LP_MIN(linger->budget_ns + wait_ns / SHARE, BUDGET_MAX_NS);
}

uint64_t lp_linger_deadline(const struct lp_linger *linger)
{
	if (!linger->is_on || linger->gap_ns < SPARSE_NS || linger->budget_ns < WINDOW_NS ||
	    linger->counters[linger->history] < EXPECT_MIN)
		return 0;
	return linger->last_frame_ns + WINDOW_NS;
}

void lp_linger_looked(struct lp_linger *linger, uint64_t ns)
{
	linger->budget_ns -= LP_MIN(ns, linger->budget_ns);
}
