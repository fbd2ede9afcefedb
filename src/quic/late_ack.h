/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A fence before ngtcp2 0.12. It forgets the packets of the peer that its own ACK named once that
 * ACK is acknowledged, the largest of them too if a packet of a smaller number says so; and then a
 * packet of the largest number less one ends in an assertion. No honest peer does it: what is sent
 * before packet N cannot acknowledge what we sent after we had N. So an ACK in such a packet that
 * is newer than any seen, and came after we sent something, is not let in. Pure.
 */
#ifndef LP_QUIC_LATE_ACK_H
#define LP_QUIC_LATE_ACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One packet number space (RFC 9000 §12.3). */
struct lp_late_ack_space {
	bool has_rx;
	bool has_ack;
	bool has_sent; /* since the largest came */
	uint64_t largest_rx;
	uint64_t largest_ack;
};

/* All zero at first. */
struct lp_late_ack {
	struct lp_late_ack_space spaces[3];
};

/* A packet is sent, in whatever space. */
void lp_late_ack_sent(struct lp_late_ack *late);

/*
 * May a decrypted packet be read? `head` is its header without protection, its number included
 * (RFC 9001 §5.3), never empty; the frames are those between it and the tag. False: it is to be
 * treated as lost.
 */
bool lp_late_ack_allows(struct lp_late_ack *late, const uint8_t *head, size_t head_len,
			bool has_ack, uint64_t largest_ack);

#endif
