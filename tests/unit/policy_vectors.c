/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "policy_vectors.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN 16384

static _Noreturn void bad_line(const char *what, const char *text)
{
	fprintf(stderr, "policy-vectors.txt: %s: \"%s\"\n", what, text);
	exit(EXIT_FAILURE);
}

static enum lp_verdict parse_verdict(const char *text)
{
	for (int i = 0; i < LP_VERDICT__COUNT; i++) {
		if (strcmp(lp_verdict_name((enum lp_verdict)i), text) == 0)
			return (enum lp_verdict)i;
	}
	bad_line("no such verdict", text);
}

static void parse_option(const char *text, struct policy_vector *vector)
{
	struct lp_policy *policy = &vector->policy;

	if (strcmp(text, "dhcp-server") == 0)
		policy->allow_dhcp_server = true;
	else if (strcmp(text, "router-advert") == 0)
		policy->allow_router_advert = true;
	else if (strcmp(text, "vlan-tags") == 0)
		policy->allow_vlan_tags = true;
	else if (strcmp(text, "lan-transfer") == 0)
		policy->allow_lan_transfer = true;
	else if (strcmp(text, "infrastructure") == 0)
		policy->allow_infrastructure = true;
	else if (strcmp(text, "ipv6-fragments") == 0)
		policy->allow_ipv6_fragments = true;
	else if (strcmp(text, "off") == 0)
		policy->is_off = true;
	else if (strcmp(text, "source") == 0)
		vector->has_source = true;
	else
		bad_line("no such option", text);
}

/* One word of bytes: hex, or XX*N. Returns the new length. */
static size_t parse_word(const char *word, uint8_t *frame, size_t len)
{
	const char *star = strchr(word, '*');
	size_t digits_len = star == NULL ? strlen(word) : (size_t)(star - word);
	size_t times = star == NULL ? 1 : strtoul(star + 1, NULL, 10);

	if (digits_len % 2 != 0 || (digits_len / 2) * times > LP_FRAME_MAX - len)
		bad_line("not bytes", word);
	for (; times > 0; times--) {
		for (size_t i = 0; i < digits_len; i += 2) {
			unsigned int byte;

			if (sscanf(word + i, "%2x", &byte) != 1)
				bad_line("not hex", word);
			frame[len++] = (uint8_t)byte;
		}
	}
	return len;
}

/* Returns for how many directions on_vector was called. */
static size_t handle_line(char *line,
			  void (*on_vector)(void *user, const struct policy_vector *vector),
			  void *user)
{
	struct policy_vector vector = {.source = {{0x02, 0, 0, 0, 0, 0x0a}}};
	uint8_t frame[LP_FRAME_MAX];
	char *rest = NULL, *options = NULL;
	const char *name = strtok_r(line, " \n", &rest);
	char *direction = strtok_r(NULL, " \n", &rest);
	const char *verdict = strtok_r(NULL, " \n", &rest);

	if (name == NULL || direction == NULL || verdict == NULL)
		bad_line("too short", line);
	lp_strcopy(vector.name, sizeof(vector.name), name);
	vector.verdict = parse_verdict(verdict);
	direction = strtok_r(direction, "+", &options);
	for (char *o = strtok_r(NULL, "+", &options); o != NULL; o = strtok_r(NULL, "+", &options))
		parse_option(o, &vector);
	for (char *w = strtok_r(NULL, " \n", &rest); w != NULL; w = strtok_r(NULL, " \n", &rest))
		vector.len = parse_word(w, frame, vector.len);
	vector.frame = malloc(vector.len);
	if (vector.len > 0)
		memcpy(vector.frame, frame, vector.len);

	bool is_both = strcmp(direction, "both") == 0;
	size_t count = 0;
	if (is_both || strcmp(direction, "remote") == 0) {
		vector.direction = LP_DIRECTION_FROM_REMOTE;
		on_vector(user, &vector);
		count++;
	}
	if (is_both || strcmp(direction, "lan") == 0) {
		vector.direction = LP_DIRECTION_FROM_LAN;
		on_vector(user, &vector);
		count++;
	}
	if (count == 0)
		bad_line("no such direction", direction);
	free(vector.frame);
	return count;
}

size_t policy_vectors_each(void (*on_vector)(void *user, const struct policy_vector *vector),
			   void *user)
{
	const char *srcdir = getenv("srcdir");
	static char line[LINE_MAX_LEN];
	char path[4096];
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/tests/data/policy-vectors.txt",
		 srcdir != NULL ? srcdir : ".");
	FILE *file = fopen(path, "r");
	if (file == NULL)
		bad_line("cannot be read", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] != '#' && line[0] != '\n')
			count += handle_line(line, on_vector, user);
	}
	fclose(file);
	return count;
}
