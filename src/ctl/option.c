/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/option.h"

#include "base/mem.h"
#include "platform/ctl_socket.h"

#include <getopt.h>
#include <stdlib.h>

#define SECONDS_MIN 0.1
#define SECONDS_MAX 3600

static const struct {
	struct option option;
	const char *arg;
	const char *help;
} options[] = {
	{{"json", no_argument, NULL, 'j'}, "", "print the daemon's answer as it came, one line"},
	{{"socket", required_argument, NULL, 's'}, " PATH", "default " LP_CTL_DEFAULT_PATH},
	{{"timeout", required_argument, NULL, 't'}, " SECONDS", "how long to wait, default 5"},
	{{"interval", required_argument, NULL, 'i'}, " SECONDS", "watch: how often, default 1"},
	{{"all", no_argument, NULL, 'a'}, "", "drops: the reasons that never hit, too"},
	{{"wide", no_argument, NULL, 'w'}, "", "all columns"},
	{{"help", no_argument, NULL, 'h'}, "", "show this"},
	{{"version", no_argument, NULL, 'V'}, "", "show the version of lanpartyctl"},
};

static void print_help(FILE *out, const struct lp_ctl_command *commands, size_t command_count)
{
	char left[64];

	fputs("usage: lanpartyctl [OPTION]... COMMAND [ARGUMENT]...\n\ncommands:\n", out);
	for (size_t i = 0; i < command_count; i++) {
		snprintf(left, sizeof(left), "%s %s", commands[i].name, commands[i].args);
		fprintf(out, "  %-24s %s\n", left, commands[i].help);
	}
	fputs("\noptions:\n", out);
	for (size_t i = 0; i < LP_ARRAY_COUNT(options); i++) {
		snprintf(left, sizeof(left), "-%c, --%s%s", options[i].option.val,
			 options[i].option.name, options[i].arg);
		fprintf(out, "  %-24s %s\n", left, options[i].help);
	}
}

static bool parse_seconds(const struct lp_ctl *ctl, const char *text, int *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	/* Turned around, so that "nan" is refused too. */
	if (end == text || *end || !(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) {
		fprintf(ctl->err, "lanpartyctl: \"%s\" must be seconds, %g to %d\n", text,
			SECONDS_MIN, SECONDS_MAX);
		return false;
	}
	*ms = (int)(seconds * 1000 + 0.5);
	return true;
}

static enum lp_option_result take(struct lp_ctl *ctl, int option)
{
	bool is_good = true;

	switch (option) {
	case 'j':
		ctl->is_json = true;
		break;
	case 's':
		ctl->socket = optarg;
		break;
	case 't':
		is_good = parse_seconds(ctl, optarg, &ctl->timeout_ms);
		break;
	case 'i':
		is_good = parse_seconds(ctl, optarg, &ctl->interval_ms);
		break;
	case 'a':
		ctl->shows_all = true;
		break;
	case 'w':
		ctl->style.is_wide = true;
		break;
	case 'V':
		fprintf(ctl->style.out, "lanpartyctl %s\n", ctl->version);
		return LP_OPTION_DONE;
	default:
		fputs("lanpartyctl: see lanpartyctl --help\n", ctl->err);
		return LP_OPTION_MISTAKE;
	}
	return is_good ? LP_OPTION_RUN : LP_OPTION_MISTAKE;
}

enum lp_option_result lp_option_parse(struct lp_ctl *ctl, const struct lp_ctl_command *commands,
				      size_t command_count, int argc, char **argv, int *first)
{
	struct option long_options[LP_ARRAY_COUNT(options) + 1] = {{0}};
	char letters[2 * LP_ARRAY_COUNT(options) + 1];
	size_t letter_count = 0;
	int option;

	for (size_t i = 0; i < LP_ARRAY_COUNT(options); i++) {
		long_options[i] = options[i].option;
		letters[letter_count++] = (char)options[i].option.val;
		if (options[i].option.has_arg)
			letters[letter_count++] = ':';
	}
	letters[letter_count] = '\0';
	while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		enum lp_option_result result;

		if (option == 'h') {
			print_help(ctl->style.out, commands, command_count);
			return LP_OPTION_DONE;
		}
		result = take(ctl, option);
		if (result != LP_OPTION_RUN)
			return result;
	}
	*first = optind;
	return LP_OPTION_RUN;
}
