/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy_rules.h"

#include "base/mem.h"

#define SAP_STP	    0x42
#define SAP_IPX	    0xe0
#define SAP_NETBIOS 0xf0
#define SAP_ISO	    0xfe
#define SNAP_LEN    8 /* of the headers of LLC and SNAP */

/* The lowest bit of the source SAP tells a response from a command (IEEE 802.2). */
#define SAP_RESPONSE 0x01

/*
 * Of SNAP only the protocols whose standard framing it is: IPX, and AppleTalk on Ethernet
 * (EtherTalk phase 2: its address resolution under the OUI of encapsulated Ethernet, its datagrams
 * under Apple's). IP or ARP in SNAP is read by some hosts and by few filters (CVE-2021-27853 and
 * its three siblings).
 */
static bool is_game_snap(const uint8_t *payload, size_t len)
{
	static const uint8_t head[] = {0xaa, 0xaa, 0x03};
	static const uint8_t protocols[][5] = {
		{0x00, 0x00, 0x00, 0x81, 0x37}, /* IPX */
		{0x00, 0x00, 0x00, 0x80, 0xf3}, /* AppleTalk ARP */
		{0x08, 0x00, 0x07, 0x80, 0x9b}, /* AppleTalk */
	};

	if (len < SNAP_LEN || memcmp(payload, head, sizeof(head)) != 0)
		return false;
	for (size_t i = 0; i < LP_ARRAY_COUNT(protocols); i++) {
		if (memcmp(payload + sizeof(head), protocols[i], sizeof(protocols[i])) == 0)
			return true;
	}
	return false;
}

/* Old games speak IPX in any of its 802.3 framings, NetBEUI and AppleTalk. Nothing else does. */
static bool is_game_protocol(const uint8_t *payload, size_t len)
{
	if (len >= 2 && payload[0] == 0xff && payload[1] == 0xff)
		return true; /* Novell raw: no LLC, but the checksum of IPX, which is never used */
	if (len >= 3 && (payload[0] == SAP_IPX || payload[0] == SAP_NETBIOS))
		return (payload[1] & ~SAP_RESPONSE) == payload[0];
	return is_game_snap(payload, len);
}

/* IS-IS and ES-IS, ISO 9542 and 10589. */
static bool is_router_protocol(const uint8_t *payload, size_t len)
{
	return len >= 3 && payload[0] == SAP_ISO && payload[1] == SAP_ISO && payload[2] == 0x03;
}

enum lp_verdict lp_policy_llc_check(const struct lp_policy_part *part, const uint8_t *payload,
				    size_t len, uint16_t length_field)
{
	if (!part->is_remote)
		return len >= 1 && payload[0] == SAP_STP ? LP_VERDICT_L2_CONTROL
							 : LP_VERDICT_FORWARD;
	if (length_field <= LP_ETHER_MTU_MAX && is_router_protocol(payload, len))
		return part->policy->allow_infrastructure ? LP_VERDICT_FORWARD
							  : LP_VERDICT_INFRASTRUCTURE;
	if (length_field > LP_ETHER_MTU_MAX || !is_game_protocol(payload, len))
		return LP_VERDICT_LLC;
	return LP_VERDICT_FORWARD;
}
