/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* How a peer arrives, what its link tells, and what it is waited for. */

#include "base/clock.h"
#include "base/mem.h"
#include "relay/admission.h"
#include "relay/forward.h"
#include "relay/worker_impl.h"

#include <stdarg.h>
#include <stdio.h>

#define LOG "relay"

#define WAIT_TICK_NS  (2 * LP_NS_PER_MS) /* while somebody waits for an acknowledgement */
#define HELLO_WAIT_NS (5 * LP_NS_PER_S)
#define SILENCE_NS    (15 * LP_NS_PER_S) /* sessions are heard every second */
#define FAULT_BURST   100		 /* lines in 10 s about faults of anybody */

/* --- what a link tells --- */

/*
 * A line about a fault of theirs. Each peer has a limit of its own, so that one does not hide what
 * another does; but whoever comes anew as often as they like has a new one each time: so all of
 * them together have one too.
 */
LP_PRINTF(3, 4) static void log_fault(struct lp_peer *peer, uint64_t now, const char *format, ...)
{
	struct lp_log_limit *all = &peer->worker->fault_log_limit;
	char text[512];
	uint32_t suppressed;
	va_list args;
	if (!lp_log_limit_pass(&peer->log_limit, now, &suppressed))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	all->burst = FAULT_BURST;
	all->suppressed_count += suppressed;
	lp_log_write_limited(all, now, LP_LOG_WARN, LOG, "%s", text);
}

static enum lp_verdict on_frame(void *user, struct lp_frame *frame, uint64_t now)
{
	struct lp_peer *peer = user;
	if (!peer->room)
		return LP_VERDICT_NO_TARGET;
	enum lp_verdict verdict = lp_forward_frame(peer, frame, now);
	if (verdict == LP_VERDICT_FORWARD && !(frame->data[0] & 0x01))
		peer->worker->carried_count++;
	return verdict;
}

static void on_bad(void *user, enum lp_verdict verdict, size_t len, uint64_t now)
{
	struct lp_peer *peer = user;
	char text[128];
	if (lp_verdict_action(verdict) != LP_ACTION_MALFORMED)
		return;
	bool is_too_many = lp_limit_malformed(&peer->malformed,
					      peer->worker->config.conf->limits.malformed, now);
	log_fault(peer, now,
		  "%s sent a malformed datagram of %zu bytes: %s (%u in 10 s, %llu in all)",
		  lp_peer_describe(peer, text), len, lp_verdict_name(verdict),
		  peer->malformed.count, (unsigned long long)peer->malformed.total);
	if (is_too_many && peer->state != LP_PEER_LEAVING && peer->state != LP_PEER_GONE) {
		lp_log_write_limited(&peer->worker->fault_log_limit, now, LP_LOG_WARN, LOG,
				     "%s is cut off: too many malformed datagrams",
				     lp_peer_describe(peer, text));
		lp_peer_cut(peer, LP_LEFT_MALFORMED, LP_QUIC_CODE_MALFORMED);
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
		lp_peer_leave(peer, peer->leave_reason);
	lp_link_close(peer->link, LP_QUIC_CODE_NONE, "goodbye");
	peer->state = LP_PEER_LEAVING;
	peer->deadline_ns = peer->worker->now.mono_ns;
}

/* It does not keep to the protocol of control records. */
static void cut_for_protocol(struct lp_peer *peer, const char *why, uint64_t now)
{
	if (peer->state == LP_PEER_APPLICANT) {
		lp_admission_reject(peer, LP_REJECT_BAD_HELLO, why, LP_SHARD_NONE, now);
		return;
	}
	char text[128];
	log_fault(peer, now, "%s is cut off: %s", lp_peer_describe(peer, text), why);
	lp_peer_cut(peer, LP_LEFT_PROTOCOL, LP_QUIC_CODE_PROTOCOL);
}

/* A message that has no business here, now: a broken peer (wrong order). */
static void on_unexpected(struct lp_peer *peer, enum lp_message_type type, uint64_t now)
{
	char why[96];
	snprintf(why, sizeof(why), "%s is not expected now", lp_message_type_name(type));
	cut_for_protocol(peer, why, now);
}

/* The players hear it from us, those who come later too (admission.c). */
static void on_lan(struct lp_peer *peer, const struct lp_message *message, uint64_t now)
{
	if (peer->hello.role != LP_ROLE_GATEWAY || !peer->room) {
		on_unexpected(peer, message->type, now);
		return;
	}
	peer->is_lan_lost = !message->lan.is_connected;
	lp_room_tell(peer->room, message, peer);
}

static void on_stats(struct lp_peer *peer, const struct lp_stats *stats, uint64_t now)
{
	peer->stats = *stats;
	peer->has_stats = true;
	lp_peer_drops_tell(peer, now);
}

/* Only a gateway drops frames of others, and knows whose they were. */
static void on_drops(struct lp_peer *peer, const struct lp_message *message, uint64_t now)
{
	if (peer->hello.role == LP_ROLE_GATEWAY && peer->room && message->drops.peer_id != 0)
		lp_peer_drops_pass(peer, &message->drops, now);
	else
		on_unexpected(peer, message->type, now);
}

static void on_message(void *user, const struct lp_message *message, uint64_t now)
{
	struct lp_peer *peer = user;
	if (peer->state == LP_PEER_LEAVING || peer->state == LP_PEER_GONE)
		return;
	bool is_applicant = peer->state == LP_PEER_APPLICANT;
	if (is_applicant != (message->type == LP_MESSAGE_HELLO)) {
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
		on_stats(peer, &message->stats, now);
		break;
	case LP_MESSAGE_LAN:
		on_lan(peer, message, now);
		break;
	case LP_MESSAGE_DROPS:
		on_drops(peer, message, now);
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
	if (peer->state == LP_PEER_APPLICANT) {
		lp_admission_reject(peer, code, code == LP_REJECT_BAD_HELLO ? why : NULL,
				    LP_SHARD_NONE, now);
		return;
	}
	char text[128];
	log_fault(peer, now, "%s is cut off: bad control record: %s", lp_peer_describe(peer, text),
		  why);
	lp_peer_cut(peer, LP_LEFT_PROTOCOL, LP_QUIC_CODE_PROTOCOL);
}

static void on_stream_end(void *user, uint64_t now)
{
	struct lp_peer *peer = user;
	if (peer->state != LP_PEER_LEAVING && peer->state != LP_PEER_GONE)
		cut_for_protocol(peer, "the control stream has ended", now);
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
	if (end == LP_CONN_END_ERROR)
		log_fault(peer, now, "%s is cut off: its QUIC is not right: %s",
			  lp_peer_describe(peer, describe), text);
	if (!peer->room) {
		lp_peer_gone(peer);
		return;
	}
	lp_debug(LOG, "%s: connection ended: %s (%llu, %s)", lp_peer_describe(peer, describe),
		 lp_conn_end_name(end), (unsigned long long)code, text);
	if (end == LP_CONN_END_PEER || peer->state == LP_PEER_LEAVING) {
		lp_peer_leave(peer, peer->leave_reason[0] ? peer->leave_reason : LP_LEFT_QUIT);
		lp_peer_gone(peer);
		return;
	}
	/* The link may not be freed inside its own callback: the scan makes the peer absent. */
	lp_worker_need_tick(peer->worker, now);
}

static const struct lp_link_ops link_ops = {
	.on_frame = on_frame,
	.on_bad = on_bad,
	.on_too_large = on_too_large,
	.on_message = on_message,
	.on_bad_record = on_bad_record,
	.on_stream_end = on_stream_end,
	.on_budget = on_budget,
	.on_end = on_end,
};

/* --- arriving --- */

/*
 * Whoever completes a handshake and says nothing costs as much memory as a member: there are as
 * many of them as of handshakes in progress, and the oldest has to go.
 */
static void limit_applicants(struct lp_worker *worker)
{
	struct lp_peer *peer, *oldest = NULL;
	unsigned count = 0;
	LP_LIST_FOREACH (peer, &worker->peers, struct lp_peer, link_all) {
		struct lp_conn *conn = peer->link ? lp_link_conn(peer->link) : NULL;
		if (peer->room || !conn || lp_conn_is_closing(conn))
			continue;
		oldest = oldest ? oldest : peer;
		count++;
	}
	if (count < worker->config.conf->limits.half_open)
		return;
	lp_log_write_limited(&worker->log_limit, worker->now.mono_ns, LP_LOG_WARN, LOG,
			     "%u connections have not joined a room: closing the oldest", count);
	lp_link_close(oldest->link, LP_QUIC_CODE_REJECTED, "too many wait to be let in");
	oldest->state = LP_PEER_LEAVING;
}

void lp_peer_accept(void *user, struct lp_conn *conn, uint64_t now)
{
	struct lp_worker *worker = user;
	const struct lp_conf_limits *limits = &worker->config.conf->limits;
	if (worker->is_stopping) { /* a handshake in progress must not hold up the stop */
		lp_conn_close(conn, LP_QUIC_CODE_SHUTDOWN, LP_LEFT_SHUTTING_DOWN);
		return;
	}
	limit_applicants(worker);
	struct lp_peer *peer = lp_alloc(sizeof(*peer));
	peer->worker = worker;
	peer->state = LP_PEER_APPLICANT;
	peer->deadline_ns = now + HELLO_WAIT_NS;
	peer->last_seen_ns = now;
	lp_list_init(&peer->link_room);
	lp_list_append(&worker->peers, &peer->link_all);
	struct lp_link_config config = {
		.pool = worker->pool,
		.joins = &worker->joins,
		.in = &peer->ledger,
		.out = &peer->ledger,
		.queue = {.bytes_max = (size_t)limits->queue_bytes,
			  .frames_max = lp_frameq_limits_default.frames_max,
			  .age_max_ns = limits->queue_age_ms * LP_NS_PER_MS},
		.source_id = UINT16_MAX,
	};
	peer->link = lp_link_new(&config, conn, &link_ops, peer, now);
	lp_worker_need_tick(worker, peer->deadline_ns);
}

/* --- waiting --- */

static void become_absent(struct lp_peer *peer, uint64_t now)
{
	char text[128];
	lp_worker_log(peer->worker, "%s lost its connection: its place is kept for 30 s",
		      lp_peer_describe(peer, text));
	lp_link_free(peer->link);
	peer->link = NULL;
	peer->state = LP_PEER_ABSENT;
	peer->deadline_ns = now + LP_PEER_ABSENT_NS;
	lp_worker_need_tick(peer->worker, peer->deadline_ns);
}

/* Has what this peer's state waits for come? */
static void step_peer(struct lp_peer *peer, uint64_t now)
{
	switch (peer->state) {
	case LP_PEER_APPLICANT:
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
			lp_peer_leave(peer, LP_LEFT_CONNECTION_LOST);
			lp_peer_gone(peer);
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
		lp_worker_need_tick(peer->worker, peer->last_seen_ns + SILENCE_NS + 1);
}

void lp_peer_scan(struct lp_peer *peer, uint64_t now)
{
	struct lp_worker *worker = peer->worker;
	if (peer->link)
		lp_link_tick(peer->link, now);
	step_peer(peer, now);
	if ((peer->state == LP_PEER_MEMBER || peer->state == LP_PEER_WELCOMING) && peer->link)
		check_silence(peer, now);
	bool is_waiting = peer->state == LP_PEER_WELCOMING || peer->state == LP_PEER_CHALLENGING ||
			  peer->state == LP_PEER_LEAVING;
	if (is_waiting)
		lp_worker_need_tick(worker, now + WAIT_TICK_NS);
	else if (peer->state == LP_PEER_APPLICANT || peer->state == LP_PEER_ABSENT)
		lp_worker_need_tick(worker, peer->deadline_ns);
	if (peer->link)
		lp_worker_need_tick(worker,
				    LP_MAX(lp_link_deadline(peer->link), now + LP_NS_PER_MS));
}
