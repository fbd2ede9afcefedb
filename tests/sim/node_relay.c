/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "crypto/credential.h"
#include "crypto/random.h"
#include "crypto/trust.h"
#include "nodes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct sim_relay *relay_of(const struct sim_node *node)
{
	return LP_CONTAINER_OF((uintptr_t)node, struct sim_relay, node);
}

static void on_recv(struct sim_node *node, const struct lp_packet_rx *rx, const struct lp_now *now)
{
	lp_worker_recv(relay_of(node)->worker, rx, now);
}

static void on_tick(struct sim_node *node, const struct lp_now *now)
{
	lp_worker_tick(relay_of(node)->worker, now);
}

static void on_flush(struct sim_node *node, const struct lp_now *now)
{
	lp_worker_flush(relay_of(node)->worker, now);
}

static uint64_t on_deadline(const struct sim_node *node)
{
	return lp_worker_deadline(relay_of(node)->worker);
}

static const struct sim_node_ops node_ops = {
	.recv = on_recv,
	.tick = on_tick,
	.flush = on_flush,
	.deadline = on_deadline,
};

static void on_send(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct sim_relay *relay = user;
	sim_node_send(&relay->node, tx, tx_count);
}

static const struct lp_worker_ops worker_ops = {.send = on_send};

static void make_identity(struct sim_relay *relay)
{
	char pem[1024], pin_text[LP_PIN_TEXT_LEN];
	size_t len;
	assert_int_equal(lp_credential_make_key(pem, sizeof(pem), &len), LP_OK);
	assert_int_equal(lp_credential_from_key(pem, len, "relay.example", &relay->credential),
			 LP_OK);
	struct lp_pin pin = lp_credential_pin(relay->credential);
	assert_int_equal(lp_trust_new(lp_pin_format(&pin, pin_text), NULL, &relay->trust), LP_OK);
	lp_rand_bytes(relay->config.reset_key, sizeof(relay->config.reset_key));
	lp_rand_bytes(relay->config.token_keys.now, sizeof(relay->config.token_keys.now));
	lp_rand_bytes(relay->config.ticket_key, sizeof(relay->config.ticket_key));
}

void sim_relay_init(struct sim_relay *relay, struct sim *sim)
{
	memset(relay, 0, sizeof(*relay));
	sim_node_init(&relay->node, sim, &node_ops, "192.0.2.1", 443);
	relay->node.is_off = true;
	relay->conf = (struct lp_conf_relay){
		.workers = 1,
		.open_rooms = true,
		.fragments = true,
		.rooms = relay->rooms,
		.limits = {.rooms = 256,
			   .clients_per_room = 64,
			   .half_open = 1000,
			   .retry_above = 100,
			   .malformed = 64,
			   .queue_bytes = 1 << 20,
			   .queue_age_ms = 250,
			   .pool_frames = 16384},
	};
	make_identity(relay);
}

struct lp_conf_room *sim_relay_add_room(struct sim_relay *relay, const char *code)
{
	assert_true(relay->conf.room_count < SIM_ROOMS_MAX);
	struct lp_conf_room *room = &relay->rooms[relay->conf.room_count++];
	room->code = (char *)(uintptr_t)code;
	room->fragments = true;
	return room;
}

void sim_relay_start(struct sim_relay *relay)
{
	relay->config.conf = &relay->conf;
	relay->config.credential = relay->credential;
	relay->worker = lp_worker_new(&relay->config, &worker_ops, relay, &relay->node.sim->now);
	relay->node.is_off = false;
}

void sim_relay_kill(struct sim_relay *relay)
{
	if (!relay->worker)
		return;
	assert_true(lp_worker_read_ledger(relay->worker, NULL, &relay->past));
	relay->past_queued += lp_worker_queued(relay->worker);
	lp_worker_free(relay->worker);
	relay->worker = NULL;
	relay->node.is_off = true;
}

void sim_relay_ledger(const struct sim_relay *relay, struct lp_ledger *ledger, uint64_t *queued)
{
	*ledger = relay->past;
	*queued = relay->past_queued;
	if (!relay->worker)
		return;
	assert_true(lp_worker_read_ledger(relay->worker, NULL, ledger));
	*queued += lp_worker_queued(relay->worker);
}

void sim_relay_check_ledger(const struct sim_relay *relay)
{
	struct lp_ledger ledger;
	uint64_t queued;
	sim_relay_ledger(relay, &ledger, &queued);
	assert_int_equal(lp_ledger_frames_open(&ledger), 0);
	assert_int_equal(lp_ledger_copies_open(&ledger), queued);
}

void sim_relay_fini(struct sim_relay *relay)
{
	sim_relay_kill(relay);
	sim_node_fini(&relay->node);
	lp_trust_free(relay->trust);
	lp_credential_free(relay->credential);
}
