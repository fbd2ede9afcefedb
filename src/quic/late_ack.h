/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A fence before ngtcp2 0.12. It forgets the packets of the peer that its own ACK named once that
 * ACK is acknowledged, the largest of them too if a packet of a smaller number says so; and then a
 * packet of the largest number less one ends in an assertion. No honest peer does it: what is sent
 * before packet N cannot acknowledge a packet of ours that says that N has come. Pure.
 */
#ifndef LP_QUIC_LATE_ACK_H
#define LP_QUIC_LATE_ACK_H

#include "quic/frame_scan.h"

/* One packet number space (RFC 9000 §12.3). */
struct lp_late_ack_space {
	uint64_t next_tx;
	bool has_acked;
	uint64_t acked;	   /* the largest of the peer's numbers that we have acknowledged … */
	uint64_t since_tx; /* … and the first of our packets that says so */
};

/* All zero at first. */
struct lp_late_ack {
	struct lp_late_ack_space spaces[3];
};

/*
 * A packet of ours with these frames is being sealed. `head` is its header without protection, its
 * number included (RFC 9001 §5.3), two bytes at least; so it is below.
 */
void lp_late_ack_sent(struct lp_late_ack *late, const uint8_t *head, size_t head_len,
		      const struct lp_frame_scan *scan);

/* May a packet of the peer's that was decrypted be read? False: it is to be treated as lost. */
bool lp_late_ack_allows(const struct lp_late_ack *late, const uint8_t *head, size_t head_len,
			const struct lp_frame_scan *scan);

#endif
