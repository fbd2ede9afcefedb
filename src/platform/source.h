/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * How a device wakes its owner. Devices are sources, not descriptors: what the operating system's
 * handle is stays between the device and the watcher.
 *
 * loop/ implements the watcher over libevent; the simulator has one in memory.
 */
#ifndef LP_PLATFORM_SOURCE_H
#define LP_PLATFORM_SOURCE_H

#include <stdint.h>

struct lp_watch; /* one handle being watched; opaque to devices */

struct lp_watcher {
	/*
	 * Calls on_ready(arg) on the owner's thread whenever the handle (descriptor, SOCKET) can be
	 * read. Level-triggered: called again on the next turn while there is still something. NULL
	 * = failed.
	 */
	struct lp_watch *(*add)(struct lp_watcher *watcher, intptr_t os_handle,
				void (*on_ready)(void *arg), void *arg);
	/* Stops it; safe from inside on_ready. Gives up the watch, not the handle. */
	void (*remove)(struct lp_watcher *watcher, struct lp_watch *watch);
};

#endif
