/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/win32/wake.h"

#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <windows.h>

struct lp_wake {
	atomic_int ref_count;
	SRWLOCK lock; /* the watch is there while it is held */
	struct lp_watcher *watcher;
	struct lp_watch *watch; /* NULL = closed by the owner */
};

struct lp_wake *lp_wake_new(struct lp_watcher *watcher, void (*on_wake)(void *arg), void *arg)
{
	struct lp_wake *wake = lp_alloc(sizeof(*wake));

	atomic_init(&wake->ref_count, 1);
	InitializeSRWLock(&wake->lock);
	wake->watcher = watcher;
	wake->watch = watcher->add(watcher, LP_NO_HANDLE, on_wake, arg);
	if (wake->watch)
		return wake;
	lp_wake_unref(wake);
	return NULL;
}

void lp_wake_set(struct lp_wake *wake)
{
	AcquireSRWLockShared(&wake->lock);
	if (wake->watch)
		wake->watcher->post(wake->watcher, wake->watch);
	ReleaseSRWLockShared(&wake->lock);
}

struct lp_wake *lp_wake_ref(struct lp_wake *wake)
{
	atomic_fetch_add(&wake->ref_count, 1);
	return wake;
}

void lp_wake_unref(struct lp_wake *wake)
{
	if (atomic_fetch_sub(&wake->ref_count, 1) == 1)
		free(wake);
}

void lp_wake_close(struct lp_wake *wake)
{
	struct lp_watch *watch;

	if (!wake)
		return;
	AcquireSRWLockExclusive(&wake->lock);
	watch = wake->watch;
	wake->watch = NULL;
	ReleaseSRWLockExclusive(&wake->lock);
	wake->watcher->remove(wake->watcher, watch);
	lp_wake_unref(wake);
}
