/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "queue/fair.h"

#include "base/clock.h"
#include "base/mem.h"

#define FLOW_SHARE   8 /* parts of the rate */
#define SOURCE_SHARE 4
#define RESERVE	     2 /* parts of the bucket */

void lp_fair_init(struct lp_fair *fair, uint64_t rate_per_s, uint64_t key, uint64_t now)
{
	*fair = (struct lp_fair){.key = key};
	lp_bucket_init(&fair->all, rate_per_s, rate_per_s, now);
	if (rate_per_s == 0)
		return;
	fair->flow_interval_ns = LP_NS_PER_S * FLOW_SHARE / rate_per_s;
	fair->source_interval_ns = LP_NS_PER_S * SOURCE_SHARE / rate_per_s;
}

/* One step of splitmix64 (Steele, Lea, Flood). */
static uint64_t mix(uint64_t value)
{
	value += 0x9e3779b97f4a7c15ULL;
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/*
 * Does one more fit the share, with a second's worth at once? What does not is counted all the
 * same: who is loud stays so until they have been quiet for a while.
 */
static bool fits_share(uint64_t *due_ns, uint64_t interval_ns, uint64_t now)
{
	uint64_t window_ns = LP_MAX(LP_NS_PER_S, interval_ns);
	uint64_t due = LP_MAX(*due_ns, now) + interval_ns;

	*due_ns = LP_MIN(due, now + 2 * window_ns);
	return due <= now + window_ns;
}

bool lp_fair_take(struct lp_fair *fair, uint64_t source, uint64_t flow, uint64_t now)
{
	uint64_t hash = mix(source ^ fair->key);
	struct lp_fair_source *slot = &fair->source[hash % LP_FAIR_SOURCES];
	bool is_modest;

	if (fair->all.rate_per_s == 0)
		return true;
	/* One loud flow does not count against the others of its source. */
	is_modest = fits_share(&slot->flow_due_ns[mix(hash ^ flow) % LP_FAIR_FLOWS],
			       fair->flow_interval_ns, now) &&
		    fits_share(&slot->due_ns, fair->source_interval_ns, now);
	return lp_bucket_take_above(&fair->all, 1, is_modest ? 0 : fair->all.burst / RESERVE, now);
}
