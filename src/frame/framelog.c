/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/framelog.h"

#include "base/log.h"
#include "frame/ether.h"

#include <stdio.h>

static const char *const directions[] = {
	[LP_FRAMELOG_UP] = "up",
	[LP_FRAMELOG_DOWN] = "down",
	[LP_FRAMELOG_ROOM] = "room",
};

void lp_framelog_write(const struct lp_framelog *entry, const uint8_t *frame, size_t len,
		       enum lp_verdict verdict)
{
	char src[LP_MAC_TEXT_LEN] = "-";
	char dst[LP_MAC_TEXT_LEN] = "-";
	char ethertype[8] = "-";
	struct lp_ether ether;

	if (lp_ether_parse(frame, len, &ether) == LP_OK) {
		lp_mac_format(&ether.src, src);
		lp_mac_format(&ether.dst, dst);
		snprintf(ethertype, sizeof(ethertype), "0x%04x", ether.ethertype);
	}
	lp_info("frame",
		"direction=%s room=%s peer=%u src=%s dst=%s ethertype=%s len=%zu action=%s "
		"reason=%s targets=%u",
		directions[entry->direction], entry->room, entry->peer_id, src, dst, ethertype, len,
		lp_action_name(lp_verdict_action(verdict)), lp_verdict_name(verdict),
		entry->target_count);
}
