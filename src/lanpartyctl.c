/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * lanpartyctl: asks a running lanpartyd over its control socket. The table of commands is the
 * program; what they do is in ctl/.
 */
#include "config.h"

#include "base/mem.h"
#include "ctl/command.h"
#include "ctl/option.h"
#include "platform/ctl_socket.h"
#include "platform/files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	{"kick", "ROOM PEER [MINUTES]", 2, 3, lp_ctl_kick, "put a peer out, by id, MAC or name"},
	{"bans", "[ROOM]", 0, 1, lp_ctl_show, "who was put out and may not come back yet"},
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

/* The lanpartyd beside this program, as it was built, or else the installed one. */
static const char *find_daemon(const char *self, char path[PATH_MAX])
{
	const char *slash = strrchr(self, '/');
	int len = slash ? (int)(slash - self) : 0;

	snprintf(path, PATH_MAX, "%.*s/lanpartyd", len, self);
	return slash && access(path, X_OK) == 0 ? path : LP_SBINDIR "/lanpartyd";
}

static enum lp_ctl_exit run(struct lp_ctl *ctl, int argc, char **argv)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		const struct lp_ctl_command *command = &commands[i];

		if (strcmp(command->name, argv[0]) != 0)
			continue;
		if (argc - 1 >= command->args_min && argc - 1 <= command->args_max)
			return command->run(ctl, argv);
		fprintf(ctl->err, "lanpartyctl: it is \"lanpartyctl %s%s%s\"\n", command->name,
			*command->args ? " " : "", command->args);
		return LP_CTL_USAGE;
	}
	fprintf(ctl->err, "lanpartyctl: there is no command \"%s\": see lanpartyctl --help\n",
		argv[0]);
	return LP_CTL_USAGE;
}

int main(int argc, char **argv)
{
	lp_file_begin();
	bool is_terminal = isatty(STDOUT_FILENO);
	char daemon[PATH_MAX];
	struct lp_ctl ctl = {
		.version = PACKAGE_VERSION,
		.daemon = find_daemon(argv[0], daemon),
		.socket = LP_CTL_DEFAULT_PATH,
		.timeout_ms = 5000,
		.interval_ms = 1000,
		.is_terminal = is_terminal,
		.style = {.out = stdout, .has_colour = wants_colour(is_terminal)},
		.err = stderr,
	};
	int first = 0;

	switch (lp_option_parse(&ctl, commands, LP_ARRAY_COUNT(commands), argc, argv, &first)) {
	case LP_OPTION_DONE:
		return LP_CTL_OK;
	case LP_OPTION_MISTAKE:
		return LP_CTL_USAGE;
	case LP_OPTION_RUN:
		break;
	}
	if (first == argc) {
		fputs("lanpartyctl: it needs a command, like status: see lanpartyctl --help\n",
		      stderr);
		return LP_CTL_USAGE;
	}
	return (int)run(&ctl, argc - first, argv + first);
}
