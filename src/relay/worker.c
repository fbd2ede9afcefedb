/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/worker_impl.h"

#include "base/clock.h"
#include "base/mem.h"
#include "platform/heap.h"
#include "relay/rooms.h"

#include <stdlib.h>

#define TRIM_CONNS    256 /* fewer of them are not worth the time */
#define TRIM_EVERY_NS (5 * LP_NS_PER_S)
#define TICK_NS	      (10 * LP_NS_PER_MS) /* while there is traffic */
#define JOINS_SHARE   4 /* of the pool, for frames whose fragments are still to come */

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct lp_worker *worker = user;
	worker->ops->send(worker->user, tx, tx_count);
}

static const struct lp_endpoint_ops endpoint_ops = {
	.send = send_packets,
	.on_accept = lp_peer_accept,
};

/* --- life --- */

struct lp_worker *lp_worker_new(const struct lp_worker_config *config,
				const struct lp_worker_ops *ops, void *user,
				const struct lp_now *now)
{
	struct lp_worker *worker = lp_alloc(sizeof(*worker));
	worker->config = *config;
	if (worker->config.worker_count == 0)
		worker->config.worker_count = 1;
	worker->ops = ops;
	worker->user = user;
	worker->now = *now;
	worker->started_ns = now->mono_ns;
	worker->started_wall_ns = now->wall_ns;
	worker->deadline_ns = LP_NEVER;
	worker->pool = lp_pool_new(config->conf->limits.pool_frames);
	worker->joins.count_max = config->conf->limits.pool_frames / JOINS_SHARE;
	if (!worker->config.quota)
		worker->config.quota = worker->own_quota = lp_quota_new();
	lp_list_init(&worker->peers);
	struct lp_endpoint_config endpoint = {
		.credential = config->credential,
		.half_open = config->half_open,
		.half_open_max = config->conf->limits.half_open,
		.retry_above = config->conf->limits.retry_above,
		.quota = worker->config.quota,
		.token_keys = config->token_keys,
	};
	memcpy(endpoint.reset_key, config->reset_key, sizeof(endpoint.reset_key));
	worker->endpoint = lp_endpoint_new(&endpoint, &endpoint_ops, worker);
	lp_rooms_init(worker);
	return worker;
}

void lp_worker_free(struct lp_worker *worker)
{
	if (!worker)
		return;
	struct lp_peer *peer, *next_peer;
	LP_LIST_FOREACH_SAFE (peer, next_peer, &worker->peers, struct lp_peer, link_all)
		lp_peer_free(peer);
	lp_rooms_fini(worker);
	lp_endpoint_free(worker->endpoint);
	lp_pool_free(worker->pool);
	lp_quota_free(worker->own_quota);
	lp_wipe(&worker->config, sizeof(worker->config));
	free(worker);
}

/* --- turns --- */

void lp_worker_recv(struct lp_worker *worker, const struct lp_packet_rx *rx,
		    const struct lp_now *now)
{
	worker->now = *now;
	lp_worker_need_tick(worker, now->mono_ns + TICK_NS);
	lp_endpoint_recv(worker->endpoint, rx, now->mono_ns);
}

void lp_worker_tick(struct lp_worker *worker, const struct lp_now *now)
{
	worker->now = *now;
	lp_endpoint_tick(worker->endpoint, now->mono_ns);
	if (now->mono_ns < worker->deadline_ns)
		return;
	worker->deadline_ns = LP_NEVER;
	struct lp_peer *peer, *following;
	LP_LIST_FOREACH_SAFE (peer, following, &worker->peers, struct lp_peer, link_all)
		lp_peer_scan(peer, now->mono_ns);
	lp_rooms_scan(worker, now->mono_ns);
}

static void reap(struct lp_worker *worker)
{
	struct lp_peer *peer, *following;
	worker->has_gone = false;
	LP_LIST_FOREACH_SAFE (peer, following, &worker->peers, struct lp_peer, link_all) {
		if (peer->state == LP_PEER_GONE)
			lp_peer_free(peer);
	}
}

/*
 * A connection costs a hundred kilobytes, twice that during its handshake, and a flood of them has
 * thousands: what they needed is given back when they are gone, or in the room, not at each.
 */
static void give_memory_back(struct lp_worker *worker)
{
	size_t count = lp_endpoint_conn_count(worker->endpoint);
	uint64_t now = worker->now.mono_ns;
	worker->conns_most = LP_MAX(worker->conns_most, count);
	if ((worker->conns_most - count < TRIM_CONNS &&
	     worker->joined_count - worker->trimmed_joined < TRIM_CONNS) ||
	    now < worker->trimmed_ns + TRIM_EVERY_NS)
		return;
	worker->conns_most = count;
	worker->trimmed_joined = worker->joined_count;
	worker->trimmed_ns = now;
	worker->trim_count++;
	lp_heap_trim();
}

void lp_worker_flush(struct lp_worker *worker, const struct lp_now *now)
{
	worker->now = *now;
	lp_endpoint_flush(worker->endpoint, now->mono_ns);
	if (worker->has_gone)
		reap(worker);
	give_memory_back(worker);
}

unsigned lp_worker_take_carried(struct lp_worker *worker)
{
	unsigned count = worker->carried_count;
	worker->carried_count = 0;
	return count;
}

uint64_t lp_worker_deadline(const struct lp_worker *worker)
{
	return LP_MIN(worker->deadline_ns, lp_endpoint_deadline(worker->endpoint));
}
