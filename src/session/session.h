/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What gateway and client share: a place in a room, kept through everything that happens to the
 * network. Resolve, connect, hello, welcome, lifecycle, stats, reconnect with back-off, resume.
 *
 * No socket, no thread, no clock: the role gives packets, time and names, and is told what
 * happened. The frame ledgers of the node are here: `up` from the device to the relay, `down` from
 * the relay to the device. The link counts its ends of them, the role counts the device's.
 */
#ifndef LP_SESSION_SESSION_H
#define LP_SESSION_SESSION_H

#include "base/clock.h"
#include "base/packet.h"
#include "crypto/trust.h"
#include "frame/policy.h"
#include "link/link.h"
#include "session/dropped.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lp_session_state {
	LP_SESSION_WAITING, /* before the next attempt */
	LP_SESSION_RESOLVING,
	LP_SESSION_CONNECTING, /* handshake and path probes */
	LP_SESSION_JOINING,    /* hello sent */
	LP_SESSION_UP,
	LP_SESSION_STOPPING, /* goodbye under way */
	LP_SESSION_STOPPED,
};

/* "waiting", "resolving", "connecting", "joining", "bridging", "stopping", "stopped" */
const char *lp_session_state_name(enum lp_session_state state);

/* Somebody else in the room. */
struct lp_session_peer {
	uint16_t id;
	enum lp_peer_role role;
	bool has_mac;
	struct lp_mac mac;
	char name[LP_NAME_MAX + 1];
	bool is_stale;		/* not heard of since we came back */
	uint64_t joined_ns;	/* when we heard of it first */
	uint64_t last_frame_ns; /* of it, that came here; 0 = none */
	uint64_t frames;
	uint64_t bytes;
};

/* "peer 7 (alice, 02:…)", for logs. */
const char *lp_session_peer_describe(const struct lp_session_peer *peer, char text[128]);

struct lp_session;

struct lp_session_ops {
	void (*send)(void *user, const struct lp_packet_tx *tx, size_t tx_count);
	/*
	 * The relay's name is to be resolved: answer with lp_session_resolved, later or at once. It
	 * may be asked again before that; one answer is enough.
	 */
	void (*resolve)(void *user);
	/* A frame for the device. Returns its verdict; copies are counted in `down` by the role. */
	enum lp_verdict (*on_frame)(void *user, struct lp_frame *frame, uint64_t now);
	/* An attempt begins, to that address of the relay. May be NULL. */
	void (*on_connecting)(void *user, const struct lp_addr *relay, uint64_t now);
	/* In the room, for the first time or again; who is there follows by on_peer_joined. */
	void (*on_welcome)(void *user, const struct lp_welcome *welcome, uint64_t now);
	/* Not in the room any more; coming back by itself. */
	void (*on_lost)(void *user, const char *why, uint64_t now);
	void (*on_peer_joined)(void *user, const struct lp_session_peer *peer, uint64_t now);
	/* The peer is borrowed, and forgotten afterwards. */
	void (*on_peer_left)(void *user, const struct lp_session_peer *peer, const char *reason,
			     uint64_t now);
	/* A ticket to be kept on disk; "" = the one that was kept is no good. May be NULL. */
	void (*on_ticket)(void *user, const char *ticket);
};

/* A sentence with the relay's name, two of its addresses, and the remedy. */
#define LP_SESSION_ERROR_LEN 352

struct lp_session_config {
	enum lp_peer_role role;
	const char *relay_name; /* as configured, for people; borrowed, as all below */
	bool has_zone; /* the relay is a neighbour on one interface: asked for at each attempt */
	const char *server_name; /* to be checked and indicated */
	const char *room;
	const char *name;
	const struct lp_trust *trust;
	bool has_mac;
	struct lp_mac mac;
	const char *ticket; /* from disk; NULL = none */
	const struct lp_prefix *lan_prefixes;
	size_t lan_prefix_count;
	bool fragments;
	size_t udp_payload_max; /* 0 = 1472 */
	size_t pool_frames;	/* 0 = 4096 */
	uint64_t rand_seed;	/* for jitter */
};

struct lp_session *lp_session_new(const struct lp_session_config *config,
				  const struct lp_session_ops *ops, void *user,
				  const struct lp_now *now);
void lp_session_free(struct lp_session *session);

/* The answer to ops->resolve: addresses in order of preference, or an error. */
void lp_session_resolved(struct lp_session *session, enum lp_err err, const struct lp_addr *addrs,
			 size_t addr_count, const struct lp_now *now);

void lp_session_recv(struct lp_session *session, const struct lp_packet_rx *rx,
		     const struct lp_now *now);
/*
 * ICMP says that `addr` is not there. If that is the relay, it is asked at once, and has less time
 * than otherwise to answer; it is never taken at its word.
 */
void lp_session_unreachable(struct lp_session *session, const struct lp_addr *addr,
			    const struct lp_now *now);
/* At its deadline, and once a second: after the machine slept it connects anew at once. */
void lp_session_tick(struct lp_session *session, const struct lp_now *now);
void lp_session_flush(struct lp_session *session, const struct lp_now *now);
uint64_t lp_session_deadline(const struct lp_session *session);

/* A buffer to read a frame into; NULL = none left (count it as POOL_EMPTY). */
struct lp_frame *lp_session_frame_get(struct lp_session *session);

/* Queues a frame for the relay; only while up. Takes a reference of its own. */
void lp_session_send_frame(struct lp_session *session, struct lp_frame *frame, uint64_t now);

bool lp_session_is_up(const struct lp_session *session);
enum lp_session_state lp_session_state(const struct lp_session *session);

/* Routes changed, say: connects anew at once. `why` is for the log. */
void lp_session_reconnect(struct lp_session *session, const char *why, const struct lp_now *now);

/* Says goodbye with that reason; lp_session_state becomes STOPPED when it is heard or 500 ms later.
 */
void lp_session_stop(struct lp_session *session, const char *reason, const struct lp_now *now);

/* Walks the peers: start with *cursor = 0; NULL at the end. */
const struct lp_session_peer *lp_session_next_peer(const struct lp_session *session,
						   size_t *cursor);
/* What the organiser allows in the room; nothing before the first welcome. */
const struct lp_policy *lp_session_policy(const struct lp_session *session);

/* A gateway reaches its LAN, as at first, or does not: the others in the room are told. */
void lp_session_set_lan(struct lp_session *session, bool is_connected);

/* A gateway tells a player what it has dropped of their frames; only while up. */
void lp_session_tell_drops(struct lp_session *session, const struct lp_drops *drops);

/* What was dropped of our own frames; the device's part, by us, is the host's to count. */
struct lp_dropped *lp_session_dropped(struct lp_session *session, enum lp_dropper by);

struct lp_ledger *lp_session_up(struct lp_session *session);
struct lp_ledger *lp_session_down(struct lp_session *session);

/* When something came last, over whichever connection; 0 = never. */
struct lp_session_heard {
	uint64_t rx_ns; /* any packet of the relay */
};

/* Counters since the start, of all connections together, those that never got through included. */
struct lp_session_totals {
	uint64_t datagrams_tx;
	uint64_t datagrams_rx;
	uint64_t datagrams_acked;
	uint64_t datagrams_lost;
	uint64_t packets_tx;
	uint64_t packets_rx;
	uint64_t bytes_tx;
	uint64_t bytes_rx;
	uint64_t heartbeats_tx;
	uint64_t black_holes;
};

struct lp_session_status {
	enum lp_session_state state;
	uint16_t peer_id; /* these four only in the room; else 0 and false */
	uint16_t mtu;
	bool gateway_present;
	bool is_lan_lost; /* a gateway is there, but does not reach its LAN */
	struct lp_addr relay_addr;
	size_t datagram_budget;
	struct lp_link_stats link; /* of this connection */
	struct lp_session_totals totals;
	struct lp_session_heard heard;
	uint64_t up_since_ns;
	uint32_t reconnect_count;
	size_t queued; /* copies waiting for the relay */
	char last_error[LP_SESSION_ERROR_LEN];
	bool is_unanswered; /* … or because nobody answered */
};

void lp_session_read_status(const struct lp_session *session, struct lp_session_status *status);

#endif
