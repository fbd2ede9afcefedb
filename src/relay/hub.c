/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/hub.h"

#include "base/clock.h"
#include "base/mem.h"
#include "relay/admission.h"
#include "relay/forward.h"

#include <stdio.h>
#include <stdlib.h>

#define LOG "relay"

#define TICK_NS	      (10 * LP_NS_PER_MS) /* while there is traffic */
#define WAIT_TICK_NS  (2 * LP_NS_PER_MS)  /* while somebody waits for an acknowledgement */
#define HELLO_WAIT_NS (5 * LP_NS_PER_S)
#define SILENCE_NS    (15 * LP_NS_PER_S) /* sessions are heard every second */
#define GOODBYE_NS    (500 * LP_NS_PER_MS)
#define EMPTY_ROOM_NS (300 * LP_NS_PER_S)

void lp_hub_need_tick(struct lp_hub *hub, uint64_t deadline_ns)
{
	hub->deadline_ns = LP_MIN(hub->deadline_ns, deadline_ns);
}

/* --- leaving --- */

void lp_hub_peer_gone(struct lp_peer *peer)
{
	peer->state = LP_PEER_GONE;
	lp_hub_need_tick(peer->hub, 0);
	peer->hub->has_gone = true;
}

void lp_hub_peer_leaves(struct lp_hub *hub, struct lp_peer *peer, const char *reason)
{
	struct lp_room *room = peer->room;
	char text[128];
	if (!room)
		return;
	if (peer->link) /* counted before the ledger moves on */
		lp_link_clear_queue(peer->link, LP_VERDICT_PEER_GONE);
	lp_hub_log(hub, "%s left room \"%s\": %s", lp_peer_describe(peer, text), room->code,
		   reason);
	if (room->gateway == peer)
		lp_seen_clear(room->lan_macs);
	lp_room_remove(room, peer, hub->now.mono_ns);
	lp_ledger_add(&room->departed, &peer->ledger);
	memset(&peer->ledger, 0, sizeof(peer->ledger));
	hub->peer_count--;

	struct lp_message message = {.type = LP_MESSAGE_PEER_LEFT};
	message.peer_left.peer_id = peer->id;
	lp_strcopy(message.peer_left.reason, sizeof(message.peer_left.reason), reason);
	lp_room_tell(room, &message, peer);
}

/* Cuts a peer: it leaves with that reason, and its connection is closed. */
static void cut(struct lp_peer *peer, const char *reason, enum lp_quic_code code)
{
	struct lp_hub *hub = peer->hub;
	lp_hub_peer_leaves(hub, peer, reason);
	lp_link_close(peer->link, code, reason);
	peer->state = LP_PEER_LEAVING;
	peer->deadline_ns = hub->now.mono_ns;
}

static void become_absent(struct lp_peer *peer, uint64_t now)
{
	char text[128];
	lp_hub_log(peer->hub, "%s lost its connection: its place is kept for 30 s",
		   lp_peer_describe(peer, text));
	lp_link_free(peer->link);
	peer->link = NULL;
	peer->state = LP_PEER_ABSENT;
	peer->deadline_ns = now + LP_ROOM_ABSENT_NS;
	lp_hub_need_tick(peer->hub, peer->deadline_ns);
}

/* --- what a link tells --- */

static enum lp_verdict on_frame(void *user, struct lp_frame *frame, uint64_t now)
{
	struct lp_peer *peer = user;
	return peer->room ? lp_forward_frame(peer, frame, now) : LP_VERDICT_NO_TARGET;
}

static void on_bad(void *user, enum lp_verdict verdict, size_t len, uint64_t now)
{
	struct lp_peer *peer = user;
	char text[128];
	if (lp_verdict_action(verdict) != LP_ACTION_MALFORMED)
		return;
	bool is_too_many =
		lp_limit_malformed(&peer->malformed, peer->hub->config.conf->limits.malformed, now);
	lp_log_write_limited(
		&peer->log_limit, now, LP_LOG_WARN, LOG,
		"%s sent a malformed datagram of %zu bytes: %s (%u in 10 s, %llu in all)",
		lp_peer_describe(peer, text), len, lp_verdict_name(verdict), peer->malformed.count,
		(unsigned long long)peer->malformed.total);
	if (is_too_many && peer->state != LP_PEER_LEAVING && peer->state != LP_PEER_GONE) {
		lp_warn(LOG, "%s is cut off: too many malformed datagrams",
			lp_peer_describe(peer, text));
		cut(peer, LP_LEFT_MALFORMED, LP_QUIC_CODE_MALFORMED);
	}
}

static void on_too_large(void *user, const struct lp_frame *frame, size_t encoded_len,
			 size_t budget, uint64_t now)
{
	struct lp_peer *peer = user;
	lp_log_write_limited(&peer->log_limit, now, LP_LOG_INFO, LOG,
			     "skipped a frame: peer=%u target=%u encoded_length=%zu budget=%zu "
			     "reason=%s",
			     frame->source_id, peer->id, encoded_len, budget,
			     lp_verdict_name(LP_VERDICT_TARGET_BUDGET));
}

static void on_disconnect(struct lp_peer *peer, const struct lp_disconnect *disconnect)
{
	lp_strcopy(peer->leave_reason, sizeof(peer->leave_reason),
		   disconnect->reason[0] ? disconnect->reason : LP_LEFT_QUIT);
	if (peer->room)
		lp_hub_peer_leaves(peer->hub, peer, peer->leave_reason);
	lp_link_close(peer->link, LP_QUIC_CODE_NONE, "goodbye");
	peer->state = LP_PEER_LEAVING;
	peer->deadline_ns = peer->hub->now.mono_ns;
}

/* A message that has no business here, now: a broken peer (wrong order). */
static void on_unexpected(struct lp_peer *peer, enum lp_message_type type, uint64_t now)
{
	char why[96];
	snprintf(why, sizeof(why), "%s is not expected now", lp_message_type_name(type));
	if (peer->state == LP_PEER_VISITOR) {
		lp_admission_reject(peer, LP_REJECT_BAD_HELLO, why, LP_SHARD_NONE, now);
		return;
	}
	char text[128];
	lp_log_write_limited(&peer->log_limit, now, LP_LOG_WARN, LOG, "%s is cut off: %s",
			     lp_peer_describe(peer, text), why);
	cut(peer, LP_LEFT_PROTOCOL, LP_QUIC_CODE_PROTOCOL);
}

static void on_message(void *user, const struct lp_message *message, uint64_t now)
{
	struct lp_peer *peer = user;
	if (peer->state == LP_PEER_LEAVING || peer->state == LP_PEER_GONE)
		return;
	bool is_visitor = peer->state == LP_PEER_VISITOR;
	if (is_visitor != (message->type == LP_MESSAGE_HELLO)) {
		on_unexpected(peer, message->type, now);
		return;
	}
	switch (message->type) {
	case LP_MESSAGE_HELLO:
		lp_admission_hello(peer, &message->hello, now);
		break;
	case LP_MESSAGE_BUDGET:
		lp_link_set_peer_budget(peer->link, message->budget.datagram_budget);
		break;
	case LP_MESSAGE_STATS:
		peer->stats = message->stats;
		peer->has_stats = true;
		break;
	case LP_MESSAGE_DISCONNECT:
		on_disconnect(peer, &message->disconnect);
		break;
	default:
		on_unexpected(peer, message->type, now);
	}
}

static void on_bad_record(void *user, const char *why, enum lp_reject_code code, uint64_t now)
{
	struct lp_peer *peer = user;
	if (peer->state == LP_PEER_VISITOR) {
		lp_admission_reject(peer, code, code == LP_REJECT_BAD_HELLO ? why : NULL,
				    LP_SHARD_NONE, now);
		return;
	}
	char text[128];
	lp_log_write_limited(&peer->log_limit, now, LP_LOG_WARN, LOG,
			     "%s is cut off: bad control record: %s", lp_peer_describe(peer, text),
			     why);
	cut(peer, LP_LEFT_PROTOCOL, LP_QUIC_CODE_PROTOCOL);
}

static void on_budget(void *user, size_t budget, uint64_t now)
{
	struct lp_peer *peer = user;
	(void)now;
	struct lp_message message = {.type = LP_MESSAGE_BUDGET};
	message.budget.datagram_budget = (uint32_t)budget;
	if (peer->state == LP_PEER_MEMBER)
		lp_link_send_message(peer->link, &message);
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text, uint64_t now)
{
	struct lp_peer *peer = user;
	char describe[128];
	if (peer->state == LP_PEER_GONE)
		return;
	if (!peer->room) {
		lp_hub_peer_gone(peer);
		return;
	}
	lp_debug(LOG, "%s: connection ended: %s (%llu, %s)", lp_peer_describe(peer, describe),
		 lp_conn_end_name(end), (unsigned long long)code, text);
	if (end == LP_CONN_END_PEER || peer->state == LP_PEER_LEAVING) {
		lp_hub_peer_leaves(peer->hub, peer,
				   peer->leave_reason[0] ? peer->leave_reason : LP_LEFT_QUIT);
		lp_hub_peer_gone(peer);
		return;
	}
	/* The link may not be freed inside its own callback: the scan makes the peer absent. */
	lp_hub_need_tick(peer->hub, now);
}

static const struct lp_link_ops link_ops = {
	.on_frame = on_frame,
	.on_bad = on_bad,
	.on_too_large = on_too_large,
	.on_message = on_message,
	.on_bad_record = on_bad_record,
	.on_budget = on_budget,
	.on_end = on_end,
};

/* --- arriving --- */

/*
 * Whoever completes a handshake and says nothing costs as much memory as a member: there are as
 * many of them as of handshakes in progress, and the oldest has to go.
 */
static void limit_strangers(struct lp_hub *hub)
{
	struct lp_peer *peer, *oldest = NULL;
	unsigned count = 0;
	LP_LIST_FOREACH (peer, &hub->peers, struct lp_peer, link_all) {
		struct lp_conn *conn = peer->link ? lp_link_conn(peer->link) : NULL;
		if (peer->room || !conn || lp_conn_is_closing(conn))
			continue;
		oldest = oldest ? oldest : peer;
		count++;
	}
	if (count < hub->config.conf->limits.half_open)
		return;
	lp_log_write_limited(&hub->log_limit, hub->now.mono_ns, LP_LOG_WARN, LOG,
			     "%u connections have not joined a room: closing the oldest", count);
	lp_link_close(oldest->link, LP_QUIC_CODE_REJECTED, "too many wait to be let in");
	oldest->state = LP_PEER_LEAVING;
}

static void on_accept(void *user, struct lp_conn *conn, uint64_t now)
{
	struct lp_hub *hub = user;
	const struct lp_conf_limits *limits = &hub->config.conf->limits;
	if (hub->is_stopping) { /* a handshake in progress must not hold up the stop */
		lp_conn_close(conn, LP_QUIC_CODE_SHUTDOWN, LP_LEFT_SHUTTING_DOWN);
		return;
	}
	limit_strangers(hub);
	struct lp_peer *peer = lp_alloc(sizeof(*peer));
	peer->hub = hub;
	peer->state = LP_PEER_VISITOR;
	peer->deadline_ns = now + HELLO_WAIT_NS;
	peer->last_seen_ns = now;
	lp_list_init(&peer->link_room);
	lp_list_append(&hub->peers, &peer->link_all);
	struct lp_link_config config = {
		.pool = hub->pool,
		.in = &peer->ledger,
		.out = &peer->ledger,
		.queue = {.bytes_max = (size_t)limits->queue_bytes,
			  .frames_max = lp_frameq_limits_default.frames_max,
			  .age_max_ns = limits->queue_age_ms * LP_NS_PER_MS},
		.source_id = UINT16_MAX,
	};
	peer->link = lp_link_new(&config, conn, &link_ops, peer, now);
	lp_hub_need_tick(hub, peer->deadline_ns);
	if (!lp_conn_has_datagrams(conn))
		lp_admission_reject(peer, LP_REJECT_NO_DATAGRAM, NULL, LP_SHARD_NONE, now);
}

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct lp_hub *hub = user;
	hub->ops->send(hub->user, tx, tx_count);
}

static const struct lp_endpoint_ops endpoint_ops = {
	.send = send_packets,
	.on_accept = on_accept,
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
	hub->deadline_ns = LP_NEVER;
	hub->pool = lp_pool_new(config->conf->limits.pool_frames);
	hub->by_code = lp_map_new();
	lp_list_init(&hub->peers);
	lp_list_init(&hub->rooms);
	struct lp_endpoint_config endpoint = {
		.credential = config->credential,
		.half_open = config->half_open,
		.half_open_max = config->conf->limits.half_open,
		.retry_above = config->conf->limits.retry_above,
	};
	memcpy(endpoint.reset_key, config->reset_key, sizeof(endpoint.reset_key));
	memcpy(endpoint.token_key, config->token_key, sizeof(endpoint.token_key));
	hub->endpoint = lp_endpoint_new(&endpoint, &endpoint_ops, hub);
	return hub;
}

static void free_peer(struct lp_peer *peer)
{
	struct lp_hub *hub = peer->hub;
	struct lp_room *room = peer->room;
	lp_link_free(peer->link); /* its queue is counted before the ledger moves on */
	if (room)
		lp_room_remove(room, peer, hub->now.mono_ns);
	lp_ledger_add(room ? &room->departed : &hub->departed, &peer->ledger);
	lp_list_remove(&peer->link_all);
	free(peer);
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
		free_peer(peer);
	LP_LIST_FOREACH_SAFE (room, next_room, &hub->rooms, struct lp_room, link)
		free_room(hub, room);
	lp_endpoint_free(hub->endpoint);
	lp_map_free(hub->by_code);
	lp_pool_free(hub->pool);
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

/* Has what this peer's state waits for come? */
static void step_peer(struct lp_peer *peer, uint64_t now)
{
	switch (peer->state) {
	case LP_PEER_VISITOR:
		if (now >= peer->deadline_ns)
			lp_admission_reject(peer, LP_REJECT_BAD_HELLO, "no hello came in 5 s",
					    LP_SHARD_NONE, now);
		break;
	case LP_PEER_CHALLENGING:
	case LP_PEER_WELCOMING:
		lp_admission_step(peer, now);
		break;
	case LP_PEER_LEAVING:
		if (now >= peer->deadline_ns || lp_link_is_acked(peer->link))
			lp_link_close(peer->link, peer->close_code, "goodbye");
		break;
	case LP_PEER_ABSENT:
		if (now >= peer->deadline_ns) {
			lp_hub_peer_leaves(peer->hub, peer, LP_LEFT_CONNECTION_LOST);
			lp_hub_peer_gone(peer);
		}
		break;
	case LP_PEER_MEMBER:
	case LP_PEER_GONE:
		break;
	}
}

/* A member whose connection ended, or that is silent though it should be heard every second. */
static void check_silence(struct lp_peer *peer, uint64_t now)
{
	struct lp_conn *conn = lp_link_conn(peer->link);
	if (conn) {
		struct lp_conn_stats stats;
		lp_conn_read_stats(conn, &stats);
		peer->last_seen_ns = stats.last_rx_ns;
	}
	if (!conn || now - peer->last_seen_ns > SILENCE_NS)
		become_absent(peer, now);
	else
		lp_hub_need_tick(peer->hub, peer->last_seen_ns + SILENCE_NS + 1);
}

static void scan_peer(struct lp_peer *peer, uint64_t now)
{
	struct lp_hub *hub = peer->hub;
	if (peer->link)
		lp_link_tick(peer->link, now);
	step_peer(peer, now);
	if ((peer->state == LP_PEER_MEMBER || peer->state == LP_PEER_WELCOMING) && peer->link)
		check_silence(peer, now);
	bool is_waiting = peer->state == LP_PEER_WELCOMING || peer->state == LP_PEER_CHALLENGING ||
			  peer->state == LP_PEER_LEAVING;
	if (is_waiting)
		lp_hub_need_tick(hub, now + WAIT_TICK_NS);
	else if (peer->state == LP_PEER_VISITOR || peer->state == LP_PEER_ABSENT)
		lp_hub_need_tick(hub, peer->deadline_ns);
	if (peer->link)
		lp_hub_need_tick(hub, LP_MAX(lp_link_deadline(peer->link), now + LP_NS_PER_MS));
}

static void scan_rooms(struct lp_hub *hub, uint64_t now)
{
	struct lp_room *room, *following;
	LP_LIST_FOREACH_SAFE (room, following, &hub->rooms, struct lp_room, link) {
		if (!lp_list_is_empty(&room->peers) || room->is_configured)
			continue;
		if (now - room->empty_since_ns >= EMPTY_ROOM_NS)
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
		scan_peer(peer, now->mono_ns);
	scan_rooms(hub, now->mono_ns);
}

static void reap(struct lp_hub *hub)
{
	struct lp_peer *peer, *following;
	hub->has_gone = false;
	LP_LIST_FOREACH_SAFE (peer, following, &hub->peers, struct lp_peer, link_all) {
		if (peer->state == LP_PEER_GONE)
			free_peer(peer);
	}
}

void lp_hub_flush(struct lp_hub *hub, const struct lp_now *now)
{
	hub->now = *now;
	lp_endpoint_flush(hub->endpoint, now->mono_ns);
	if (hub->has_gone)
		reap(hub);
}

uint64_t lp_hub_deadline(const struct lp_hub *hub)
{
	return LP_MIN(hub->deadline_ns, lp_endpoint_deadline(hub->endpoint));
}

/* --- what admins do --- */

void lp_hub_reconfigure(struct lp_hub *hub, const struct lp_conf_relay *conf,
			const struct lp_credential *credential, const struct lp_now *now)
{
	hub->now = *now;
	hub->config.conf = conf;
	hub->config.credential = credential;
	lp_endpoint_set_credential(hub->endpoint, credential);
	lp_endpoint_set_limits(hub->endpoint, conf->limits.half_open, conf->limits.retry_above);
	struct lp_peer *peer, *following;
	LP_LIST_FOREACH_SAFE (peer, following, &hub->peers, struct lp_peer, link_all) {
		if (!peer->room || lp_admission_allows_room(hub, peer->room))
			continue;
		if (peer->link) {
			cut(peer, LP_LEFT_ROOM_CLOSED, LP_QUIC_CODE_KICKED);
		} else {
			lp_hub_peer_leaves(hub, peer, LP_LEFT_ROOM_CLOSED);
			lp_hub_peer_gone(peer);
		}
	}
	struct lp_room *room;
	LP_LIST_FOREACH (room, &hub->rooms, struct lp_room, link)
		lp_admission_configure_room(hub, room);
	lp_hub_need_tick(hub, now->mono_ns); /* rooms that are configured no more may be empty */
}

void lp_hub_stop(struct lp_hub *hub, const struct lp_now *now)
{
	hub->now = *now;
	hub->is_stopping = true;
	lp_endpoint_set_credential(hub->endpoint, NULL); /* who comes now waits for our successor */
	struct lp_message message = {.type = LP_MESSAGE_DISCONNECT};
	lp_strcopy(message.disconnect.reason, sizeof(message.disconnect.reason),
		   LP_LEFT_SHUTTING_DOWN);
	struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &hub->peers, struct lp_peer, link_all) {
		if (peer->state == LP_PEER_GONE)
			continue;
		if (!peer->link) {
			lp_hub_peer_gone(peer);
			continue;
		}
		lp_link_send_message(peer->link, &message);
		lp_strcopy(peer->leave_reason, sizeof(peer->leave_reason), LP_LEFT_SHUTTING_DOWN);
		peer->state = LP_PEER_LEAVING;
		peer->close_code = LP_QUIC_CODE_SHUTDOWN;
		peer->deadline_ns = now->mono_ns + GOODBYE_NS;
	}
	lp_hub_need_tick(hub, now->mono_ns);
}

bool lp_hub_is_stopped(const struct lp_hub *hub)
{
	return lp_list_is_empty(&hub->peers);
}

/* The room that an admin named; NULL = there is none. */
static struct lp_room *find_room(struct lp_hub *hub, const char *code)
{
	char folded[LP_ROOM_MAX + 1];
	if (!lp_room_is_valid(code))
		return NULL;
	lp_room_fold(code, folded);
	return lp_map_get(hub->by_code, folded, strlen(folded));
}

enum lp_err lp_hub_kick(struct lp_hub *hub, const char *room_code, uint16_t peer_id)
{
	struct lp_room *room = find_room(hub, room_code);
	struct lp_peer *peer = room ? lp_room_find_id(room, peer_id) : NULL;
	if (!peer)
		return LP_ERR_NOT_FOUND;
	if (peer->link) {
		cut(peer, LP_LEFT_KICKED, LP_QUIC_CODE_KICKED);
	} else {
		lp_hub_peer_leaves(hub, peer, LP_LEFT_KICKED);
		lp_hub_peer_gone(peer);
	}
	return LP_OK;
}

enum lp_err lp_hub_set_frame_log(struct lp_hub *hub, const char *room_code, uint16_t peer_id,
				 bool is_on)
{
	struct lp_room *room = room_code ? find_room(hub, room_code) : NULL;
	struct lp_peer *peer = room && peer_id ? lp_room_find_id(room, peer_id) : NULL;
	if (!room_code) {
		LP_LIST_FOREACH (room, &hub->rooms, struct lp_room, link)
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
