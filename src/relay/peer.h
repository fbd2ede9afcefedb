/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A peer of a relay, from its connection to its last record.
 *
 * A peer begins as an applicant (a connection that has not said hello), and is a member from its
 * welcome until it leaves. A member whose connection was lost without a word stays for 30 s as
 * absent: it comes back with its resume ticket, and nobody hears that it was gone.
 */
#ifndef LP_RELAY_PEER_H
#define LP_RELAY_PEER_H

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "link/link.h"
#include "quic/endpoint.h"
#include "relay/limit.h"
#include "relay/ticket.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_PEER_ABSENT_NS (30 * LP_NS_PER_S)

struct lp_worker;
struct lp_room;

enum lp_peer_state {
	LP_PEER_APPLICANT,   /* no hello yet */
	LP_PEER_CHALLENGING, /* waits whether the incumbent is alive */
	LP_PEER_WELCOMING,   /* announced; the welcome waits for the gateway */
	LP_PEER_MEMBER,
	LP_PEER_ABSENT,	 /* member without a connection */
	LP_PEER_LEAVING, /* rejected or cut; the last record is under way */
	LP_PEER_GONE,	 /* freed at the end of the turn */
};

/* A MAC of the LAN that a client talks to: until then there is no need to look again. */
struct lp_known_mac {
	struct lp_mac mac;
	uint64_t until_ns;
};

#define LP_PEER_KNOWN_MACS 4

struct lp_peer {
	struct lp_list link_all;  /* in worker->peers */
	struct lp_list link_room; /* in room->peers, from WELCOMING to ABSENT */
	struct lp_worker *worker;
	struct lp_room *room; /* while in link_room */
	struct lp_link *link; /* NULL while absent */
	enum lp_peer_state state;
	uint16_t id;
	char name_skeleton[LP_NAME_MAX + 1]; /* of the name in it (naming.h) */
	struct lp_hello hello; /* valid from CHALLENGING on; the room code in it is folded */
	uint32_t features;     /* of both sides */
	bool is_resumed;
	struct lp_ticket ticket; /* what it brought, theirs or not */
	uint16_t wanted_id;	 /* from its ticket, 0 = none */
	uint64_t claim_ns;	 /* wall time of a ticket of before our start, 0 = none (seat.h) */
	uint64_t joined_ns;
	uint64_t deadline_ns; /* of what the state waits for */
	uint64_t told_mark;   /* WELCOMING: on the gateway's link, behind what tells of this peer */
	/* The last question whether it is alive (R6): when, and where on its own link. */
	uint64_t asked_ns;
	uint64_t asked_mark;
	uint64_t close_code; /* LEAVING: what the connection is closed with (enum lp_quic_code) */
	uint64_t last_seen_ns;
	struct lp_ledger ledger;
	struct lp_limit limit;
	struct lp_limit_malformed malformed;
	struct lp_known_mac known[LP_PEER_KNOWN_MACS];
	bool frame_log;
	struct lp_stats stats; /* the last that it sent */
	bool has_stats;
	uint64_t told_drops[LP_VERDICT__COUNT]; /* of the ledger, by its drops messages … */
	uint64_t told_drops_ns;
	uint64_t passed_drops_ns; /* … and when it last heard one of the gateway's */
	bool is_lan_lost;	  /* a gateway that does not reach its LAN, as it says */
	char leave_reason[LP_REASON_MAX + 1]; /* from its disconnect message */
	struct lp_log_limit log_limit;
};

/* Is it there, and can it be sent to? */
static inline bool lp_peer_is_present(const struct lp_peer *peer)
{
	return peer->state == LP_PEER_MEMBER;
}

/* "peer 7 (alice, 02:…)", for logs. */
const char *lp_peer_describe(const struct lp_peer *peer, char text[128]);

/* peer_joined about a peer. */
struct lp_message lp_peer_joined_message(const struct lp_peer *peer);

/* --- peer_link.c: how it arrives, what its link tells, what it is waited for --- */
/*
 * The worker's half of lp_endpoint_ops: a connection is there, and with it an applicant. user: the
 * worker.
 */
void lp_peer_accept(void *user, struct lp_conn *conn, uint64_t now);
/* Looks after its timers, and whether what its state waits for has come. */
void lp_peer_scan(struct lp_peer *peer, uint64_t now);

/* --- peer_leave.c --- */
/* Takes it out of its room, and tells everybody who knew of it why. */
void lp_peer_leave(struct lp_peer *peer, const char *reason);
/* It leaves with that reason, and its connection, if there is one, is closed. */
void lp_peer_cut(struct lp_peer *peer, const char *reason, enum lp_quic_code code);
/*
 * The applicant takes the incumbent's place: the id too, without anybody being told, when the
 * ticket says so.
 */
void lp_peer_replace(struct lp_peer *applicant, struct lp_peer *incumbent, uint64_t now);
/* It is freed at the end of the turn. */
void lp_peer_gone(struct lp_peer *peer);
/* Frees it at once; a connection that is still open is abandoned. */
void lp_peer_free(struct lp_peer *peer);

/* --- peer_drops.c: what players are told of their own frames --- */
/* From its welcome on: what was dropped before is nobody's business any more. */
void lp_peer_drops_begin(struct lp_peer *peer);
/* Tells a client what the relay has dropped of its frames, if that is news. */
void lp_peer_drops_tell(struct lp_peer *peer, uint64_t now);
/* A gateway says what it has dropped: passes it on to the client whose frames they were. */
void lp_peer_drops_pass(struct lp_peer *gateway, const struct lp_drops *drops, uint64_t now);

#endif
