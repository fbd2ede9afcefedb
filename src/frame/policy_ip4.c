/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy_rules.h"

#define HEADER_MIN     20
#define MORE_FRAGMENTS 0x2000
#define OFFSET_MASK    0x1fff

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP  6
#define PROTOCOL_UDP  17

#define UDP_HEADER_LEN	   8
#define PORT_DHCP_SERVER   67
#define PORT_DHCP_CLIENT   68
#define BOOTREQUEST	   1
#define ICMP_REDIRECT	   5
#define ICMP_ROUTER_ADVERT 9 /* RFC 1256 */

/*
 * RFC 2131: a client talks from 68 to 67 with BOOTREQUEST. All else on these ports is a server or a
 * relay agent.
 */
static enum lp_verdict check_dhcp(const uint8_t *udp, size_t len, bool is_fragment)
{
	uint16_t from = lp_policy_u16(udp);
	uint16_t to = lp_policy_u16(udp + 2);

	if (from == PORT_DHCP_SERVER || to == PORT_DHCP_CLIENT)
		return LP_VERDICT_DHCP4_SERVER;
	if (to != PORT_DHCP_SERVER)
		return LP_VERDICT_FORWARD;
	if (len <= UDP_HEADER_LEN)
		return is_fragment ? LP_VERDICT_IP4_FRAGMENT : LP_VERDICT_FORWARD;
	return udp[UDP_HEADER_LEN] == BOOTREQUEST ? LP_VERDICT_FORWARD : LP_VERDICT_DHCP4_SERVER;
}

/* What a remote peer may not send, with `body` = all that the receiver will see behind the header.
 */
static enum lp_verdict check_remote(uint8_t protocol, const uint8_t *body, size_t len,
				    bool is_fragment, const struct lp_policy *policy)
{
	switch (protocol) {
	case PROTOCOL_UDP:
		if (len < 4)
			return LP_VERDICT_IP4_HEADER;
		if (policy->allow_dhcp_server)
			return LP_VERDICT_FORWARD;
		return check_dhcp(body, len, is_fragment);
	case PROTOCOL_TCP:
		return len < 4 ? LP_VERDICT_IP4_HEADER : LP_VERDICT_FORWARD;
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

enum lp_verdict lp_policy_ip4_check(const uint8_t *packet, size_t len, enum lp_direction direction,
				    const struct lp_policy *policy)
{
	bool is_remote = direction == LP_DIRECTION_FROM_REMOTE;
	enum lp_verdict unclear = is_remote ? LP_VERDICT_IP4_HEADER : LP_VERDICT_FORWARD;

	if (len < HEADER_MIN || packet[0] >> 4 != 4)
		return unclear;
	size_t header_len = (size_t)(packet[0] & 0x0f) * 4;
	size_t total_len = lp_policy_u16(packet + 2);
	if (header_len < HEADER_MIN || total_len < header_len || total_len > len)
		return unclear;

	const uint8_t *body = packet + header_len;
	size_t body_len = total_len - header_len;
	uint8_t protocol = packet[9];
	uint16_t fragment = lp_policy_u16(packet + 6) & (MORE_FRAGMENTS | OFFSET_MASK);
	if (fragment != 0) {
		enum lp_verdict verdict = LP_VERDICT_FORWARD;

		if (is_remote)
			verdict = check_fragment(protocol, fragment, body_len);
		if (verdict != LP_VERDICT_FORWARD || (fragment & OFFSET_MASK) != 0)
			return verdict;
	}

	if (protocol == PROTOCOL_TCP && body_len >= 4 && !policy->allow_lan_transfer &&
	    lp_policy_is_lan_transfer(body))
		return LP_VERDICT_LAN_TRANSFER;
	if (!is_remote)
		return LP_VERDICT_FORWARD;
	return check_remote(protocol, body, body_len, fragment != 0, policy);
}
