/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What admins do to a worker: another configuration, the end, who has to go, what is logged. */

#include "base/clock.h"
#include "base/mem.h"
#include "relay/rooms.h"
#include "relay/worker_impl.h"

#define GOODBYE_NS (500 * LP_NS_PER_MS)

void lp_worker_reconfigure(struct lp_worker *worker, const struct lp_conf_relay *conf,
			   struct lp_credential *credential, const struct lp_now *now)
{
	worker->now = *now;
	worker->config.conf = conf;
	worker->config.credential = credential;
	worker->has_frame_log = false; /* that was for until now */
	lp_endpoint_set_credential(worker->endpoint, credential);
	lp_endpoint_set_limits(worker->endpoint, conf->limits.half_open, conf->limits.retry_above);
	lp_rooms_index(worker);
	struct lp_peer *peer, *following;
	LP_LIST_FOREACH_SAFE (peer, following, &worker->peers, struct lp_peer, link_all) {
		if (!peer->room || lp_rooms_allow(worker, peer->room))
			continue;
		lp_peer_cut(peer, LP_LEFT_ROOM_CLOSED, LP_QUIC_CODE_KICKED);
	}
	lp_rooms_configure(worker);
	lp_worker_need_tick(worker,
			    now->mono_ns); /* rooms that are configured no more may be empty */
}

void lp_worker_set_token_keys(struct lp_worker *worker, const struct lp_token_keys *keys)
{
	worker->config.token_keys = *keys;
	lp_endpoint_set_token_keys(worker->endpoint, keys);
}

void lp_worker_stop(struct lp_worker *worker, const struct lp_now *now)
{
	worker->now = *now;
	worker->is_stopping = true;
	lp_endpoint_set_credential(worker->endpoint,
				   NULL); /* who comes now waits for our successor */
	struct lp_message message = {.type = LP_MESSAGE_DISCONNECT};
	lp_strcopy(message.disconnect.reason, sizeof(message.disconnect.reason),
		   LP_LEFT_SHUTTING_DOWN);
	struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &worker->peers, struct lp_peer, link_all) {
		if (peer->state == LP_PEER_GONE)
			continue;
		if (!peer->link) {
			lp_peer_gone(peer);
			continue;
		}
		lp_link_send_message(peer->link, &message);
		lp_strcopy(peer->leave_reason, sizeof(peer->leave_reason), LP_LEFT_SHUTTING_DOWN);
		peer->state = LP_PEER_LEAVING;
		peer->close_code = LP_QUIC_CODE_SHUTDOWN;
		peer->deadline_ns = now->mono_ns + GOODBYE_NS;
	}
	lp_worker_need_tick(worker, now->mono_ns);
}

bool lp_worker_is_stopped(const struct lp_worker *worker)
{
	return lp_list_is_empty(&worker->peers);
}

/* Who is only disconnected is not told to keep away. */
enum lp_err lp_worker_kick(struct lp_worker *worker, const char *room_code, uint16_t peer_id,
			   uint64_t for_ns, const char *by)
{
	char text[128];
	struct lp_room *room = lp_rooms_find_named(worker, room_code);
	struct lp_peer *peer = room ? lp_room_find_id(room, peer_id) : NULL;
	if (!peer)
		return LP_ERR_NOT_FOUND;
	lp_worker_log(worker, "%s was kicked from room \"%s\" by %s, and may come back in %llu s",
		      lp_peer_describe(peer, text), room->name, by,
		      (unsigned long long)(for_ns / LP_NS_PER_S));
	if (for_ns > 0)
		lp_bans_add(&worker->bans, peer, for_ns, by, &worker->now);
	lp_peer_cut(peer, LP_LEFT_KICKED, for_ns > 0 ? LP_QUIC_CODE_KICKED : LP_QUIC_CODE_NONE);
	return LP_OK;
}

enum lp_err lp_worker_unban(struct lp_worker *worker, const char *room_code, uint16_t peer_id,
			    const char *by)
{
	char folded[LP_ROOM_MAX + 1];
	if (!lp_room_is_valid(room_code))
		return LP_ERR_NOT_FOUND;
	lp_room_fold(room_code, folded);
	if (!lp_bans_lift(&worker->bans, folded, peer_id, worker->now.mono_ns))
		return LP_ERR_NOT_FOUND;
	lp_worker_log(worker, "the ban of peer %u from room \"%s\" is lifted by %s", peer_id,
		      room_code, by);
	return LP_OK;
}

enum lp_err lp_worker_set_frame_log(struct lp_worker *worker, const char *room_code,
				    uint16_t peer_id, bool is_on)
{
	struct lp_room *room = room_code ? lp_rooms_find_named(worker, room_code) : NULL;
	struct lp_peer *peer = room && peer_id ? lp_room_find_id(room, peer_id) : NULL;
	if (!room_code) {
		worker->has_frame_log = true;
		worker->frame_log = is_on;
		LP_LIST_FOREACH (room, &worker->rooms, struct lp_room, link)
			room->frame_log = is_on;
		return LP_OK;
	}
	if (!room || (peer_id && !peer))
		return LP_ERR_NOT_FOUND;
	if (peer)
		peer->frame_log = is_on;
	else
		room->frame_log = is_on;
	return LP_OK;
}
