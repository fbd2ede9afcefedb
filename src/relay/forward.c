/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/forward.h"

#include "base/clock.h"
#include "frame/flow.h"
#include "frame/fragment6.h"
#include "frame/framelog.h"

#define KNOWN_FOR_NS LP_NS_PER_S

static unsigned copy_to(struct lp_peer *target, struct lp_frame *frame, uint64_t now)
{
	if (!lp_peer_is_present(target))
		return 0;
	lp_link_send_frame(target->link, frame, now);
	return 1;
}

static unsigned copy_to_all(struct lp_peer *from, struct lp_frame *frame, uint64_t now)
{
	unsigned count = 0;
	struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &from->room->peers, struct lp_peer, link_room) {
		if (peer != from)
			count += copy_to(peer, frame, now);
	}
	return count;
}

/* Is it a MAC behind the gateway? Asked for each frame of a transfer, so the answer is kept. */
static bool is_on_lan(struct lp_peer *from, const struct lp_mac *mac, uint64_t now)
{
	struct lp_known_mac *known = &from->known[mac->octet[LP_MAC_LEN - 1] % LP_PEER_KNOWN_MACS];
	if (now < known->until_ns && lp_mac_is_equal(&known->mac, mac))
		return true;
	if (!lp_seen_has(from->room->lan_macs, mac->octet, LP_MAC_LEN, now))
		return false;
	known->mac = *mac;
	known->until_ns = now + KNOWN_FOR_NS;
	return true;
}

/* A frame counts against the budget of its sender first, and then against that of the room. */
static enum lp_verdict limit_broadcast(struct lp_peer *from, const struct lp_frame *frame,
				       const struct lp_ether *ether, uint64_t now)
{
	uint64_t source = 0;
	uint32_t flow = lp_flow_of(frame->data, frame->len, ether);
	memcpy(&source, ether->src.octet, LP_MAC_LEN);
	enum lp_verdict verdict = lp_limit_broadcast(&from->limit, source, flow, now);
	if (verdict != LP_VERDICT_FORWARD || from->hello.role == LP_ROLE_GATEWAY)
		return verdict;
	return lp_limit_broadcast(from->room->limit, source, flow, now);
}

static enum lp_verdict limit_client(struct lp_peer *from, const struct lp_frame *frame,
				    const struct lp_ether *ether, const struct lp_peer *owner,
				    uint64_t now)
{
	struct lp_limit *room = from->room->limit;
	enum lp_verdict verdict = lp_limit_bytes(&from->limit, frame->len, now);
	if (verdict == LP_VERDICT_FORWARD)
		verdict = lp_limit_bytes(room, frame->len, now);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (lp_mac_is_group(&ether->dst))
		return limit_broadcast(from, frame, ether, now);
	if (owner || is_on_lan(from, &ether->dst, now))
		return LP_VERDICT_FORWARD;
	verdict = lp_limit_unknown(&from->limit, now);
	return verdict == LP_VERDICT_FORWARD ? lp_limit_unknown(room, now) : verdict;
}

/* What the sender may send, and how much; what the LAN's frames tell us of where MACs live. */
static enum lp_verdict check(struct lp_peer *from, const struct lp_frame *frame,
			     struct lp_ether *ether, struct lp_peer **owner, uint64_t now)
{
	struct lp_room *room = from->room;
	bool is_client = from->hello.role == LP_ROLE_CLIENT;
	enum lp_verdict verdict =
		lp_policy_check(frame->data, frame->len,
				is_client ? LP_DIRECTION_FROM_REMOTE : LP_DIRECTION_FROM_LAN,
				&room->policy, is_client ? &from->hello.mac : NULL, ether);
	if (lp_fragment6_is_due(verdict, &room->policy))
		verdict = lp_fragment6_judge(&room->fragments6, &room->policy, frame->data,
					     frame->len, now);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	bool is_group = lp_mac_is_group(&ether->dst);
	*owner = is_group ? NULL : lp_room_find_mac(room, &ether->dst);
	if (is_client)
		return limit_client(from, frame, ether, *owner, now);
	/* A player's own MAC cannot live on the LAN: what comes back is a loop. */
	if (lp_room_find_mac(room, &ether->src))
		return LP_VERDICT_LOOP;
	lp_seen_mark(room->lan_macs, ether->src.octet, LP_MAC_LEN, now);
	return is_group ? limit_broadcast(from, frame, ether, now) : LP_VERDICT_FORWARD;
}

/* Broadcast to all others; unicast to its owner, or from a client to the gateway. */
static enum lp_verdict route(struct lp_peer *from, struct lp_frame *frame,
			     const struct lp_ether *ether, struct lp_peer *owner,
			     unsigned *target_count, uint64_t now)
{
	bool is_gateway = from->hello.role == LP_ROLE_GATEWAY;
	if (lp_mac_is_group(&ether->dst)) {
		*target_count = copy_to_all(from, frame, now);
		return *target_count > 0 ? LP_VERDICT_FORWARD : LP_VERDICT_NO_TARGET;
	}
	struct lp_peer *target = owner || is_gateway ? owner : from->room->gateway;
	if (target == from)
		return LP_VERDICT_SAME_SIDE;
	if (!target)
		return is_gateway ? LP_VERDICT_UNKNOWN_FROM_GATEWAY : LP_VERDICT_NO_TARGET;
	*target_count = copy_to(target, frame, now);
	return *target_count > 0 ? LP_VERDICT_FORWARD : LP_VERDICT_NO_TARGET;
}

enum lp_verdict lp_forward_frame(struct lp_peer *from, struct lp_frame *frame, uint64_t now)
{
	struct lp_ether ether = {0};
	struct lp_peer *owner = NULL;
	unsigned target_count = 0;
	frame->flags = 0; /* advisory flags go to nobody yet: no feature asks for them */
	enum lp_verdict verdict = check(from, frame, &ether, &owner, now);
	if (verdict == LP_VERDICT_FORWARD)
		verdict = route(from, frame, &ether, owner, &target_count, now);
	if (from->room->frame_log || from->frame_log) {
		const struct lp_framelog entry = {LP_FRAMELOG_ROOM, from->room->name, from->id,
						  target_count};
		lp_framelog_write(&entry, frame->data, frame->len, verdict);
	}
	return verdict;
}
