/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of a session: session.c is its life, race.c how it connects, session_link.c what the
 * relay says, retry.c what follows a failure, peers.c the others in the room.
 */
#ifndef LP_SESSION_SESSION_IMPL_H
#define LP_SESSION_SESSION_IMPL_H

#include "base/log.h"
#include "base/map.h"
#include "base/rand.h"
#include "quic/endpoint.h"
#include "session/session.h"

#define LP_SESSION_ADDRS_MAX 8

/*
 * A connection to one address of the relay. Several race with each other (RFC 8305); who is through
 * first says hello, and the others are closed before that.
 */
struct lp_try {
	struct lp_session *session;
	struct lp_addr addr;
	struct lp_link *link; /* NULL = this place is free */
	bool is_over;	      /* it is given up: freed at the end of the turn */
	uint64_t start_ns;
	uint64_t deadline_ns;
};

struct lp_session {
	struct lp_session_config config;
	const struct lp_session_ops *ops;
	const struct lp_link_ops *link_ops; /* of every try */
	void *user;
	enum lp_session_state state;
	struct lp_endpoint *endpoint;
	struct lp_link *link; /* who has won the race, one of the tries'; NULL before */
	struct lp_pool *pool;
	struct lp_now now;
	struct lp_rand rand;

	struct lp_addr addrs[LP_SESSION_ADDRS_MAX];
	size_t addr_count;
	struct lp_addr relay_addr; /* where we are, or the one that was tried last */
	struct lp_addr good_addr;  /* where we were welcomed last; family NONE = nowhere */

	struct lp_try tries[LP_SESSION_ADDRS_MAX];
	struct lp_addr order[LP_SESSION_ADDRS_MAX]; /* in which they are tried in this race */
	size_t order_count;
	size_t order_next;
	uint64_t next_try_ns;
	bool has_race_error; /* last_error says why one of the tries failed */

	uint32_t failures;     /* in a row */
	uint64_t deadline_ns;  /* of what the state waits for */
	uint64_t unheard_mark; /* of the control stream: what the relay is to acknowledge … */
	uint64_t unheard_ns;   /* … since then */
	uint64_t doubted_ns;   /* since when ICMP says that the relay is gone; 0 = it does not */
	uint64_t absent_ns;    /* when ICMP said so last; 0 = never */
	uint64_t wait_ns;      /* before the next attempt, when the relay said so; 0 = back-off */
	uint32_t reconnect_count;
	uint64_t up_since_ns;
	uint64_t ticked_ns;
	uint64_t sleep_ns; /* boot time minus monotonic: jumps when the machine slept */
	uint64_t lost_ns;  /* when it was up last */
	uint64_t rtt_ns;   /* of the connection before */
	uint64_t stats_due_ns;
	bool was_up;
	bool is_unanswered; /* last_error is that nobody answers */
	char last_error[LP_SESSION_ERROR_LEN];
	char logged_error[LP_SESSION_ERROR_LEN];
	uint64_t logged_ns;
	struct lp_log_limit too_large_log_limit;

	uint64_t epoch;
	uint32_t next_sequence;
	uint16_t peer_id;
	uint16_t mtu;
	bool gateway_present;
	bool is_lan_lost;     /* the gateway does not reach its LAN, as it says */
	bool is_own_lan_lost; /* we are it, and the role says so */
	struct lp_policy policy;
	int shard; /* what a reject told us, or LP_SHARD_NONE */
	char ticket[LP_TICKET_MAX + 1];
	struct lp_map *peers; /* id -> struct lp_session_peer */

	struct lp_dropped dropped[LP_DROPPER__COUNT];
	struct lp_ledger up;
	struct lp_ledger down;
	struct lp_session_totals totals; /* of connections that have ended */
	struct lp_session_heard heard;	 /* by them */
};

extern const struct lp_link_ops lp_session_link_ops;

/* --- race.c --- */
/* Begins to connect to all addresses, the next one 250 ms after the one before. */
void lp_race_begin(struct lp_session *session);
/* That one is through: closes the others. */
void lp_race_win(struct lp_session *session, struct lp_try *won);
/* One of several is over, and it is known why: it is the next one's turn. */
void lp_race_lose(struct lp_session *session, struct lp_try *lost);
/* Is another one still on its way, or to be tried? */
bool lp_race_is_open(const struct lp_session *session);
/* All are over, and the last one was not answered: fails for what one of them said, if any did. */
void lp_race_fail(struct lp_session *session);
/* ICMP says that there is nobody at one of them. */
void lp_race_doubt(struct lp_session *session, const struct lp_addr *addr);
void lp_race_tick(struct lp_session *session);
uint64_t lp_race_deadline(const struct lp_session *session);
/* By all connections, also those that are there no more. */
void lp_race_read_heard(const struct lp_session *session, struct lp_session_heard *heard);
/* Likewise. */
void lp_race_read_totals(const struct lp_session *session, struct lp_session_totals *totals);
/* Frees the links of those that are over. */
void lp_race_sweep(struct lp_session *session);

/* --- retry.c --- */
void lp_session_set_state(struct lp_session *session, enum lp_session_state state);
/* Was it in the room a moment ago? Then it is in a hurry to come back. */
bool lp_session_is_hurried(const struct lp_session *session);
/* The attempt or the session is over: says why where it is news, and begins to wait. */
void lp_session_fail(struct lp_session *session, const char *why);
/* Likewise, at that level of the log. */
void lp_session_fail_at(struct lp_session *session, enum lp_log_level level, const char *why);
/* Likewise: nobody has answered. */
void lp_session_fail_unanswered(struct lp_session *session);
/* All tries are over, the winner too: freed at the end of the turn. */
void lp_session_end_tries(struct lp_session *session);

/* --- session_link.c --- */
void lp_session_send_stats(struct lp_session *session);

/* --- peers.c --- */
void lp_session_peer_add(struct lp_session *session, const struct lp_peer_joined *joined);
void lp_session_peer_remove(struct lp_session *session, uint16_t id, const char *reason);
/* After a reconnect: who is not announced again until the sweep has left meanwhile. */
void lp_session_peers_mark(struct lp_session *session);
void lp_session_peers_sweep(struct lp_session *session);
/* A frame of that peer came. */
void lp_session_peer_heard(struct lp_session *session, const struct lp_frame *frame);
/* Forgets all; tells the role of each when `reason` is not NULL. */
void lp_session_peers_clear(struct lp_session *session, const char *reason);

#endif
