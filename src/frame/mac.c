/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/mac.h"

#include "base/rand.h"

#include <stdio.h>

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum lp_err lp_mac_parse(const char *text, struct lp_mac *mac)
{
	struct lp_mac parsed;
	char separator = '\0';

	for (int i = 0; i < LP_MAC_LEN; i++, text += 2) {
		if (i > 0) {
			if (*text != ':' && *text != '-')
				return LP_ERR_INVALID;
			if (i > 1 && *text != separator)
				return LP_ERR_INVALID;
			separator = *text++;
		}
		if (hex_value(text[0]) < 0 || hex_value(text[1]) < 0)
			return LP_ERR_INVALID;
		parsed.octet[i] = (uint8_t)(hex_value(text[0]) << 4 | hex_value(text[1]));
	}
	if (*text != '\0')
		return LP_ERR_INVALID;
	*mac = parsed;
	return LP_OK;
}

const char *lp_mac_format(const struct lp_mac *mac, char text[LP_MAC_TEXT_LEN])
{
	const uint8_t *o = mac->octet;

	snprintf(text, LP_MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3],
		 o[4], o[5]);
	return text;
}

struct lp_mac lp_mac_random(void)
{
	struct lp_mac mac;

	lp_rand_bytes(mac.octet, sizeof(mac.octet));
	mac.octet[0] = (uint8_t)((mac.octet[0] | 0x02) & ~0x01);
	return mac;
}
