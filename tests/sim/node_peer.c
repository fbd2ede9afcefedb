/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "nodes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct sim_peer *peer_of(const struct sim_node *node)
{
	return LP_CONTAINER_OF((uintptr_t)node, struct sim_peer, node);
}

/* A client's socket is bound to no address: it does not know where a packet went to. */
static void on_recv(struct sim_node *node, const struct lp_packet_rx *rx, const struct lp_now *now)
{
	struct lp_packet_rx at_socket = *rx;
	memset(&at_socket.path.local, 0, sizeof(at_socket.path.local));
	lp_session_recv(peer_of(node)->session, &at_socket, now);
}

static void on_tick(struct sim_node *node, const struct lp_now *now)
{
	lp_session_tick(peer_of(node)->session, now);
}

static void on_flush(struct sim_node *node, const struct lp_now *now)
{
	lp_session_flush(peer_of(node)->session, now);
}

static uint64_t on_deadline(const struct sim_node *node)
{
	return lp_session_deadline(peer_of(node)->session);
}

static void on_unreachable(struct sim_node *node, const struct lp_addr *addr,
			   const struct lp_now *now)
{
	lp_session_unreachable(peer_of(node)->session, addr, now);
}

static const struct sim_node_ops node_ops = {
	.recv = on_recv,
	.tick = on_tick,
	.flush = on_flush,
	.deadline = on_deadline,
	.unreachable = on_unreachable,
};

/* --- what the session tells --- */

static void note(struct sim_peer *peer, enum sim_event_type type, uint16_t peer_id,
		 const char *text)
{
	struct sim_event *event = &peer->events[peer->event_count++ % SIM_EVENTS_MAX];
	event->type = type;
	event->ns = peer->node.sim->now.mono_ns;
	event->peer_id = peer_id;
	lp_strcopy(event->text, sizeof(event->text), text);
}

static void on_send(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct sim_peer *peer = user;
	sim_node_send(&peer->node, tx, tx_count);
}

static void on_resolve(void *user)
{
	struct sim_peer *peer = user;
	bool has_name = peer->relay_addr.family != LP_ADDR_NONE;
	bool has_first = peer->first_addr.family != LP_ADDR_NONE;
	const struct lp_addr addrs[] = {peer->first_addr, peer->relay_addr};
	const struct lp_now now = sim_node_now(&peer->node);
	if (peer->is_dns_dead)
		return;
	lp_session_resolved(peer->session, has_name ? LP_OK : LP_ERR_NOT_FOUND,
			    has_first ? addrs : &addrs[1],
			    !has_name	? 0
			    : has_first ? 2
					: 1,
			    &now);
}

/* The device takes it, or not: the role's part of the ledger. */
static enum lp_verdict on_frame(void *user, struct lp_frame *frame, uint64_t now)
{
	struct sim_peer *peer = user;
	(void)now;
	struct lp_ledger *down = lp_session_down(peer->session);
	down->copies_made++;
	if (peer->is_device_broken) {
		down->copies[LP_VERDICT_DEVICE]++;
		return LP_VERDICT_FORWARD;
	}
	down->copies[LP_VERDICT_FORWARD]++;
	down->bytes_out += frame->len;
	sim_tallies_add(&peer->rx, frame->data, frame->len, peer->node.sim->now.mono_ns);
	return LP_VERDICT_FORWARD;
}

static void on_welcome(void *user, const struct lp_welcome *welcome, uint64_t now)
{
	struct sim_peer *peer = user;
	(void)now;
	peer->welcome = *welcome;
	note(peer, SIM_WELCOME, welcome->peer_id, "");
}

static void on_lost(void *user, const char *why, uint64_t now)
{
	(void)now;
	note(user, SIM_LOST, 0, why);
}

static void on_peer_joined(void *user, const struct lp_session_peer *other, uint64_t now)
{
	(void)now;
	note(user, SIM_JOINED, other->id, other->name);
}

static void on_peer_left(void *user, const struct lp_session_peer *other, const char *reason,
			 uint64_t now)
{
	(void)now;
	note(user, SIM_LEFT, other->id, reason);
}

static void on_ticket(void *user, const char *ticket)
{
	struct sim_peer *peer = user;
	lp_strcopy(peer->ticket, sizeof(peer->ticket), ticket);
}

static const struct lp_session_ops session_ops = {
	.send = on_send,
	.resolve = on_resolve,
	.on_frame = on_frame,
	.on_welcome = on_welcome,
	.on_lost = on_lost,
	.on_peer_joined = on_peer_joined,
	.on_peer_left = on_peer_left,
	.on_ticket = on_ticket,
};

/* --- life --- */

void sim_peer_init(struct sim_peer *peer, struct sim_relay *relay, enum lp_peer_role role,
		   unsigned number)
{
	char ip[32];
	memset(peer, 0, sizeof(*peer));
	snprintf(ip, sizeof(ip), "198.51.100.%u", number);
	sim_node_init(&peer->node, relay->node.sim, &node_ops, ip, (uint16_t)(40000 + number));
	sim_wire_init(&peer->node.up, SIM_MS(5));
	sim_wire_init(&peer->node.down, SIM_MS(5));
	peer->node.is_off = true;
	peer->relay = relay;
	peer->relay_addr = relay->node.addr;
	peer->mac = (struct lp_mac){{0x02, 0, 0, 0, 0, (uint8_t)number}};
	snprintf(peer->name, sizeof(peer->name), "%s %u", lp_peer_role_name(role), number);
	peer->config = (struct lp_session_config){
		.role = role,
		.relay_name = "relay.example",
		.server_name = "relay.example",
		.room = "party",
		.name = peer->name,
		.trust = relay->trust,
		.has_mac = true,
		.mac = peer->mac,
		.fragments = true,
		.rand_seed = number,
	};
}

void sim_peer_start(struct sim_peer *peer)
{
	peer->config.ticket = peer->ticket[0] ? peer->ticket : NULL;
	const struct lp_now now = sim_node_now(&peer->node);
	peer->session = lp_session_new(&peer->config, &session_ops, peer, &now);
	peer->node.is_off = false;
}

void sim_peer_kill(struct sim_peer *peer)
{
	if (!peer->session)
		return;
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	lp_ledger_add(&peer->past_up, lp_session_up(peer->session));
	lp_ledger_add(&peer->past_down, lp_session_down(peer->session));
	peer->past_queued += status.queued;
	lp_session_free(peer->session);
	peer->session = NULL;
	peer->node.is_off = true;
}

void sim_peer_fini(struct sim_peer *peer)
{
	sim_peer_kill(peer);
	sim_node_fini(&peer->node);
	sim_tallies_fini(&peer->rx);
}

void sim_client(struct sim_peer *peer, struct sim_relay *relay, unsigned number)
{
	sim_peer_init(peer, relay, LP_ROLE_CLIENT, number);
	sim_peer_start(peer);
}

void sim_gateway(struct sim_peer *peer, struct sim_relay *relay)
{
	sim_peer_init(peer, relay, LP_ROLE_GATEWAY, 250);
	sim_peer_start(peer);
}

void sim_peer_rebind(struct sim_peer *peer)
{
	peer->node.addr.port++;
	peer->node.addr.ip[2]++;
}

/* --- what the test asks --- */

bool sim_peer_is_up(const struct sim_peer *peer)
{
	return peer->session && lp_session_is_up(peer->session);
}

uint16_t sim_peer_id(const struct sim_peer *peer)
{
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	return status.peer_id;
}

bool sim_peer_has_gateway(const struct sim_peer *peer)
{
	struct lp_session_status status;
	lp_session_read_status(peer->session, &status);
	return status.gateway_present;
}

struct waiting {
	size_t count;
	struct sim_peer *const *peers;
};

static bool are_all_up(void *arg)
{
	const struct waiting *waiting = arg;
	for (size_t i = 0; i < waiting->count; i++) {
		if (!sim_peer_is_up(waiting->peers[i]))
			return false;
	}
	return true;
}

void sim_wait_up(struct sim *sim, uint64_t ns, size_t count, struct sim_peer *const peers[])
{
	struct waiting waiting = {count, peers};
	if (sim_run_until(sim, ns, are_all_up, &waiting))
		return;
	for (size_t i = 0; i < count; i++) {
		struct lp_session_status status = {0};
		if (peers[i]->session)
			lp_session_read_status(peers[i]->session, &status);
		print_error("%s: %s, %s\n", peers[i]->name, lp_session_state_name(status.state),
			    status.last_error);
	}
	fail_msg("not all are in the room");
}

size_t sim_peer_count(const struct sim_peer *peer, enum sim_event_type type, const char *text)
{
	size_t count = 0;
	for (size_t i = 0; i < LP_MIN(peer->event_count, (size_t)SIM_EVENTS_MAX); i++) {
		const struct sim_event *event = &peer->events[i];
		count += event->type == type && (!text || strstr(event->text, text));
	}
	return count;
}

void sim_peer_check_ledger(const struct sim_peer *peer)
{
	struct lp_ledger up = peer->past_up;
	struct lp_ledger down = peer->past_down;
	uint64_t queued = peer->past_queued;
	if (peer->session) {
		struct lp_session_status status;
		lp_session_read_status(peer->session, &status);
		lp_ledger_add(&up, lp_session_up(peer->session));
		lp_ledger_add(&down, lp_session_down(peer->session));
		queued += status.queued;
	}
	assert_int_equal(lp_ledger_frames_open(&up), 0);
	assert_int_equal(lp_ledger_copies_open(&up), queued);
	assert_int_equal(lp_ledger_frames_open(&down), 0);
	assert_int_equal(lp_ledger_copies_open(&down), 0);
}

/* As gateway and client do it: the device's part of the ledger is theirs. */
void sim_peer_inject(struct sim_peer *peer, const uint8_t *data, size_t len)
{
	if (!peer->session) {
		peer->dead_frames++;
		return;
	}
	struct lp_ledger *up = lp_session_up(peer->session);
	up->frames_in++;
	up->bytes_in += len;
	if (!lp_session_is_up(peer->session)) {
		up->frames[LP_VERDICT_NOT_BRIDGING]++;
		return;
	}
	struct lp_frame *frame = lp_session_frame_get(peer->session);
	if (!frame) {
		up->frames[LP_VERDICT_POOL_EMPTY]++;
		return;
	}
	assert_true(len <= sizeof(frame->data));
	memcpy(frame->data, data, len);
	frame->len = (uint16_t)len;
	up->frames[LP_VERDICT_FORWARD]++;
	lp_session_send_frame(peer->session, frame, sim_node_now(&peer->node).mono_ns);
	lp_frame_unref(frame);
}
