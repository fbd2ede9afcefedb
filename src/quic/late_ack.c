/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/late_ack.h"

#include "base/mem.h"

#define IS_LONG	       0x80
#define TYPE_OF(first) (((first) >> 4) & 3) /* of a long header: 0 Initial, 1 0-RTT, 2 Handshake   \
					     */

void lp_late_ack_sent(struct lp_late_ack *late)
{
	for (size_t i = 0; i < LP_ARRAY_COUNT(late->spaces); i++)
		late->spaces[i].has_sent = true;
}

static struct lp_late_ack_space *space_of(struct lp_late_ack *late, uint8_t first)
{
	if (!(first & IS_LONG) || TYPE_OF(first) == 1)
		return &late->spaces[2];
	return &late->spaces[TYPE_OF(first) == 0 ? 0 : 1];
}

/* The whole number, from what is sent of it (RFC 9000 §A.3). */
static uint64_t decode_number(const struct lp_late_ack_space *space, uint64_t truncated, size_t len)
{
	uint64_t window = 1ULL << (8 * len);
	uint64_t expected = space->has_rx ? space->largest_rx + 1 : 0;
	uint64_t number = (expected & ~(window - 1)) | truncated;
	if (number + window / 2 <= expected && number < (1ULL << 62) - window)
		return number + window;
	if (number > expected + window / 2 && number >= window)
		return number - window;
	return number;
}

static uint64_t number_of(const struct lp_late_ack_space *space, const uint8_t *head,
			  size_t head_len)
{
	size_t len = LP_MIN((size_t)(head[0] & 3) + 1, head_len - 1);
	uint64_t truncated = 0;
	for (size_t i = head_len - len; i < head_len; i++)
		truncated = truncated << 8 | head[i];
	return decode_number(space, truncated, len);
}

bool lp_late_ack_allows(struct lp_late_ack *late, const uint8_t *head, size_t head_len,
			bool has_ack, uint64_t largest_ack)
{
	struct lp_late_ack_space *space = space_of(late, head[0]);
	uint64_t number = number_of(space, head, head_len);
	bool is_late = space->has_rx && number < space->largest_rx;
	bool is_new = has_ack && (!space->has_ack || largest_ack > space->largest_ack);
	if (is_late && is_new && space->has_sent)
		return false;
	if (is_new) {
		space->has_ack = true;
		space->largest_ack = largest_ack;
	}
	if (!space->has_rx || number > space->largest_rx) {
		space->has_rx = true;
		space->largest_rx = number;
		space->has_sent = false;
	}
	return true;
}
