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

enum lp_verdict lp_policy_ip4_check(const uint8_t *packet, size_t len, enum lp_direction direction,
				    const struct lp_policy *policy);

enum lp_verdict lp_policy_ip6_check(const uint8_t *packet, size_t len, enum lp_direction direction,
				    const struct lp_policy *policy);

/*
 * Follows the extension headers of an IPv6 packet (of 40 bytes at least) to the upper layer: *next
 * is then its protocol and *at its place. There is no limit on their number but the packet's end
 * (RFC 7113): hosts were seen to accept a router advertisement behind forty of them.
 */
enum lp_verdict lp_policy_ip6_chain(const uint8_t *packet, size_t len, uint8_t *next, size_t *at);

/* Is it the ethertype of a VLAN tag, of any kind? */
bool lp_policy_is_tag(uint16_t ethertype);

/* An 802.3 frame; length_field is what stands in the place of the ethertype. */
enum lp_verdict lp_policy_llc_check(const uint8_t *payload, size_t len, uint16_t length_field,
				    enum lp_direction direction);

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
