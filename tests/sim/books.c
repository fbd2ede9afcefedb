/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void books_spoil(struct party *party, const struct books_line *line)
{
	for (size_t i = 0; i < party->client_count; i++) {
		struct sim_node *node = &party->clients[i].node;
		struct sim_wire *wires[] = {&node->up, &node->down};
		for (size_t w = 0; w < 2; w++) {
			wires[w]->loss = line->loss;
			wires[w]->reorder = line->reorder;
			wires[w]->hold_ns = SIM_MS(3);
			wires[w]->duplicate = line->duplicate;
			wires[w]->delay_ns = SIM_MS(10);
		}
	}
}

void books_offer(struct party *party, uint64_t per_s)
{
	struct sim_traffic *t = &party->traffic;
	for (size_t i = 0; i < party->client_count; i++) {
		struct sim_peer *client = &party->clients[i];
		sim_traffic_add(t, client, &party->gateway.mac, 80, per_s);
		sim_traffic_add(t, client, &party->gateway.mac, 1514, per_s / 2);
		sim_traffic_add(t, &party->gateway, &client->mac, 1514, per_s);
		sim_traffic_add(t, client, NULL, 300, per_s / 10);
	}
}

static uint64_t frames_offered(const struct party *party)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < party->traffic.count; i++)
		sum += party->traffic.streams[i].next;
	return sum;
}

/* What came out of one device: each frame once and whole. */
static uint64_t count_out(const struct sim_peer *peer)
{
	uint64_t sum = 0;
	assert_int_equal(peer->rx.corrupt, 0);
	assert_int_equal(peer->rx.foreign, 0);
	for (size_t i = 0; i < SIM_STREAMS_MAX; i++) {
		assert_int_equal(peer->rx.stream[i].duplicates, 0);
		sum += peer->rx.stream[i].unique;
	}
	return sum;
}

static double unicast_share(const struct party *party)
{
	uint64_t sent = 0, came = 0;
	for (size_t i = 0; i < party->traffic.count; i++) {
		const struct sim_stream *stream = &party->traffic.streams[i];
		const struct sim_peer *to = &party->gateway;
		for (size_t c = 0; c < party->client_count; c++) {
			if (lp_mac_is_equal(&stream->dst, &party->clients[c].mac))
				to = &party->clients[c];
		}
		if (lp_mac_is_group(&stream->dst))
			continue;
		sent += stream->next;
		came += to->rx.stream[i].unique;
	}
	return sent > 0 ? (double)came / (double)sent : 0;
}

static void add_peer(struct books *books, const struct sim_peer *peer)
{
	lp_ledger_add(&books->up, &peer->past_up);
	lp_ledger_add(&books->down, &peer->past_down);
	books->came += count_out(peer);
	books->dead += peer->dead_frames;
	if (!peer->session)
		return;
	lp_ledger_add(&books->up, lp_session_up(peer->session));
	lp_ledger_add(&books->down, lp_session_down(peer->session));
}

void books_close(struct party *party, struct books *books)
{
	uint64_t queued;
	party_settle(party);
	memset(books, 0, sizeof(*books));
	sim_relay_ledger(&party->relay, &books->relay, &queued);
	add_peer(books, &party->gateway);
	for (size_t i = 0; i < party->client_count; i++)
		add_peer(books, &party->clients[i]);
	books->offered = frames_offered(party);
	books->unicast_share = unicast_share(party);
	assert_int_equal(books->up.frames_in + books->dead, books->offered);
	assert_int_equal(books->down.copies[LP_VERDICT_FORWARD], books->came);
	/* What is lost between two nodes the wires took; nothing is made up. */
	assert_true(books->relay.frames_in <= books->up.copies[LP_VERDICT_FORWARD]);
	assert_true(books->down.frames_in <= books->relay.copies[LP_VERDICT_FORWARD]);
}

static unsigned long long number(uint64_t value)
{
	return value;
}

void books_print(const struct books *books)
{
	print_message("%llu offered, %llu out, %.3f of unicast; relay: %llu in, %llu copies sent\n",
		      number(books->offered), number(books->came), books->unicast_share,
		      number(books->relay.frames_in),
		      number(books->relay.copies[LP_VERDICT_FORWARD]));
}

void books_print_drops(const struct books *books)
{
	for (size_t i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		uint64_t at_relay = books->relay.frames[i] + books->relay.copies[i];
		uint64_t up = books->up.frames[i] + books->up.copies[i];
		uint64_t down = books->down.frames[i] + books->down.copies[i];
		if (at_relay + up + down > 0)
			print_message("  %-14s relay %llu, sessions up %llu, down %llu\n",
				      lp_verdict_name((enum lp_verdict)i), number(at_relay),
				      number(up), number(down));
	}
}
