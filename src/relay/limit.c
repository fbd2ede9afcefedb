/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/limit.h"

#include "base/clock.h"
#include "base/rand.h"

#define MALFORMED_WINDOW_NS (10 * LP_NS_PER_S)

void lp_limit_set(struct lp_limit *limit, const struct lp_limit_rates *rates, uint64_t now)
{
	const struct lp_limit_rates old = limit->rates;
	uint64_t key;

	limit->rates = *rates;
	if (old.broadcast != rates->broadcast) {
		lp_rand_bytes(&key, sizeof(key));
		lp_fair_init(&limit->broadcast, rates->broadcast, key, now);
	}
	if (old.unknown != rates->unknown)
		lp_bucket_init(&limit->unknown, rates->unknown, rates->unknown, now);
	if (old.bytes != rates->bytes)
		lp_bucket_init(&limit->bytes, rates->bytes, rates->bytes, now);
}

enum lp_verdict lp_limit_bytes(struct lp_limit *limit, size_t len, uint64_t now)
{
	return lp_bucket_take(&limit->bytes, len, now) ? LP_VERDICT_FORWARD
						       : LP_VERDICT_RATE_BANDWIDTH;
}

enum lp_verdict lp_limit_broadcast(struct lp_limit *limit, uint64_t source, uint32_t flow,
				   uint64_t now)
{
	return lp_fair_take(&limit->broadcast, source, flow, now) ? LP_VERDICT_FORWARD
								  : LP_VERDICT_RATE_BROADCAST;
}

enum lp_verdict lp_limit_unknown(struct lp_limit *limit, uint64_t now)
{
	return lp_bucket_take(&limit->unknown, 1, now) ? LP_VERDICT_FORWARD
						       : LP_VERDICT_RATE_UNKNOWN;
}

bool lp_limit_malformed(struct lp_limit_malformed *malformed, uint32_t count_max, uint64_t now)
{
	if (now - malformed->window_start_ns >= MALFORMED_WINDOW_NS) {
		malformed->window_start_ns = now;
		malformed->count = 0;
	}
	malformed->total++;
	return ++malformed->count > count_max;
}
