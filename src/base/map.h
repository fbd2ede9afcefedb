/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Hash map from short byte strings (MAC addresses, connection IDs, room codes) to pointers.
 *
 * Open addressing; the hash is keyed (SipHash-1-3) with a random key of each map, so that nobody
 * who chooses keys can choose collisions. Values are borrowed, never freed.
 */
#ifndef LP_BASE_MAP_H
#define LP_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define LP_MAP_KEY_MAX 64

struct lp_map;

/* An empty map. Free with lp_map_free, which leaves the values alone; NULL is ignored. */
struct lp_map *lp_map_new(void);
void lp_map_free(struct lp_map *map);

/* Sets key to value (not NULL). Returns the value that it replaced, or NULL. */
void *lp_map_put(struct lp_map *map, const void *key, size_t key_len, void *value);

/* The value of key, or NULL. */
void *lp_map_get(const struct lp_map *map, const void *key, size_t key_len);

/* Removes key. Returns its value, or NULL when it was not there. */
void *lp_map_remove(struct lp_map *map, const void *key, size_t key_len);

size_t lp_map_count(const struct lp_map *map);

/*
 * Walks all entries in no order: start with *cursor = 0, each call gives the next value, NULL at
 * the end. The map must not be changed during the walk, but for removing the entry just given.
 */
void *lp_map_next(const struct lp_map *map, size_t *cursor);

#endif
