/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Frames that say whose an IP address is, for the tests of who may say so. Each is written into
 * frame[128]; the length comes back. Stations are named by the last octet of their MAC,
 * 02:00:00:00: 00:xx, and of their addresses, 10.0.0.xx and fe80::xx; 0 is the unspecified address.
 */
#ifndef LP_TESTS_CLAIM_FRAMES_H
#define LP_TESTS_CLAIM_FRAMES_H

#include "gateway/addrguard.h"

#include <stddef.h>
#include <stdint.h>

#define CLAIM_FRAME_MAX 128

enum { ARP_REQUEST = 1, ARP_REPLY = 2 };
enum { ND_RS = 133, ND_RA = 134, ND_NS = 135, ND_NA = 136, ND_REDIRECT = 137 };

struct arp {
	uint8_t from;	    /* source of the frame */
	uint8_t operation;  /* ARP_… */
	uint8_t sender_mac; /* 0 = that of the frame */
	uint8_t sender_ip;
	uint8_t target_ip;
};

size_t make_arp(uint8_t frame[CLAIM_FRAME_MAX], const struct arp *arp);

struct nd {
	uint8_t from;
	uint8_t type; /* ND_… */
	uint8_t source_ip;
	uint8_t target_ip;  /* NS, NA, redirect */
	uint8_t option_mac; /* in a link-layer address option; 0 = no option */
	uint8_t extensions; /* so many destination options before it */
};

size_t make_nd(uint8_t frame[CLAIM_FRAME_MAX], const struct nd *nd);

/* Does what the loop does, until then. Returns how many questions the LAN got. */
unsigned run_claim_until(struct lp_addrguard *guard, const struct lp_mac *asker, uint64_t now);

#endif
