/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * How much of a relay's door one network may have: a bucket of new connections for each /24 of IPv4
 * and each /56 of IPv6, so that whoever has one network cannot keep all the others out.
 *
 * The memory is fixed: networks are spread over the buckets by a secret key, and two may have to
 * share one. All workers of a relay share the buckets, without a lock.
 */
#ifndef LP_QUIC_QUOTA_H
#define LP_QUIC_QUOTA_H

#include "base/addr.h"
#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* An empty bucket is full again after this time, whatever its size. */
#define LP_QUOTA_REFILL_NS (10 * LP_NS_PER_S)

struct lp_quota;

struct lp_quota *lp_quota_new(void);
void lp_quota_free(struct lp_quota *quota);

enum lp_quota_answer {
	LP_QUOTA_ADMIT, /* one connection was taken out of the bucket */
	LP_QUOTA_PROVE, /* only for somebody who has proved to be at that address */
	LP_QUOTA_WAIT,	/* the bucket is empty */
};

/*
 * May a connection from that address begin? `size` connections fit into a bucket. Senders who have
 * not proved their address get at half of it: who forges a network's addresses cannot shut out the
 * network itself.
 */
enum lp_quota_answer lp_quota_take(struct lp_quota *quota, const struct lp_addr *addr,
				   unsigned size, bool is_proven, uint64_t now);

/*
 * Empties the network's bucket by what flows in during cost_ns, for what is worse than to come. It
 * may become a debt, or it would cost nothing where the bucket is empty; of 20 s at most.
 */
void lp_quota_charge(struct lp_quota *quota, const struct lp_addr *addr, uint64_t cost_ns,
		     uint64_t now);

#endif
