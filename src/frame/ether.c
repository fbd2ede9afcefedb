/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/ether.h"

enum lp_err lp_ether_parse(const uint8_t *frame, size_t len, struct lp_ether *ether)
{
	if (len < LP_ETHER_HEADER_LEN)
		return LP_ERR_TRUNCATED;
	memcpy(ether->dst.octet, frame, LP_MAC_LEN);
	memcpy(ether->src.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
	ether->ethertype = (uint16_t)(frame[12] << 8 | frame[13]);
	return LP_OK;
}
