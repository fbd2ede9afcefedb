/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/rooms.h"

#include "base/clock.h"
#include "base/mem.h"
#include "link/shard.h"

#define EMPTY_ROOM_NS	 (300 * LP_NS_PER_S)
#define ROOMS_SHARE	 4  /* of all rooms, that one network may open … */
#define ROOMS_MIN	 8U /* … and always as many */
#define MTU_FRAGMENTS	 1500
#define MTU_NO_FRAGMENTS 1398

/* --- the index --- */

void lp_rooms_index(struct lp_worker *worker)
{
	const struct lp_conf_relay *conf = worker->config.conf;
	lp_map_free(worker->configured);
	worker->configured = lp_map_new();
	for (size_t i = 0; i < conf->room_count; i++) {
		char folded[LP_ROOM_MAX + 1];
		lp_room_fold(conf->rooms[i].code, folded);
		if (lp_rooms_is_own_shard(worker, lp_shard_of_room(folded)))
			lp_map_put(worker->configured, folded, strlen(folded),
				   (void *)&conf->rooms[i]);
	}
}

static const struct lp_conf_room *find_configured(const struct lp_worker *worker,
						  const char *folded)
{
	return lp_map_get(worker->configured, folded, strlen(folded));
}

bool lp_rooms_allow(const struct lp_worker *worker, const struct lp_room *room)
{
	return worker->config.conf->open_rooms || find_configured(worker, room->code);
}

bool lp_rooms_is_own_shard(const struct lp_worker *worker, uint8_t shard)
{
	return shard % worker->config.worker_count == worker->config.worker;
}

struct lp_room *lp_rooms_find(const struct lp_worker *worker, const char *folded)
{
	return lp_map_get(worker->by_code, folded, strlen(folded));
}

struct lp_room *lp_rooms_find_named(const struct lp_worker *worker, const char *code)
{
	char folded[LP_ROOM_MAX + 1];
	if (!lp_room_is_valid(code))
		return NULL;
	lp_room_fold(code, folded);
	return lp_rooms_find(worker, folded);
}

/* --- what the configuration says --- */

static uint32_t room_mtu(uint32_t configured, bool fragments)
{
	if (configured > 0)
		return configured;
	return fragments ? MTU_FRAGMENTS : MTU_NO_FRAGMENTS;
}

static void set_policy(struct lp_room *room, uint32_t flags)
{
	struct lp_message message = {.type = LP_MESSAGE_POLICY, .policy = flags};
	if (flags == room->policy_flags)
		return;
	room->policy_flags = flags;
	room->policy = lp_policy_of_flags(flags);
	lp_room_tell(room, &message, NULL);
}

void lp_rooms_limit_peer(struct lp_peer *peer, uint64_t now)
{
	const struct lp_conf_limits *conf = &peer->worker->config.conf->limits;
	const struct lp_limit_rates client = {.broadcast = conf->client_broadcast_per_s,
					      .unknown = conf->client_unknown_per_s,
					      .bytes = conf->client_bytes_per_s};
	const struct lp_limit_rates gateway = {.broadcast = conf->gateway_broadcast_per_s};
	lp_limit_set(&peer->limit, peer->hello.role == LP_ROLE_GATEWAY ? &gateway : &client, now);
}

static void limit_room(const struct lp_worker *worker, struct lp_room *room)
{
	const struct lp_conf_limits *conf = &worker->config.conf->limits;
	const struct lp_limit_rates rates = {.broadcast = conf->room_broadcast_per_s,
					     .unknown = conf->room_unknown_per_s,
					     .bytes = conf->room_bytes_per_s};
	lp_limit_set(room->limit, &rates, worker->now.mono_ns);
}

static void configure_members(struct lp_worker *worker, struct lp_room *room)
{
	struct lp_peer *peer;
	if (room->limit)
		limit_room(worker, room);
	LP_LIST_FOREACH (peer, &room->peers, struct lp_peer, link_room) {
		lp_rooms_limit_peer(peer, worker->now.mono_ns);
		peer->frame_log = false; /* an admin's order lasts until a reload */
	}
}

/* What members are told once, and build upon (R8). */
static void shape_room(struct lp_room *room, const struct lp_conf_relay *conf,
		       const struct lp_conf_room *configured)
{
	uint32_t mtu = configured && configured->mtu ? configured->mtu : conf->mtu;
	room->fragments = configured ? configured->fragments : conf->fragments;
	room->mtu = room_mtu(mtu, room->fragments);
}

static void configure_room(struct lp_worker *worker, struct lp_room *room)
{
	const struct lp_conf_relay *conf = worker->config.conf;
	const struct lp_conf_room *configured = find_configured(worker, room->code);
	uint32_t clients_max = configured ? configured->max_clients : 0;
	room->is_configured = configured != NULL;
	lp_strcopy(room->name, sizeof(room->name), configured ? configured->code : room->code);
	room->clients_max = clients_max ? clients_max : conf->limits.clients_per_room;
	room->frame_log = configured ? configured->frame_log : conf->frame_log;
	if (worker->has_frame_log)
		room->frame_log = worker->frame_log;
	set_policy(room, configured ? configured->policy : conf->policy);
	if (lp_list_is_empty(&room->peers))
		shape_room(room, conf, configured);
	configure_members(worker, room);
}

/* --- opening and closing --- */

static atomic_uint *room_counter(struct lp_worker *worker)
{
	return worker->config.room_count ? worker->config.room_count : &worker->own_room_count;
}

static struct lp_room *make_room(struct lp_worker *worker, const char *folded)
{
	struct lp_room *room = lp_room_new(folded, 0, false);
	configure_room(worker, room);
	room->empty_since_ns = worker->now.mono_ns;
	lp_list_append(&worker->rooms, &room->link);
	lp_map_put(worker->by_code, room->code, strlen(room->code), room);
	atomic_fetch_add(room_counter(worker), 1);
	return room;
}

static void free_room(struct lp_worker *worker, struct lp_room *room)
{
	lp_ledger_add(&worker->departed, &room->departed);
	lp_map_remove(worker->by_code, room->code, strlen(room->code));
	atomic_fetch_sub(room_counter(worker), 1);
	lp_room_free(room);
}

/*
 * What an organiser configured is there for them, however many rooms others open, and for admins
 * before anybody came.
 */
static void open_configured(struct lp_worker *worker)
{
	const struct lp_conf_relay *conf = worker->config.conf;
	for (size_t i = 0; i < conf->room_count; i++) {
		char folded[LP_ROOM_MAX + 1];
		lp_room_fold(conf->rooms[i].code, folded);
		if (find_configured(worker, folded) && !lp_rooms_find(worker, folded))
			make_room(worker, folded);
	}
}

/* As quic/quota.h has it. */
static struct lp_prefix network_of(const struct lp_peer *peer)
{
	const struct lp_conn *conn = lp_link_conn(peer->link);
	struct lp_prefix network = {0};
	if (conn)
		network.addr = lp_conn_path(conn)->remote;
	network.len = network.addr.family == LP_ADDR_IP6 ? 56 : 24;
	lp_prefix_clear_host(&network);
	return network;
}

/* Of this worker: may the network have one more open room that somebody is in? */
static bool may_open(const struct lp_worker *worker, const struct lp_prefix *network)
{
	const struct lp_conf_limits *limits = &worker->config.conf->limits;
	uint32_t count_max = limits->rooms / ROOMS_SHARE / worker->config.worker_count;
	const struct lp_room *room;
	uint32_t count = 0;
	LP_LIST_FOREACH (room, &worker->rooms, const struct lp_room, link) {
		count += !room->is_configured && !lp_list_is_empty(&room->peers) &&
			 lp_prefix_overlaps(&room->opener, network);
	}
	return count < LP_MAX(count_max, ROOMS_MIN);
}

/* Closes the open room that has been empty for longest. False = there is none. */
static bool close_empty_room(struct lp_worker *worker)
{
	struct lp_room *room, *oldest = NULL;
	LP_LIST_FOREACH (room, &worker->rooms, struct lp_room, link) {
		bool is_empty = lp_list_is_empty(&room->peers) && !room->is_configured;
		if (is_empty && (!oldest || room->empty_since_ns < oldest->empty_since_ns))
			oldest = room;
	}
	if (!oldest)
		return false;
	free_room(worker, oldest);
	return true;
}

static struct lp_room *open_room(const struct lp_peer *peer, enum lp_reject_code *code)
{
	struct lp_worker *worker = peer->worker;
	struct lp_prefix network = network_of(peer);
	*code = LP_REJECT_RELAY_FULL;
	if (!may_open(worker, &network))
		return NULL;
	if (atomic_load(room_counter(worker)) >= worker->config.conf->limits.rooms &&
	    !close_empty_room(worker))
		return NULL;
	struct lp_room *room = make_room(worker, peer->hello.room);
	room->opener = network;
	lp_worker_log(worker, "room \"%s\" opened, MTU %u, at most %u clients", room->name,
		      room->mtu, room->clients_max);
	return room;
}

struct lp_room *lp_rooms_enter(const struct lp_peer *peer, enum lp_reject_code *code)
{
	struct lp_worker *worker = peer->worker;
	const struct lp_conf_relay *conf = worker->config.conf;
	const struct lp_conf_room *configured = find_configured(worker, peer->hello.room);
	if (!configured && !conf->open_rooms) {
		*code = LP_REJECT_NO_ROOM;
		return NULL;
	}
	struct lp_room *room = lp_rooms_find(worker, peer->hello.room);
	if (!room)
		room = open_room(peer, code);
	else if (lp_list_is_empty(&room->peers))
		shape_room(room, conf, configured);
	if (room && !room->limit) {
		room->limit = lp_alloc(sizeof(*room->limit));
		limit_room(worker, room);
	}
	return room;
}

void lp_rooms_scan(struct lp_worker *worker, uint64_t now)
{
	struct lp_room *room, *following;
	LP_LIST_FOREACH_SAFE (room, following, &worker->rooms, struct lp_room, link) {
		if (!lp_list_is_empty(&room->peers) || room->is_configured)
			continue;
		bool is_due = now - room->empty_since_ns >= EMPTY_ROOM_NS;
		if (is_due || !lp_rooms_allow(worker, room))
			free_room(worker, room);
		else
			lp_worker_need_tick(worker, room->empty_since_ns + EMPTY_ROOM_NS);
	}
}

/* --- life --- */

void lp_rooms_init(struct lp_worker *worker)
{
	worker->by_code = lp_map_new();
	lp_list_init(&worker->rooms);
	lp_rooms_index(worker);
	open_configured(worker);
}

void lp_rooms_configure(struct lp_worker *worker)
{
	struct lp_room *room;
	LP_LIST_FOREACH (room, &worker->rooms, struct lp_room, link)
		configure_room(worker, room);
	open_configured(worker);
}

void lp_rooms_fini(struct lp_worker *worker)
{
	struct lp_room *room, *following;
	LP_LIST_FOREACH_SAFE (room, following, &worker->rooms, struct lp_room, link)
		free_room(worker, room);
	lp_map_free(worker->by_code);
	lp_map_free(worker->configured);
}
