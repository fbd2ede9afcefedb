/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/loopprobe.h"

#include <string.h>

/* Others use this ethertype too. */
static const uint8_t head[] = {0x88, 0xb5, 'l', 'a', 'n', 'p', 'a', 'r', 't', 'y', 0x01};

#define HEAD_AT (2 * LP_MAC_LEN)
#define ID_AT	(HEAD_AT + sizeof(head))

void lp_loopprobe_make(const struct lp_mac *source, const uint8_t id[LP_LOOPPROBE_ID_LEN],
		       uint8_t frame[LP_ETHER_WIRE_MIN])
{
	memset(frame, 0, LP_ETHER_WIRE_MIN);
	memset(frame, 0xff, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, source->octet, LP_MAC_LEN);
	memcpy(frame + HEAD_AT, head, sizeof(head));
	memcpy(frame + ID_AT, id, LP_LOOPPROBE_ID_LEN);
}

bool lp_loopprobe_read(const uint8_t *frame, size_t len, const uint8_t **id)
{
	if (len < ID_AT + LP_LOOPPROBE_ID_LEN || memcmp(frame + HEAD_AT, head, sizeof(head)) != 0)
		return false;
	*id = frame + ID_AT;
	return true;
}
