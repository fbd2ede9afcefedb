/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The round trip that a person is told: the least sample of the last seconds. Acknowledgements ride
 * along with other packets or wait for a tick, so a smoothed figure says more about our ticks than
 * about the path; the least says what the path takes, and follows it when it becomes another one.
 */
#ifndef LP_QUIC_RTT_H
#define LP_QUIC_RTT_H

#include <stdint.h>

/* Zero-initialised is ready to use. */
struct lp_rtt {
	uint64_t last_ns; /* the sample before */
	uint64_t from_ns; /* since when `now_ns` is gathered */
	uint64_t now_ns;
	uint64_t before_ns; /* of the span before that; 0 = none, as above */
};

/*
 * The latest sample, and how long the peer says that it has kept the acknowledgement back; the same
 * sample as the one before is not another one. A peer that sends nothing itself keeps each one
 * back, so that without the delay the least would be too much. A false one makes only a figure
 * false, and only that of who sent it.
 */
void lp_rtt_note(struct lp_rtt *rtt, uint64_t sample_ns, uint64_t ack_delay_ns, uint64_t now);

/* The least of the last 5 to 10 s in which there were samples; 0 before the first. */
uint64_t lp_rtt_best(const struct lp_rtt *rtt);

#endif
