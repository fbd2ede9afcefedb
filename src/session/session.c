/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/random.h"
#include "link/shard.h"
#include "session/session_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG "session"

#define POOL_FRAMES	 4096
#define BACKOFF_FIRST_NS (100 * LP_NS_PER_MS)
#define BACKOFF_MAX_NS	 (5 * LP_NS_PER_S)
#define FIRST_JITTER_NS	 (100 * LP_NS_PER_MS)
#define HURRY_NS	 (60 * LP_NS_PER_S)
#define ATTEMPT_HURRY_NS (800 * LP_NS_PER_MS)
#define ATTEMPT_SHORT_NS (1500 * LP_NS_PER_MS)
#define ATTEMPT_LONG_NS	 (6 * LP_NS_PER_S)
#define SHORT_ATTEMPTS	 6
#define SLEEP_JUMP_NS	 (2 * LP_NS_PER_S)
#define RESOLVE_AFTER	 4 /* failures: the relay may have moved */
#define RESOLVE_WAIT_NS	 (20 * LP_NS_PER_S)
#define SILENCE_MIN_NS	 LP_NS_PER_S
#define DOUBT_SILENCE_NS (200 * LP_NS_PER_MS) /* … where ICMP says that the relay is gone */
#define DOUBT_ATTEMPT_NS (500 * LP_NS_PER_MS)
#define DOUBT_TICK_NS	 (50 * LP_NS_PER_MS)
#define ABSENT_NS	 (30 * LP_NS_PER_S)
#define STOP_WAIT_NS	 (500 * LP_NS_PER_MS)
#define TICK_NS		 (10 * LP_NS_PER_MS) /* while there is traffic */
#define REPEAT_LOG_NS	 (60 * LP_NS_PER_S)

const char *lp_session_state_name(enum lp_session_state state)
{
	static const char *const names[] = {
		[LP_SESSION_WAITING] = "waiting",	[LP_SESSION_RESOLVING] = "resolving",
		[LP_SESSION_CONNECTING] = "connecting", [LP_SESSION_JOINING] = "joining",
		[LP_SESSION_UP] = "bridging",		[LP_SESSION_STOPPING] = "stopping",
		[LP_SESSION_STOPPED] = "stopped",
	};
	return names[state];
}

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct lp_session *session = user;
	session->ops->send(session->user, tx, tx_count);
}

static const struct lp_endpoint_ops endpoint_ops = {.send = send_packets};

struct lp_session *lp_session_new(const struct lp_session_config *config,
				  const struct lp_session_ops *ops, void *user,
				  const struct lp_now *now)
{
	struct lp_session *session = lp_alloc(sizeof(*session));
	struct lp_endpoint_config endpoint = {0};
	/* Who could guess it could end the connection, as if we had (RFC 9000 §10.3.2). */
	lp_random_secret(endpoint.reset_key, sizeof(endpoint.reset_key));
	session->config = *config;
	session->ops = ops;
	session->user = user;
	session->now = *now;
	session->state = LP_SESSION_WAITING;
	session->deadline_ns = now->mono_ns;
	session->sleep_ns = now->boot_ns - now->mono_ns;
	session->shard = LP_SHARD_NONE;
	session->pool = lp_pool_new(config->pool_frames ? config->pool_frames : POOL_FRAMES);
	session->peers = lp_map_new();
	session->endpoint = lp_endpoint_new(&endpoint, &endpoint_ops, session);
	lp_rand_seed(&session->rand, config->rand_seed);
	lp_rand_bytes(&session->epoch, sizeof(session->epoch));
	if (config->ticket)
		lp_strcopy(session->ticket, sizeof(session->ticket), config->ticket);
	return session;
}

void lp_session_free(struct lp_session *session)
{
	if (!session)
		return;
	lp_session_peers_clear(session, NULL);
	lp_link_free(session->link);
	lp_endpoint_free(session->endpoint);
	lp_map_free(session->peers);
	lp_pool_free(session->pool);
	free(session);
}

void lp_session_set_state(struct lp_session *session, enum lp_session_state state)
{
	if (state != session->state)
		lp_debug(LOG, "%s -> %s", lp_session_state_name(session->state),
			 lp_session_state_name(state));
	session->state = state;
}

/* --- failing and waiting --- */

/* A reason is news when it is another one, or after a minute. */
static void log_failure(struct lp_session *session, enum lp_log_level level, const char *why)
{
	uint64_t now = session->now.mono_ns;
	if (strcmp(why, session->logged_error) == 0 && now - session->logged_ns < REPEAT_LOG_NS)
		return;
	lp_strcopy(session->logged_error, sizeof(session->logged_error), why);
	session->logged_ns = now;
	lp_log_write(level, LOG, "%s", why);
}

/* Was it in the room a moment ago? Then it is in a hurry to come back. */
static bool is_hurried(const struct lp_session *session)
{
	return session->was_up && session->now.mono_ns - session->lost_ns < HURRY_NS;
}

static uint64_t back_off(struct lp_session *session, bool was_up)
{
	if (session->wait_ns > 0)
		return session->wait_ns;
	if (was_up || is_hurried(session))
		return lp_rand_below(&session->rand, FIRST_JITTER_NS);
	unsigned shift = LP_MIN(session->failures, 10U);
	uint64_t wait_ns = LP_MIN(BACKOFF_FIRST_NS << shift, BACKOFF_MAX_NS);
	return wait_ns / 2 + lp_rand_below(&session->rand, wait_ns / 2 + 1);
}

static void fail(struct lp_session *session, enum lp_log_level level, const char *why)
{
	bool was_up = session->state == LP_SESSION_UP;
	if (was_up)
		session->lost_ns = session->now.mono_ns;
	lp_strcopy(session->last_error, sizeof(session->last_error), why);
	session->is_unanswered = false;
	log_failure(session, level, why);
	lp_session_set_state(session, LP_SESSION_WAITING);
	session->deadline_ns = session->now.mono_ns + back_off(session, was_up);
	session->wait_ns = 0;
	session->failures += !was_up;
	session->is_link_over = true; /* freed after the flush: we may be inside its callback */
	if (was_up)
		session->ops->on_lost(session->user, why, session->now.mono_ns);
}

/* Who was in the room comes back most often: nobody need act yet. */
void lp_session_fail(struct lp_session *session, const char *why)
{
	fail(session, session->state == LP_SESSION_UP ? LP_LOG_WARN : LP_LOG_ERROR, why);
}

void lp_session_fail_unanswered(struct lp_session *session)
{
	char why[LP_TEXT_MAX + 1];
	/* ICMP does not speak each time. */
	if (session->absent_ns != 0 && session->now.mono_ns - session->absent_ns < ABSENT_NS)
		snprintf(why, sizeof(why),
			 "the relay %.100s does not answer: the network says that nothing is there "
			 "at UDP port %u: is it running, and is the port right?",
			 session->config.relay_name, session->relay_addr.port);
	else
		snprintf(why, sizeof(why),
			 "the relay %.100s does not answer: it is not running, or a firewall on "
			 "the way lets no UDP to port %u pass",
			 session->config.relay_name, session->relay_addr.port);
	lp_session_fail(session, why);
	session->is_unanswered = true;
}

static void drop_link(struct lp_session *session)
{
	struct lp_link_stats stats;
	session->is_link_over = false;
	if (!session->link)
		return;
	lp_link_read_stats(session->link, &stats);
	session->totals.datagrams_tx += stats.conn.datagrams_tx;
	session->totals.datagrams_rx += stats.conn.datagrams_rx;
	session->totals.datagrams_lost += stats.conn.datagrams_lost;
	if (stats.conn.datagrams_acked > 0)
		session->rtt_ns = stats.conn.rtt_ns;
	lp_link_free(session->link);
	session->link = NULL;
}

/* --- attempts --- */

/*
 * How long to wait for the handshake. QUIC waits twice as long before each repetition, so that a
 * fresh attempt is what notices the end of a blackout soonest; now and then a longer one, should
 * the path have become slow.
 */
static uint64_t attempt_ns(const struct lp_session *session)
{
	if (is_hurried(session) && session->failures % 4 != 3)
		return LP_MAX(ATTEMPT_HURRY_NS, 4 * session->rtt_ns + ATTEMPT_HURRY_NS / 2);
	return session->failures < SHORT_ATTEMPTS || is_hurried(session) ? ATTEMPT_SHORT_NS
									 : ATTEMPT_LONG_NS;
}

static void connect_next(struct lp_session *session)
{
	uint64_t now = session->now.mono_ns;
	session->relay_addr = session->addrs[session->addr_next++ % session->addr_count];
	if (session->ops->on_connecting)
		session->ops->on_connecting(session->user, &session->relay_addr, now);
	struct lp_connect connect = {
		.path = {.remote = session->relay_addr},
		.server_name = session->config.server_name,
		.trust = session->config.trust,
		.wall_ns = session->now.wall_ns,
		.shard = session->shard != LP_SHARD_NONE ? (uint8_t)session->shard
							 : lp_shard_of_room(session->config.room),
	};
	struct lp_conn *conn;
	enum lp_err err = lp_endpoint_connect(session->endpoint, &connect, NULL, NULL, now, &conn);
	if (err != LP_OK) {
		lp_session_fail(session, "cannot begin a connection: see the log line before");
		return;
	}
	struct lp_link_config config = {
		.pool = session->pool,
		.in = &session->down,
		.out = &session->up,
		.queue = lp_frameq_limits_default,
		.udp_payload_max = session->config.udp_payload_max,
		.is_session = true,
	};
	session->link = lp_link_new(&config, conn, &lp_session_link_ops, session, now);
	lp_session_set_state(session, LP_SESSION_CONNECTING);
	session->attempt_start_ns = now;
	session->doubted_ns = 0;
	session->deadline_ns = now + attempt_ns(session);
}

static void begin_attempt(struct lp_session *session)
{
	drop_link(session);
	if (session->addr_count == 0) {
		lp_session_set_state(session, LP_SESSION_RESOLVING);
		session->deadline_ns = session->now.mono_ns + RESOLVE_WAIT_NS;
		session->ops->resolve(session->user);
		return;
	}
	/*
	 * The relay may have moved. But where it does not answer DNS does not either, for as long
	 * as a resolver has patience: the attempts go on meanwhile, at the address of before.
	 */
	if (session->failures % RESOLVE_AFTER == RESOLVE_AFTER - 1)
		session->ops->resolve(session->user);
	connect_next(session);
}

/* News begin with the first; where there are none, it is the next one's turn. */
static void keep_addresses(struct lp_session *session, const struct lp_addr *addrs, size_t count)
{
	count = LP_MIN(count, (size_t)LP_SESSION_ADDRS_MAX);
	bool is_new = count != session->addr_count;
	for (size_t i = 0; i < count; i++) {
		is_new |= !lp_addr_equal(&session->addrs[i], &addrs[i]);
		session->addrs[i] = addrs[i];
	}
	session->addr_count = count;
	if (is_new)
		session->addr_next = 0;
}

void lp_session_resolved(struct lp_session *session, enum lp_err err, const struct lp_addr *addrs,
			 size_t addr_count, const struct lp_now *now)
{
	session->now = *now;
	if (err == LP_OK && addr_count > 0)
		keep_addresses(session, addrs, addr_count);
	if (session->state != LP_SESSION_RESOLVING)
		return; /* the next attempt takes them */
	if (session->addr_count == 0) {
		char why[LP_TEXT_MAX + 1];
		snprintf(why, sizeof(why), "cannot find the relay \"%.120s\": %s",
			 session->config.relay_name,
			 err == LP_ERR_NOT_FOUND ? "there is no such name: is it spelt right?"
						 : "no answer from DNS: is the network up?");
		lp_session_fail(session, why);
		return;
	}
	connect_next(session);
}

/* How long we have spoken and heard nothing is too long? */
static bool is_silent(struct lp_session *session)
{
	struct lp_link_stats stats;
	uint64_t now = session->now.mono_ns;
	lp_link_read_stats(session->link, &stats);
	if (stats.conn.last_rx_ns > session->doubted_ns)
		session->doubted_ns = 0;
	if (stats.conn.unanswered_ns == 0)
		return false;
	if (now - stats.conn.unanswered_ns > LP_MAX(3 * stats.conn.pto_ns, SILENCE_MIN_NS))
		return true;
	return session->doubted_ns != 0 &&
	       now - session->doubted_ns > LP_MAX(2 * stats.conn.pto_ns, DOUBT_SILENCE_NS);
}

/* Silence after we spoke: the path, or the relay, is gone. */
static void check_path(struct lp_session *session)
{
	if (!is_silent(session))
		return;
	char why[LP_TEXT_MAX + 1];
	snprintf(why, sizeof(why), "the relay %.100s went silent: connecting anew",
		 session->config.relay_name);
	lp_session_fail(session, why);
}

/*
 * How long an attempt may go on that the relay answers: handshake and path probes take some round
 * trips, and there are paths on which each is most of a second.
 */
static uint64_t answered_until_ns(const struct lp_session *session)
{
	struct lp_link_stats stats;
	lp_link_read_stats(session->link, &stats);
	uint64_t took_ns = stats.conn.last_rx_ns - session->attempt_start_ns;
	return LP_MIN(session->attempt_start_ns + ATTEMPT_LONG_NS,
		      stats.conn.last_rx_ns + 3 * took_ns);
}

static void on_deadline(struct lp_session *session)
{
	uint64_t until_ns;
	switch (session->state) {
	case LP_SESSION_WAITING:
		begin_attempt(session);
		break;
	case LP_SESSION_RESOLVING:
		lp_session_resolved(session, LP_ERR_UNREACHABLE, NULL, 0, &session->now);
		break;
	case LP_SESSION_CONNECTING:
		until_ns = answered_until_ns(session);
		if (until_ns > session->now.mono_ns) {
			session->deadline_ns = until_ns;
			break;
		}
		/* fall through */
	case LP_SESSION_JOINING:
		lp_session_fail_unanswered(session);
		break;
	case LP_SESSION_STOPPING:
		if (session->link)
			lp_link_close(session->link, LP_QUIC_CODE_NONE, "goodbye");
		lp_session_set_state(session, LP_SESSION_STOPPED);
		break;
	case LP_SESSION_UP:
	case LP_SESSION_STOPPED:
		break;
	}
}

/* --- turns --- */

void lp_session_recv(struct lp_session *session, const struct lp_packet_rx *rx,
		     const struct lp_now *now)
{
	session->now = *now;
	lp_endpoint_recv(session->endpoint, rx, now->mono_ns);
}

/*
 * An attempt that nobody answers is not waited for as long, if it is known how far away the relay
 * is, or if it has another address. Now and then it is, or whoever sends forged errors could keep
 * us from a relay that is further away by now.
 */
static void doubt_attempt(struct lp_session *session)
{
	uint64_t wait_ns =
		session->rtt_ns > 0 ? DOUBT_SILENCE_NS + 2 * session->rtt_ns : DOUBT_ATTEMPT_NS;
	if (session->failures % 8 == 7 || (session->rtt_ns == 0 && session->addr_count == 1))
		return;
	session->deadline_ns = LP_MIN(session->deadline_ns, session->attempt_start_ns + wait_ns);
}

void lp_session_unreachable(struct lp_session *session, const struct lp_addr *addr,
			    const struct lp_now *now)
{
	session->now = *now;
	if (!session->link || session->is_link_over || session->doubted_ns != 0 ||
	    !lp_addr_equal(addr, &session->relay_addr))
		return;
	session->doubted_ns = session->absent_ns = now->mono_ns;
	if (session->state == LP_SESSION_UP)
		lp_link_beat(session->link);
	else if (session->state == LP_SESSION_CONNECTING)
		doubt_attempt(session);
}

/* Whoever slept is not in the room any more, though the path looks as it did a moment ago. */
static void check_sleep(struct lp_session *session)
{
	uint64_t sleep_ns = session->now.boot_ns - session->now.mono_ns;
	bool has_slept = sleep_ns > session->sleep_ns + SLEEP_JUMP_NS;
	session->sleep_ns = sleep_ns;
	if (has_slept)
		lp_session_reconnect(session, "the machine was asleep: connecting anew",
				     &session->now);
}

void lp_session_tick(struct lp_session *session, const struct lp_now *now)
{
	session->now = *now;
	session->ticked_ns = now->mono_ns;
	check_sleep(session);
	lp_endpoint_tick(session->endpoint, now->mono_ns);
	if (session->link)
		lp_link_tick(session->link, now->mono_ns);
	if (session->state == LP_SESSION_UP)
		check_path(session);
	if (session->state == LP_SESSION_UP && now->mono_ns >= session->stats_due_ns)
		lp_session_send_stats(session);
	if (session->state == LP_SESSION_STOPPING && session->link &&
	    lp_link_is_acked(session->link))
		session->deadline_ns = now->mono_ns;
	if (now->mono_ns >= session->deadline_ns)
		on_deadline(session);
}

void lp_session_flush(struct lp_session *session, const struct lp_now *now)
{
	session->now = *now;
	lp_endpoint_flush(session->endpoint, now->mono_ns);
	if (session->is_link_over)
		drop_link(session); /* its last words are out */
}

uint64_t lp_session_deadline(const struct lp_session *session)
{
	uint64_t deadline = LP_MIN(session->deadline_ns, lp_endpoint_deadline(session->endpoint));
	if (session->state == LP_SESSION_STOPPED)
		return LP_NEVER;
	if (session->state == LP_SESSION_STOPPING)
		deadline = LP_MIN(deadline, session->now.mono_ns + TICK_NS);
	if (session->link)
		deadline = LP_MIN(deadline, lp_link_deadline(session->link));
	if (session->state == LP_SESSION_UP) {
		deadline = LP_MIN(deadline, session->stats_due_ns);
		deadline = LP_MIN(deadline,
				  session->ticked_ns + (session->doubted_ns ? DOUBT_TICK_NS
									    : SILENCE_MIN_NS / 4));
	}
	return deadline;
}

/* --- frames --- */

struct lp_frame *lp_session_frame_get(struct lp_session *session)
{
	return lp_pool_get(session->pool);
}

void lp_session_send_frame(struct lp_session *session, struct lp_frame *frame, uint64_t now)
{
	frame->source_id = session->peer_id;
	frame->sequence = session->next_sequence++;
	frame->flags = 0;
	lp_link_send_frame(session->link, frame, now);
}

bool lp_session_is_up(const struct lp_session *session)
{
	return session->state == LP_SESSION_UP;
}

enum lp_session_state lp_session_state(const struct lp_session *session)
{
	return session->state;
}

const struct lp_policy *lp_session_policy(const struct lp_session *session)
{
	return &session->policy;
}

struct lp_dropped *lp_session_dropped(struct lp_session *session, enum lp_dropper by)
{
	return &session->dropped[by];
}

struct lp_ledger *lp_session_up(struct lp_session *session)
{
	return &session->up;
}

struct lp_ledger *lp_session_down(struct lp_session *session)
{
	return &session->down;
}

/* --- what the role asks for --- */

void lp_session_reconnect(struct lp_session *session, const char *why, const struct lp_now *now)
{
	session->now = *now;
	if (session->state == LP_SESSION_STOPPING || session->state == LP_SESSION_STOPPED)
		return;
	session->wait_ns = 1;
	session->addr_next = 0;
	fail(session, LP_LOG_INFO, why);
	session->failures = 0;
}

void lp_session_stop(struct lp_session *session, const char *reason, const struct lp_now *now)
{
	session->now = *now;
	if (session->state == LP_SESSION_STOPPING || session->state == LP_SESSION_STOPPED)
		return;
	bool has_joined = session->state == LP_SESSION_UP;
	if (has_joined) {
		struct lp_message message = {.type = LP_MESSAGE_DISCONNECT};
		lp_strcopy(message.disconnect.reason, sizeof(message.disconnect.reason), reason);
		lp_link_send_message(session->link, &message);
	}
	lp_session_set_state(session, LP_SESSION_STOPPING);
	session->deadline_ns = now->mono_ns + (has_joined ? STOP_WAIT_NS : 0);
}

void lp_session_read_status(const struct lp_session *session, struct lp_session_status *status)
{
	memset(status, 0, sizeof(*status));
	status->state = session->state;
	status->peer_id = session->peer_id;
	status->mtu = session->mtu;
	status->gateway_present = session->gateway_present;
	status->is_lan_lost = session->gateway_present && session->is_lan_lost;
	status->relay_addr = session->relay_addr;
	status->up_since_ns = session->up_since_ns;
	status->reconnect_count = session->reconnect_count;
	status->is_untrusted = session->is_untrusted;
	status->is_unanswered = session->is_unanswered;
	lp_strcopy(status->last_error, sizeof(status->last_error), session->last_error);
	if (session->link) {
		lp_link_read_stats(session->link, &status->link);
		status->datagram_budget = lp_link_egress_budget(session->link);
		status->queued = lp_link_queued(session->link);
	}
}
