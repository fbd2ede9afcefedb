/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A whole role of the daemon at one address of the simulation, started from a configuration as
 * lanpartyd does it: its loop, sockets, name server and devices are the simulator's.
 *
 * A program that uses it is linked with node_role.c instead of src/loop/loop.c and of platform's
 * udp.c, tap.c, rawif.c and resolve.c, and wraps what $(SIM_ROLE_LDFLAGS) names. The machine's
 * routes and addresses are tests/unit/fake_netos.h.
 */
#ifndef LP_SIM_NODE_ROLE_H
#define LP_SIM_NODE_ROLE_H

#include "conf/conf.h"
#include "platform/rawif.h"
#include "role.h"
#include "sim.h"

#define SIM_ROLE_FRAMES_MAX 64
#define SIM_ROLE_TAP_INDEX  2 /* in fake_netos: 1 is the machine's own network card */

struct sim_role {
	struct sim_node node;
	const struct lp_role *role;
	struct lp_conf *conf;
	void *state; /* NULL while it is off */
	char folder[40];
	struct lp_now now;
	struct lp_list timers;
	struct lp_list loops;
	struct lp_list udps;
	struct lp_addr relay_addr; /* what DNS says; family NONE = nothing */
	struct lp_rawif_info nic;  /* of a gateway; change it, and the cable is pulled */
	struct lp_mac mac;	   /* of a client's TAP */
	struct sim_role_device *device;
	uint64_t frames_out; /* that its device was given */
	uint64_t bytes_out;
	uint64_t bytes_tx; /* of its UDP packets */
	uint64_t bytes_rx;
};

/* Puts the node in, with the configuration of that text. Not started. */
void sim_role_init(struct sim_role *role, struct sim *sim, const struct lp_role *kind,
		   const char *ip, uint16_t port, const char *conf);
void sim_role_fini(struct sim_role *role);

void sim_role_start(struct sim_role *role);

/* The process dies without a word. */
void sim_role_kill(struct sim_role *role);

/* A frame comes out of its device: that many of it. */
void sim_role_inject(struct sim_role *role, const uint8_t *frame, size_t len, size_t count);

#endif
