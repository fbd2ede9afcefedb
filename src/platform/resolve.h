/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Name resolution that never blocks the loop: a thread asks, the owner's thread hears.
 */
#ifndef LP_PLATFORM_RESOLVE_H
#define LP_PLATFORM_RESOLVE_H

#include "base/addr.h"
#include "base/err.h"
#include "platform/source.h"

#include <stddef.h>

#define LP_RESOLVE_MAX 8

struct lp_resolve;

/*
 * Resolves where->host (at once, still by callback, if it is a literal). on_done is called once on
 * the owner's thread with the addresses in the system's order of preference, ports set; err is
 * LP_OK, LP_ERR_NOT_FOUND (no such name) or LP_ERR_UNREACHABLE (no answer now).
 */
enum lp_err lp_resolve_start(const struct lp_hostport *where, struct lp_watcher *watcher,
			     void (*on_done)(void *arg, enum lp_err err,
					     const struct lp_addr *addrs, size_t addr_count),
			     void *arg, struct lp_resolve **out) LP_MUST_CHECK;

/* Gives up on it (before or after on_done); frees. Never waits for the thread. */
void lp_resolve_cancel(struct lp_resolve *resolve);

#endif
