/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which places in a room can be reclaimed: those that were lost involuntarily, because the
 * connection broke, or because somebody without a ticket came with the same MAC while the owner
 * could not be heard. MACs are no secret; a ticket gets the place back for ten minutes, from
 * whoever has it by then. Per MAC only the first loss counts, so those who take a place from each
 * other gain no claim to it.
 */
#ifndef LP_RELAY_RECLAIM_H
#define LP_RELAY_RECLAIM_H

#include "base/clock.h"
#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_RECLAIM_MAX	   256
#define LP_RECLAIM_KEEP_NS (600 * LP_NS_PER_S)

struct lp_reclaim_place {
	struct lp_mac mac;
	uint16_t id;
	uint64_t until_ns;
};

/* Zero-initialised is ready to use; free with lp_reclaim_fini. */
struct lp_reclaim {
	struct lp_reclaim_place *places;
	size_t count;
	size_t capacity; /* at most LP_RECLAIM_MAX */
};

void lp_reclaim_fini(struct lp_reclaim *reclaim);

/* The peer with that MAC and id has lost its place. When the table is full the oldest entry goes.
 */
void lp_reclaim_add(struct lp_reclaim *reclaim, const struct lp_mac *mac, uint16_t id,
		    uint64_t now);

bool lp_reclaim_has(const struct lp_reclaim *reclaim, const struct lp_mac *mac, uint16_t id,
		    uint64_t now);

/* The place of that MAC has been reclaimed. */
void lp_reclaim_remove(struct lp_reclaim *reclaim, const struct lp_mac *mac);

#endif
