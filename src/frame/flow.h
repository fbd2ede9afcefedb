/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which flow a frame belongs to: a game's announcements, ARP, mDNS. For sharing a budget between
 * flows, so a wrong guess costs a fair share and nothing else.
 */
#ifndef LP_FRAME_FLOW_H
#define LP_FRAME_FLOW_H

#include "frame/ether.h"

#include <stddef.h>
#include <stdint.h>

/* The ethertype (or 802.3 length: 0), and the UDP port that it is for or the type of ICMPv6. */
uint32_t lp_flow_of(const uint8_t *frame, size_t len, const struct lp_ether *ether);

#endif
