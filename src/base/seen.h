/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who was seen, and how long ago: a bounded table of addresses. The one that was not seen for the
 * longest time goes first when it is full, and all go when they are too old; so nobody who makes up
 * addresses can fill the memory, nor have any allocated once the table has been full.
 */
#ifndef LP_BASE_SEEN_H
#define LP_BASE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_SEEN_KEY_MAX 16 /* bytes: MAC, IPv4 and IPv6 addresses; lengths may be mixed */

struct lp_seen;

struct lp_seen *lp_seen_new(size_t count_max, uint64_t age_max_ns);

/* NULL is ignored. */
void lp_seen_free(struct lp_seen *seen);

/* The key was seen at `now`. True when it is new, or was forgotten meanwhile. */
bool lp_seen_mark(struct lp_seen *seen, const void *key, size_t key_len, uint64_t now);

bool lp_seen_has(struct lp_seen *seen, const void *key, size_t key_len, uint64_t now);

/* How long before the last time it was first seen, without being forgotten; 0 = once, or never. */
uint64_t lp_seen_span_ns(struct lp_seen *seen, const void *key, size_t key_len, uint64_t now);

void lp_seen_forget(struct lp_seen *seen, const void *key, size_t key_len);

/* How many are not too old. */
size_t lp_seen_count(const struct lp_seen *seen, uint64_t now);

#endif
