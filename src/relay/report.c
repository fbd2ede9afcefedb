/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What admins see of a worker: snapshots of rooms, peers and ledgers, and who comes and goes. */

#include "base/clock.h"
#include "base/mem.h"
#include "relay/rooms.h"
#include "relay/worker_impl.h"

#include <stdio.h>
#include <string.h>

void lp_worker_set_now(struct lp_worker *worker, const struct lp_now *now)
{
	worker->now = *now;
}

static uint64_t sum_drops(const uint64_t counters[LP_VERDICT__COUNT])
{
	uint64_t sum = 0;
	for (size_t i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++)
		sum += counters[i];
	return sum;
}

static int64_t age_ms(const struct lp_worker *worker, uint64_t then_ns)
{
	uint64_t now = worker->now.mono_ns;
	return now > then_ns ? (int64_t)((now - then_ns) / LP_NS_PER_MS) : 0;
}

static void room_ledger(const struct lp_room *room, struct lp_ledger *ledger)
{
	const struct lp_peer *peer;
	lp_ledger_add(ledger, &room->departed);
	LP_LIST_FOREACH (peer, &room->peers, const struct lp_peer, link_room)
		lp_ledger_add(ledger, &peer->ledger);
}

static void report_room(const struct lp_worker *worker, const struct lp_room *room,
			struct lp_admin_room *out)
{
	struct lp_ledger ledger = {0};
	room_ledger(room, &ledger);
	memset(out, 0, sizeof(*out));
	lp_strcopy(out->code, sizeof(out->code), room->name);
	out->client_count = room->client_count;
	out->max_clients = room->clients_max;
	out->gateway_present = room->gateway != NULL;
	out->mtu = room->mtu;
	out->is_configured = room->is_configured;
	/* Nobody reaches them while the gateway is away. */
	out->lan_mac_count =
		room->gateway ? (uint32_t)lp_seen_count(room->lan_macs, worker->now.mono_ns) : 0;
	out->frames_in = ledger.frames_in;
	out->copies_sent = ledger.copies[LP_VERDICT_FORWARD];
	out->drops = sum_drops(ledger.frames) + sum_drops(ledger.copies);
}

void lp_worker_read_rooms(const struct lp_worker *worker, struct lp_admin_room **array,
			  size_t *count)
{
	const struct lp_room *room;
	LP_LIST_FOREACH (room, &worker->rooms, const struct lp_room, link) {
		*array = lp_realloc_array(*array, *count + 1, sizeof(**array));
		report_room(worker, room, &(*array)[(*count)++]);
	}
}

/* Who has the gateway's place, from whom, for how long. */
static void report_seat(const struct lp_worker *worker, const struct lp_room *room,
			struct lp_worker_summary *summary)
{
	const struct lp_room_seat *seat = &room->seat;
	if (seat->changed_ns == 0 ||
	    worker->now.mono_ns - seat->changed_ns > LP_WORKER_SEAT_TOLD_NS)
		return;
	if (summary->seat_count < LP_WORKER_SEATS_MAX) {
		struct lp_admin_line *line = &summary->seats[summary->seat_count];
		line->level = seat->is_given_back ? LP_ADMIN_NOTE : LP_ADMIN_WARN;
		snprintf(
			line->text, sizeof(line->text),
			"room \"%.20s\": the gateway's place changed hands %lld min ago: %.110s %s "
			"%.110s",
			room->name, (long long)(age_ms(worker, seat->changed_ns) / 60000),
			seat->holder, seat->is_given_back ? "won it back from" : "has it, before",
			seat->before);
	}
	summary->seat_count++;
}

void lp_worker_read_summary(const struct lp_worker *worker, struct lp_worker_summary *summary)
{
	const struct lp_room *room;
	summary->members += (uint32_t)worker->peer_count;
	summary->rooms += (uint32_t)lp_map_count(worker->by_code);
	LP_LIST_FOREACH (room, &worker->rooms, const struct lp_room, link) {
		summary->rooms_in_use += !lp_list_is_empty(&room->peers);
		report_seat(worker, room, summary);
	}
}

static const char *plural(uint32_t count)
{
	return count == 1 ? "" : "s";
}

void lp_worker_summary_text(const struct lp_worker_summary *summary, char *text, size_t text_len)
{
	uint32_t rooms = summary->rooms, members = summary->members;
	if (members == 0 && rooms == 0)
		snprintf(text, text_len, "ready: nobody is connected, and there is no room yet");
	else if (members == 0)
		snprintf(text, text_len, "ready: nobody is connected, %u room%s %s there", rooms,
			 plural(rooms), rooms == 1 ? "is" : "are");
	else if (summary->rooms_in_use == rooms)
		snprintf(text, text_len, "relaying for %u peer%s in %u room%s", members,
			 plural(members), rooms, plural(rooms));
	else
		snprintf(text, text_len, "relaying for %u peer%s in %u of %u rooms", members,
			 plural(members), summary->rooms_in_use, rooms);
}

static void report_stats(const struct lp_peer *peer, struct lp_admin_peer *out)
{
	out->has_stats = peer->has_stats;
	out->stats_frames_tx = peer->stats.frames_tx;
	out->stats_frames_rx = peer->stats.frames_rx;
	out->stats_drops = sum_drops(peer->stats.frames_dropped);
}

static void report_peer(const struct lp_worker *worker, const struct lp_peer *peer,
			struct lp_admin_peer *out)
{
	memset(out, 0, sizeof(*out));
	lp_strcopy(out->room, sizeof(out->room), peer->room->name);
	out->peer_id = peer->id;
	out->role = lp_peer_role_name(peer->hello.role);
	lp_strcopy(out->name, sizeof(out->name), peer->hello.name);
	if (peer->hello.has_mac)
		lp_mac_format(&peer->hello.mac, out->mac);
	uint64_t last_seen_ns = peer->last_seen_ns;
	out->is_absent = true;
	if (peer->link && lp_link_conn(peer->link)) {
		struct lp_link_stats stats;
		char addr[LP_ADDR_TEXT_LEN];
		out->is_absent = false;
		lp_link_read_stats(peer->link, &stats);
		lp_addr_format(&lp_conn_path(lp_link_conn(peer->link))->remote, addr);
		lp_strcopy(out->addr, sizeof(out->addr), addr);
		out->rtt_us = (uint32_t)(stats.conn.best_rtt_ns / LP_NS_PER_US);
		out->datagram_budget = (uint32_t)lp_link_egress_budget(peer->link);
		out->queued_frames = (uint32_t)lp_link_queued(peer->link);
		out->datagrams_lost = stats.conn.datagrams_lost;
		last_seen_ns = stats.conn.last_rx_ns;
	}
	const struct lp_ledger *ledger = &peer->ledger;
	out->frames_in = ledger->frames_in;
	out->bytes_in = ledger->bytes_in;
	out->copies_sent = ledger->copies[LP_VERDICT_FORWARD];
	out->bytes_out = ledger->bytes_out;
	out->drops_in = sum_drops(ledger->frames);
	out->drops_out = sum_drops(ledger->copies);
	out->malformed = peer->malformed.total;
	out->connected_age_ms = age_ms(worker, peer->joined_ns);
	out->last_seen_age_ms = age_ms(worker, last_seen_ns);
	report_stats(peer, out);
}

bool lp_worker_read_peers(const struct lp_worker *worker, const char *room_code,
			  struct lp_admin_peer **array, size_t *count)
{
	const struct lp_room *only = room_code ? lp_rooms_find_named(worker, room_code) : NULL;
	if (room_code && !only)
		return false;
	const struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &worker->peers, const struct lp_peer, link_all) {
		if (!peer->room || (only && peer->room != only))
			continue;
		*array = lp_realloc_array(*array, *count + 1, sizeof(**array));
		report_peer(worker, peer, &(*array)[(*count)++]);
	}
	return true;
}

static void report_ban(const struct lp_worker *worker, const struct lp_ban *ban,
		       struct lp_admin_ban *out)
{
	const struct lp_room *room = lp_rooms_find(worker, ban->room);
	memset(out, 0, sizeof(*out));
	lp_strcopy(out->room, sizeof(out->room), room ? room->name : ban->room);
	out->peer_id = ban->id;
	lp_strcopy(out->name, sizeof(out->name), ban->name);
	if (ban->has_mac)
		lp_mac_format(&ban->mac, out->mac);
	lp_strcopy(out->by, sizeof(out->by), ban->by);
	out->age_ms = age_ms(worker, ban->since_ns);
	out->left_ms = (int64_t)((ban->until_ns - worker->now.mono_ns) / LP_NS_PER_MS);
}

bool lp_worker_read_bans(const struct lp_worker *worker, const char *room_code,
			 struct lp_admin_ban **array, size_t *count)
{
	char folded[LP_ROOM_MAX + 1] = "";
	bool is_found = !room_code || lp_rooms_find_named(worker, room_code);
	if (room_code && lp_room_is_valid(room_code))
		lp_room_fold(room_code, folded);
	for (size_t i = 0; i < worker->bans.count; i++) {
		const struct lp_ban *ban = &worker->bans.list[i];
		if (ban->until_ns <= worker->now.mono_ns ||
		    (room_code && strcmp(ban->room, folded) != 0))
			continue;
		*array = lp_realloc_array(*array, *count + 1, sizeof(**array));
		report_ban(worker, ban, &(*array)[(*count)++]);
		is_found = true;
	}
	return is_found;
}

bool lp_worker_read_ledger(const struct lp_worker *worker, const char *room_code,
			   struct lp_ledger *ledger)
{
	if (room_code) {
		const struct lp_room *only = lp_rooms_find_named(worker, room_code);
		if (only)
			room_ledger(only, ledger);
		return only != NULL;
	}
	lp_ledger_add(ledger, &worker->departed);
	const struct lp_room *room;
	LP_LIST_FOREACH (room, &worker->rooms, const struct lp_room, link)
		lp_ledger_add(ledger, &room->departed);
	const struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &worker->peers, const struct lp_peer, link_all)
		lp_ledger_add(ledger, &peer->ledger);
	return true;
}

uint64_t lp_worker_queued(const struct lp_worker *worker)
{
	uint64_t queued = 0;
	const struct lp_peer *peer;
	LP_LIST_FOREACH (peer, &worker->peers, const struct lp_peer, link_all)
		queued += peer->link ? lp_link_queued(peer->link) : 0;
	return queued;
}
