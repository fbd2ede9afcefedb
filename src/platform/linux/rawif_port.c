/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/rawif_port.h"

#include "base/mem.h"
#include "frame/ether.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (4 * 1024 * 1024)

/*
 * A slot holds what one message brings: the virtio_net_hdr ends where the frame begins, so that a
 * VLAN tag finds room in front of the frame when the header has been read. The odd number of cache
 * lines keeps the slots' beginnings apart in the cache.
 */
#define SLOT_FRAME 16
#define SLOT_LEN   (65536 + 2048 + 64)

static void prepare_messages(struct lp_rawif_port *port, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct msghdr *header = &port->message[i].msg_hdr;

		port->iov[i].iov_base =
			port->slots + i * SLOT_LEN + SLOT_FRAME - LP_VNET_HEADER_LEN;
		port->iov[i].iov_len = SLOT_LEN - SLOT_FRAME;
		header->msg_iov = &port->iov[i];
		header->msg_iovlen = 1;
		header->msg_control = &port->control[i];
		header->msg_controllen = sizeof(port->control[i]);
	}
}

int lp_rawif_port_open(struct lp_rawif_port *port)
{
	/* Protocol 0: nothing is received until the filter is there and bind() says what. */
	port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return port->fd >= 0 ? 0 : errno;
}

int lp_rawif_port_set_filter(const struct lp_rawif_port *port, struct sock_filter *program,
			     size_t insn_count)
{
	struct sock_fprog filter = {.len = (unsigned short)insn_count, .filter = program};

	return setsockopt(port->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0
		       ? 0
		       : errno;
}

/* CAP_NET_ADMIN may go beyond the system's limit; without it we get what the limit lets. */
static void set_buffer(int fd, int forced, int plain)
{
	int size = BUFFER_SIZE;

	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, plain, &size, sizeof(size));
}

int lp_rawif_port_bind(struct lp_rawif_port *port, uint32_t ifindex, struct lp_rawif_stats *stats)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)ifindex,
	};
	int on = 1;

	set_buffer(port->fd, SO_RCVBUFFORCE, SO_RCVBUF);
	set_buffer(port->fd, SO_SNDBUFFORCE, SO_SNDBUF);
	if (setsockopt(port->fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0 ||
	    setsockopt(port->fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0 ||
	    bind(port->fd, (const void *)&address, sizeof(address)) < 0)
		return errno;
	port->slots = lp_alloc_array(LP_RAWIF_BATCH, SLOT_LEN);
	prepare_messages(port, LP_RAWIF_BATCH);
	port->rx.stats = stats;
	return 0;
}

int lp_rawif_port_make_promiscuous(const struct lp_rawif_port *port, uint32_t ifindex)
{
	struct packet_mreq request = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_PROMISC};

	return setsockopt(port->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request)) ==
			       0
		       ? 0
		       : errno;
}

void lp_rawif_port_close(struct lp_rawif_port *port)
{
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
	free(port->slots);
	port->slots = NULL;
}

/* ENETDOWN is told once, when the NIC is set down: nothing comes until it is up again. */
static bool is_harmless(int error)
{
	return error == EAGAIN || error == EINVAL || error == EINTR || error == ENETDOWN;
}

/* Reads the next messages into the slots; all earlier ones are taken. */
static int read_messages(struct lp_rawif_port *port)
{
	int n = -1;
	int error = 0;

	prepare_messages(port, port->used_count);
	port->used_count = 0;
	port->message_count = 0;
	port->message_at = 0;
	/* EINVAL is a GSO frame that this kernel cannot express; it is off the queue by then. */
	for (int tries = 0; tries < LP_RAWIF_BATCH; tries++) {
		n = recvmmsg(port->fd, port->message, LP_RAWIF_BATCH, MSG_DONTWAIT, NULL);
		error = n < 0 ? errno : 0;
		if (error == EINVAL)
			port->rx.stats->unsplittable++;
		else if (error != EINTR)
			break;
	}
	port->is_dry = n < LP_RAWIF_BATCH;
	if (n < 0)
		return is_harmless(error) ? 0 : error;
	port->used_count = (size_t)n;
	port->message_count = (size_t)n;
	return 0;
}

static const struct tpacket_auxdata *auxdata_of(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			return (const void *)CMSG_DATA(c);
	}
	return NULL;
}

/*
 * Puts the tag that the kernel took out back in front of the ethertype: without it a frame of a
 * tagged VLAN would pass for an untagged one.
 */
static uint8_t *restore_tag(uint8_t *frame, size_t *len, const struct tpacket_auxdata *aux,
			    struct lp_offload *offload)
{
	uint16_t tpid = ETH_P_8021Q;
	uint8_t *tag;

	if (!aux || (aux->tp_status & TP_STATUS_VLAN_VALID) == 0)
		return frame;
	if ((aux->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0)
		tpid = aux->tp_vlan_tpid;
	memmove(frame - LP_ETHER_TAG_LEN, frame, 2 * LP_MAC_LEN);
	frame -= LP_ETHER_TAG_LEN;
	tag = frame + 2 * LP_MAC_LEN;
	tag[0] = (uint8_t)(tpid >> 8);
	tag[1] = (uint8_t)tpid;
	tag[2] = (uint8_t)(aux->tp_vlan_tci >> 8);
	tag[3] = (uint8_t)aux->tp_vlan_tci;
	*len += LP_ETHER_TAG_LEN;
	offload->checksum_start = (uint16_t)(offload->checksum_start + LP_ETHER_TAG_LEN);
	return frame;
}

static void give(struct lp_framedev_rx *out, const uint8_t *frame, size_t len)
{
	out->len = len;
	out->is_cut = len > out->cap;
	memcpy(out->data, frame, LP_MIN(len, out->cap));
}

/* Takes the next message: a frame for the caller, or a GSO frame to be cut, or nothing. */
static void take_message(struct lp_rawif_port *port, struct lp_framedev_rx *rx, size_t *got)
{
	size_t index = port->message_at++;
	struct mmsghdr *message = &port->message[index];
	uint8_t *frame = port->slots + index * SLOT_LEN + SLOT_FRAME;
	struct virtio_net_hdr header;
	struct lp_offload offload;

	if (message->msg_len < sizeof(header) + LP_ETHER_HEADER_LEN)
		return;
	size_t len = message->msg_len - sizeof(header);

	if (port->macs && !lp_rawif_macs_match(port->macs, frame))
		return;
	memcpy(&header, frame - sizeof(header), sizeof(header));
	if (!lp_vnet_read_header(&header, &offload) ||
	    (message->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
		port->rx.stats->unsplittable++;
		return;
	}
	frame = restore_tag(frame, &len, auxdata_of(&message->msg_hdr), &offload);
	if (lp_vnet_rx_begin(&port->rx, frame, len, &offload) == LP_OK)
		give(&rx[(*got)++], frame, len);
}

int lp_rawif_port_take(struct lp_rawif_port *port, struct lp_framedev_rx *rx, size_t rx_count,
		       size_t *got)
{
	for (;;) {
		lp_vnet_rx_take(&port->rx, rx, rx_count, got);
		while (*got < rx_count && port->message_at < port->message_count) {
			take_message(port, rx, got);
			lp_vnet_rx_take(&port->rx, rx, rx_count, got);
		}
		if (*got == rx_count || port->is_dry)
			return 0;
		int error = read_messages(port);

		if (error != 0)
			return error;
	}
}

bool lp_rawif_port_has_more(const struct lp_rawif_port *port)
{
	return port->rx.is_cutting || port->message_at < port->message_count;
}
