/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What is handed over to a loop: by other threads, or by its own for the next turn. Calls run in
 * the order in which they were added, on the loop's thread.
 *
 * Whoever adds the first one while the loop sleeps wakes it; nobody wakes a loop that works.
 */
#ifndef LP_LOOP_POSTS_H
#define LP_LOOP_POSTS_H

#include "base/list.h"

#include <pthread.h>
#include <stdbool.h>

struct lp_post {
	struct lp_list link; /* guarded by the lock of the posts */
	void (*call)(void *arg);
	void *arg;
	bool is_once; /* allocated, for this one call; freed after it */
};

struct lp_posts {
	pthread_mutex_t lock;
	struct lp_list waiting;
	struct lp_list running; /* what this turn took up */
	bool is_asleep;
	bool has_ended;
	void (*wake)(void *arg); /* called under the lock, from any thread */
	void *arg;
};

void lp_posts_init(struct lp_posts *posts, void (*wake)(void *arg), void *arg);
void lp_posts_fini(struct lp_posts *posts);

/* Prepares one that its owner keeps, and may add time and again. */
void lp_post_init(struct lp_post *post, void (*call)(void *arg), void *arg);

/* Adds it, unless it waits already. From any thread; nothing is run once the posts have ended. */
void lp_posts_add(struct lp_posts *posts, struct lp_post *post);

/* As above for a call that is not kept. False: the posts have ended, nothing will be run. */
bool lp_posts_add_once(struct lp_posts *posts, void (*call)(void *arg), void *arg);

/* Takes it out: it is not run any more. On the loop's thread. */
void lp_posts_remove(struct lp_posts *posts, struct lp_post *post);

/*
 * True: nothing waits, and what is added from now on calls wake, until the next lp_posts_run.
 * False: something waits, do not sleep.
 */
bool lp_posts_may_sleep(struct lp_posts *posts);

/*
 * Runs what was there at its begin; what that adds is for the next time. before(arg) is called in
 * front of the first one, if there is any.
 */
void lp_posts_run(struct lp_posts *posts, void (*before)(void *arg));

/* Runs the calls that are left, those that they add too, then takes no more. */
void lp_posts_end(struct lp_posts *posts);

#endif
