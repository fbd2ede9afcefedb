/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/gso_frame.h"

#include "base/mem.h"
#include "frame/checksum.h"
#include "frame/ether.h"

#include <string.h>

#define ETHERTYPE_IP4	 0x0800
#define ETHERTYPE_IP6	 0x86dd
#define ETHERTYPE_CTAG	 0x8100
#define ETHERTYPE_STAG	 0x88a8
#define VLAN_TAGS_MAX	 2
#define IP4_HEADER_MIN	 20
#define IP6_HEADER_LEN	 40
#define IP6_EXTENSIONS	 8 /* a sender's own kernel makes at most three */
#define PROTOCOL_TCP	 6
#define PROTOCOL_UDP	 17
#define TCP_HEADER_MIN	 20
#define TCP_CHECKSUM	 16
#define TCP_FLAGS	 13
#define TCP_FIN_PSH	 0x09
#define TCP_CWR		 0x80
#define UDP_HEADER_LEN	 8
#define UDP_CHECKSUM	 6
#define NEXT_HOP_BY_HOP	 0
#define NEXT_ROUTING	 43
#define NEXT_DESTINATION 60

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

enum lp_err lp_gso_frame_finish(uint8_t *frame, size_t len, const struct lp_offload *offload)
{
	size_t start = offload->checksum_start;

	if (!offload->needs_checksum)
		return LP_OK;
	size_t field = start + offload->checksum_offset;

	if (start > len || field + 2 > len)
		return LP_ERR_INVALID;
	/* The field itself is part of the sum: it holds that of the pseudo header. */
	lp_checksum_store_nonzero(frame + field, lp_checksum_add(0, frame + start, len - start));
	return LP_OK;
}

/* Finds the IP header behind the VLAN tags. */
static enum lp_err find_l3(struct lp_gso_frame *super)
{
	size_t at = 2 * LP_MAC_LEN;

	for (int tags = 0; at + 2 + IP4_HEADER_MIN <= super->len; tags++) {
		uint16_t ethertype = get16(super->frame + at);

		if (ethertype == ETHERTYPE_IP4 || ethertype == ETHERTYPE_IP6) {
			super->is_ip4 = ethertype == ETHERTYPE_IP4;
			super->l3 = at + 2;
			return LP_OK;
		}
		if ((ethertype != ETHERTYPE_CTAG && ethertype != ETHERTYPE_STAG) ||
		    tags == VLAN_TAGS_MAX)
			break;
		at += LP_ETHER_TAG_LEN;
	}
	return LP_ERR_INVALID;
}

static enum lp_err find_l4_ip4(struct lp_gso_frame *super)
{
	const uint8_t *ip = super->frame + super->l3;
	size_t ip_len = (size_t)(ip[0] & 0x0f) * 4;

	/* A fragment has no checksum of its own, so nothing could be cut from it. */
	if (ip[0] >> 4 != 4 || ip_len < IP4_HEADER_MIN || ip[9] != super->protocol ||
	    (get16(ip + 6) & 0x3fff) != 0)
		return LP_ERR_INVALID;
	super->l4 = super->l3 + ip_len;
	return LP_OK;
}

static enum lp_err find_l4_ip6(struct lp_gso_frame *super)
{
	const uint8_t *frame = super->frame;
	size_t at = super->l3 + IP6_HEADER_LEN;

	if (at > super->len || frame[super->l3] >> 4 != 6)
		return LP_ERR_INVALID;
	uint8_t next = frame[super->l3 + 6];

	for (int i = 0; i < IP6_EXTENSIONS; i++) {
		if (next == super->protocol) {
			super->l4 = at;
			return LP_OK;
		}
		bool is_extension =
			next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING || next == NEXT_DESTINATION;
		if (!is_extension || at + 8 > super->len)
			break;
		next = frame[at];
		at += ((size_t)frame[at + 1] + 1) * 8;
	}
	return LP_ERR_INVALID;
}

/* Finds where the payload starts. */
static enum lp_err find_payload(struct lp_gso_frame *super)
{
	size_t l4_len = UDP_HEADER_LEN;

	if (super->protocol == PROTOCOL_TCP) {
		if (super->l4 + TCP_HEADER_MIN > super->len)
			return LP_ERR_INVALID;
		l4_len = (size_t)(super->frame[super->l4 + 12] >> 4) * 4;
		if (l4_len < TCP_HEADER_MIN)
			return LP_ERR_INVALID;
	}
	super->header_len = super->l4 + l4_len;
	super->at = super->header_len;
	return super->header_len <= super->len ? LP_OK : LP_ERR_INVALID;
}

enum lp_err lp_gso_frame_open(struct lp_gso_frame *super, const uint8_t *frame, size_t len,
			      const struct lp_offload *offload)
{
	if (offload->gso == LP_GSO_NONE)
		return LP_ERR_UNSUPPORTED;
	*super = (struct lp_gso_frame){
		.frame = frame,
		.len = len,
		.segment_len = offload->segment_len,
		.protocol = offload->gso == LP_GSO_UDP ? PROTOCOL_UDP : PROTOCOL_TCP,
	};
	enum lp_err err = find_l3(super);

	if (err == LP_OK)
		err = super->is_ip4 ? find_l4_ip4(super) : find_l4_ip6(super);
	if (err == LP_OK)
		err = find_payload(super);
	if (err != LP_OK)
		return err;
	if (offload->segment_len == 0 || (offload->gso == LP_GSO_TCP4 && !super->is_ip4) ||
	    (offload->gso == LP_GSO_TCP6 && super->is_ip4) ||
	    (offload->needs_checksum && offload->checksum_start != super->l4))
		return LP_ERR_INVALID;
	/* UDP over IPv4 may go without a checksum (RFC 768); whoever asks for one gets it. */
	super->has_checksum = super->protocol == PROTOCOL_TCP || offload->needs_checksum ||
			      get16(frame + super->l4 + UDP_CHECKSUM) != 0;
	return LP_OK;
}

static void patch_ip(const struct lp_gso_frame *super, uint8_t *ip, size_t ip_len)
{
	if (!super->is_ip4) {
		put16(ip + 4, ip_len - IP6_HEADER_LEN);
		return;
	}
	put16(ip + 2, ip_len);
	put16(ip + 4, (size_t)get16(ip + 4) + super->index);
	put16(ip + 10, 0);
	lp_checksum_store(ip + 10, lp_checksum_add(0, ip, super->l4 - super->l3));
}

static void patch_tcp(const struct lp_gso_frame *super, uint8_t *tcp, bool is_last)
{
	uint32_t sequence = (uint32_t)get16(tcp + 4) << 16 | get16(tcp + 6);

	sequence += (uint32_t)(super->at - super->header_len);
	put16(tcp + 4, sequence >> 16);
	put16(tcp + 6, sequence);
	/* RFC 3168: CWR is said once; FIN and PSH mean the end of the data. */
	if (super->index > 0)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
	if (!is_last)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_FIN_PSH;
}

static void patch(const struct lp_gso_frame *super, uint8_t *out, size_t len, bool is_last)
{
	uint8_t *l4 = out + super->l4;
	size_t l4_len = len - super->l4;
	bool is_tcp = super->protocol == PROTOCOL_TCP;
	uint8_t *field = l4 + (is_tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
	uint64_t sum;

	patch_ip(super, out + super->l3, len - super->l3);
	if (is_tcp)
		patch_tcp(super, l4, is_last);
	else
		put16(l4 + 4, l4_len);
	if (!super->has_checksum)
		return;
	put16(field, 0);
	sum = lp_checksum_add_pseudo(0, out + super->l3, super->protocol, l4_len);
	sum = lp_checksum_add(sum, l4, l4_len);
	if (is_tcp)
		lp_checksum_store(field, sum);
	else
		lp_checksum_store_nonzero(field, sum);
}

bool lp_gso_frame_next(struct lp_gso_frame *super, uint8_t *out, size_t cap, size_t *len,
		       bool *is_cut)
{
	if (super->is_done)
		return false;
	size_t payload_len = LP_MIN((size_t)super->segment_len, super->len - super->at);
	size_t segment_end = super->header_len + payload_len;
	size_t header_part = LP_MIN(super->header_len, cap);
	size_t payload_part = LP_MIN(payload_len, cap - header_part);
	bool is_last = super->at + payload_len == super->len;

	memcpy(out, super->frame, header_part);
	memcpy(out + header_part, super->frame + super->at, payload_part);
	*len = segment_end;
	*is_cut = segment_end > cap;
	if (!*is_cut)
		patch(super, out, segment_end, is_last);
	super->at += payload_len;
	super->index++;
	super->is_done = is_last;
	return true;
}
