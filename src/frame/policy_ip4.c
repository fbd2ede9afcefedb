/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy_rules.h"

#define HEADER_MIN     20
#define MORE_FRAGMENTS 0x2000
#define OFFSET_MASK    0x1fff

#define PROTOCOL      9
#define SOURCE	      12
#define DESTINATION   16
#define PROTOCOL_ICMP 1
#define PROTOCOL_IGMP 2
#define PROTOCOL_TCP  6
#define PROTOCOL_UDP  17

#define PORT_DHCP_SERVER   67
#define ICMP_REDIRECT	   5
#define ICMP_ROUTER_ADVERT 9 /* RFC 1256 */

static enum lp_verdict check_udp(const struct lp_policy_part *part, const uint8_t *packet,
				 const uint8_t *udp, size_t len, bool is_fragment)
{
	bool is_group = packet[DESTINATION] >= 224 || lp_mac_is_group(&part->ether->dst);

	if (!part->policy->allow_infrastructure && lp_policy_infra_is_udp(udp, is_group))
		return LP_VERDICT_INFRASTRUCTURE;
	/* The rest of it would be in nobody's sight, and no client makes them so large. */
	if (is_fragment && lp_policy_u16(udp + 2) == PORT_DHCP_SERVER)
		return LP_VERDICT_IP4_FRAGMENT;
	return lp_policy_dhcp4_check(udp, len, packet + SOURCE, &part->ether->src, part->policy);
}

/* What a remote peer may not send, with `body` = all that the receiver will see behind the header.
 */
static enum lp_verdict check_remote(const struct lp_policy_part *part, const uint8_t *packet,
				    const uint8_t *body, size_t len, bool is_fragment)
{
	const struct lp_policy *policy = part->policy;

	switch (packet[PROTOCOL]) {
	case PROTOCOL_UDP:
		return len < 4 ? LP_VERDICT_IP4_HEADER
			       : check_udp(part, packet, body, len, is_fragment);
	case PROTOCOL_TCP:
		if (len < 4)
			return LP_VERDICT_IP4_HEADER;
		return !policy->allow_infrastructure && lp_policy_infra_is_tcp(body)
			       ? LP_VERDICT_INFRASTRUCTURE
			       : LP_VERDICT_FORWARD;
	case PROTOCOL_IGMP:
		if (len < 1)
			return LP_VERDICT_IP4_HEADER;
		return !policy->allow_infrastructure && lp_policy_infra_is_igmp(body[0])
			       ? LP_VERDICT_INFRASTRUCTURE
			       : LP_VERDICT_FORWARD;
	case PROTOCOL_ICMP:
		if (len < 1)
			return LP_VERDICT_IP4_HEADER;
		if (policy->allow_router_advert)
			return LP_VERDICT_FORWARD;
		return body[0] == ICMP_REDIRECT || body[0] == ICMP_ROUTER_ADVERT
			       ? LP_VERDICT_IP4_REDIRECT
			       : LP_VERDICT_FORWARD;
	default:
		return LP_VERDICT_FORWARD;
	}
}

/*
 * RFC 1858 and 3128: a first fragment must show the whole of what filters look at, and a second one
 * must not begin inside of that. No honest stack makes such small ones.
 */
static enum lp_verdict check_fragment(uint8_t protocol, uint16_t fragment, size_t body_len)
{
	uint16_t offset = fragment & OFFSET_MASK;
	size_t need_len = protocol == PROTOCOL_TCP ? 16 : 8;

	if (offset == 0 ? body_len < need_len : offset == 1)
		return LP_VERDICT_IP4_FRAGMENT;
	return LP_VERDICT_FORWARD;
}

enum lp_verdict lp_policy_ip4_check(const struct lp_policy_part *part, const uint8_t *packet,
				    size_t len)
{
	const struct lp_policy *policy = part->policy;
	enum lp_verdict unclear = part->is_remote ? LP_VERDICT_IP4_HEADER : LP_VERDICT_FORWARD;

	if (len < HEADER_MIN || packet[0] >> 4 != 4)
		return unclear;
	size_t header_len = (size_t)(packet[0] & 0x0f) * 4;
	size_t total_len = lp_policy_u16(packet + 2);
	if (header_len < HEADER_MIN || total_len < header_len || total_len > len)
		return unclear;

	const uint8_t *body = packet + header_len;
	size_t body_len = total_len - header_len;
	uint8_t protocol = packet[PROTOCOL];
	uint16_t fragment = lp_policy_u16(packet + 6) & (MORE_FRAGMENTS | OFFSET_MASK);

	if (part->is_remote && !policy->allow_infrastructure &&
	    lp_policy_infra_is_protocol(protocol))
		return LP_VERDICT_INFRASTRUCTURE;
	if (fragment != 0) {
		enum lp_verdict verdict = LP_VERDICT_FORWARD;

		if (part->is_remote)
			verdict = check_fragment(protocol, fragment, body_len);
		if (verdict != LP_VERDICT_FORWARD || (fragment & OFFSET_MASK) != 0)
			return verdict;
	}

	if (protocol == PROTOCOL_TCP && body_len >= 4 && !policy->allow_lan_transfer &&
	    lp_policy_is_lan_transfer(body))
		return LP_VERDICT_LAN_TRANSFER;
	if (!part->is_remote)
		return LP_VERDICT_FORWARD;
	return check_remote(part, packet, body, body_len, fragment != 0);
}
