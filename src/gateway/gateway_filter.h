/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What may pass between the hall's LAN and the tunnel: the rules of a gateway, and what they must
 * remember: who is remote, who lives on the LAN, and where the two meet in a loop. Knows neither
 * NIC nor connection, and is given the time.
 */
#ifndef LP_GATEWAY_FILTER_H
#define LP_GATEWAY_FILTER_H

#include "base/clock.h"
#include "base/seen.h"
#include "frame/fragment6.h"
#include "frame/policy.h"
#include "gateway/addrguard.h"
#include "gateway/cam.h"
#include "gateway/dhcpguard.h"
#include "gateway/loopguard.h"
#include "queue/fair.h"

#define LP_GATEWAY_FILTER_LAN_MACS_MAX	 4096
#define LP_GATEWAY_FILTER_LAN_MAC_AGE_NS (300 * LP_NS_PER_S)
#define LP_GATEWAY_FILTER_STOP_NS	 (10 * LP_NS_PER_S) /* after the last proof of a loop */
#define LP_GATEWAY_FILTER_JUDGE_NS	 (2 * LP_NS_PER_S)  /* from the first sight of a loop on */

struct lp_gateway_filter {
	struct lp_mac nic_mac;
	struct lp_mac asker_mac; /* what asks the LAN whose addresses are, and is answered */
	struct lp_cam *cam;
	struct lp_addrguard *guard;
	struct lp_dhcpguard *dhcp;
	struct lp_seen *lan_macs;
	struct lp_fragment6 *fragments6; /* of players; NULL until there are any */
	struct lp_fair broadcast;	 /* of the LAN, towards the relay */
	struct lp_loopguard loopguard;
	uint64_t judge_due_ns;	   /* the first case; LP_NEVER = there is none */
	size_t refused_count;	   /* players whose MAC may be that of a machine of the LAN */
	uint64_t found_ns;	   /* when a probe last told whose loop it is; 0 = never */
	uint64_t stopped_until_ns; /* all: a loop that is no single player's; 0 = never was */
	uint64_t other_gateway_ns; /* when one was last seen on this LAN; 0 = never */
};

void lp_gateway_filter_init(struct lp_gateway_filter *gate, uint64_t broadcast_per_s, uint64_t now);
void lp_gateway_filter_fini(struct lp_gateway_filter *gate);

/* The NIC was opened: this is its MAC. */
void lp_gateway_filter_set_nic(struct lp_gateway_filter *gate, const struct lp_mac *mac,
			       uint64_t now);

/* Another rate of broadcasts; 0 = no limit. */
void lp_gateway_filter_set_rate(struct lp_gateway_filter *gate, uint64_t broadcast_per_s,
				uint64_t now);

/* Is the LAN asked for addresses that nobody was heard to use? It is at first. */
void lp_gateway_filter_set_asking(struct lp_gateway_filter *gate, bool is_asking);

/* LAN to relay (G7, G8, G21): only what some remote player can be meant by. */
enum lp_verdict lp_gateway_filter_up(struct lp_gateway_filter *gate, const struct lp_policy *policy,
				     const uint8_t *frame, size_t len, uint64_t now);

/* Relay to LAN (G9-G11): the last look before the hall's own network. */
enum lp_verdict lp_gateway_filter_down(struct lp_gateway_filter *gate,
				       const struct lp_policy *policy, uint16_t peer_id,
				       const uint8_t *frame, size_t len, uint64_t now);

/*
 * A player came, or left. Returns them as they are in the table from now on: with is_on_lan when
 * their MAC is refused, which is logged.
 */
const struct lp_cam_peer *lp_gateway_filter_join(struct lp_gateway_filter *gate, uint16_t peer_id,
						 const struct lp_mac *mac, uint64_t now);
void lp_gateway_filter_leave(struct lp_gateway_filter *gate, uint16_t peer_id);

/* Are they, or are all, stopped for a loop? */
bool lp_gateway_filter_is_stopped(const struct lp_gateway_filter *gate,
				  const struct lp_cam_peer *peer, uint64_t now);

/*
 * A player whose MAC was that of a machine on the LAN, which was asked and is not heard any more:
 * the MAC is theirs from now on; NULL = there is none. Call it once in a while, and only while
 * there is a cable.
 */
const struct lp_cam_peer *lp_gateway_filter_release(struct lp_gateway_filter *gate, uint64_t now);

/*
 * Is it time for a loop probe? Says where it has to go. A round of them begins once a second while
 * a loop is likely (after the start and after a player came, for 10 s, and while somebody is
 * stopped), at once when a player's MAC was seen on the LAN side, else every 10 s.
 */
enum lp_gateway_filter_probe lp_gateway_filter_probe(struct lp_gateway_filter *gate,
						     uint8_t frame[LP_ETHER_WIRE_MIN],
						     uint64_t now);

/*
 * Judges the players whose MAC was seen on the LAN side LP_GATEWAY_FILTER_JUDGE_NS ago: if the
 * probes have told meanwhile whose loop it is, it may have been one of their frames that went
 * through it; if nothing more was heard of it, it was one frame of whomever. Else somebody there
 * uses their MAC, and they are stopped, until that machine answers no more.
 */
void lp_gateway_filter_tick(struct lp_gateway_filter *gate, uint64_t now);

/* The next question to the LAN that is due. Returns its length, 0 = there is none now. */
size_t lp_gateway_filter_ask(struct lp_gateway_filter *gate, uint8_t frame[LP_IPCLAIM_QUESTION_MAX],
			     uint64_t now);

/*
 * A player's frame that has waited until nobody answered. It is to come down again: they may be
 * gone by now, or be stopped, or claim another address as well. False = there is none now.
 */
bool lp_gateway_filter_take(struct lp_gateway_filter *gate, struct lp_addrprobe_frame *frame,
			    uint64_t now);

/* When these four are to be called next; it moves with each frame. */
uint64_t lp_gateway_filter_deadline(const struct lp_gateway_filter *gate);

#endif
