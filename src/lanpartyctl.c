/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * lanpartyctl: asks a running lanpartyd over its control socket. The table of commands is the
 * program; what they do is in ctl/.
 */
#include "config.h"

#include "base/mem.h"
#include "base/suggest.h"
#include "ctl/answer.h"
#include "ctl/command.h"
#include "ctl/option.h"
#include "platform/ctl_socket.h"
#include "platform/files.h"
#include "platform/process.h"
#include "platform/terminal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct lp_ctl_command commands[] = {
	{"status", "", 0, 0, lp_ctl_show, "how the daemon is doing"},
	{"rooms", "", 0, 0, lp_ctl_show, "the rooms of a relay"},
	{"peers", "[ROOM]", 0, 1, lp_ctl_show, "who is connected"},
	{"stats", "", 0, 0, lp_ctl_show, "all counters"},
	{"drops", "[ROOM]", 0, 1, lp_ctl_show, "what was dropped, and why"},
	{"watch", "[WHAT [ROOM]]", 0, 2, lp_ctl_watch, "one of the above, again and again"},
	{"log", "[LEVEL]", 0, 1, lp_ctl_log, "show or set the log level: error, warn, info, debug"},
	{"frame-log", "on|off [ROOM [PEER]]", 1, 3, lp_ctl_frame_log,
	 "a log line for every frame, or not"},
	{"reload", "", 0, 0, lp_ctl_reload, "read the configuration again"},
	{"kick", "ROOM PEER [MINUTES]", 2, 3, lp_ctl_kick, "kick a peer, by id, MAC or name"},
	{"bans", "[ROOM]", 0, 1, lp_ctl_show, "who was kicked and may not come back yet"},
	{"unban", "ROOM PEER", 2, 2, lp_ctl_unban, "let a peer come back, by id, MAC or name"},
	{"config", "[check FILE]", 0, 2, lp_ctl_config, "what is in effect; or check a file"},
	{"version", "", 0, 0, lp_ctl_version, "versions of lanpartyctl and lanpartyd"},
};

/* Colours are for eyes: see https://no-color.org. */
static bool wants_colour(bool is_terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return is_terminal && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

/*
 * Tables fit a terminal; elsewhere they fit what terminals have at least, or what COLUMNS says, and
 * a sentence is one line.
 */
static void find_size(struct lp_table_style *style)
{
	const char *columns = getenv("COLUMNS");

	style->columns = 80;
	style->wraps = lp_terminal_size(&style->columns, &style->rows);
	if (!style->wraps && columns && atoi(columns) > 0) {
		style->columns = (size_t)atoi(columns);
		style->wraps = true;
	}
}

/* The lanpartyd beside this program, as it was built, or else the installed one. */
static const char *find_daemon(const char *self, char path[PATH_MAX])
{
	return lp_process_beside(self, "lanpartyd", path, PATH_MAX) ? path
								    : LP_SBINDIR "/lanpartyd";
}

static enum lp_ctl_exit fail_unknown(const struct lp_ctl *ctl, const char *name)
{
	struct lp_suggest suggest;

	lp_suggest_init(&suggest, name);
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++)
		lp_suggest_offer(&suggest, commands[i].name, commands[i].name);
	if (*suggest.best)
		return lp_answer_fail(ctl, LP_CTL_USAGE,
				      "there is no command \"%s\", did you mean \"%s\"?", name,
				      suggest.best);
	return lp_answer_fail(ctl, LP_CTL_USAGE,
			      "there is no command \"%s\": see lanpartyctl --help", name);
}

static enum lp_ctl_exit run(struct lp_ctl *ctl, int argc, char **argv)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		const struct lp_ctl_command *command = &commands[i];

		if (strcmp(command->name, argv[0]) != 0)
			continue;
		if (argc - 1 >= command->args_min && argc - 1 <= command->args_max)
			return command->run(ctl, argv);
		return lp_answer_fail(ctl, LP_CTL_USAGE, "usage: lanpartyctl %s%s%s", command->name,
				      *command->args ? " " : "", command->args);
	}
	return fail_unknown(ctl, argv[0]);
}

int main(int argc, char **argv)
{
	lp_file_begin();
	bool is_terminal = lp_terminal_begin();
	char daemon[PATH_MAX];
	struct lp_ctl ctl = {
		.version = PACKAGE_VERSION,
		.daemon = find_daemon(argv[0], daemon),
		.socket = LP_CONTROL_PATH,
		.timeout_ms = 5000,
		.interval_ms = 1000,
		.is_terminal = is_terminal,
		.style = {.out = stdout, .has_colour = wants_colour(is_terminal)},
		.err = stderr,
	};
	int first = 0;

	find_size(&ctl.style);
	switch (lp_option_parse(&ctl, commands, LP_ARRAY_COUNT(commands), argc, argv, &first)) {
	case LP_OPTION_DONE:
		return (int)lp_answer_finish(&ctl, LP_CTL_OK);
	case LP_OPTION_MISTAKE:
		return (int)lp_answer_finish(&ctl, LP_CTL_USAGE);
	case LP_OPTION_RUN:
		break;
	}
	if (first < argc)
		return (int)lp_answer_finish(&ctl, run(&ctl, argc - first, argv + first));
	lp_answer_fail(&ctl, LP_CTL_USAGE,
		       "a command is missing, such as status: see lanpartyctl --help");
	return (int)lp_answer_finish(&ctl, LP_CTL_USAGE);
}
