/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A device that Ethernet frames come from and go to: a TAP, a wired NIC, the simulator's switch.
 * The two ends of the way of a frame.
 */
#ifndef LP_PLATFORM_FRAMEDEV_H
#define LP_PLATFORM_FRAMEDEV_H

#include "base/err.h"
#include "platform/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_framedev_rx {
	uint8_t *data; /* the caller's buffer … */
	size_t cap;    /* … of this size; the device fills it and sets the rest */
	size_t len;    /* of the frame, which may be longer … */
	bool is_cut;   /* … than cap: its end is lost */
};

struct lp_framedev_tx {
	const uint8_t *data;
	size_t len;
};

/* What a device took of a batch. */
struct lp_framedev_sent {
	size_t frames;
	size_t bytes; /* of those frames */
};

struct lp_framedev;

struct lp_framedev_ops {
	/* Calls on_ready(arg) when there may be frames. Once. */
	enum lp_err (*start)(struct lp_framedev *dev, struct lp_watcher *watcher,
			     void (*on_ready)(void *arg), void *arg);
	/*
	 * Reads up to rx_count frames without waiting; *got is how many. LP_ERR_AGAIN when there is
	 * none; any other error: the device is broken or gone (close it, open it anew later).
	 * LP_OK with *got < rx_count means that there is nothing more right now.
	 */
	enum lp_err (*recv_batch)(struct lp_framedev *dev, struct lp_framedev_rx *rx,
				  size_t rx_count, size_t *got);
	/*
	 * Writes frames without waiting; *sent is what went, even on failure. The others are lost:
	 * the device refused them or, with LP_ERR_AGAIN, has no room. Any other error: it is broken
	 * or gone. What is given together may go together (frame/gro.h), so give all there is.
	 */
	enum lp_err (*send_batch)(struct lp_framedev *dev, const struct lp_framedev_tx *tx,
				  size_t tx_count, struct lp_framedev_sent *sent);
	/* Stops, closes, frees. */
	void (*close)(struct lp_framedev *dev);
};

/* First member of every device. */
struct lp_framedev {
	const struct lp_framedev_ops *ops;
};

#endif
