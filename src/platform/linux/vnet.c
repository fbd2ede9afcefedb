/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/vnet.h"

#include "base/mem.h"
#include "frame/ether.h"

#include <assert.h>
#include <string.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5 /* Linux 6.2 */
#endif

bool lp_vnet_read_header(const struct virtio_net_hdr *header, struct lp_offload *offload)
{
	*offload = (struct lp_offload){
		.segment_len = header->gso_size,
		.needs_checksum = (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0,
		.checksum_start = header->csum_start,
		.checksum_offset = header->csum_offset,
	};
	switch (header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
	case VIRTIO_NET_HDR_GSO_NONE:
		offload->gso = LP_GSO_NONE;
		return true;
	case VIRTIO_NET_HDR_GSO_TCPV4:
		offload->gso = LP_GSO_TCP4;
		return true;
	case VIRTIO_NET_HDR_GSO_TCPV6:
		offload->gso = LP_GSO_TCP6;
		return true;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		offload->gso = LP_GSO_UDP;
		return true;
	default:
		return false;
	}
}

/*
 * All zero for an ordinary frame: nothing is claimed about a checksum that came from far away, the
 * receiver looks at it.
 */
static void write_header(struct virtio_net_hdr *header, const struct lp_gro_packet *packet)
{
	const struct lp_offload *offload = &packet->offload;

	*header = (struct virtio_net_hdr){0};
	if (offload->gso == LP_GSO_NONE)
		return;
	header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	header->gso_type =
		offload->gso == LP_GSO_TCP4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
	header->hdr_len = (uint16_t)packet->header_len;
	header->gso_size = offload->segment_len;
	header->csum_start = offload->checksum_start;
	header->csum_offset = offload->checksum_offset;
}

void lp_vnet_rx_take(struct lp_vnet_rx *vnet, struct lp_framedev_rx *rx, size_t rx_count,
		     size_t *got)
{
	while (vnet->is_cutting && *got < rx_count) {
		struct lp_framedev_rx *out = &rx[*got];

		if (!lp_gso_frame_next(&vnet->super, out->data, out->cap, &out->len,
				       &out->is_cut)) {
			vnet->is_cutting = false;
			return;
		}
		vnet->stats->segments++;
		(*got)++;
	}
	if (vnet->super.is_done)
		vnet->is_cutting = false;
}

enum lp_err lp_vnet_rx_begin(struct lp_vnet_rx *vnet, uint8_t *frame, size_t len,
			     const struct lp_offload *offload)
{
	enum lp_err err;

	if (offload->gso == LP_GSO_NONE) {
		err = lp_gso_frame_finish(frame, len, offload);
		if (err == LP_OK && offload->needs_checksum)
			vnet->stats->checksums++;
	} else {
		err = lp_gso_frame_open(&vnet->super, frame, len, offload);
		if (err == LP_OK) {
			vnet->is_cutting = true;
			vnet->stats->super_frames++;
			return LP_ERR_AGAIN;
		}
	}
	if (err != LP_OK)
		vnet->stats->unsplittable++;
	return err;
}

static void add_iov(struct lp_vnet_tx *vnet, const void *data, size_t len)
{
	/* The kernel only reads it: struct iovec has no const. */
	vnet->iov[vnet->iov_count++] =
		(struct iovec){.iov_base = (void *)(uintptr_t)data, .iov_len = len};
}

static void gather(struct lp_vnet_tx *vnet, size_t index, size_t pad_len)
{
	static const uint8_t zeros[64];
	const struct lp_gro *plan = &vnet->plan;
	const struct lp_gro_packet *packet = &plan->packet[index];
	uint8_t frame = packet->first;

	assert(pad_len <= sizeof(zeros));
	write_header(&vnet->header[index], packet);
	vnet->iov_first[index] = vnet->iov_count;
	add_iov(vnet, &vnet->header[index], LP_VNET_HEADER_LEN);
	if (packet->header_len > 0)
		add_iov(vnet, packet->header, packet->header_len);
	for (size_t i = 0; i < packet->frame_count; i++) {
		const struct lp_gro_segment *segment = &plan->segment[frame];

		add_iov(vnet, segment->frame + packet->header_len,
			segment->len - packet->header_len);
		if (i + 1 < packet->frame_count)
			frame = plan->next[frame];
	}
	/* What is no frame is not made to look like one; the device refuses it. */
	if (packet->len < pad_len && packet->len >= LP_ETHER_HEADER_LEN)
		add_iov(vnet, zeros, pad_len - packet->len);
	vnet->iov_len[index] = vnet->iov_count - vnet->iov_first[index];
}

void lp_vnet_tx_plan(struct lp_vnet_tx *vnet, const struct lp_framedev_tx *tx, size_t tx_count,
		     size_t frame_max, size_t pad_len)
{
	assert(tx_count <= LP_GRO_FRAMES);
	lp_gro_begin(&vnet->plan, frame_max);
	for (size_t i = 0; i < tx_count; i++) {
		if (frame_max > 0 && tx_count > 1)
			lp_gro_add(&vnet->plan, tx[i].data, tx[i].len);
		else
			lp_gro_add_alone(&vnet->plan, tx[i].data, tx[i].len);
	}
	lp_gro_end(&vnet->plan);
	vnet->iov_count = 0;
	for (size_t i = 0; i < vnet->plan.packet_count; i++)
		gather(vnet, i, pad_len);
}

void lp_vnet_tx_add_sent(const struct lp_vnet_tx *vnet, size_t packet,
			 struct lp_framedev_sent *sent)
{
	const struct lp_gro_packet *p = &vnet->plan.packet[packet];

	sent->frames += p->frame_count;
	sent->bytes += p->len + (p->frame_count - 1U) * p->header_len;
}
