/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/langate.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "frame/flow.h"

#include <string.h>

#define LOG "gateway"

#define OFTEN_FOR_NS   (10 * LP_NS_PER_S)
#define OFTEN_EVERY_NS LP_NS_PER_S
#define EVERY_NS       (10 * LP_NS_PER_S)

/* --- life --- */

void lp_langate_init(struct lp_langate *gate, uint64_t broadcast_per_s, uint64_t now)
{
	memset(gate, 0, sizeof(*gate));
	gate->cam = lp_cam_new();
	gate->claim = lp_claim_new();
	gate->lan_macs = lp_seen_new(LP_LANGATE_LAN_MACS_MAX, LP_LANGATE_LAN_MAC_AGE_NS);
	gate->probe_often_until_ns = now + OFTEN_FOR_NS;
	lp_rand_bytes(gate->probe_id, sizeof(gate->probe_id));
	lp_langate_set_rate(gate, broadcast_per_s, now);
}

void lp_langate_fini(struct lp_langate *gate)
{
	lp_cam_free(gate->cam);
	lp_claim_free(gate->claim);
	lp_seen_free(gate->lan_macs);
}

void lp_langate_set_nic(struct lp_langate *gate, const struct lp_mac *mac, uint64_t now)
{
	gate->nic_mac = *mac;
	gate->probe_often_until_ns = now + OFTEN_FOR_NS;
	gate->probe_due_ns = now;
}

void lp_langate_set_rate(struct lp_langate *gate, uint64_t broadcast_per_s, uint64_t now)
{
	uint64_t key;

	lp_rand_bytes(&key, sizeof(key));
	lp_fair_init(&gate->broadcast, broadcast_per_s, key, now);
}

/* --- loops --- */

bool lp_langate_is_stopped(const struct lp_langate *gate, const struct lp_cam_peer *peer,
			   uint64_t now)
{
	return now < gate->stopped_until_ns || now < peer->stopped_until_ns;
}

/* What a player sent into the tunnel, or is sent by it, comes out of the LAN as well. */
static void stop_peer(struct lp_cam_peer *peer, uint64_t now)
{
	char mac[LP_MAC_TEXT_LEN];

	if (now < peer->stopped_until_ns)
		return;
	peer->stopped_until_ns = now + LP_LANGATE_STOP_NS;
	lp_error(LOG,
		 "peer %u (%s) is on the LAN itself too: a loop, or somebody there uses its MAC; "
		 "its frames are stopped for %u s: is its TAP bridged with another network card?",
		 peer->peer_id, lp_mac_format(&peer->mac, mac),
		 (unsigned)(LP_LANGATE_STOP_NS / LP_NS_PER_S));
}

/* One of ours went out at one end and came in at the other, and nobody knows by whom. */
static void stop_all(struct lp_langate *gate, uint64_t now)
{
	if (now >= gate->stopped_until_ns)
		lp_error(LOG,
			 "our own frames come back from the LAN: there is a loop; nothing is "
			 "bridged for %u s: is a cable plugged in twice, or a player in the hall "
			 "with a bridged TAP?",
			 (unsigned)(LP_LANGATE_STOP_NS / LP_NS_PER_S));
	gate->stopped_until_ns = now + LP_LANGATE_STOP_NS;
}

/* A second gateway on the LAN, of another room, does no harm by itself. */
static void see_other_gateway(struct lp_langate *gate, uint64_t now)
{
	if (gate->other_gateway_ns == 0)
		lp_warn(LOG,
			"there is another gateway on this LAN: its players and ours meet here");
	gate->other_gateway_ns = now;
}

static bool is_own_probe(const struct lp_langate *gate, const uint8_t *id)
{
	return memcmp(id, gate->probe_id, sizeof(gate->probe_id)) == 0;
}

bool lp_langate_probe(struct lp_langate *gate, uint8_t frame[LP_ETHER_WIRE_MIN], uint64_t now)
{
	if (now < gate->probe_due_ns)
		return false;
	gate->probe_due_ns = now + (now < gate->probe_often_until_ns ? OFTEN_EVERY_NS : EVERY_NS);
	lp_loopprobe_make(&gate->nic_mac, gate->probe_id, frame);
	return true;
}

/* --- players --- */

const struct lp_cam_peer *lp_langate_join(struct lp_langate *gate, uint16_t peer_id,
					  const struct lp_mac *mac, uint64_t now)
{
	bool is_on_lan = lp_mac_is_equal(mac, &gate->nic_mac) ||
			 lp_seen_has(gate->lan_macs, mac->octet, LP_MAC_LEN, now);
	char text[LP_MAC_TEXT_LEN];

	if (is_on_lan)
		lp_warn(LOG,
			"peer %u uses %s, the MAC of a machine on the LAN: its frames are dropped",
			peer_id, lp_mac_format(mac, text));
	lp_cam_add(gate->cam, peer_id, mac, is_on_lan);
	gate->probe_often_until_ns = now + OFTEN_FOR_NS;
	gate->probe_due_ns = now;
	return lp_cam_find_id(gate->cam, peer_id);
}

void lp_langate_leave(struct lp_langate *gate, uint16_t peer_id)
{
	lp_cam_remove(gate->cam, peer_id);
}

const struct lp_cam_peer *lp_langate_release(struct lp_langate *gate, uint64_t now)
{
	struct lp_cam_peer *peer;

	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));) {
		if (!peer->is_on_lan || lp_mac_is_equal(&peer->mac, &gate->nic_mac) ||
		    lp_seen_has(gate->lan_macs, peer->mac.octet, LP_MAC_LEN, now))
			continue;
		lp_cam_release(gate->cam, peer);
		return peer;
	}
	return NULL;
}

/* --- frames --- */

static enum lp_verdict check_broadcast(struct lp_langate *gate, const uint8_t *frame, size_t len,
				       const struct lp_ether *ether, uint64_t now)
{
	uint64_t source = 0;

	memcpy(&source, ether->src.octet, LP_MAC_LEN);
	return lp_fair_take(&gate->broadcast, source, lp_flow_of(frame, len, ether), now)
		       ? LP_VERDICT_FORWARD
		       : LP_VERDICT_RATE_BROADCAST;
}

static enum lp_verdict check_unicast(const struct lp_langate *gate, const struct lp_mac *dst,
				     uint64_t now)
{
	const struct lp_cam_peer *peer = lp_cam_find_mac(gate->cam, dst);

	if (!peer)
		return LP_VERDICT_NOT_FOR_US;
	return lp_langate_is_stopped(gate, peer, now) ? LP_VERDICT_LOOP : LP_VERDICT_FORWARD;
}

enum lp_verdict lp_langate_up(struct lp_langate *gate, const struct lp_policy *policy,
			      const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ether ether;
	const uint8_t *id;
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_LAN, policy, NULL, &ether);

	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (lp_loopprobe_read(frame, len, &id)) {
		if (is_own_probe(gate, id))
			stop_all(gate, now);
		else
			see_other_gateway(gate, now);
		return LP_VERDICT_LOOP;
	}
	struct lp_cam_peer *twin = lp_cam_find_mac(gate->cam, &ether.src);
	if (twin) {
		stop_peer(twin, now);
		return LP_VERDICT_LOOP;
	}
	lp_seen_mark(gate->lan_macs, ether.src.octet, LP_MAC_LEN, now);
	lp_claim_learn(gate->claim, frame, len, now);
	if (!lp_mac_is_group(&ether.dst))
		return check_unicast(gate, &ether.dst, now);
	if (now < gate->stopped_until_ns)
		return LP_VERDICT_LOOP;
	return check_broadcast(gate, frame, len, &ether, now);
}

enum lp_verdict lp_langate_down(struct lp_langate *gate, const struct lp_policy *policy,
				uint16_t peer_id, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_cam_peer *peer = lp_cam_find_id(gate->cam, peer_id);
	struct lp_ether ether;
	const uint8_t *id;

	if (!peer)
		return LP_VERDICT_FOREIGN_PEER_ID;
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_REMOTE, policy, &peer->mac, &ether);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (peer->is_on_lan)
		return LP_VERDICT_LAN_MAC;
	/* A card that puts its own MAC into all frames, as Wi-Fi does, hides where it came from. */
	if (lp_loopprobe_read(frame, len, &id)) {
		if (is_own_probe(gate, id))
			stop_peer(peer, now);
		return LP_VERDICT_LOOP;
	}
	if (lp_langate_is_stopped(gate, peer, now))
		return LP_VERDICT_LOOP;
	return policy->is_off ? LP_VERDICT_FORWARD : lp_claim_check(gate->claim, frame, len, now);
}
