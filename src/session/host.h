/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A session on a real loop: sockets, name resolution, timers, the ticket on disk, and the frame
 * device that it is bridged to. What gateway and client have in common beside the session itself.
 *
 * The way of a frame
 *   up:   device -> check_up (the role's rules) -> session
 *   down: session -> check_down -> device
 * Frames for the device are gathered and written once a turn.
 */
#ifndef LP_SESSION_HOST_H
#define LP_SESSION_HOST_H

#include "admin/snapshot.h"
#include "conf/conf.h"
#include "frame/ether.h"
#include "loop/loop.h"
#include "platform/framedev.h"
#include "session/session.h"
#include "state/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_host;

struct lp_host_ops {
	/* May this frame of the device go to the relay? */
	enum lp_verdict (*check_up)(void *user, const uint8_t *frame, size_t len, uint64_t now);
	/* May this frame of the relay go to the device? */
	enum lp_verdict (*check_down)(void *user, const struct lp_frame *frame, uint64_t now);
	/* An attempt begins, to that address of the relay. May be NULL. */
	void (*on_connecting)(void *user, const struct lp_addr *relay, uint64_t now);
	void (*on_welcome)(void *user, const struct lp_welcome *welcome, uint64_t now);
	void (*on_lost)(void *user, const char *why, uint64_t now);
	void (*on_peer_joined)(void *user, const struct lp_session_peer *peer, uint64_t now);
	void (*on_peer_left)(void *user, const struct lp_session_peer *peer, const char *reason,
			     uint64_t now);
	/* The device broke: it is closed already. Tried again once a second by reopen. */
	void (*on_device_lost)(void *user, enum lp_err err);
	/* Opens the device again; LP_OK with *dev, which the host then owns. */
	enum lp_err (*reopen)(void *user, struct lp_framedev **dev);
	/* A frame of the device was too long (LP_VERDICT_JUMBO). May be NULL. */
	void (*on_jumbo)(void *user, size_t len, uint64_t now);
	/* Once a second. May be NULL. */
	void (*on_second)(void *user, uint64_t now);
};

struct lp_host_config {
	enum lp_peer_role role;
	const struct lp_conf_session *conf; /* borrowed, as all below */
	struct lp_store *store;
	bool has_mac;
	struct lp_mac mac;
	const struct lp_prefix *lan_prefixes;
	size_t lan_prefix_count;
	size_t pad_to; /* frames for the device are padded to so many bytes with zeros; 0 = not */
};

/*
 * Opens the sockets to the relay, whose buffers need privileges (platform/udp.h). Takes the device,
 * also on failure: then it is closed, one sentence is logged (trust, device, sockets), and *out is
 * left alone. Once it has returned LP_OK the loop calls it at each turn's end, to its last.
 */
enum lp_err lp_host_start(struct lp_loop *loop, const struct lp_host_config *config,
			  struct lp_framedev *dev, const struct lp_host_ops *ops, void *user,
			  struct lp_host **out) LP_MUST_CHECK;
void lp_host_free(struct lp_host *host);

/* Says goodbye, then calls on_stopped(arg). */
void lp_host_stop(struct lp_host *host, void (*on_stopped)(void *arg), void *arg);

struct lp_session *lp_host_session(struct lp_host *host);

/* The device, or NULL while it is lost. */
struct lp_framedev *lp_host_device(struct lp_host *host);

/* A lost device may be back: tries at once instead of at the next second. */
void lp_host_retry_device(struct lp_host *host);

/* Sends a frame of our own to the device (CAM refresh); not part of the ledgers. */
void lp_host_inject(struct lp_host *host, const uint8_t *frame, size_t len);

/*
 * Gives the device a frame of that peer, which check_down has dropped before and kept a copy of: it
 * is checked, counted and logged as one that has just come.
 */
void lp_host_deliver(struct lp_host *host, uint16_t peer_id, const uint8_t *frame, size_t len);

/* Sends a frame of our own to the relay, as if it had come from the device; only while up. */
void lp_host_offer(struct lp_host *host, const uint8_t *frame, size_t len);

/* A log line for every frame, or not. */
void lp_host_set_frame_log(struct lp_host *host, bool is_on);

/* Packets that did not get away, in this attempt to connect and the one before. */
struct lp_host_losses {
	uint64_t refused;   /* by this machine: a firewall of its own */
	uint64_t too_large; /* for its network, or for one on the way */
};
void lp_host_read_losses(const struct lp_host *host, struct lp_host_losses *losses);

/* Asks for reconnection (network changed). */
void lp_host_reconnect(struct lp_host *host, const char *why);

/* The members of a snapshot that come from the session. */
void lp_host_read_status(struct lp_host *host, struct lp_admin_status *status);

/* Arrays for lp_admin_ops: the caller frees. */
enum lp_err lp_host_read_peers(struct lp_host *host, struct lp_admin_peer **peers, size_t *count);
enum lp_err lp_host_read_stats(struct lp_host *host, struct lp_admin_counter **counters,
			       size_t *count);
enum lp_err lp_host_read_drops(struct lp_host *host, struct lp_admin_drop **drops, size_t *count);

#endif
