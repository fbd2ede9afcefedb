/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A stranger beside the path, who saw packets of a connection and can send under any address. He
 * holds no key: nothing that he sends may count as the peer's word.
 */

#include "base/mem.h"
#include "party.h"
#include "quic/conn_impl.h"
#include "session/session_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What ngtcp2 is made to say of the next packet; 0 = what it says itself. */
static int told_code;

int __real_ngtcp2_conn_read_pkt_versioned(ngtcp2_conn *quic, const ngtcp2_path *path, int version,
					  const ngtcp2_pkt_info *info, const uint8_t *data,
					  size_t len, ngtcp2_tstamp now);
int __wrap_ngtcp2_conn_read_pkt_versioned(ngtcp2_conn *quic, const ngtcp2_path *path, int version,
					  const ngtcp2_pkt_info *info, const uint8_t *data,
					  size_t len, ngtcp2_tstamp now);

int __wrap_ngtcp2_conn_read_pkt_versioned(ngtcp2_conn *quic, const ngtcp2_path *path, int version,
					  const ngtcp2_pkt_info *info, const uint8_t *data,
					  size_t len, ngtcp2_tstamp now)
{
	if (told_code != 0)
		return told_code;
	return __real_ngtcp2_conn_read_pkt_versioned(quic, path, version, info, data, len, now);
}

/* --- the last packet that came to a node --- */

static const struct sim_node_ops *real_ops;
static struct lp_path seen_path;
static uint8_t seen[1500];
static size_t seen_len;

static void recv_and_keep(struct sim_node *node, const struct lp_packet_rx *rx,
			  const struct lp_now *now)
{
	seen_path = rx->path;
	seen_len = LP_MIN(rx->segment_len, sizeof(seen));
	memcpy(seen, rx->data, seen_len);
	real_ops->recv(node, rx, now);
}

static void listen_at(struct sim_node *node)
{
	static struct sim_node_ops ops;
	real_ops = node->ops;
	ops = *node->ops;
	ops.recv = recv_and_keep;
	node->ops = &ops;
	seen_len = 0;
}

/* The packet that was seen, or rubbish under its connection ID. */
static void inject(struct sim_node *node, bool is_replay)
{
	uint8_t data[sizeof(seen)];
	struct lp_packet_rx rx = {
		.path = seen_path, .data = data, .len = seen_len, .segment_len = seen_len};
	assert_true(seen_len > 30 && !(seen[0] & 0x80));
	memcpy(data, seen, seen_len);
	if (!is_replay)
		memset(data + 1 + LP_QUIC_CID_LEN, 0x5a, seen_len - 1 - LP_QUIC_CID_LEN);
	real_ops->recv(node, &rx, &node->sim->now);
}

/* --- the tests --- */

static void a_dead_path_is_noticed(bool is_replay)
{
	struct party *party = party_of(1, 1);
	struct sim_peer *client = &party->clients[0];
	listen_at(&client->node);
	sim_run(&party->sim, SIM_S(2));
	client->node.up.is_cut = client->node.down.is_cut = true;
	for (int i = 0; i < 150; i++) {
		sim_run(&party->sim, SIM_MS(20));
		inject(&client->node, is_replay);
	}
	assert_int_equal(sim_peer_count(client, SIM_LOST, "went silent"), 1);
	client->node.up.is_cut = client->node.down.is_cut = false;
	sim_wait_up(&party->sim, SIM_S(2), 1, &client);
	party_end(party);
}

static void rubbish_is_no_sign_of_life(void **state)
{
	(void)state;
	a_dead_path_is_noticed(false);
}

static void a_replay_is_no_sign_of_life(void **state)
{
	(void)state;
	a_dead_path_is_noticed(true);
}

static struct lp_conn *conn_at_relay(struct party *party)
{
	struct lp_conn *conn;
	LP_LIST_FOREACH (conn, &party->relay.worker->endpoint->conns, struct lp_conn, link) {
		if (lp_addr_equal(&conn->path.remote, &party->clients[0].node.addr))
			return conn;
	}
	fail_msg("the relay has no connection of the client's");
	return NULL;
}

/* The relay does not take him for a player either, nor does it work for him. */
static void the_relay_is_not_fooled(void **state)
{
	struct party *party = party_of(2, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	party->gateway.node.up.is_cut = true;
	sim_run(&party->sim, SIM_MS(100));
	listen_at(&party->relay.node);
	sim_run(&party->sim, SIM_S(2));
	client->node.up.is_cut = client->node.down.is_cut = true;
	sim_run(&party->sim, SIM_MS(100));
	struct lp_conn *conn = conn_at_relay(party);
	uint64_t heard_ns = conn->last_rx_ns;
	uint64_t packets_rx = conn->packets_rx;
	unsigned unacked_count = conn->unacked_count;
	for (int i = 0; i < 1000; i++) {
		inject(&party->relay.node, i % 2 == 0);
		if (i % 10 == 0)
			sim_run(&party->sim, SIM_MS(2));
	}
	assert_int_equal(conn->last_rx_ns, heard_ns);
	assert_int_equal(conn->packets_rx, packets_rx);
	assert_int_equal(conn->unacked_count, unacked_count);
	client->node.up.is_cut = client->node.down.is_cut = false;
	party->gateway.node.up.is_cut = false;
	party_end(party);
}

/* What is heard is heard, whatever it is: the peer's PING has no frame that anybody is told of. */
static void a_ping_is_a_sign_of_life(void **state)
{
	struct party *party = party_of(3, 0);
	struct sim_raw raw;
	(void)state;
	sim_raw_init(&raw, &party->relay, 1);
	sim_run(&party->sim, SIM_MS(100));
	sim_raw_join(&raw, 1);
	sim_run(&party->sim, SIM_S(1));
	struct lp_conn *conn = NULL;
	LP_LIST_FOREACH (conn, &party->relay.worker->endpoint->conns, struct lp_conn, link) {
		if (lp_addr_equal(&conn->path.remote, &raw.node.addr))
			break;
	}
	uint64_t heard_ns = conn->last_rx_ns;
	ngtcp2_conn_set_keep_alive_timeout(raw.conn->quic, SIM_MS(50));
	lp_conn_touch(raw.conn);
	sim_run(&party->sim, SIM_S(10));
	assert_true(conn->last_rx_ns > heard_ns + SIM_S(9));
	sim_raw_fini(&raw);
	party_end(party);
}

/* ngtcp2 refuses to go on because of a packet of nobody's: that is the end, not a riddle. */
static void a_stray_that_breaks_it_ends_it(void **state)
{
	struct party *party = party_of(4, 1);
	struct sim_peer *client = &party->clients[0];
	(void)state;
	listen_at(&client->node);
	sim_run(&party->sim, SIM_S(2));
	seen[1] ^= 0xff; /* nobody's connection ID */
	told_code = NGTCP2_ERR_AEAD_LIMIT_REACHED;
	inject(&client->node, true);
	told_code = 0;
	sim_run(&party->sim, SIM_MS(1));
	assert_int_equal(sim_peer_count(client, SIM_LOST, NULL), 1);
	sim_wait_up(&party->sim, SIM_S(1), 1, &client);
	party_end(party);
}

/* A Version Negotiation to the client whose Initial was seen (RFC 8999 §6). */
static void inject_versions(struct sim_peer *client, uint32_t version)
{
	uint8_t data[64] = {0x80};
	size_t dcid_len = seen[5];
	size_t scid_len = seen[6 + dcid_len];
	size_t len = 5;
	struct lp_packet_rx rx = {.path = {.local = seen_path.remote, .remote = seen_path.local},
				  .data = data};
	assert_true(seen[0] & 0x80);
	memcpy(data + len, seen + 6 + dcid_len, 1 + scid_len);
	len += 1 + scid_len;
	memcpy(data + len, seen + 5, 1 + dcid_len);
	len += 1 + dcid_len;
	for (int shift = 24; shift >= 0; shift -= 8)
		data[len++] = (uint8_t)(version >> shift);
	rx.len = rx.segment_len = len;
	client->node.ops->recv(&client->node, &rx, &client->node.sim->now);
}

/*
 * "The relay speaks another version": an attempt may end by it, as anybody's could who reads what
 * is not encrypted yet, but it is made again. A list that has our version is no such thing.
 */
static void other_versions_are_a_bait(void **state)
{
	static const uint32_t versions[] = {NGTCP2_PROTO_VER_V1, 0x0a1a2a3a};
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(versions); i++) {
		struct party *party = party_of(5, 0);
		struct sim_peer *client = party_add(party);
		listen_at(&party->relay.node);
		client->node.down.delay_ns = SIM_MS(20);
		for (int j = 0; j < 20 && (seen_len == 0 || !(seen[0] & 0x80)); j++)
			sim_run(&party->sim, SIM_MS(1));
		inject_versions(client, versions[i]);
		sim_run(&party->sim, SIM_MS(200));
		if (versions[i] == NGTCP2_PROTO_VER_V1)
			assert_true(sim_peer_is_up(client));
		sim_wait_up(&party->sim, SIM_S(1), 1, &client);
		party_end(party);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rubbish_is_no_sign_of_life),
		cmocka_unit_test(a_replay_is_no_sign_of_life),
		cmocka_unit_test(the_relay_is_not_fooled),
		cmocka_unit_test(a_ping_is_a_sign_of_life),
		cmocka_unit_test(a_stray_that_breaks_it_ends_it),
		cmocka_unit_test(other_versions_are_a_bait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
