/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Bad lines: every frame is accounted for at every node, and what comes out, counted from outside
 * by numbered payloads, agrees with the counters.
 */

#include "books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CLIENTS 3

static void run_line(const struct books_line *line, uint64_t seed, uint64_t ns, double share_min)
{
	struct party *party = party_of(seed, CLIENTS);
	struct books books;
	books_spoil(party, line);
	books_offer(party, 1000);
	sim_run(&party->sim, ns);
	books_close(party, &books);
	books_print(&books);
	assert_true(books.unicast_share >= share_min);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_int_equal(sim_peer_count(&party->clients[i], SIM_LOST, NULL), 0);
	party_end(party);
}

static void nothing_is_lost_on_a_good_line(void **state)
{
	(void)state;
	run_line(&(struct books_line){0}, 1, SIM_S(4), 1);
}

static void one_percent_is_lost(void **state)
{
	(void)state;
	run_line(&(struct books_line){.loss = 0.01}, 2, SIM_S(4), 0.97);
}

/* 100,000 frames and more. */
static void everything_goes_wrong(void **state)
{
	(void)state;
	run_line(&(struct books_line){.loss = 0.05, .reorder = 0.25, .duplicate = 0.05}, 3,
		 SIM_S(14), 0.9);
	printf("shows G20 K9 O3\n");
}

static void a_fifth_is_lost(void **state)
{
	(void)state;
	run_line(&(struct books_line){.loss = 0.2}, 4, SIM_S(3), 0.65);
}

/* … and the relay is killed and started again in the middle of it. */
static void the_books_outlive_a_restart(void **state)
{
	struct party *party = party_of(5, CLIENTS);
	struct books books;
	(void)state;
	books_spoil(party, &(struct books_line){.loss = 0.05, .reorder = 0.1, .duplicate = 0.02});
	books_offer(party, 300);
	sim_run(&party->sim, SIM_S(2));
	sim_relay_kill(&party->relay);
	sim_relay_start(&party->relay);
	sim_run(&party->sim, SIM_S(4));
	books_close(party, &books);
	books_print(&books);
	for (size_t i = 0; i < CLIENTS; i++)
		assert_true(sim_peer_is_up(&party->clients[i]));
	party_end(party);
}

/* A device that refuses frames: the role's part of the ledger. */
static void a_broken_device_is_counted(void **state)
{
	struct party *party = party_of(6, 1);
	(void)state;
	sim_traffic_add(&party->traffic, &party->clients[0], NULL, 100, 100);
	party->gateway.is_device_broken = true;
	sim_run(&party->sim, SIM_S(1));
	party_settle(party);
	assert_int_equal(lp_session_down(party->gateway.session)->copies[LP_VERDICT_DEVICE], 100);
	party_end(party);
}

/* One whose line is dead costs the others nothing, though everything is for all. */
static void a_stalled_peer_starves_nobody(void **state)
{
	struct party *party = party_of(7, 3);
	struct lp_ledger relay;
	uint64_t queued;
	(void)state;
	sim_traffic_add(&party->traffic, &party->gateway, NULL, 1000, 4000);
	sim_run(&party->sim, SIM_S(1));
	party->clients[1].node.down.is_cut = true;
	sim_run(&party->sim, SIM_S(4));
	party_settle(party);
	uint64_t sent = party->traffic.streams[0].next;
	assert_int_equal(party->clients[0].rx.stream[0].unique, sent);
	assert_int_equal(party->clients[2].rx.stream[0].unique, sent);
	sim_relay_ledger(&party->relay, &relay, &queued);
	assert_int_equal(relay.frames[LP_VERDICT_POOL_EMPTY], 0);
	assert_true(relay.copies[LP_VERDICT_QUEUE_FULL] + relay.copies[LP_VERDICT_QUEUE_AGE] +
			    relay.copies[LP_VERDICT_PEER_GONE] >
		    1000);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_on_a_good_line),
		cmocka_unit_test(one_percent_is_lost),
		cmocka_unit_test(everything_goes_wrong),
		cmocka_unit_test(a_fifth_is_lost),
		cmocka_unit_test(the_books_outlive_a_restart),
		cmocka_unit_test(a_broken_device_is_counted),
		cmocka_unit_test(a_stalled_peer_starves_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
