/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/lost.h"

#include "base/mem.h"

/* The place of that MAC, over or not; or lost->count. */
static size_t find(const struct lp_lost *lost, const struct lp_mac *mac)
{
	size_t i = 0;
	while (i < lost->count && !lp_mac_is_equal(&lost->places[i].mac, mac))
		i++;
	return i;
}

static size_t find_oldest(const struct lp_lost *lost)
{
	size_t oldest = 0;
	for (size_t i = 1; i < lost->count; i++) {
		if (lost->places[i].until_ns < lost->places[oldest].until_ns)
			oldest = i;
	}
	return oldest;
}

void lp_lost_add(struct lp_lost *lost, const struct lp_mac *mac, uint16_t id, uint64_t now)
{
	size_t i = find(lost, mac);
	if (i < lost->count && lost->places[i].until_ns > now)
		return;
	if (i == LP_LOST_MAX)
		i = find_oldest(lost);
	lost->count = LP_MAX(lost->count, i + 1);
	lost->places[i] = (struct lp_lost_place){*mac, id, now + LP_LOST_KEEP_NS};
}

bool lp_lost_has(const struct lp_lost *lost, const struct lp_mac *mac, uint16_t id, uint64_t now)
{
	size_t i = find(lost, mac);
	return i < lost->count && lost->places[i].id == id && lost->places[i].until_ns > now;
}

void lp_lost_remove(struct lp_lost *lost, const struct lp_mac *mac)
{
	size_t i = find(lost, mac);
	if (i < lost->count)
		lost->places[i] = lost->places[--lost->count];
}
