/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Numbered frames: offered at a rate, counted where they come out, from outside of what is tested.
 */
#ifndef LP_SIM_TRAFFIC_H
#define LP_SIM_TRAFFIC_H

#include "../tools/tally.h"
#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_STREAMS_MAX 16

struct sim;
struct sim_peer;

/* What one device received, by stream. */
struct sim_tallies {
	struct tally stream[SIM_STREAMS_MAX];
	uint64_t foreign; /* frames without a number */
	uint64_t corrupt;
};

/* A frame that came out of a device. */
void sim_tallies_add(struct sim_tallies *tallies, const uint8_t *frame, size_t len, uint64_t now);
void sim_tallies_fini(struct sim_tallies *tallies);

/* Frames from one device to one MAC. */
struct sim_stream {
	struct sim_peer *from;
	struct lp_mac src;
	struct lp_mac dst;
	unsigned id;
	size_t len;
	uint64_t per_s;
	uint64_t owed_nano; /* of a frame: the fraction of the next that is due */
	uint64_t next;
	uint64_t limit; /* frames in all; 0 = none */
};

/* Streams that are offered together, each millisecond. */
struct sim_traffic {
	struct sim *sim;
	struct sim_stream streams[SIM_STREAMS_MAX];
	size_t count;
	bool is_paused;
};

void sim_traffic_init(struct sim_traffic *traffic, struct sim *sim);

/* Adds one; its id is its place. dst NULL = broadcast. */
struct sim_stream *sim_traffic_add(struct sim_traffic *traffic, struct sim_peer *from,
				   const struct lp_mac *dst, size_t len, uint64_t per_s);

/* One frame of that stream now. */
void sim_stream_send(struct sim_stream *stream);

#endif
