/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy_rules.h"

#define SAP_STP	    0x42
#define SAP_IPX	    0xe0
#define SAP_NETBIOS 0xf0

/* The lowest bit of the source SAP tells a response from a command (IEEE 802.2). */
#define SAP_RESPONSE 0x01

/*
 * Old games speak IPX in any of its 802.3 framings, and NetBEUI. Nothing else does: SNAP with IP or
 * ARP in it is read by some hosts and by few filters (CVE-2021-27853 and its three siblings).
 */
static bool is_game_protocol(const uint8_t *payload, size_t len)
{
	static const uint8_t snap_ipx[] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00, 0x81, 0x37};

	if (len >= 2 && payload[0] == 0xff && payload[1] == 0xff)
		return true; /* Novell raw: no LLC, but the checksum of IPX, which is never used */
	if (len >= 3 && (payload[0] == SAP_IPX || payload[0] == SAP_NETBIOS))
		return (payload[1] & ~SAP_RESPONSE) == payload[0];
	return len >= sizeof(snap_ipx) && memcmp(payload, snap_ipx, sizeof(snap_ipx)) == 0;
}

enum lp_verdict lp_policy_llc_check(const uint8_t *payload, size_t len, uint16_t length_field,
				    enum lp_direction direction)
{
	if (direction == LP_DIRECTION_FROM_LAN)
		return len >= 1 && payload[0] == SAP_STP ? LP_VERDICT_L2_CONTROL
							 : LP_VERDICT_FORWARD;
	if (length_field > LP_ETHER_MTU_MAX || !is_game_protocol(payload, len))
		return LP_VERDICT_LLC;
	return LP_VERDICT_FORWARD;
}
