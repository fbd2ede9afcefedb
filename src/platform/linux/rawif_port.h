/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * One AF_PACKET socket of a NIC, and the frames that were read from it in a batch.
 */
#ifndef LP_PLATFORM_LINUX_RAWIF_PORT_H
#define LP_PLATFORM_LINUX_RAWIF_PORT_H

#include "platform/linux/rawif_filter.h"
#include "platform/linux/vnet.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#define LP_RAWIF_BATCH 64

struct lp_rawif_port {
	int fd; /* -1 if it is not open */
	struct lp_watch *watch;
	const struct lp_rawif_macs *macs; /* what unicast is for; NULL: takes all */
	uint8_t *slots;			  /* LP_RAWIF_BATCH of them, mapped as they are touched */
	struct mmsghdr message[LP_RAWIF_BATCH];
	struct iovec iov[LP_RAWIF_BATCH];
	union {
		struct cmsghdr align;
		uint8_t data[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control[LP_RAWIF_BATCH];
	size_t used_count;    /* messages that the last read wrote to */
	size_t message_count; /* read … */
	size_t message_at;    /* … and taken so far */
	bool is_dry;	      /* the last read found the end of the queue */
	struct lp_vnet_rx rx;
};

/* Makes the socket, which receives nothing yet. Returns 0 or an errno, like the next three. */
int lp_rawif_port_open(struct lp_rawif_port *port);

/* Replaces the filter at once. */
int lp_rawif_port_set_filter(const struct lp_rawif_port *port, struct sock_filter *program,
			     size_t insn_count);

/* From here on frames of the interface are received. `stats` is kept. */
int lp_rawif_port_bind(struct lp_rawif_port *port, uint32_t ifindex, struct lp_rawif_stats *stats);

/* By membership, which goes away with the socket; a flag of the interface would stay behind. */
int lp_rawif_port_make_promiscuous(const struct lp_rawif_port *port, uint32_t ifindex);

void lp_rawif_port_close(struct lp_rawif_port *port);

/*
 * Returns frames, counting up *got, until it is rx_count or there are no more (port->is_dry).
 * Returns 0 or an errno of a broken socket.
 */
int lp_rawif_port_take(struct lp_rawif_port *port, struct lp_framedev_rx *rx, size_t rx_count,
		       size_t *got);

/* Is there something read that is not yet taken? */
bool lp_rawif_port_has_more(const struct lp_rawif_port *port);

#endif
