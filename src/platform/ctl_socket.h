/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The control socket: UNIX stream socket or Windows named pipe. Byte streams; the protocol is in
 * admin/ (the daemon's side) and ctl/ (the tool's side).
 */
#ifndef LP_PLATFORM_CTL_SOCKET_H
#define LP_PLATFORM_CTL_SOCKET_H

#include "base/err.h"
#include "platform/source.h"

#include <stddef.h>
#include <stdint.h>

struct lp_ctl_server;
struct lp_ctl_stream;

/*
 * Listens at path with mode 0660 (group `group` if not NULL), its folder made with mode 0750 if
 * missing. A stale socket file is replaced, a live daemon behind it is LP_ERR_BUSY. Logs one
 * sentence on failure. Sets the umask for a moment: call it before there are other threads.
 */
enum lp_err lp_ctl_server_open(const char *path, const char *group,
			       struct lp_ctl_server **out) LP_MUST_CHECK;

/* Closes and removes the socket file. */
void lp_ctl_server_close(struct lp_ctl_server *server);

/*
 * on_stream gets each new connection and owns it. Where there is no descriptor left, the caller is
 * turned away; if not even that can be done, it waits until lp_ctl_server_retry.
 */
enum lp_err lp_ctl_server_start(struct lp_ctl_server *server, struct lp_watcher *watcher,
				void (*on_stream)(void *arg, struct lp_ctl_stream *stream),
				void *arg) LP_MUST_CHECK;

/* Looks again for callers that have to wait. Call about every 100 ms, once it has started. */
void lp_ctl_server_retry(struct lp_ctl_server *server);

/*
 * The tool's side: connects; LP_ERR_NOT_FOUND (not running), LP_ERR_PERMISSION, LP_ERR_TIMEOUT
 * (runs, but takes no callers), LP_ERR_SYSTEM. Only the last is logged.
 */
enum lp_err lp_ctl_connect(const char *path, struct lp_ctl_stream **out) LP_MUST_CHECK;

void lp_ctl_stream_close(struct lp_ctl_stream *stream);

/* Server side: who is at the other end, "uid 1000 (alice)", as the system vouches for it. */
void lp_ctl_stream_caller(const struct lp_ctl_stream *stream, char *text, size_t text_len);

/* Server side: wakes when bytes can be read. */
enum lp_err lp_ctl_stream_start(struct lp_ctl_stream *stream, struct lp_watcher *watcher,
				void (*on_ready)(void *arg), void *arg) LP_MUST_CHECK;

/* Reads without waiting; LP_ERR_AGAIN, LP_ERR_CLOSED. */
enum lp_err lp_ctl_stream_recv(struct lp_ctl_stream *stream, void *data, size_t cap,
			       size_t *got) LP_MUST_CHECK;

/* Writes without waiting; *sent may be short. LP_ERR_AGAIN, LP_ERR_CLOSED. */
enum lp_err lp_ctl_stream_send(struct lp_ctl_stream *stream, const void *data, size_t len,
			       size_t *sent) LP_MUST_CHECK;

/* The tool's side: waits up to timeout_ms until bytes can be read; LP_ERR_TIMEOUT. */
enum lp_err lp_ctl_stream_wait(struct lp_ctl_stream *stream, int timeout_ms) LP_MUST_CHECK;

#endif
