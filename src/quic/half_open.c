/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Handshakes in progress when there are as many as may be: a new one is let in, and another has to
 * go. So whoever begins handshakes and never ends them shuts out nobody, however many addresses
 * they have proved.
 */

#include "base/mem.h"
#include "quic/conn_impl.h"

#define NETWORKS 1024 /* that are told apart; two of them may share a count */

/* As quic/quota.h has it: /24 of IPv4, /56 of IPv6. */
static unsigned network_of(const struct lp_conn *conn)
{
	const struct lp_addr *addr = &conn->path.remote;
	size_t len = addr->family == LP_ADDR_IP6 ? 7 : 3;
	uint32_t hash = 2166136261U; /* FNV-1a: who makes two collide shares one's fate, no more */
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ addr->ip[i]) * 16777619U;
	return (hash ^ hash >> 16) % NETWORKS;
}

/* The oldest of the network that has most; NULL = none of them is this endpoint's. */
static struct lp_conn *choose(struct lp_endpoint *endpoint)
{
	uint16_t counts[NETWORKS] = {0};
	uint16_t most = 0;
	struct lp_conn *conn;
	LP_LIST_FOREACH (conn, &endpoint->conns, struct lp_conn, link) {
		if (!conn->is_half_open)
			continue;
		uint16_t *count = &counts[network_of(conn)];
		if (*count < UINT16_MAX)
			(*count)++;
		most = LP_MAX(most, *count);
	}
	LP_LIST_FOREACH (conn, &endpoint->conns, struct lp_conn, link) {
		if (conn->is_half_open && counts[network_of(conn)] == most)
			return conn;
	}
	return NULL;
}

bool lp_half_open_make_room(struct lp_endpoint *endpoint)
{
	struct lp_conn *conn = choose(endpoint);
	if (!conn)
		return false;
	/* Without a word: it would be an answer to packets that have cost their sender nothing. */
	atomic_fetch_sub(lp_endpoint_half_open(endpoint), 1);
	conn->is_half_open = false;
	lp_conn_end(conn, LP_CONN_END_LOCAL, LP_CONN_CODE_QUIC, "a newer handshake took its place");
	return true;
}
