/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy_rules.h"

#define HEADER_LEN     40
#define DESTINATION    24
#define UDP_HEADER_LEN 8
#define FRAGMENT_LEN   8

/* Next headers that are extensions, RFC 7045. */
#define NEXT_HOP_BY_HOP	  0
#define NEXT_ROUTING	  43
#define NEXT_FRAGMENT	  44
#define NEXT_AUTH	  51
#define NEXT_DEST_OPTIONS 60
#define NEXT_MOBILITY	  135
#define NEXT_HIP	  139
#define NEXT_SHIM6	  140
#define NEXT_EXPERIMENT_1 253
#define NEXT_EXPERIMENT_2 254

/* … and what stands behind them. */
#define NEXT_TCP     6
#define NEXT_UDP     17
#define NEXT_DCCP    33
#define NEXT_ESP     50
#define NEXT_ICMP6   58
#define NEXT_NONE    59
#define NEXT_SCTP    132
#define NEXT_UDPLITE 136

#define PORT_DHCP_CLIENT 546
#define PORT_DHCP_SERVER 547

#define ICMP6_ROUTER_ADVERT   134
#define ICMP6_REDIRECT	      137
#define ICMP6_ROUTER_RENUMBER 138

static enum lp_verdict follow(const uint8_t *packet, size_t len, uint8_t *next, size_t *at)
{
	for (;;) {
		size_t left = len - *at; /* at least 8 bytes a header, so this ends */
		size_t header_len;

		switch (*next) {
		case NEXT_HOP_BY_HOP:
		case NEXT_ROUTING:
		case NEXT_DEST_OPTIONS:
		case NEXT_MOBILITY:
		case NEXT_HIP:
		case NEXT_SHIM6:
		case NEXT_EXPERIMENT_1:
		case NEXT_EXPERIMENT_2:
			header_len = left < 2 ? 8 : ((size_t)packet[*at + 1] + 1) * 8;
			break;
		case NEXT_AUTH:
			header_len = left < 2 ? 8 : ((size_t)packet[*at + 1] + 2) * 4;
			break;
		case NEXT_FRAGMENT:
			/* Atomic ones too: RFC 6980, and hosts disagree about them. */
			return LP_VERDICT_IP6_FRAGMENT;
		default:
			return LP_VERDICT_FORWARD;
		}
		if (left < header_len)
			return LP_VERDICT_IP6_HEADER;
		*next = packet[*at];
		*at += header_len;
	}
}

enum lp_verdict lp_policy_ip6_chain(const uint8_t *packet, size_t len, uint8_t *next, size_t *at)
{
	*next = packet[6];
	*at = HEADER_LEN;
	return follow(packet, len, next, at);
}

/* RFC 8415 section 7.3: what clients send; also RFC 5007, 7341 and 9686. */
static bool is_dhcp_client_message(uint8_t type)
{
	switch (type) {
	case 1: /* SOLICIT, REQUEST, CONFIRM, RENEW, REBIND, RELEASE, DECLINE */
	case 3:
	case 4:
	case 5:
	case 6:
	case 8:
	case 9:
	case 11: /* INFORMATION-REQUEST */
	case 14: /* LEASEQUERY */
	case 20: /* DHCPV4-QUERY */
	case 36: /* ADDR-REG-INFORM */
		return true;
	default:
		return false;
	}
}

static enum lp_verdict check_udp(const struct lp_policy_part *part, const uint8_t *packet,
				 const uint8_t *udp, size_t len)
{
	bool is_group = packet[DESTINATION] == 0xff || lp_mac_is_group(&part->ether->dst);
	uint16_t from = lp_policy_u16(udp);
	uint16_t to = lp_policy_u16(udp + 2);

	if (!part->policy->allow_infrastructure && lp_policy_infra_is_udp(udp, is_group))
		return LP_VERDICT_INFRASTRUCTURE;
	if (part->policy->allow_dhcp_server)
		return LP_VERDICT_FORWARD;
	/* RFC 8415 section 7.2: servers send to 546, relay agents and servers from 547. */
	if (from == PORT_DHCP_SERVER || to == PORT_DHCP_CLIENT)
		return LP_VERDICT_DHCP6_SERVER;
	if (to == PORT_DHCP_SERVER &&
	    (len <= UDP_HEADER_LEN || !is_dhcp_client_message(udp[UDP_HEADER_LEN])))
		return LP_VERDICT_DHCP6_SERVER;
	return LP_VERDICT_FORWARD;
}

static enum lp_verdict check_icmp6(uint8_t type, const struct lp_policy *policy)
{
	bool is_router = type == ICMP6_ROUTER_ADVERT || type == ICMP6_REDIRECT ||
			 type == ICMP6_ROUTER_RENUMBER;

	if (is_router && !policy->allow_router_advert)
		return LP_VERDICT_IP6_RA;
	if (!policy->allow_infrastructure && lp_policy_infra_is_icmp6(type))
		return LP_VERDICT_INFRASTRUCTURE;
	return LP_VERDICT_FORWARD;
}

static enum lp_verdict check_remote(const struct lp_policy_part *part, const uint8_t *packet,
				    uint8_t protocol, const uint8_t *body, size_t len)
{
	const struct lp_policy *policy = part->policy;

	switch (protocol) {
	case NEXT_TCP:
		if (len < 4)
			return LP_VERDICT_IP6_HEADER;
		return !policy->allow_infrastructure && lp_policy_infra_is_tcp(body)
			       ? LP_VERDICT_INFRASTRUCTURE
			       : LP_VERDICT_FORWARD;
	case NEXT_UDP:
		return len < 4 ? LP_VERDICT_IP6_HEADER : check_udp(part, packet, body, len);
	case NEXT_ICMP6:
		return len < 1 ? LP_VERDICT_IP6_HEADER : check_icmp6(body[0], policy);
	case NEXT_DCCP:
	case NEXT_ESP: /* opaque, and nobody reads it who did not agree on a key */
	case NEXT_NONE:
	case NEXT_SCTP:
	case NEXT_UDPLITE:
		return LP_VERDICT_FORWARD;
	default:
		/* RFC 7113: an unknown header may be an extension that a host knows how to skip. */
		if (!lp_policy_infra_is_protocol(protocol))
			return LP_VERDICT_IP6_HEADER;
		return policy->allow_infrastructure ? LP_VERDICT_FORWARD
						    : LP_VERDICT_INFRASTRUCTURE;
	}
}

static enum lp_verdict check_upper(const struct lp_policy_part *part, const uint8_t *packet,
				   size_t len, uint8_t protocol, size_t at)
{
	if (protocol == NEXT_TCP && len - at >= 4 && !part->policy->allow_lan_transfer &&
	    lp_policy_is_lan_transfer(packet + at))
		return LP_VERDICT_LAN_TRANSFER;
	if (!part->is_remote)
		return LP_VERDICT_FORWARD;
	return check_remote(part, packet, protocol, packet + at, len - at);
}

enum lp_verdict lp_policy_ip6_check(const struct lp_policy_part *part, const uint8_t *packet,
				    size_t len)
{
	uint8_t protocol;
	size_t at;

	if (len < HEADER_LEN || packet[0] >> 4 != 6 ||
	    (size_t)lp_policy_u16(packet + 4) > len - HEADER_LEN)
		return part->is_remote ? LP_VERDICT_IP6_HEADER : LP_VERDICT_FORWARD;

	/* To the frame's end, not the payload length's: a receiver sees that much at most. */
	enum lp_verdict verdict = lp_policy_ip6_chain(packet, len, &protocol, &at);
	if (verdict != LP_VERDICT_FORWARD)
		return part->is_remote ? verdict : LP_VERDICT_FORWARD;

	return check_upper(part, packet, len, protocol, at);
}

/* What filters look at, and receivers. */
static size_t upper_header_len(uint8_t protocol)
{
	switch (protocol) {
	case NEXT_TCP:
		return 20;
	case NEXT_DCCP:
	case NEXT_SCTP:
		return 12;
	case NEXT_NONE:
		return 0;
	default:
		return 8;
	}
}

/* RFC 6980: neighbour discovery. And DHCP, of which the rest would be in nobody's sight. */
static bool never_comes_in_fragments(uint8_t protocol, const uint8_t *upper)
{
	if (protocol == NEXT_UDP)
		return lp_policy_u16(upper + 2) == PORT_DHCP_SERVER;
	return protocol == NEXT_ICMP6 &&
	       ((upper[0] >= 133 && upper[0] <= 137) || upper[0] == 148 || upper[0] == 149);
}

enum lp_verdict lp_policy_ip6_check_first(const struct lp_policy_part *part, const uint8_t *packet,
					  size_t len, size_t at)
{
	uint8_t protocol = packet[at];

	at += FRAGMENT_LEN;
	if (follow(packet, len, &protocol, &at) != LP_VERDICT_FORWARD ||
	    len - at < upper_header_len(protocol) ||
	    never_comes_in_fragments(protocol, packet + at))
		return LP_VERDICT_IP6_FRAGMENT;
	return check_upper(part, packet, len, protocol, at);
}
