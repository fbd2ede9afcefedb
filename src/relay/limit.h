/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What is too much from one peer.
 */
#ifndef LP_RELAY_LIMIT_H
#define LP_RELAY_LIMIT_H

#include "frame/verdict.h"
#include "queue/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_limit_config {
	uint32_t malformed_max;	  /* bad datagrams in 10 s before the peer is cut (R33) */
	uint64_t broadcast_per_s; /* frames; 0 = no limit, as below */
	uint64_t unknown_per_s;
	uint64_t bytes_per_s;
};

struct lp_limit {
	struct lp_limit_config config;
	uint32_t malformed_count; /* in this window */
	uint64_t malformed_total;
	uint64_t window_start_ns;
	struct lp_bucket broadcast;
	struct lp_bucket unknown;
	struct lp_bucket bytes;
};

void lp_limit_init(struct lp_limit *limit, const struct lp_limit_config *config, uint64_t now);

/* A bad datagram came. True when it was one too many: cut the peer. */
bool lp_limit_malformed(struct lp_limit *limit, uint64_t now);

/*
 * May a client's frame pass? is_group: broadcast or multicast; is_unknown: unicast to a MAC that
 * was never learnt. LP_VERDICT_FORWARD or the rate that it exceeds.
 */
enum lp_verdict lp_limit_check(struct lp_limit *limit, size_t len, bool is_group, bool is_unknown,
			       uint64_t now);

#endif
