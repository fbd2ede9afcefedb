/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/peer.h"

#include "base/mem.h"
#include "base/quote.h"

#include <stdio.h>

const char *lp_peer_describe(const struct lp_peer *peer, char text[128])
{
	char mac[LP_MAC_TEXT_LEN] = "no MAC";
	char addr[LP_ADDR_TEXT_LEN];
	const struct lp_conn *conn = peer->link ? lp_link_conn(peer->link) : NULL;
	if (peer->id == 0 && conn) { /* not in a room: where it comes from is all that is known */
		lp_addr_format(&lp_conn_path(conn)->remote, addr);
		snprintf(text, 128, "an applicant at %s", addr);
		return text;
	}
	if (peer->hello.has_mac)
		lp_mac_format(&peer->hello.mac, mac);
	char quoted[80];
	const char *name = peer->hello.name[0]
				   ? lp_quote(peer->hello.name, "", quoted, sizeof(quoted))
				   : "no name";
	if (peer->hello.role == LP_ROLE_GATEWAY)
		snprintf(text, 128, "gateway %u (%s, %s)", peer->id, name, mac);
	else
		snprintf(text, 128, "peer %u (%s, %s)", peer->id, name, mac);
	return text;
}

struct lp_message lp_peer_joined_message(const struct lp_peer *peer)
{
	struct lp_message message = {.type = LP_MESSAGE_PEER_JOINED};
	message.peer_joined.peer_id = peer->id;
	message.peer_joined.role = peer->hello.role;
	message.peer_joined.has_mac = peer->hello.has_mac;
	message.peer_joined.mac = peer->hello.mac;
	lp_strcopy(message.peer_joined.name, sizeof(message.peer_joined.name), peer->hello.name);
	message.peer_joined.epoch = peer->hello.epoch;
	message.peer_joined.features = peer->features;
	return message;
}
