/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The simulator: a relay, gateways and clients in one process, on in-memory wires, in simulated
 * time.
 *
 * A simulation holds nodes, each at one address, and the packets between them. Time jumps from one
 * event to the next: a packet that arrives, a node's deadline, a tick of the test's own. Bad luck
 * on the wires is drawn from a seed; GnuTLS's randomness stays random, so counters are compared,
 * never bytes.
 *
 *   sim.c         time, turns, the log
 *   wire.c        what happens to packets on their way
 *   node_relay.c  a worker
 *   node_peer.c   a session and a frame device, as gateway or client
 *   node_raw.c    a QUIC client that says what the test wants, and a bare socket
 *   traffic.c     numbered frames, offered and counted
 */
#ifndef LP_SIM_SIM_H
#define LP_SIM_SIM_H

#include "base/clock.h"
#include "base/list.h"
#include "base/packet.h"
#include "base/rand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_MS(n) ((uint64_t)(n)*LP_NS_PER_MS)
#define SIM_S(n)  ((uint64_t)(n)*LP_NS_PER_S)

/* One direction of a node's line. Tests change it at any time. */
struct sim_wire {
	double loss;	   /* 0 to 1 */
	double duplicate;  /* 0 to 1: comes twice */
	double reorder;	   /* 0 to 1: held back by hold_ns */
	uint64_t delay_ns; /* one way */
	uint64_t hold_ns;
	size_t packet_max; /* larger UDP payloads vanish; 0 = none is too large */
	bool is_cut;	   /* blackout */
	/* counters */
	uint64_t sent;
	uint64_t lost;
	uint64_t cut;
	uint64_t too_large;
	uint64_t duplicated;
	uint64_t reordered;
	uint64_t delivered;
};

struct sim;
struct sim_node;

struct sim_node_ops {
	void (*recv)(struct sim_node *node, const struct lp_packet_rx *rx,
		     const struct lp_now *now);
	void (*tick)(struct sim_node *node, const struct lp_now *now);
	void (*flush)(struct sim_node *node, const struct lp_now *now);
	uint64_t (*deadline)(const struct sim_node *node);
	/* ICMP: nobody is at that address. NULL = it does not hear such things. */
	void (*unreachable)(struct sim_node *node, const struct lp_addr *addr,
			    const struct lp_now *now);
};

/* Whatever is at one address. Embedded in the nodes of the other files. */
struct sim_node {
	struct lp_list link;
	struct sim *sim;
	const struct sim_node_ops *ops;
	struct lp_addr addr; /* as the others see it; change it, and a NAT was rebound */
	struct lp_addr also; /* a second one; family NONE = it has none */
	struct sim_wire up;  /* its line, away from it */
	struct sim_wire down;
	bool is_off;	     /* its packets find nobody */
	uint64_t slept_ns;   /* its monotonic clock is so far behind, its boot time is not */
	uint64_t turns;	     /* in which it did something */
	uint64_t packets_rx; /* UDP packets */
	uint64_t packets_tx;
};

#define SIM_LOG_LINES 512

struct sim {
	struct lp_now now;
	bool has_icmp;		/* who sends to nobody is told so */
	uint64_t wall_ahead_ns; /* of the monotonic clock: change it, and somebody set the date */
	struct lp_rand rand;
	struct lp_list nodes;
	struct sim_packet *heap; /* packets under way, the next to arrive first */
	size_t heap_count;
	size_t heap_cap;
	uint64_t heap_serial;
	/* Called every tick_ns of simulated time, for traffic; NULL = not. */
	void (*on_tick)(void *user);
	void *on_tick_user;
	uint64_t tick_ns;
	uint64_t tick_due_ns;
	char *log[SIM_LOG_LINES]; /* the last lines */
	size_t log_count;	  /* of all lines ever */
};

/* Time begins at 1000 s. Takes over the log until it is freed. */
void sim_init(struct sim *sim, uint64_t seed);

/* All nodes must be gone. */
void sim_fini(struct sim *sim);

/* Puts a node in, at 198.51.100.x or what addr says (NULL). */
void sim_node_init(struct sim_node *node, struct sim *sim, const struct sim_node_ops *ops,
		   const char *ip, uint16_t port);
void sim_node_fini(struct sim_node *node);

/* What its clocks say. */
struct lp_now sim_node_now(const struct sim_node *node);

/* It sleeps for so long, while time passes for the others. */
void sim_node_sleep(struct sim_node *node, uint64_t ns);

/* For the nodes: packets out. */
void sim_node_send(struct sim_node *node, const struct lp_packet_tx *tx, size_t tx_count);

/* Lets `ns` of simulated time pass. */
void sim_run(struct sim *sim, uint64_t ns);

/* Until is_true(arg), at most `ns`; false when it did not become true. */
bool sim_run_until(struct sim *sim, uint64_t ns, bool (*is_true)(void *arg), void *arg);

/* Has a line with that text been logged (among the last SIM_LOG_LINES), and how often? */
size_t sim_log_count(const struct sim *sim, const char *text);

/* --- wire.c --- */

/* A line of so much delay one way, good otherwise. */
void sim_wire_init(struct sim_wire *wire, uint64_t delay_ns);

/* One UDP packet from a node's line; it is copied. */
void sim_wire_send(struct sim *sim, struct sim_node *from, const struct lp_path *path,
		   const uint8_t *data, size_t len);

/* When the next packet arrives; LP_NEVER = none is under way. */
uint64_t sim_wire_next(const struct sim *sim);

/* Gives every packet that has arrived by now to its node, in batches as from UDP GRO. */
void sim_wire_deliver(struct sim *sim);

void sim_wire_fini(struct sim *sim);

#endif
