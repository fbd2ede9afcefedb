/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of the role: relay.c is workers and life, relay_keys.c what is kept in the state
 * directory, relay_admin.c the answers for the control socket.
 */
#ifndef LP_RELAY_RELAY_IMPL_H
#define LP_RELAY_RELAY_IMPL_H

#include "admin/admin.h"
#include "crypto/pin.h"
#include "loop/loop.h"
#include "platform/udp.h"
#include "relay/worker_impl.h"
#include "state/store.h"

#include <pthread.h>

struct lp_relay;

#define LP_RELAY_OLD_CREDENTIAL                                                                    \
	"the certificate is that of the start: lanpartyd may not read its key any more; let it, "  \
	"and reload, or restart"

struct lp_worker_thread {
	struct lp_relay *relay;
	pthread_t id;
	bool has_thread;
	bool is_stopping;
	struct lp_loop *loop;
	struct lp_udp *udp;
	struct lp_worker *worker;
	struct lp_timer *timer;
	struct lp_packet_rx rx[LP_UDP_BATCH];
};

struct lp_relay {
	struct lp_loop *loop; /* of the main thread */
	const struct lp_conf *conf;
	struct lp_store *store;
	struct lp_credential *credential;
	bool is_credential_old; /* a reload could not read it again */
	struct lp_worker_config worker_config;
	atomic_uint half_open;
	atomic_uint room_count;
	struct lp_quota *quota;
	struct lp_timer *day_timer;
	uint64_t day_due_ns; /* when the keys of tokens are a day old */
	struct lp_worker_thread *threads;
	unsigned worker_count;
	unsigned running_count;
	uint64_t started_ns;
	void (*on_stopped)(void *arg);
	void *stopped_arg;
};

/* --- relay_keys.c --- */
/* Reads or makes keys and credential, in the state directory. Logs one sentence on failure. */
enum lp_err lp_relay_load_keys(struct lp_relay *relay) LP_MUST_CHECK;
/*
 * Once a day: another key for Retry tokens, and a word on the dates of the certificate. Sets the
 * timer for the next; arg: the relay.
 */
void lp_relay_on_day(void *arg);
/* Warns of a certificate that has expired, or will soon. */
void lp_relay_tell_dates(const struct lp_relay *relay);
/* After the privileges have gone: warns when the key could not be read again. */
void lp_relay_check_reload(const struct lp_relay *relay);
/*
 * The credential of relay->conf, where `old` was in effect before. When the same files may not be
 * read any more it is the one in use, and a warning is logged. Returns *out.
 */
enum lp_err lp_relay_reload_credential(struct lp_relay *relay, const struct lp_conf *old,
				       struct lp_credential **out) LP_MUST_CHECK;

/* --- relay_admin.c: struct lp_admin_ops --- */
void lp_relay_status(void *user, struct lp_admin_status *status);
enum lp_err lp_relay_rooms(void *user, struct lp_admin_room **rooms, size_t *count);
enum lp_err lp_relay_peers(void *user, const char *room, struct lp_admin_peer **peers,
			   size_t *count);
enum lp_err lp_relay_stats(void *user, struct lp_admin_counter **counters, size_t *count);
enum lp_err lp_relay_drops(void *user, const char *room, struct lp_admin_drop **drops,
			   size_t *count);
enum lp_err lp_relay_kick(void *user, const char *room, uint16_t peer_id, uint32_t for_ms,
			  const char *by);
enum lp_err lp_relay_bans(void *user, const char *room, struct lp_admin_ban **bans, size_t *count);
enum lp_err lp_relay_unban(void *user, const char *room, uint16_t peer_id, const char *by);
enum lp_err lp_relay_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on);

#endif
