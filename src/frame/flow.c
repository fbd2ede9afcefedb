/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/flow.h"

#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd

#define PROTOCOL_UDP   17
#define PROTOCOL_ICMP6 58

#define IP4_HEADER_MIN	20
#define IP4_OFFSET_MASK 0x1fff
#define IP6_HEADER_LEN	40

static uint16_t u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* What tells flows of the same protocol apart, at packet[at]. */
static uint16_t detail(uint8_t protocol, const uint8_t *packet, size_t len, size_t at)
{
	if (len < at + 4)
		return 0;
	if (protocol == PROTOCOL_UDP)
		return u16(packet + at + 2);
	return protocol == PROTOCOL_ICMP6 ? packet[at] : 0;
}

static uint16_t ip4_detail(const uint8_t *packet, size_t len)
{
	if (len < IP4_HEADER_MIN || (u16(packet + 6) & IP4_OFFSET_MASK) != 0)
		return 0;
	return detail(packet[9], packet, len, (size_t)(packet[0] & 0x0f) * 4);
}

static uint16_t ip6_detail(const uint8_t *packet, size_t len)
{
	return len < IP6_HEADER_LEN ? 0 : detail(packet[6], packet, len, IP6_HEADER_LEN);
}

uint32_t lp_flow_of(const uint8_t *frame, size_t len, const struct lp_ether *ether)
{
	const uint8_t *packet = frame + LP_ETHER_HEADER_LEN;
	size_t packet_len = len - LP_ETHER_HEADER_LEN;
	uint16_t port = 0;

	if (ether->ethertype < LP_ETHERTYPE_MIN)
		return 0;
	if (ether->ethertype == ETHERTYPE_IP4)
		port = ip4_detail(packet, packet_len);
	else if (ether->ethertype == ETHERTYPE_IP6)
		port = ip6_detail(packet, packet_len);
	return (uint32_t)ether->ethertype << 16 | port;
}
