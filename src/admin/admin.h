/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The daemon's end of the control socket: one JSON object a line in, one a line out.
 *
 *   {"command":"peers","room":"doom"}
 *   {"version":1,"ok":true,"peers":[…]}
 *   {"version":1,"ok":false,"error":{"code":"not_found","message":"…"}}
 *
 * `watch` streams lines until the client goes. A reader that does not keep up is closed, never
 * waited for. Arrays are always arrays. Commands: status rooms peers stats drops watch log
 * frame_log reload kick bans unban config version.
 */
#ifndef LP_ADMIN_ADMIN_H
#define LP_ADMIN_ADMIN_H

#include "admin/snapshot.h"
#include "base/err.h"
#include "base/log.h"
#include "platform/ctl_socket.h"
#include "platform/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a role can be asked. All run on the main thread and give their answer at once; members may
 * be NULL: the command is then `unsupported` for this role. Functions that fill arrays return an
 * array of *count that the caller frees with free(). room == NULL means all rooms.
 */
struct lp_admin_ops {
	void (*status)(void *user, struct lp_admin_status *status);
	enum lp_err (*rooms)(void *user, struct lp_admin_room **rooms, size_t *count);
	enum lp_err (*peers)(void *user, const char *room, struct lp_admin_peer **peers,
			     size_t *count);
	enum lp_err (*stats)(void *user, struct lp_admin_counter **counters, size_t *count);
	enum lp_err (*drops)(void *user, const char *room, struct lp_admin_drop **drops,
			     size_t *count);
	/*
	 * Disconnects a peer with reason "kicked"; it is refused for for_ms. `by` says who asks,
	 * for the log. LP_ERR_NOT_FOUND.
	 */
	enum lp_err (*kick)(void *user, const char *room, uint16_t peer_id, uint32_t for_ms,
			    const char *by);
	/* Who is refused so. */
	enum lp_err (*bans)(void *user, const char *room, struct lp_admin_ban **bans,
			    size_t *count);
	/* The peer that had the id when it was put out of the room may come back at once. */
	enum lp_err (*unban)(void *user, const char *room, uint16_t peer_id, const char *by);
	/*
	 * A log line for every frame, or not, until restart or reload: of all rooms, of one, or of
	 * one peer of it (peer_id 0 = of none). LP_ERR_NOT_FOUND.
	 */
	enum lp_err (*frame_log)(void *user, const char *room, uint16_t peer_id, bool is_on);
	/* LP_OK with changes and warnings, or LP_ERR_INVALID with the faults. */
	enum lp_err (*reload)(void *user, struct lp_admin_reload *reload);
	/* Sets the log level until restart or reload. */
	enum lp_err (*log_level)(void *user, enum lp_log_level level);
	/* Effective configuration as text; the caller frees. */
	char *(*config)(void *user);
};

struct lp_admin;

/*
 * Takes nothing: `server`, `ops`, `user` are borrowed until lp_admin_free, after which the server
 * is to be closed before the loop turns again. At most 16 connections, 64 kB a request, 10 s for
 * one to come.
 */
enum lp_err lp_admin_start(struct lp_ctl_server *server, struct lp_watcher *watcher,
			   const struct lp_admin_ops *ops, void *user,
			   struct lp_admin **out) LP_MUST_CHECK;
void lp_admin_free(struct lp_admin *admin);

/* Frees what is in it, not the struct. */
void lp_admin_reload_fini(struct lp_admin_reload *reload);

/*
 * Answers one request line: returns the answer as JSON text without newline; the caller frees. What
 * the socket does with each line, and what tests and fuzzers call.
 */
char *lp_admin_answer(const struct lp_admin_ops *ops, void *user, const char *line, size_t len);

/*
 * Sends due lines of `watch` (interval_ms of the request), and looks for callers that could not be
 * taken. Call about every 100 ms.
 */
void lp_admin_tick(struct lp_admin *admin, uint64_t now);

#endif
