/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/reclaim.h"

#include "base/mem.h"

#include <stdlib.h>

#define PLACES_MIN (size_t)4

/* The place of that MAC, over or not; or reclaim->count. */
static size_t find(const struct lp_reclaim *reclaim, const struct lp_mac *mac)
{
	size_t i = 0;
	while (i < reclaim->count && !lp_mac_is_equal(&reclaim->places[i].mac, mac))
		i++;
	return i;
}

static size_t find_oldest(const struct lp_reclaim *reclaim)
{
	size_t oldest = 0;
	for (size_t i = 1; i < reclaim->count; i++) {
		if (reclaim->places[i].until_ns < reclaim->places[oldest].until_ns)
			oldest = i;
	}
	return oldest;
}

static void grow(struct lp_reclaim *reclaim)
{
	reclaim->capacity = LP_MIN(LP_MAX(2 * reclaim->capacity, PLACES_MIN), LP_RECLAIM_MAX);
	reclaim->places =
		lp_realloc_array(reclaim->places, reclaim->capacity, sizeof(*reclaim->places));
}

void lp_reclaim_fini(struct lp_reclaim *reclaim)
{
	free(reclaim->places);
	*reclaim = (struct lp_reclaim){0};
}

void lp_reclaim_add(struct lp_reclaim *reclaim, const struct lp_mac *mac, uint16_t id, uint64_t now)
{
	size_t i = find(reclaim, mac);
	if (i < reclaim->count && reclaim->places[i].until_ns > now)
		return;
	if (i == LP_RECLAIM_MAX)
		i = find_oldest(reclaim);
	if (i == reclaim->capacity)
		grow(reclaim);
	reclaim->count = LP_MAX(reclaim->count, i + 1);
	reclaim->places[i] = (struct lp_reclaim_place){*mac, id, now + LP_RECLAIM_KEEP_NS};
}

bool lp_reclaim_has(const struct lp_reclaim *reclaim, const struct lp_mac *mac, uint16_t id,
		    uint64_t now)
{
	size_t i = find(reclaim, mac);
	return i < reclaim->count && reclaim->places[i].id == id &&
	       reclaim->places[i].until_ns > now;
}

void lp_reclaim_remove(struct lp_reclaim *reclaim, const struct lp_mac *mac)
{
	size_t i = find(reclaim, mac);
	if (i < reclaim->count)
		reclaim->places[i] = reclaim->places[--reclaim->count];
}
