/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What DHCPv4 on a LAN says about who gets, or gives back, an address (RFC 2131), and about the
 * LAN's router and server. Anybody there can say so: hints to ask by, no proof. Pure; reads nothing
 * outside the frame.
 */
#ifndef LP_FRAME_LEASEHINT_H
#define LP_FRAME_LEASEHINT_H

#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_LEASEHINT_HOSTS_MAX 4

enum lp_leasehint_kind {
	LP_LEASEHINT_BOUND, /* DHCPACK */
	LP_LEASEHINT_FREED, /* DHCPRELEASE, DHCPDECLINE */
};

struct lp_leasehint {
	enum lp_leasehint_kind kind;
	uint8_t ip[4];				  /* zeros: none is named */
	struct lp_mac mac;			  /* of the machine that it is about */
	uint8_t hosts[LP_LEASEHINT_HOSTS_MAX][4]; /* of an ACK: the server, then routers */
	size_t host_count;
};

/* False = it says nothing of the kind. */
bool lp_leasehint_read(const uint8_t *frame, size_t len, struct lp_leasehint *hint);

#endif
