/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The tool's end of the control socket: a request goes out as a line, answers come in as lines.
 */
#ifndef LP_CTL_ASK_H
#define LP_CTL_ASK_H

#include "base/err.h"

#include <json-c/json.h>
#include <stddef.h>

struct lp_ctl_stream;

struct lp_ask {
	struct lp_ctl_stream *stream;
	char *text;
	size_t len; /* bytes that came … */
	size_t cap;
	size_t used; /* … of which so many were given already */
};

/* Connects. LP_ERR_NOT_FOUND, LP_ERR_PERMISSION, LP_ERR_TIMEOUT, LP_ERR_SYSTEM. End with _fini. */
enum lp_err lp_ask_init(struct lp_ask *ask, const char *socket) LP_MUST_CHECK;
void lp_ask_fini(struct lp_ask *ask);

/* Sends a request; takes it. LP_ERR_CLOSED, LP_ERR_TOO_LARGE. */
enum lp_err lp_ask_send(struct lp_ask *ask, struct json_object *request) LP_MUST_CHECK;

/*
 * Waits for the next line, borrowed until the next call, without its newline. LP_ERR_TIMEOUT when
 * it was not there after timeout_ms, however much of it was, LP_ERR_CLOSED.
 */
enum lp_err lp_ask_line(struct lp_ask *ask, int timeout_ms, const char **line) LP_MUST_CHECK;

#endif
