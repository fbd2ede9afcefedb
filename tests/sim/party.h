/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The usual party: a relay, a gateway and clients, all in room "party"; most scenarios begin with
 * it.
 */
#ifndef LP_SIM_PARTY_H
#define LP_SIM_PARTY_H

#include "nodes.h"
#include "sim.h"
#include "traffic.h"

#define PARTY_CLIENTS_MAX 8

struct party {
	struct sim sim;
	struct sim_relay relay;
	struct sim_peer gateway;
	struct sim_peer clients[PARTY_CLIENTS_MAX];
	size_t client_count;
	struct sim_traffic traffic;
};

/* The relay is made but not started, so that its configuration can be changed. */
struct party *party_new(uint64_t seed);

/* Starts relay, gateway and clients, and waits until all are in. */
void party_start(struct party *party, size_t client_count);

/* party_new and party_start. */
struct party *party_of(uint64_t seed, size_t client_count);

/* One client more; not waited for. */
struct sim_peer *party_add(struct party *party);

/* Stops the traffic, lets everything arrive, and checks every ledger. */
void party_settle(struct party *party);

/* Settles, checks and frees. */
void party_end(struct party *party);

/* All present nodes are in the room within `ns`. */
void party_wait_up(struct party *party, uint64_t ns);

#endif
