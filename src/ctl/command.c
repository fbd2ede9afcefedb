/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/command.h"

#include "ctl/ask.h"
#include "ctl/view.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PROTOCOL_VERSION 1
#define KICK_MINUTES	 5
#define MINUTES_MAX	 1440
#define CLEAR_SCREEN	 "\033[H\033[J"

/* Prints a sentence about what went wrong and gives the exit code back. */
__attribute__((format(printf, 3, 4))) static enum lp_ctl_exit
fail(const struct lp_ctl *ctl, enum lp_ctl_exit code, const char *format, ...)
{
	const struct lp_table_style plain = {.out = ctl->err};
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	fputs("lanpartyctl: ", ctl->err);
	lp_table_write(&plain, LP_TABLE_PLAIN, message);
	fputc('\n', ctl->err);
	return code;
}

/* Each text of the array under key, as a sentence of its own. */
static void show_lines(const struct lp_ctl *ctl, struct json_object *object, const char *key)
{
	struct json_object *lines;

	if (!json_object_object_get_ex(object, key, &lines) ||
	    !json_object_is_type(lines, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);

		if (line)
			fail(ctl, LP_CTL_FAILED, "%s", json_object_get_string(line));
	}
}

static enum lp_ctl_exit fail_to_ask(const struct lp_ctl *ctl, enum lp_err err)
{
	switch (err) {
	case LP_ERR_NOT_FOUND:
		return fail(
			ctl, LP_CTL_NOT_RUNNING,
			"no lanpartyd answers at %s: start it, or name its socket with --socket",
			ctl->socket);
	case LP_ERR_PERMISSION:
		return fail(ctl, LP_CTL_PERMISSION,
			    "you may not use %s: be root, or join the group that it belongs to",
			    ctl->socket);
	case LP_ERR_TIMEOUT:
		return fail(ctl, LP_CTL_TIMEOUT,
			    "lanpartyd did not answer within %g s: try again, or with a longer "
			    "--timeout",
			    ctl->timeout_ms / 1000.0);
	case LP_ERR_CLOSED:
		return fail(ctl, LP_CTL_FAILED,
			    "lanpartyd closed the connection: see whether it ended, and its log");
	case LP_ERR_TOO_LARGE:
		return fail(ctl, LP_CTL_FAILED, "the request or its answer is too large");
	default:
		return fail(ctl, LP_CTL_FAILED, "%s: %s", ctl->socket, lp_err_text(err));
	}
}

static struct json_object *new_request(const char *command)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "command", json_object_new_string(command));
	return request;
}

static void add_text(struct json_object *request, const char *key, const char *text)
{
	if (text)
		json_object_object_add(request, key, json_object_new_string(text));
}

static enum lp_ctl_exit fail_to_understand(const struct lp_ctl *ctl)
{
	return fail(
		ctl, LP_CTL_FAILED,
		"what answers at %s does not speak as this version does: use the lanpartyctl of "
		"its lanpartyd",
		ctl->socket);
}

/* What the daemon refused, in its own words, and the exit code that fits. */
static enum lp_ctl_exit refused(const struct lp_ctl *ctl, struct json_object *answer)
{
	static const struct {
		const char *code;
		enum lp_ctl_exit exit_code;
	} codes[] = {
		{"not_found", LP_CTL_NOT_FOUND},
		{"bad_request", LP_CTL_USAGE},
		{"unknown_command", LP_CTL_USAGE},
	};
	enum lp_ctl_exit exit_code = LP_CTL_FAILED;
	struct json_object *error = NULL;
	const char *code;

	json_object_object_get_ex(answer, "error", &error);
	code = lp_table_text(error, "code");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i].code, code) == 0)
			exit_code = codes[i].exit_code;
	}
	if (ctl->is_json)
		return exit_code;
	if (lp_table_text(error, "message")[0] == '\0')
		return fail_to_understand(ctl);
	fail(ctl, exit_code, "%s", lp_table_text(error, "message"));
	show_lines(ctl, error, "faults");
	return exit_code;
}

/* Reads an answer; with --json prints it as it came. *answer is given, unless the code is not OK.
 */
static enum lp_ctl_exit read_answer(const struct lp_ctl *ctl, struct lp_ask *ask, int timeout_ms,
				    struct json_object **answer)
{
	enum lp_ctl_exit exit_code = LP_CTL_OK;
	struct json_object *object, *ok, *version;
	const char *line;
	enum lp_err err = lp_ask_line(ask, timeout_ms, &line);

	if (err)
		return fail_to_ask(ctl, err);
	if (ctl->is_json)
		fprintf(ctl->style.out, "%s\n", line);
	object = json_tokener_parse(line);
	if (!json_object_object_get_ex(object, "version", &version) ||
	    json_object_get_int64(version) != PROTOCOL_VERSION)
		exit_code = fail_to_understand(ctl);
	else if (!json_object_object_get_ex(object, "ok", &ok) || !json_object_get_boolean(ok))
		exit_code = refused(ctl, object);
	if (exit_code)
		json_object_put(object);
	else
		*answer = object;
	return exit_code;
}

/* Asks one thing. Takes request; *answer is given, unless the code is not OK. */
static enum lp_ctl_exit ask_once(const struct lp_ctl *ctl, struct json_object *request,
				 struct json_object **answer)
{
	enum lp_ctl_exit exit_code;
	struct lp_ask ask;
	enum lp_err err = lp_ask_init(&ask, ctl->socket);

	if (err) {
		json_object_put(request);
		return fail_to_ask(ctl, err);
	}
	err = lp_ask_send(&ask, request);
	/* Who is turned away finds the reason behind the closed door. */
	if (err && err != LP_ERR_CLOSED)
		exit_code = fail_to_ask(ctl, err);
	else
		exit_code = read_answer(ctl, &ask, ctl->timeout_ms, answer);
	lp_ask_fini(&ask);
	return exit_code;
}

static void print_view(const struct lp_ctl *ctl, const struct lp_view *view,
		       struct json_object *answer)
{
	struct json_object *content;

	if (!ctl->is_json && json_object_object_get_ex(answer, view->command, &content))
		view->print(&ctl->style, ctl->shows_all, content);
}

enum lp_ctl_exit lp_ctl_show(struct lp_ctl *ctl, char **argv)
{
	const struct lp_view *view = lp_view_find(argv[0]);
	struct json_object *request = new_request(argv[0]), *answer;
	enum lp_ctl_exit exit_code;

	add_text(request, "room", argv[1]);
	exit_code = ask_once(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	print_view(ctl, view, answer);
	json_object_put(answer);
	return LP_CTL_OK;
}

/* Prints answers until something ends it. */
static enum lp_ctl_exit follow(const struct lp_ctl *ctl, struct lp_ask *ask,
			       const struct lp_view *view)
{
	for (bool is_first = true;; is_first = false) {
		struct json_object *answer;
		enum lp_ctl_exit exit_code =
			read_answer(ctl, ask, ctl->interval_ms + ctl->timeout_ms, &answer);

		if (exit_code)
			return exit_code;
		if (!ctl->is_json && ctl->is_terminal)
			fputs(CLEAR_SCREEN, ctl->style.out);
		else if (!ctl->is_json && !is_first)
			fputc('\n', ctl->style.out);
		print_view(ctl, view, answer);
		json_object_put(answer);
		if (fflush(ctl->style.out))
			return fail(ctl, LP_CTL_FAILED, "cannot print: %s", strerror(errno));
	}
}

enum lp_ctl_exit lp_ctl_watch(struct lp_ctl *ctl, char **argv)
{
	const char *what = argv[1] ? argv[1] : "status";
	const char *room = argv[1] ? argv[2] : NULL;
	const struct lp_view *view = lp_view_find(what);
	struct json_object *request;
	enum lp_ctl_exit exit_code;
	struct lp_ask ask;
	enum lp_err err;

	if (!view)
		return fail(ctl, LP_CTL_USAGE,
			    "watch shows status, rooms, peers, stats, drops or bans, not \"%s\"",
			    what);
	if (room && !view->takes_room)
		return fail(ctl, LP_CTL_USAGE, "%s is not asked for one room", what);
	err = lp_ask_init(&ask, ctl->socket);
	if (err)
		return fail_to_ask(ctl, err);
	request = new_request("watch");
	add_text(request, "what", what);
	add_text(request, "room", room);
	json_object_object_add(request, "interval_ms", json_object_new_int(ctl->interval_ms));
	err = lp_ask_send(&ask, request);
	exit_code = err && err != LP_ERR_CLOSED ? fail_to_ask(ctl, err) : follow(ctl, &ask, view);
	lp_ask_fini(&ask);
	return exit_code;
}

enum lp_ctl_exit lp_ctl_log(struct lp_ctl *ctl, char **argv)
{
	struct json_object *request = new_request("log"), *answer;
	enum lp_ctl_exit exit_code;

	add_text(request, "level", argv[1]);
	exit_code = ask_once(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		fprintf(ctl->style.out, "The log level is %s%s.\n", lp_table_text(answer, "level"),
			argv[1] ? " until the next reload or start" : "");
	json_object_put(answer);
	return LP_CTL_OK;
}

/* Each change in a sentence; gives how many wait for a restart. */
static size_t show_changes(const struct lp_ctl *ctl, struct json_object *changes)
{
	size_t waiting = 0;

	for (size_t i = 0; i < lp_table_count(changes); i++) {
		struct json_object *change = json_object_array_get_idx(changes, i);
		const char *effect = lp_table_text(change, "takes_effect");
		bool is_waiting = strcmp(effect, "restart") == 0;
		bool is_later = !is_waiting && strcmp(effect, "now") != 0;

		waiting += is_waiting;
		if (ctl->is_json)
			continue;
		lp_table_write(&ctl->style, is_waiting ? LP_TABLE_YELLOW : LP_TABLE_PLAIN,
			       is_waiting ? "  waiting    "
			       : is_later ? "  later      "
					  : "  in effect  ");
		lp_table_write(&ctl->style, LP_TABLE_PLAIN, lp_table_text(change, "text"));
		fputc('\n', ctl->style.out);
	}
	return waiting;
}

enum lp_ctl_exit lp_ctl_reload(struct lp_ctl *ctl, char **argv)
{
	struct json_object *answer, *reload = NULL, *changes = NULL;
	enum lp_ctl_exit exit_code = ask_once(ctl, new_request(argv[0]), &answer);
	size_t waiting;

	if (exit_code)
		return exit_code;
	json_object_object_get_ex(answer, "reload", &reload);
	json_object_object_get_ex(reload, "changes", &changes);
	if (!ctl->is_json)
		fputs("The configuration was read again.\n", ctl->style.out);
	waiting = show_changes(ctl, changes);
	if (!ctl->is_json && !lp_table_count(changes))
		fputs("Nothing in it has changed.\n", ctl->style.out);
	if (!ctl->is_json)
		show_lines(ctl, answer, "warnings");
	json_object_put(answer);
	return waiting ? LP_CTL_WAITING : LP_CTL_OK;
}

/* The id of who is called so in an answer to `peers` or `bans`; 0 = nobody, -1 = several. */
static int find_peer(struct json_object *answer, const char *list, const char *name)
{
	struct json_object *peers, *id;
	int found = 0;

	if (!json_object_object_get_ex(answer, list, &peers) ||
	    !json_object_is_type(peers, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(peers); i++) {
		struct json_object *peer = json_object_array_get_idx(peers, i);

		if (strcasecmp(lp_table_text(peer, "mac"), name) != 0 &&
		    strcmp(lp_table_text(peer, "name"), name) != 0)
			continue;
		if (found)
			return -1;
		if (json_object_object_get_ex(peer, "peer_id", &id))
			found = json_object_get_int(id);
	}
	return found;
}

/* An id as it stands, or who is called so in the room, or in its bans. */
static enum lp_ctl_exit resolve_peer(const struct lp_ctl *ctl, const char *list, const char *room,
				     const char *name, int *id)
{
	struct lp_ctl quiet = *ctl;
	struct json_object *request, *answer;
	enum lp_ctl_exit exit_code;
	char *end;
	long number = strtol(name, &end, 10);

	if (end != name && !*end && number > 0 && number <= UINT16_MAX) {
		*id = (int)number;
		return LP_CTL_OK;
	}
	quiet.is_json = false;
	request = new_request(list);
	add_text(request, "room", room);
	exit_code = ask_once(&quiet, request, &answer);
	if (exit_code)
		return exit_code;
	*id = find_peer(answer, list, name);
	json_object_put(answer);
	if (*id > 0)
		return LP_CTL_OK;
	if (*id < 0)
		return fail(ctl, LP_CTL_FAILED,
			    "several peers in room \"%s\" are called \"%s\": "
			    "name one by its id",
			    room, name);
	return fail(ctl, LP_CTL_NOT_FOUND,
		    "nobody in room \"%s\" has the id, MAC or name \"%s\": see lanpartyctl %s",
		    room, name, list);
}

/* Whole minutes, a day at most; false for anything else. */
static bool parse_minutes(const char *text, int *minutes)
{
	char *end;
	long number = strtol(text, &end, 10);

	*minutes = (int)number;
	return end != text && !*end && number >= 0 && number <= MINUTES_MAX;
}

enum lp_ctl_exit lp_ctl_kick(struct lp_ctl *ctl, char **argv)
{
	struct json_object *request, *answer;
	enum lp_ctl_exit exit_code;
	int id, minutes = KICK_MINUTES;

	if (argv[3] && !parse_minutes(argv[3], &minutes))
		return fail(ctl, LP_CTL_USAGE, "MINUTES is a whole number, 0 to %d", MINUTES_MAX);
	exit_code = resolve_peer(ctl, "peers", argv[1], argv[2], &id);
	if (exit_code)
		return exit_code;
	request = new_request("kick");
	add_text(request, "room", argv[1]);
	json_object_object_add(request, "peer_id", json_object_new_int(id));
	json_object_object_add(request, "for_ms", json_object_new_int(minutes * 60 * 1000));
	exit_code = ask_once(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json && minutes > 0)
		fprintf(ctl->style.out,
			"Peer %d was put out of room \"%s\" and may come back in %d minute%s.\n",
			id, argv[1], minutes, minutes == 1 ? "" : "s");
	else if (!ctl->is_json)
		fprintf(ctl->style.out, "Peer %d was disconnected from room \"%s\".\n", id,
			argv[1]);
	json_object_put(answer);
	return LP_CTL_OK;
}

enum lp_ctl_exit lp_ctl_unban(struct lp_ctl *ctl, char **argv)
{
	struct json_object *request, *answer;
	enum lp_ctl_exit exit_code;
	int id;

	exit_code = resolve_peer(ctl, "bans", argv[1], argv[2], &id);
	if (exit_code)
		return exit_code;
	request = new_request("unban");
	add_text(request, "room", argv[1]);
	json_object_object_add(request, "peer_id", json_object_new_int(id));
	exit_code = ask_once(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		fprintf(ctl->style.out,
			"Peer %d may come back to room \"%s\"; a client that is running tries "
			"again within 5 minutes.\n",
			id, argv[1]);
	json_object_put(answer);
	return LP_CTL_OK;
}

enum lp_ctl_exit lp_ctl_frame_log(struct lp_ctl *ctl, char **argv)
{
	struct json_object *request, *answer;
	enum lp_ctl_exit exit_code;
	bool is_on = strcmp(argv[1], "on") == 0;
	int id = 0;

	if (!is_on && strcmp(argv[1], "off") != 0)
		return fail(ctl, LP_CTL_USAGE, "it is \"frame-log on\" or \"frame-log off\"");
	if (argv[2] && argv[3]) {
		exit_code = resolve_peer(ctl, "peers", argv[2], argv[3], &id);
		if (exit_code)
			return exit_code;
	}
	request = new_request("frame_log");
	json_object_object_add(request, "on", json_object_new_boolean(is_on));
	add_text(request, "room", argv[2]);
	if (id > 0)
		json_object_object_add(request, "peer_id", json_object_new_int(id));
	exit_code = ask_once(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		fprintf(ctl->style.out, "Frames are%s logged until the next reload or start.\n",
			is_on ? "" : " not");
	json_object_put(answer);
	return LP_CTL_OK;
}

/* The tool knows no schema: the daemon checks its file. */
static enum lp_ctl_exit check_config(struct lp_ctl *ctl, char *file)
{
	char program[] = "lanpartyd", test[] = "-t", option[] = "-c";
	char *argv[] = {program, test, option, file, NULL};

	execv(ctl->daemon, argv);
	if (errno == ENOENT)
		execvp(program, argv);
	return fail(ctl, LP_CTL_FAILED, "cannot run %s, which checks the file: %s", ctl->daemon,
		    strerror(errno));
}

enum lp_ctl_exit lp_ctl_config(struct lp_ctl *ctl, char **argv)
{
	struct json_object *answer;
	enum lp_ctl_exit exit_code;

	if (argv[1] && strcmp(argv[1], "check") == 0 && argv[2])
		return check_config(ctl, argv[2]);
	if (argv[1])
		return fail(ctl, LP_CTL_USAGE, "it is \"config\", or \"config check FILE\"");
	exit_code = ask_once(ctl, new_request("config"), &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		lp_table_write(&ctl->style, LP_TABLE_PLAIN, lp_table_text(answer, "config"));
	json_object_put(answer);
	return LP_CTL_OK;
}

enum lp_ctl_exit lp_ctl_version(struct lp_ctl *ctl, char **argv)
{
	struct json_object *answer, *daemon = NULL;
	enum lp_ctl_exit exit_code;

	if (!ctl->is_json)
		fprintf(ctl->style.out, "lanpartyctl %s\n", ctl->version);
	fflush(ctl->style.out);
	exit_code = ask_once(ctl, new_request(argv[0]), &answer);
	if (exit_code)
		return exit_code;
	json_object_object_get_ex(answer, "daemon", &daemon);
	if (!ctl->is_json)
		fprintf(ctl->style.out, "lanpartyd %s as %s (pid %s)\n",
			lp_table_text(daemon, "version"), lp_table_text(daemon, "role"),
			lp_table_text(daemon, "pid"));
	json_object_put(answer);
	return LP_CTL_OK;
}
