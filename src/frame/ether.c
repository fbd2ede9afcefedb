/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/ether.h"

#include <string.h>

#define ETHERTYPE (2 * LP_MAC_LEN)

enum lp_err lp_ether_parse(const uint8_t *frame, size_t len, struct lp_ether *ether)
{
	if (len < LP_ETHER_HEADER_LEN)
		return LP_ERR_TRUNCATED;
	memcpy(ether->dst.octet, frame, LP_MAC_LEN);
	memcpy(ether->src.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
	ether->ethertype = (uint16_t)(frame[12] << 8 | frame[13]);
	return LP_OK;
}

bool lp_ether_is_tag(uint16_t ethertype)
{
	switch (ethertype) {
	case 0x8100: /* 802.1Q; VLAN 0 is a priority tag, which hosts strip: no exception */
	case 0x88a8: /* 802.1ad */
	case 0x9100: /* its forerunners */
	case 0x9200:
	case 0x9300:
		return true;
	default:
		return false;
	}
}

size_t lp_ether_skip_tags(const uint8_t *frame, size_t len, uint16_t *ethertype)
{
	size_t at = LP_ETHER_HEADER_LEN;

	if (len < at)
		return 0;
	*ethertype = (uint16_t)(frame[12] << 8 | frame[13]);
	while (lp_ether_is_tag(*ethertype) && len - at >= LP_ETHER_TAG_LEN) {
		*ethertype = (uint16_t)(frame[at + 2] << 8 | frame[at + 3]);
		at += LP_ETHER_TAG_LEN;
	}
	return at;
}

/* Is there a whole tag of VLAN 0 at frame[at], with an ethertype behind it? */
static bool is_priority_tag(const uint8_t *frame, size_t len, size_t at)
{
	return len - at >= LP_ETHER_TAG_LEN + 2 &&
	       ((frame[at] == 0x81 && frame[at + 1] == 0x00) ||
		(frame[at] == 0x88 && frame[at + 1] == 0xa8)) &&
	       (frame[at + 2] & 0x0f) == 0 && frame[at + 3] == 0;
}

size_t lp_ether_strip_priority(uint8_t *frame, size_t len)
{
	size_t at = ETHERTYPE;

	if (len < LP_ETHER_HEADER_LEN)
		return len;
	while (is_priority_tag(frame, len, at))
		at += LP_ETHER_TAG_LEN;
	if (at == ETHERTYPE)
		return len;
	memmove(frame + ETHERTYPE, frame + at, len - at);
	return len - (at - ETHERTYPE);
}
