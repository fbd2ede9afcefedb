/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/command.h"

#include "base/mem.h"
#include "ctl/answer.h"
#include "ctl/view.h"
#include "platform/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define KICK_MINUTES 5
#define MINUTES_MAX  1440

/* Does the daemon call anything a problem? */
static bool has_problem(struct json_object *answer)
{
	struct json_object *status = NULL, *lines = NULL;

	json_object_object_get_ex(answer, "status", &status);
	json_object_object_get_ex(status, "lines", &lines);
	for (size_t i = 0; i < lp_table_count(lines); i++) {
		struct json_object *line = json_object_array_get_idx(lines, i);

		if (strcmp(lp_table_text(line, "level"), "bad") == 0)
			return true;
	}
	return false;
}

enum lp_ctl_exit lp_ctl_show(struct lp_ctl *ctl, char **argv)
{
	const struct lp_view *view = lp_view_find(argv[0]);
	struct json_object *request, *answer;
	enum lp_ctl_exit exit_code;

	if (ctl->checks && strcmp(argv[0], "status") != 0)
		return lp_answer_fail(ctl, LP_CTL_USAGE, "--check goes with status only");
	request = lp_answer_request(argv[0]);
	lp_answer_add_text(request, "room", argv[1]);
	exit_code = lp_answer_ask(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		lp_view_print(view, &ctl->style, ctl->shows_all, answer);
	if (ctl->checks && has_problem(answer))
		exit_code = LP_CTL_PROBLEM;
	json_object_put(answer);
	return exit_code;
}

enum lp_ctl_exit lp_ctl_log(struct lp_ctl *ctl, char **argv)
{
	struct json_object *request = lp_answer_request("log"), *answer;
	enum lp_ctl_exit exit_code;

	lp_answer_add_text(request, "level", argv[1]);
	exit_code = lp_answer_ask(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		fprintf(ctl->style.out, "The log level is %s%s.\n", lp_table_text(answer, "level"),
			argv[1] ? " until the next reload or start" : "");
	json_object_put(answer);
	return LP_CTL_OK;
}

/* Each change in a sentence; returns how many wait for a restart. */
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
	enum lp_ctl_exit exit_code = lp_answer_ask(ctl, lp_answer_request(argv[0]), &answer);
	size_t waiting;

	if (exit_code)
		return exit_code;
	json_object_object_get_ex(answer, "reload", &reload);
	json_object_object_get_ex(reload, "changes", &changes);
	if (!ctl->is_json)
		fputs("The configuration was reloaded.\n", ctl->style.out);
	waiting = show_changes(ctl, changes);
	if (!ctl->is_json && !lp_table_count(changes))
		fputs("Nothing in it has changed.\n", ctl->style.out);
	if (!ctl->is_json)
		lp_answer_show_lines(ctl, answer, "warnings");
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
	quiet.hides_answer = true;
	request = lp_answer_request(list);
	lp_answer_add_text(request, "room", room);
	exit_code = lp_answer_ask(&quiet, request, &answer);
	if (exit_code)
		return exit_code;
	*id = find_peer(answer, list, name);
	json_object_put(answer);
	if (*id > 0)
		return LP_CTL_OK;
	if (*id < 0)
		return lp_answer_fail(ctl, LP_CTL_FAILED,
				      "several peers in room \"%s\" are called \"%s\": "
				      "name one by its id",
				      room, name);
	return lp_answer_fail(
		ctl, LP_CTL_NOT_FOUND,
		"nobody in room \"%s\" has the id, MAC or name \"%s\": see lanpartyctl %s", room,
		name, list);
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
		return lp_answer_fail(ctl, LP_CTL_USAGE, "MINUTES is a whole number, 0 to %d",
				      MINUTES_MAX);
	exit_code = resolve_peer(ctl, "peers", argv[1], argv[2], &id);
	if (exit_code)
		return exit_code;
	request = lp_answer_request("kick");
	lp_answer_add_text(request, "room", argv[1]);
	json_object_object_add(request, "peer_id", json_object_new_int(id));
	json_object_object_add(request, "for_ms", json_object_new_int(minutes * 60 * 1000));
	exit_code = lp_answer_ask(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json && minutes > 0)
		fprintf(ctl->style.out,
			"Peer %d was kicked from room \"%s\" and may come back in %d minute%s.\n",
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
	request = lp_answer_request("unban");
	lp_answer_add_text(request, "room", argv[1]);
	json_object_object_add(request, "peer_id", json_object_new_int(id));
	exit_code = lp_answer_ask(ctl, request, &answer);
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
		return lp_answer_fail(ctl, LP_CTL_USAGE,
				      "usage: lanpartyctl frame-log on|off [ROOM [PEER]]");
	if (argv[2] && argv[3]) {
		exit_code = resolve_peer(ctl, "peers", argv[2], argv[3], &id);
		if (exit_code)
			return exit_code;
	}
	request = lp_answer_request("frame_log");
	json_object_object_add(request, "on", json_object_new_boolean(is_on));
	lp_answer_add_text(request, "room", argv[2]);
	if (id > 0)
		json_object_object_add(request, "peer_id", json_object_new_int(id));
	exit_code = lp_answer_ask(ctl, request, &answer);
	if (exit_code)
		return exit_code;
	if (!ctl->is_json)
		fprintf(ctl->style.out, "Frames are%s logged until the next reload or start.\n",
			is_on ? "" : " not");
	json_object_put(answer);
	return LP_CTL_OK;
}

/* What the daemon says of the file, as an object. */
static enum lp_ctl_exit check_for_json(struct lp_ctl *ctl, char **argv)
{
	struct json_object *answer = json_object_new_object(), *result = json_object_new_object();
	struct json_object *lines = json_object_new_array();
	char *text = NULL, *rest = NULL;
	int status = 0;

	if (lp_process_run(ctl->daemon, argv, &text, &status)) {
		json_object_put(answer);
		json_object_put(result);
		json_object_put(lines);
		return lp_answer_fail(ctl, LP_CTL_FAILED, "cannot run %s, which checks the file",
				      ctl->daemon);
	}
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		json_object_array_add(lines, json_object_new_string(line));
	free(text);
	json_object_object_add(answer, "version", json_object_new_int(1));
	json_object_object_add(answer, "ok", json_object_new_boolean(status == 0));
	if (status) {
		json_object_object_add(result, "code", json_object_new_string("invalid"));
		json_object_object_add(result, "message",
				       json_object_new_string("the file has faults"));
		json_object_object_add(result, "faults", lines);
	} else {
		json_object_object_add(result, "lines", lines);
	}
	json_object_object_add(answer, status ? "error" : "check", result);
	lp_answer_print(ctl, answer);
	return (enum lp_ctl_exit)status;
}

/* The tool knows no schema: the daemon checks its file. */
static enum lp_ctl_exit check_config(struct lp_ctl *ctl, char *file)
{
	char program[] = "lanpartyd", test[] = "-t", option[] = "-c";
	char *argv[] = {program, test, option, file, NULL};

	if (ctl->is_json)
		return check_for_json(ctl, argv);
	execv(ctl->daemon, argv);
	if (errno == ENOENT)
		execvp(program, argv);
	return lp_answer_fail(ctl, LP_CTL_FAILED, "cannot run %s, which checks the file: %s",
			      ctl->daemon, strerror(errno));
}

enum lp_ctl_exit lp_ctl_config(struct lp_ctl *ctl, char **argv)
{
	struct json_object *answer;
	enum lp_ctl_exit exit_code;

	if (argv[1] && strcmp(argv[1], "check") == 0 && argv[2])
		return check_config(ctl, argv[2]);
	if (argv[1])
		return lp_answer_fail(ctl, LP_CTL_USAGE, "usage: lanpartyctl config [check FILE]");
	exit_code = lp_answer_ask(ctl, lp_answer_request("config"), &answer);
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
	exit_code = lp_answer_ask(ctl, lp_answer_request(argv[0]), &answer);
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
