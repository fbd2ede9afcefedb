/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/forward.h"

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

/* The member that a unicast frame is for: its owner, or from a client the gateway; NULL = nobody.
 */
static struct lp_peer *target_of(struct lp_peer *from, const struct lp_mac *dst)
{
	struct lp_peer *owner = lp_room_find_mac(from->room, dst);
	if (owner || from->hello.role == LP_ROLE_GATEWAY)
		return owner;
	return from->room->gateway;
}

/* What the sender may send, and what the gateway's LAN tells us of where MACs live. */
static enum lp_verdict check(struct lp_peer *from, const struct lp_frame *frame,
			     struct lp_ether *ether, uint64_t now)
{
	struct lp_room *room = from->room;
	bool is_client = from->hello.role == LP_ROLE_CLIENT;
	enum lp_verdict verdict =
		lp_policy_check(frame->data, frame->len,
				is_client ? LP_DIRECTION_FROM_REMOTE : LP_DIRECTION_FROM_LAN,
				&room->policy, is_client ? &from->hello.mac : NULL, ether);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (!is_client) {
		/* A player's own MAC cannot live on the LAN: what comes back is a loop. */
		if (lp_room_find_mac(room, &ether->src))
			return LP_VERDICT_LOOP;
		lp_lanmacs_learn(room->lanmacs, &ether->src, now);
		return LP_VERDICT_FORWARD;
	}
	bool is_group = lp_mac_is_group(&ether->dst);
	bool is_unknown = !is_group && from->limit.config.unknown_per_s > 0 &&
			  !lp_room_find_mac(room, &ether->dst) &&
			  !lp_lanmacs_has(room->lanmacs, &ether->dst, now);
	return lp_limit_check(&from->limit, frame->len, is_group, is_unknown, now);
}

static enum lp_verdict route(struct lp_peer *from, struct lp_frame *frame,
			     const struct lp_ether *ether, unsigned *target_count, uint64_t now)
{
	if (lp_mac_is_group(&ether->dst)) {
		*target_count = copy_to_all(from, frame, now);
		return *target_count > 0 ? LP_VERDICT_FORWARD : LP_VERDICT_NO_TARGET;
	}
	struct lp_peer *target = target_of(from, &ether->dst);
	if (target == from)
		return LP_VERDICT_SAME_SIDE;
	if (!target)
		return from->hello.role == LP_ROLE_GATEWAY ? LP_VERDICT_UNKNOWN_FROM_GATEWAY
							   : LP_VERDICT_NO_TARGET;
	*target_count = copy_to(target, frame, now);
	return *target_count > 0 ? LP_VERDICT_FORWARD : LP_VERDICT_NO_TARGET;
}

/* The frame log (R39, O1): only where an admin asked for it. */
static void log_frame(const struct lp_peer *from, const struct lp_frame *frame,
		      const struct lp_ether *ether, enum lp_verdict verdict, unsigned target_count)
{
	char src[LP_MAC_TEXT_LEN], dst[LP_MAC_TEXT_LEN];
	lp_info("frame",
		"room=%s peer=%u src=%s dst=%s ethertype=0x%04x len=%u action=%s reason=%s "
		"targets=%u",
		from->room->code, from->id, lp_mac_format(&ether->src, src),
		lp_mac_format(&ether->dst, dst), ether->ethertype, frame->len,
		lp_action_name(lp_verdict_action(verdict)), lp_verdict_name(verdict), target_count);
}

enum lp_verdict lp_forward_frame(struct lp_peer *from, struct lp_frame *frame, uint64_t now)
{
	struct lp_ether ether = {0};
	unsigned target_count = 0;
	frame->flags = 0; /* advisory flags go to nobody yet: no feature asks for them */
	enum lp_verdict verdict = check(from, frame, &ether, now);
	if (verdict == LP_VERDICT_FORWARD)
		verdict = route(from, frame, &ether, &target_count, now);
	if (from->room->frame_log)
		log_frame(from, frame, &ether, verdict, target_count);
	return verdict;
}
