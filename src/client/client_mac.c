/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "client/client_impl.h"
#include "state/identity.h"

#include <string.h>

#define LOG "client"

static void make_mac(char text[LP_IDENTITY_MAC_TEXT_LEN])
{
	struct lp_mac mac = lp_mac_random();
	lp_mac_format(&mac, text);
}

enum lp_err lp_client_identity(struct lp_store *store, const char *configured, struct lp_mac *mac)
{
	char text[LP_IDENTITY_MAC_TEXT_LEN];
	bool is_auto = strcmp(configured, "auto") == 0;
	if (is_auto) {
		enum lp_err err = lp_identity_mac(store, make_mac, text);
		if (err != LP_OK)
			return err;
		configured = text;
	}
	if (lp_mac_parse(configured, mac) == LP_OK && lp_mac_is_identity(mac))
		return LP_OK;
	lp_error(LOG,
		 "%s says MAC %.40s, which is not the address of one station: use \"auto\" or a "
		 "unicast address such as 02:12:34:56:78:9a",
		 is_auto ? "the identity file" : "client.mac", configured);
	return LP_ERR_INVALID;
}
