/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "poll_watcher.h"

#include "base/mem.h"

#include <poll.h>
#include <stdlib.h>

static struct lp_watch *add(struct lp_watcher *base, intptr_t handle, void (*on_ready)(void *arg),
			    void *arg)
{
	struct poll_watcher *watcher = (struct poll_watcher *)base;

	for (size_t i = 0; i < POLL_WATCHER_MAX; i++) {
		struct lp_watch *watch = watcher->watches[i];

		if (watch)
			continue;
		watch = lp_alloc(sizeof(*watch));
		watch->handle = handle;
		watch->on_ready = on_ready;
		watch->arg = arg;
		watcher->watches[i] = watch;
		return watch;
	}
	return NULL;
}

static void remove_watch(struct lp_watcher *base, struct lp_watch *watch)
{
	struct poll_watcher *watcher = (struct poll_watcher *)base;

	for (size_t i = 0; i < POLL_WATCHER_MAX; i++) {
		if (watcher->watches[i] == watch) {
			watcher->watches[i] = NULL;
			free(watch);
			return;
		}
	}
	/* A watch that was never added, or is removed twice. */
	abort();
}

static void post(struct lp_watcher *base, struct lp_watch *watch)
{
	(void)base;
	atomic_store(&watch->is_posted, true);
}

void poll_watcher_init(struct poll_watcher *watcher)
{
	*watcher = (struct poll_watcher){
		.base = {.add = add, .remove = remove_watch, .post = post},
	};
}

/* One look at the handles, which posts do not interrupt. */
static int look(struct poll_watcher *watcher, int timeout_ms)
{
	struct pollfd fds[POLL_WATCHER_MAX];
	struct lp_watch *watches[POLL_WATCHER_MAX];
	nfds_t count = 0;
	int called = 0;

	for (size_t i = 0; i < POLL_WATCHER_MAX; i++) {
		if (!watcher->watches[i])
			continue;
		watches[count] = watcher->watches[i];
		fds[count] = (struct pollfd){.fd = (int)watches[count]->handle, .events = POLLIN};
		count++;
	}
	if (poll(fds, count, timeout_ms) < 0)
		return 0;
	for (nfds_t i = 0; i < count; i++) {
		/* One callback may remove what another one was about to hear of. */
		for (size_t j = 0; j < POLL_WATCHER_MAX; j++) {
			if (!watcher->watches[j] || watcher->watches[j] != watches[i])
				continue;
			if (atomic_exchange(&watches[i]->is_posted, false) || fds[i].revents) {
				watches[i]->on_ready(watches[i]->arg);
				called++;
			}
			break;
		}
	}
	return called;
}

int poll_watcher_turn(struct poll_watcher *watcher, int timeout_ms)
{
	int called = look(watcher, 0);

	for (int ms = 0; called == 0 && ms < timeout_ms; ms++)
		called = look(watcher, 1);
	return called;
}

void poll_watcher_settle(struct poll_watcher *watcher)
{
	while (poll_watcher_turn(watcher, 0))
		;
}

size_t poll_watcher_count(const struct poll_watcher *watcher)
{
	size_t count = 0;

	for (size_t i = 0; i < POLL_WATCHER_MAX; i++)
		count += watcher->watches[i] != NULL;
	return count;
}
