/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A long evening: loss, reorder, duplicates, blackouts, NATs that are rebound, and everybody killed
 * once. $LP_SOAK_FRAMES says how many frames are offered; scripts/soak takes ten million.
 */

#include "base/mem.h"
#include "books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLIENTS	       3
#define PER_S	       500
#define FRAMES_DEFAULT 60000

static uint64_t frames_wanted(void)
{
	const char *text = getenv("LP_SOAK_FRAMES");
	return text ? strtoull(text, NULL, 10) : FRAMES_DEFAULT;
}

/* One thing goes wrong each time. */
static void spoil_evening(struct party *party, unsigned what)
{
	struct sim_peer *client = &party->clients[what % CLIENTS];
	switch (what % 5) {
	case 0:
		sim_relay_kill(&party->relay);
		sim_run(&party->sim, SIM_MS(300));
		sim_relay_start(&party->relay);
		break;
	case 1:
		sim_peer_rebind(client);
		break;
	case 2:
		client->node.up.is_cut = client->node.down.is_cut = true;
		sim_run(&party->sim, SIM_MS(700 * (what % 4)));
		client->node.up.is_cut = client->node.down.is_cut = false;
		break;
	case 3:
		sim_peer_kill(client);
		sim_run(&party->sim, SIM_MS(200));
		sim_peer_start(client);
		break;
	default:
		sim_peer_kill(&party->gateway);
		sim_run(&party->sim, SIM_MS(200));
		sim_peer_start(&party->gateway);
	}
}

static uint64_t frames_so_far(const struct party *party)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < party->traffic.count; i++)
		sum += party->traffic.streams[i].next;
	return sum;
}

static void print_wires(const struct party *party)
{
	uint64_t sent = 0, lost = 0, duplicated = 0, reordered = 0;
	for (size_t i = 0; i < CLIENTS; i++) {
		const struct sim_wire *wires[] = {&party->clients[i].node.up,
						  &party->clients[i].node.down};
		for (size_t w = 0; w < 2; w++) {
			sent += wires[w]->sent;
			lost += wires[w]->lost + wires[w]->cut;
			duplicated += wires[w]->duplicated;
			reordered += wires[w]->reordered;
		}
	}
	print_message("lines: %llu packets, %llu lost, %llu doubled, %llu held back\n",
		      (unsigned long long)sent, (unsigned long long)lost,
		      (unsigned long long)duplicated, (unsigned long long)reordered);
}

static void an_evening(void **state)
{
	struct party *party = party_of(1, CLIENTS);
	struct books books;
	uint64_t start_ns = party->sim.now.mono_ns;
	uint64_t wanted = frames_wanted();
	(void)state;
	books_spoil(party, &(struct books_line){.loss = 0.05, .reorder = 0.1, .duplicate = 0.02});
	books_offer(party, PER_S);
	unsigned what = 0;
	for (; frames_so_far(party) < wanted; what++) {
		sim_run(&party->sim, SIM_MS(500));
		spoil_evening(party, what);
		sim_run(&party->sim, SIM_S(2) + LP_MIN(wanted / 100000, (uint64_t)60) * SIM_S(1));
	}
	party_wait_up(party, SIM_S(5));
	books_close(party, &books);
	print_message("%.0f s of party, %u mishaps, %u of them restarts of the relay\n",
		      (double)(party->sim.now.mono_ns - start_ns) / (double)LP_NS_PER_S, what,
		      (what + 4) / 5);
	books_print(&books);
	books_print_drops(&books);
	print_wires(party);
	print_message("unaccounted: relay %lld frames, sessions up %lld, down %lld\n",
		      (long long)lp_ledger_frames_open(&books.relay),
		      (long long)lp_ledger_frames_open(&books.up),
		      (long long)lp_ledger_frames_open(&books.down));
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_evening),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
