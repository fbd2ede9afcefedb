/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/drops.h"
#include "admin/line.h"
#include "base/mem.h"
#include "relay/relay_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTERS 17 /* of sockets, connections and loops */

/* What is asked of a worker, on its own thread. */
struct question {
	struct lp_worker_thread *thread;
	const char *room;
	uint16_t peer_id;
	uint64_t for_ms;
	const char *by;
	bool is_on;
	bool is_found;
	struct lp_admin_room *rooms;
	size_t room_count;
	struct lp_admin_peer *peers;
	size_t peer_count;
	struct lp_admin_ban *bans;
	size_t ban_count;
	struct lp_ledger ledger;
	uint64_t queued;
	struct lp_worker_summary summary;
	struct lp_admin_counter counters[COUNTERS];
};

/* Asks all workers in turn; answers add up. */
static void ask(struct lp_relay *relay, struct question *question, void (*call)(void *arg))
{
	for (unsigned i = 0; i < relay->worker_count; i++) {
		question->thread = &relay->threads[i];
		lp_loop_call(relay->threads[i].loop, call, question);
	}
}

static struct lp_worker *worker_of(const struct question *question)
{
	struct lp_worker *worker = question->thread->worker;
	lp_worker_set_now(worker, lp_loop_now(question->thread->loop));
	return worker;
}

static void ask_summary(void *arg)
{
	struct question *question = arg;
	lp_worker_read_summary(worker_of(question), &question->summary);
}

static void tell_certificate(const struct lp_relay *relay, struct lp_admin_status *status)
{
	char text[LP_CREDENTIAL_TEXT_LEN];
	uint64_t wall_ns = lp_loop_now(relay->loop)->wall_ns;
	enum lp_credential_dates dates =
		lp_credential_check_dates(relay->credential, wall_ns, text);
	if (dates != LP_CREDENTIAL_GOOD)
		lp_admin_line_add(status, dates == LP_CREDENTIAL_BAD ? LP_ADMIN_BAD : LP_ADMIN_WARN,
				  "%s", text);
	if (relay->is_credential_old)
		lp_admin_line_add(status, LP_ADMIN_WARN, LP_RELAY_OLD_CREDENTIAL);
}

/* An address that is not there yet is listened on all the same. */
static void tell_address(const struct lp_relay *relay, struct lp_admin_status *status)
{
	struct lp_listen listen;
	if (lp_listen_parse(relay->conf->relay.listen, &listen) != LP_OK ||
	    !lp_udp_is_absent(&listen))
		return;
	lp_admin_line_add(status, LP_ADMIN_BAD,
			  "no interface has the address of relay.listen, %s: this relay cannot be "
			  "reached until one does",
			  relay->conf->relay.listen);
}

static void tell_seats(const struct lp_worker_summary *summary, struct lp_admin_status *status)
{
	uint32_t shown = LP_MIN(summary->seat_count, (uint32_t)LP_WORKER_SEATS_MAX);
	for (uint32_t i = 0; i < shown; i++)
		lp_admin_line_add(status, summary->seats[i].level, "%s", summary->seats[i].text);
	if (summary->seat_count > shown)
		lp_admin_line_add(status, LP_ADMIN_WARN,
				  "the gateway's place changed hands in %u more rooms: see the log",
				  summary->seat_count - shown);
}

void lp_relay_status(void *user, struct lp_admin_status *status)
{
	struct lp_relay *relay = user;
	struct question question = {0};
	struct lp_pin pin = lp_credential_pin(relay->credential);
	uint64_t now = lp_loop_now(relay->loop)->mono_ns;
	ask(relay, &question, ask_summary);
	status->role = "relay";
	status->uptime_ms = (now - relay->started_ns) / LP_NS_PER_MS;
	lp_strcopy(status->listen, sizeof(status->listen), relay->conf->relay.listen);
	lp_pin_format(&pin, status->pin);
	status->worker_count = relay->worker_count;
	status->room_count = question.summary.rooms;
	status->peer_count = question.summary.members;
	status->half_open_count = atomic_load(&relay->half_open);
	char text[LP_ADMIN_TEXT_MAX];
	lp_worker_summary_text(&question.summary, text, sizeof(text));
	if (relay->on_stopped)
		lp_admin_line_add(status, LP_ADMIN_NOTE, "stopping: saying goodbye to the peers");
	else
		lp_admin_line_add(status, LP_ADMIN_GOOD, "%s", text);
	tell_seats(&question.summary, status);
	tell_certificate(relay, status);
	tell_address(relay, status);
}

static void ask_rooms(void *arg)
{
	struct question *question = arg;
	lp_worker_read_rooms(worker_of(question), &question->rooms, &question->room_count);
}

enum lp_err lp_relay_rooms(void *user, struct lp_admin_room **rooms, size_t *count)
{
	struct question question = {0};
	ask(user, &question, ask_rooms);
	*rooms = question.rooms;
	*count = question.room_count;
	return LP_OK;
}

static void ask_peers(void *arg)
{
	struct question *question = arg;
	question->is_found |= lp_worker_read_peers(worker_of(question), question->room,
						   &question->peers, &question->peer_count);
}

enum lp_err lp_relay_peers(void *user, const char *room, struct lp_admin_peer **peers,
			   size_t *count)
{
	struct question question = {.room = room};
	ask(user, &question, ask_peers);
	*peers = question.peers;
	*count = question.peer_count;
	return question.is_found ? LP_OK : LP_ERR_NOT_FOUND;
}

/* What its sockets, connections and loop count, under the names that admins read. */
static void add_counters(const struct lp_worker_thread *thread, struct question *question)
{
	const struct lp_endpoint_stats *endpoint = lp_endpoint_stats(thread->worker->endpoint);
	const struct lp_loop_stats *loop = lp_loop_stats(thread->loop);
	struct lp_udp_stats udp;
	lp_udp_read_stats(thread->udp, &udp);
	const struct lp_admin_counter own[COUNTERS] = {
		{"connections_accepted", endpoint->accepted},
		{"retries_sent", endpoint->retries_sent},
		{"resets_sent", endpoint->resets_sent},
		{"version_negotiations_sent", endpoint->version_negotiations_sent},
		{"refused_half_open", endpoint->refused_half_open},
		{"refused_network", endpoint->refused_network},
		{"unknown_packets", endpoint->unknown_packets},
		{"bad_tokens", endpoint->bad_tokens},
		{"packets_rx", udp.packets_rx},
		{"packets_tx", udp.packets_tx},
		{"send_no_room", udp.send_no_room},
		{"send_too_large", udp.send_too_large},
		{"send_errors", udp.send_errors},
		{"loop_turns", loop->turns},
		{"loop_sleeps", loop->sleeps},
		{"loop_batches", loop->batches},
		{"loop_busy_polls", loop->busy_polls},
	};
	for (size_t i = 0; i < COUNTERS; i++) {
		question->counters[i].name = own[i].name;
		question->counters[i].value += own[i].value;
	}
}

static void ask_ledger(void *arg)
{
	struct question *question = arg;
	struct lp_worker_thread *thread = question->thread;
	question->is_found |=
		lp_worker_read_ledger(thread->worker, question->room, &question->ledger);
	question->queued += lp_worker_queued(thread->worker);
	add_counters(thread, question);
}

enum lp_err lp_relay_stats(void *user, struct lp_admin_counter **counters, size_t *count)
{
	struct question question = {0};
	ask(user, &question, ask_ledger);
	const struct lp_ledger *ledger = &question.ledger;
	int64_t copies_open = lp_ledger_copies_open(ledger) - (int64_t)question.queued;
	const struct lp_admin_counter all[] = {
		{"frames_in", ledger->frames_in},
		{"bytes_in", ledger->bytes_in},
		{"frames_forwarded", ledger->frames[LP_VERDICT_FORWARD]},
		{"copies_made", ledger->copies_made},
		{"copies_sent", ledger->copies[LP_VERDICT_FORWARD]},
		{"copies_queued", question.queued},
		{"bytes_out", ledger->bytes_out},
		{"frames_unaccounted", (uint64_t)lp_ledger_frames_open(ledger)},
		{"copies_unaccounted", (uint64_t)copies_open},
	};
	*count = LP_ARRAY_COUNT(all) + COUNTERS;
	*counters = lp_alloc_array(*count, sizeof(**counters));
	memcpy(*counters, all, sizeof(all));
	memcpy(*counters + LP_ARRAY_COUNT(all), question.counters, sizeof(question.counters));
	return LP_OK;
}

enum lp_err lp_relay_drops(void *user, const char *room, struct lp_admin_drop **drops,
			   size_t *count)
{
	struct question question = {.room = room};
	ask(user, &question, ask_ledger);
	if (!question.is_found)
		return LP_ERR_NOT_FOUND;
	*drops = lp_admin_list_drops(&question.ledger, count);
	return LP_OK;
}

static void ask_kick(void *arg)
{
	struct question *question = arg;
	question->is_found |=
		lp_worker_kick(worker_of(question), question->room, question->peer_id,
			       question->for_ms * LP_NS_PER_MS, question->by) == LP_OK;
}

enum lp_err lp_relay_kick(void *user, const char *room, uint16_t peer_id, uint32_t for_ms,
			  const char *by)
{
	struct question question = {.room = room, .peer_id = peer_id, .for_ms = for_ms, .by = by};
	ask(user, &question, ask_kick);
	return question.is_found ? LP_OK : LP_ERR_NOT_FOUND;
}

static void ask_bans(void *arg)
{
	struct question *question = arg;
	question->is_found |= lp_worker_read_bans(worker_of(question), question->room,
						  &question->bans, &question->ban_count);
}

enum lp_err lp_relay_bans(void *user, const char *room, struct lp_admin_ban **bans, size_t *count)
{
	struct question question = {.room = room};
	ask(user, &question, ask_bans);
	*bans = question.bans;
	*count = question.ban_count;
	return question.is_found ? LP_OK : LP_ERR_NOT_FOUND;
}

static void ask_unban(void *arg)
{
	struct question *question = arg;
	question->is_found |= lp_worker_unban(worker_of(question), question->room,
					      question->peer_id, question->by) == LP_OK;
}

enum lp_err lp_relay_unban(void *user, const char *room, uint16_t peer_id, const char *by)
{
	struct question question = {.room = room, .peer_id = peer_id, .by = by};
	ask(user, &question, ask_unban);
	return question.is_found ? LP_OK : LP_ERR_NOT_FOUND;
}

static void ask_frame_log(void *arg)
{
	struct question *question = arg;
	question->is_found |= lp_worker_set_frame_log(worker_of(question), question->room,
						      question->peer_id, question->is_on) == LP_OK;
}

enum lp_err lp_relay_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on)
{
	struct question question = {.room = room, .peer_id = peer_id, .is_on = is_on};
	ask(user, &question, ask_frame_log);
	return question.is_found ? LP_OK : LP_ERR_NOT_FOUND;
}
