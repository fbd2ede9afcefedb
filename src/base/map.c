/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/map.h"

#include "base/mem.h"
#include "base/rand.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define INLINE_KEY_MAX 23
#define CAPACITY_MIN   16

/*
 * 32 bytes, two a cache line. MAC addresses and connection IDs lie in the slot itself, longer keys
 * behind a pointer. A slot without value is empty, or, with REMOVED as its length, a tombstone that
 * lookups must walk over.
 */
struct slot {
	void *value;
	uint8_t key_len;
	uint8_t key[INLINE_KEY_MAX];
};

#define REMOVED 0xff

/* The table of a map that nothing was put into: most maps of a relay with many rooms. */
static struct slot no_slots[1];

struct lp_map {
	uint64_t k0, k1;
	size_t mask;	   /* capacity - 1 */
	size_t count;	   /* entries */
	size_t used_count; /* entries and tombstones, at most half of the capacity */
	struct slot *slots;
};

static inline uint64_t rotate_left(uint64_t value, int bits)
{
	return (value << bits) | (value >> (64 - bits));
}

static inline uint64_t load_le32(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

static inline uint64_t load_le64(const uint8_t *p)
{
	return load_le32(p) | load_le32(p + 4) << 32;
}

/* The last 0 to 7 bytes, by loads that may overlap. */
static inline uint64_t load_tail(const uint8_t *p, size_t len)
{
	if (len >= 4)
		return load_le32(p) | load_le32(p + len - 4) << (len - 4) * 8;
	if (len == 0)
		return 0;
	return (uint64_t)p[0] | (uint64_t)p[len / 2] << len / 2 * 8 |
	       (uint64_t)p[len - 1] << (len - 1) * 8;
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v2 = rotate_left(s->v2, 32);
}

/* SipHash-1-3 (Aumasson, Bernstein): one round a word, three at the end. */
static inline uint64_t sip_hash(uint64_t k0, uint64_t k1, const uint8_t *key, size_t len)
{
	struct sip s = {
		.v0 = k0 ^ 0x736f6d6570736575ULL,
		.v1 = k1 ^ 0x646f72616e646f6dULL,
		.v2 = k0 ^ 0x6c7967656e657261ULL,
		.v3 = k1 ^ 0x7465646279746573ULL,
	};
	uint64_t last = (uint64_t)len << 56;

	for (; len >= 8; len -= 8, key += 8) {
		uint64_t word = load_le64(key);

		s.v3 ^= word;
		sip_round(&s);
		s.v0 ^= word;
	}
	last |= load_tail(key, len);
	s.v3 ^= last;
	sip_round(&s);
	s.v0 ^= last;
	s.v2 ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static inline const uint8_t *slot_key(const struct slot *slot)
{
	const uint8_t *far;

	if (slot->key_len <= INLINE_KEY_MAX)
		return slot->key;
	memcpy(&far, slot->key, sizeof(far));
	return far;
}

static void slot_set_key(struct slot *slot, const void *key, size_t key_len)
{
	slot->key_len = (uint8_t)key_len;
	if (key_len <= INLINE_KEY_MAX) {
		memcpy(slot->key, key, key_len);
		return;
	}
	uint8_t *far = lp_alloc(key_len);
	memcpy(far, key, key_len);
	memcpy(slot->key, &far, sizeof(far));
}

static void slot_free_key(struct slot *slot)
{
	void *far;

	if (slot->value == NULL || slot->key_len <= INLINE_KEY_MAX)
		return;
	memcpy(&far, slot->key, sizeof(far));
	free(far);
}

static inline bool slot_is_empty(const struct slot *slot)
{
	return slot->value == NULL && slot->key_len != REMOVED;
}

static inline size_t home_of(const struct lp_map *map, const void *key, size_t key_len)
{
	return (size_t)sip_hash(map->k0, map->k1, key, key_len) & map->mask;
}

/* The slot of key, or NULL. Ends, because at least half of all slots are empty. */
static struct slot *find(const struct lp_map *map, const void *key, size_t key_len)
{
	for (size_t i = home_of(map, key, key_len);; i = (i + 1) & map->mask) {
		struct slot *slot = &map->slots[i];

		if (slot->value == NULL) {
			if (slot_is_empty(slot))
				return NULL;
		} else if (slot->key_len == key_len && memcmp(slot_key(slot), key, key_len) == 0) {
			return slot;
		}
	}
}

/* The first empty slot for a key that is not in the map. */
static struct slot *find_empty(const struct lp_map *map, const void *key, size_t key_len)
{
	size_t i = home_of(map, key, key_len);

	while (!slot_is_empty(&map->slots[i]))
		i = (i + 1) & map->mask;
	return &map->slots[i];
}

static void choose_key(struct lp_map *map)
{
	uint64_t key[2];

	lp_rand_bytes(key, sizeof(key));
	map->k0 = key[0];
	map->k1 = key[1];
}

/* Moves all entries to a new table that is at most a quarter full; tombstones stay behind. */
static void rebuild(struct lp_map *map)
{
	struct slot *old = map->slots;
	size_t old_capacity = map->mask + 1;
	size_t capacity = CAPACITY_MIN;

	while (capacity < map->count * 4)
		capacity *= 2;
	map->mask = capacity - 1;
	map->slots = lp_alloc_array(capacity, sizeof(*map->slots));
	map->used_count = map->count;
	if (old == no_slots) {
		choose_key(map);
		return;
	}
	for (size_t i = 0; i < old_capacity; i++) {
		if (old[i].value != NULL)
			*find_empty(map, slot_key(&old[i]), old[i].key_len) = old[i];
	}
	free(old);
}

struct lp_map *lp_map_new(void)
{
	struct lp_map *map = lp_alloc(sizeof(*map));

	map->slots = no_slots;
	return map;
}

void lp_map_free(struct lp_map *map)
{
	if (map == NULL)
		return;
	for (size_t i = 0; i <= map->mask; i++)
		slot_free_key(&map->slots[i]);
	if (map->slots != no_slots)
		free(map->slots);
	free(map);
}

void *lp_map_put(struct lp_map *map, const void *key, size_t key_len, void *value)
{
	assert(key_len <= LP_MAP_KEY_MAX && value != NULL);

	struct slot *slot = find(map, key, key_len);
	if (slot != NULL) {
		void *replaced = slot->value;

		slot->value = value;
		return replaced;
	}
	if ((map->used_count + 1) * 2 > map->mask + 1)
		rebuild(map);
	slot = find_empty(map, key, key_len);
	slot_set_key(slot, key, key_len);
	slot->value = value;
	map->count++;
	map->used_count++;
	return NULL;
}

void *lp_map_get(const struct lp_map *map, const void *key, size_t key_len)
{
	struct slot *slot = find(map, key, key_len);

	return slot == NULL ? NULL : slot->value;
}

/* Nothing moves here, so that a walk may remove what it was just given. */
void *lp_map_remove(struct lp_map *map, const void *key, size_t key_len)
{
	struct slot *slot = find(map, key, key_len);

	if (slot == NULL)
		return NULL;
	void *value = slot->value;
	slot_free_key(slot);
	slot->value = NULL;
	slot->key_len = REMOVED;
	map->count--;

	/* No lookup needs a tombstone with nothing behind it; nor then the tombstones before it. */
	size_t i = (size_t)(slot - map->slots);
	if (!slot_is_empty(&map->slots[(i + 1) & map->mask]))
		return value;
	while (map->slots[i].value == NULL && map->slots[i].key_len == REMOVED) {
		map->slots[i].key_len = 0;
		map->used_count--;
		i = (i - 1) & map->mask;
	}
	return value;
}

size_t lp_map_count(const struct lp_map *map)
{
	return map->count;
}

void *lp_map_next(const struct lp_map *map, size_t *cursor)
{
	while (*cursor <= map->mask) {
		const struct slot *slot = &map->slots[(*cursor)++];

		if (slot->value != NULL)
			return slot->value;
	}
	return NULL;
}
