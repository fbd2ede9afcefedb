/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "party.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct party *party_new(uint64_t seed)
{
	struct party *party = lp_alloc(sizeof(*party));
	sim_init(&party->sim, seed);
	sim_relay_init(&party->relay, &party->sim);
	sim_traffic_init(&party->traffic, &party->sim);
	sim_peer_init(&party->gateway, &party->relay, LP_ROLE_GATEWAY, 250);
	return party;
}

struct sim_peer *party_add(struct party *party)
{
	assert_true(party->client_count < PARTY_CLIENTS_MAX);
	struct sim_peer *client = &party->clients[party->client_count++];
	sim_client(client, &party->relay, (unsigned)party->client_count);
	return client;
}

void party_wait_up(struct party *party, uint64_t ns)
{
	struct sim_peer *peers[PARTY_CLIENTS_MAX + 1];
	size_t count = 0;
	if (party->gateway.session)
		peers[count++] = &party->gateway;
	for (size_t i = 0; i < party->client_count; i++) {
		if (party->clients[i].session)
			peers[count++] = &party->clients[i];
	}
	sim_wait_up(&party->sim, ns, count, peers);
}

void party_start(struct party *party, size_t client_count)
{
	if (!party->relay.worker)
		sim_relay_start(&party->relay);
	sim_peer_start(&party->gateway);
	party_wait_up(party, SIM_S(3));
	for (size_t i = 0; i < client_count; i++)
		party_add(party);
	party_wait_up(party, SIM_S(3));
}

struct party *party_of(uint64_t seed, size_t client_count)
{
	struct party *party = party_new(seed);
	party_start(party, client_count);
	return party;
}

void party_settle(struct party *party)
{
	party->traffic.is_paused = true;
	sim_run(&party->sim, SIM_S(1));
	sim_relay_check_ledger(&party->relay);
	sim_peer_check_ledger(&party->gateway);
	for (size_t i = 0; i < party->client_count; i++)
		sim_peer_check_ledger(&party->clients[i]);
}

void party_end(struct party *party)
{
	party_settle(party);
	for (size_t i = 0; i < party->client_count; i++)
		sim_peer_fini(&party->clients[i]);
	sim_peer_fini(&party->gateway);
	sim_relay_fini(&party->relay);
	sim_fini(&party->sim);
	free(party);
}
