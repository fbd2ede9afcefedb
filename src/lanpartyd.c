/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The daemon's main: options and configuration, then daemon.c.
 */

#include "config.h"

#include "base/envpath.h"
#include "base/log.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "crypto/credential.h"
#include "crypto/trust.h"
#include "daemon.h"
#include "platform/chown.h"
#include "platform/files.h"
#include "platform/rawif.h"
#include "platform/service.h"
#include "platform/signals.h"
#include "platform/tap.h"

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
	"  -c, --config FILE     configuration, else " LP_CONF_PATH "\n"
	"  -o, --option P=V      override one key, such as relay.listen=4433/udp\n"
	"  -t, --test            check the configuration and exit\n"
	"  -T, --print           check it, print what is in effect, and exit\n"
	"      --role ROLE       fail unless the configuration is of that role\n"
	"      --list-tap-adapters   the TAP adapters that client.tap can name (Windows)\n"
	"      --service         as the first option: run as a service (Windows)\n"
	"  -V, --version\n"
	"  -h, --help\n"
	"See lanpartyd(8) and lanparty.conf(5).\n";

static int fail_usage(const char *why, const char *what)
{
	fprintf(stderr, "lanpartyd: %s%s\n%s", why, what, usage);
	return EXIT_USAGE;
}

static void print_tap(void *user, const char *id, const char *name)
{
	unsigned *count = user;
	printf("%s  %s\n", id, name);
	++*count;
}

static int list_taps(void)
{
	unsigned count = 0;
	enum lp_err err = lp_tap_list(print_tap, &count);
	if (count > 0)
		return EXIT_SUCCESS;
	fputs(err == LP_ERR_UNSUPPORTED
		      ? "lanpartyd: unsupported platform: on this system a client makes its TAP "
			"itself\n"
		      : "lanpartyd: there is no TAP-Windows6 adapter: install the driver with "
			"OpenVPN's installer (feature \"TAP-Windows6\")\n",
	      stderr);
	return EXIT_FAILURE;
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
		{"config", required_argument, NULL, 'c'},
		{"option", required_argument, NULL, 'o'},
		{"test", no_argument, NULL, 't'},
		{"print", no_argument, NULL, 'T'},
		{"role", required_argument, NULL, 'r'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{"list-tap-adapters", no_argument, NULL, 'l'},
		{NULL, 0, NULL, 0},
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
		case 'l':
			return list_taps();
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

/* --- -t and -T: is what the configuration names on this machine? --- */

static void print_warning(void *user, const char *line)
{
	unsigned *warning_count = user;
	fprintf(stderr, "lanpartyd: warning: %s\n", line);
	++*warning_count;
}

static const char *check_file(const char *name, bool *is_missing)
{
	switch (lp_file_stat(name)) {
	case LP_OK:
		return NULL;
	case LP_ERR_NOT_FOUND:
		*is_missing = true;
		return "is not there: put the file there, or correct the path";
	case LP_ERR_PERMISSION:
		*is_missing = true;
		return "cannot be read by this user: test as the one who starts lanpartyd";
	default:
		return "is no file that can be read: name a file";
	}
}

static const char *check_folder(const char *name)
{
	return lp_file_check_folder(name) == LP_ERR_INVALID
		       ? "is no folder: name one, or a place where one can be made"
		       : NULL;
}

static const char *check_object(enum lp_conf_object object, const char *name, bool *is_missing)
{
	struct lp_rawif_info nic;
	switch (object) {
	case LP_CONF_OBJECT_FILE:
		return check_file(name, is_missing);
	case LP_CONF_OBJECT_FOLDER:
		return check_folder(name);
	case LP_CONF_OBJECT_USER:
		*is_missing = !lp_chown_is_user(name);
		return *is_missing
			       ? "is no user here: create it (useradd --system), or name another"
			       : NULL;
	case LP_CONF_OBJECT_GROUP:
		*is_missing = !lp_chown_is_group(name);
		return *is_missing
			       ? "is no group here: create it (groupadd --system), or name another"
			       : NULL;
	case LP_CONF_OBJECT_NIC:
		*is_missing = lp_rawif_probe(name, &nic) == LP_ERR_NOT_FOUND;
		return *is_missing
			       ? "is no network card of this machine: name one that \"ip link\" "
				 "shows"
			       : NULL;
	case LP_CONF_OBJECT_TAP:
		return lp_tap_is_name(name) ? NULL
					    : "is no name for a TAP on this system: write one such "
					      "as \"lanparty0\"";
	case LP_CONF_OBJECT_NONE:
		break;
	}
	return NULL;
}

static void print_log_line(void *user, enum lp_log_level level, const char *line)
{
	const struct options *options = user;
	if (level == LP_LOG_ERROR)
		fprintf(stderr, "lanpartyd: %s: %s\n", options->file, line);
}

static bool is_there(const char *file)
{
	return file && lp_file_stat(file) == LP_OK;
}

/* Files that are there have to be what they should be: a certificate with its key, or a CA's. */
static enum lp_err check_certificates(const struct lp_conf *conf)
{
	const char *ca_file = conf->role == LP_CONF_ROLE_GATEWAY ? conf->gateway.session.ca_file
								 : conf->client.session.ca_file;
	struct lp_credential *credential = NULL;
	struct lp_trust *trust = NULL;
	enum lp_err err = LP_OK;
	if (conf->role == LP_CONF_ROLE_RELAY) {
		if (is_there(conf->relay.certificate) && is_there(conf->relay.key))
			err = lp_credential_from_files(conf->relay.certificate, conf->relay.key,
						       &credential);
		lp_credential_free(credential);
	} else if (is_there(ca_file)) {
		err = lp_trust_new(NULL, ca_file, &trust);
		lp_trust_free(trust);
	}
	return err;
}

/* --- */

static bool is_of_role(const struct options *options, const struct lp_conf *conf)
{
	const char *role = lp_conf_role_name(conf->role);
	if (!options->role || strcmp(options->role, role) == 0)
		return true;
	fprintf(stderr, "lanpartyd: %s is for role \"%s\", not \"%s\"\n", options->file, role,
		options->role);
	return false;
}

static int test(struct options *options)
{
	static const struct lp_conf_machine machine = {.check = check_object,
						       .on_warning = print_warning};
	unsigned warning_count = 0;
	struct lp_conf *conf;
	if (lp_conf_test(options->file, options->overrides, options->override_count, &machine,
			 print_error, &warning_count, &conf) != LP_OK)
		return EXIT_FAILURE;
	lp_log_capture(print_log_line, options);
	bool is_good = is_of_role(options, conf) && check_certificates(conf) == LP_OK;
	lp_log_capture(NULL, NULL);
	if (is_good && options->is_print) {
		char *text = lp_conf_text(conf);
		fputs(text, stdout);
		free(text);
	} else if (is_good) {
		printf("%s is fine%s: role %s\n", options->file,
		       warning_count > 0 ? " but for the warnings" : "",
		       lp_conf_role_name(conf->role));
	}
	lp_conf_free(conf);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* options->file lives until the end. */
static int start(const struct options *options)
{
	struct lp_conf *conf;
	if (lp_conf_load(options->file, options->overrides, options->override_count, print_error,
			 NULL, &conf) != LP_OK)
		return EXIT_FAILURE;
	if (!is_of_role(options, conf)) {
		lp_conf_free(conf);
		return EXIT_FAILURE;
	}
	struct lp_daemon_config config = {options->file, options->overrides,
					  options->override_count};
	return lp_daemon_run(conf, &config);
}

static int run(int argc, char **argv)
{
	struct options options = {.file = LP_CONF_PATH};
	lp_file_begin();
	lp_signals_begin();
	int status = parse_options(argc, argv, &options);
	if (status != -1)
		return status;
	char *file = lp_path_expand(options.file);
	options.file = file;
	status = options.is_check || options.is_print ? test(&options) : start(&options);
	free(file);
	return status;
}

int main(int argc, char **argv)
{
	return lp_service_main(argc, argv, run);
}
