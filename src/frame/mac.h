/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * MAC addresses (IEEE 802): text, comparison, and what may identify a peer.
 */
#ifndef LP_FRAME_MAC_H
#define LP_FRAME_MAC_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LP_MAC_LEN	6
#define LP_MAC_TEXT_LEN 18

struct lp_mac {
	uint8_t octet[LP_MAC_LEN];
};

/* "02:00:5e:10:00:01", also with '-'; any case; nothing before or behind (P5). */
enum lp_err lp_mac_parse(const char *text, struct lp_mac *mac) LP_MUST_CHECK;

/* Lower case with colons. Returns text. */
const char *lp_mac_format(const struct lp_mac *mac, char text[LP_MAC_TEXT_LEN]);

static inline bool lp_mac_is_equal(const struct lp_mac *a, const struct lp_mac *b)
{
	return memcmp(a->octet, b->octet, LP_MAC_LEN) == 0;
}

/* Group bit: broadcast or multicast. */
static inline bool lp_mac_is_group(const struct lp_mac *mac)
{
	return (mac->octet[0] & 0x01) != 0;
}

static inline bool lp_mac_is_zero(const struct lp_mac *mac)
{
	static const struct lp_mac zero;

	return lp_mac_is_equal(mac, &zero);
}

/* May be the address of one station: neither zero nor a group address (P6). */
static inline bool lp_mac_is_identity(const struct lp_mac *mac)
{
	return !lp_mac_is_group(mac) && !lp_mac_is_zero(mac);
}

/* A random locally administered unicast address. */
struct lp_mac lp_mac_random(void);

#endif
