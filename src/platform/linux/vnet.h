/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What TAP and AF_PACKET have in common: frames with a virtio_net_hdr in front, GSO frames on the
 * way in (cut) and out (joined).
 */
#ifndef LP_PLATFORM_LINUX_VNET_H
#define LP_PLATFORM_LINUX_VNET_H

#include "frame/gro.h"
#include "frame/gso_frame.h"
#include "platform/framedev.h"
#include "platform/rawif.h"

#include <linux/virtio_net.h>
#include <sys/uio.h>

/* The longest frame that these devices hand over, and its header. */
#define LP_VNET_HEADER_LEN sizeof(struct virtio_net_hdr)
#define LP_VNET_FRAME_MAX  (65536 + 32)

/* False: a kind of GSO frame that is not known here. */
bool lp_vnet_read_header(const struct virtio_net_hdr *header, struct lp_offload *offload);

/* Frames on the way in. Zero-initialised is empty. */
struct lp_vnet_rx {
	struct lp_gso_frame super;
	bool is_cutting;
	struct lp_rawif_stats *stats; /* borrowed */
};

/* Returns the next segments of the GSO frame in hand; *got is counted up. */
void lp_vnet_rx_take(struct lp_vnet_rx *vnet, struct lp_framedev_rx *rx, size_t rx_count,
		     size_t *got);

/*
 * Looks at a frame that was read: LP_OK, an ordinary one, checksum completed; LP_ERR_AGAIN, a
 * GSO frame, take its segments (frame is borrowed until all are taken); LP_ERR_INVALID, neither.
 */
enum lp_err lp_vnet_rx_begin(struct lp_vnet_rx *vnet, uint8_t *frame, size_t len,
			     const struct lp_offload *offload) LP_MUST_CHECK;

/* What became of a frame of a batch. */

/* Frames on the way out: LP_GRO_FRAMES at the most, as packets to write. */
struct lp_vnet_tx {
	struct lp_gro plan;
	struct virtio_net_hdr header[LP_GRO_FRAMES];
	struct iovec iov[3 * LP_GRO_FRAMES];
	size_t iov_count;
	size_t iov_first[LP_GRO_FRAMES];
	size_t iov_len[LP_GRO_FRAMES];
};

/*
 * Plans tx[tx_count]: packet i of plan.packet_count is iov[iov_first[i]], iov_len[i] of them.
 * Frames are borrowed; those up to frame_max may be joined (0 = none), short ones are padded to
 * pad_len.
 */
void lp_vnet_tx_plan(struct lp_vnet_tx *vnet, const struct lp_framedev_tx *tx, size_t tx_count,
		     size_t frame_max, size_t pad_len);

/* Adds the frames of a packet that went to *sent. */
void lp_vnet_tx_add_sent(const struct lp_vnet_tx *vnet, size_t packet,
			 struct lp_framedev_sent *sent);

#endif
