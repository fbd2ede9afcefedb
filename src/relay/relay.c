/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The role relay: workers, each a thread with a loop, a socket and a hub; the main thread owns
 * signals, configuration and the control socket, and talks to them by messages.
 */

#include "base/log.h"
#include "base/mem.h"
#include "crypto/random.h"
#include "platform/crash.h"
#include "platform/udp.h"
#include "relay/relay_impl.h"
#include "role.h"

#include <stdio.h>
#include <stdlib.h>

#define LOG "relay"

/* --- a worker's thread --- */

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct lp_worker *worker = user;
	lp_udp_send_batch(worker->udp, tx, tx_count);
}

static const struct lp_hub_ops hub_ops = {.send = send_packets};

static void on_packets(void *arg)
{
	struct lp_worker *worker = arg;
	size_t got = 0;
	if (lp_udp_recv_batch(worker->udp, worker->rx, &got) != LP_OK)
		return;
	for (size_t i = 0; i < got; i++)
		lp_hub_recv(worker->hub, &worker->rx[i], lp_loop_now(worker->loop));
}

static void on_time(void *arg)
{
	struct lp_worker *worker = arg;
	lp_hub_tick(worker->hub, lp_loop_now(worker->loop));
}

static void on_turn_end(void *arg)
{
	struct lp_worker *worker = arg;
	const struct lp_now *now = lp_loop_now(worker->loop);
	if (now->mono_ns >= lp_hub_deadline(worker->hub))
		lp_hub_tick(worker->hub, now);
	lp_hub_flush(worker->hub, now);
	lp_loop_carried(worker->loop, lp_hub_take_carried(worker->hub));
	lp_timer_set(worker->timer, lp_hub_deadline(worker->hub));
	if (worker->is_stopping && lp_hub_is_stopped(worker->hub)) {
		lp_hub_flush(worker->hub, now);
		lp_loop_stop(worker->loop);
	}
}

static void worker_ended(void *arg)
{
	struct lp_relay *relay = arg;
	if (--relay->running_count == 0 && relay->on_stopped)
		relay->on_stopped(relay->stopped_arg);
}

static void *worker_main(void *arg)
{
	struct lp_worker *worker = arg;
	lp_crash_watch_thread();
	lp_loop_run(worker->loop);
	lp_loop_post(worker->relay->loop, worker_ended, worker->relay);
	return NULL;
}

/* --- start --- */

static enum lp_err open_sockets(struct lp_relay *relay)
{
	struct lp_listen listen;
	enum lp_err err = lp_listen_parse(relay->conf->relay.listen, &listen);
	if (err != LP_OK)
		return err;
	relay->worker_count = relay->conf->relay.workers;
	relay->workers = lp_alloc_array(relay->worker_count, sizeof(*relay->workers));
	struct lp_udp **udps = lp_alloc_array(relay->worker_count, sizeof(struct lp_udp *));
	err = lp_udp_open_listen(&listen, relay->worker_count, udps);
	for (unsigned i = 0; err == LP_OK && i < relay->worker_count; i++)
		relay->workers[i].udp = udps[i];
	free(udps);
	return err;
}

static enum lp_err make_worker(struct lp_relay *relay, unsigned index)
{
	struct lp_worker *worker = &relay->workers[index];
	struct lp_hub_config config = relay->hub_config;
	config.worker = index;
	config.worker_count = relay->worker_count;
	worker->relay = relay;
	worker->loop = lp_loop_new();
	if (!worker->loop)
		return LP_ERR_SYSTEM;
	lp_loop_set_waits(worker->loop, relay->conf->gather, relay->conf->linger);
	worker->hub = lp_hub_new(&config, &hub_ops, worker, lp_loop_now(worker->loop));
	worker->timer = lp_timer_new(worker->loop, on_time, worker);
	lp_loop_on_turn_end(worker->loop, on_turn_end, worker);
	return lp_udp_start(worker->udp, lp_loop_watcher(worker->loop), on_packets, worker);
}

/* The port before the keys: a relay that may not have it leaves none behind. */
static enum lp_err open_all(struct lp_relay *relay)
{
	enum lp_err err = lp_store_open(relay->conf->state_dir, &relay->store);
	if (err == LP_OK)
		err = open_sockets(relay);
	if (err == LP_OK)
		err = lp_relay_load_keys(relay);
	for (unsigned i = 0; err == LP_OK && i < relay->worker_count; i++)
		err = make_worker(relay, i);
	return err;
}

/* Listening, privileges gone, keys read: threads begin. */
static enum lp_err run_workers(struct lp_relay *relay)
{
	for (unsigned i = 0; i < relay->worker_count; i++) {
		if (pthread_create(&relay->workers[i].thread, NULL, worker_main,
				   &relay->workers[i]) != 0) {
			lp_error(LOG, "cannot start worker %u: no more threads", i);
			return LP_ERR_SYSTEM;
		}
		relay->workers[i].has_thread = true;
		relay->running_count++;
	}
	return LP_OK;
}

static void relay_free(void *state);

static enum lp_err start(struct lp_loop *loop, const struct lp_conf *conf, void **state)
{
	struct lp_relay *relay = lp_alloc(sizeof(*relay));
	char pin[LP_PIN_TEXT_LEN];
	relay->loop = loop;
	relay->conf = conf;
	relay->started_ns = lp_loop_now(loop)->mono_ns;
	relay->hub_config.conf = &conf->relay;
	relay->hub_config.half_open = &relay->half_open;
	relay->hub_config.room_count = &relay->room_count;
	relay->quota = relay->hub_config.quota = lp_quota_new();
	enum lp_err err = open_all(relay);
	if (err == LP_OK)
		err = lp_store_drop_privs(relay->store, conf->user, LP_PRIVS_NONE);
	if (err == LP_OK)
		err = run_workers(relay);
	if (err != LP_OK) {
		relay_free(relay);
		return err;
	}
	relay->day_timer = lp_timer_new(loop, lp_relay_on_day, relay);
	lp_relay_on_day(relay);
	lp_relay_check_reload(relay);
	lp_relay_tell_dates(relay);
	struct lp_pin own = lp_credential_pin(relay->credential);
	lp_info(LOG, "listening on %s with %u worker%s; pin %s", conf->relay.listen,
		relay->worker_count, relay->worker_count == 1 ? "" : "s", lp_pin_format(&own, pin));
	*state = relay;
	return LP_OK;
}

/* --- stop --- */

static void stop_worker(void *arg)
{
	struct lp_worker *worker = arg;
	worker->is_stopping = true;
	lp_hub_stop(worker->hub, lp_loop_now(worker->loop));
}

static void stop(void *state, void (*on_stopped)(void *arg), void *arg)
{
	struct lp_relay *relay = state;
	relay->on_stopped = on_stopped;
	relay->stopped_arg = arg;
	for (unsigned i = 0; i < relay->worker_count; i++)
		lp_loop_post(relay->workers[i].loop, stop_worker, &relay->workers[i]);
}

static void free_worker(struct lp_worker *worker)
{
	if (worker->has_thread) {
		/* It runs still when something else could not be started. */
		lp_loop_post(worker->loop, stop_worker, worker);
		pthread_join(worker->thread, NULL);
	}
	lp_hub_free(worker->hub);
	lp_timer_free(worker->timer);
	lp_udp_close(worker->udp);
	lp_loop_free(worker->loop);
}

static void relay_free(void *state)
{
	struct lp_relay *relay = state;
	for (unsigned i = 0; relay->workers && i < relay->worker_count; i++)
		free_worker(&relay->workers[i]);
	free(relay->workers);
	lp_timer_free(relay->day_timer);
	lp_credential_free(relay->credential);
	lp_store_close(relay->store);
	lp_quota_free(relay->quota);
	lp_wipe(&relay->hub_config, sizeof(relay->hub_config));
	free(relay);
}

/* --- reload --- */

struct reconfigure {
	struct lp_worker *worker;
	const struct lp_conf_relay *conf;
	bool gather;
	bool linger;
	const struct lp_credential *credential;
};

static void reconfigure_worker(void *arg)
{
	struct reconfigure *call = arg;
	lp_loop_set_waits(call->worker->loop, call->gather, call->linger);
	lp_hub_reconfigure(call->worker->hub, call->conf, call->credential,
			   lp_loop_now(call->worker->loop));
}

/* What the log says of the certificate, for whoever asked for the reload. */
static void list_warnings(const struct lp_relay *relay, char *why, size_t why_len)
{
	char dates[LP_CREDENTIAL_TEXT_LEN];
	lp_credential_check_dates(relay->credential, lp_loop_now(relay->loop)->wall_ns, dates);
	snprintf(why, why_len, "%s%s", relay->is_credential_old ? LP_RELAY_OLD_CREDENTIAL "\n" : "",
		 dates);
}

static enum lp_err reload(void *state, const struct lp_conf *conf, char *why, size_t why_len)
{
	struct lp_relay *relay = state;
	const struct lp_conf *old = relay->conf;
	struct lp_credential *credential;
	relay->conf = conf;
	if (lp_relay_reload_credential(relay, old, &credential) != LP_OK) {
		relay->conf = old;
		snprintf(why, why_len, "the certificate or key cannot be loaded: see the log");
		return LP_ERR_INVALID;
	}
	for (unsigned i = 0; i < relay->worker_count; i++) {
		struct reconfigure call = {&relay->workers[i], &conf->relay, conf->gather,
					   conf->linger, credential};
		lp_loop_call(relay->workers[i].loop, reconfigure_worker, &call);
	}
	lp_credential_free(relay->credential);
	relay->credential = credential;
	lp_relay_tell_dates(relay);
	list_warnings(relay, why, why_len);
	return LP_OK;
}

const struct lp_role lp_relay_role = {
	.start = start,
	.stop = stop,
	.reload = reload,
	.free = relay_free,
	.admin =
		{
			.status = lp_relay_status,
			.rooms = lp_relay_rooms,
			.peers = lp_relay_peers,
			.stats = lp_relay_stats,
			.drops = lp_relay_drops,
			.kick = lp_relay_kick,
			.bans = lp_relay_bans,
			.unban = lp_relay_unban,
			.frame_log = lp_relay_frame_log,
		},
};
