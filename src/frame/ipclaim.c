/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/ipclaim.h"

#include "frame/checksum.h"
#include "frame/policy_rules.h"

#include <string.h>

#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd

#define ARP_LEN	       28 /* of IPv4 on Ethernet: the only form that hosts take */
#define ARP_OPERATION  6
#define ARP_REPLY      2
#define ARP_SENDER_MAC 8
#define ARP_SENDER_IP  14
#define ARP_TARGET_IP  24

#define IP6_HEADER_LEN 40
#define IP6_SOURCE     8
#define IP6_TARGET     24
#define IP4_HEADER_LEN 20
#define IP4_SOURCE     12
#define IP4_TARGET     16
#define NEXT_ICMP6     58

#define ND_ROUTER_SOLICIT     133
#define ND_ROUTER_ADVERT      134
#define ND_NEIGHBOUR_SOLICIT  135
#define ND_NEIGHBOUR_ADVERT   136
#define ND_REDIRECT	      137
#define ND_TARGET	      8
#define ND_TARGET_END	      24
#define ND_OPTION_SOURCE_ADDR 1
#define ND_OPTION_TARGET_ADDR 2

static bool is_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static struct lp_ipclaim make(const uint8_t *ip, size_t ip_len, bool is_question)
{
	struct lp_ipclaim claim = {.ip_len = ip_len, .is_question = is_question};

	memcpy(claim.ip, ip, ip_len);
	return claim;
}

static bool is_source(const uint8_t *frame, const uint8_t *mac)
{
	return memcmp(frame + LP_MAC_LEN, mac, LP_MAC_LEN) == 0;
}

static size_t read_arp(const uint8_t *frame, const uint8_t *arp, size_t len,
		       struct lp_ipclaim *claims)
{
	if (len < ARP_LEN || lp_policy_u16(arp + 2) != ETHERTYPE_IP4 || arp[4] != LP_MAC_LEN ||
	    arp[5] != 4)
		return 0;
	if (!is_zero(arp + ARP_SENDER_IP, 4))
		claims[0] = make(arp + ARP_SENDER_IP, 4, false);
	else if (!is_zero(arp + ARP_TARGET_IP, 4))
		claims[0] = make(arp + ARP_TARGET_IP, 4, true);
	else
		return 0;
	claims[0].is_for_another = !is_source(frame, arp + ARP_SENDER_MAC);
	/* Announcements come as replies, too. */
	claims[0].is_answer = lp_policy_u16(arp + ARP_OPERATION) == ARP_REPLY &&
			      memcmp(arp + ARP_SENDER_IP, arp + ARP_TARGET_IP, 4) != 0;
	return 1;
}

/* Of several addresses one host takes the first and another the last: all must be the source. */
static bool options_are_for_another(const uint8_t *frame, const uint8_t *option, size_t len)
{
	while (len >= 8 && option[1] != 0 && (size_t)option[1] * 8 <= len) {
		size_t option_len = (size_t)option[1] * 8;

		if ((option[0] == ND_OPTION_SOURCE_ADDR || option[0] == ND_OPTION_TARGET_ADDR) &&
		    !is_source(frame, option + 2))
			return true;
		option += option_len;
		len -= option_len;
	}
	return false;
}

/* Where the options of a message begin; 0 = a message without any that matter. */
static size_t options_at(uint8_t type)
{
	switch (type) {
	case ND_ROUTER_SOLICIT:
		return 8;
	case ND_ROUTER_ADVERT:
		return 16;
	case ND_NEIGHBOUR_SOLICIT:
	case ND_NEIGHBOUR_ADVERT:
		return ND_TARGET_END;
	case ND_REDIRECT:
		return 40;
	default:
		return 0;
	}
}

static size_t read_nd(const uint8_t *frame, const uint8_t *source, const uint8_t *icmp, size_t len,
		      struct lp_ipclaim *claims)
{
	size_t at = len > 0 ? options_at(icmp[0]) : 0;
	bool has_source = !is_zero(source, 16);
	size_t count = 0;

	if (at == 0 || len < at)
		return 0;
	if (has_source)
		claims[count++] = make(source, 16, false);
	if (icmp[0] == ND_NEIGHBOUR_ADVERT)
		claims[count++] = make(icmp + ND_TARGET, 16, false);
	else if (icmp[0] == ND_NEIGHBOUR_SOLICIT && !has_source)
		claims[count++] = make(icmp + ND_TARGET, 16, true);
	for (size_t i = 0; i < count; i++) {
		claims[i].is_for_another = options_are_for_another(frame, icmp + at, len - at);
		claims[i].is_answer = icmp[0] == ND_NEIGHBOUR_ADVERT;
		claims[i].is_router = icmp[0] == ND_ROUTER_ADVERT;
	}
	return count;
}

static size_t read_ip6(const uint8_t *frame, const uint8_t *packet, size_t len,
		       struct lp_ipclaim *claims)
{
	uint8_t next;
	size_t at;

	if (len < IP6_HEADER_LEN || packet[0] >> 4 != 6 ||
	    lp_policy_ip6_chain(packet, len, &next, &at) != LP_VERDICT_FORWARD ||
	    next != NEXT_ICMP6)
		return 0;
	return read_nd(frame, packet + IP6_SOURCE, packet + at, len - at, claims);
}

size_t lp_ipclaim_read(const uint8_t *frame, size_t len, struct lp_ipclaim claims[LP_IPCLAIM_MAX])
{
	uint16_t ethertype;
	size_t at = lp_ether_skip_tags(frame, len, &ethertype);

	if (at == 0)
		return 0;
	if (ethertype == ETHERTYPE_ARP)
		return read_arp(frame, frame + at, len - at, claims);
	if (ethertype == ETHERTYPE_IP6)
		return read_ip6(frame, frame + at, len - at, claims);
	return 0;
}

/* Groups and broadcast are above 224, "this network" is 0. */
static size_t unicast_at(const uint8_t *frame, size_t len, size_t ip4_at, size_t ip6_at,
			 uint8_t ip[16])
{
	const uint8_t *packet = frame + LP_ETHER_HEADER_LEN;

	if (len < LP_ETHER_HEADER_LEN)
		return 0;
	uint16_t ethertype = lp_policy_u16(frame + 12);

	len -= LP_ETHER_HEADER_LEN;
	if (ethertype == ETHERTYPE_IP4 && len >= IP4_HEADER_LEN && packet[ip4_at] != 0 &&
	    packet[ip4_at] < 224) {
		memcpy(ip, packet + ip4_at, 4);
		return 4;
	}
	if (ethertype == ETHERTYPE_IP6 && len >= IP6_HEADER_LEN && packet[ip6_at] != 0xff) {
		memcpy(ip, packet + ip6_at, 16);
		return 16;
	}
	return 0;
}

size_t lp_ipclaim_source(const uint8_t *frame, size_t len, uint8_t ip[16])
{
	size_t ip_len = unicast_at(frame, len, IP4_SOURCE, IP6_SOURCE, ip);

	return ip_len > 0 && is_zero(ip, ip_len) ? 0 : ip_len;
}

size_t lp_ipclaim_target(const uint8_t *frame, size_t len, uint8_t ip[16])
{
	return unicast_at(frame, len, IP4_TARGET, IP6_TARGET, ip);
}

static size_t make_arp_probe(const struct lp_mac *from, const uint8_t *ip, uint8_t *frame)
{
	static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, LP_MAC_LEN, 4, 0, 1};
	uint8_t *arp = frame + LP_ETHER_HEADER_LEN;

	memset(frame, 0xff, LP_MAC_LEN);
	memcpy(frame + 12, head, sizeof(head));
	memcpy(arp + ARP_SENDER_MAC, from->octet, LP_MAC_LEN);
	memcpy(arp + ARP_TARGET_IP, ip, 4);
	return LP_ETHER_WIRE_MIN;
}

/* To the group that only hosts with the same last three bytes are in (RFC 4291 2.7.1). */
static size_t make_solicitation(const uint8_t *ip, uint8_t *frame)
{
	static const uint8_t head[] = {0x86, 0xdd, 0x60,	  0,	      0,
				       0,    0,	   ND_TARGET_END, NEXT_ICMP6, 255};
	static const uint8_t group[] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	uint8_t *packet = frame + LP_ETHER_HEADER_LEN;
	uint8_t *icmp = packet + IP6_HEADER_LEN;

	frame[0] = frame[1] = 0x33;
	frame[2] = 0xff;
	memcpy(frame + 3, ip + 13, 3);
	memcpy(frame + 12, head, sizeof(head));
	memcpy(packet + IP6_TARGET, group, sizeof(group));
	memcpy(packet + IP6_TARGET + 13, ip + 13, 3);
	icmp[0] = ND_NEIGHBOUR_SOLICIT;
	memcpy(icmp + ND_TARGET, ip, 16);
	uint64_t sum = lp_checksum_add_pseudo(0, packet, NEXT_ICMP6, ND_TARGET_END);
	lp_checksum_store(icmp + 2, lp_checksum_add(sum, icmp, ND_TARGET_END));
	return LP_ETHER_HEADER_LEN + IP6_HEADER_LEN + ND_TARGET_END;
}

size_t lp_ipclaim_make_question(const struct lp_mac *from, const uint8_t *ip, size_t ip_len,
				uint8_t frame[LP_IPCLAIM_QUESTION_MAX])
{
	memset(frame, 0, LP_IPCLAIM_QUESTION_MAX);
	memcpy(frame + LP_MAC_LEN, from->octet, LP_MAC_LEN);
	return ip_len == 4 ? make_arp_probe(from, ip, frame) : make_solicitation(ip, frame);
}

void lp_ipclaim_address_question(uint8_t frame[LP_IPCLAIM_QUESTION_MAX], const struct lp_mac *to)
{
	memcpy(frame, to->octet, LP_MAC_LEN);
}
