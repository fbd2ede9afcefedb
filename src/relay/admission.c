/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/admission.h"

#include "base/clock.h"
#include "base/mem.h"
#include "link/shard.h"
#include "relay/naming.h"
#include "relay/rooms.h"
#include "relay/seat.h"
#include "relay/ticket.h"
#include "wire/budget.h"

#include <stdio.h>

#define LOG "relay"

#define WELCOME_WAIT_NS	 (200 * LP_NS_PER_MS) /* for the gateway to hear of the applicant (R15) */
#define LAN_MAC_SPAN_NS	 (50 * LP_NS_PER_MS)  /* between two frames of a MAC of the LAN */
#define CHALLENGE_MIN_NS (500 * LP_NS_PER_MS)
#define SEAT_WAIT_NS	 (3 * LP_NS_PER_S) /* peers give an answer up after 5 s */
#define REJECT_KEEP_NS	 LP_NS_PER_S
#define GUESS_COST_NS	 (LP_QUOTA_REFILL_NS / 20) /* of the network's quota: of a wrong room code */
#define FEATURES	 (LP_FEATURE_FRAGMENTS | LP_FEATURE_RESUME)

/* --- reject --- */

static void send_reject(struct lp_peer *peer, const struct lp_reject *reject, uint64_t now)
{
	char addr[LP_ADDR_TEXT_LEN] = "?";
	struct lp_conn *conn = lp_link_conn(peer->link);
	struct lp_message answer = {.type = LP_MESSAGE_REJECT, .reject = *reject};
	if (conn)
		lp_addr_format(&lp_conn_path(conn)->remote, addr);
	if (conn && reject->code == LP_REJECT_NO_ROOM)
		lp_quota_charge(peer->worker->config.quota, &lp_conn_path(conn)->remote,
				GUESS_COST_NS, now);
	lp_log_write_limited(&peer->worker->reject_log_limit, now, LP_LOG_INFO, LOG,
			     "%s was rejected: %s: %s", addr, lp_reject_code_name(reject->code),
			     reject->message);
	lp_link_send_message(peer->link, &answer);
	peer->state = LP_PEER_LEAVING;
	peer->close_code = LP_QUIC_CODE_REJECTED;
	peer->deadline_ns = now + REJECT_KEEP_NS;
	lp_worker_need_tick(peer->worker, peer->deadline_ns);
}

void lp_admission_reject(struct lp_peer *peer, enum lp_reject_code code, const char *message,
			 int shard, uint64_t now)
{
	struct lp_reject reject = {.code = code, .shard = shard};
	lp_strcopy(reject.message, sizeof(reject.message),
		   message ? message : lp_reject_code_text(code));
	send_reject(peer, &reject, now);
}

static void refuse(struct lp_peer *peer, enum lp_reject_code code, uint64_t now)
{
	lp_admission_reject(peer, code, NULL, LP_SHARD_NONE, now);
}

/* --- welcome --- */

static void send_welcome(struct lp_peer *peer)
{
	struct lp_room *room = peer->room;
	struct lp_message message = {.type = LP_MESSAGE_WELCOME};
	struct lp_welcome *welcome = &message.welcome;
	welcome->peer_id = peer->id;
	lp_strcopy(welcome->room, sizeof(welcome->room), room->name);
	welcome->mtu = (uint16_t)room->mtu;
	if (!(peer->features & LP_FEATURE_FRAGMENTS))
		welcome->mtu =
			(uint16_t)LP_MIN(room->mtu, lp_budget_to_mtu(peer->hello.datagram_budget));
	welcome->features = peer->features;
	lp_strcopy(welcome->name, sizeof(welcome->name), peer->hello.name);
	welcome->policy = room->policy_flags;
	const struct lp_peer *gateway = room->gateway;
	welcome->gateway_present = gateway != NULL;
	if (gateway) {
		welcome->lan_prefix_count = gateway->hello.lan_prefix_count;
		memcpy(welcome->lan_prefixes, gateway->hello.lan_prefixes,
		       sizeof(welcome->lan_prefixes));
	}
	lp_ticket_make(peer, peer->worker->now.wall_ns, welcome->resume);
	lp_link_send_message(peer->link, &message);
}

/* Everybody who is in the room (R14), those included whose own welcome is still to come. */
static void send_catch_up(struct lp_peer *applicant)
{
	struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &applicant->room->peers, struct lp_peer, link_room) {
		if (peer == applicant)
			continue;
		struct lp_message message = lp_peer_joined_message(peer);
		lp_link_send_message(applicant->link, &message);
	}
	const struct lp_peer *gateway = applicant->room->gateway;
	if (gateway && gateway != applicant && gateway->is_lan_lost) {
		struct lp_message message = {.type = LP_MESSAGE_LAN};
		lp_link_send_message(applicant->link, &message);
	}
}

/* What our probes have found by now; should they still run, it is told when they end (peer.c). */
static void send_budget(struct lp_peer *peer)
{
	struct lp_message message = {.type = LP_MESSAGE_BUDGET};
	message.budget.datagram_budget = (uint32_t)lp_link_own_budget(peer->link);
	if (message.budget.datagram_budget > 0)
		lp_link_send_message(peer->link, &message);
}

static void let_in(struct lp_peer *peer, uint64_t now)
{
	char text[128];
	peer->state = LP_PEER_MEMBER;
	peer->deadline_ns = LP_NEVER;
	peer->last_seen_ns = now;
	lp_link_open(peer->link, peer->features, peer->id);
	lp_peer_drops_begin(peer);
	send_welcome(peer);
	send_catch_up(peer);
	snprintf(text, sizeof(text), "peer %u of room \"%.32s\"", peer->id, peer->room->name);
	lp_conn_set_label(lp_link_conn(peer->link), text);
	send_budget(peer);
	lp_worker_log(peer->worker, "%s %s room \"%s\"", lp_peer_describe(peer, text),
		      peer->is_resumed ? "is back in" : "joined", peer->room->name);
}

/* Before the gateway came nobody could know that this MAC is its own. */
static void cut_duplicate(const struct lp_peer *gateway, const struct lp_room *room)
{
	struct lp_peer *duplicate =
		gateway->hello.has_mac ? lp_room_find_mac(room, &gateway->hello.mac) : NULL;
	if (duplicate)
		lp_peer_cut(duplicate, LP_LEFT_REPLACED, LP_QUIC_CODE_REPLACED);
}

/* The place is free: everybody who is there hears of the applicant first (R15). */
static void join(struct lp_peer *peer, struct lp_room *room, uint64_t now)
{
	if (peer->hello.role == LP_ROLE_GATEWAY)
		cut_duplicate(peer, room);
	peer->joined_ns = now;
	lp_naming_settle(peer, room);
	lp_room_add(room, peer, now);
	lp_seat_sit(peer, now);
	lp_rooms_limit_peer(peer, now);
	peer->worker->peer_count++;
	peer->worker->joined_count++;
	peer->state = LP_PEER_WELCOMING;
	peer->deadline_ns = now;
	struct lp_message message = lp_peer_joined_message(peer);
	lp_room_tell(room, &message, peer);
	if (room->gateway && room->gateway != peer && lp_peer_is_present(room->gateway)) {
		peer->deadline_ns = now + WELCOME_WAIT_NS;
		peer->told_mark = lp_link_mark(room->gateway->link);
	}
	lp_worker_need_tick(peer->worker, peer->deadline_ns);
}

static bool has_answered(const struct lp_peer *incumbent)
{
	return lp_link_has_acked(incumbent->link, incumbent->asked_mark);
}

/*
 * Until when the applicant waits for the incumbent's answer. A place that falls soon after is
 * waited for; for one that falls later the applicant comes again (refuse_waiting).
 */
static uint64_t answer_until_ns(const struct lp_peer *incumbent, uint64_t now)
{
	struct lp_link_stats stats;
	lp_link_read_stats(incumbent->link, &stats);
	uint64_t until_ns = incumbent->asked_ns + LP_MAX(3 * stats.conn.pto_ns, CHALLENGE_MIN_NS);
	uint64_t falls_ns = lp_seat_falls_ns(incumbent);
	return falls_ns < now + SEAT_WAIT_NS ? LP_MAX(until_ns, falls_ns) : until_ns;
}

/* One question at a time: applicants in a row must not put the answer off for each other. */
static void challenge(struct lp_peer *peer, struct lp_peer *incumbent, uint64_t now)
{
	if (incumbent->asked_ns == 0 || has_answered(incumbent)) {
		lp_link_beat(incumbent->link);
		incumbent->asked_ns = now;
		incumbent->asked_mark = lp_link_mark(incumbent->link);
	}
	peer->state = LP_PEER_CHALLENGING;
	peer->deadline_ns = answer_until_ns(incumbent, now);
	lp_worker_need_tick(peer->worker, peer->deadline_ns);
}

/* The gateway says nothing, but its place has not fallen yet: the applicant hears when it will. */
static void refuse_waiting(struct lp_peer *peer, uint64_t falls_ns, uint64_t now)
{
	struct lp_reject reject = {.code = LP_REJECT_GATEWAY_EXISTS, .shard = LP_SHARD_NONE};
	uint64_t left_ns = falls_ns - now;
	reject.retry_after_ms = (uint32_t)(left_ns / LP_NS_PER_MS + 1);
	snprintf(reject.message, sizeof(reject.message),
		 "the room's gateway is silent; its place is free in %llu s, unless it comes back",
		 (unsigned long long)((left_ns + LP_NS_PER_S - 1) / LP_NS_PER_S));
	send_reject(peer, &reject, now);
}

/* Somebody has the place that the applicant wants. True when the applicant has it now. */
static bool contest(struct lp_peer *peer, struct lp_peer *incumbent, uint64_t now)
{
	uint64_t falls_ns = lp_seat_falls_ns(incumbent);
	bool is_claimed = lp_seat_is_claimed(peer, incumbent, now);
	if (!is_claimed && lp_seat_is_connected(incumbent)) {
		challenge(peer, incumbent, now);
		return false;
	}
	if (!is_claimed && now < falls_ns) {
		refuse_waiting(peer, falls_ns, now);
		return false;
	}
	lp_peer_replace(peer, incumbent, now);
	return true;
}

/* Does a machine on the gateway's side use the MAC, or the gateway itself? */
/*
 * One frame of whomever does not keep a member out who comes back: then the gateway asks on the LAN
 * who has the MAC.
 */
static bool is_lan_mac(const struct lp_room *room, const struct lp_mac *mac, uint64_t now)
{
	const struct lp_peer *gateway = room->gateway;
	return (gateway && gateway->hello.has_mac && lp_mac_is_equal(&gateway->hello.mac, mac)) ||
	       lp_seen_span_ns(room->lan_macs, mac->octet, LP_MAC_LEN, now) >= LAN_MAC_SPAN_NS;
}

/* Was it put out of this room, and has to wait? Then it hears how long. */
static bool refuse_banned(struct lp_peer *peer, uint64_t now)
{
	uint64_t left_ns = lp_bans_left(&peer->worker->bans, &peer->hello, &peer->ticket, now);
	struct lp_reject reject = {.code = LP_REJECT_KICKED, .shard = LP_SHARD_NONE};
	if (left_ns == 0)
		return false;
	reject.retry_after_ms = (uint32_t)LP_MIN(left_ns / LP_NS_PER_MS + 1, UINT32_MAX);
	lp_strcopy(reject.message, sizeof(reject.message), lp_reject_code_text(reject.code));
	send_reject(peer, &reject, now);
	return true;
}

/* Finds the peer its place in the room; called again after a challenge. */
static void admit(struct lp_peer *peer, uint64_t now)
{
	enum lp_reject_code code;
	if (refuse_banned(peer, now))
		return;
	struct lp_room *room = lp_rooms_enter(peer, &code);
	if (!room) {
		refuse(peer, code, now);
		return;
	}
	uint32_t both = room->fragments ? FEATURES : FEATURES & ~(uint32_t)LP_FEATURE_FRAGMENTS;
	peer->features = peer->hello.features & both;
	if (!(peer->features & LP_FEATURE_FRAGMENTS) &&
	    LP_MIN((size_t)room->mtu, lp_budget_to_mtu(peer->hello.datagram_budget)) <
		    LP_MIN(room->mtu, (uint32_t)LP_MTU_NO_FRAGMENTS_MIN)) {
		refuse(peer, LP_REJECT_PATH_TOO_SMALL, now);
		return;
	}
	struct lp_peer *incumbent = lp_seat_incumbent(room, &peer->hello);
	if (incumbent) {
		if (!contest(peer, incumbent, now))
			return;
	} else if (peer->hello.role == LP_ROLE_CLIENT && room->client_count >= room->clients_max) {
		refuse(peer, LP_REJECT_ROOM_FULL, now);
		return;
	} else if (peer->hello.role == LP_ROLE_CLIENT && is_lan_mac(room, &peer->hello.mac, now)) {
		lp_admission_reject(peer, LP_REJECT_MAC_IN_USE,
				    "a machine on the party's LAN uses this MAC address: choose "
				    "another one (client.mac)",
				    LP_SHARD_NONE, now);
		return;
	}
	join(peer, room, now);
}

/* Has the incumbent answered, or its time run out? */
static void step_challenge(struct lp_peer *peer, uint64_t now)
{
	struct lp_room *room = lp_rooms_find(peer->worker, peer->hello.room);
	struct lp_peer *incumbent = room ? lp_seat_incumbent(room, &peer->hello) : NULL;
	if (!incumbent || !lp_seat_is_connected(incumbent)) {
		admit(peer, now);
		return;
	}
	if (has_answered(incumbent)) {
		refuse(peer,
		       peer->hello.role == LP_ROLE_GATEWAY ? LP_REJECT_GATEWAY_EXISTS
							   : LP_REJECT_MAC_IN_USE,
		       now);
	} else if (now >= peer->deadline_ns) {
		uint64_t falls_ns = lp_seat_falls_ns(incumbent);
		if (now < falls_ns) {
			refuse_waiting(peer, falls_ns, now);
			return;
		}
		lp_peer_replace(peer, incumbent, now);
		admit(peer, now);
	}
}

static void step_welcome(struct lp_peer *peer, uint64_t now)
{
	const struct lp_peer *gateway = peer->room->gateway;
	bool is_waiting = gateway && gateway != peer && lp_peer_is_present(gateway) &&
			  !lp_link_has_acked(gateway->link, peer->told_mark);
	if (!is_waiting || now >= peer->deadline_ns)
		let_in(peer, now);
}

void lp_admission_step(struct lp_peer *peer, uint64_t now)
{
	if (peer->state == LP_PEER_CHALLENGING)
		step_challenge(peer, now);
	else if (peer->state == LP_PEER_WELCOMING)
		step_welcome(peer, now);
}

/* --- hello --- */

void lp_admission_hello(struct lp_peer *peer, const struct lp_hello *hello, uint64_t now)
{
	struct lp_worker *worker = peer->worker;
	struct lp_conn *conn = lp_link_conn(peer->link);
	peer->hello = *hello;
	lp_room_fold(hello->room, peer->hello.room);
	lp_link_set_peer_budget(peer->link, hello->datagram_budget);
	/* Not sooner: until the peer opens the stream there is nothing to say it on. */
	if (conn && lp_conn_datagram_max(conn) < LP_BUDGET_MIN) {
		refuse(peer, LP_REJECT_NO_DATAGRAM, now);
		return;
	}
	if (worker->is_stopping) {
		refuse(peer, LP_REJECT_SHUTTING_DOWN, now);
		return;
	}
	uint8_t shard = lp_shard_of_room(peer->hello.room);
	if (!lp_rooms_is_own_shard(worker, shard)) {
		lp_admission_reject(peer, LP_REJECT_WRONG_SHARD, NULL, shard, now);
		return;
	}
	if (hello->resume[0])
		peer->is_resumed = lp_ticket_check(peer, worker->now.wall_ns, &peer->ticket);
	peer->wanted_id = peer->is_resumed ? peer->ticket.id : 0;
	admit(peer, now);
}
