/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The role relay: workers, each on a thread with a loop and a socket of its own; the main thread
 * owns signals, configuration and the control socket, and talks to them by messages.
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
	struct lp_worker_thread *thread = user;
	lp_udp_send_batch(thread->udp, tx, tx_count);
}

static const struct lp_worker_ops worker_ops = {.send = send_packets};

static void on_packets(void *arg)
{
	struct lp_worker_thread *thread = arg;
	size_t got = 0;
	if (lp_udp_recv_batch(thread->udp, thread->rx, &got) != LP_OK)
		return;
	for (size_t i = 0; i < got; i++)
		lp_worker_recv(thread->worker, &thread->rx[i], lp_loop_now(thread->loop));
}

static void on_time(void *arg)
{
	struct lp_worker_thread *thread = arg;
	lp_worker_tick(thread->worker, lp_loop_now(thread->loop));
}

static void on_turn_end(void *arg)
{
	struct lp_worker_thread *thread = arg;
	const struct lp_now *now = lp_loop_now(thread->loop);
	if (now->mono_ns >= lp_worker_deadline(thread->worker))
		lp_worker_tick(thread->worker, now);
	lp_worker_flush(thread->worker, now);
	lp_loop_carried(thread->loop, lp_worker_take_carried(thread->worker));
	lp_timer_set(thread->timer, lp_worker_deadline(thread->worker));
	if (thread->is_stopping && lp_worker_is_stopped(thread->worker)) {
		lp_worker_flush(thread->worker, now);
		lp_loop_stop(thread->loop);
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
	struct lp_worker_thread *thread = arg;
	lp_crash_watch_thread();
	lp_loop_run(thread->loop);
	lp_loop_post(thread->relay->loop, worker_ended, thread->relay);
	return NULL;
}

/* --- start --- */

static enum lp_err open_sockets(struct lp_relay *relay)
{
	struct lp_listen listen;
	enum lp_err err = lp_listen_parse(relay->conf->relay.listen, &listen);
	if (err != LP_OK)
		return err;
	relay->worker_count = lp_udp_worker_count(&listen, relay->conf->relay.workers);
	relay->threads = lp_alloc_array(relay->worker_count, sizeof(*relay->threads));
	struct lp_udp **udps = lp_alloc_array(relay->worker_count, sizeof(struct lp_udp *));
	err = lp_udp_open_listen(&listen, relay->worker_count, udps);
	for (unsigned i = 0; err == LP_OK && i < relay->worker_count; i++)
		relay->threads[i].udp = udps[i];
	free(udps);
	return err;
}

static enum lp_err make_worker(struct lp_relay *relay, unsigned index)
{
	struct lp_worker_thread *thread = &relay->threads[index];
	struct lp_worker_config config = relay->worker_config;
	config.worker = index;
	config.worker_count = relay->worker_count;
	thread->relay = relay;
	thread->loop = lp_loop_new();
	if (!thread->loop)
		return LP_ERR_SYSTEM;
	lp_loop_set_waits(thread->loop, relay->conf->batching, relay->conf->busy_poll);
	thread->worker = lp_worker_new(&config, &worker_ops, thread, lp_loop_now(thread->loop));
	thread->timer = lp_timer_new(thread->loop, on_time, thread);
	lp_loop_on_turn_end(thread->loop, on_turn_end, thread);
	return lp_udp_start(thread->udp, lp_loop_watcher(thread->loop), on_packets, thread);
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
		if (pthread_create(&relay->threads[i].id, NULL, worker_main, &relay->threads[i]) !=
		    0) {
			lp_error(LOG, "cannot start worker %u: no more threads", i);
			return LP_ERR_SYSTEM;
		}
		relay->threads[i].has_thread = true;
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
	relay->worker_config.conf = &conf->relay;
	relay->worker_config.half_open = &relay->half_open;
	relay->worker_config.room_count = &relay->room_count;
	relay->quota = relay->worker_config.quota = lp_quota_new();
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
	struct lp_worker_thread *thread = arg;
	thread->is_stopping = true;
	lp_worker_stop(thread->worker, lp_loop_now(thread->loop));
}

static void stop(void *state, void (*on_stopped)(void *arg), void *arg)
{
	struct lp_relay *relay = state;
	relay->on_stopped = on_stopped;
	relay->stopped_arg = arg;
	for (unsigned i = 0; i < relay->worker_count; i++)
		lp_loop_post(relay->threads[i].loop, stop_worker, &relay->threads[i]);
}

static void free_worker(struct lp_worker_thread *thread)
{
	if (thread->has_thread) {
		/* It runs still when something else could not be started. */
		lp_loop_post(thread->loop, stop_worker, thread);
		pthread_join(thread->id, NULL);
	}
	lp_worker_free(thread->worker);
	lp_timer_free(thread->timer);
	lp_udp_close(thread->udp);
	lp_loop_free(thread->loop);
}

static void relay_free(void *state)
{
	struct lp_relay *relay = state;
	for (unsigned i = 0; relay->threads && i < relay->worker_count; i++)
		free_worker(&relay->threads[i]);
	free(relay->threads);
	lp_timer_free(relay->day_timer);
	lp_credential_free(relay->credential);
	lp_store_close(relay->store);
	lp_quota_free(relay->quota);
	lp_wipe(&relay->worker_config, sizeof(relay->worker_config));
	free(relay);
}

/* --- reload --- */

struct reconfigure {
	struct lp_worker_thread *thread;
	const struct lp_conf_relay *conf;
	bool batching;
	bool busy_poll;
	struct lp_credential *credential;
};

static void reconfigure_worker(void *arg)
{
	struct reconfigure *call = arg;
	lp_loop_set_waits(call->thread->loop, call->batching, call->busy_poll);
	lp_worker_reconfigure(call->thread->worker, call->conf, call->credential,
			      lp_loop_now(call->thread->loop));
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
		struct reconfigure call = {&relay->threads[i], &conf->relay, conf->batching,
					   conf->busy_poll, credential};
		lp_loop_call(relay->threads[i].loop, reconfigure_worker, &call);
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
