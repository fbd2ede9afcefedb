/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/request.h"

#include "admin/admin.h"
#include "admin/json.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROTOCOL_VERSION    1
#define DEPTH_MAX	    8
#define INTERVAL_MS_MIN	    100
#define INTERVAL_MS_MAX	    (60 * 60 * 1000)
#define INTERVAL_MS_DEFAULT 1000
#define FOR_MS_MAX	    (24 * 60 * 60 * 1000)
#define FOR_MS_DEFAULT	    (5 * 60 * 1000)

static const char *const fault_codes[] = {
	[LP_REQUEST_BAD] = "bad_request",	  [LP_REQUEST_UNKNOWN] = "unknown_command",
	[LP_REQUEST_UNSUPPORTED] = "unsupported", [LP_REQUEST_NOT_FOUND] = "not_found",
	[LP_REQUEST_INVALID] = "invalid",	  [LP_REQUEST_BUSY] = "busy",
	[LP_REQUEST_FAILED] = "failed",
};

/* What a command needs to be answered. */
struct context {
	const struct lp_request *request;
	const struct lp_admin_ops *ops;
	void *user;
};

struct lp_request_command {
	const char *name;
	bool can_watch;
	bool takes_room;
	struct json_object *(*answer)(const struct context *context);
};

static struct json_object *envelope(bool is_ok)
{
	struct json_object *answer = json_object_new_object();

	json_object_object_add(answer, "version", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(answer, "ok", json_object_new_boolean(is_ok));
	return answer;
}

/* A good answer with one member more; value NULL = without. */
static struct json_object *success(const char *key, struct json_object *value)
{
	struct json_object *answer = envelope(true);

	if (value)
		json_object_object_add(answer, key, value);
	return answer;
}

struct json_object *lp_request_refusal(enum lp_request_fault fault, const char *format, ...)
{
	struct json_object *answer = envelope(false), *error = json_object_new_object();
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	json_object_object_add(error, "code", json_object_new_string(fault_codes[fault]));
	json_object_object_add(error, "message", lp_json_text(message));
	json_object_object_add(answer, "error", error);
	return answer;
}

static struct json_object *unsupported(const char *command)
{
	return lp_request_refusal(LP_REQUEST_UNSUPPORTED,
				  "a daemon in this role does not answer \"%s\": ask one in "
				  "another role, see lanpartyctl(1)",
				  command);
}

/* Is the room that was asked for there? What else may have been meant goes into *suggest. */
static bool find_room(const struct context *context, struct lp_suggest *suggest)
{
	const char *wanted = context->request->room;
	struct lp_admin_room *rooms = NULL;
	bool is_found = false;
	size_t count = 0;

	lp_suggest_init(suggest, wanted);
	if (!context->ops->rooms || context->ops->rooms(context->user, &rooms, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		is_found |= strcasecmp(rooms[i].code, wanted) == 0;
		lp_suggest_offer(suggest, rooms[i].code, rooms[i].code);
	}
	free(rooms);
	return is_found;
}

static struct json_object *not_found(const struct context *context)
{
	const struct lp_request *request = context->request;
	struct lp_suggest suggest;

	if (find_room(context, &suggest) && request->has_peer_id)
		return lp_request_refusal(
			LP_REQUEST_NOT_FOUND,
			"there is no peer %u in room \"%s\": see lanpartyctl peers",
			request->peer_id, request->room);
	if (*suggest.best)
		return lp_request_refusal(LP_REQUEST_NOT_FOUND,
					  "there is no room \"%s\": did you mean \"%s\"? See "
					  "lanpartyctl rooms",
					  request->room, suggest.best);
	return lp_request_refusal(LP_REQUEST_NOT_FOUND,
				  "there is no room \"%s\": see lanpartyctl rooms", request->room);
}

/* An error of the role in the words of the protocol. */
static struct json_object *failure(const struct context *context, enum lp_err err)
{
	const struct lp_request *request = context->request;

	if (err == LP_ERR_UNSUPPORTED)
		return unsupported(request->command->name);
	if (err == LP_ERR_NOT_FOUND)
		return not_found(context);
	return lp_request_refusal(LP_REQUEST_FAILED, "%s: %s; the log may say more",
				  request->command->name, lp_err_text(err));
}

static struct json_object *answer_status(const struct context *context)
{
	struct lp_admin_status status = {0};

	if (!context->ops->status)
		return unsupported("status");
	context->ops->status(context->user, &status);
	return success("status", lp_json_status(&status));
}

static struct json_object *answer_version(const struct context *context)
{
	struct lp_admin_status status = {0};
	struct json_object *daemon;

	if (!context->ops->status)
		return unsupported("version");
	context->ops->status(context->user, &status);
	daemon = json_object_new_object();
	json_object_object_add(daemon, "version", lp_json_text(status.version));
	json_object_object_add(daemon, "role", lp_json_text(status.role));
	json_object_object_add(daemon, "pid", json_object_new_int64(status.pid));
	return success("daemon", daemon);
}

static const char *asked_room(const struct context *context)
{
	return *context->request->room ? context->request->room : NULL;
}

static struct json_object *answer_rooms(const struct context *context)
{
	struct lp_admin_room *rooms = NULL;
	struct json_object *answer;
	size_t count = 0;
	enum lp_err err;

	if (!context->ops->rooms)
		return unsupported("rooms");
	err = context->ops->rooms(context->user, &rooms, &count);
	answer = err ? failure(context, err) : success("rooms", lp_json_rooms(rooms, count));
	free(rooms);
	return answer;
}

static struct json_object *answer_peers(const struct context *context)
{
	struct lp_admin_peer *peers = NULL;
	struct json_object *answer;
	size_t count = 0;
	enum lp_err err;

	if (!context->ops->peers)
		return unsupported("peers");
	err = context->ops->peers(context->user, asked_room(context), &peers, &count);
	answer = err ? failure(context, err) : success("peers", lp_json_peers(peers, count));
	free(peers);
	return answer;
}

static struct json_object *answer_stats(const struct context *context)
{
	struct lp_admin_counter *counters = NULL;
	struct json_object *answer;
	size_t count = 0;
	enum lp_err err;

	if (!context->ops->stats)
		return unsupported("stats");
	err = context->ops->stats(context->user, &counters, &count);
	answer = err ? failure(context, err) : success("stats", lp_json_counters(counters, count));
	free(counters);
	return answer;
}

static struct json_object *answer_drops(const struct context *context)
{
	struct lp_admin_drop *drops = NULL;
	struct json_object *answer;
	size_t count = 0;
	enum lp_err err;

	if (!context->ops->drops)
		return unsupported("drops");
	err = context->ops->drops(context->user, asked_room(context), &drops, &count);
	answer = err ? failure(context, err) : success("drops", lp_json_drops(drops, count));
	free(drops);
	return answer;
}

static struct json_object *answer_kick(const struct context *context)
{
	const struct lp_request *request = context->request;
	enum lp_err err;

	if (!context->ops->kick)
		return unsupported("kick");
	if (!*request->room || !request->has_peer_id)
		return lp_request_refusal(LP_REQUEST_BAD, "kick needs \"room\" and \"peer_id\"");
	err = context->ops->kick(context->user, request->room, request->peer_id, request->for_ms,
				 request->caller);
	return err ? failure(context, err) : success(NULL, NULL);
}

static struct json_object *answer_bans(const struct context *context)
{
	struct lp_admin_ban *bans = NULL;
	struct json_object *answer;
	size_t count = 0;
	enum lp_err err;

	if (!context->ops->bans)
		return unsupported("bans");
	err = context->ops->bans(context->user, asked_room(context), &bans, &count);
	answer = err ? failure(context, err) : success("bans", lp_json_bans(bans, count));
	free(bans);
	return answer;
}

/* The room need not be there any more. */
static struct json_object *answer_unban(const struct context *context)
{
	const struct lp_request *request = context->request;
	enum lp_err err;

	if (!context->ops->unban)
		return unsupported("unban");
	if (!*request->room || !request->has_peer_id)
		return lp_request_refusal(LP_REQUEST_BAD, "unban needs \"room\" and \"peer_id\"");
	err = context->ops->unban(context->user, request->room, request->peer_id, request->caller);
	if (err == LP_ERR_NOT_FOUND)
		return lp_request_refusal(LP_REQUEST_NOT_FOUND,
					  "nobody with the id %u is banned from room \"%s\": see "
					  "lanpartyctl bans",
					  request->peer_id, request->room);
	return err ? failure(context, err) : success(NULL, NULL);
}

static struct json_object *answer_frame_log(const struct context *context)
{
	const struct lp_request *request = context->request;
	enum lp_err err;

	if (!context->ops->frame_log)
		return unsupported("frame_log");
	if (!request->has_switch || (request->has_peer_id && !*request->room))
		return lp_request_refusal(LP_REQUEST_BAD, "frame_log needs \"on\", and with "
							  "\"peer_id\" a \"room\"");
	if (request->has_peer_id && !context->ops->rooms)
		return lp_request_refusal(LP_REQUEST_BAD, "only a relay logs the frames of one "
							  "peer: leave the peer out");
	err = context->ops->frame_log(context->user, asked_room(context),
				      request->has_peer_id ? request->peer_id : 0, request->is_on);
	return err ? failure(context, err) : success(NULL, NULL);
}

static struct json_object *answer_reload(const struct context *context)
{
	struct json_object *answer, *error;
	struct lp_admin_reload reload = {0};
	enum lp_err err;

	if (!context->ops->reload)
		return unsupported("reload");
	err = context->ops->reload(context->user, &reload);
	if (err == LP_ERR_INVALID) {
		answer = lp_request_refusal(
			LP_REQUEST_INVALID,
			"the new configuration has errors: the old one stays in effect");
		if (json_object_object_get_ex(answer, "error", &error))
			json_object_object_add(error, "faults", lp_json_split(reload.faults, "\n"));
	} else if (err) {
		answer = failure(context, err);
	} else {
		answer = success("reload", lp_json_reload(&reload));
		json_object_object_add(answer, "warnings", lp_json_split(reload.faults, "\n"));
	}
	lp_admin_reload_fini(&reload);
	return answer;
}

void lp_admin_reload_fini(struct lp_admin_reload *reload)
{
	for (size_t i = 0; i < reload->change_count; i++) {
		free(reload->changes[i].old_value);
		free(reload->changes[i].new_value);
	}
	free(reload->changes);
	*reload = (struct lp_admin_reload){0};
}

/* The level that is in use: the last one that lets lines pass. */
static enum lp_log_level current_level(void)
{
	enum lp_log_level level = LP_LOG_DEBUG;

	while (level > LP_LOG_ERROR && !lp_log_has_level(level))
		level--;
	return level;
}

static struct json_object *answer_log(const struct context *context)
{
	const struct lp_request *request = context->request;
	enum lp_err err = LP_OK;
	enum lp_log_level level = current_level();

	if (request->has_level && !context->ops->log_level)
		return unsupported("log");
	if (request->has_level) {
		err = context->ops->log_level(context->user, request->level);
		level = request->level;
	}
	return err ? failure(context, err)
		   : success("level", json_object_new_string(lp_log_level_name(level)));
}

static struct json_object *answer_config(const struct context *context)
{
	struct json_object *answer;
	char *text;

	if (!context->ops->config)
		return unsupported("config");
	text = context->ops->config(context->user);
	answer = text ? success("config", lp_json_text(text)) : failure(context, LP_ERR_NOMEM);
	free(text);
	return answer;
}

static const struct lp_request_command commands[] = {
	{"status", true, false, answer_status},	      {"rooms", true, false, answer_rooms},
	{"peers", true, true, answer_peers},	      {"stats", true, false, answer_stats},
	{"drops", true, true, answer_drops},	      {"log", false, false, answer_log},
	{"reload", false, false, answer_reload},      {"kick", false, false, answer_kick},
	{"bans", true, false, answer_bans},	      {"unban", false, false, answer_unban},
	{"config", false, false, answer_config},      {"version", false, false, answer_version},
	{"frame_log", false, true, answer_frame_log},
};

static const struct lp_request_command *find_command(const char *name)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* A string member, NULL when it is missing or none; a null byte in it would cut it unseen. */
static const char *read_text(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	if (strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value))
		return NULL;
	return json_object_get_string(value);
}

/* A whole number between least and most; false when it is missing or none. */
static bool read_number(struct json_object *object, const char *key, int64_t least, int64_t most,
			int64_t *number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_int))
		return false;
	*number = json_object_get_int64(value);
	return *number >= least && *number <= most;
}

static bool read_bool(struct json_object *object, const char *key, bool *value)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_boolean))
		return false;
	*value = json_object_get_boolean(member);
	return true;
}

static bool has(struct json_object *object, const char *key)
{
	return json_object_object_get_ex(object, key, NULL);
}

/* Reads the members beside "command". NULL, or the refusal of one that cannot be what it should. */
static struct json_object *read_members(struct json_object *object, struct lp_request *request)
{
	const char *room = read_text(object, "room");
	const char *level = read_text(object, "level");
	int64_t number;

	if (has(object, "room") &&
	    (!room || !*room || !lp_strcopy(request->room, sizeof(request->room), room)))
		return lp_request_refusal(LP_REQUEST_BAD, "\"room\" must be a room code");
	if (has(object, "peer_id")) {
		if (!read_number(object, "peer_id", 1, UINT16_MAX, &number))
			return lp_request_refusal(LP_REQUEST_BAD, "\"peer_id\" must be 1 to 65535");
		request->peer_id = (uint16_t)number;
		request->has_peer_id = true;
	}
	if (has(object, "level")) {
		if (!level || lp_log_level_parse(level, &request->level))
			return lp_request_refusal(LP_REQUEST_BAD, "\"level\" must be error, warn, "
								  "info or debug");
		request->has_level = true;
	}
	if (has(object, "on")) {
		if (!read_bool(object, "on", &request->is_on))
			return lp_request_refusal(LP_REQUEST_BAD, "\"on\" must be true or false");
		request->has_switch = true;
	}
	if (has(object, "interval_ms")) {
		if (!read_number(object, "interval_ms", INTERVAL_MS_MIN, INTERVAL_MS_MAX, &number))
			return lp_request_refusal(LP_REQUEST_BAD,
						  "\"interval_ms\" must be %d to %d",
						  INTERVAL_MS_MIN, INTERVAL_MS_MAX);
		request->interval_ms = (uint32_t)number;
	}
	if (has(object, "for_ms")) {
		if (!read_number(object, "for_ms", 0, FOR_MS_MAX, &number))
			return lp_request_refusal(LP_REQUEST_BAD, "\"for_ms\" must be 0 to %d",
						  FOR_MS_MAX);
		request->for_ms = (uint32_t)number;
	}
	return NULL;
}

/* `watch` stands for another command, answered again and again. */
static struct json_object *read_command(struct json_object *object, struct lp_request *request)
{
	const char *name = read_text(object, "command");

	if (!name)
		return lp_request_refusal(LP_REQUEST_BAD, "\"command\" is missing or no text");
	request->is_watch = strcmp(name, "watch") == 0;
	if (request->is_watch) {
		name = has(object, "what") ? read_text(object, "what") : "status";
		request->command = name ? find_command(name) : NULL;
		if (!request->command || !request->command->can_watch)
			return lp_request_refusal(LP_REQUEST_BAD, "\"what\" must be status, rooms, "
								  "peers, stats, drops or bans");
		return NULL;
	}
	request->command = find_command(name);
	if (!request->command)
		return lp_request_refusal(LP_REQUEST_UNKNOWN, "there is no command \"%s\"", name);
	return NULL;
}

/* json-c stops at a null byte, or after one value: a request is the whole line or none. */
static struct json_object *parse_whole(const char *line, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, line, (int)len);
	if (object && json_tokener_get_parse_end(tokener) != len) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

static struct json_object *parse_object(const char *line, size_t len)
{
	struct json_object *object = NULL;
	char *ascii = NULL;
	size_t ascii_len;

	if (len < LP_REQUEST_LINE_MAX && !memchr(line, '\0', len))
		ascii = lp_utf8_escape(line, len, &ascii_len);
	if (ascii)
		object = parse_whole(ascii, ascii_len);
	free(ascii);
	if (object && !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	return object;
}

bool lp_request_parse(const char *line, size_t len, struct lp_request *request,
		      struct json_object **answer, bool *is_garbage)
{
	struct json_object *object = parse_object(line, len);

	*request = (struct lp_request){
		.interval_ms = INTERVAL_MS_DEFAULT, .for_ms = FOR_MS_DEFAULT, .caller = "somebody"};
	*is_garbage = !object;
	if (!object) {
		*answer = lp_request_refusal(LP_REQUEST_BAD, "a request is one JSON object a line, "
							     "like {\"command\":\"status\"}");
		return false;
	}
	*answer = read_command(object, request);
	if (!*answer)
		*answer = read_members(object, request);
	json_object_put(object);
	return !*answer;
}

/* A gateway or client is in one room, and answers for no other; NULL = the room is good. */
static struct json_object *refuse_room(const struct context *context)
{
	const char *wanted = context->request->room;
	struct lp_admin_status status = {0};

	if (!*wanted || context->ops->rooms || !context->ops->status ||
	    !context->request->command->takes_room)
		return NULL;
	context->ops->status(context->user, &status);
	if (!status.room[0] || strcasecmp(status.room, wanted) == 0)
		return NULL;
	return lp_request_refusal(LP_REQUEST_NOT_FOUND, "this %s is in room \"%s\", not in \"%s\"",
				  status.role, status.room, wanted);
}

struct json_object *lp_request_answer(const struct lp_request *request,
				      const struct lp_admin_ops *ops, void *user)
{
	struct context context = {.request = request, .ops = ops, .user = user};
	struct json_object *refusal = refuse_room(&context);

	return refusal ? refusal : request->command->answer(&context);
}

bool lp_request_is_success(struct json_object *answer)
{
	struct json_object *ok;

	return json_object_object_get_ex(answer, "ok", &ok) && json_object_get_boolean(ok);
}

char *lp_request_text(struct json_object *answer)
{
	char *text = lp_strdup(json_object_to_json_string_ext(
		answer, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(answer);
	return text;
}
