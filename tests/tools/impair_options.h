/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The options of impair: what the line does to packets, and where it runs. */
#ifndef LP_TOOLS_IMPAIR_OPTIONS_H
#define LP_TOOLS_IMPAIR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define NS_PER_MS    1000000ULL
#define NS_PER_S     1000000000ULL
#define NEVER	     UINT64_MAX
#define BLACKOUT_MAX 16

enum direction { UP, DOWN, DIRECTION_COUNT };

struct window {
	uint64_t start_ns;
	uint64_t end_ns;
};

struct options {
	struct sockaddr_storage listen;
	struct sockaddr_storage target;
	double loss;
	double burst;
	uint64_t burst_count;
	double reorder;
	double duplicate;
	double corrupt;
	uint64_t delay_ns;
	uint64_t jitter_ns;
	uint64_t hold_ns;
	uint64_t queue_ns;
	uint64_t rebind_ns;
	uint64_t run_ns;
	uint64_t rate_bps;
	uint64_t size_max;
	uint64_t seed;
	struct window blackouts[BLACKOUT_MAX];
	unsigned int blackout_count;
	bool is_impaired[DIRECTION_COUNT];
};

/* Exits with 2 and a sentence if they cannot be understood. */
void impair_options_parse(int argc, char **argv, struct options *options);

#endif
