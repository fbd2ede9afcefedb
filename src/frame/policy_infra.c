/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What only switches, routers and machines of a plant say to each other. A host that says it too
 * gets a multicast querier's or a router's place, or carries frames past every filter; no game
 * needs it.
 */
#include "frame/policy_rules.h"

bool lp_policy_infra_is_ethertype(uint16_t ethertype)
{
	switch (ethertype) {
	case 0x22e7: /* ECP, EVB: 802.1Qbg */
	case 0x22e9: /* congestion notification */
	case 0x22ea: /* MSRP */
	case 0x22f3: /* TRILL, its IS-IS, fine-grained labels, RBridge channel */
	case 0x22f4:
	case 0x893b:
	case 0x8946:
	case 0x4305: /* B.A.T.M.A.N. */
	case 0x8035: /* RARP: what a hypervisor tells switches with */
	case 0x8847: /* MPLS */
	case 0x8848:
	case 0x886d: /* Intel ANS probes: teaming of cards */
	case 0x887b: /* HomePlug 1.0, HomePlug AV */
	case 0x88e1:
	case 0x8892: /* PROFINET, and DCP, which gives machines their addresses */
	case 0x88a4: /* EtherCAT */
	case 0x88ab: /* POWERLINK */
	case 0x88b8: /* GOOSE, GSE, sampled values: IEC 61850 */
	case 0x88b9:
	case 0x88ba:
	case 0x88cd: /* SERCOS III */
	case 0x890f: /* CC-Link IE */
	case 0x88bb: /* LWAPP: access points and their controller */
	case 0x88c7: /* Wi-Fi preauthentication */
	case 0x890d: /* Wi-Fi frames between access points */
	case 0x88bf: /* MikroTik RoMON */
	case 0x88dc: /* WSMP */
	case 0x88e3: /* MRP of media redundancy; MVRP, MMRP of registration */
	case 0x88f5:
	case 0x88f6:
	case 0x88e7: /* PBB: a whole frame inside */
	case 0x88fb: /* PRP, HSR */
	case 0x892f:
	case 0x8903: /* FabricPath; VN-tag, E-tag, TrustSec: tags of other kinds */
	case 0x8926:
	case 0x893f:
	case 0x8909:
	case 0x8906: /* FCoE, FIP */
	case 0x8914:
	case 0x8940: /* ECP */
	case 0x894f: /* NSH */
	case 0x8874: /* tags of a switch chip towards its own CPU */
	case 0xdada:
		return true;
	default:
		return false;
	}
}

bool lp_policy_infra_is_protocol(uint8_t protocol)
{
	switch (protocol) {
	case 3:	  /* GGP */
	case 8:	  /* EGP */
	case 9:	  /* IGRP */
	case 46:  /* RSVP */
	case 54:  /* NHRP */
	case 88:  /* EIGRP */
	case 89:  /* OSPF */
	case 103: /* PIM */
	case 112: /* VRRP, CARP */
	case 124: /* IS-IS */
	case 138: /* MANET */
	case 240: /* pfsync */
	case 4:	  /* Packets in packets: IPv4, IPv6, GRE, minimal, IPIP, EtherIP, */
	case 41:
	case 47:
	case 55:
	case 94:
	case 97:
	case 98:
	case 115: /* L2TP, MPLS, Ethernet */
	case 137:
	case 143:
		return true;
	default:
		return false;
	}
}

/* Hosts report and leave; whoever else speaks it is a querier or a router (RFC 3376, 4286). */
bool lp_policy_infra_is_igmp(uint8_t type)
{
	return type != 0x12 && type != 0x16 && type != 0x17 && type != 0x22;
}

/* MLD query, multicast router discovery (RFC 4286), RPL. */
bool lp_policy_infra_is_icmp6(uint8_t type)
{
	return type == 130 || (type >= 151 && type <= 153) || type == 155;
}

/*
 * Below 1024 no system picks a port by itself, so the port alone tells. Above, one side's port may
 * be any that was free: there it is the protocol only if both ends have it, or a group is meant.
 */
bool lp_policy_infra_is_udp(const uint8_t ports[4], bool is_group)
{
	uint16_t from = lp_policy_u16(ports);
	uint16_t to = lp_policy_u16(ports + 2);

	switch (to) {
	case 520: /* RIP, RIPng */
	case 521:
	case 646: /* LDP */
	case 698: /* OLSR */
		return true;
	case 1985: /* HSRP */
	case 2029: /* … of IPv6 */
	case 2048: /* WCCP */
	case 3222: /* GLBP */
	case 6696: /* Babel */
		return is_group || from == to;
	default:
		return false;
	}
}

/* BGP, LDP, MSDP. */
bool lp_policy_infra_is_tcp(const uint8_t ports[4])
{
	uint16_t from = lp_policy_u16(ports);
	uint16_t to = lp_policy_u16(ports + 2);

	return from == 179 || to == 179 || from == 646 || to == 646 || from == 639 || to == 639;
}
