/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/rtt.h"

#include "base/clock.h"
#include "base/mem.h"

#define SPAN_NS (5 * LP_NS_PER_S)

static uint64_t least(uint64_t a, uint64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return LP_MIN(a, b);
}

void lp_rtt_note(struct lp_rtt *rtt, uint64_t sample_ns, uint64_t ack_delay_ns, uint64_t now)
{
	if (sample_ns == 0 || sample_ns == rtt->last_ns)
		return;
	rtt->last_ns = sample_ns;
	sample_ns -= LP_MIN(ack_delay_ns, sample_ns - 1);
	if (now - rtt->from_ns >= SPAN_NS) {
		rtt->before_ns = rtt->now_ns;
		rtt->now_ns = 0;
		rtt->from_ns = now;
	}
	rtt->now_ns = least(rtt->now_ns, sample_ns);
}

uint64_t lp_rtt_best(const struct lp_rtt *rtt)
{
	return least(rtt->now_ns, rtt->before_ns);
}
