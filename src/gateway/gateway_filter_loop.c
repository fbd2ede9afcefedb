/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/gateway_filter_impl.h"

#define LOG "gateway"

#define HANDOVER_NS LP_NS_PER_S
#define AGAIN_NS    (3 * LP_NS_PER_S) /* before a stop ends its reason is looked for again */

bool lp_gateway_filter_is_stopped(const struct lp_gateway_filter *gate,
				  const struct lp_cam_peer *peer, uint64_t now)
{
	return now < gate->stopped_until_ns || now < peer->stopped_until_ns;
}

/* While somebody is stopped it is looked for all the time, so that it ends soon after its reason.
 */
static void keep_looking(struct lp_gateway_filter *gate, uint64_t now)
{
	lp_loopguard_often(&gate->loopguard, now + LP_GATEWAY_FILTER_STOP_NS, now);
}

static void stop_peer(struct lp_gateway_filter *gate, struct lp_cam_peer *peer, const char *why,
		      const char *question, uint64_t now)
{
	char mac[LP_MAC_TEXT_LEN];

	if (now >= peer->stopped_until_ns)
		lp_error(LOG, "peer %u (%s) %s; its frames are stopped while that is so: %s",
			 peer->peer_id, lp_mac_format(&peer->mac, mac), why, question);
	peer->stopped_until_ns = now + LP_GATEWAY_FILTER_STOP_NS;
	keep_looking(gate, now);
}

/* --- a player's MAC on the LAN --- */

static void open_case(struct lp_gateway_filter *gate, struct lp_cam_peer *peer, uint64_t now)
{
	lp_maccase_open(&peer->maccase, true, now);
	gate->judge_due_ns = LP_MIN(gate->judge_due_ns, now + LP_GATEWAY_FILTER_JUDGE_NS);
	lp_loopguard_soon(&gate->loopguard, now);
}

/* What comes when they have just come themselves may still be from the gateway before us. */
void lp_gateway_filter_suspect(struct lp_gateway_filter *gate, struct lp_cam_peer *peer,
			       const uint8_t *frame, size_t len, uint64_t now)
{
	if (peer->joined_ns != 0 && now < peer->joined_ns + HANDOVER_NS)
		return;
	lp_maccase_hear(&peer->maccase, frame, len);
	if (peer->maccase.since_ns == 0)
		open_case(gate, peer, now);
}

static void judge(struct lp_gateway_filter *gate, struct lp_cam_peer *peer, uint64_t now)
{
	bool is_explained = gate->found_ns != 0 &&
			    gate->found_ns + LP_GATEWAY_FILTER_JUDGE_NS >= peer->maccase.since_ns;
	bool is_there = lp_maccase_close(&peer->maccase, now);

	if (is_explained)
		peer->maccase.strikes = 0;
	else if (is_there)
		stop_peer(gate, peer, "is on the LAN itself too",
			  "is there a loop, or does somebody there use its MAC?", now);
}

/* Until when a player's case rests; LP_NEVER = there is none. */
static uint64_t tick_peer(struct lp_gateway_filter *gate, struct lp_cam_peer *peer, uint64_t now)
{
	struct lp_maccase *maccase = &peer->maccase;
	uint64_t again_ns;

	if (peer->is_on_lan)
		return LP_NEVER;
	if (maccase->since_ns != 0 && now >= maccase->since_ns + LP_GATEWAY_FILTER_JUDGE_NS)
		judge(gate, peer, now);
	if (maccase->since_ns != 0)
		return maccase->since_ns + LP_GATEWAY_FILTER_JUDGE_NS;
	if (now >= peer->stopped_until_ns || maccase->ip_len == 0)
		return LP_NEVER;
	again_ns = peer->stopped_until_ns - AGAIN_NS;
	if (now < again_ns)
		return again_ns;
	if (now > again_ns + LP_NS_PER_S)
		return LP_NEVER; /* it has been looked for: it is gone */
	lp_maccase_open(maccase, false, now);
	return now + LP_GATEWAY_FILTER_JUDGE_NS;
}

void lp_gateway_filter_tick(struct lp_gateway_filter *gate, uint64_t now)
{
	struct lp_cam_peer *peer;
	uint64_t due_ns = LP_NEVER;

	if (now < gate->judge_due_ns)
		return;
	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));) {
		uint64_t peer_due_ns = tick_peer(gate, peer, now);

		due_ns = LP_MIN(due_ns, peer_due_ns);
	}
	gate->judge_due_ns = due_ns;
}

static uint64_t ask_due_ns(const struct lp_gateway_filter *gate)
{
	const struct lp_cam_peer *peer;
	uint64_t due_ns = LP_NEVER;

	if (gate->judge_due_ns == LP_NEVER && gate->refused_count == 0)
		return LP_NEVER;
	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));)
		due_ns = LP_MIN(due_ns, lp_maccase_ask_ns(&peer->maccase));
	return due_ns;
}

uint64_t lp_gateway_filter_deadline(const struct lp_gateway_filter *gate)
{
	uint64_t loop_due_ns = lp_loopguard_deadline(&gate->loopguard);

	return LP_MIN(LP_MIN(gate->judge_due_ns, loop_due_ns),
		      LP_MIN(ask_due_ns(gate), lp_addrguard_deadline(gate->guard)));
}

/* --- loop probes --- */

/*
 * Our probes came as a player's frames: they have them from the LAN. If all were stopped for that
 * loop they go on; should there be another one, it shows in the next seconds.
 */
static void find_peer(struct lp_gateway_filter *gate, struct lp_cam_peer *peer, uint64_t now)
{
	bool is_new = now >= peer->stopped_until_ns;

	stop_peer(gate, peer, "brings the LAN into the room a second time, a loop",
		  "is its TAP bridged with another network card?", now);
	if (!is_new || now >= gate->stopped_until_ns)
		return;
	lp_info(LOG, "the loop is at peer %u: everybody else is bridged again", peer->peer_id);
	gate->stopped_until_ns = now;
	lp_loopguard_soon(&gate->loopguard, now);
}

/* Ours went out at one end and came in at the other, and nobody knows by whom. */
static void stop_all(struct lp_gateway_filter *gate, uint64_t now)
{
	if (now >= gate->stopped_until_ns)
		lp_error(LOG,
			 "our own frames come back from the LAN: there is a loop; nothing is "
			 "bridged while that is so: is a cable plugged in twice, or a player in "
			 "the hall with a bridged TAP?");
	gate->stopped_until_ns = now + LP_GATEWAY_FILTER_STOP_NS;
	keep_looking(gate, now);
}

/* A second gateway on the LAN, of another room, does no harm by itself. */
static void see_other_gateway(struct lp_gateway_filter *gate, uint64_t now)
{
	if (gate->other_gateway_ns == 0)
		lp_warn(LOG,
			"there is another gateway on this LAN: its players and ours meet here");
	gate->other_gateway_ns = now;
}

void lp_gateway_filter_hear_probe(struct lp_gateway_filter *gate, struct lp_cam_peer *peer,
				  const uint8_t *id, uint64_t now)
{
	switch (lp_loopguard_hear(&gate->loopguard, id, peer ? peer->peer_id : 0, now)) {
	case LP_LOOPGUARD_FOREIGN:
		if (!peer)
			see_other_gateway(gate, now);
		break;
	case LP_LOOPGUARD_STALE:
		break;
	case LP_LOOPGUARD_FRESH:
		gate->found_ns = now;
		break;
	case LP_LOOPGUARD_PROVEN:
		gate->found_ns = now;
		if (peer)
			find_peer(gate, peer, now);
		else
			stop_all(gate, now);
		break;
	}
}

enum lp_gateway_filter_probe lp_gateway_filter_probe(struct lp_gateway_filter *gate,
						     uint8_t frame[LP_ETHER_WIRE_MIN], uint64_t now)
{
	return lp_loopguard_probe(&gate->loopguard, &gate->nic_mac, frame, now);
}
