/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Rooms, and who is in them.
 */
#ifndef LP_RELAY_ROOM_H
#define LP_RELAY_ROOM_H

#include "base/addr.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/seen.h"
#include "frame/policy.h"
#include "relay/limit.h"
#include "relay/peer.h"
#include "relay/reclaim.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_ROOM_LEFT_IDS_MAX   4096
#define LP_ROOM_LEFT_ID_AGE_NS (60 * LP_NS_PER_S)
#define LP_ROOM_LAN_MACS_MAX   4096
#define LP_ROOM_LAN_MAC_AGE_NS (300 * LP_NS_PER_S)

/* Who has, or had, the gateway's place, and how it came to that (relay/seat.h). */
struct lp_room_seat {
	uint16_t id; /* 0 = nobody ever */
	struct lp_mac mac;
	struct lp_addr addr;
	char holder[176];
	char before[176];    /* from whom they have it … */
	uint64_t changed_ns; /* … since when; 0 = it has not changed hands */
	bool is_given_back;
};

struct lp_room {
	struct lp_list link;	    /* in worker->rooms */
	char code[LP_ROOM_MAX + 1]; /* folded */
	char name[LP_ROOM_MAX + 1]; /* as it is configured, or the code: what people are shown */
	bool is_configured;
	struct lp_prefix opener; /* the network of who opened it */
	bool fragments;
	bool frame_log;
	uint32_t mtu;
	uint32_t clients_max;
	uint32_t client_count;
	struct lp_policy policy;
	struct lp_fragment6 *fragments6; /* of its clients; NULL until there are any */
	uint32_t policy_flags;		 /* the same, as members are told */
	struct lp_limit *limit;		 /* of all clients together; NULL until somebody came */
	struct lp_list peers;
	struct lp_peer *gateway; /* NULL when there is none; may be absent */
	struct lp_map *by_mac;	 /* clients */
	struct lp_map *by_id;
	uint16_t next_id;
	struct lp_reclaim reclaim;
	struct lp_room_seat seat;
	struct lp_seen *left_ids; /* of those who left: nobody gets them for a while */
	struct lp_seen *lan_macs; /* sources of frames that came through the gateway, or the last */
	struct lp_ledger departed; /* of peers that have left */
	uint64_t empty_since_ns;
};

struct lp_room *lp_room_new(const char *code, uint32_t mtu, bool fragments);

/* All peers must have left. */
void lp_room_free(struct lp_room *room);

/* The member with that MAC (clients only), or NULL. */
struct lp_peer *lp_room_find_mac(const struct lp_room *room, const struct lp_mac *mac);
struct lp_peer *lp_room_find_id(const struct lp_room *room, uint16_t id);

/*
 * Puts the peer in with peer->wanted_id if that is free, else with one that was not used for long.
 * The caller has checked limits, MAC and gateway.
 */
void lp_room_add(struct lp_room *room, struct lp_peer *peer, uint64_t now);

/*
 * Everybody was told that the peer left: its id is free for nobody for 60 s, whatever tickets say,
 * so that what is still under way from it is not taken for somebody else's. Before lp_room_remove.
 */
void lp_room_retire_id(struct lp_room *room, const struct lp_peer *peer, uint64_t now);

/* Takes it out of membership and indexes at once (R38). */
void lp_room_remove(struct lp_room *room, struct lp_peer *peer, uint64_t now);

/* Sends a message to every present member but one (NULL = none). */
void lp_room_tell(struct lp_room *room, const struct lp_message *message,
		  const struct lp_peer *except);

#endif
