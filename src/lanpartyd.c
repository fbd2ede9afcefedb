/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The daemon's main: options and configuration, then daemon.c.
 */

#include "config.h"

#include "base/mem.h"
#include "conf/conf.h"
#include "daemon.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERRIDES_MAX 64
#define EXIT_USAGE    2

struct options {
	const char *file;
	const char *role;
	bool is_check;
	bool is_print;
	struct lp_conf_override overrides[OVERRIDES_MAX];
	size_t override_count;
};

static const char usage[] =
	"usage: lanpartyd [-c FILE] [-o PATH=VALUE]... [-t | -T] [--role ROLE]\n"
	"  -c, --config FILE     configuration, else " LP_CONF_DEFAULT_PATH "\n"
	"  -o, --option P=V      override one key, such as relay.listen=4433/udp\n"
	"  -t, --test            check the configuration and exit\n"
	"  -T, --print           check it, print what is in effect, and exit\n"
	"      --role ROLE       fail unless the configuration is of that role\n"
	"  -V, --version\n"
	"  -h, --help\n"
	"See lanpartyd(8) and lanparty.conf(5).\n";

static int fail_usage(const char *why, const char *what)
{
	fprintf(stderr, "lanpartyd: %s%s\n%s", why, what, usage);
	return EXIT_USAGE;
}

/* "path=value": the text is cut in place. */
static int add_override(struct options *options, char *text)
{
	char *equals = strchr(text, '=');
	if (!equals)
		return fail_usage("-o wants PATH=VALUE, not ", text);
	if (options->override_count == OVERRIDES_MAX)
		return fail_usage("too many -o options", "");
	*equals = '\0';
	options->overrides[options->override_count++] =
		(struct lp_conf_override){.path = text, .value = equals + 1};
	return 0;
}

/* Returns -1 to go on, or the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'}, {"option", required_argument, NULL, 'o'},
		{"test", no_argument, NULL, 't'},	  {"print", no_argument, NULL, 'T'},
		{"role", required_argument, NULL, 'r'},	  {"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},	  {NULL, 0, NULL, 0},
	};
	int letter;
	while ((letter = getopt_long(argc, argv, "c:o:tTVh", longs, NULL)) != -1) {
		switch (letter) {
		case 'c':
			options->file = optarg;
			break;
		case 'o':
			if (add_override(options, optarg) != 0)
				return EXIT_USAGE;
			break;
		case 't':
			options->is_check = true;
			break;
		case 'T':
			options->is_print = true;
			break;
		case 'r':
			options->role = optarg;
			break;
		case 'V':
			puts("lanpartyd " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			return fail_usage("unknown option", "");
		}
	}
	return optind < argc ? fail_usage("unexpected ", argv[optind]) : -1;
}

static void print_error(void *user, const char *line)
{
	(void)user;
	fprintf(stderr, "lanpartyd: %s\n", line);
}

int main(int argc, char **argv)
{
	struct options options = {.file = LP_CONF_DEFAULT_PATH};
	struct lp_conf *conf;
	int status = parse_options(argc, argv, &options);
	if (status != -1)
		return status;
	if (lp_conf_load(options.file, options.overrides, options.override_count, print_error, NULL,
			 &conf) != LP_OK)
		return EXIT_FAILURE;
	const char *role = lp_conf_role_name(conf->role);
	if (options.role && strcmp(options.role, role) != 0) {
		fprintf(stderr, "lanpartyd: %s is for role \"%s\", not \"%s\"\n", options.file,
			role, options.role);
		lp_conf_free(conf);
		return EXIT_FAILURE;
	}
	if (options.is_check || options.is_print) {
		if (options.is_print)
			lp_conf_print(conf, stdout);
		else
			printf("%s is fine: role %s\n", options.file, role);
		lp_conf_free(conf);
		return EXIT_SUCCESS;
	}
	struct lp_daemon_config config = {options.file, options.overrides, options.override_count};
	return lp_daemon_run(conf, &config);
}
