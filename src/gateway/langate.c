/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/langate.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "frame/flow.h"

#include <string.h>

#define LOG "gateway"

#define OFTEN_FOR_NS   (10 * LP_NS_PER_S)
#define OFTEN_EVERY_NS LP_NS_PER_S
#define EVERY_NS       (10 * LP_NS_PER_S)
#define LEAD_NS	       (400 * LP_NS_PER_MS)
#define REST_NS	       (500 * LP_NS_PER_MS) /* longer than the lead */
#define HANDOVER_NS    LP_NS_PER_S

/* --- life --- */

/* Of its own: the system on the NIC does not get the answers, and no player is mixed up in it. */
static void make_asker(struct lp_mac *mac)
{
	lp_rand_bytes(mac->octet, LP_MAC_LEN);
	mac->octet[0] = (uint8_t)((mac->octet[0] & 0xfc) | 0x02);
}

void lp_langate_init(struct lp_langate *gate, uint64_t broadcast_per_s, uint64_t now)
{
	memset(gate, 0, sizeof(*gate));
	gate->cam = lp_cam_new();
	gate->claim = lp_claim_new(now);
	gate->dhcp = lp_dhcpguard_new();
	gate->lan_macs = lp_seen_new(LP_LANGATE_LAN_MACS_MAX, LP_LANGATE_LAN_MAC_AGE_NS);
	gate->probe_often_until_ns = now + OFTEN_FOR_NS;
	gate->tunnel_due_ns = LP_NEVER;
	gate->judge_due_ns = LP_NEVER;
	lp_rand_bytes(gate->probe_id, sizeof(gate->probe_id));
	make_asker(&gate->asker_mac);
	lp_langate_set_rate(gate, broadcast_per_s, now);
}

void lp_langate_fini(struct lp_langate *gate)
{
	lp_cam_free(gate->cam);
	lp_claim_free(gate->claim);
	lp_dhcpguard_free(gate->dhcp);
	lp_seen_free(gate->lan_macs);
	lp_fragment6_free(gate->fragments);
}

void lp_langate_set_nic(struct lp_langate *gate, const struct lp_mac *mac, uint64_t now)
{
	gate->nic_mac = *mac;
	lp_claim_forget_free(gate->claim);
	gate->probe_often_until_ns = now + OFTEN_FOR_NS;
	gate->probe_due_ns = LP_MAX(now, gate->probe_rest_ns);
}

void lp_langate_set_rate(struct lp_langate *gate, uint64_t broadcast_per_s, uint64_t now)
{
	uint64_t key;

	lp_rand_bytes(&key, sizeof(key));
	lp_fair_init(&gate->broadcast, broadcast_per_s, key, now);
}

void lp_langate_set_asking(struct lp_langate *gate, bool is_asking)
{
	lp_claim_set_asking(gate->claim, is_asking);
}

/* --- loops --- */

bool lp_langate_is_stopped(const struct lp_langate *gate, const struct lp_cam_peer *peer,
			   uint64_t now)
{
	return now < gate->stopped_until_ns || now < peer->stopped_until_ns;
}

static void stop_peer(struct lp_cam_peer *peer, const char *why, const char *question, uint64_t now)
{
	char mac[LP_MAC_TEXT_LEN];

	if (now >= peer->stopped_until_ns)
		lp_error(LOG, "peer %u (%s) %s; its frames are stopped for %u s: %s", peer->peer_id,
			 lp_mac_format(&peer->mac, mac), why,
			 (unsigned)(LP_LANGATE_STOP_NS / LP_NS_PER_S), question);
	peer->stopped_until_ns = now + LP_LANGATE_STOP_NS;
	peer->suspect_ns = 0;
}

/* What waits for the tunnel is behind that again: see lp_langate_probe. */
static void probe_soon(struct lp_langate *gate, uint64_t now)
{
	gate->probe_due_ns = LP_MIN(gate->probe_due_ns, LP_MAX(now, gate->probe_rest_ns));
	gate->tunnel_due_ns = LP_NEVER;
}

/*
 * A frame with a player's MAC came in from the LAN. It goes no further, so there is time to ask
 * whose loop it is: perhaps not this player's, but another's, that one of his frames went through.
 * What comes when he has just come himself may still be from the gateway before us.
 */
static void suspect(struct lp_langate *gate, struct lp_cam_peer *peer, uint64_t now)
{
	if (now < peer->stopped_until_ns) {
		peer->stopped_until_ns = now + LP_LANGATE_STOP_NS;
		return;
	}
	if (peer->suspect_ns != 0 || (peer->joined_ns != 0 && now < peer->joined_ns + HANDOVER_NS))
		return;
	peer->suspect_ns = now;
	gate->judge_due_ns = LP_MIN(gate->judge_due_ns, now + LP_LANGATE_JUDGE_NS);
	probe_soon(gate, now);
}

static void judge(const struct lp_langate *gate, struct lp_cam_peer *peer, uint64_t now)
{
	bool is_explained =
		gate->found_ns != 0 && gate->found_ns + LP_LANGATE_JUDGE_NS >= peer->suspect_ns;

	peer->suspect_ns = 0;
	if (!is_explained)
		stop_peer(peer, "is on the LAN itself too",
			  "is there a loop, or does somebody there use its MAC?", now);
}

void lp_langate_tick(struct lp_langate *gate, uint64_t now)
{
	struct lp_cam_peer *peer;

	if (now < gate->judge_due_ns)
		return;
	gate->judge_due_ns = LP_NEVER;
	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));) {
		if (peer->suspect_ns == 0)
			continue;
		if (now >= peer->suspect_ns + LP_LANGATE_JUDGE_NS)
			judge(gate, peer, now);
		else
			gate->judge_due_ns =
				LP_MIN(gate->judge_due_ns, peer->suspect_ns + LP_LANGATE_JUDGE_NS);
	}
}

uint64_t lp_langate_deadline(const struct lp_langate *gate)
{
	uint64_t loop_due_ns = LP_MIN(gate->probe_due_ns, gate->tunnel_due_ns);

	return LP_MIN(LP_MIN(gate->judge_due_ns, loop_due_ns), lp_claim_deadline(gate->claim));
}

/*
 * Our probe came as a player's frame: he has it from the LAN. If all were stopped for that loop
 * they go on; should there be another one, it shows in the next seconds.
 */
static void find_peer(struct lp_langate *gate, struct lp_cam_peer *peer, uint64_t now)
{
	bool is_new = now >= peer->stopped_until_ns;

	gate->found_ns = now;
	stop_peer(peer, "brings the LAN into the room a second time, a loop",
		  "is its TAP bridged with another network card?", now);
	if (!is_new || now >= gate->stopped_until_ns)
		return;
	lp_info(LOG, "so the loop is peer %u's: everybody else is bridged again", peer->peer_id);
	gate->stopped_until_ns = now;
	gate->probe_often_until_ns = now + OFTEN_FOR_NS;
	probe_soon(gate, now);
}

/* One of ours went out at one end and came in at the other, and nobody knows by whom. */
static void stop_all(struct lp_langate *gate, uint64_t now)
{
	gate->found_ns = now;
	if (now >= gate->stopped_until_ns) {
		lp_error(LOG,
			 "our own frames come back from the LAN: there is a loop; nothing is "
			 "bridged for %u s: is a cable plugged in twice, or a player in the hall "
			 "with a bridged TAP?",
			 (unsigned)(LP_LANGATE_STOP_NS / LP_NS_PER_S));
		probe_soon(gate, now);
	}
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

enum lp_langate_probe lp_langate_probe(struct lp_langate *gate, uint8_t frame[LP_ETHER_WIRE_MIN],
				       uint64_t now)
{
	enum lp_langate_probe probe = LP_LANGATE_PROBE_NONE;

	if (now >= gate->tunnel_due_ns) {
		gate->tunnel_due_ns = LP_NEVER;
		probe = LP_LANGATE_PROBE_TUNNEL;
	} else if (now >= gate->probe_due_ns) {
		gate->probe_due_ns =
			now + (now < gate->probe_often_until_ns ? OFTEN_EVERY_NS : EVERY_NS);
		gate->probe_rest_ns = now + REST_NS;
		gate->tunnel_due_ns = now + LEAD_NS;
		probe = LP_LANGATE_PROBE_LAN;
	}
	if (probe != LP_LANGATE_PROBE_NONE)
		lp_loopprobe_make(&gate->nic_mac, gate->probe_id, frame);
	return probe;
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
	gate->probe_due_ns = LP_MAX(now, gate->probe_rest_ns);
	struct lp_cam_peer *peer = lp_cam_find_id(gate->cam, peer_id);
	peer->joined_ns = now;
	lp_bucket_init(&peer->asks, LP_CLAIM_PLAYER_PER_S, LP_CLAIM_PLAYER_BURST, now);
	return peer;
}

void lp_langate_leave(struct lp_langate *gate, uint16_t peer_id)
{
	const struct lp_cam_peer *peer = lp_cam_find_id(gate->cam, peer_id);

	if (peer)
		lp_claim_forget_player(gate->claim, &peer->mac);
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

static enum lp_verdict check_unicast(struct lp_langate *gate, const struct lp_policy *policy,
				     const uint8_t *frame, size_t len, const struct lp_ether *ether,
				     uint64_t now)
{
	struct lp_cam_peer *peer = lp_cam_find_mac(gate->cam, &ether->dst);

	if (!peer)
		return LP_VERDICT_NOT_FOR_US;
	if (!policy->is_off)
		lp_claim_meet(gate->claim, &peer->asks, frame, len, now);
	return lp_langate_is_stopped(gate, peer, now) ? LP_VERDICT_LOOP : LP_VERDICT_FORWARD;
}

static void learn(struct lp_langate *gate, const uint8_t *frame, size_t len,
		  const struct lp_mac *source, uint64_t now)
{
	struct lp_leasehint hint;

	lp_claim_learn(gate->claim, frame, len, now);
	if (lp_leasehint_read(frame, len, &hint))
		lp_claim_hint(gate->claim, &hint, source,
			      lp_cam_find_mac(gate->cam, &hint.mac) != NULL, now);
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
	if (lp_mac_is_equal(&ether.src, &gate->asker_mac))
		return LP_VERDICT_LOOP;
	struct lp_cam_peer *twin = lp_cam_find_mac(gate->cam, &ether.src);
	if (twin) {
		lp_claim_doubt(gate->claim, frame, len);
		suspect(gate, twin, now);
		return LP_VERDICT_LOOP;
	}
	lp_seen_mark(gate->lan_macs, ether.src.octet, LP_MAC_LEN, now);
	lp_dhcpguard_learn(gate->dhcp, frame, len, now);
	learn(gate, frame, len, &ether.src, now);
	if (!lp_mac_is_group(&ether.dst))
		return check_unicast(gate, policy, frame, len, &ether, now);
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
	bool is_fragment = lp_fragment6_is_due(verdict, policy);
	if (verdict != LP_VERDICT_FORWARD && !is_fragment)
		return verdict;
	if (peer->is_on_lan)
		return LP_VERDICT_LAN_MAC;
	/* His client tells of it, or a card that puts its own MAC into all frames, as Wi-Fi does.
	 */
	if (lp_loopprobe_read(frame, len, &id)) {
		if (is_own_probe(gate, id))
			find_peer(gate, peer, now);
		return LP_VERDICT_LOOP;
	}
	if (lp_langate_is_stopped(gate, peer, now))
		return LP_VERDICT_LOOP;
	if (policy->is_off)
		return LP_VERDICT_FORWARD;
	verdict = lp_dhcpguard_check(gate->dhcp, frame, len, now);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	verdict = lp_claim_check(gate->claim, peer_id, &peer->asks, frame, len, now);
	return verdict == LP_VERDICT_FORWARD && is_fragment
		       ? lp_fragment6_judge(&gate->fragments, policy, frame, len, now)
		       : verdict;
}

size_t lp_langate_ask(struct lp_langate *gate, uint8_t frame[LP_IPCLAIM_QUESTION_MAX], uint64_t now)
{
	return lp_claim_ask(gate->claim, &gate->asker_mac, frame, now);
}

bool lp_langate_take(struct lp_langate *gate, struct lp_inquiry_frame *frame, uint64_t now)
{
	return lp_claim_release(gate->claim, frame, now);
}
