/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which MAC an IP address was last seen at: a bounded table. No MAC has more than its quota of
 * records, so whoever makes one machine answer for thousands of addresses pushes out that machine's
 * records only, and first those that it has only answered for.
 */
#ifndef LP_GATEWAY_ADDRTABLE_H
#define LP_GATEWAY_ADDRTABLE_H

#include "base/list.h"
#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_addr_holder;

/* A record. All but is_unprompted and answered_ns is for reading. */
struct lp_addr_owner {
	uint8_t ip[16];
	size_t ip_len;
	struct lp_mac mac;
	uint64_t seen_ns;
	uint64_t answered_ns; /* when it last answered a question of ours; 0 = never */
	bool is_unprompted;   /* it has spoken of the address by itself */
	struct lp_list link_age;
	struct lp_list link_mac;
	struct lp_addr_holder *holder;
};

struct lp_addrtable;

/* So many records, of which one MAC may have mac_max; each is forgotten age_ns after it was seen.
 */
struct lp_addrtable *lp_addrtable_new(size_t count_max, size_t mac_max, uint64_t age_ns);

/* NULL is ignored. */
void lp_addrtable_free(struct lp_addrtable *table);

/*
 * The address (4 or 16 bytes) was seen at that MAC. A record of another MAC becomes a new one. The
 * result is valid until the next call that is not lp_addrtable_find or lp_addrtable_of.
 */
struct lp_addr_owner *lp_addrtable_mark(struct lp_addrtable *table, const uint8_t *ip,
					size_t ip_len, const struct lp_mac *mac, uint64_t now);

/* NULL = unknown, or not seen for too long. */
struct lp_addr_owner *lp_addrtable_find(struct lp_addrtable *table, const uint8_t *ip,
					size_t ip_len, uint64_t now);

/* The address that was last seen at that MAC; NULL = none. */
const struct lp_addr_owner *lp_addrtable_of(struct lp_addrtable *table, const struct lp_mac *mac,
					    uint64_t now);

void lp_addrtable_forget(struct lp_addrtable *table, const uint8_t *ip, size_t ip_len);
void lp_addrtable_forget_mac(struct lp_addrtable *table, const struct lp_mac *mac);
void lp_addrtable_clear(struct lp_addrtable *table);

/* Those that are too old and were not asked for since are counted. */
size_t lp_addrtable_count(const struct lp_addrtable *table);

#endif
