/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The one L2 safety classifier. Pure, stateless, allocates nothing; called at all four points:
 * client egress, relay, gateway LAN ingress, and injection at gateway and client.
 */
#ifndef LP_FRAME_POLICY_H
#define LP_FRAME_POLICY_H

#include "frame/ether.h"
#include "frame/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which way a frame goes: what a remote peer may send is less than what the LAN may. */
enum lp_direction {
	LP_DIRECTION_FROM_REMOTE, /* a player's frame: client egress, relay, injection into the LAN
				   */
	LP_DIRECTION_FROM_LAN, /* the LAN's frame: gateway ingress, relay, injection into a TAP */
};

/* What an organiser may loosen. Zero-initialised = the safe default. */
struct lp_policy {
	bool allow_dhcp_server; /* a player may be the DHCP server of a room without a LAN */
	bool allow_router_advert;
	bool allow_vlan_tags;
	bool allow_lan_transfer;   /* Steam and Windows update transfers between peers and LAN */
	bool is_off;		   /* only source checks remain: for control runs of tests */
	bool allow_ipv6_fragments; /* lp_policy_check refuses them still: see fragment6.h */
	bool allow_infrastructure; /* routing, multicast queriers, tunnels, machines of a plant */
};

/*
 * The words for that, the same in the configuration and on the wire; sets of them are bits, 1 <<
 * word.
 */
enum lp_policy_flag {
	LP_POLICY_ALLOW_DHCP_SERVER,
	LP_POLICY_ALLOW_ROUTER_ADVERT,
	LP_POLICY_ALLOW_VLAN_TAGS,
	LP_POLICY_ALLOW_LAN_TRANSFER,
	LP_POLICY_ALLOW_ALL, /* is_off */
	LP_POLICY_ALLOW_INFRASTRUCTURE,
	LP_POLICY_ALLOW_IPV6_FRAGMENTS,
	LP_POLICY_FLAG__COUNT
};

/* "allow_dhcp_server" and so on. */
const char *lp_policy_flag_name(enum lp_policy_flag word);

struct lp_policy lp_policy_of_flags(uint32_t words);

/*
 * Classifies frame[len]. Where `source` is not NULL the source MAC must be that one
 * (LP_VERDICT_SOURCE_MAC). Returns LP_VERDICT_FORWARD or the reason to drop; reads nothing outside
 * frame[0..len). If the frame is at least 14 bytes, *ether is filled whatever the verdict.
 */
enum lp_verdict lp_policy_check(const uint8_t *frame, size_t len, enum lp_direction direction,
				const struct lp_policy *policy, const struct lp_mac *source,
				struct lp_ether *ether);

#endif
