/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What stands at the ends of the wires: relays, peers, and clients that misbehave.
 */
#ifndef LP_SIM_NODES_H
#define LP_SIM_NODES_H

#include "relay/worker_impl.h"
#include "session/session.h"
#include "sim.h"
#include "traffic.h"
#include "wire/budget.h"

#define SIM_ROOMS_MAX	 8
#define SIM_EVENTS_MAX	 64
#define SIM_MESSAGES_MAX 64

/* --- node_relay.c --- */

/* What survives a relay's restart: keys and credential (the state directory). */
struct sim_relay {
	struct sim_node node;
	struct lp_conf_relay conf; /* change it before sim_relay_start */
	struct lp_conf_room rooms[SIM_ROOMS_MAX];
	struct lp_worker_config config;
	struct lp_credential *credential;
	struct lp_trust *trust;	  /* what a session needs to trust it */
	struct lp_worker *worker; /* NULL while it is down */
	uint64_t last_turn_ns;
	/* ledgers of workers that were killed, and what their queues held then */
	struct lp_ledger past;
	uint64_t past_queued;
};

/* At 192.0.2.1:443, with the defaults of the configuration and open rooms. Not started. */
void sim_relay_init(struct sim_relay *relay, struct sim *sim);
void sim_relay_fini(struct sim_relay *relay);

/* Configures a room; before start, or before lp_worker_reconfigure. */
struct lp_conf_room *sim_relay_add_room(struct sim_relay *relay, const char *code);

void sim_relay_start(struct sim_relay *relay);

/* The process dies: no goodbye, no ICMP. */
void sim_relay_kill(struct sim_relay *relay);

/* The ledger of all workers that ever ran here, and the copies that were never sent. */
void sim_relay_ledger(const struct sim_relay *relay, struct lp_ledger *ledger, uint64_t *queued);

/* Fails the test unless both ledgers balance. */
void sim_relay_check_ledger(const struct sim_relay *relay);

/* --- node_peer.c --- */

struct sim_event {
	enum sim_event_type { SIM_WELCOME, SIM_LOST, SIM_JOINED, SIM_LEFT } type;
	uint64_t ns;
	uint16_t peer_id;
	char text[LP_TEXT_MAX + 1]; /* LOST: why, LEFT: the reason */
};

struct sim_peer {
	struct sim_node node;
	struct sim_relay *relay;
	struct lp_session_config config; /* change it before sim_peer_start */
	char name[32];
	struct lp_mac mac;
	char ticket[LP_TICKET_MAX + 1]; /* on its disk */
	struct lp_session *session;	/* NULL while it is dead */
	struct lp_addr relay_addr;	/* what DNS says … */
	struct lp_addr first_addr;	/* … and before it, if it has a family */
	bool is_dns_dead;		/* it says nothing */
	struct sim_event events[SIM_EVENTS_MAX];
	size_t event_count;
	struct lp_welcome welcome; /* the last */
	struct sim_tallies rx;	   /* numbered frames that came to its device */
	bool is_device_broken;	   /* refuses frames */
	uint64_t dead_frames;	   /* came from its device while it was dead */
	/* ledgers of sessions that were killed */
	struct lp_ledger past_up;
	struct lp_ledger past_down;
	uint64_t past_queued;
};

/* A client in room "party" of that relay, with MAC 02:00:00:00:00:<number>. Not started. */
void sim_peer_init(struct sim_peer *peer, struct sim_relay *relay, enum lp_peer_role role,
		   unsigned number);
void sim_peer_fini(struct sim_peer *peer);
void sim_peer_start(struct sim_peer *peer);

/* The process dies; its ticket stays on disk. */
void sim_peer_kill(struct sim_peer *peer);

/* Init and start of both roles, in room "party". */
void sim_client(struct sim_peer *peer, struct sim_relay *relay, unsigned number);
void sim_gateway(struct sim_peer *peer, struct sim_relay *relay);

bool sim_peer_is_up(const struct sim_peer *peer);
uint16_t sim_peer_id(const struct sim_peer *peer);
bool sim_peer_has_gateway(const struct sim_peer *peer);

/* Waits until all of them are in; fails the test after `ns`. */
void sim_wait_up(struct sim *sim, uint64_t ns, size_t count, struct sim_peer *const peers[]);

/* A frame from its device. A copy of it is what lp_session_send_frame gets. */
void sim_peer_inject(struct sim_peer *peer, const uint8_t *frame, size_t len);

/* How often that happened; text NULL = any. */
size_t sim_peer_count(const struct sim_peer *peer, enum sim_event_type type, const char *text);

/* Fails the test unless its ledgers balance. */
void sim_peer_check_ledger(const struct sim_peer *peer);

/* Puts its line on a new address, as a NAT that was restarted. */
void sim_peer_rebind(struct sim_peer *peer);

/* --- node_raw.c --- */

/* A QUIC connection to a relay, without session and link: it says what the test wants. */
struct sim_raw {
	struct sim_node node;
	struct sim_relay *relay;
	struct lp_endpoint *endpoint;
	struct lp_conn *conn; /* NULL after its end */
	bool is_ready;
	struct lp_record_reader records;
	struct lp_message messages[SIM_MESSAGES_MAX]; /* that came */
	size_t message_count;
	uint8_t datagram[2048]; /* to be sent; len 0 = none */
	size_t datagram_len;
	bool is_repeated; /* sent again and again, as often as `owed` says */
	uint64_t owed;
	uint64_t datagrams_rx;
	bool has_ended;
	enum lp_conn_end end;
	uint64_t end_code;
	char end_text[256];
};

/* Connects; the handshake needs sim_run. */
void sim_raw_init(struct sim_raw *raw, struct sim_relay *relay, unsigned number);
void sim_raw_fini(struct sim_raw *raw);

/* Any bytes on the control stream. */
void sim_raw_send(struct sim_raw *raw, const void *data, size_t len);

/* A record: its length, and the text. */
void sim_raw_send_json(struct sim_raw *raw, const char *json);
void sim_raw_send_message(struct sim_raw *raw, const struct lp_message *message);

/* A good hello for room "party". */
struct lp_message sim_raw_hello(unsigned number);

/* Says hello, and waits for the welcome; gives the peer id. */
uint16_t sim_raw_join(struct sim_raw *raw, unsigned number);

/* One DATAGRAM, at once. */
void sim_raw_send_datagram(struct sim_raw *raw, const void *data, size_t len);

/* The first message of that type, or NULL. */
const struct lp_message *sim_raw_find(const struct sim_raw *raw, enum lp_message_type type);

/* A UDP socket: sends what it is told, keeps the last packet that came. */
struct sim_socket {
	struct sim_node node;
	uint8_t last[2048];
	size_t last_len;
};

void sim_socket_init(struct sim_socket *socket, struct sim *sim, const char *ip, uint16_t port);
void sim_socket_fini(struct sim_socket *socket);
void sim_socket_send(struct sim_socket *socket, const struct lp_addr *to, const uint8_t *data,
		     size_t len);

#endif
