/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The frame log: one line a frame, in the same words at relay, gateway and client (O1).
 *
 *   frame: direction=up room=doom peer=7 src=… dst=… ethertype=0x0800 len=342 action=filtered
 *          reason=dhcp4_server targets=0
 *
 * Only where an admin asked for it: it says who talks to whom, and it is a lot.
 */
#ifndef LP_FRAME_FRAMELOG_H
#define LP_FRAME_FRAMELOG_H

#include "frame/verdict.h"

#include <stddef.h>
#include <stdint.h>

enum lp_framelog_direction {
	LP_FRAMELOG_UP,	  /* from a device to the relay */
	LP_FRAMELOG_DOWN, /* from the relay to a device */
	LP_FRAMELOG_ROOM, /* through a relay */
};

struct lp_framelog {
	enum lp_framelog_direction direction;
	const char *room;
	uint16_t peer_id; /* that the frame came from; 0 = not known: the LAN */
	unsigned target_count;
};

/* ethertype below 0x0600 is an 802.3 length. A runt has "-" for what it lacks. */
void lp_framelog_write(const struct lp_framelog *entry, const uint8_t *frame, size_t len,
		       enum lp_verdict verdict);

#endif
