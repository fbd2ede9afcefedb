/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "link/shard.h"
#include "nodes.h"
#include "wire/datagram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define JOIN_NS SIM_S(3)

static struct sim_raw *raw_of(const struct sim_node *node)
{
	return LP_CONTAINER_OF((uintptr_t)node, struct sim_raw, node);
}

static void raw_recv(struct sim_node *node, const struct lp_packet_rx *rx, const struct lp_now *now)
{
	struct lp_packet_rx at_socket = *rx;
	memset(&at_socket.path.local, 0, sizeof(at_socket.path.local));
	lp_endpoint_recv(raw_of(node)->endpoint, &at_socket, now->mono_ns);
}

static void raw_tick(struct sim_node *node, const struct lp_now *now)
{
	lp_endpoint_tick(raw_of(node)->endpoint, now->mono_ns);
}

static void raw_flush(struct sim_node *node, const struct lp_now *now)
{
	lp_endpoint_flush(raw_of(node)->endpoint, now->mono_ns);
}

static uint64_t raw_deadline(const struct sim_node *node)
{
	return lp_endpoint_deadline(raw_of(node)->endpoint);
}

static const struct sim_node_ops raw_ops = {
	.recv = raw_recv,
	.tick = raw_tick,
	.flush = raw_flush,
	.deadline = raw_deadline,
};

/* --- the connection's callbacks --- */

static void on_ready(void *user)
{
	struct sim_raw *raw = user;
	raw->is_ready = true;
}

static void on_stream(void *user, const uint8_t *data, size_t len, uint64_t now)
{
	struct sim_raw *raw = user;
	const uint8_t *json;
	size_t json_len;
	(void)now;
	while (lp_record_next(&raw->records, &data, &len, &json, &json_len) == LP_OK) {
		const char *why;
		enum lp_reject_code code;
		if (json_len == 0)
			continue;
		assert_true(raw->message_count < SIM_MESSAGES_MAX);
		struct lp_message *message = &raw->messages[raw->message_count++];
		assert_int_equal(lp_message_decode(json, json_len, message, &why, &code), LP_OK);
	}
}

static void on_datagram(void *user, const uint8_t *data, size_t len, uint64_t now)
{
	struct sim_raw *raw = user;
	(void)data, (void)len, (void)now;
	raw->datagrams_rx++;
}

static bool next_datagram(void *user, size_t room, size_t full, uint64_t now,
			  struct lp_conn_datagram *out)
{
	struct sim_raw *raw = user;
	(void)full, (void)now;
	if (raw->datagram_len == 0 || raw->datagram_len > room ||
	    (raw->is_repeated && raw->owed == 0) || !lp_conn_can_send(raw->conn))
		return false;
	out->header_len = LP_MIN(raw->datagram_len, (size_t)8);
	memcpy(out->header, raw->datagram, out->header_len);
	out->payload = raw->datagram + out->header_len;
	out->payload_len = raw->datagram_len - out->header_len;
	return true;
}

static void datagram_done(void *user, bool is_sent, uint64_t now)
{
	struct sim_raw *raw = user;
	(void)now;
	if (is_sent && raw->is_repeated)
		raw->owed--;
	else if (is_sent)
		raw->datagram_len = 0;
}

static size_t next_probe(void *user, uint64_t now, struct lp_conn_datagram *out)
{
	(void)user, (void)now, (void)out;
	return 0;
}

static void on_end(void *user, enum lp_conn_end end, uint64_t code, const char *text)
{
	struct sim_raw *raw = user;
	raw->conn = NULL;
	raw->has_ended = true;
	raw->end = end;
	raw->end_code = code;
	lp_strcopy(raw->end_text, sizeof(raw->end_text), text);
}

static const struct lp_conn_ops conn_ops = {
	.on_ready = on_ready,
	.on_stream = on_stream,
	.on_datagram = on_datagram,
	.next_datagram = next_datagram,
	.datagram_done = datagram_done,
	.next_probe = next_probe,
	.on_end = on_end,
};

static void on_send(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct sim_raw *raw = user;
	sim_node_send(&raw->node, tx, tx_count);
}

static const struct lp_endpoint_ops endpoint_ops = {.send = on_send};

/* --- what the test does with it --- */

void sim_raw_init(struct sim_raw *raw, struct sim_relay *relay, unsigned number)
{
	static const struct lp_endpoint_config config;
	struct sim *sim = relay->node.sim;
	char ip[32];
	memset(raw, 0, sizeof(*raw));
	snprintf(ip, sizeof(ip), "203.0.113.%u", number);
	sim_node_init(&raw->node, sim, &raw_ops, ip, (uint16_t)(50000 + number));
	sim_wire_init(&raw->node.up, SIM_MS(5));
	sim_wire_init(&raw->node.down, SIM_MS(5));
	raw->relay = relay;
	raw->endpoint = lp_endpoint_new(&config, &endpoint_ops, raw);
	struct lp_connect connect = {
		.path = {.remote = relay->node.addr},
		.server_name = "relay.example",
		.trust = relay->trust,
		.wall_ns = sim->now.wall_ns,
		.shard = lp_shard_of_room("party"),
	};
	assert_int_equal(lp_endpoint_connect(raw->endpoint, &connect, &conn_ops, raw,
					     sim->now.mono_ns, &raw->conn),
			 LP_OK);
}

void sim_raw_fini(struct sim_raw *raw)
{
	sim_node_fini(&raw->node);
	lp_endpoint_free(raw->endpoint);
}

void sim_raw_send(struct sim_raw *raw, const void *data, size_t len)
{
	if (raw->conn)
		lp_conn_send_stream(raw->conn, data, len);
}

void sim_raw_send_json(struct sim_raw *raw, const char *json)
{
	size_t len = strlen(json);
	uint8_t header[LP_RECORD_HEADER_LEN] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len};
	sim_raw_send(raw, header, sizeof(header));
	sim_raw_send(raw, json, len);
}

void sim_raw_send_message(struct sim_raw *raw, const struct lp_message *message)
{
	uint8_t record[LP_RECORD_HEADER_LEN + LP_RECORD_MAX];
	size_t len;
	assert_int_equal(lp_message_encode(message, record, sizeof(record), &len), LP_OK);
	sim_raw_send(raw, record, len);
}

struct lp_message sim_raw_hello(unsigned number)
{
	struct lp_message message = {.type = LP_MESSAGE_HELLO};
	struct lp_hello *hello = &message.hello;
	hello->version = LP_WIRE_VERSION;
	hello->role = LP_ROLE_CLIENT;
	lp_strcopy(hello->room, sizeof(hello->room), "party");
	hello->has_mac = true;
	hello->mac = (struct lp_mac){{0x02, 0, 0, 0, 1, (uint8_t)number}};
	hello->epoch = number;
	hello->datagram_budget = LP_BUDGET_MIN + 68; /* of 1200 bytes of UDP payload */
	hello->features = LP_FEATURE_FRAGMENTS | LP_FEATURE_RESUME;
	snprintf(hello->name, sizeof(hello->name), "raw %u", number);
	return message;
}

static bool has_welcome(void *arg)
{
	return sim_raw_find(arg, LP_MESSAGE_WELCOME) != NULL;
}

uint16_t sim_raw_join(struct sim_raw *raw, unsigned number)
{
	struct lp_message hello = sim_raw_hello(number);
	sim_raw_send_message(raw, &hello);
	if (!sim_run_until(raw->node.sim, JOIN_NS, has_welcome, raw))
		fail_msg("no welcome came");
	return sim_raw_find(raw, LP_MESSAGE_WELCOME)->welcome.peer_id;
}

void sim_raw_send_datagram(struct sim_raw *raw, const void *data, size_t len)
{
	if (!raw->conn)
		return;
	assert_true(raw->datagram_len == 0 && len > 0 && len <= sizeof(raw->datagram));
	memcpy(raw->datagram, data, len);
	raw->datagram_len = len;
	lp_conn_touch(raw->conn);
	lp_endpoint_flush(raw->endpoint, raw->node.sim->now.mono_ns);
}

const struct lp_message *sim_raw_find(const struct sim_raw *raw, enum lp_message_type type)
{
	for (size_t i = 0; i < raw->message_count; i++) {
		if (raw->messages[i].type == type)
			return &raw->messages[i];
	}
	return NULL;
}

/* --- a bare socket --- */

static struct sim_socket *socket_of(const struct sim_node *node)
{
	return LP_CONTAINER_OF((uintptr_t)node, struct sim_socket, node);
}

static void socket_recv(struct sim_node *node, const struct lp_packet_rx *rx,
			const struct lp_now *now)
{
	struct sim_socket *socket = socket_of(node);
	(void)now;
	socket->last_len = LP_MIN(rx->segment_len, sizeof(socket->last));
	memcpy(socket->last, rx->data, socket->last_len);
}

static void socket_idle(struct sim_node *node, const struct lp_now *now)
{
	(void)node, (void)now;
}

static uint64_t socket_deadline(const struct sim_node *node)
{
	(void)node;
	return LP_NEVER;
}

static const struct sim_node_ops socket_ops = {
	.recv = socket_recv,
	.tick = socket_idle,
	.flush = socket_idle,
	.deadline = socket_deadline,
};

void sim_socket_init(struct sim_socket *socket, struct sim *sim, const char *ip, uint16_t port)
{
	memset(socket, 0, sizeof(*socket));
	sim_node_init(&socket->node, sim, &socket_ops, ip, port);
}

void sim_socket_fini(struct sim_socket *socket)
{
	sim_node_fini(&socket->node);
}

void sim_socket_send(struct sim_socket *socket, const struct lp_addr *to, const uint8_t *data,
		     size_t len)
{
	struct lp_packet_tx tx = {
		.path = {.remote = *to}, .data = data, .len = len, .segment_len = len};
	sim_node_send(&socket->node, &tx, 1);
}
