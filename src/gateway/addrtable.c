/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/addrtable.h"

#include "base/map.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A MAC and its records, not seen for the longest time first. */
struct lp_addr_holder {
	struct lp_mac mac;
	struct lp_list records;
	size_t count;
};

struct lp_addrtable {
	struct lp_map *by_ip;
	struct lp_map *by_mac;
	struct lp_list by_age;
	size_t count_max;
	size_t mac_max;
	uint64_t age_ns;
};

struct lp_addrtable *lp_addrtable_new(size_t count_max, size_t mac_max, uint64_t age_ns)
{
	struct lp_addrtable *table = lp_alloc(sizeof(*table));

	assert(count_max > 0 && mac_max > 0);
	table->by_ip = lp_map_new();
	table->by_mac = lp_map_new();
	table->count_max = count_max;
	table->mac_max = mac_max;
	table->age_ns = age_ns;
	lp_list_init(&table->by_age);
	return table;
}

static void drop(struct lp_addrtable *table, struct lp_addr_owner *owner)
{
	struct lp_addr_holder *holder = owner->holder;

	lp_map_remove(table->by_ip, owner->ip, owner->ip_len);
	lp_list_remove(&owner->link_age);
	lp_list_remove(&owner->link_mac);
	free(owner);
	if (--holder->count > 0)
		return;
	lp_map_remove(table->by_mac, holder->mac.octet, LP_MAC_LEN);
	free(holder);
}

void lp_addrtable_clear(struct lp_addrtable *table)
{
	struct lp_addr_owner *owner;

	while ((owner = LP_LIST_FIRST(&table->by_age, struct lp_addr_owner, link_age)))
		drop(table, owner);
}

void lp_addrtable_free(struct lp_addrtable *table)
{
	if (!table)
		return;
	lp_addrtable_clear(table);
	lp_map_free(table->by_ip);
	lp_map_free(table->by_mac);
	free(table);
}

/*
 * A router that answers for others (proxy ARP) says so only when it is asked; what is its own it
 * also speaks of by itself.
 */
static struct lp_addr_owner *least_of(struct lp_addr_holder *holder)
{
	struct lp_addr_owner *owner;

	LP_LIST_FOREACH (owner, &holder->records, struct lp_addr_owner, link_mac) {
		if (!owner->is_unprompted)
			return owner;
	}
	return LP_LIST_FIRST(&holder->records, struct lp_addr_owner, link_mac);
}

/* Makes room among the records of that MAC first, and then among all. */
static void make_room(struct lp_addrtable *table, const struct lp_mac *mac)
{
	struct lp_addr_holder *holder = lp_map_get(table->by_mac, mac->octet, LP_MAC_LEN);

	if (holder && holder->count >= table->mac_max)
		drop(table, least_of(holder));
	else if (lp_map_count(table->by_ip) >= table->count_max)
		drop(table, LP_LIST_FIRST(&table->by_age, struct lp_addr_owner, link_age));
}

static struct lp_addr_holder *holder_of(struct lp_addrtable *table, const struct lp_mac *mac)
{
	struct lp_addr_holder *holder = lp_map_get(table->by_mac, mac->octet, LP_MAC_LEN);

	if (holder)
		return holder;
	holder = lp_alloc(sizeof(*holder));
	holder->mac = *mac;
	lp_list_init(&holder->records);
	lp_map_put(table->by_mac, holder->mac.octet, LP_MAC_LEN, holder);
	return holder;
}

static struct lp_addr_owner *add(struct lp_addrtable *table, const uint8_t *ip, size_t ip_len,
				 const struct lp_mac *mac)
{
	struct lp_addr_owner *owner = lp_alloc(sizeof(*owner));

	assert(ip_len <= sizeof(owner->ip));
	make_room(table, mac);
	memcpy(owner->ip, ip, ip_len);
	owner->ip_len = ip_len;
	owner->mac = *mac;
	owner->holder = holder_of(table, mac);
	owner->holder->count++;
	lp_list_init(&owner->link_age);
	lp_list_init(&owner->link_mac);
	lp_map_put(table->by_ip, owner->ip, ip_len, owner);
	return owner;
}

struct lp_addr_owner *lp_addrtable_mark(struct lp_addrtable *table, const uint8_t *ip,
					size_t ip_len, const struct lp_mac *mac, uint64_t now)
{
	struct lp_addr_owner *owner = lp_addrtable_find(table, ip, ip_len, now);

	if (owner && !lp_mac_is_equal(&owner->mac, mac)) {
		drop(table, owner);
		owner = NULL;
	}
	if (!owner)
		owner = add(table, ip, ip_len, mac);
	lp_list_remove(&owner->link_age);
	lp_list_append(&table->by_age, &owner->link_age);
	lp_list_remove(&owner->link_mac);
	lp_list_append(&owner->holder->records, &owner->link_mac);
	owner->seen_ns = now;
	return owner;
}

struct lp_addr_owner *lp_addrtable_find(struct lp_addrtable *table, const uint8_t *ip,
					size_t ip_len, uint64_t now)
{
	struct lp_addr_owner *owner = lp_map_get(table->by_ip, ip, ip_len);

	if (!owner || now - owner->seen_ns <= table->age_ns)
		return owner;
	drop(table, owner);
	return NULL;
}

const struct lp_addr_owner *lp_addrtable_of(struct lp_addrtable *table, const struct lp_mac *mac,
					    uint64_t now)
{
	struct lp_addr_holder *holder = lp_map_get(table->by_mac, mac->octet, LP_MAC_LEN);
	const struct lp_addr_owner *last = NULL;
	const struct lp_addr_owner *owner;

	if (!holder)
		return NULL;
	LP_LIST_FOREACH (owner, &holder->records, struct lp_addr_owner, link_mac) {
		if (now - owner->seen_ns <= table->age_ns)
			last = owner;
	}
	return last;
}

void lp_addrtable_forget(struct lp_addrtable *table, const uint8_t *ip, size_t ip_len)
{
	struct lp_addr_owner *owner = lp_map_get(table->by_ip, ip, ip_len);

	if (owner)
		drop(table, owner);
}

void lp_addrtable_forget_mac(struct lp_addrtable *table, const struct lp_mac *mac)
{
	struct lp_addr_holder *holder;

	while ((holder = lp_map_get(table->by_mac, mac->octet, LP_MAC_LEN)))
		drop(table, LP_LIST_FIRST(&holder->records, struct lp_addr_owner, link_mac));
}

size_t lp_addrtable_count(const struct lp_addrtable *table)
{
	return lp_map_count(table->by_ip);
}
