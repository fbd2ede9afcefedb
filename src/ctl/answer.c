/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/answer.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "ctl/ask.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PROTOCOL_VERSION 1
#define DEPTH_MAX	 16 /* twice what any answer of ours has */
#define MESSAGE_MAX	 1024

static const struct {
	enum lp_ctl_exit exit_code;
	const char *code;
} codes[] = {
	/* The first of an exit code is its name. */
	{LP_CTL_USAGE, "usage"},	   {LP_CTL_NOT_RUNNING, "not_running"},
	{LP_CTL_PERMISSION, "permission"}, {LP_CTL_TIMEOUT, "timeout"},
	{LP_CTL_NOT_FOUND, "not_found"},   {LP_CTL_USAGE, "bad_request"},
	{LP_CTL_USAGE, "unknown_command"},
};

/* --- print --- */

static void print_character(FILE *out, uint32_t code)
{
	if (code >= 0x10000) {
		code -= 0x10000;
		fprintf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 | code >> 10),
			(unsigned)(0xdc00 | (code & 0x3ff)));
	} else {
		fprintf(out, "\\u%04x", (unsigned)code);
	}
}

void lp_answer_print(const struct lp_ctl *ctl, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t left = strlen(text);

	while (left) {
		uint32_t code = 0xfffd;
		size_t taken = lp_utf8_decode(text, left, &code);

		if (taken && lp_utf8_is_printable(code))
			fwrite(text, 1, taken, ctl->style.out);
		else
			print_character(ctl->style.out, code);
		text += LP_MAX(taken, (size_t)1);
		left -= LP_MAX(taken, (size_t)1);
	}
	fputc('\n', ctl->style.out);
	json_object_put(object);
}

static void print_failure(const struct lp_ctl *ctl, const char *code, const char *message)
{
	struct json_object *answer = json_object_new_object(), *error = json_object_new_object();
	char clean[MESSAGE_MAX];

	lp_utf8_clean(message, "", clean, sizeof(clean));
	json_object_object_add(error, "code", json_object_new_string(code));
	json_object_object_add(error, "message", json_object_new_string(clean));
	json_object_object_add(answer, "version", json_object_new_int(PROTOCOL_VERSION));
	json_object_object_add(answer, "ok", json_object_new_boolean(false));
	json_object_object_add(answer, "error", error);
	lp_answer_print(ctl, answer);
}

static void say(const struct lp_ctl *ctl, const char *message)
{
	const struct lp_table_style plain = {.out = ctl->err};

	fputs("lanpartyctl: ", ctl->err);
	lp_table_write(&plain, LP_TABLE_PLAIN, message);
	fputc('\n', ctl->err);
}

static void fail(const struct lp_ctl *ctl, const char *code, const char *format, va_list args)
{
	char message[MESSAGE_MAX];

	vsnprintf(message, sizeof(message), format, args);
	if (ctl->is_json)
		print_failure(ctl, code, message);
	else
		say(ctl, message);
}

static enum lp_ctl_exit fail_as(const struct lp_ctl *ctl, enum lp_ctl_exit exit_code,
				const char *code, const char *format, ...) LP_PRINTF(4, 5);

static enum lp_ctl_exit fail_as(const struct lp_ctl *ctl, enum lp_ctl_exit exit_code,
				const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(ctl, code, format, args);
	va_end(args);
	return exit_code;
}

enum lp_ctl_exit lp_answer_fail(const struct lp_ctl *ctl, enum lp_ctl_exit exit_code,
				const char *format, ...)
{
	const char *code = "failed";
	va_list args;

	for (size_t i = LP_ARRAY_COUNT(codes); i-- > 0;) {
		if (codes[i].exit_code == exit_code)
			code = codes[i].code;
	}
	va_start(args, format);
	fail(ctl, code, format, args);
	va_end(args);
	return exit_code;
}

enum lp_ctl_exit lp_answer_fail_to_ask(const struct lp_ctl *ctl, enum lp_err err)
{
	switch (err) {
	case LP_ERR_NOT_FOUND:
		return lp_answer_fail(
			ctl, LP_CTL_NOT_RUNNING,
			"no lanpartyd answers at %s: start it, or name its socket with --socket",
			ctl->socket);
	case LP_ERR_PERMISSION:
		return lp_answer_fail(
			ctl, LP_CTL_PERMISSION,
			"permission denied for %s: run as root, or join the group of the socket",
			ctl->socket);
	case LP_ERR_TIMEOUT:
		return lp_answer_fail(
			ctl, LP_CTL_TIMEOUT,
			"lanpartyd did not answer within %g s: try again, or with a longer "
			"--timeout",
			ctl->timeout_ms / 1000.0);
	case LP_ERR_CLOSED:
		return fail_as(
			ctl, LP_CTL_FAILED, "closed",
			"lanpartyd closed the connection: see whether it ended, and its log");
	case LP_ERR_TOO_LARGE:
		return fail_as(ctl, LP_CTL_FAILED, "too_large",
			       "the request or its answer is too large");
	default:
		return lp_answer_fail(ctl, LP_CTL_FAILED, "%s: %s", ctl->socket, lp_err_text(err));
	}
}

static enum lp_ctl_exit fail_to_understand(const struct lp_ctl *ctl)
{
	return fail_as(ctl, LP_CTL_FAILED, "bad_answer",
		       "the answer at %s is not of this version: use the lanpartyctl that came "
		       "with that lanpartyd",
		       ctl->socket);
}

void lp_answer_show_lines(const struct lp_ctl *ctl, struct json_object *object, const char *key)
{
	struct json_object *lines = NULL;

	json_object_object_get_ex(object, key, &lines);
	for (size_t i = 0; i < lp_table_count(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);

		if (line)
			say(ctl, json_object_get_string(line));
	}
}

enum lp_ctl_exit lp_answer_finish(const struct lp_ctl *ctl, enum lp_ctl_exit exit_code)
{
	bool has_failed = ferror(ctl->style.out) != 0;

	errno = 0;
	if (fflush(ctl->style.out) == 0 && !has_failed)
		return exit_code;
	if (errno == 0)
		say(ctl, "cannot print all of it");
	else if (errno != EPIPE)
		fprintf(ctl->err, "lanpartyctl: cannot print: %s\n", strerror(errno));
	return LP_CTL_FAILED;
}

/* --- read --- */

/* Numbers that JSON has no form for would be printed as none. */
static bool is_finite(struct json_object *value)
{
	if (json_object_is_type(value, json_type_double))
		return isfinite(json_object_get_double(value));
	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member)
		{
			(void)key;
			if (!is_finite(member))
				return false;
		}
	}
	for (size_t i = 0; i < lp_table_count(value); i++) {
		if (!is_finite(json_object_array_get_idx(value, i)))
			return false;
	}
	return true;
}

/* One object and nothing else; NULL for anything that is none. */
static struct json_object *parse(const char *line)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	size_t len = strlen(line), ascii_len = 0;
	char *ascii = lp_utf8_escape(line, len, &ascii_len);
	struct json_object *object = NULL;
	bool is_good = false;

	if (tokener && ascii && ascii_len < INT32_MAX) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		object = json_tokener_parse_ex(tokener, ascii, (int)ascii_len);
		is_good = json_tokener_get_parse_end(tokener) == ascii_len &&
			  json_object_is_type(object, json_type_object) && is_finite(object);
	}
	free(ascii);
	if (tokener)
		json_tokener_free(tokener);
	if (is_good)
		return object;
	json_object_put(object);
	return NULL;
}

/* A whole object of our version, with an error that says something if it is a refusal. */
static bool is_understood(struct json_object *answer, bool *is_ok)
{
	struct json_object *version = NULL, *ok = NULL, *error = NULL, *code = NULL,
			   *message = NULL;

	json_object_object_get_ex(answer, "version", &version);
	json_object_object_get_ex(answer, "ok", &ok);
	if (!json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != PROTOCOL_VERSION ||
	    !json_object_is_type(ok, json_type_boolean))
		return false;
	*is_ok = json_object_get_boolean(ok);
	if (*is_ok)
		return true;
	json_object_object_get_ex(answer, "error", &error);
	json_object_object_get_ex(error, "code", &code);
	json_object_object_get_ex(error, "message", &message);
	return json_object_is_type(code, json_type_string) &&
	       json_object_is_type(message, json_type_string) &&
	       json_object_get_string_len(message) > 0;
}

/* What the daemon refused, in its own words, and the exit code that fits. Takes answer. */
static enum lp_ctl_exit refuse(const struct lp_ctl *ctl, struct json_object *answer)
{
	enum lp_ctl_exit exit_code = LP_CTL_FAILED;
	struct json_object *error = NULL;
	const char *code;

	json_object_object_get_ex(answer, "error", &error);
	code = lp_table_text(error, "code");
	for (size_t i = 0; i < LP_ARRAY_COUNT(codes); i++) {
		if (strcmp(codes[i].code, code) == 0)
			exit_code = codes[i].exit_code;
	}
	if (ctl->is_json) {
		lp_answer_print(ctl, answer);
		return exit_code;
	}
	say(ctl, lp_table_text(error, "message"));
	lp_answer_show_lines(ctl, error, "faults");
	json_object_put(answer);
	return exit_code;
}

/* What a good answer has for its command; the others have nothing to add. */
static const struct {
	const char *command;
	const char *key;
	enum json_type type;
} contents[] = {
	{"status", "status", json_type_object}, {"rooms", "rooms", json_type_array},
	{"peers", "peers", json_type_array},	{"stats", "stats", json_type_object},
	{"drops", "drops", json_type_array},	{"bans", "bans", json_type_array},
	{"log", "level", json_type_string},	{"reload", "reload", json_type_object},
	{"config", "config", json_type_string}, {"version", "daemon", json_type_object},
};

static bool is_rows(struct json_object *array)
{
	for (size_t i = 0; i < lp_table_count(array); i++) {
		if (!json_object_is_type(json_object_array_get_idx(array, i), json_type_object))
			return false;
	}
	return true;
}

static bool has_content(struct json_object *answer, const char *command)
{
	struct json_object *content = NULL;

	for (size_t i = 0; i < LP_ARRAY_COUNT(contents); i++) {
		if (strcmp(contents[i].command, command) != 0)
			continue;
		json_object_object_get_ex(answer, contents[i].key, &content);
		return json_object_is_type(content, contents[i].type) && is_rows(content);
	}
	return true;
}

enum lp_ctl_exit lp_answer_take(const struct lp_ctl *ctl, const char *command, const char *line,
				struct json_object **answer)
{
	struct json_object *object = parse(line);
	bool is_ok = false;

	if (!object || !is_understood(object, &is_ok) || (is_ok && !has_content(object, command))) {
		json_object_put(object);
		return fail_to_understand(ctl);
	}
	if (!is_ok)
		return refuse(ctl, object);
	if (ctl->is_json && !ctl->hides_answer)
		lp_answer_print(ctl, json_object_get(object));
	*answer = object;
	return LP_CTL_OK;
}

/* --- ask --- */

struct json_object *lp_answer_request(const char *command)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "command", json_object_new_string(command));
	return request;
}

void lp_answer_add_text(struct json_object *request, const char *key, const char *text)
{
	if (text)
		json_object_object_add(request, key, json_object_new_string(text));
}

enum lp_ctl_exit lp_answer_ask(const struct lp_ctl *ctl, struct json_object *request,
			       struct json_object **answer)
{
	enum lp_ctl_exit exit_code;
	char command[32];
	const char *line;
	struct lp_ask ask;
	enum lp_err err = lp_ask_init(&ask, ctl->socket);

	if (err) {
		json_object_put(request);
		return lp_answer_fail_to_ask(ctl, err);
	}
	lp_strcopy(command, sizeof(command), lp_table_text(request, "command"));
	err = lp_ask_send(&ask, request);
	/* Who is turned away finds the reason behind the closed door. */
	if (!err || err == LP_ERR_CLOSED)
		err = lp_ask_line(&ask, ctl->timeout_ms, &line);
	exit_code =
		err ? lp_answer_fail_to_ask(ctl, err) : lp_answer_take(ctl, command, line, answer);
	lp_ask_fini(&ask);
	return exit_code;
}
