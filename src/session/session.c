/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/random.h"
#include "session/session_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG "session"

#define POOL_FRAMES	 4096
#define SLEEP_JUMP_NS	 (2 * LP_NS_PER_S)
#define RESOLVE_AFTER	 4 /* failures: the relay may have moved */
#define RESOLVE_WAIT_NS	 (20 * LP_NS_PER_S)
#define SILENCE_MIN_NS	 LP_NS_PER_S
#define DOUBT_SILENCE_NS (200 * LP_NS_PER_MS) /* … where ICMP says that the relay is gone */
#define DOUBT_TICK_NS	 (50 * LP_NS_PER_MS)
#define UNHEARD_MIN_NS	 (5 * LP_NS_PER_S)
#define STOP_WAIT_NS	 (500 * LP_NS_PER_MS)
#define TICK_NS		 (10 * LP_NS_PER_MS) /* while there is traffic */

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
	session->link_ops = &lp_session_link_ops;
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
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++)
		lp_link_free(session->tries[i].link);
	lp_endpoint_free(session->endpoint);
	lp_map_free(session->peers);
	lp_pool_free(session->pool);
	free(session);
}

/* --- attempts --- */

static void begin_attempt(struct lp_session *session)
{
	lp_session_end_tries(session);
	lp_race_sweep(session);
	if (session->addr_count == 0 || session->config.has_zone) {
		session->addr_count = 0;
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
	lp_race_begin(session);
}

static void keep_addresses(struct lp_session *session, const struct lp_addr *addrs, size_t count)
{
	session->addr_count = LP_MIN(count, (size_t)LP_SESSION_ADDRS_MAX);
	memcpy(session->addrs, addrs, session->addr_count * sizeof(*addrs));
}

void lp_session_resolved(struct lp_session *session, enum lp_err err, const struct lp_addr *addrs,
			 size_t addr_count, const struct lp_now *now)
{
	session->now = *now;
	if (err == LP_OK && addr_count > 0)
		keep_addresses(session, addrs, addr_count);
	if (session->state != LP_SESSION_RESOLVING)
		return; /* the next attempt takes them */
	if (session->addr_count == 0 && session->config.has_zone) {
		char why[LP_TEXT_MAX + 1];
		snprintf(why, sizeof(why),
			 "the relay %.100s is a neighbour on one interface, which is not there: is "
			 "its name right, and is the network card in?",
			 session->config.relay_name);
		lp_session_fail(session, why);
		return;
	}
	if (session->addr_count == 0) {
		char why[LP_TEXT_MAX + 1];
		snprintf(why, sizeof(why), "cannot find the relay \"%.120s\": %s",
			 session->config.relay_name,
			 err == LP_ERR_NOT_FOUND ? "there is no such name: is it spelt right?"
						 : "no answer from DNS: is the network up?");
		lp_session_fail(session, why);
		return;
	}
	lp_race_begin(session);
}

/* How long we have spoken and heard nothing is too long? */
static bool is_silent(struct lp_session *session, const struct lp_conn_stats *conn)
{
	uint64_t now = session->now.mono_ns;
	if (conn->last_rx_ns > session->doubted_ns)
		session->doubted_ns = 0;
	if (conn->unanswered_ns == 0)
		return false;
	if (now - conn->unanswered_ns > LP_MAX(3 * conn->pto_ns, SILENCE_MIN_NS))
		return true;
	return session->doubted_ns != 0 &&
	       now - session->doubted_ns > LP_MAX(2 * conn->pto_ns, DOUBT_SILENCE_NS);
}

/*
 * A path that is broken one way: packets of the relay come, and nothing of ours gets there. A
 * heartbeat goes out each second, so there is always something to be acknowledged.
 */
static bool is_unheard(struct lp_session *session, const struct lp_conn_stats *conn)
{
	uint64_t now = session->now.mono_ns;
	if (lp_link_has_acked(session->link, session->unheard_mark)) {
		session->unheard_mark = lp_link_mark(session->link);
		session->unheard_ns = now;
		return false;
	}
	return now - session->unheard_ns > LP_MAX(8 * conn->pto_ns, UNHEARD_MIN_NS);
}

/* Silence after we spoke: the path, or the relay, is gone. */
static void check_path(struct lp_session *session)
{
	struct lp_link_stats stats;
	lp_link_read_stats(session->link, &stats);
	bool is_gone = is_silent(session, &stats.conn);
	if (!is_gone && !is_unheard(session, &stats.conn))
		return;
	char why[LP_TEXT_MAX + 1], addr[LP_ADDR_TEXT_LEN];
	snprintf(why, sizeof(why), "the relay %.100s %s at %s: connecting anew",
		 session->config.relay_name, is_gone ? "went silent" : "does not hear us any more",
		 lp_addr_format_ip(&session->relay_addr, addr));
	lp_session_fail(session, why);
}

static void on_deadline(struct lp_session *session)
{
	switch (session->state) {
	case LP_SESSION_WAITING:
		begin_attempt(session);
		break;
	case LP_SESSION_RESOLVING:
		lp_session_resolved(session, LP_ERR_UNREACHABLE, NULL, 0, &session->now);
		break;
	case LP_SESSION_JOINING:
		lp_session_fail_unanswered(session);
		break;
	case LP_SESSION_STOPPING:
		for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
			if (session->tries[i].link)
				lp_link_close(session->tries[i].link, LP_QUIC_CODE_NONE, "goodbye");
		}
		lp_session_set_state(session, LP_SESSION_STOPPED);
		break;
	case LP_SESSION_CONNECTING: /* race.c */
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

void lp_session_unreachable(struct lp_session *session, const struct lp_addr *addr,
			    const struct lp_now *now)
{
	session->now = *now;
	if (session->state == LP_SESSION_CONNECTING)
		lp_race_doubt(session, addr);
	if (session->state != LP_SESSION_UP || session->doubted_ns != 0 ||
	    !lp_addr_equal(addr, &session->relay_addr))
		return;
	session->doubted_ns = session->absent_ns = now->mono_ns;
	lp_link_beat(session->link);
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
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		if (session->tries[i].link)
			lp_link_tick(session->tries[i].link, now->mono_ns);
	}
	if (session->state == LP_SESSION_CONNECTING)
		lp_race_tick(session);
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
	lp_race_sweep(session); /* their last words are out */
}

uint64_t lp_session_deadline(const struct lp_session *session)
{
	uint64_t deadline = LP_MIN(session->deadline_ns, lp_endpoint_deadline(session->endpoint));
	if (session->state == LP_SESSION_STOPPED)
		return LP_NEVER;
	if (session->state == LP_SESSION_STOPPING)
		deadline = LP_MIN(deadline, session->now.mono_ns + TICK_NS);
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		if (session->tries[i].link)
			deadline = LP_MIN(deadline, lp_link_deadline(session->tries[i].link));
	}
	if (session->state == LP_SESSION_CONNECTING)
		deadline = LP_MIN(deadline, lp_race_deadline(session));
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
	lp_session_fail_at(session, LP_LOG_INFO, why);
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
	/* What was so in the room is not known to be so any more. */
	if (session->state == LP_SESSION_UP) {
		status->peer_id = session->peer_id;
		status->mtu = session->mtu;
		status->gateway_present = session->gateway_present;
		status->is_lan_lost = session->gateway_present && session->is_lan_lost;
	}
	status->relay_addr = session->relay_addr;
	status->up_since_ns = session->up_since_ns;
	status->reconnect_count = session->reconnect_count;
	status->is_unanswered = session->is_unanswered;
	lp_strcopy(status->last_error, sizeof(status->last_error), session->last_error);
	if (session->link) {
		lp_link_read_stats(session->link, &status->link);
		status->datagram_budget = lp_link_egress_budget(session->link);
		status->queued = lp_link_queued(session->link);
	}
	lp_race_read_heard(session, &status->heard);
	lp_race_read_totals(session, &status->totals);
}
