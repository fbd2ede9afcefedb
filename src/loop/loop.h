/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The event loop: libevent, and only here.
 *
 * One loop a thread. It works in turns: wake up, let every source that is ready and every timer
 * that is due do its work, then call the turn-end hooks once (where connections are flushed), then
 * sleep. The time of a turn is read once at its start.
 *
 * While work comes fast it waits up to 0.2 ms between turns (loop/batching.h), so that one turn
 * handles several frames. Where few come but an answer is near it goes on looking for up to a
 * millisecond before it sleeps (loop/busy_poll.h). lp_loop_set_waits turns both off.
 */
#ifndef LP_LOOP_LOOP_H
#define LP_LOOP_LOOP_H

#include "base/clock.h"
#include "base/err.h"
#include "platform/source.h"

#include <stdbool.h>
#include <stdint.h>

struct lp_loop;

/* NULL when the system has nothing to make one of, which was logged. */
struct lp_loop *lp_loop_new(void);
void lp_loop_free(struct lp_loop *loop);

/* Runs turns until lp_loop_stop. Once a loop. */
void lp_loop_run(struct lp_loop *loop);

/* Ends lp_loop_run after this turn; on the loop's own thread. */
void lp_loop_stop(struct lp_loop *loop);

/* The time at which this turn began. */
const struct lp_now *lp_loop_now(const struct lp_loop *loop);

/* For devices: they are watched by this loop. */
struct lp_watcher *lp_loop_watcher(struct lp_loop *loop);

/* Both are on at first. */
void lp_loop_set_waits(struct lp_loop *loop, bool batching, bool busy_poll);

/* So many frames for one machine went through in this turn: an answer may be near. */
void lp_loop_carried(struct lp_loop *loop, unsigned count);

/* Calls hook(arg) at the end of each turn. At most four hooks, in the order of their adding. */
void lp_loop_on_turn_end(struct lp_loop *loop, void (*hook)(void *arg), void *arg);

/* --- timers --- */

struct lp_timer;

/* Calls on_time(arg) once when the deadline that was set has come. */
struct lp_timer *lp_timer_new(struct lp_loop *loop, void (*on_time)(void *arg), void *arg);
void lp_timer_free(struct lp_timer *timer);

/*
 * Sets the deadline (monotonic ns), LP_NEVER = off. It costs no system call, so it may be set in
 * every turn. on_time may come some milliseconds late, or early: it must look at the clock.
 */
void lp_timer_set(struct lp_timer *timer, uint64_t deadline_ns);

/* --- signals --- */

/* Calls on_signal(arg, number) on this loop's thread. */
enum lp_err lp_loop_on_signal(struct lp_loop *loop, int number,
			      void (*on_signal)(void *arg, int number), void *arg) LP_MUST_CHECK;

/* --- other threads --- */

/* Runs call(arg) on the loop's thread, soon; not at all once the loop has ended. From any thread.
 */
void lp_loop_post(struct lp_loop *loop, void (*call)(void *arg), void *arg);

/*
 * As lp_loop_post, and waits until it has run; never from the loop's own thread. On the caller's
 * thread once the loop has ended: nobody else works on what is the loop's then.
 */
void lp_loop_call(struct lp_loop *loop, void (*call)(void *arg), void *arg);

struct lp_loop_stats {
	uint64_t turns;
	uint64_t sleeps;
	uint64_t batches;
	uint64_t busy_polls; /* looked for more instead of sleeping at once */
};

const struct lp_loop_stats *lp_loop_stats(const struct lp_loop *loop);

#endif
