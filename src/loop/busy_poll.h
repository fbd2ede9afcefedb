/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whether the loop polls for more work for a moment before it sleeps. Pure.
 *
 * A wake-up takes longer than a frame, and a process that has slept finds its caches cold; where
 * few frames come, that is most of what a tunnel adds to a ping. But polling all the time burns the
 * core. So the loop polls only when more is to be expected within WINDOW, such as the answer to a
 * question: the last four waits, each short or long, choose one of sixteen counters, and a counter
 * knows how the wait after such a history went before (a two-level predictor, like a processor's
 * for its branches). The cost is bounded however good the guesses are: the loop polls for a tenth
 * of the time at most, and not at all where frames come fast. A short wait ends by itself, so
 * polling pays; nothing polls through the long waits of an idle daemon, nor where the other end is
 * milliseconds away.
 */
#ifndef LP_LOOP_BUSY_POLL_H
#define LP_LOOP_BUSY_POLL_H

#include <stdbool.h>
#include <stdint.h>

struct lp_busy_poll {
	bool is_on;
	uint8_t history; /* the last waits, one bit each, 1 = short; the newest is the lowest */
	uint8_t counters[16]; /* by history, 0 to 3: at 3 a short one is expected */
	uint64_t last_frame_ns;
	uint64_t gap_ns;    /* between frames: moving average */
	uint64_t budget_ns; /* how long it may poll */
};

void lp_busy_poll_init(struct lp_busy_poll *busy_poll);

/* A turn that began at `now` carried `count` frames. */
void lp_busy_poll_carried(struct lp_busy_poll *busy_poll, unsigned count, uint64_t now);

/* Until when to poll for more frames after that turn (monotonic ns); 0 = sleep at once. */
uint64_t lp_busy_poll_deadline(const struct lp_busy_poll *busy_poll);

/* It has polled for `ns`. */
void lp_busy_poll_spent(struct lp_busy_poll *busy_poll, uint64_t ns);

#endif
