/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/seen.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct lp_list link; /* in seen->by_age */
	uint64_t seen_ns;
	uint64_t first_ns;
	uint8_t key_len;
	uint8_t key[LP_SEEN_KEY_MAX];
};

struct lp_seen {
	struct lp_map *map;
	struct lp_list by_age; /* not seen for the longest time first */
	struct lp_list spare;  /* entries that were dropped: for the next ones */
	struct entry *last;    /* talkers come in bursts */
	size_t count_max;
	uint64_t age_max_ns;
};

struct lp_seen *lp_seen_new(size_t count_max, uint64_t age_max_ns)
{
	struct lp_seen *seen = lp_alloc(sizeof(*seen));

	assert(count_max > 0);
	seen->map = lp_map_new();
	seen->count_max = count_max;
	seen->age_max_ns = age_max_ns;
	lp_list_init(&seen->by_age);
	lp_list_init(&seen->spare);
	return seen;
}

static void drop(struct lp_seen *seen, struct entry *entry)
{
	if (seen->last == entry)
		seen->last = NULL;
	lp_map_remove(seen->map, entry->key, entry->key_len);
	lp_list_remove(&entry->link);
	lp_list_append(&seen->spare, &entry->link);
}

static void clear(struct lp_seen *seen)
{
	struct entry *entry;

	while ((entry = LP_LIST_FIRST(&seen->by_age, struct entry, link)))
		drop(seen, entry);
}

void lp_seen_free(struct lp_seen *seen)
{
	struct entry *entry;

	if (!seen)
		return;
	clear(seen);
	while ((entry = LP_LIST_FIRST(&seen->spare, struct entry, link))) {
		lp_list_remove(&entry->link);
		free(entry);
	}
	lp_map_free(seen->map);
	free(seen);
}

static bool is_last(const struct lp_seen *seen, const void *key, size_t key_len)
{
	return seen->last && seen->last->key_len == key_len &&
	       memcmp(seen->last->key, key, key_len) == 0;
}

/* Whoever makes up addresses makes nobody allocate: a full table has its entries. */
static struct entry *take_spare(struct lp_seen *seen)
{
	struct entry *entry = LP_LIST_FIRST(&seen->spare, struct entry, link);

	if (!entry)
		return lp_alloc(sizeof(*entry));
	lp_list_remove(&entry->link);
	return entry;
}

static struct entry *add(struct lp_seen *seen, const void *key, size_t key_len)
{
	struct entry *entry;

	assert(key_len <= LP_SEEN_KEY_MAX);
	if (lp_map_count(seen->map) >= seen->count_max)
		drop(seen, LP_LIST_FIRST(&seen->by_age, struct entry, link));
	entry = take_spare(seen);
	entry->key_len = (uint8_t)key_len;
	memcpy(entry->key, key, key_len);
	lp_list_init(&entry->link);
	lp_map_put(seen->map, entry->key, key_len, entry);
	return entry;
}

bool lp_seen_mark(struct lp_seen *seen, const void *key, size_t key_len, uint64_t now)
{
	struct entry *entry = seen->last;
	bool is_new = false;

	if (!is_last(seen, key, key_len)) {
		entry = lp_map_get(seen->map, key, key_len);
		is_new = !entry;
		if (!entry)
			entry = add(seen, key, key_len);
		lp_list_remove(&entry->link);
		lp_list_append(&seen->by_age, &entry->link);
		seen->last = entry;
	}
	is_new = is_new || now - entry->seen_ns > seen->age_max_ns;
	if (is_new)
		entry->first_ns = now;
	entry->seen_ns = now;
	return is_new;
}

bool lp_seen_has(struct lp_seen *seen, const void *key, size_t key_len, uint64_t now)
{
	struct entry *entry = lp_map_get(seen->map, key, key_len);

	if (!entry)
		return false;
	if (now - entry->seen_ns <= seen->age_max_ns)
		return true;
	drop(seen, entry);
	return false;
}

uint64_t lp_seen_span_ns(struct lp_seen *seen, const void *key, size_t key_len, uint64_t now)
{
	const struct entry *entry =
		lp_seen_has(seen, key, key_len, now) ? lp_map_get(seen->map, key, key_len) : NULL;

	return entry ? entry->seen_ns - entry->first_ns : 0;
}

void lp_seen_forget(struct lp_seen *seen, const void *key, size_t key_len)
{
	struct entry *entry = lp_map_get(seen->map, key, key_len);

	if (entry)
		drop(seen, entry);
}

size_t lp_seen_count(const struct lp_seen *seen, uint64_t now)
{
	size_t count = lp_map_count(seen->map);
	const struct entry *entry;

	LP_LIST_FOREACH (entry, &seen->by_age, const struct entry, link) {
		if (now - entry->seen_ns <= seen->age_max_ns)
			break;
		count--;
	}
	return count;
}
