/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The frame by which a gateway finds out that the LAN and the tunnel meet in a second place: a
 * broadcast with the local experimental ethertype 0x88b5 (IEEE 802) and a random number. No host
 * answers it; where it comes out again there is a loop.
 */
#ifndef LP_FRAME_LOOPPROBE_H
#define LP_FRAME_LOOPPROBE_H

#include "frame/ether.h"
#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_LOOPPROBE_ID_LEN 16

void lp_loopprobe_make(const struct lp_mac *source, const uint8_t id[LP_LOOPPROBE_ID_LEN],
		       uint8_t frame[LP_ETHER_WIRE_MIN]);

/* Whose is it? *id gets the number, inside the frame. False = it is no such frame. */
bool lp_loopprobe_read(const uint8_t *frame, size_t len, const uint8_t **id);

#endif
