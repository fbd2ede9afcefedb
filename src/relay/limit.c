/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "relay/limit.h"

#include "base/clock.h"

#define MALFORMED_WINDOW_NS (10 * LP_NS_PER_S)

void lp_limit_init(struct lp_limit *limit, const struct lp_limit_config *config, uint64_t now)
{
	*limit = (struct lp_limit){.config = *config, .window_start_ns = now};
	lp_bucket_init(&limit->broadcast, config->broadcast_per_s, config->broadcast_per_s, now);
	lp_bucket_init(&limit->unknown, config->unknown_per_s, config->unknown_per_s, now);
	lp_bucket_init(&limit->bytes, config->bytes_per_s, config->bytes_per_s, now);
}

bool lp_limit_malformed(struct lp_limit *limit, uint64_t now)
{
	if (now - limit->window_start_ns >= MALFORMED_WINDOW_NS) {
		limit->window_start_ns = now;
		limit->malformed_count = 0;
	}
	limit->malformed_total++;
	return ++limit->malformed_count >= limit->config.malformed_max;
}

enum lp_verdict lp_limit_check(struct lp_limit *limit, size_t len, bool is_group, bool is_unknown,
			       uint64_t now)
{
	if (!lp_bucket_take(&limit->bytes, len, now))
		return LP_VERDICT_RATE_BANDWIDTH;
	if (is_group && !lp_bucket_take(&limit->broadcast, 1, now))
		return LP_VERDICT_RATE_BROADCAST;
	if (is_unknown && !lp_bucket_take(&limit->unknown, 1, now))
		return LP_VERDICT_RATE_UNKNOWN;
	return LP_VERDICT_FORWARD;
}
