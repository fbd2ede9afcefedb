/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/bucket.h"

#include "base/clock.h"
#include "base/mem.h"

#define NANO	  LP_NS_PER_S /* parts of a token, so that rate x ns needs no division */
#define BURST_MAX (UINT64_MAX / NANO)

static void refill(struct lp_bucket *bucket, uint64_t now)
{
	uint64_t full = bucket->burst * NANO;
	uint64_t elapsed_ns = now > bucket->filled_ns ? now - bucket->filled_ns : 0;
	uint64_t gained;

	bucket->filled_ns += elapsed_ns;
	if (__builtin_mul_overflow(elapsed_ns, bucket->rate_per_s, &gained) ||
	    gained > full - bucket->tokens_nano)
		bucket->tokens_nano = full;
	else
		bucket->tokens_nano += gained;
}

void lp_bucket_init(struct lp_bucket *bucket, uint64_t rate_per_s, uint64_t burst, uint64_t now)
{
	bucket->rate_per_s = rate_per_s;
	bucket->burst = LP_MIN(burst, BURST_MAX);
	bucket->tokens_nano = bucket->burst * NANO;
	bucket->filled_ns = now;
}

bool lp_bucket_take(struct lp_bucket *bucket, uint64_t amount, uint64_t now)
{
	return lp_bucket_take_above(bucket, amount, 0, now);
}

bool lp_bucket_take_above(struct lp_bucket *bucket, uint64_t amount, uint64_t keep, uint64_t now)
{
	uint64_t need;

	if (bucket->rate_per_s == 0)
		return true;
	refill(bucket, now);
	if (__builtin_add_overflow(amount, keep, &need) || need > BURST_MAX ||
	    need * NANO > bucket->tokens_nano)
		return false;
	bucket->tokens_nano -= amount * NANO;
	return true;
}
