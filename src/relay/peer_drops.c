/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What is dropped of a client's frames, here or at the gateway, is told to that client: it can say
 * why something does not work, and nobody else can see it there.
 */

#include "base/clock.h"
#include "relay/peer.h"
#include "relay/worker_impl.h"
#include "wire/drop_news.h"

#include <string.h>

/* A gateway that keeps to its 5 s is always heard, however its messages bunch up on the way. */
#define PASS_EVERY_NS (LP_DROP_NEWS_EVERY_NS - LP_NS_PER_S)

void lp_peer_drops_begin(struct lp_peer *peer)
{
	memcpy(peer->told_drops, peer->ledger.frames, sizeof(peer->told_drops));
}

void lp_peer_drops_tell(struct lp_peer *peer, uint64_t now)
{
	struct lp_message message = {.type = LP_MESSAGE_DROPS};

	if (peer->state != LP_PEER_MEMBER || peer->hello.role != LP_ROLE_CLIENT ||
	    (peer->told_drops_ns != 0 && now < peer->told_drops_ns + PASS_EVERY_NS))
		return;
	if (!lp_drop_news_take(peer->ledger.frames, peer->told_drops, &message.drops))
		return;
	peer->told_drops_ns = now;
	lp_link_send_message(peer->link, &message);
}

void lp_peer_drops_pass(struct lp_peer *gateway, const struct lp_drops *drops, uint64_t now)
{
	struct lp_peer *peer = lp_room_find_id(gateway->room, drops->peer_id);
	struct lp_message message = {.type = LP_MESSAGE_DROPS, .drops = *drops};

	if (!peer || !lp_peer_is_present(peer) || peer->hello.role != LP_ROLE_CLIENT ||
	    (peer->passed_drops_ns != 0 && now < peer->passed_drops_ns + PASS_EVERY_NS))
		return;
	peer->passed_drops_ns = now;
	message.drops.peer_id = 0;
	message.drops.is_by_gateway = true;
	lp_link_send_message(peer->link, &message);
}
