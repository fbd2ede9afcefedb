/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/hub.h"

#include "base/clock.h"
#include "base/mem.h"
#include "platform/heap.h"
#include "relay/admission.h"

#include <stdlib.h>

#define TRIM_CONNS    256 /* fewer of them are not worth the time */
#define TRIM_EVERY_NS (5 * LP_NS_PER_S)
#define TICK_NS	      (10 * LP_NS_PER_MS) /* while there is traffic */
#define EMPTY_ROOM_NS (300 * LP_NS_PER_S)
#define JOINS_SHARE   4 /* of the pool, for frames whose pieces are still to come */

void lp_hub_need_tick(struct lp_hub *hub, uint64_t deadline_ns)
{
	hub->deadline_ns = LP_MIN(hub->deadline_ns, deadline_ns);
}

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct lp_hub *hub = user;
	hub->ops->send(hub->user, tx, tx_count);
}

static const struct lp_endpoint_ops endpoint_ops = {
	.send = send_packets,
	.on_accept = lp_peer_accept,
};

/* --- life --- */

struct lp_hub *lp_hub_new(const struct lp_hub_config *config, const struct lp_hub_ops *ops,
			  void *user, const struct lp_now *now)
{
	struct lp_hub *hub = lp_alloc(sizeof(*hub));
	hub->config = *config;
	if (hub->config.worker_count == 0)
		hub->config.worker_count = 1;
	hub->ops = ops;
	hub->user = user;
	hub->now = *now;
	hub->started_ns = now->mono_ns;
	hub->started_wall_ns = now->wall_ns;
	hub->deadline_ns = LP_NEVER;
	hub->pool = lp_pool_new(config->conf->limits.pool_frames);
	hub->joins.count_max = config->conf->limits.pool_frames / JOINS_SHARE;
	hub->by_code = lp_map_new();
	if (!hub->config.quota)
		hub->config.quota = hub->own_quota = lp_quota_new();
	lp_list_init(&hub->peers);
	lp_list_init(&hub->rooms);
	struct lp_endpoint_config endpoint = {
		.credential = config->credential,
		.half_open = config->half_open,
		.half_open_max = config->conf->limits.half_open,
		.retry_above = config->conf->limits.retry_above,
		.quota = hub->config.quota,
		.token_keys = config->token_keys,
	};
	memcpy(endpoint.reset_key, config->reset_key, sizeof(endpoint.reset_key));
	hub->endpoint = lp_endpoint_new(&endpoint, &endpoint_ops, hub);
	lp_admission_open_configured(hub);
	return hub;
}

static void free_room(struct lp_hub *hub, struct lp_room *room)
{
	lp_ledger_add(&hub->departed, &room->departed);
	lp_map_remove(hub->by_code, room->code, strlen(room->code));
	atomic_fetch_sub(hub->config.room_count ? hub->config.room_count : &hub->own_room_count, 1);
	lp_room_free(room);
}

bool lp_hub_close_empty_room(struct lp_hub *hub)
{
	struct lp_room *room, *oldest = NULL;
	LP_LIST_FOREACH (room, &hub->rooms, struct lp_room, link) {
		bool is_empty = lp_list_is_empty(&room->peers) && !room->is_configured;
		if (is_empty && (!oldest || room->empty_since_ns < oldest->empty_since_ns))
			oldest = room;
	}
	if (!oldest)
		return false;
	free_room(hub, oldest);
	return true;
}

void lp_hub_free(struct lp_hub *hub)
{
	if (!hub)
		return;
	struct lp_peer *peer, *next_peer;
	struct lp_room *room, *next_room;
	LP_LIST_FOREACH_SAFE (peer, next_peer, &hub->peers, struct lp_peer, link_all)
		lp_peer_free(peer);
	LP_LIST_FOREACH_SAFE (room, next_room, &hub->rooms, struct lp_room, link)
		free_room(hub, room);
	lp_endpoint_free(hub->endpoint);
	lp_map_free(hub->by_code);
	lp_pool_free(hub->pool);
	lp_quota_free(hub->own_quota);
	lp_wipe(&hub->config, sizeof(hub->config));
	free(hub);
}

/* --- turns --- */

void lp_hub_recv(struct lp_hub *hub, const struct lp_packet_rx *rx, const struct lp_now *now)
{
	hub->now = *now;
	lp_hub_need_tick(hub, now->mono_ns + TICK_NS);
	lp_endpoint_recv(hub->endpoint, rx, now->mono_ns);
}

static void scan_rooms(struct lp_hub *hub, uint64_t now)
{
	struct lp_room *room, *following;
	LP_LIST_FOREACH_SAFE (room, following, &hub->rooms, struct lp_room, link) {
		if (!lp_list_is_empty(&room->peers) || room->is_configured)
			continue;
		bool is_due = now - room->empty_since_ns >= EMPTY_ROOM_NS;
		if (is_due || !lp_admission_allows_room(hub, room))
			free_room(hub, room);
		else
			lp_hub_need_tick(hub, room->empty_since_ns + EMPTY_ROOM_NS);
	}
}

void lp_hub_tick(struct lp_hub *hub, const struct lp_now *now)
{
	hub->now = *now;
	lp_endpoint_tick(hub->endpoint, now->mono_ns);
	if (now->mono_ns < hub->deadline_ns)
		return;
	hub->deadline_ns = LP_NEVER;
	struct lp_peer *peer, *following;
	LP_LIST_FOREACH_SAFE (peer, following, &hub->peers, struct lp_peer, link_all)
		lp_peer_scan(peer, now->mono_ns);
	scan_rooms(hub, now->mono_ns);
}

static void reap(struct lp_hub *hub)
{
	struct lp_peer *peer, *following;
	hub->has_gone = false;
	LP_LIST_FOREACH_SAFE (peer, following, &hub->peers, struct lp_peer, link_all) {
		if (peer->state == LP_PEER_GONE)
			lp_peer_free(peer);
	}
}

/*
 * A connection costs a hundred kilobytes, and a flood of them has thousands: what they needed is
 * given back when they are gone, not at each that goes.
 */
static void give_memory_back(struct lp_hub *hub)
{
	size_t count = lp_endpoint_conn_count(hub->endpoint);
	uint64_t now = hub->now.mono_ns;
	hub->conns_most = LP_MAX(hub->conns_most, count);
	if (hub->conns_most - count < TRIM_CONNS || now < hub->trimmed_ns + TRIM_EVERY_NS)
		return;
	hub->conns_most = count;
	hub->trimmed_ns = now;
	hub->trim_count++;
	lp_heap_trim();
}

void lp_hub_flush(struct lp_hub *hub, const struct lp_now *now)
{
	hub->now = *now;
	lp_endpoint_flush(hub->endpoint, now->mono_ns);
	if (hub->has_gone)
		reap(hub);
	give_memory_back(hub);
}

unsigned lp_hub_take_carried(struct lp_hub *hub)
{
	unsigned count = hub->carried_count;
	hub->carried_count = 0;
	return count;
}

uint64_t lp_hub_deadline(const struct lp_hub *hub)
{
	return LP_MIN(hub->deadline_ns, lp_endpoint_deadline(hub->endpoint));
}
