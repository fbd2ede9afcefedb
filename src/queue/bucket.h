/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Token bucket: so much per second, so much at once.
 */
#ifndef LP_QUEUE_BUCKET_H
#define LP_QUEUE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

/* rate_per_s == 0 means no limit. */
struct lp_bucket {
	uint64_t rate_per_s;
	uint64_t burst;
	uint64_t tokens_nano; /* tokens x 10^9, so that slow rates keep their fractions */
	uint64_t filled_ns;
};

/* Starts full. */
void lp_bucket_init(struct lp_bucket *bucket, uint64_t rate_per_s, uint64_t burst, uint64_t now);

/*
 * Takes `amount` tokens if they are there. Without a limit always true; more than the burst at once
 * is never there. Bursts above 18 * 10^9 tokens count as that.
 */
bool lp_bucket_take(struct lp_bucket *bucket, uint64_t amount, uint64_t now);

/* The same, if at least `keep` tokens remain. */
bool lp_bucket_take_above(struct lp_bucket *bucket, uint64_t amount, uint64_t keep, uint64_t now);

#endif
