/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What is too much, from one peer and from a whole room (R30-R33).
 */
#ifndef LP_RELAY_LIMIT_H
#define LP_RELAY_LIMIT_H

#include "frame/verdict.h"
#include "queue/bucket.h"
#include "queue/fair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All in a second; 0 = no limit. */
struct lp_limit_rates {
	uint64_t broadcast; /* frames, multicast included */
	uint64_t unknown;   /* frames to a MAC that was never learnt */
	uint64_t bytes;
};

/* The budgets of one peer, or of all clients of a room together. */
struct lp_limit {
	struct lp_limit_rates rates;
	struct lp_fair broadcast;
	struct lp_bucket unknown;
	struct lp_bucket bytes;
};

/* Takes these rates; budgets start full, but for those whose rate stays what it was. */
void lp_limit_set(struct lp_limit *limit, const struct lp_limit_rates *rates, uint64_t now);

/*
 * May one frame more pass? Each LP_VERDICT_FORWARD or the rate that it exceeds. A broadcast is
 * known by its source MAC and what it is about (frame/flow.h).
 */
enum lp_verdict lp_limit_bytes(struct lp_limit *limit, size_t len, uint64_t now);
enum lp_verdict lp_limit_broadcast(struct lp_limit *limit, uint64_t source, uint32_t flow,
				   uint64_t now);
enum lp_verdict lp_limit_unknown(struct lp_limit *limit, uint64_t now);

/* Bad datagrams of a peer. Zero-initialised is ready to use. */
struct lp_limit_malformed {
	uint32_t count; /* in this window of 10 s */
	uint64_t total;
	uint64_t window_start_ns;
};

/* One came. True when it was one too many: cut the peer. */
bool lp_limit_malformed(struct lp_limit_malformed *malformed, uint32_t count_max, uint64_t now);

#endif
