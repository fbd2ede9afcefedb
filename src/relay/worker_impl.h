/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of a worker, for the files of relay/: worker.c is life and turns, worker_admin.c what
 * admins do to it, worker_log.c who came and left, report.c what it says about itself, rooms.c its
 * rooms, peer*.c its peers.
 */
#ifndef LP_RELAY_WORKER_IMPL_H
#define LP_RELAY_WORKER_IMPL_H

#include "base/log.h"
#include "relay/ban.h"
#include "relay/room.h"
#include "relay/worker.h"

struct lp_worker {
	struct lp_worker_config config;
	const struct lp_worker_ops *ops;
	void *user;
	struct lp_endpoint *endpoint;
	struct lp_pool *pool;
	struct lp_link_joins joins; /* of all peers: a quarter of the pool */
	struct lp_list peers;	    /* all, applicants included */
	struct lp_list rooms;
	struct lp_map *by_code;	   /* folded code -> struct lp_room */
	struct lp_map *configured; /* folded code -> struct lp_conf_room, of its own shards */
	struct lp_bans bans;
	bool has_frame_log; /* an admin said of all rooms, and of those to come, … */
	bool frame_log;	    /* … that their frames are logged, or not */
	atomic_uint own_room_count;
	struct lp_quota *own_quota;
	size_t peer_count; /* members, absent ones included */
	struct lp_now now; /* of this turn */
	uint64_t started_ns;
	uint64_t started_wall_ns;
	uint64_t deadline_ns;
	bool is_stopping;
	unsigned carried_count;	 /* unicast frames, since lp_worker_take_carried */
	bool has_gone;		 /* somebody is to be freed at the end of the turn */
	size_t conns_most;	 /* since memory was last given back … */
	uint64_t trimmed_ns;	 /* … when that was … */
	uint64_t joined_count;	 /* peers, ever … */
	uint64_t trimmed_joined; /* … and by then */
	unsigned trim_count;
	struct lp_ledger departed; /* of rooms that were closed, and of those who never joined */
	struct lp_log_limit log_limit;
	struct lp_log_limit reject_log_limit;
	struct lp_log_limit fault_log_limit; /* of all peers together; each has one, too */
	struct lp_log_limit people_log_limit;
};

/* Logs that somebody came or left: a whole party at once, but not a flood of them (worker_log.c).
 */
void lp_worker_log(struct lp_worker *worker, const char *format, ...) LP_PRINTF(2, 3);

/* Nothing the state waits for may be missed. */
static inline void lp_worker_need_tick(struct lp_worker *worker, uint64_t deadline_ns)
{
	worker->deadline_ns = LP_MIN(worker->deadline_ns, deadline_ns);
}

#endif
