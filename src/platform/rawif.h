/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Raw access to a wired NIC: the hall's end of the tunnel. Linux: AF_PACKET.
 *
 * recv_batch gives ordinary frames: GSO frames of offloading NICs are split, unfinished checksums
 * completed, VLAN tags that the kernel stripped put back. Frames sent through the same device are
 * not read back; those of the host itself are.
 */
#ifndef LP_PLATFORM_RAWIF_H
#define LP_PLATFORM_RAWIF_H

#include "base/err.h"
#include "frame/mac.h"
#include "platform/framedev.h"

struct lp_rawif_info {
	uint32_t ifindex;
	struct lp_mac mac;
	uint32_t mtu;
	bool is_ethernet;	  /* else it has no MAC */
	bool is_up;		  /* in use, as the admin wants it … */
	bool has_carrier;	  /* … and plugged in */
	uint32_t carrier_changes; /* so far; tells of those between two looks */
};

/* What the device saw and the kernel did, beside the frames it gave. */
struct lp_rawif_stats {
	uint64_t super_frames; /* split … */
	uint64_t segments;     /* … into so many */
	uint64_t checksums;    /* completed */
	uint64_t unsplittable; /* GSO frames that could not be expressed or split */
	uint64_t kernel_drops; /* PACKET_STATISTICS */
};

/*
 * Opens the NIC promiscuously (by socket membership, gone with the process). Refuses Wi-Fi
 * (LP_ERR_UNSUPPORTED), a NIC without carrier (LP_ERR_UNREACHABLE), an unknown one
 * (LP_ERR_NOT_FOUND), missing privilege (LP_ERR_PERMISSION): each logged as one sentence with the
 * remedy. Close with ops->close.
 *
 * What is sent goes out by the cable only: this machine does not hear it, whether the interface is
 * a card or a bridge. It does if the interface is one end of a veth pair whose other end is a port
 * of the bridge that has the machine's address (contrib/gateway-host).
 */
enum lp_err lp_rawif_open(const char *interface, struct lp_framedev **out) LP_MUST_CHECK;

/*
 * The NIC as it is now, whatever its name is by now. Without carrier the device lives on: frames
 * for it are lost or refused, and it goes on when the carrier is back. LP_ERR_NOT_FOUND: the NIC is
 * gone, and recv_batch will say so. Call it when something may have changed: a new MTU is taken
 * from here.
 */
enum lp_err lp_rawif_query(struct lp_framedev *rawif, struct lp_rawif_info *info) LP_MUST_CHECK;

/* An interface that is not open, by its name; logs nothing. LP_ERR_NOT_FOUND: there is none. */
enum lp_err lp_rawif_probe(const char *interface, struct lp_rawif_info *info) LP_MUST_CHECK;

/*
 * Which unicast frames are worth waking up for: destination or source among these remote MACs.
 * Multicast always passes. Replaces the kernel filter at once; without a call only multicast
 * passes.
 */
enum lp_err lp_rawif_set_remote_macs(struct lp_framedev *rawif, const struct lp_mac *macs,
				     size_t mac_count) LP_MUST_CHECK;

void lp_rawif_read_stats(struct lp_framedev *rawif, struct lp_rawif_stats *stats);

#endif
