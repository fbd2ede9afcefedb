/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/example.h"

#include "base/addr.h"
#include "base/mem.h"
#include "frame/ether.h"
#include "frame/ipclaim.h"

#include <stdio.h>
#include <string.h>

/* The first address that the frame says is its sender's. */
static void write_claim(const uint8_t *frame, size_t len, char text[LP_EXAMPLE_TEXT_LEN])
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	char addr_text[LP_ADDR_TEXT_LEN];
	struct lp_addr addr = {0};

	if (lp_ipclaim_read(frame, len, claims) == 0)
		return;
	addr.family = claims[0].ip_len == 4 ? LP_ADDR_IP4 : LP_ADDR_IP6;
	memcpy(addr.ip, claims[0].ip, claims[0].ip_len);
	lp_strcopy(text, LP_EXAMPLE_TEXT_LEN, lp_addr_format_ip(&addr, addr_text));
}

const char *lp_example_of(enum lp_verdict verdict, const uint8_t *frame, size_t len,
			  char text[LP_EXAMPLE_TEXT_LEN])
{
	struct lp_mac source;

	text[0] = '\0';
	if (len < LP_ETHER_HEADER_LEN || lp_verdict_action(verdict) == LP_ACTION_RATE_LIMITED)
		return text;
	switch (verdict) {
	case LP_VERDICT_SOURCE_MAC:
	case LP_VERDICT_INVALID_SOURCE:
		memcpy(source.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
		lp_mac_format(&source, text);
		break;
	case LP_VERDICT_INFRASTRUCTURE:
		if ((frame[12] == 0x08 && frame[13] == 0x00) ||
		    (frame[12] == 0x86 && frame[13] == 0xdd))
			break; /* the protocol is deeper */
		snprintf(text, LP_EXAMPLE_TEXT_LEN, "0x%02x%02x", frame[12], frame[13]);
		break;
	case LP_VERDICT_ETHERTYPE:
	case LP_VERDICT_L2_CONTROL:
		snprintf(text, LP_EXAMPLE_TEXT_LEN, "0x%02x%02x", frame[12], frame[13]);
		break;
	default:
		write_claim(frame, len, text);
		break;
	}
	return text;
}
