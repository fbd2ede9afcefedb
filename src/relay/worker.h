/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * One worker of a relay, without thread, socket or clock: its connections, rooms and peers.
 *
 * Packets in by lp_worker_recv, packets out by ops->send; a turn ends with lp_worker_flush. The
 * simulator drives a worker as the relay does.
 */
#ifndef LP_RELAY_WORKER_H
#define LP_RELAY_WORKER_H

#include "admin/snapshot.h"
#include "base/clock.h"
#include "base/packet.h"
#include "conf/conf.h"
#include "crypto/seal.h"
#include "frame/verdict.h"
#include "quic/endpoint.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_worker_config {
	const struct lp_conf_relay *conf; /* borrowed, until lp_worker_reconfigure */
	struct lp_credential *credential; /* borrowed likewise */
	uint8_t reset_key[LP_QUIC_KEY_LEN];
	struct lp_token_keys token_keys;
	uint8_t ticket_key[LP_SEAL_KEY_LEN];
	atomic_uint *half_open;	 /* shared by all workers; NULL = own */
	atomic_uint *room_count; /* likewise */
	struct lp_quota *quota;	 /* likewise */
	unsigned worker;
	unsigned worker_count;
};

/* Where packets go. */
struct lp_worker_ops {
	void (*send)(void *user, const struct lp_packet_tx *tx, size_t tx_count);
};

struct lp_worker;

struct lp_worker *lp_worker_new(const struct lp_worker_config *config,
				const struct lp_worker_ops *ops, void *user,
				const struct lp_now *now);
void lp_worker_free(struct lp_worker *worker);

void lp_worker_recv(struct lp_worker *worker, const struct lp_packet_rx *rx,
		    const struct lp_now *now);

/*
 * At its deadline: timers of the connections, welcomes that are due, peers that were absent for too
 * long, rooms that were empty for too long.
 */
void lp_worker_tick(struct lp_worker *worker, const struct lp_now *now);

/* Ends the turn: packets out; peers that are gone are freed. */
void lp_worker_flush(struct lp_worker *worker, const struct lp_now *now);
/* Unicast frames that were carried since it was last asked. */
unsigned lp_worker_take_carried(struct lp_worker *worker);
uint64_t lp_worker_deadline(const struct lp_worker *worker);

/*
 * A new configuration and credential: rooms that are in it are there afterwards, those that nobody
 * may enter any more are closed.
 */
void lp_worker_reconfigure(struct lp_worker *worker, const struct lp_conf_relay *conf,
			   struct lp_credential *credential, const struct lp_now *now);

/* New keys of Retry tokens. */
void lp_worker_set_token_keys(struct lp_worker *worker, const struct lp_token_keys *keys);

/* Says goodbye to every peer; connections are closed once that is acknowledged or after 500 ms. */
void lp_worker_stop(struct lp_worker *worker, const struct lp_now *now);

/* True when lp_worker_stop has nobody left to wait for. */
bool lp_worker_is_stopped(const struct lp_worker *worker);

/*
 * Disconnects a member with reason "kicked", and refuses it in this room for for_ns (0 = it may
 * come back at once). `by` says who wants it so, for the log. LP_ERR_NOT_FOUND.
 */
enum lp_err lp_worker_kick(struct lp_worker *worker, const char *room, uint16_t peer_id,
			   uint64_t for_ns, const char *by) LP_MUST_CHECK;

/* Who had the id when it was kicked may come back. LP_ERR_NOT_FOUND: there is no such ban. */
enum lp_err lp_worker_unban(struct lp_worker *worker, const char *room, uint16_t peer_id,
			    const char *by) LP_MUST_CHECK;

/*
 * A log line for every frame, or not: of all rooms (NULL), those that are opened later included, of
 * one, or of one peer of it (peer_id 0 = of none). Until the next lp_worker_reconfigure.
 * LP_ERR_NOT_FOUND.
 */
enum lp_err lp_worker_set_frame_log(struct lp_worker *worker, const char *room, uint16_t peer_id,
				    bool is_on) LP_MUST_CHECK;

/* --- what admins see --- */

/* Ages are counted up to now, and not to the last turn: an idle worker has few. */
void lp_worker_set_now(struct lp_worker *worker, const struct lp_now *now);

#define LP_WORKER_SEATS_MAX    4
#define LP_WORKER_SEAT_TOLD_NS (3600 * LP_NS_PER_S)

/* A relay at a glance. Zero-initialised; each worker adds its own. */
struct lp_worker_summary {
	uint32_t rooms;
	uint32_t rooms_in_use;
	uint32_t members;
	uint32_t seat_count; /* rooms whose gateway's place has changed hands in the last hour … */
	struct lp_admin_line seats[LP_WORKER_SEATS_MAX]; /* … and the first of them, as sentences */
};

void lp_worker_read_summary(const struct lp_worker *worker, struct lp_worker_summary *summary);
/* "relaying for 3 peers in 2 rooms" */
void lp_worker_summary_text(const struct lp_worker_summary *summary, char *text, size_t text_len);

/* Appended to *array (realloc), *count grows. */
void lp_worker_read_rooms(const struct lp_worker *worker, struct lp_admin_room **array,
			  size_t *count);
/* room NULL = all. False when there is no such room. */
bool lp_worker_read_peers(const struct lp_worker *worker, const char *room,
			  struct lp_admin_peer **array, size_t *count);
/* Bans that last. As above, but that bans of a room that was closed are found, too. */
bool lp_worker_read_bans(const struct lp_worker *worker, const char *room,
			 struct lp_admin_ban **array, size_t *count);
/* Adds the ledgers of all (or of one room's) peers, present and past. False as above. */
bool lp_worker_read_ledger(const struct lp_worker *worker, const char *room,
			   struct lp_ledger *ledger);
uint64_t lp_worker_queued(const struct lp_worker *worker);

#endif
