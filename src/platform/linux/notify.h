/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * sd_notify(3) spoken directly: one datagram of NAME=value lines to the socket in NOTIFY_SOCKET. It
 * saves a library for thirty lines, and any service manager may speak it.
 */
#ifndef LP_PLATFORM_LINUX_NOTIFY_H
#define LP_PLATFORM_LINUX_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>

#define LP_NOTIFY_FDS_MAX 64

/* Does somebody listen? */
bool lp_notify_is_heard(void);
/*
 * Sends text, and with it descriptors, which the caller keeps. Never waits; complains once in a
 * while when it fails. Returns false if nobody was told.
 */
bool lp_notify_send(const char *text, const int *fds, size_t fd_count);
/* Waits until all that was sent before has been handled, `wait_ms` at the most. */
void lp_notify_wait(int wait_ms);

#endif
