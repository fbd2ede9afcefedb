/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who lost his place in a room without wanting to: his connection broke, or somebody without a
 * ticket came with his MAC while he could not be heard. MACs are no secret; with his ticket he gets
 * the place back for ten minutes, from whoever has it by then. Of a MAC only the first who lost it
 * counts, so that those who take it from each other get no claim to it.
 */
#ifndef LP_RELAY_LOST_H
#define LP_RELAY_LOST_H

#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_LOST_MAX	256
#define LP_LOST_KEEP_NS (600 * 1000000000ULL)

struct lp_lost_place {
	struct lp_mac mac;
	uint16_t id;
	uint64_t until_ns;
};

/* Zero-initialised is ready to use. */
struct lp_lost {
	struct lp_lost_place places[LP_LOST_MAX];
	size_t count;
};

/* The peer with that MAC and id has lost its place. Of too many the oldest is forgotten. */
void lp_lost_add(struct lp_lost *lost, const struct lp_mac *mac, uint16_t id, uint64_t now);

bool lp_lost_has(const struct lp_lost *lost, const struct lp_mac *mac, uint16_t id, uint64_t now);

/* Somebody got the place of that MAC back. */
void lp_lost_remove(struct lp_lost *lost, const struct lp_mac *mac);

#endif
