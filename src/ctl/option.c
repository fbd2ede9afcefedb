/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "config.h"

#include "ctl/option.h"

#include "base/mem.h"
#include "ctl/answer.h"
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
	{{"json", no_argument, NULL, 'j'}, "", "print answers and failures as JSON, one line"},
	{{"socket", required_argument, NULL, 's'}, " PATH", "default " LP_CONTROL_PATH},
	{{"timeout", required_argument, NULL, 't'}, " SECONDS", "how long to wait, default 5"},
	{{"interval", required_argument, NULL, 'i'}, " SECONDS", "watch: how often, default 1"},
	{{"all", no_argument, NULL, 'a'}, "", "drops: also reasons that have not occurred"},
	{{"check", no_argument, NULL, 'c'}, "", "status: exit status 8 if there is a problem"},
	{{"wide", no_argument, NULL, 'w'}, "", "all columns and details"},
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
		lp_answer_fail(ctl, LP_CTL_USAGE, "\"%s\" must be seconds, %g to %d", text,
			       SECONDS_MIN, SECONDS_MAX);
		return false;
	}
	*ms = (int)(seconds * 1000 + 0.5);
	return true;
}

/* `word` is what was read last. */
static enum lp_option_result take(struct lp_ctl *ctl, int option, const char *word)
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
	case 'c':
		ctl->checks = true;
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
		lp_answer_fail(ctl, LP_CTL_USAGE, "%s \"%s\": see lanpartyctl --help",
			       option == ':' ? "something is missing after" : "there is no option",
			       word);
		return LP_OPTION_MISTAKE;
	}
	return is_good ? LP_OPTION_RUN : LP_OPTION_MISTAKE;
}

enum lp_option_result lp_option_parse(struct lp_ctl *ctl, const struct lp_ctl_command *commands,
				      size_t command_count, int argc, char **argv, int *first)
{
	struct option long_options[LP_ARRAY_COUNT(options) + 1] = {{0}};
	char letters[2 * LP_ARRAY_COUNT(options) + 2] = ":";
	size_t letter_count = 1;
	char letter[3];
	int option;

	for (size_t i = 0; i < LP_ARRAY_COUNT(options); i++) {
		long_options[i] = options[i].option;
		letters[letter_count++] = (char)options[i].option.val;
		if (options[i].option.has_arg)
			letters[letter_count++] = ':';
	}
	letters[letter_count] = '\0';
	opterr = 0;
	/* A mistake before --json is told as JSON, too. */
	while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1)
		ctl->is_json |= option == 'j';
	optind = 0; /* from the beginning, as glibc and musl want it */
	while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		enum lp_option_result result;

		if (option == 'h') {
			print_help(ctl->style.out, commands, command_count);
			return LP_OPTION_DONE;
		}
		snprintf(letter, sizeof(letter), "-%c", optopt);
		result = take(ctl, option,
			      optopt > 0 && optopt < 0x7f && argv[optind - 1][1] != '-'
				      ? letter
				      : argv[optind - 1]);
		if (result != LP_OPTION_RUN)
			return result;
	}
	*first = optind;
	return LP_OPTION_RUN;
}
