/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A token bucket that is shared fairly: so much per second for all together, and who talks little
 * is heard however much the others talk.
 *
 * Half of the bucket is kept for the modest: flows that keep within an eighth of the rate, of
 * sources whose modest flows together keep within a quarter of it. The others have what is left
 * over, which is all of the rate while nobody else wants it. Flows and sources are told apart by a
 * hash into small tables, keyed so that nobody can choose whose slot they share.
 */
#ifndef LP_QUEUE_FAIR_H
#define LP_QUEUE_FAIR_H

#include "queue/bucket.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_FAIR_SOURCES 64
#define LP_FAIR_FLOWS	16 /* of each */

/* When a share is used up: virtual time, as in the GCRA of ITU-T I.371. */
struct lp_fair_source {
	uint64_t due_ns; /* of its modest flows */
	uint64_t flow_due_ns[LP_FAIR_FLOWS];
};

struct lp_fair {
	struct lp_bucket all;
	uint64_t key; /* of the hash */
	uint64_t flow_interval_ns;
	uint64_t source_interval_ns;
	struct lp_fair_source source[LP_FAIR_SOURCES];
};

/* rate_per_s == 0 means no limit. A second's worth may come at once. `key` is random. */
void lp_fair_init(struct lp_fair *fair, uint64_t rate_per_s, uint64_t key, uint64_t now);

/* May this one pass too? `flow` need only be unique to its source. */
bool lp_fair_take(struct lp_fair *fair, uint64_t source, uint64_t flow, uint64_t now);

#endif
