/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A watcher for tests of devices: poll(2), turned by hand.
 */
#ifndef LP_TESTS_POLL_WATCHER_H
#define LP_TESTS_POLL_WATCHER_H

#include "platform/source.h"

#include <stdatomic.h>
#include <stddef.h>

#define POLL_WATCHER_MAX 64

struct lp_watch {
	intptr_t handle;
	void (*on_ready)(void *arg);
	void *arg;
	atomic_bool is_posted;
};

struct poll_watcher {
	struct lp_watcher base;
	struct lp_watch *watches[POLL_WATCHER_MAX];
};

void poll_watcher_init(struct poll_watcher *watcher);

/* Waits up to timeout_ms and calls everything that is ready, once. Returns how many that were. */
int poll_watcher_turn(struct poll_watcher *watcher, int timeout_ms);

/* Turns until nothing is ready any more. */
void poll_watcher_settle(struct poll_watcher *watcher);

/* How many sources are watched. */
size_t poll_watcher_count(const struct poll_watcher *watcher);

#endif
