/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Frames from and to a TAP-Windows6 handle, overlapped: several reads are always pending, what they
 * bring waits in a ring for the loop.
 */
#ifndef LP_PLATFORM_WIN32_TAP_IO_H
#define LP_PLATFORM_WIN32_TAP_IO_H

#include "platform/framedev.h"

#include <windows.h>

struct lp_tap_io;

/* Takes the handle, on success. `name` is for the log. */
enum lp_err lp_tap_io_new(HANDLE handle, const char *name, struct lp_tap_io **out) LP_MUST_CHECK;

/* The four of struct lp_framedev_ops. */
enum lp_err lp_tap_io_start(struct lp_tap_io *io, struct lp_watcher *watcher,
			    void (*on_ready)(void *arg), void *arg);
enum lp_err lp_tap_io_recv(struct lp_tap_io *io, struct lp_framedev_rx *rx, size_t rx_count,
			   size_t *got);
enum lp_err lp_tap_io_send(struct lp_tap_io *io, const struct lp_framedev_tx *tx, size_t tx_count,
			   struct lp_framedev_sent *sent);
void lp_tap_io_close(struct lp_tap_io *io);

#endif
