/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whether the loop goes on looking for work for a moment before it sleeps. Pure.
 *
 * To be woken up takes longer than to handle a frame, and a process that slept finds its caches
 * cold; where few frames come, this is most of what a tunnel adds to a ping. Yet to look all the
 * time burns the core. So it looks only when more is to be expected within WINDOW, as the answer is
 * after a question: the last four waits, short or long each, choose one of sixteen counters, and a
 * counter knows how the wait after such a row went in the past (a two-level predictor, as a
 * processor has for its branches). What it costs is bounded whatever the guesses are worth: it
 * looks for a tenth of the time at most, and not at all where frames come fast. A short wait ends
 * by itself, so to look pays; nobody looks over the long waits of an idle daemon, nor where the
 * other end is milliseconds away.
 */
#ifndef LP_LOOP_LINGER_H
#define LP_LOOP_LINGER_H

#include <stdbool.h>
#include <stdint.h>

struct lp_linger {
	bool is_on;
	uint8_t history; /* the last waits, one bit each, 1 = short; the newest is the lowest */
	uint8_t counters[16]; /* by history, 0 to 3: at 3 a short one is expected */
	uint64_t last_frame_ns;
	uint64_t gap_ns;    /* between frames: moving average */
	uint64_t budget_ns; /* how long it may look */
};

void lp_linger_init(struct lp_linger *linger);

/* A turn that began at `now` carried so many frames. */
void lp_linger_carried(struct lp_linger *linger, unsigned count, uint64_t now);

/* Until when to look for more frames after that turn (monotonic ns); 0 = sleep at once. */
uint64_t lp_linger_deadline(const struct lp_linger *linger);

/* It has looked for so long. */
void lp_linger_looked(struct lp_linger *linger, uint64_t ns);

#endif
