/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* In which state a session is, why it failed, and when it tries again. */

#include "base/mem.h"
#include "session/session_impl.h"

#include <stdio.h>
#include <string.h>

#define LOG "session"

#define BACKOFF_FIRST_NS (100 * LP_NS_PER_MS)
#define BACKOFF_MAX_NS	 (5 * LP_NS_PER_S)
#define FIRST_JITTER_NS	 (100 * LP_NS_PER_MS)
#define HURRY_NS	 (60 * LP_NS_PER_S)
#define ABSENT_NS	 (30 * LP_NS_PER_S)
#define REPEAT_LOG_NS	 (60 * LP_NS_PER_S)
#define RELAY_TEXT_LEN	 200

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

void lp_session_set_state(struct lp_session *session, enum lp_session_state state)
{
	if (state != session->state)
		lp_debug(LOG, "%s -> %s", lp_session_state_name(session->state),
			 lp_session_state_name(state));
	session->state = state;
}

void lp_session_end_tries(struct lp_session *session)
{
	for (size_t i = 0; i < LP_SESSION_ADDRS_MAX; i++)
		session->tries[i].is_over = true;
	session->order_next = session->order_count;
}

bool lp_session_is_hurried(const struct lp_session *session)
{
	return session->was_up && session->now.mono_ns - session->lost_ns < HURRY_NS;
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

static uint64_t back_off(struct lp_session *session, bool was_up)
{
	if (session->wait_ns > 0)
		return session->wait_ns;
	if (was_up || lp_session_is_hurried(session))
		return lp_rand_below(&session->rand, FIRST_JITTER_NS);
	unsigned shift = LP_MIN(session->failures, 10U);
	uint64_t wait_ns = LP_MIN(BACKOFF_FIRST_NS << shift, BACKOFF_MAX_NS);
	return wait_ns / 2 + lp_rand_below(&session->rand, wait_ns / 2 + 1);
}

void lp_session_fail_at(struct lp_session *session, enum lp_log_level level, const char *why)
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
	lp_session_end_tries(
		session); /* freed after the flush: we may be inside a callback of theirs */
	if (was_up)
		session->ops->on_lost(session->user, why, session->now.mono_ns);
}

/* Who was in the room comes back most often: nobody need act yet. */
void lp_session_fail(struct lp_session *session, const char *why)
{
	lp_session_fail_at(session, session->state == LP_SESSION_UP ? LP_LOG_WARN : LP_LOG_ERROR,
			   why);
}

/* "party.example.org (192.0.2.1, 2001:db8::1)": with what was tried, where that is news. */
static const char *describe_relay(const struct lp_session *session, char text[RELAY_TEXT_LEN])
{
	int len = snprintf(text, RELAY_TEXT_LEN, "%.60s", session->config.relay_name);
	char first[LP_ADDR_TEXT_LEN] = "";
	if (session->order_count > 0)
		lp_addr_format_ip(&session->order[0], first);
	if (session->order_count == 0 || strstr(session->config.relay_name, first))
		return text;
	for (size_t i = 0; i < LP_MIN(session->order_count, (size_t)2); i++) {
		char addr[LP_ADDR_TEXT_LEN];
		len += snprintf(text + len, RELAY_TEXT_LEN - (size_t)len, "%s%s",
				i == 0 ? " (" : ", ", lp_addr_format_ip(&session->order[i], addr));
	}
	snprintf(text + len, RELAY_TEXT_LEN - (size_t)len, "%s",
		 session->order_count > 2 ? ", ...)" : ")");
	return text;
}

void lp_session_fail_unanswered(struct lp_session *session)
{
	char why[LP_SESSION_ERROR_LEN], relay[RELAY_TEXT_LEN];
	describe_relay(session, relay);
	/* ICMP does not speak each time. */
	if (session->absent_ns != 0 && session->now.mono_ns - session->absent_ns < ABSENT_NS)
		snprintf(why, sizeof(why),
			 "the relay %s does not answer: the network says that nothing is there "
			 "at UDP port %u: is it running, and is the port right?",
			 relay, session->relay_addr.port);
	else
		snprintf(why, sizeof(why),
			 "the relay %s does not answer: it is not running, or a firewall on "
			 "the way lets no UDP to port %u pass",
			 relay, session->relay_addr.port);
	lp_session_fail(session, why);
	session->is_unanswered = true;
}
