/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What a connection has in flight, by our own account.
 *
 * ngtcp2's congestion window is set out of the way (the tunnel is a link, not a flow); what
 * may really be under way to the peer is decided here, from the DATAGRAMs that were sent,
 * acknowledged and lost. Pure: no clock, no library.
 *
 * Rule of this version: at most max(256 kB, 4 x delivery rate x least RTT of the last 10 s), halved
 * for a while when more than 30 % were lost over 3 s.
 */
#ifndef LP_QUIC_INFLIGHT_H
#define LP_QUIC_INFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_INFLIGHT_SLOTS     8192 /* DATAGRAMs remembered; a power of two */
#define LP_INFLIGHT_LIMIT_MIN (256 * 1024)

struct lp_inflight {
	uint64_t next_id; /* of the next DATAGRAM sent */
	uint64_t in_flight_bytes;
	uint64_t in_flight_count;
	uint64_t limit_bytes;
	uint64_t acked_count;
	uint64_t lost_count;

	/* one second of delivery, three of loss */
	uint64_t window_start_ns;
	uint64_t window_acked_bytes;
	uint64_t rate_bytes_per_s;
	uint64_t loss_start_ns;
	uint64_t loss_acked_base;
	uint64_t loss_lost_base;
	bool is_halved;

	/* the least RTT of these five seconds, and of the five before */
	uint64_t rtt_start_ns;
	uint64_t rtt_min_ns; /* 0 = none yet */
	uint64_t rtt_min_before_ns;

	/* By id; 0 = settled, the top bit says "in a large packet". Grows with what is in flight.
	 */
	uint16_t *sizes;
	size_t slot_count; /* a power of two, up to LP_INFLIGHT_SLOTS */
};

/* What the fate of a DATAGRAM says. */
enum lp_inflight_news {
	LP_INFLIGHT_NO_NEWS, /* it was settled before (spurious loss) */
	LP_INFLIGHT_SETTLED,
	LP_INFLIGHT_SETTLED_LARGE, /* … and a packet that was marked as large with it */
};

void lp_inflight_init(struct lp_inflight *inflight, uint64_t now);
void lp_inflight_fini(struct lp_inflight *inflight);

/* A DATAGRAM of `len` bytes (below 32768) went out. Returns its id, to be given back below. */
uint64_t lp_inflight_sent(struct lp_inflight *inflight, uint16_t len);

/*
 * The DATAGRAM went in a packet that is larger than what every path carries: its fate is that of
 * large packets. Mark one of each packet.
 */
void lp_inflight_mark_large(struct lp_inflight *inflight, uint64_t id);

/* It arrived, or was declared lost. */
enum lp_inflight_news lp_inflight_acked(struct lp_inflight *inflight, uint64_t id);
enum lp_inflight_news lp_inflight_lost(struct lp_inflight *inflight, uint64_t id);

/* Brings the limit up to date; call once a turn at the most. rtt_ns is the last that was measured.
 */
void lp_inflight_update(struct lp_inflight *inflight, uint64_t rtt_ns, uint64_t now);

static inline bool lp_inflight_can_send(const struct lp_inflight *inflight)
{
	return inflight->in_flight_bytes < inflight->limit_bytes &&
	       inflight->in_flight_count < LP_INFLIGHT_SLOTS;
}

#endif
