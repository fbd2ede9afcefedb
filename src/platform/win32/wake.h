/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A watch that threads post to which cannot be waited for when the owner closes it: the system's
 * own, and those of operations that are still being cancelled. Setting it does nothing then.
 */
#ifndef LP_PLATFORM_WIN32_WAKE_H
#define LP_PLATFORM_WIN32_WAKE_H

#include "platform/source.h"

struct lp_wake;

/* Has one reference, the owner's. NULL = failed, which was logged. */
struct lp_wake *lp_wake_new(struct lp_watcher *watcher, void (*on_wake)(void *arg), void *arg);

/* From any thread: on_wake is called on the owner's, once for all sets before it begins. */
void lp_wake_set(struct lp_wake *wake);

struct lp_wake *lp_wake_ref(struct lp_wake *wake);
void lp_wake_unref(struct lp_wake *wake);

/* On the owner's thread, also from within on_wake: it is not called any more. NULL is allowed. */
void lp_wake_close(struct lp_wake *wake);

#endif
