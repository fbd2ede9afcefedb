/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Paths that are narrow, become narrow, or move. */

#include "base/mem.h"
#include "party.h"
#include "wire/budget.h"
#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void set_path(struct sim_peer *peer, size_t packet_max)
{
	peer->node.up.packet_max = packet_max;
	peer->node.down.packet_max = packet_max;
}

static size_t budget_of(const struct sim_peer *peer)
{
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	return status.datagram_budget;
}

static void sizes_are_found(void **state)
{
	static const struct {
		size_t path;
		size_t found;
	} cases[] = {{0, 1472},	   {1472, 1472}, {1471, 1452}, {1452, 1452},
		     {1380, 1372}, {1372, 1372}, {1252, 1232}, {1200, 1200}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct party *party = party_of((unsigned)i, 0);
		struct sim_peer *client = party_add(party);
		set_path(client, cases[i].path);
		sim_wait_up(&party->sim, SIM_S(1), 1, &client);
		assert_int_equal(budget_of(client), lp_budget_from_udp_payload(cases[i].found, 8));
		/* A whole frame crosses in fragments, whatever the path. */
		sim_traffic_add(&party->traffic, client, NULL, 1514, 100);
		sim_traffic_add(&party->traffic, &party->gateway, NULL, 1514, 100);
		sim_run(&party->sim, SIM_S(1));
		party_settle(party);
		assert_int_equal(party->gateway.rx.stream[0].unique, 100);
		assert_int_equal(client->rx.stream[1].unique, 100);
		party_end(party);
	}
	printf("shows K4\n");
}

/* The time that the probes have begins when they can be sent, not when the handshake began. */
static void a_long_path_is_measured(void **state)
{
	(void)state;
	for (unsigned ms = 50; ms <= 290; ms += 40) {
		struct party *party = party_of(ms, 0);
		struct sim_peer *client = party_add(party);
		client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(ms) / 2;
		sim_wait_up(&party->sim, SIM_S(3), 1, &client);
		assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1472, 8));
		party_end(party);
	}
}

/*
 * Further away than the time that a round has: a satellite. Without fragments it is either
 * measured, or refused for a path that is too small.
 */
static void a_satellite_is_measured(void **state)
{
	static const unsigned rtts_ms[] = {350, 450, 600, 700, 900};
	(void)state;
	for (size_t i = 0; i < 4 * LP_ARRAY_COUNT(rtts_ms); i++) {
		struct party *party = party_new(60 + i);
		unsigned ms = rtts_ms[i / 4];
		party->relay.conf.fragments = i % 2 == 0;
		party->relay.conf.limits.retry_above = i % 4 < 2 ? 0 : 100;
		party_start(party, 0);
		struct sim_peer *client = party_add(party);
		client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(ms) / 2;
		size_t found = i % 3 == 0 ? 1372 : 1472; /* it is narrow, or not */
		set_path(client, found);
		uint64_t start_ns = party->sim.now.mono_ns;
		sim_wait_up(&party->sim, SIM_S(10), 1, &client);
		print_message(
			"%u ms away, fragments %s, retry %s: in after %llu ms\n", ms,
			i % 2 == 0 ? "on" : "off", i % 4 < 2 ? "yes" : "no",
			(unsigned long long)((party->sim.now.mono_ns - start_ns) / LP_NS_PER_MS));
		assert_int_equal(budget_of(client), lp_budget_from_udp_payload(found, 8));
		sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1000, 200);
		sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1000, 200);
		sim_run(&party->sim, SIM_S(5));
		party_settle(party);
		assert_int_equal(party->gateway.rx.stream[0].unique,
				 party->traffic.streams[0].next);
		assert_int_equal(client->rx.stream[1].unique, party->traffic.streams[1].next);
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
		party_end(party);
	}
}

/* Over IPv6 a packet of 1500 bytes carries 20 less. */
static void ip6_is_measured_likewise(void **state)
{
	struct party *party = party_new(19);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	assert_int_equal(lp_addr_parse_ip("2001:db8::1", &party->relay.node.addr), LP_OK);
	party->relay.node.addr.port = 443;
	sim_relay_start(&party->relay);
	sim_peer_init(client, &party->relay, LP_ROLE_CLIENT, 1);
	party->client_count = 1;
	assert_int_equal(lp_addr_parse_ip("2001:db8:1::1", &client->node.addr), LP_OK);
	client->node.addr.port = 40001;
	sim_peer_start(client);
	sim_wait_up(&party->sim, SIM_S(1), 1, &client);
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1452, 8));
	party_end(party);
}

/* Loss must not make a path look narrow for ever. */
static void a_lossy_probe_is_repeated(void **state)
{
	struct party *party = party_of(20, 0);
	struct sim_peer *client = party_add(party);
	(void)state;
	set_path(client, 1200); /* while it connects */
	sim_wait_up(&party->sim, SIM_S(1), 1, &client);
	set_path(client, 0);
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1200, 8));
	sim_run(&party->sim, SIM_S(62));
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1472, 8));
	party_end(party);
}

/* The larger budget must reach the relay before the larger datagrams do (R12). */
static void a_budget_grows_without_a_loss(void **state)
{
	struct party *party = party_of(21, 0);
	struct sim_peer *client = party_add(party);
	(void)state;
	set_path(client, 1200);
	sim_wait_up(&party->sim, SIM_S(1), 1, &client);
	set_path(client, 0);
	client->node.up.delay_ns = SIM_MS(40);
	client->node.up.reorder = 0.8;
	client->node.up.hold_ns = SIM_MS(60);
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1300, 1000);
	sim_run(&party->sim, SIM_S(63));
	party_settle(party);
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1472, 8));
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(&party->relay, &ledger, &queued);
	assert_int_equal(ledger.frames[LP_VERDICT_INGRESS_BUDGET], 0);
	party_end(party);
}

/* From 1500 to 1280 in mid-session, and nobody says a word: large packets vanish. */
static void black_hole(uint64_t seed, size_t frame_len, uint64_t per_s)
{
	struct party *party = party_of(seed, 1);
	struct sim_peer *client = &party->clients[0];
	struct sim_stream *up =
		sim_traffic_add(&party->traffic, client, &party->gateway.mac, frame_len, per_s);
	struct sim_stream *down =
		sim_traffic_add(&party->traffic, &party->gateway, &client->mac, frame_len, per_s);
	sim_run(&party->sim, SIM_S(1));
	assert_true(party->gateway.rx.stream[0].unique > per_s * 9 / 10);
	set_path(client, 1252);
	sim_run(&party->sim, SIM_S(2));
	uint64_t up_before = party->gateway.rx.stream[up->id].unique;
	uint64_t down_before = client->rx.stream[down->id].unique;
	sim_run(&party->sim, SIM_S(1));
	assert_in_range(party->gateway.rx.stream[up->id].unique - up_before, per_s - 2, per_s + 2);
	assert_in_range(client->rx.stream[down->id].unique - down_before, per_s - 2, per_s + 2);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	assert_true(sim_log_count(&party->sim, "drops packets of 1472 bytes") >= 2);
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1232, 8));
	print_message("%llu of %llu frames of %zu bytes were lost to it\n",
		      (unsigned long long)(up->next - party->gateway.rx.stream[up->id].unique),
		      (unsigned long long)up->next, frame_len);
	party_end(party);
}

static void large_packets_vanish(void **state)
{
	(void)state;
	black_hole(30, 1400, 200);
	black_hole(31, 1514, 2000);
	black_hole(32, 100, 20000); /* small frames, in large packets */
}

static uint64_t holes_of(const struct sim_peer *peer)
{
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	return status.link.black_holes;
}

static uint64_t probes_of_relay(const struct sim_peer *peer)
{
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	return status.link.probes_rx;
}

/*
 * What TCP does: its window is under way when the path becomes narrow, all of it vanishes, and it
 * says nothing before its timeout. What it sends then must arrive.
 */
static void a_window_vanishes(uint64_t seed, uint64_t rtt_ns, unsigned frame_count)
{
	struct party *party = party_of(seed, 1);
	struct sim_peer *client = &party->clients[0];
	client->node.up.delay_ns = client->node.down.delay_ns = rtt_ns / 2;
	struct sim_stream *streams[] = {
		sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1514, 100),
		sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1514, 100)};
	sim_run(&party->sim, SIM_S(1));
	party->traffic.is_paused = true;
	sim_run(&party->sim, SIM_S(1));
	set_path(client, 1252);
	for (unsigned i = 0; i < 2 * frame_count; i++)
		sim_stream_send(streams[i % 2]);
	sim_run(&party->sim, LP_MAX(SIM_MS(60), 3 * rtt_ns) + rtt_ns + SIM_MS(20));
	uint64_t up_before = party->gateway.rx.stream[0].unique;
	uint64_t down_before = client->rx.stream[1].unique;
	for (unsigned i = 0; i < 2 * 3; i++)
		sim_stream_send(streams[i % 2]);
	sim_run(&party->sim, rtt_ns + SIM_MS(20));
	assert_int_equal(party->gateway.rx.stream[0].unique - up_before, 3);
	assert_int_equal(client->rx.stream[1].unique - down_before, 3);
	sim_run(&party->sim, 3 * rtt_ns + SIM_MS(20));
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1232, 8));
	assert_int_equal(holes_of(client), 1);
	party_end(party);
}

static void a_whole_window_vanishes(void **state)
{
	static const uint64_t rtts_ms[] = {0, 10, 40, 200};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rtts_ms); i++) {
		a_window_vanishes(80 + i, SIM_MS(rtts_ms[i]), 20);
		a_window_vanishes(90 + i, SIM_MS(rtts_ms[i]), 1);
	}
}

/* Both ways large frames at that rate over a bad line: nothing is taken for a black hole. */
static void bad_luck(uint64_t seed, double loss, double reorder, uint64_t per_s, uint64_t ns)
{
	struct party *party = party_of(seed, 1);
	struct sim_peer *client = &party->clients[0];
	client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(15);
	client->node.up.hold_ns = client->node.down.hold_ns = SIM_MS(20);
	client->node.up.reorder = client->node.down.reorder = reorder;
	client->node.up.loss = client->node.down.loss = loss;
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1400, per_s);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1400, per_s);
	uint64_t probes = probes_of_relay(client);
	sim_run(&party->sim, ns);
	print_message("%.0f %% lost, %llu large frames/s: %.2f probes/s\n", 100 * loss,
		      (unsigned long long)per_s,
		      (double)(probes_of_relay(client) - probes) / ((double)ns / LP_NS_PER_S));
	assert_int_equal(holes_of(client), 0);
	assert_int_equal(sim_log_count(&party->sim, "swallows"), 0);
	party_end(party);
}

/* Bad luck is no black hole. */
static void loss_is_no_black_hole(void **state)
{
	(void)state;
	bad_luck(33, 0.1, 0, 500, SIM_S(30));
	bad_luck(34, 0.05, 0.3, 1000, SIM_S(30));
	bad_luck(35, 0.3, 0, 500, SIM_S(30));
	bad_luck(36, 0.01, 0, 1, SIM_S(300)); /* each loss is in doubt for a moment */
}

/* Nothing is heard: that says nothing of sizes. Nor do the bursts of a queue that fills up. */
static void silence_is_no_black_hole(void **state)
{
	struct party *party = party_of(37, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 1400, 500);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1400, 500);
	sim_run(&party->sim, SIM_S(2));
	static const uint64_t cuts_ms[] = {50, 100, 300, 1000, 3000, 10000};
	for (size_t i = 0; i < LP_ARRAY_COUNT(cuts_ms); i++) {
		client->node.up.is_cut = client->node.down.is_cut = true;
		sim_run(&party->sim, SIM_MS(cuts_ms[i]));
		client->node.up.is_cut = client->node.down.is_cut = false;
		sim_run(&party->sim, SIM_S(1));
		uint64_t before = party->gateway.rx.stream[0].unique;
		sim_run(&party->sim, SIM_S(1));
		assert_in_range(party->gateway.rx.stream[0].unique - before, 490, 510);
		assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1472, 8));
	}
	for (unsigned ms = 20; ms <= 400; ms += 20) {
		client->node.up.delay_ns = client->node.down.delay_ns = SIM_MS(ms);
		sim_run(&party->sim, SIM_MS(100));
	}
	sim_run(&party->sim, SIM_S(2));
	assert_int_equal(budget_of(client), lp_budget_from_udp_payload(1472, 8));
	assert_int_equal(holes_of(client), 0);
	assert_int_equal(sim_log_count(&party->sim, "swallows"), 0);
	party_end(party);
}

static void the_nat_is_rebound(void **state)
{
	struct party *party = party_of(40, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 300, 500);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 1514, 500);
	sim_run(&party->sim, SIM_S(1));
	for (int i = 0; i < 5; i++) {
		uint64_t down = client->rx.stream[1].unique;
		sim_peer_rebind(client);
		sim_run(&party->sim, SIM_S(1));
		/* What was under way to the old address is lost, and no more than that. */
		assert_true(client->rx.stream[1].unique - down > 480);
	}
	party_settle(party);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	assert_int_equal(party->gateway.rx.stream[0].unique, party->traffic.streams[0].next);
	assert_int_equal(sim_log_count(&party->sim, "peer moved to 198.51.105.1:40006"), 1);
	assert_int_equal(sim_log_count(&party->sim, "peer moved"), 5);
	party_end(party);
}

/* A NAT that was rebound while nobody spoke: the session's own heartbeat tells. */
static void the_nat_is_rebound_when_idle(void **state)
{
	struct party *party = party_of(41, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	sim_run(&party->sim, SIM_S(5));
	sim_peer_rebind(client);
	sim_run(&party->sim, SIM_MS(1500));
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 100, 100);
	sim_run(&party->sim, SIM_S(1));
	party_settle(party);
	assert_int_equal(client->rx.stream[0].unique, 100);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	party_end(party);
}

/*
 * Their address changes and changes back while the new one is being validated, and after that: two
 * uplinks that flap, a router that spreads packets. Nobody leaves, and nothing that they said is
 * lost.
 */
static void flap(uint64_t seed, uint64_t away_ns, size_t frame_len, uint64_t per_s)
{
	struct party *party = party_of(seed, 1);
	struct sim_peer *client = &party->clients[0];
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, frame_len, per_s);
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, frame_len, per_s);
	sim_run(&party->sim, SIM_S(1));
	for (unsigned i = 0; i < 12; i++) {
		struct lp_addr home = client->node.addr;
		sim_peer_rebind(client);
		sim_run(&party->sim, away_ns);
		if (i % 3 == 2 && away_ns > SIM_MS(100)) { /* by way of a third one */
			sim_peer_rebind(client);
			sim_run(&party->sim, away_ns);
		}
		client->node.addr = home;
		sim_run(&party->sim, i % 2 ? SIM_MS(1500) : away_ns);
	}
	sim_run(&party->sim, SIM_S(3));
	uint64_t down = client->rx.stream[1].unique;
	sim_run(&party->sim, SIM_S(1));
	assert_true(client->rx.stream[1].unique - down >= per_s - 2);
	party_settle(party);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	assert_int_equal(party->gateway.rx.stream[0].unique, party->traffic.streams[0].next);
	party_end(party);
}

static void an_address_comes_back(void **state)
{
	static const uint64_t away_ms[] = {1, 10, 30, 60, 150, 300, 520, 600, 900};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(away_ms); i++) {
		flap(50 + i, SIM_MS(away_ms[i]), 1000, 200); /* proved at once */
		flap(60 + i, SIM_MS(away_ms[i]), 60, 100);   /* … and once more, in full size */
	}
}

/* Nobody's frames are under way: heartbeats alone tell where they are. */
static void an_idle_address_comes_back(void **state)
{
	struct party *party = party_of(70, 1);
	struct sim_peer *client = &party->clients[0];
	struct lp_addr home = client->node.addr;
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		sim_peer_rebind(client);
		sim_run(&party->sim, SIM_MS(1000 + 50 * i));
		client->node.addr = home;
		sim_run(&party->sim, SIM_MS(500));
	}
	sim_run(&party->sim, SIM_S(2));
	sim_traffic_add(&party->traffic, &party->gateway, &client->mac, 100, 100);
	sim_run(&party->sim, SIM_S(1));
	party_settle(party);
	assert_int_equal(client->rx.stream[0].unique, 100);
	party_end(party);
}

/* One packet of ten takes another way: they are where the others come from. */
static void a_stray_packet_moves_nobody(void **state)
{
	struct party *party = party_of(71, 1);
	struct sim_peer *client = &party->clients[0];
	struct lp_addr home = client->node.addr;
	(void)state;
	sim_traffic_add(&party->traffic, client, &party->gateway.mac, 300, 1000);
	sim_run(&party->sim, SIM_S(1));
	for (unsigned i = 0; i < 500; i++) {
		if (i % 50 == 0)
			sim_peer_rebind(client);
		struct lp_addr away = client->node.addr;
		sim_run(&party->sim, SIM_MS(1));
		client->node.addr = home;
		sim_run(&party->sim, SIM_MS(9));
		client->node.addr = i % 50 == 49 ? home : away;
	}
	client->node.addr = home;
	party_settle(party);
	assert_int_equal(sim_log_count(&party->sim, "peer moved"), 0);
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	assert_int_equal(party->gateway.rx.stream[0].unique, party->traffic.streams[0].next);
	party_end(party);
}

/* The heartbeat keeps an idle party's NATs open and its members known. */
static void an_idle_party_stays(void **state)
{
	struct party *party = party_of(42, 2);
	(void)state;
	uint64_t packets = party->relay.node.packets_rx;
	uint64_t turns = party->relay.node.turns;
	sim_run(&party->sim, SIM_S(600));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(sim_peer_count(&party->clients[i], SIM_LOST, NULL), 0);
	packets = party->relay.node.packets_rx - packets;
	turns = party->relay.node.turns - turns;
	print_message("idle, 3 peers: %.1f packets/s to the relay, %.1f wake-ups/s\n",
		      (double)packets / 600, (double)turns / 600);
	assert_true(packets < 600 * 3 * 4);
	assert_true(turns < 600 * 3 * 20);
	party_end(party);
}

static void check_rtts(struct party *party, uint64_t least_us, uint64_t most_us)
{
	struct lp_admin_peer *peers = NULL;
	size_t count = 0;
	assert_true(lp_worker_read_peers(party->relay.worker, NULL, &peers, &count));
	for (size_t i = 0; i < count; i++)
		assert_in_range(peers[i].rtt_us, least_us, most_us);
	free(peers);
	struct lp_session_status status;
	lp_session_read_status(party->gateway.session, &status);
	assert_in_range(status.link.conn.best_rtt_ns, least_us * 1000, most_us * 1000);
}

/* Who has nothing to send keeps each acknowledgement back; the path is no longer for that. */
static void the_rtt_of_an_idle_peer_is_the_paths(void **state)
{
	(void)state;
	for (uint64_t way_us = 50; way_us < 200000; way_us *= 3) {
		struct party *party = party_new(300);
		party->gateway.node.up.delay_ns = party->gateway.node.down.delay_ns = way_us * 1000;
		party_start(party, 0);
		for (unsigned i = 0; i < 7; i++) {
			sim_run(&party->sim, SIM_S(9) + SIM_MS(777));
			check_rtts(party, 2 * way_us, 2 * way_us + 100);
		}
		party_end(party);
	}
}

/*
 * Packets of ours vanish, and the relay's still come: traffic of others, and its heartbeats. That
 * is no connection, whatever is heard.
 */
static void a_path_breaks_one_way(void **state)
{
	(void)state;
	for (int is_down = 0; is_down < 2; is_down++) {
		struct party *party = party_of(71, 2);
		struct sim_peer *client = &party->clients[0];
		sim_traffic_add(&party->traffic, &party->clients[1], NULL, 200, 50);
		sim_run(&party->sim, SIM_S(3));
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
		if (is_down)
			client->node.down.is_cut = true;
		else
			client->node.up.is_cut = true;
		sim_run(&party->sim, SIM_S(8));
		assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 1);
		client->node.down.is_cut = client->node.up.is_cut = false;
		sim_wait_up(&party->sim, SIM_S(5), 1, &client);
		party_end(party);
	}
}

/* Three packets of ten are lost for a minute: that is a bad line, and a line. */
static void a_bad_line_is_kept(void **state)
{
	struct party *party = party_of(72, 2);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	client->node.up.loss = client->node.down.loss = 0.3;
	sim_traffic_add(&party->traffic, &party->clients[1], NULL, 200, 50);
	sim_run(&party->sim, SIM_S(60));
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 0);
	party_end(party);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_found),
		cmocka_unit_test(a_long_path_is_measured),
		cmocka_unit_test(a_satellite_is_measured),
		cmocka_unit_test(ip6_is_measured_likewise),
		cmocka_unit_test(a_lossy_probe_is_repeated),
		cmocka_unit_test(a_budget_grows_without_a_loss),
		cmocka_unit_test(large_packets_vanish),
		cmocka_unit_test(a_whole_window_vanishes),
		cmocka_unit_test(loss_is_no_black_hole),
		cmocka_unit_test(silence_is_no_black_hole),
		cmocka_unit_test(the_nat_is_rebound),
		cmocka_unit_test(the_nat_is_rebound_when_idle),
		cmocka_unit_test(an_address_comes_back),
		cmocka_unit_test(an_idle_address_comes_back),
		cmocka_unit_test(a_stray_packet_moves_nobody),
		cmocka_unit_test(an_idle_party_stays),
		cmocka_unit_test(the_rtt_of_an_idle_peer_is_the_paths),
		cmocka_unit_test(a_path_breaks_one_way),
		cmocka_unit_test(a_bad_line_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
