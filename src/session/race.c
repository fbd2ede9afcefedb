/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * To the relay by whichever of its addresses answers first (RFC 8305): the one that was good last
 * time, then one of each family in turn, each a quarter of a second after the one before.
 */

#include "base/mem.h"
#include "link/shard.h"
#include "session/session_impl.h"

#include <stdio.h>
#include <string.h>

#define LOG "session"

#define STAGGER_NS	 (250 * LP_NS_PER_MS) /* RFC 8305 section 5 */
#define ATTEMPT_HURRY_NS (800 * LP_NS_PER_MS)
#define ATTEMPT_SHORT_NS (1500 * LP_NS_PER_MS)
#define ATTEMPT_LONG_NS	 (6 * LP_NS_PER_S)
#define SHORT_ATTEMPTS	 6
#define DOUBT_SILENCE_NS (200 * LP_NS_PER_MS)
#define DOUBT_ATTEMPT_NS (500 * LP_NS_PER_MS)

/* --- the order --- */

static bool is_running(const struct lp_try *try)
{
	return try->link && !try->is_over;
}

static void put_in_order(struct lp_session *session, size_t from)
{
	session->order[session->order_count++] = session->addrs[from];
}

/* The next one that is not in yet, of another family than the last if there is one. */
static size_t next_in_order(const struct lp_session *session, const bool *is_in)
{
	size_t first = session->addr_count;
	for (size_t i = 0; i < session->addr_count; i++) {
		if (is_in[i])
			continue;
		if (session->order_count == 0 ||
		    session->order[session->order_count - 1].family != session->addrs[i].family)
			return i;
		first = LP_MIN(first, i);
	}
	return first;
}

static void make_order(struct lp_session *session)
{
	bool is_in[LP_SESSION_ADDRS_MAX] = {false};
	session->order_count = session->order_next = 0;
	for (size_t i = 0; i < session->addr_count && session->order_count == 0; i++) {
		is_in[i] = lp_addr_equal(&session->addrs[i], &session->good_addr);
		if (is_in[i])
			put_in_order(session, i);
	}
	while (session->order_count < session->addr_count) {
		size_t next = next_in_order(session, is_in);
		is_in[next] = true;
		put_in_order(session, next);
	}
}

/* --- one try --- */

/*
 * How long to wait for the handshake. QUIC waits twice as long before each repetition, so that a
 * fresh attempt is what notices the end of a blackout soonest; now and then a longer one, should
 * the path have become slow.
 */
static uint64_t attempt_ns(const struct lp_session *session)
{
	bool is_hurried = lp_session_is_hurried(session);
	if (is_hurried && session->failures % 4 != 3)
		return LP_MAX(ATTEMPT_HURRY_NS, 4 * session->rtt_ns + ATTEMPT_HURRY_NS / 2);
	return session->failures < SHORT_ATTEMPTS || is_hurried ? ATTEMPT_SHORT_NS
								: ATTEMPT_LONG_NS;
}

static void set_address(struct lp_session *session, const struct lp_addr *addr)
{
	session->relay_addr = *addr;
	if (session->ops->on_connecting)
		session->ops->on_connecting(session->user, addr, session->now.mono_ns);
}

static enum lp_err start_try(struct lp_session *session, struct lp_try *try)
{
	uint64_t now = session->now.mono_ns;
	struct lp_connect connect = {
		.path = {.remote = try->addr},
		.server_name = session->config.server_name,
		.trust = session->config.trust,
		.wall_ns = session->now.wall_ns,
		.shard = session->shard != LP_SHARD_NONE ? (uint8_t)session->shard
							 : lp_shard_of_room(session->config.room),
	};
	struct lp_link_config config = {
		.pool = session->pool,
		.in = &session->down,
		.out = &session->up,
		.queue = lp_frameq_limits_default,
		.udp_payload_max = session->config.udp_payload_max,
		.is_session = true,
	};
	struct lp_conn *conn;
	enum lp_err err = lp_endpoint_connect(session->endpoint, &connect, NULL, NULL, now, &conn);
	if (err != LP_OK)
		return err;
	try->link = lp_link_new(&config, conn, session->link_ops, try, now);
	try->start_ns = now;
	try->deadline_ns = now + attempt_ns(session);
	return LP_OK;
}

static void start_next(struct lp_session *session)
{
	struct lp_try *try = &session->tries[session->order_next];
	*try = (struct lp_try){.session = session, .addr = session->order[session->order_next++]};
	session->next_try_ns = session->order_next < session->order_count
				       ? session->now.mono_ns + STAGGER_NS
				       : LP_NEVER;
	set_address(session, &try->addr);
	if (start_try(session, try) != LP_OK)
		lp_session_fail(session, "cannot begin a connection: see the log line before");
}

void lp_race_begin(struct lp_session *session)
{
	make_order(session);
	session->has_race_error = false;
	session->doubted_ns = 0;
	session->unheard_mark = 0;
	session->unheard_ns = session->now.mono_ns;
	session->deadline_ns = LP_NEVER;
	lp_session_set_state(session, LP_SESSION_CONNECTING);
	start_next(session);
}

/* --- who is through, who is not --- */

void lp_race_win(struct lp_session *session, struct lp_try *won)
{
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		struct lp_try *try = &session->tries[i];
		if (try == won || !is_running(try))
			continue;
		try->is_over = true;
		lp_link_close(try->link, LP_QUIC_CODE_NONE, "another address is faster");
	}
	session->wait_ns = 0; /* of one that was refused */
	session->next_try_ns = LP_NEVER;
	session->order_next = session->order_count;
	session->link = won->link;
	if (!lp_addr_equal(&session->relay_addr, &won->addr))
		set_address(session, &won->addr);
}

bool lp_race_is_open(const struct lp_session *session)
{
	bool is_open = session->order_next < session->order_count;
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++)
		is_open |= is_running(&session->tries[i]);
	return is_open;
}

void lp_race_lose(struct lp_session *session, struct lp_try *lost)
{
	lost->is_over = true;
	if (session->order_next < session->order_count)
		session->next_try_ns = session->now.mono_ns;
}

/* A connection says that it heard something when it began. */
static void add_heard(struct lp_session_heard *heard, const struct lp_try *try,
		      const struct lp_link_stats *stats)
{
	if (stats->conn.last_rx_ns > try->start_ns)
		heard->rx_ns = LP_MAX(heard->rx_ns, stats->conn.last_rx_ns);
}

void lp_race_read_heard(const struct lp_session *session, struct lp_session_heard *heard)
{
	*heard = session->heard;
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		struct lp_link_stats stats;
		if (!session->tries[i].link)
			continue;
		lp_link_read_stats(session->tries[i].link, &stats);
		add_heard(heard, &session->tries[i], &stats);
	}
}

static void add_totals(struct lp_session_totals *totals, const struct lp_link_stats *stats)
{
	totals->datagrams_tx += stats->conn.datagrams_tx;
	totals->datagrams_rx += stats->conn.datagrams_rx;
	totals->datagrams_acked += stats->conn.datagrams_acked;
	totals->datagrams_lost += stats->conn.datagrams_lost;
	totals->packets_tx += stats->conn.packets_tx;
	totals->packets_rx += stats->conn.packets_rx;
	totals->bytes_tx += stats->conn.bytes_tx;
	totals->bytes_rx += stats->conn.bytes_rx;
	totals->heartbeats_tx += stats->heartbeats_tx;
	totals->black_holes += stats->black_holes;
}

void lp_race_read_totals(const struct lp_session *session, struct lp_session_totals *totals)
{
	*totals = session->totals;
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		struct lp_link_stats stats;
		if (!session->tries[i].link)
			continue;
		lp_link_read_stats(session->tries[i].link, &stats);
		add_totals(totals, &stats);
	}
}

static void drop_link(struct lp_session *session, struct lp_try *try)
{
	struct lp_link_stats stats;
	lp_link_read_stats(try->link, &stats);
	add_totals(&session->totals, &stats);
	add_heard(&session->heard, try, &stats);
	if (stats.conn.datagrams_acked > 0)
		session->rtt_ns = stats.conn.rtt_ns;
	if (session->link == try->link)
		session->link = NULL;
	lp_link_free(try->link);
	try->link = NULL;
}

void lp_race_sweep(struct lp_session *session)
{
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		struct lp_try *try = &session->tries[i];
		if (try->link && try->is_over)
			drop_link(session, try);
	}
}

/* --- ICMP --- */

/*
 * An attempt that nobody answers is not waited for as long, if it is known how far away the relay
 * is, or if it has another address. Now and then it is, or whoever sends forged errors could keep
 * us from a relay that is further away by now.
 */
static void doubt_try(struct lp_session *session, struct lp_try *try)
{
	uint64_t wait_ns =
		session->rtt_ns > 0 ? DOUBT_SILENCE_NS + 2 * session->rtt_ns : DOUBT_ATTEMPT_NS;
	if (session->failures % 8 == 7 || (session->rtt_ns == 0 && session->addr_count == 1))
		return;
	try->deadline_ns = LP_MIN(try->deadline_ns, try->start_ns + wait_ns);
}

void lp_race_doubt(struct lp_session *session, const struct lp_addr *addr)
{
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		struct lp_try *try = &session->tries[i];
		if (!is_running(try) || !lp_addr_equal(addr, &try->addr))
			continue;
		session->absent_ns = session->now.mono_ns;
		doubt_try(session, try);
		if (session->order_next < session->order_count)
			session->next_try_ns = session->now.mono_ns;
	}
}

/* --- time --- */

/*
 * How long an attempt may go on that the relay answers: handshake and path probes take some round
 * trips, and there are paths on which each is most of a second.
 */
static uint64_t answered_until_ns(const struct lp_try *try)
{
	struct lp_link_stats stats;
	lp_link_read_stats(try->link, &stats);
	uint64_t took_ns = stats.conn.last_rx_ns - try->start_ns;
	return LP_MIN(try->start_ns + ATTEMPT_LONG_NS, stats.conn.last_rx_ns + 3 * took_ns);
}

static void check_try(struct lp_session *session, struct lp_try *try)
{
	uint64_t now = session->now.mono_ns;
	if (!is_running(try) || now < try->deadline_ns)
		return;
	try->deadline_ns = answered_until_ns(try);
	if (try->deadline_ns <= now)
		lp_race_lose(session, try);
}

/* No other one is needed as long as somebody answers. */
static uint64_t last_answer_ns(const struct lp_session *session)
{
	uint64_t answered_ns = 0;
	for (size_t i = 0; i < session->order_next; i++) {
		struct lp_link_stats stats;
		if (!is_running(&session->tries[i]))
			continue;
		lp_link_read_stats(session->tries[i].link, &stats);
		if (stats.conn.last_rx_ns > session->tries[i].start_ns)
			answered_ns = LP_MAX(answered_ns, stats.conn.last_rx_ns);
	}
	return answered_ns;
}

void lp_race_fail(struct lp_session *session)
{
	char why[LP_SESSION_ERROR_LEN];
	lp_strcopy(why, sizeof(why), session->last_error);
	if (session->has_race_error)
		lp_session_fail(session, why);
	else
		lp_session_fail_unanswered(session);
}

void lp_race_tick(struct lp_session *session)
{
	uint64_t now = session->now.mono_ns;
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++)
		check_try(session, &session->tries[i]);
	if (now >= session->next_try_ns && session->order_next < session->order_count) {
		uint64_t answered = last_answer_ns(session);
		if (answered > 0 && now - answered < STAGGER_NS)
			session->next_try_ns = answered + STAGGER_NS;
		else
			start_next(session);
	}
	if (session->state != LP_SESSION_CONNECTING || lp_race_is_open(session))
		return;
	lp_race_fail(session);
}

uint64_t lp_race_deadline(const struct lp_session *session)
{
	uint64_t deadline_ns = session->next_try_ns;
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++) {
		const struct lp_try *try = &session->tries[i];
		if (is_running(try))
			deadline_ns = LP_MIN(deadline_ns, try->deadline_ns);
	}
	return lp_race_is_open(session) ? deadline_ns : session->now.mono_ns;
}
