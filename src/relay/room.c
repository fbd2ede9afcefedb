/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/room.h"

#include "base/mem.h"
#include "base/rand.h"
#include "frame/fragment6.h"

#include <stdio.h>
#include <stdlib.h>

struct lp_room *lp_room_new(const char *code, uint32_t mtu, bool fragments)
{
	struct lp_room *room = lp_alloc(sizeof(*room));
	lp_strcopy(room->code, sizeof(room->code), code);
	room->mtu = mtu;
	room->fragments = fragments;
	lp_list_init(&room->peers);
	lp_list_init(&room->link);
	room->by_mac = lp_map_new();
	room->by_id = lp_map_new();
	room->lan_macs = lp_seen_new(LP_ROOM_LAN_MACS_MAX, LP_ROOM_LAN_MAC_AGE_NS);
	room->left_ids = lp_seen_new(LP_ROOM_LEFT_IDS_MAX, LP_ROOM_LEFT_ID_AGE_NS);
	/* Not 1: after a restart the ids of those who come back must still be free for them. */
	lp_rand_bytes(&room->next_id, sizeof(room->next_id));
	return room;
}

void lp_room_free(struct lp_room *room)
{
	lp_list_remove(&room->link);
	lp_map_free(room->by_mac);
	lp_map_free(room->by_id);
	lp_seen_free(room->lan_macs);
	lp_seen_free(room->left_ids);
	lp_fragment6_free(room->fragments6);
	lp_reclaim_fini(&room->reclaim);
	free(room->limit);
	free(room);
}

struct lp_peer *lp_room_find_mac(const struct lp_room *room, const struct lp_mac *mac)
{
	return lp_map_get(room->by_mac, mac->octet, LP_MAC_LEN);
}

struct lp_peer *lp_room_find_id(const struct lp_room *room, uint16_t id)
{
	return lp_map_get(room->by_id, &id, sizeof(id));
}

static bool is_free_id(const struct lp_room *room, uint16_t id, uint64_t now)
{
	return id != 0 && !lp_room_find_id(room, id) &&
	       !lp_seen_has(room->left_ids, &id, sizeof(id), now);
}

/* Ids go round all 65,535, of which clients and those who left can have 8192 at most. */
static uint16_t choose_id(struct lp_room *room, uint16_t wanted, uint64_t now)
{
	if (is_free_id(room, wanted, now))
		return wanted;
	do {
		room->next_id++;
	} while (!is_free_id(room, room->next_id, now));
	return room->next_id;
}

void lp_room_retire_id(struct lp_room *room, const struct lp_peer *peer, uint64_t now)
{
	lp_seen_mark(room->left_ids, &peer->id, sizeof(peer->id), now);
}

void lp_room_add(struct lp_room *room, struct lp_peer *peer, uint64_t now)
{
	peer->room = room;
	peer->id = choose_id(room, peer->wanted_id, now);
	lp_list_append(&room->peers, &peer->link_room);
	lp_map_put(room->by_id, &peer->id, sizeof(peer->id), peer);
	if (peer->hello.role == LP_ROLE_GATEWAY) {
		room->gateway = peer;
	} else {
		room->client_count++;
		lp_map_put(room->by_mac, peer->hello.mac.octet, LP_MAC_LEN, peer);
	}
}

void lp_room_remove(struct lp_room *room, struct lp_peer *peer, uint64_t now)
{
	lp_list_remove(&peer->link_room);
	lp_map_remove(room->by_id, &peer->id, sizeof(peer->id));
	if (room->gateway == peer) {
		room->gateway = NULL;
	} else if (peer->hello.role == LP_ROLE_CLIENT) {
		room->client_count--;
		lp_map_remove(room->by_mac, peer->hello.mac.octet, LP_MAC_LEN);
	}
	peer->room = NULL;
	if (lp_list_is_empty(&room->peers))
		room->empty_since_ns = now;
}

void lp_room_tell(struct lp_room *room, const struct lp_message *message,
		  const struct lp_peer *except)
{
	struct lp_link_record record;
	struct lp_peer *peer;
	if (lp_list_is_empty(&room->peers))
		return;
	lp_link_encode(message, &record);
	LP_LIST_FOREACH (peer, &room->peers, struct lp_peer, link_room) {
		if (peer != except && lp_peer_is_present(peer))
			lp_link_send_record(peer->link, &record);
	}
}
