/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "impair_options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "192.0.2.1:443" or "[2001:db8::1]:443". */
static bool parse_addr(const char *text, struct sockaddr_storage *addr)
{
	struct sockaddr_in *in4 = (void *)addr;
	struct sockaddr_in6 *in6 = (void *)addr;
	const char *colon = strrchr(text, ':');
	bool is_ip6 = text[0] == '[';
	char host[64];
	char *end;
	unsigned long port;
	size_t len;

	if (colon == NULL || colon == text)
		return false;
	port = strtoul(colon + 1, &end, 10);
	len = (size_t)(colon - text);
	if (*end != '\0' || end == colon + 1 || port > 65535 || len >= sizeof(host))
		return false;
	if (is_ip6 && colon[-1] != ']')
		return false;
	len -= is_ip6 ? 2 : 0;
	memcpy(host, text + is_ip6, len);
	host[len] = '\0';
	memset(addr, 0, sizeof(*addr));
	addr->ss_family = is_ip6 ? AF_INET6 : AF_INET;
	if (is_ip6) {
		in6->sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &in6->sin6_addr) == 1;
	}
	in4->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &in4->sin_addr) == 1;
}

/* A number with k, M or G behind it, times `unit`. */
static bool parse_number(const char *text, double unit, double *out)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || !(value >= 0.0) || value > 1e12)
		return false;
	if (*end == 'k')
		value *= 1e3;
	else if (*end == 'M')
		value *= 1e6;
	else if (*end == 'G')
		value *= 1e9;
	else
		end--;
	*out = value * unit;
	return end[1] == '\0';
}

static bool parse_time(const char *text, double unit, uint64_t *out)
{
	double value;

	if (!parse_number(text, unit, &value) || value > 1e18)
		return false;
	*out = (uint64_t)value;
	return true;
}

/* "A,B" -> both halves by parse_number. */
static bool parse_pair(const char *text, double unit_a, double unit_b, double *a, double *b)
{
	const char *comma = strchr(text, ',');
	char first[32];

	if (comma == NULL || (size_t)(comma - text) >= sizeof(first))
		return false;
	memcpy(first, text, (size_t)(comma - text));
	first[comma - text] = '\0';
	return parse_number(first, unit_a, a) && parse_number(comma + 1, unit_b, b);
}

static bool parse_blackout(const char *text, struct options *options)
{
	double start;
	double length;
	struct window *window;

	if (options->blackout_count == BLACKOUT_MAX ||
	    !parse_pair(text, (double)NS_PER_S, (double)NS_PER_S, &start, &length))
		return false;
	window = &options->blackouts[options->blackout_count++];
	window->start_ns = (uint64_t)start;
	window->end_ns = (uint64_t)(start + length);
	return true;
}

static bool parse_burst(const char *text, struct options *options)
{
	double count;

	if (!parse_pair(text, 1, 1, &options->burst, &count))
		return false;
	options->burst_count = (uint64_t)count;
	return true;
}

static bool parse_direction(const char *text, struct options *options)
{
	options->is_impaired[UP] = strcmp(text, "down") != 0;
	options->is_impaired[DOWN] = strcmp(text, "up") != 0;
	return strcmp(text, "up") == 0 || strcmp(text, "down") == 0 || strcmp(text, "both") == 0;
}

static const struct option long_options[] = {
	{"listen", required_argument, NULL, 'l'},
	{"target", required_argument, NULL, 't'},
	{"loss", required_argument, NULL, 'L'},
	{"burst", required_argument, NULL, 'b'},
	{"reorder", required_argument, NULL, 'r'},
	{"hold", required_argument, NULL, 'h'},
	{"duplicate", required_argument, NULL, 'd'},
	{"corrupt", required_argument, NULL, 'c'},
	{"delay", required_argument, NULL, 'D'},
	{"jitter", required_argument, NULL, 'j'},
	{"rate", required_argument, NULL, 'R'},
	{"queue", required_argument, NULL, 'q'},
	{"max-size", required_argument, NULL, 'm'},
	{"blackout", required_argument, NULL, 'B'},
	{"rebind", required_argument, NULL, 'n'},
	{"direction", required_argument, NULL, 'w'},
	{"seconds", required_argument, NULL, 's'},
	{"seed", required_argument, NULL, 'S'},
	{NULL, 0, NULL, 0},
};

static bool parse_option(int option, const char *text, struct options *options)
{
	switch (option) {
	case 'l':
		return parse_addr(text, &options->listen);
	case 't':
		return parse_addr(text, &options->target);
	case 'L':
		return parse_number(text, 1, &options->loss);
	case 'b':
		return parse_burst(text, options);
	case 'r':
		return parse_number(text, 1, &options->reorder);
	case 'h':
		return parse_time(text, (double)NS_PER_MS, &options->hold_ns);
	case 'd':
		return parse_number(text, 1, &options->duplicate);
	case 'c':
		return parse_number(text, 1, &options->corrupt);
	case 'D':
		return parse_time(text, (double)NS_PER_MS, &options->delay_ns);
	case 'j':
		return parse_time(text, (double)NS_PER_MS, &options->jitter_ns);
	case 'R':
		return parse_time(text, 1, &options->rate_bps);
	case 'q':
		return parse_time(text, (double)NS_PER_MS, &options->queue_ns);
	case 'm':
		return parse_time(text, 1, &options->size_max);
	case 'B':
		return parse_blackout(text, options);
	case 'n':
		return parse_time(text, (double)NS_PER_S, &options->rebind_ns);
	case 'w':
		return parse_direction(text, options);
	case 's':
		return parse_time(text, (double)NS_PER_S, &options->run_ns);
	case 'S':
		return parse_time(text, 1, &options->seed);
	default:
		return false;
	}
}

void impair_options_parse(int argc, char **argv, struct options *options)
{
	int option;

	options->is_impaired[UP] = true;
	options->is_impaired[DOWN] = true;
	options->hold_ns = 5 * NS_PER_MS;
	options->queue_ns = 100 * NS_PER_MS;
	options->rebind_ns = NEVER;
	options->run_ns = 600 * NS_PER_S;
	options->seed = 1;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option != '?' && parse_option(option, optarg, options))
			continue;
		if (option != '?')
			fprintf(stderr, "impair: \"%s\" cannot be understood\n", optarg);
		exit(2);
	}
	if (optind != argc || options->listen.ss_family == 0 || options->target.ss_family == 0) {
		fprintf(stderr, "usage: impair --listen ADDR:PORT --target ADDR:PORT [options]; "
				"see tests/tools/README\n");
		exit(2);
	}
}
