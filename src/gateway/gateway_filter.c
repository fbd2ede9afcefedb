/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/gateway_filter_impl.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "frame/flow.h"

#include <string.h>

#define LOG "gateway"

#define OFTEN_FOR_NS (10 * LP_NS_PER_S)
#define ASK_AGAIN_NS (3 * LP_NS_PER_S) /* a machine of the LAN whose MAC a player has, too */

/* --- life --- */

/* Of its own: the system on the NIC does not get the answers, and no player is mixed up in it. */
static void make_asker(struct lp_mac *mac)
{
	lp_rand_bytes(mac->octet, LP_MAC_LEN);
	mac->octet[0] = (uint8_t)((mac->octet[0] & 0xfc) | 0x02);
}

void lp_gateway_filter_init(struct lp_gateway_filter *gate, uint64_t broadcast_per_s, uint64_t now)
{
	memset(gate, 0, sizeof(*gate));
	gate->cam = lp_cam_new();
	gate->guard = lp_addrguard_new(now);
	gate->dhcp = lp_dhcpguard_new();
	gate->lan_macs =
		lp_seen_new(LP_GATEWAY_FILTER_LAN_MACS_MAX, LP_GATEWAY_FILTER_LAN_MAC_AGE_NS);
	lp_loopguard_init(&gate->loopguard, now);
	gate->judge_due_ns = LP_NEVER;
	make_asker(&gate->asker_mac);
	lp_gateway_filter_set_rate(gate, broadcast_per_s, now);
}

void lp_gateway_filter_fini(struct lp_gateway_filter *gate)
{
	lp_cam_free(gate->cam);
	lp_addrguard_free(gate->guard);
	lp_dhcpguard_free(gate->dhcp);
	lp_seen_free(gate->lan_macs);
	lp_fragment6_free(gate->fragments6);
}

static void check_for_loops(struct lp_gateway_filter *gate, uint64_t now)
{
	lp_loopguard_often(&gate->loopguard, now + OFTEN_FOR_NS, now);
	lp_loopguard_soon(&gate->loopguard, now);
}

void lp_gateway_filter_set_nic(struct lp_gateway_filter *gate, const struct lp_mac *mac,
			       uint64_t now)
{
	gate->nic_mac = *mac;
	lp_addrguard_forget_free(gate->guard);
	check_for_loops(gate, now);
}

void lp_gateway_filter_set_rate(struct lp_gateway_filter *gate, uint64_t broadcast_per_s,
				uint64_t now)
{
	uint64_t key;

	lp_rand_bytes(&key, sizeof(key));
	lp_fair_init(&gate->broadcast, broadcast_per_s, key, now);
}

void lp_gateway_filter_set_asking(struct lp_gateway_filter *gate, bool is_asking)
{
	lp_addrguard_set_asking(gate->guard, is_asking);
}

/* --- players --- */

/* A machine of the LAN had the MAC lately: it is asked whether it still has. */
static void refuse(struct lp_gateway_filter *gate, struct lp_cam_peer *peer, uint64_t now)
{
	const struct lp_addr_owner *owner = lp_addrguard_address_of(gate->guard, &peer->mac, now);
	char text[LP_MAC_TEXT_LEN];

	lp_warn(LOG, "peer %u uses %s, the MAC of a machine on the LAN: its frames are dropped%s",
		peer->peer_id, lp_mac_format(&peer->mac, text),
		lp_mac_is_equal(&peer->mac, &gate->nic_mac) ? "" : " while that is there");
	gate->refused_count++;
	if (owner)
		lp_maccase_set_ip(&peer->maccase, owner->ip, owner->ip_len);
	lp_maccase_open(&peer->maccase, false, now);
}

const struct lp_cam_peer *lp_gateway_filter_join(struct lp_gateway_filter *gate, uint16_t peer_id,
						 const struct lp_mac *mac, uint64_t now)
{
	bool is_on_lan = lp_mac_is_equal(mac, &gate->nic_mac) ||
			 lp_seen_has(gate->lan_macs, mac->octet, LP_MAC_LEN, now);

	lp_gateway_filter_leave(gate, peer_id);
	lp_cam_add(gate->cam, peer_id, mac, is_on_lan);
	check_for_loops(gate, now);
	struct lp_cam_peer *peer = lp_cam_find_id(gate->cam, peer_id);
	peer->joined_ns = now;
	lp_bucket_init(&peer->asks, LP_ADDRGUARD_PLAYER_PER_S, LP_ADDRGUARD_PLAYER_BURST, now);
	if (is_on_lan)
		refuse(gate, peer, now);
	return peer;
}

void lp_gateway_filter_leave(struct lp_gateway_filter *gate, uint16_t peer_id)
{
	const struct lp_cam_peer *peer = lp_cam_find_id(gate->cam, peer_id);

	if (!peer)
		return;
	gate->refused_count -= peer->is_on_lan;
	lp_addrguard_forget_player(gate->guard, &peer->mac);
	lp_cam_remove(gate->cam, peer_id);
}

/* A machine of the LAN speaks: perhaps one that a player was refused for. */
static void hear_refused(struct lp_gateway_filter *gate, const struct lp_mac *source,
			 const uint8_t *frame, size_t len)
{
	struct lp_cam_peer *peer;

	if (gate->refused_count == 0)
		return;
	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));) {
		if (peer->is_on_lan && lp_mac_is_equal(&peer->mac, source))
			lp_maccase_hear(&peer->maccase, frame, len);
	}
}

const struct lp_cam_peer *lp_gateway_filter_release(struct lp_gateway_filter *gate, uint64_t now)
{
	struct lp_cam_peer *peer;

	for (size_t cursor = 0;
	     gate->refused_count > 0 && (peer = lp_cam_next(gate->cam, &cursor));) {
		if (!peer->is_on_lan || lp_mac_is_equal(&peer->mac, &gate->nic_mac))
			continue;
		if (lp_maccase_is_silent(&peer->maccase, now)) {
			gate->refused_count--;
			peer->maccase = (struct lp_maccase){0};
			lp_seen_forget(gate->lan_macs, peer->mac.octet, LP_MAC_LEN);
			lp_cam_release(gate->cam, peer);
			return peer;
		}
		if (now >= peer->maccase.since_ns + ASK_AGAIN_NS)
			lp_maccase_open(&peer->maccase, false, now);
	}
	return NULL;
}

/* --- frames --- */

static enum lp_verdict check_broadcast(struct lp_gateway_filter *gate, const uint8_t *frame,
				       size_t len, const struct lp_ether *ether, uint64_t now)
{
	uint64_t source = 0;

	memcpy(&source, ether->src.octet, LP_MAC_LEN);
	return lp_fair_take(&gate->broadcast, source, lp_flow_of(frame, len, ether), now)
		       ? LP_VERDICT_FORWARD
		       : LP_VERDICT_RATE_BROADCAST;
}

static enum lp_verdict check_unicast(struct lp_gateway_filter *gate, const struct lp_policy *policy,
				     const uint8_t *frame, size_t len, const struct lp_ether *ether,
				     uint64_t now)
{
	struct lp_cam_peer *peer = lp_cam_find_mac(gate->cam, &ether->dst);

	if (!peer)
		return LP_VERDICT_NOT_FOR_US;
	if (!policy->is_off)
		lp_addrguard_meet(gate->guard, &peer->asks, frame, len, now);
	return lp_gateway_filter_is_stopped(gate, peer, now) ? LP_VERDICT_LOOP : LP_VERDICT_FORWARD;
}

static void learn(struct lp_gateway_filter *gate, const uint8_t *frame, size_t len,
		  const struct lp_mac *source, uint64_t now)
{
	struct lp_leasehint hint;

	lp_addrguard_learn(gate->guard, frame, len, now);
	if (lp_leasehint_read(frame, len, &hint))
		lp_addrguard_hint(gate->guard, &hint, source,
				  lp_cam_find_mac(gate->cam, &hint.mac) != NULL, now);
}

enum lp_verdict lp_gateway_filter_up(struct lp_gateway_filter *gate, const struct lp_policy *policy,
				     const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ether ether;
	const uint8_t *id;
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_LAN, policy, NULL, &ether);

	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (lp_loopprobe_read(frame, len, &id)) {
		lp_gateway_filter_hear_probe(gate, NULL, id, now);
		return LP_VERDICT_LOOP;
	}
	if (lp_mac_is_equal(&ether.src, &gate->asker_mac))
		return LP_VERDICT_LOOP;
	struct lp_cam_peer *duplicate = lp_cam_find_mac(gate->cam, &ether.src);
	if (duplicate) {
		lp_addrguard_doubt(gate->guard, frame, len);
		lp_gateway_filter_suspect(gate, duplicate, frame, len, now);
		return LP_VERDICT_LOOP;
	}
	lp_seen_mark(gate->lan_macs, ether.src.octet, LP_MAC_LEN, now);
	lp_dhcpguard_learn(gate->dhcp, frame, len, now);
	hear_refused(gate, &ether.src, frame, len);
	learn(gate, frame, len, &ether.src, now);
	if (!lp_mac_is_group(&ether.dst))
		return check_unicast(gate, policy, frame, len, &ether, now);
	if (now < gate->stopped_until_ns)
		return LP_VERDICT_LOOP;
	return check_broadcast(gate, frame, len, &ether, now);
}

enum lp_verdict lp_gateway_filter_down(struct lp_gateway_filter *gate,
				       const struct lp_policy *policy, uint16_t peer_id,
				       const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_cam_peer *peer = lp_cam_find_id(gate->cam, peer_id);
	struct lp_ether ether;
	const uint8_t *id;

	if (!peer)
		return LP_VERDICT_FOREIGN_PEER_ID;
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_REMOTE, policy, &peer->mac, &ether);
	bool is_fragment = lp_fragment6_is_due(verdict, policy);
	if (verdict != LP_VERDICT_FORWARD && !is_fragment)
		return verdict;
	if (peer->is_on_lan)
		return LP_VERDICT_LAN_MAC;
	/* His client tells of it, or a card that puts its own MAC into all frames, as Wi-Fi does.
	 */
	if (lp_loopprobe_read(frame, len, &id)) {
		lp_gateway_filter_hear_probe(gate, peer, id, now);
		return LP_VERDICT_LOOP;
	}
	if (lp_gateway_filter_is_stopped(gate, peer, now))
		return LP_VERDICT_LOOP;
	if (policy->is_off)
		return LP_VERDICT_FORWARD;
	verdict = lp_dhcpguard_check(gate->dhcp, frame, len, now);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	verdict = lp_addrguard_check(gate->guard, peer_id, &peer->asks, frame, len, now);
	return verdict == LP_VERDICT_FORWARD && is_fragment
		       ? lp_fragment6_judge(&gate->fragments6, policy, frame, len, now)
		       : verdict;
}

/* Of the players whose MAC is looked for on the LAN: one at a time. */
static size_t ask_cases(struct lp_gateway_filter *gate, uint8_t frame[LP_IPCLAIM_QUESTION_MAX],
			uint64_t now)
{
	struct lp_cam_peer *peer;
	size_t len;

	if (gate->judge_due_ns == LP_NEVER && gate->refused_count == 0)
		return 0;
	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));) {
		if (lp_maccase_ask(&peer->maccase, &gate->asker_mac, frame, &len, now) && len > 0)
			return len;
	}
	return 0;
}

size_t lp_gateway_filter_ask(struct lp_gateway_filter *gate, uint8_t frame[LP_IPCLAIM_QUESTION_MAX],
			     uint64_t now)
{
	size_t len = lp_addrguard_ask(gate->guard, &gate->asker_mac, frame, now);

	return len > 0 ? len : ask_cases(gate, frame, now);
}

bool lp_gateway_filter_take(struct lp_gateway_filter *gate, struct lp_addrprobe_frame *frame,
			    uint64_t now)
{
	return lp_addrguard_release(gate->guard, frame, now);
}
