/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * How a device wakes its owner. Devices are sources, not descriptors: what the operating system's
 * handle is stays between the device and the watcher, and a device with a thread of its own needs
 * none.
 *
 * loop/ implements the watcher over libevent; the unit tests have one over poll(2).
 */
#ifndef LP_PLATFORM_SOURCE_H
#define LP_PLATFORM_SOURCE_H

#include <stdint.h>

#define LP_NO_HANDLE ((intptr_t)-1)

struct lp_watch; /* one source being watched; opaque to devices */

/* All but post is for the owner's thread alone. */
struct lp_watcher {
	/*
	 * Calls on_ready(arg) on the owner's thread whenever the handle (descriptor, SOCKET) can be
	 * read. Level-triggered: called again on the next turn while there is still something.
	 * LP_NO_HANDLE: called only when posted. NULL = failed, which was logged.
	 */
	struct lp_watch *(*add)(struct lp_watcher *watcher, intptr_t os_handle,
				void (*on_ready)(void *arg), void *arg);
	/*
	 * Stops it; safe from inside on_ready. Gives up the watch, not the handle. Once it returns,
	 * on_ready is not called any more, whatever was posted before.
	 */
	void (*remove)(struct lp_watcher *watcher, struct lp_watch *watch);
	/*
	 * Makes a watch ready once: on_ready(arg) is called on the owner's thread, never from
	 * inside this call, and sees what the caller wrote before it. From any thread, the owner's
	 * included, which then does not sleep before its next turn.
	 *
	 * It neither waits nor allocates nor fails. A watch that is ready already stays so: however
	 * often it is posted before on_ready begins, on_ready is called once; what is posted after
	 * that calls it again, on a later turn. Watches are called in the order in which they
	 * became ready. Nothing is called once the owner's loop has ended.
	 *
	 * The watch must still be there: before the device removes it, its threads have ended, or
	 * have been told so under a lock that they hold while they post.
	 */
	void (*post)(struct lp_watcher *watcher, struct lp_watch *watch);
};

#endif
