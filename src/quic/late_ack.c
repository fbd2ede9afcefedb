/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/late_ack.h"

#include "base/mem.h"

#define IS_LONG	       0x80
#define TYPE_OF(first) (((first) >> 4) & 3)

/* The type in a long header: 0 Initial, 1 0-RTT, 2 Handshake (RFC 9000 §17.2). */
static size_t space_of(const uint8_t *head)
{
	if (!(head[0] & IS_LONG) || TYPE_OF(head[0]) == 1)
		return 2;
	return TYPE_OF(head[0]) == 0 ? 0 : 1;
}

/* The whole number, from what is sent of it and the one expected (RFC 9000 §A.3). */
static uint64_t decode_number(uint64_t expected, uint64_t truncated, size_t len)
{
	uint64_t window = 1ULL << (8 * len);
	uint64_t number = (expected & ~(window - 1)) | truncated;
	if (number + window / 2 <= expected && number < (1ULL << 62) - window)
		return number + window;
	if (number > expected + window / 2 && number >= window)
		return number - window;
	return number;
}

static uint64_t number_of(uint64_t expected, const uint8_t *head, size_t head_len)
{
	size_t len = LP_MIN((size_t)(head[0] & 3) + 1, head_len - 1);
	uint64_t truncated = 0;
	for (size_t i = head_len - len; i < head_len; i++)
		truncated = truncated << 8 | head[i];
	return decode_number(expected, truncated, len);
}

void lp_late_ack_sent(struct lp_late_ack *late, const uint8_t *head, size_t head_len,
		      const struct lp_frame_scan *scan)
{
	struct lp_late_ack_space *space = &late->spaces[space_of(head)];
	uint64_t number = number_of(space->next_tx, head, head_len);
	space->next_tx = number + 1;
	if (!scan->has_ack || (space->has_acked && scan->largest_ack <= space->acked))
		return;
	space->has_acked = true;
	space->acked = scan->largest_ack;
	space->since_tx = number;
}

bool lp_late_ack_allows(const struct lp_late_ack *late, const uint8_t *head, size_t head_len,
			const struct lp_frame_scan *scan)
{
	const struct lp_late_ack_space *space = &late->spaces[space_of(head)];
	if (!space->has_acked || !scan->has_ack || scan->largest_ack < space->since_tx)
		return true;
	/* ngtcp2 may have had larger ones: such as it takes for late are late from here, too. */
	return number_of(space->acked + 1, head, head_len) > space->acked;
}
