/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/lanmacs.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>

struct entry {
	struct lp_list link; /* in lanmacs->by_age, least recently seen first */
	struct lp_mac mac;
	uint64_t seen_ns;
};

struct lp_lanmacs {
	struct lp_map *map;
	struct lp_list by_age;
	struct entry *last; /* of the last frame: talkers come in bursts */
};

struct lp_lanmacs *lp_lanmacs_new(void)
{
	struct lp_lanmacs *lanmacs = lp_alloc(sizeof(*lanmacs));
	lanmacs->map = lp_map_new();
	lp_list_init(&lanmacs->by_age);
	return lanmacs;
}

static void forget(struct lp_lanmacs *lanmacs, struct entry *entry)
{
	if (lanmacs->last == entry)
		lanmacs->last = NULL;
	lp_map_remove(lanmacs->map, entry->mac.octet, LP_MAC_LEN);
	lp_list_remove(&entry->link);
	free(entry);
}

void lp_lanmacs_clear(struct lp_lanmacs *lanmacs)
{
	struct entry *entry;
	while ((entry = LP_LIST_FIRST(&lanmacs->by_age, struct entry, link)))
		forget(lanmacs, entry);
}

void lp_lanmacs_free(struct lp_lanmacs *lanmacs)
{
	if (!lanmacs)
		return;
	lp_lanmacs_clear(lanmacs);
	lp_map_free(lanmacs->map);
	free(lanmacs);
}

void lp_lanmacs_learn(struct lp_lanmacs *lanmacs, const struct lp_mac *mac, uint64_t now)
{
	struct entry *entry = lanmacs->last;
	if (!entry || !lp_mac_is_equal(&entry->mac, mac))
		entry = lp_map_get(lanmacs->map, mac->octet, LP_MAC_LEN);
	if (!entry) {
		if (lp_map_count(lanmacs->map) >= LP_LANMACS_MAX)
			forget(lanmacs, LP_LIST_FIRST(&lanmacs->by_age, struct entry, link));
		entry = lp_alloc(sizeof(*entry));
		entry->mac = *mac;
		lp_list_init(&entry->link);
		lp_map_put(lanmacs->map, mac->octet, LP_MAC_LEN, entry);
	}
	if (entry != lanmacs->last) {
		lp_list_remove(&entry->link);
		lp_list_append(&lanmacs->by_age, &entry->link);
		lanmacs->last = entry;
	}
	entry->seen_ns = now;
}

bool lp_lanmacs_has(struct lp_lanmacs *lanmacs, const struct lp_mac *mac, uint64_t now)
{
	struct entry *entry = lp_map_get(lanmacs->map, mac->octet, LP_MAC_LEN);
	if (!entry)
		return false;
	if (now - entry->seen_ns <= LP_LANMACS_AGE_NS)
		return true;
	forget(lanmacs, entry);
	return false;
}

size_t lp_lanmacs_count(const struct lp_lanmacs *lanmacs)
{
	return lp_map_count(lanmacs->map);
}
