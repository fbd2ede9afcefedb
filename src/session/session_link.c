/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "base/quote.h"
#include "session/session_impl.h"
#include "wire/budget.h"
#include "wire/datagram.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LOG "session"

#define JOIN_WAIT_NS	  (5 * LP_NS_PER_S)
#define STATS_EVERY_NS	  (5 * LP_NS_PER_S)
#define KICKED_WAIT_NS	  (60 * LP_NS_PER_S)
#define REJECT_WAIT_NS	  (10 * LP_NS_PER_S)
#define TOLD_WAIT_MAX_NS  (300 * LP_NS_PER_S) /* a relay may ask for patience, not for good */
#define TWICE_NS	  (60 * LP_NS_PER_S)
#define RESTART_JITTER_NS (300 * LP_NS_PER_MS)
#define RESTART_WAIT_NS	  LP_NS_PER_S

/* --- hello --- */

static uint32_t features_of(const struct lp_session *session)
{
	return LP_FEATURE_RESUME | (session->config.fragments ? LP_FEATURE_FRAGMENTS : 0U);
}

/* Only the connection that has won the race has anything to say. */
static bool is_winner(const struct lp_try *try)
{
	return try->session->link == try->link;
}

static void on_ready(void *user, uint64_t now)
{
	struct lp_try *try = user;
	struct lp_session *session = try->session;
	const struct lp_session_config *config = &session->config;
	struct lp_message message = {.type = LP_MESSAGE_HELLO};
	struct lp_hello *hello = &message.hello;
	session->now.mono_ns = now;
	if (session->state != LP_SESSION_CONNECTING || try->is_over)
		return;
	lp_race_win(session, try);
	if (lp_conn_datagram_max(lp_link_conn(session->link)) < LP_BUDGET_MIN) {
		lp_session_fail(session,
				"the relay takes no QUIC DATAGRAM frames, or too small ones: it is "
				"no lanparty relay, or something in between speaks QUIC itself");
		return;
	}
	hello->version = LP_WIRE_VERSION;
	hello->role = config->role;
	hello->has_mac = config->has_mac;
	hello->mac = config->mac;
	hello->epoch = session->epoch;
	hello->datagram_budget = (uint32_t)lp_link_own_budget(session->link);
	hello->features = features_of(session);
	lp_strcopy(hello->room, sizeof(hello->room), config->room);
	lp_strcopy(hello->name, sizeof(hello->name), config->name ? config->name : "");
	lp_strcopy(hello->resume, sizeof(hello->resume), session->ticket);
	hello->lan_prefix_count =
		(uint32_t)LP_MIN(config->lan_prefix_count, (size_t)LP_LAN_PREFIXES_MAX);
	for (size_t i = 0; i < hello->lan_prefix_count; i++)
		hello->lan_prefixes[i] = config->lan_prefixes[i];
	lp_link_send_message(session->link, &message);
	lp_session_set_state(session, LP_SESSION_JOINING);
	session->deadline_ns = now + JOIN_WAIT_NS;
}

/* --- the LAN of a gateway --- */

static void send_lan(struct lp_session *session)
{
	struct lp_message message = {.type = LP_MESSAGE_LAN};
	message.lan.is_connected = !session->is_own_lan_lost;
	lp_link_send_message(session->link, &message);
}

void lp_session_set_lan(struct lp_session *session, bool is_connected)
{
	if (session->is_own_lan_lost == !is_connected)
		return;
	session->is_own_lan_lost = !is_connected;
	if (session->state == LP_SESSION_UP)
		send_lan(session);
}

void lp_session_tell_drops(struct lp_session *session, const struct lp_drops *drops)
{
	struct lp_message message = {.type = LP_MESSAGE_DROPS, .drops = *drops};
	if (session->state == LP_SESSION_UP)
		lp_link_send_message(session->link, &message);
}

/* --- welcome and reject --- */

static bool is_own_room(const struct lp_session *session, const char *room)
{
	char own[LP_ROOM_MAX + 1], told[LP_ROOM_MAX + 1];
	lp_room_fold(session->config.room, own);
	lp_room_fold(room, told);
	return strcmp(own, told) == 0;
}

/* Somebody in the room has ours, or one like it: we have another one there. */
static void tell_of_name(const struct lp_session *session, const char *name)
{
	char quoted[80];
	const char *own = session->config.name ? session->config.name : "";
	if (name[0] && strcmp(name, own) != 0)
		lp_info(LOG, "your name in this room is %s: somebody there already has yours",
			lp_quote(name, "", quoted, sizeof(quoted)));
}

static void on_welcome(struct lp_session *session, const struct lp_welcome *welcome, uint64_t now)
{
	/* Who left while we were away is not told to us; who is there is, right after this. */
	lp_session_peers_mark(session);
	session->peer_id = welcome->peer_id;
	session->mtu = welcome->mtu;
	session->gateway_present =
		welcome->gateway_present && session->config.role == LP_ROLE_CLIENT;
	tell_of_name(session, welcome->name);
	session->policy = lp_policy_of_flags(welcome->policy);
	session->failures = 0;
	session->up_since_ns = now;
	session->stats_due_ns = now + STATS_EVERY_NS;
	session->reconnect_count += session->was_up;
	session->was_up = true;
	session->last_error[0] = '\0';
	session->logged_error[0] = '\0';
	session->good_addr = session->relay_addr;
	lp_strcopy(session->ticket, sizeof(session->ticket), welcome->resume);
	if (session->ops->on_ticket)
		session->ops->on_ticket(session->user, session->ticket);
	lp_link_open(session->link, welcome->features & features_of(session), 0);
	lp_session_set_state(session, LP_SESSION_UP);
	session->deadline_ns = LP_NEVER;
	if (session->is_own_lan_lost)
		send_lan(session);
	session->ops->on_welcome(session->user, welcome, now);
}

static void drop_ticket(struct lp_session *session)
{
	if (!session->ticket[0])
		return;
	session->ticket[0] = '\0';
	if (session->ops->on_ticket)
		session->ops->on_ticket(session->user, "");
}

static uint64_t told_wait_ns(uint32_t ms)
{
	return LP_MIN(ms * LP_NS_PER_MS, TOLD_WAIT_MAX_NS);
}

static void on_reject(struct lp_session *session, const struct lp_reject *reject)
{
	char why[LP_TEXT_MAX + 1], quoted[LP_QUOTED_LEN];
	session->wait_ns = REJECT_WAIT_NS;
	if (reject->code == LP_REJECT_SHUTTING_DOWN)
		session->wait_ns = RESTART_WAIT_NS;
	if (reject->code == LP_REJECT_WRONG_SHARD && reject->shard != LP_SHARD_NONE) {
		/* Once at once: a relay whose workers disagree would keep us running in circles. */
		if (session->shard == LP_SHARD_NONE)
			session->wait_ns = 1;
		session->shard = reject->shard;
	}
	if (reject->retry_after_ms > 0)
		session->wait_ns = told_wait_ns(reject->retry_after_ms);
	if (reject->code == LP_REJECT_BAD_HELLO)
		drop_ticket(session); /* it may be to blame */
	snprintf(why, sizeof(why), "room \"%.64s\": the relay refused us: %.150s (%s)",
		 session->config.room,
		 lp_quote(reject->message, LP_QUOTE_SENTENCE, quoted, sizeof(quoted)),
		 lp_reject_code_name(reject->code));
	lp_session_fail(session, why);
}

/* --- what the relay says --- */

static void on_up_message(struct lp_session *session, const struct lp_message *message)
{
	switch (message->type) {
	case LP_MESSAGE_PEER_JOINED:
		lp_session_peer_add(session, &message->peer_joined);
		break;
	case LP_MESSAGE_PEER_LEFT:
		lp_session_peer_remove(session, message->peer_left.peer_id,
				       message->peer_left.reason);
		break;
	case LP_MESSAGE_BUDGET:
		lp_link_set_peer_budget(session->link, message->budget.datagram_budget);
		break;
	case LP_MESSAGE_LAN:
		session->is_lan_lost = !message->lan.is_connected;
		break;
	case LP_MESSAGE_DROPS:
		lp_dropped_add(&session->dropped[message->drops.is_by_gateway ? LP_DROPPER_GATEWAY
									      : LP_DROPPER_RELAY],
			       &message->drops, session->now.mono_ns);
		break;
	case LP_MESSAGE_POLICY:
		session->policy = lp_policy_of_flags(message->policy);
		lp_info(LOG, "the relay has changed the room's policy");
		break;
	default:
		lp_debug(LOG, "the relay sent %s, which is for relays",
			 lp_message_type_name(message->type));
	}
}

/* The relay says goodbye: it comes back, or somebody wants us out. */
static void on_disconnect(struct lp_session *session, const struct lp_disconnect *disconnect)
{
	char why[LP_TEXT_MAX + 1], quoted[LP_QUOTED_LEN];
	snprintf(why, sizeof(why), "the relay said goodbye: %s",
		 lp_quote(disconnect->reason, LP_QUOTE_SENTENCE, quoted, sizeof(quoted)));
	session->wait_ns = told_wait_ns(disconnect->after_ms) +
			   lp_rand_below(&session->rand, RESTART_JITTER_NS) + 1;
	lp_link_close(session->link, LP_QUIC_CODE_NONE, "goodbye"); /* it waits for this */
	lp_session_fail(session, why);
}

/* The relay does not keep to the protocol, and will do the same again: no hurry. */
static void fail_for_protocol(struct lp_try *try, const char *reason, const char *why)
{
	struct lp_session *session = try->session;
	lp_link_close(try->link, LP_QUIC_CODE_PROTOCOL, reason);
	try->is_over = true;
	if (!is_winner(try) && session->state != LP_SESSION_CONNECTING)
		return;
	if (session->state == LP_SESSION_WAITING || session->state == LP_SESSION_STOPPING ||
	    session->state == LP_SESSION_STOPPED)
		return; /* it is over already */
	session->wait_ns = REJECT_WAIT_NS;
	lp_session_fail(session, why);
}

static void on_message(void *user, const struct lp_message *message, uint64_t now)
{
	struct lp_session *session = ((struct lp_try *)user)->session;
	session->now.mono_ns = now;
	if (!is_winner(user) ||
	    (session->state != LP_SESSION_UP && session->state != LP_SESSION_JOINING))
		return;
	if (message->type == LP_MESSAGE_DISCONNECT) {
		on_disconnect(session, &message->disconnect);
		return;
	}
	if (session->state == LP_SESSION_UP) {
		on_up_message(session, message);
		return;
	}
	if (message->type == LP_MESSAGE_WELCOME && !is_own_room(session, message->welcome.room))
		/* Whoever is in there is not who the player wants to meet. */
		fail_for_protocol(user, "another room than asked for",
				  "the relay let us into another room than we asked for");
	else if (message->type == LP_MESSAGE_WELCOME)
		on_welcome(session, &message->welcome, now);
	else if (message->type == LP_MESSAGE_REJECT)
		on_reject(session, &message->reject);
	else if (message->type == LP_MESSAGE_BUDGET)
		lp_link_set_peer_budget(session->link, message->budget.datagram_budget);
	else
		lp_session_fail(session, "the relay sent something else before its welcome: it "
					 "speaks another protocol version");
}

static void on_bad_record(void *user, const char *why, enum lp_reject_code code, uint64_t now)
{
	char text[LP_TEXT_MAX + 1];
	(void)code, (void)now;
	snprintf(text, sizeof(text), "the relay sent a bad control record: %s", why);
	fail_for_protocol(user, why, text);
}

static void on_stream_end(void *user, uint64_t now)
{
	(void)now;
	fail_for_protocol(user, "the control stream has ended",
			  "the relay ended the control stream, and can tell us nothing more");
}

static void on_budget(void *user, size_t budget, uint64_t now)
{
	struct lp_session *session = ((struct lp_try *)user)->session;
	struct lp_message message = {.type = LP_MESSAGE_BUDGET};
	(void)now;
	message.budget.datagram_budget = (uint32_t)budget;
	if (!is_winner(user))
		return;
	if (session->state == LP_SESSION_UP || session->state == LP_SESSION_JOINING)
		lp_link_send_message(session->link, &message);
}

static enum lp_verdict on_frame(void *user, struct lp_frame *frame, uint64_t now)
{
	struct lp_session *session = ((struct lp_try *)user)->session;
	if (session->state != LP_SESSION_UP || !is_winner(user))
		return LP_VERDICT_NOT_BRIDGING;
	session->now.mono_ns = now;
	lp_session_peer_heard(session, frame);
	return session->ops->on_frame(session->user, frame, now);
}

static void on_too_large(void *user, const struct lp_frame *frame, size_t encoded_len,
			 size_t budget, uint64_t now)
{
	struct lp_session *session = ((struct lp_try *)user)->session;
	lp_log_write_limited(&session->too_large_log_limit, now, LP_LOG_INFO, LOG,
			     "dropped a frame of %u bytes: encoded_length=%zu budget=%zu reason=%s",
			     frame->len, encoded_len, budget,
			     lp_verdict_name(LP_VERDICT_TARGET_BUDGET));
}

/* Soon at first, then seldom: who was refused is no better received in a tenth of a second. */
static uint64_t refused_wait_ns(const struct lp_session *session)
{
	return LP_MIN(RESTART_WAIT_NS << LP_MIN(session->failures, 10U), REJECT_WAIT_NS);
}

/* The relay has closed the connection: when does it make sense to come back? 0 = as ever. */
static uint64_t closed_wait_ns(struct lp_session *session, uint64_t code)
{
	switch (code) {
	case LP_QUIC_CODE_KICKED:
		return KICKED_WAIT_NS;
	case LP_QUIC_CODE_REPLACED:
		/*
		 * Whoever took our place back so soon has a ticket for it too: two with one
		 * identity. The relay decides between us, and stays with its decision.
		 */
		if (session->now.mono_ns - session->up_since_ns < TWICE_NS)
			drop_ticket(session);
		return REJECT_WAIT_NS;
	case LP_QUIC_CODE_PROTOCOL:
	case LP_QUIC_CODE_REJECTED:
	case LP_QUIC_CODE_MALFORMED:
		return REJECT_WAIT_NS;
	case LP_CONN_CODE_QUIC:
		return session->state == LP_SESSION_UP ? 0 : refused_wait_ns(session);
	default:
		return 0;
	}
}

/* The relay closed the connection, and said why as well as it could. */
static void explain_close(const struct lp_session *session, uint64_t code, const char *text,
			  char why[LP_TEXT_MAX + 1])
{
	char quoted[LP_QUOTED_LEN];
	const char *relay = session->config.relay_name;
	if (code == LP_QUIC_CODE_KICKED && strcmp(text, LP_LEFT_KICKED) == 0)
		snprintf(why, LP_TEXT_MAX + 1, "room \"%.64s\": %s (%s)", session->config.room,
			 lp_reject_code_text(LP_REJECT_KICKED), text);
	else if (code == LP_QUIC_CODE_REPLACED && session->config.role == LP_ROLE_GATEWAY)
		snprintf(why, LP_TEXT_MAX + 1,
			 "room \"%.64s\": the gateway that had our place before is back, or "
			 "somebody has a copy of our state directory",
			 session->config.room);
	else if (code == LP_QUIC_CODE_REPLACED)
		snprintf(
			why, LP_TEXT_MAX + 1,
			"room \"%.64s\": somebody with a copy of our state directory has taken our "
			"place: each machine needs one of its own",
			session->config.room);
	else
		snprintf(why, LP_TEXT_MAX + 1, "the relay %.100s closed the connection: %.100s",
			 relay,
			 text[0] ? lp_quote(text, LP_QUOTE_SENTENCE, quoted, sizeof(quoted))
				 : "no reason given");
}

/* What a person reads of the end of a connection. */
static void explain_end(struct lp_session *session, enum lp_conn_end end, uint64_t code,
			const char *text, char why[LP_TEXT_MAX + 1])
{
	const char *relay = session->config.relay_name;
	size_t len = LP_TEXT_MAX + 1;
	switch (end) {
	case LP_CONN_END_TRUST:
		session->wait_ns = refused_wait_ns(session);
		snprintf(why, len, "%.230s", text);
		break;
	case LP_CONN_END_RESET:
		snprintf(why, len,
			 "the relay %.100s no longer knows this connection: it was restarted, or "
			 "has not heard from us for too long",
			 relay);
		break;
	case LP_CONN_END_PEER:
		session->wait_ns = closed_wait_ns(session, code);
		explain_close(session, code, text, why);
		break;
	default:
		if (end == LP_CONN_END_ERROR && session->state != LP_SESSION_UP)
			session->wait_ns = refused_wait_ns(session);
		snprintf(why, len, "the connection to the relay %.100s broke: %s (%.80s)", relay,
			 lp_conn_end_name(end), text);
	}
}

/* One of several addresses: another one may do. What it says is told if none does. */
static void lose_try(struct lp_session *session, struct lp_try *try, enum lp_conn_end end,
		     uint64_t code, const char *text)
{
	lp_race_lose(session, try);
	if (end != LP_CONN_END_HANDSHAKE) {
		explain_end(session, end, code, text, session->last_error);
		session->has_race_error = true;
	}
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text, uint64_t now)
{
	struct lp_try *try = user;
	struct lp_session *session = try->session;
	char why[LP_TEXT_MAX + 1];
	bool was_winner = is_winner(try), was_over = try->is_over;
	(void)now;
	try->is_over = true;
	if (session->state == LP_SESSION_STOPPING || session->state == LP_SESSION_STOPPED) {
		if (was_winner || !lp_race_is_open(session))
			lp_session_set_state(session, LP_SESSION_STOPPED);
		return;
	}
	if (was_over || session->state == LP_SESSION_WAITING)
		return; /* we have given it up already */
	if (session->state == LP_SESSION_CONNECTING && lp_race_is_open(session)) {
		lose_try(session, try, end, code, text);
		return;
	}
	if (end == LP_CONN_END_HANDSHAKE) {
		lp_race_fail(session);
		return;
	}
	explain_end(session, end, code, text, why);
	lp_session_fail(session, why);
}

const struct lp_link_ops lp_session_link_ops = {
	.on_ready = on_ready,
	.on_frame = on_frame,
	.on_too_large = on_too_large,
	.on_message = on_message,
	.on_bad_record = on_bad_record,
	.on_stream_end = on_stream_end,
	.on_budget = on_budget,
	.on_end = on_end,
};

/* --- stats --- */

void lp_session_send_stats(struct lp_session *session)
{
	struct lp_message message = {.type = LP_MESSAGE_STATS};
	struct lp_stats *stats = &message.stats;
	stats->frames_tx = session->up.frames[LP_VERDICT_FORWARD];
	stats->frames_rx = session->down.frames[LP_VERDICT_FORWARD];
	for (size_t i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++)
		stats->frames_dropped[i] = session->up.frames[i] + session->up.copies[i] +
					   session->down.frames[i] + session->down.copies[i];
	lp_link_send_message(session->link, &message);
	lp_session_peers_sweep(session);
	session->stats_due_ns = session->now.mono_ns + STATS_EVERY_NS;
}
