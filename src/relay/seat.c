/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/seat.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdio.h>

#define LOG "relay"

/* Of claims, the gateway's place is one whatever MAC sits there: this one can be nobody's. */
static const struct lp_mac gateway_place = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static const struct lp_mac *place_of(const struct lp_peer *peer)
{
	return peer->hello.role == LP_ROLE_GATEWAY ? &gateway_place : &peer->hello.mac;
}

struct lp_peer *lp_seat_incumbent(const struct lp_room *room, const struct lp_hello *hello)
{
	if (hello->role == LP_ROLE_GATEWAY)
		return room->gateway;
	return lp_room_find_mac(room, &hello->mac);
}

bool lp_seat_is_connected(const struct lp_peer *peer)
{
	return peer->link && lp_link_conn(peer->link);
}

/* --- claims --- */

/*
 * When the applicant was welcomed by the process before this one, if that may still be of weight; 0
 * = it was not. Who lost a place then is not remembered, but of two tickets for one place the later
 * is that of who had it last.
 */
static uint64_t older_claim_ns(const struct lp_peer *applicant, uint64_t now)
{
	const struct lp_worker *worker = applicant->worker;
	if (!applicant->is_resumed || applicant->ticket.wall_ns >= worker->started_wall_ns ||
	    now - worker->started_ns >= LP_RECLAIM_KEEP_NS)
		return 0;
	return applicant->ticket.wall_ns;
}

static bool has_lost(const struct lp_peer *applicant, struct lp_room *room, uint64_t now)
{
	return applicant->is_resumed &&
	       lp_reclaim_has(&room->reclaim, place_of(applicant), applicant->wanted_id, now);
}

bool lp_seat_is_claimed(const struct lp_peer *applicant, const struct lp_peer *incumbent,
			uint64_t now)
{
	if (!applicant->is_resumed)
		return false;
	return applicant->wanted_id == incumbent->id || has_lost(applicant, incumbent->room, now) ||
	       older_claim_ns(applicant, now) > incumbent->claim_ns;
}

uint64_t lp_seat_falls_ns(const struct lp_peer *incumbent)
{
	uint64_t heard_ns = incumbent->last_seen_ns;
	struct lp_conn_stats stats;
	if (incumbent->hello.role != LP_ROLE_GATEWAY)
		return 0;
	if (lp_seat_is_connected(incumbent)) {
		lp_conn_read_stats(lp_link_conn(incumbent->link), &stats);
		heard_ns = LP_MAX(heard_ns, stats.last_rx_ns);
	}
	return heard_ns + LP_SEAT_GATEWAY_SILENCE_NS;
}

/* --- changes --- */

void lp_seat_keep_claim(struct lp_peer *peer, uint64_t now)
{
	lp_reclaim_add(&peer->room->reclaim, place_of(peer), peer->id, now);
}

void lp_seat_leave(struct lp_peer *peer, const char *reason)
{
	static const char *const put_out[] = {LP_LEFT_REPLACED, LP_LEFT_MALFORMED, LP_LEFT_PROTOCOL,
					      LP_LEFT_KICKED, LP_LEFT_ROOM_CLOSED};
	for (size_t i = 0; i < LP_ARRAY_COUNT(put_out); i++) {
		if (strcmp(reason, put_out[i]) == 0)
			return;
	}
	lp_seat_keep_claim(peer, peer->worker->now.mono_ns);
}

/* Who sits there, and where: "gateway 7 (hall, 02:…) at 192.0.2.9". */
static void describe(const struct lp_peer *peer, char *text, size_t text_len)
{
	char who[128], addr[LP_ADDR_TEXT_LEN];
	lp_addr_format_ip(&lp_conn_path(lp_link_conn(peer->link))->remote, addr);
	snprintf(text, text_len, "%s at %s", lp_peer_describe(peer, who), addr);
}

/* The same machine as the last, as far as that can be told. */
static bool is_same_holder(const struct lp_peer *peer, const struct lp_room_seat *seat)
{
	if (peer->is_resumed && peer->wanted_id == seat->id)
		return true;
	return lp_mac_is_equal(&peer->hello.mac, &seat->mac) &&
	       lp_addr_equal_ip(&lp_conn_path(lp_link_conn(peer->link))->remote, &seat->addr);
}

static void tell_of_gateway(struct lp_peer *peer, bool is_back, uint64_t now)
{
	struct lp_room *room = peer->room;
	struct lp_room_seat *seat = &room->seat;
	char holder[sizeof(seat->holder)];
	describe(peer, holder, sizeof(holder));
	if (seat->id != 0 && !is_same_holder(peer, seat)) {
		memcpy(seat->before, seat->holder, sizeof(seat->before));
		seat->changed_ns = now;
		seat->is_given_back = is_back;
		lp_log_write_limited(&peer->worker->people_log_limit, now, LP_LOG_WARN, LOG,
				     "the gateway's place in room \"%s\" has changed hands: %s has "
				     "%s from %s",
				     room->name, holder, is_back ? "won it back" : "taken it over",
				     seat->before);
	}
	memcpy(seat->holder, holder, sizeof(seat->holder));
	seat->id = peer->id;
	seat->mac = peer->hello.mac;
	seat->addr = lp_conn_path(lp_link_conn(peer->link))->remote;
}

void lp_seat_sit(struct lp_peer *peer, uint64_t now)
{
	struct lp_room *room = peer->room;
	bool has_claim = has_lost(peer, room, now);
	if (has_claim)
		lp_reclaim_remove(&room->reclaim, place_of(peer));
	peer->claim_ns = LP_MAX(peer->claim_ns, older_claim_ns(peer, now));
	if (peer->hello.role == LP_ROLE_GATEWAY && lp_seat_is_connected(peer))
		tell_of_gateway(peer, has_claim, now);
}
