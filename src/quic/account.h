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
#ifndef LP_QUIC_ACCOUNT_H
#define LP_QUIC_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#define LP_ACCOUNT_SLOTS     8192 /* DATAGRAMs remembered; a power of two */
#define LP_ACCOUNT_LIMIT_MIN (256 * 1024)

struct lp_account {
	uint64_t next_id; /* of the next DATAGRAM sent */
	uint64_t in_flight_bytes;
	uint64_t in_flight_count;
	uint64_t limit_bytes;
	uint64_t sent_count;
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

	uint16_t sizes[LP_ACCOUNT_SLOTS]; /* 0 = settled; the top bit says "in a large packet" */
};

/* What the fate of a DATAGRAM says. */
enum lp_account_news {
	LP_ACCOUNT_NO_NEWS, /* it was settled before (spurious loss) */
	LP_ACCOUNT_SETTLED,
	LP_ACCOUNT_SETTLED_LARGE, /* … and a packet that was marked as large with it */
};

void lp_account_init(struct lp_account *account, uint64_t now);

/* A DATAGRAM of `len` bytes (below 32768) went out. Returns its id, to be given back below. */
uint64_t lp_account_sent(struct lp_account *account, uint16_t len);

/*
 * The DATAGRAM went in a packet that is larger than what every path carries: its fate is that of
 * large packets. Mark one of each packet.
 */
void lp_account_mark_large(struct lp_account *account, uint64_t id);

/* It arrived, or was declared lost. */
enum lp_account_news lp_account_acked(struct lp_account *account, uint64_t id);
enum lp_account_news lp_account_lost(struct lp_account *account, uint64_t id);

/* Brings the limit up to date; call once a turn at the most. rtt_ns is the last that was measured.
 */
void lp_account_update(struct lp_account *account, uint64_t rtt_ns, uint64_t now);

static inline bool lp_account_can_send(const struct lp_account *account)
{
	return account->in_flight_bytes < account->limit_bytes &&
	       account->in_flight_count < LP_ACCOUNT_SLOTS;
}

#endif
