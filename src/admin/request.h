/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * One request of the control socket: the table of commands, and the answer of each.
 */
#ifndef LP_ADMIN_REQUEST_H
#define LP_ADMIN_REQUEST_H

#include "admin/admin.h"
#include "base/log.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_REQUEST_LINE_MAX 65536 /* bytes of a request line, newline included */

/* What goes wrong, in the words of the protocol. */
enum lp_request_fault {
	LP_REQUEST_BAD,		/* no request of this protocol */
	LP_REQUEST_UNKNOWN,	/* no such command */
	LP_REQUEST_UNSUPPORTED, /* not by this role */
	LP_REQUEST_NOT_FOUND,
	LP_REQUEST_INVALID, /* reload: the new configuration has faults */
	LP_REQUEST_BUSY,
	LP_REQUEST_FAILED,
};

struct lp_request_command;

/* A request that was understood; plain data, may be answered any number of times. */
struct lp_request {
	const struct lp_request_command *command; /* of `watch`: the command that is watched */
	bool is_watch;
	uint32_t interval_ms;
	char room[72]; /* "" = all */
	bool has_peer_id;
	uint16_t peer_id;
	uint32_t for_ms;    /* how long a kick lasts */
	const char *caller; /* who asks: "uid 0 (root)"; lp_request_parse knows nobody */
	bool has_switch;    /* "on": true or false */
	bool is_on;
	bool has_level;
	enum lp_log_level level;
};

/*
 * Reads one line without its newline. False: *answer is given, and says what is wrong; *is_garbage
 * when the line is no JSON object at all, so that what follows it is not worth reading either.
 */
bool lp_request_parse(const char *line, size_t len, struct lp_request *request,
		      struct json_object **answer, bool *is_garbage);

/* Returns the answer. */
struct json_object *lp_request_answer(const struct lp_request *request,
				      const struct lp_admin_ops *ops, void *user);

/* Returns {"version":1,"ok":false,"error":{…}}; message is a sentence with the remedy. */
struct json_object *lp_request_refusal(enum lp_request_fault fault, const char *format, ...)
	LP_PRINTF(2, 3);

/* Did the command do what was asked? */
bool lp_request_is_success(struct json_object *answer);

/* Returns the text of an answer, one line without newline, and drops the answer. The caller frees.
 */
char *lp_request_text(struct json_object *answer);

#endif
