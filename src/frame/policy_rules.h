/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The parts of the classifier, one a protocol; for policy.c only.
 *
 * Each is given what lies behind the Ethernet header (and tags), padding included, and answers
 * LP_VERDICT_FORWARD or the reason to drop. From a remote peer, what cannot be followed is dropped;
 * from the LAN only what must not cross at all.
 */
#ifndef LP_FRAME_POLICY_RULES_H
#define LP_FRAME_POLICY_RULES_H

#include "frame/policy.h"

/* What all parts of a frame's check go by. */
struct lp_policy_part {
	bool is_remote; /* LP_DIRECTION_FROM_REMOTE */
	const struct lp_policy *policy;
	const struct lp_ether *ether;
};

enum lp_verdict lp_policy_ip4_check(const struct lp_policy_part *part, const uint8_t *packet,
				    size_t len);

enum lp_verdict lp_policy_ip6_check(const struct lp_policy_part *part, const uint8_t *packet,
				    size_t len);

/*
 * Follows the extension headers of an IPv6 packet (of 40 bytes at least) to the upper layer: *next
 * is then its protocol and *at its place, or that of the fragment header (LP_VERDICT_IP6_FRAGMENT).
 * There is no limit on their number but the packet's end (RFC 7113): hosts were seen to accept a
 * router advertisement behind forty of them.
 */
enum lp_verdict lp_policy_ip6_chain(const uint8_t *packet, size_t len, uint8_t *next, size_t *at);

/*
 * A player's first fragment, with its fragment header at packet[at], judged as the packet that it
 * begins. LP_VERDICT_IP6_FRAGMENT unless it has all headers in it, the upper layer's too (RFC
 * 7112), and for what never comes in fragments.
 */
enum lp_verdict lp_policy_ip6_check_first(const struct lp_policy_part *part, const uint8_t *packet,
					  size_t len, size_t at);

/* An 802.3 frame; length_field is what stands in the place of the ethertype. */
enum lp_verdict lp_policy_llc_check(const struct lp_policy_part *part, const uint8_t *payload,
				    size_t len, uint16_t length_field);

/* A player's unfragmented UDP over IPv4 (of 4 bytes at least): DHCP of a client for itself passes.
 */
enum lp_verdict lp_policy_dhcp4_check(const uint8_t *udp, size_t len, const uint8_t ip_source[4],
				      const struct lp_mac *source, const struct lp_policy *policy);

/*
 * Is it what only switches and routers say, by ethertype, IP protocol (of IPv4 and IPv6), message
 * of IGMP or ICMPv6, or ports? is_group: the packet is for more than one station.
 */
bool lp_policy_infra_is_ethertype(uint16_t ethertype);
bool lp_policy_infra_is_protocol(uint8_t protocol);
bool lp_policy_infra_is_igmp(uint8_t type);
bool lp_policy_infra_is_icmp6(uint8_t type);
bool lp_policy_infra_is_udp(const uint8_t ports[4], bool is_group);
bool lp_policy_infra_is_tcp(const uint8_t ports[4]);

/*
 * TCP ports of bulk transfers that pick any LAN neighbour as their source, and so a friend behind a
 * DSL line: Steam's local network transfer and Windows Delivery Optimization.
 */
#define LP_PORT_STEAM_TRANSFER 27040
#define LP_PORT_DELIVERY       7680

static inline uint16_t lp_policy_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline bool lp_policy_is_lan_transfer(const uint8_t ports[4])
{
	uint16_t from = lp_policy_u16(ports);
	uint16_t to = lp_policy_u16(ports + 2);

	return from == LP_PORT_STEAM_TRANSFER || to == LP_PORT_STEAM_TRANSFER ||
	       from == LP_PORT_DELIVERY || to == LP_PORT_DELIVERY;
}

#endif
