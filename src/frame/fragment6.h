/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * IPv6 fragments of players, where the organiser allows them. The classifier refuses them all: what
 * the fragments of a packet say together, none of them shows. Here the first one is judged as the
 * packet that it begins, and others pass only while that one is remembered (RFC 7112, 7113), at
 * places of the packet that none has taken (RFC 5722, 8200 section 4.5).
 *
 * A follower that overtakes the first one is dropped, and with it the packet. No allocation after
 * _new; pure but for its table, and given the time.
 */
#ifndef LP_FRAME_FRAGMENT6_H
#define LP_FRAME_FRAGMENT6_H

#include "frame/policy.h"

#define LP_FRAGMENT6_PACKETS 64 /* remembered at once … */
#define LP_FRAGMENT6_QUOTA   8	/* … of one source MAC; the oldest of its own makes way */
#define LP_FRAGMENT6_RANGES  8	/* parts of one packet that came, with holes between */
#define LP_FRAGMENT6_AGE_NS  2000000000ULL

struct lp_fragment6;

struct lp_fragment6 *lp_fragment6_new(void);
/* NULL is ignored. */
void lp_fragment6_free(struct lp_fragment6 *table);

/*
 * A player's frame[len], which lp_policy_check has called LP_VERDICT_IP6_FRAGMENT. Returns
 * LP_VERDICT_FORWARD, or the reason to drop it: LP_VERDICT_IP6_FRAGMENT unless it is a first one
 * that would not pass whole. Neighbour discovery never passes in fragments (RFC 6980), nor DHCP.
 */
enum lp_verdict lp_fragment6_check(struct lp_fragment6 *table, const struct lp_policy *policy,
				   const uint8_t *frame, size_t len, uint64_t now);

/* Is that what lp_policy_check has found, and does the organiser allow it? */
static inline bool lp_fragment6_is_due(enum lp_verdict verdict, const struct lp_policy *policy)
{
	return verdict == LP_VERDICT_IP6_FRAGMENT && policy->allow_ipv6_fragments;
}

/*
 * As lp_fragment6_check; *table is made when it is needed first, and is the caller's to free. Ask
 * once for each frame, when nothing else speaks against it: the answer is remembered.
 */
enum lp_verdict lp_fragment6_judge(struct lp_fragment6 **table, const struct lp_policy *policy,
				   const uint8_t *frame, size_t len, uint64_t now);

#endif
