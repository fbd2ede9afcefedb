/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/quota.h"

#include "base/mem.h"
#include "base/rand.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SLOTS	 4096
#define DEBT_MAX 3 /* times the refill: what is charged may be more than is in the bucket */

/*
 * A bucket is the time at which it will be full: each connection puts it off, and an empty bucket
 * is one that is full no sooner than LP_QUOTA_REFILL_NS from now.
 */
struct lp_quota {
	uint64_t key;
	_Atomic uint64_t full_ns[SLOTS];
};

struct lp_quota *lp_quota_new(void)
{
	struct lp_quota *quota = lp_alloc(sizeof(*quota));
	lp_rand_bytes(&quota->key, sizeof(quota->key));
	return quota;
}

void lp_quota_free(struct lp_quota *quota)
{
	free(quota);
}

/* The finalizer of SplitMix64: all bits depend on all. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static _Atomic uint64_t *bucket_of(struct lp_quota *quota, const struct lp_addr *addr)
{
	uint64_t network = (uint64_t)addr->family;
	size_t len = addr->family == LP_ADDR_IP6 ? 7 : 3; /* /56, /24 */
	for (size_t i = 0; i < len; i++)
		network = network << 8 | addr->ip[i];
	return &quota->full_ns[mix(mix(network ^ quota->key) + quota->key) % SLOTS];
}

/* Puts it off by cost_ns, if it is full again within depth_ns then. */
static bool take(_Atomic uint64_t *bucket, uint64_t cost_ns, uint64_t depth_ns, uint64_t now)
{
	uint64_t full_ns = atomic_load(bucket);
	uint64_t then_ns;
	do {
		then_ns = LP_MAX(full_ns, now) + cost_ns;
		if (then_ns - now > depth_ns)
			return false;
	} while (!atomic_compare_exchange_weak(bucket, &full_ns, then_ns));
	return true;
}

enum lp_quota_answer lp_quota_take(struct lp_quota *quota, const struct lp_addr *addr,
				   unsigned size, bool is_proven, uint64_t now)
{
	_Atomic uint64_t *bucket = bucket_of(quota, addr);
	uint64_t cost_ns = LP_QUOTA_REFILL_NS / LP_MAX(size, 1U);
	uint64_t depth_ns = is_proven ? LP_QUOTA_REFILL_NS : LP_QUOTA_REFILL_NS / 2;
	if (take(bucket, cost_ns, depth_ns, now))
		return LP_QUOTA_ADMIT;
	uint64_t left_ns = LP_MAX(atomic_load(bucket), now) - now;
	return !is_proven && left_ns + cost_ns <= LP_QUOTA_REFILL_NS ? LP_QUOTA_PROVE
								     : LP_QUOTA_WAIT;
}

void lp_quota_charge(struct lp_quota *quota, const struct lp_addr *addr, uint64_t cost_ns,
		     uint64_t now)
{
	_Atomic uint64_t *bucket = bucket_of(quota, addr);
	uint64_t full_ns = atomic_load(bucket);
	uint64_t then_ns;
	do {
		then_ns =
			LP_MIN(LP_MAX(full_ns, now) + cost_ns, now + DEBT_MAX * LP_QUOTA_REFILL_NS);
	} while (!atomic_compare_exchange_weak(bucket, &full_ns, then_ns));
}
