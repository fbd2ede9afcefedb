/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * In whose name a DHCP client asks: the client identifier of DHCPv4 (RFC 2131, 6842) and the DUID
 * of DHCPv6 (RFC 8415), by which servers tell clients apart. Pure; reads nothing outside what it is
 * given.
 */
#ifndef LP_FRAME_DHCPID_H
#define LP_FRAME_DHCPID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_dhcp4_options {
	uint8_t message; /* DHCPDISCOVER and so on; 0 = plain BOOTP */
	const uint8_t *client_id;
	size_t client_id_len; /* 0 = it has none */
};

/*
 * The options of message[len], which is what is in the UDP packet. False if servers may read them
 * in more than one way: an option twice (RFC 3396), more of them in other fields, one that runs
 * over the end, or what only a relay agent adds.
 */
bool lp_dhcp4_read_options(const uint8_t *message, size_t len, struct lp_dhcp4_options *options);

struct lp_dhcpid {
	uint8_t version;     /* 4 or 6 */
	bool is_giving_up;   /* RELEASE or DECLINE: ends the lease of whoever has the name */
	const uint8_t *name; /* in the frame */
	size_t name_len;
};

/*
 * The name in a client's request, behind VLAN tags and extension headers too; that of a DHCPv4
 * client without an identifier is its hardware address. False for every other frame.
 */
bool lp_dhcpid_read(const uint8_t *frame, size_t len, struct lp_dhcpid *id);

#endif
