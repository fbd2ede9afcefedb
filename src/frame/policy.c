/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy_rules.h"

#include "base/mem.h"

/* A second tag is a provider's (802.1ad); a third is there to hide something. */
#define TAGS_MAX 2

/* Group addresses between switches, whatever the frame carries. */
static bool is_control_dst(const struct lp_mac *dst)
{
	static const struct {
		uint8_t octet[LP_MAC_LEN];
		uint8_t mask[LP_MAC_LEN];
	} controls[] = {
		/* IEEE 802.1Q: reserved for bridges: STP, pause, LACP, EAPOL, LLDP, PTP; MRP */
		{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x00}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xf0}},
		{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x20}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xf0}},
		/* Cisco: CDP, VTP, PVST+, CGMP, UplinkFast, and ISL, which is a tag in disguise */
		{{0x01, 0x00, 0x0c, 0x00, 0x00, 0x00}, {0xff, 0xff, 0xff, 0x00, 0x00, 0x00}},
		/* Foundry FDP, Nortel SONMP */
		{{0x01, 0xe0, 0x52, 0xcc, 0xcc, 0xcc}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{{0x01, 0x00, 0x81, 0x00, 0x01, 0x00}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}},
	};

	if (dst->octet[0] != 0x01)
		return false;
	for (size_t i = 0; i < LP_ARRAY_COUNT(controls); i++) {
		unsigned int differs = 0;

		for (size_t k = 0; k < LP_MAC_LEN; k++)
			differs |= (dst->octet[k] ^ controls[i].octet[k]) & controls[i].mask[k];
		if (differs == 0)
			return true;
	}
	return false;
}

const char *lp_policy_flag_name(enum lp_policy_flag word)
{
	static const char *const names[LP_POLICY_FLAG__COUNT] = {
		[LP_POLICY_ALLOW_DHCP_SERVER] = "allow_dhcp_server",
		[LP_POLICY_ALLOW_ROUTER_ADVERT] = "allow_router_advert",
		[LP_POLICY_ALLOW_VLAN_TAGS] = "allow_vlan_tags",
		[LP_POLICY_ALLOW_LAN_TRANSFER] = "allow_lan_transfer",
		[LP_POLICY_ALLOW_ALL] = "allow_all",
		[LP_POLICY_ALLOW_INFRASTRUCTURE] = "allow_infrastructure",
		[LP_POLICY_ALLOW_IPV6_FRAGMENTS] = "allow_ipv6_fragments",
	};

	return names[word];
}

struct lp_policy lp_policy_of_flags(uint32_t words)
{
	return (struct lp_policy){
		.allow_dhcp_server = words & 1U << LP_POLICY_ALLOW_DHCP_SERVER,
		.allow_router_advert = words & 1U << LP_POLICY_ALLOW_ROUTER_ADVERT,
		.allow_vlan_tags = words & 1U << LP_POLICY_ALLOW_VLAN_TAGS,
		.allow_lan_transfer = words & 1U << LP_POLICY_ALLOW_LAN_TRANSFER,
		.is_off = words & 1U << LP_POLICY_ALLOW_ALL,
		.allow_infrastructure = words & 1U << LP_POLICY_ALLOW_INFRASTRUCTURE,
		.allow_ipv6_fragments = words & 1U << LP_POLICY_ALLOW_IPV6_FRAGMENTS,
	};
}

/* What a player may not send, by the ethertype alone. */
static enum lp_verdict check_remote_type(uint16_t ethertype, const struct lp_policy *policy)
{
	switch (ethertype) {
	case 0x22f0: /* AVTP */
	case 0x8863: /* PPPoE */
	case 0x8864:
	case 0x88f7: /* PTP: who answers sets the clocks */
	case 0x891d: /* TTE */
	case 0x893a: /* IEEE 1905 */
		return LP_VERDICT_ETHERTYPE;
	case 0x8870: /* LLC behind an ethertype */
		return LP_VERDICT_LLC;
	default:
		return !policy->allow_infrastructure && lp_policy_infra_is_ethertype(ethertype)
			       ? LP_VERDICT_INFRASTRUCTURE
			       : LP_VERDICT_FORWARD;
	}
}

static enum lp_verdict check_payload(uint16_t ethertype, const struct lp_policy_part *part,
				     const uint8_t *payload, size_t len)
{
	if (ethertype == 0x0800)
		return lp_policy_ip4_check(part, payload, len);
	if (ethertype < LP_ETHERTYPE_MIN)
		return lp_policy_llc_check(part, payload, len, ethertype);

	switch (ethertype) {
	case 0x86dd:
		return lp_policy_ip6_check(part, payload, len);
	case 0x8808: /* PAUSE, PFC */
	case 0x8809: /* LACP, OAM */
	case 0x8899: /* Realtek: reconfigures cheap switches */
	case 0x888e: /* EAPOL */
	case 0x88cc: /* LLDP */
	case 0x88e5: /* MACsec */
	case 0x8902: /* CFM */
	case 0x9000: /* loopback: makes a station send a frame of somebody else's making */
		return LP_VERDICT_L2_CONTROL;
	default:
		return part->is_remote ? check_remote_type(ethertype, part->policy)
				       : LP_VERDICT_FORWARD;
	}
}

/* What is behind the tags is checked like any frame, or a tag would be the way around every rule.
 */
static enum lp_verdict check_tagged(const struct lp_policy_part *part, const uint8_t *frame,
				    size_t len)
{
	uint16_t ethertype = part->ether->ethertype;
	size_t at = LP_ETHER_HEADER_LEN;

	if (!part->policy->allow_vlan_tags)
		return LP_VERDICT_VLAN_TAG;
	for (int tags = 0; lp_ether_is_tag(ethertype); tags++) {
		if (tags == TAGS_MAX || len - at < LP_ETHER_TAG_LEN)
			return LP_VERDICT_VLAN_TAG;
		ethertype = lp_policy_u16(frame + at + 2);
		at += LP_ETHER_TAG_LEN;
	}
	if (len - at > LP_ETHER_MTU_MAX)
		return LP_VERDICT_JUMBO;
	return check_payload(ethertype, part, frame + at, len - at);
}

enum lp_verdict lp_policy_check(const uint8_t *frame, size_t len, enum lp_direction direction,
				const struct lp_policy *policy, const struct lp_mac *source,
				struct lp_ether *ether)
{
	if (lp_ether_parse(frame, len, ether) != LP_OK)
		return LP_VERDICT_RUNT;
	if (lp_mac_is_group(&ether->src))
		return LP_VERDICT_INVALID_SOURCE;
	if (lp_mac_is_zero(&ether->src))
		return LP_VERDICT_SOURCE_ZERO;
	if (source != NULL && !lp_mac_is_equal(&ether->src, source))
		return LP_VERDICT_SOURCE_MAC;
	if (policy->is_off)
		return LP_VERDICT_FORWARD;
	if (is_control_dst(&ether->dst))
		return LP_VERDICT_L2_CONTROL;

	const struct lp_policy_part part = {
		.is_remote = direction == LP_DIRECTION_FROM_REMOTE,
		.policy = policy,
		.ether = ether,
	};
	if (lp_ether_is_tag(ether->ethertype))
		return check_tagged(&part, frame, len);
	if (len > LP_ETHER_UNTAGGED_MAX)
		return LP_VERDICT_JUMBO;
	return check_payload(ether->ethertype, &part, frame + LP_ETHER_HEADER_LEN,
			     len - LP_ETHER_HEADER_LEN);
}
