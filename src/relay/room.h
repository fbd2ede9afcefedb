/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Rooms, and who is in them.
 *
 * A peer begins as a visitor (a connection that has not said hello), and is a member from its
 * welcome until it leaves. A member whose connection was lost without a word stays for 30 s as
 * absent: it comes back with its resume ticket, and nobody hears that it was gone.
 */
#ifndef LP_RELAY_ROOM_H
#define LP_RELAY_ROOM_H

#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/seen.h"
#include "frame/policy.h"
#include "link/link.h"
#include "relay/limit.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_ROOM_ABSENT_NS      (30 * 1000000000ULL)
#define LP_ROOM_LAN_MACS_MAX   4096
#define LP_ROOM_LAN_MAC_AGE_NS (300 * 1000000000ULL)

struct lp_hub;

enum lp_peer_state {
	LP_PEER_VISITOR,     /* no hello yet */
	LP_PEER_CHALLENGING, /* waits whether the incumbent is alive */
	LP_PEER_WELCOMING,   /* announced; the welcome waits for the gateway */
	LP_PEER_MEMBER,
	LP_PEER_ABSENT,	 /* member without a connection */
	LP_PEER_LEAVING, /* rejected or cut; the last record is under way */
	LP_PEER_GONE,	 /* freed at the end of the turn */
};

/* A MAC of the LAN that a client talks to: until then there is no need to look again. */
struct lp_known_mac {
	struct lp_mac mac;
	uint64_t until_ns;
};

#define LP_PEER_KNOWN_MACS 4

struct lp_peer {
	struct lp_list link_all;  /* in hub->peers */
	struct lp_list link_room; /* in room->peers, from WELCOMING to ABSENT */
	struct lp_hub *hub;
	struct lp_room *room; /* while in link_room */
	struct lp_link *link; /* NULL while absent */
	enum lp_peer_state state;
	uint16_t id;
	struct lp_hello hello; /* valid from CHALLENGING on; the room code in it is folded */
	uint32_t features;     /* of both sides */
	bool is_resumed;
	uint16_t wanted_id; /* from its ticket, 0 = none */
	uint64_t joined_ns;
	uint64_t deadline_ns; /* of what the state waits for */
	uint64_t told_mark;   /* WELCOMING: on the gateway's link, behind what tells of this peer */
	/* The last question whether it is alive (R6): when, and where on its own link. */
	uint64_t asked_ns;
	uint64_t asked_mark;
	uint64_t close_code; /* LEAVING: what the connection is closed with (enum lp_quic_code) */
	uint64_t last_seen_ns;
	struct lp_ledger ledger;
	struct lp_limit limit;
	struct lp_limit_malformed malformed;
	struct lp_known_mac known[LP_PEER_KNOWN_MACS];
	bool frame_log;
	struct lp_stats stats; /* the last that it sent */
	bool has_stats;
	char leave_reason[LP_REASON_MAX + 1]; /* from its disconnect message */
	struct lp_log_limit log_limit;
};

struct lp_room {
	struct lp_list link;	    /* in hub->rooms */
	char code[LP_ROOM_MAX + 1]; /* folded */
	bool is_configured;
	bool pieces;
	bool frame_log;
	uint32_t mtu;
	uint32_t clients_max;
	uint32_t client_count;
	struct lp_policy policy;
	uint32_t policy_words; /* the same, as members are told */
	struct lp_limit limit; /* of all clients together */
	struct lp_list peers;
	struct lp_peer *gateway; /* NULL when there is none; may be absent */
	struct lp_map *by_mac;	 /* clients */
	struct lp_map *by_id;
	uint16_t next_id;
	struct lp_seen *lan_macs;  /* sources of frames that came through the gateway */
	struct lp_ledger departed; /* of peers that have left */
	uint64_t empty_since_ns;
};

struct lp_room *lp_room_new(const char *code, uint32_t mtu, bool pieces);

/* All peers must have left. */
void lp_room_free(struct lp_room *room);

/* The member with that MAC (clients only), or NULL. */
struct lp_peer *lp_room_find_mac(const struct lp_room *room, const struct lp_mac *mac);
struct lp_peer *lp_room_find_id(const struct lp_room *room, uint16_t id);

/*
 * Puts the peer in with peer->wanted_id if that is free, else with one that was not used for long.
 * The caller has checked limits, MAC and gateway.
 */
void lp_room_add(struct lp_room *room, struct lp_peer *peer);

/* Takes it out of membership and indexes at once (R38). */
void lp_room_remove(struct lp_room *room, struct lp_peer *peer, uint64_t now);

/* Sends a message to every present member but one (NULL = none). */
void lp_room_tell(struct lp_room *room, const struct lp_message *message,
		  const struct lp_peer *except);

/* Is it there, and can it be sent to? */
static inline bool lp_peer_is_present(const struct lp_peer *peer)
{
	return peer->state == LP_PEER_MEMBER;
}

/* "peer 7 (alice, 02:…)", for logs. */
const char *lp_peer_describe(const struct lp_peer *peer, char text[128]);

/* peer_joined about a peer. */
struct lp_message lp_peer_joined_message(const struct lp_peer *peer);

#endif
