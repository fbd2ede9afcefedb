/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "base/quote.h"
#include "session/session_impl.h"

#include <stdio.h>
#include <stdlib.h>

const char *lp_session_peer_describe(const struct lp_session_peer *peer, char text[128])
{
	char mac[LP_MAC_TEXT_LEN] = "no MAC", quoted[80];
	if (peer->has_mac)
		lp_mac_format(&peer->mac, mac);
	snprintf(text, 128, "%s %u (%s, %s)", peer->role == LP_ROLE_GATEWAY ? "gateway" : "peer",
		 peer->id,
		 peer->name[0] ? lp_quote(peer->name, "", quoted, sizeof(quoted)) : "no name", mac);
	return text;
}

/* A peer that is known already is told again when it came back. */
void lp_session_peer_add(struct lp_session *session, const struct lp_peer_joined *joined)
{
	struct lp_session_peer *peer =
		lp_map_get(session->peers, &joined->peer_id, sizeof(joined->peer_id));
	if (!peer) {
		peer = lp_alloc(sizeof(*peer));
		peer->id = joined->peer_id;
		peer->joined_ns = session->now.mono_ns;
		lp_map_put(session->peers, &peer->id, sizeof(peer->id), peer);
	}
	peer->role = joined->role;
	peer->has_mac = joined->has_mac;
	peer->mac = joined->mac;
	peer->is_stale = false;
	lp_strcopy(peer->name, sizeof(peer->name), joined->name);
	if (peer->role == LP_ROLE_GATEWAY) {
		session->gateway_present = true;
		session->is_lan_lost = false; /* or it says so right after this */
	}
	session->ops->on_peer_joined(session->user, peer, session->now.mono_ns);
}

void lp_session_peer_heard(struct lp_session *session, const struct lp_frame *frame)
{
	struct lp_session_peer *peer =
		lp_map_get(session->peers, &frame->source_id, sizeof(frame->source_id));
	if (!peer)
		return;
	peer->last_frame_ns = session->now.mono_ns;
	peer->frames++;
	peer->bytes += frame->len;
}

/* After a time away there may be two: the one of before, not forgotten yet, and its successor. */
static bool has_gateway(const struct lp_session *session)
{
	const struct lp_session_peer *peer;
	for (size_t cursor = 0; (peer = lp_map_next(session->peers, &cursor));) {
		if (peer->role == LP_ROLE_GATEWAY)
			return true;
	}
	return false;
}

static void forget(struct lp_session *session, struct lp_session_peer *peer, const char *reason)
{
	lp_map_remove(session->peers, &peer->id, sizeof(peer->id));
	if (peer->role == LP_ROLE_GATEWAY)
		session->gateway_present = has_gateway(session);
	if (reason)
		session->ops->on_peer_left(session->user, peer, reason, session->now.mono_ns);
	free(peer);
}

void lp_session_peer_remove(struct lp_session *session, uint16_t id, const char *reason)
{
	struct lp_session_peer *peer = lp_map_get(session->peers, &id, sizeof(id));
	if (peer)
		forget(session, peer, reason);
}

void lp_session_peers_mark(struct lp_session *session)
{
	struct lp_session_peer *peer;
	for (size_t cursor = 0; (peer = lp_map_next(session->peers, &cursor));)
		peer->is_stale = true;
}

void lp_session_peers_sweep(struct lp_session *session)
{
	struct lp_session_peer *peer;
	for (size_t cursor = 0; (peer = lp_map_next(session->peers, &cursor));) {
		if (peer->is_stale)
			forget(session, peer, "left while we were away");
	}
}

void lp_session_peers_clear(struct lp_session *session, const char *reason)
{
	struct lp_session_peer *peer;
	for (size_t cursor = 0; (peer = lp_map_next(session->peers, &cursor)); cursor = 0)
		forget(session, peer, reason);
}

const struct lp_session_peer *lp_session_next_peer(const struct lp_session *session, size_t *cursor)
{
	return lp_map_next(session->peers, cursor);
}
