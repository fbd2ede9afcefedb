/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/piece.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

/* Can `rest` bytes still go, each piece in a packet of its own? */
static bool can_finish(size_t rest, unsigned pieces_left, size_t full)
{
	return full >= LP_PIECE_HEADER_LEN + LP_PIECE_MIN &&
	       rest <= pieces_left * (full - LP_PIECE_HEADER_LEN);
}

size_t lp_piece_cut(size_t frame_len, size_t done, unsigned pieces, size_t room, size_t full,
		    bool *is_piece)
{
	size_t rest = frame_len - done;
	size_t header_len = done > 0 ? LP_PIECE_HEADER_LEN : LP_DATAGRAM_HEADER_LEN;
	unsigned pieces_left = pieces < LP_PIECES_MAX ? LP_PIECES_MAX - pieces : 0;
	bool is_last_allowed = done == 0 || pieces_left > 0;

	*is_piece = done > 0;
	if (is_last_allowed && rest + header_len <= room)
		return rest;
	if (is_last_allowed && rest + header_len <= full) {
		/* An empty packet holds it whole: cut only if the filling is worth two pieces. */
		if (pieces_left < 2 || rest < 2 * LP_PIECE_MIN)
			return 0;
	} else if (!can_finish(rest, pieces_left, full)) {
		return SIZE_MAX;
	}
	*is_piece = true;
	if (room < LP_PIECE_HEADER_LEN + LP_PIECE_MIN)
		return 0;

	size_t cut = room - LP_PIECE_HEADER_LEN;

	return can_finish(rest - cut, pieces_left - 1, full) ? cut : 0;
}

void lp_joiner_init(struct lp_joiner *joiner, const struct lp_joiner_ops *ops, void *user)
{
	joiner->ops = ops;
	joiner->user = user;
	joiner->used_count = 0;
}

/* Pieces of one frame come close together, so the newest slot is looked at first. */
static struct lp_joiner_slot *find_slot(struct lp_joiner *joiner, const struct lp_datagram *piece)
{
	for (unsigned i = joiner->used_count; i > 0; i--) {
		if (joiner->slots[i - 1].sequence == piece->sequence &&
		    joiner->slots[i - 1].source_id == piece->source_id)
			return &joiner->slots[i - 1];
	}
	return NULL;
}

/* Closes the gap: the slots stay in the order in which they were opened. */
static void remove_slot(struct lp_joiner *joiner, struct lp_joiner_slot *slot)
{
	struct lp_joiner_slot *end = joiner->slots + joiner->used_count;

	memmove(slot, slot + 1, (size_t)(end - slot - 1) * sizeof(*slot));
	joiner->used_count--;
}

static void give_up(struct lp_joiner *joiner, struct lp_joiner_slot *slot, enum lp_verdict verdict)
{
	void *buffer = slot->buffer;

	remove_slot(joiner, slot);
	if (buffer != NULL)
		joiner->ops->on_drop(joiner->user, buffer, verdict);
}

void lp_joiner_fini(struct lp_joiner *joiner, enum lp_verdict verdict)
{
	while (joiner->used_count > 0)
		give_up(joiner, &joiner->slots[joiner->used_count - 1], verdict);
}

static bool overlaps(const struct lp_joiner_slot *slot, const struct lp_datagram *piece)
{
	size_t from = piece->offset;
	size_t to = from + piece->payload_len;

	for (unsigned i = 0; i < slot->piece_count; i++) {
		if (from < slot->to[i] && slot->from[i] < to)
			return true;
	}
	return false;
}

static void note_piece(struct lp_joiner_slot *slot, const struct lp_datagram *piece)
{
	slot->from[slot->piece_count] = piece->offset;
	slot->to[slot->piece_count] = (uint16_t)(piece->offset + piece->payload_len);
	slot->piece_count++;
	slot->have_len = (uint16_t)(slot->have_len + piece->payload_len);
}

static enum lp_verdict open_slot(struct lp_joiner *joiner, const struct lp_datagram *piece,
				 uint64_t now)
{
	if (joiner->used_count == LP_JOINER_SLOTS)
		give_up(joiner, &joiner->slots[0], LP_VERDICT_PIECE_TABLE);

	struct lp_joiner_slot *slot = &joiner->slots[joiner->used_count++];
	uint8_t *bytes = NULL;

	*slot = (struct lp_joiner_slot){
		.frame_len = piece->frame_len,
		.source_id = piece->source_id,
		.sequence = piece->sequence,
		.opened_ns = now,
		.buffer = joiner->ops->open(joiner->user, &bytes),
	};
	note_piece(slot, piece);
	if (slot->buffer == NULL)
		return LP_VERDICT_POOL_EMPTY;
	memcpy(bytes + piece->offset, piece->payload, piece->payload_len);
	return LP_VERDICT_FORWARD;
}

/*
 * A piece of a frame that is lost already: its slot is kept so that the frame is counted once,
 * until as many bytes have come as it has, or its time is over.
 */
static enum lp_verdict swallow(struct lp_joiner *joiner, struct lp_joiner_slot *slot,
			       const struct lp_datagram *piece)
{
	size_t have_len = slot->have_len + piece->payload_len;

	if (have_len >= slot->frame_len)
		remove_slot(joiner, slot);
	else
		slot->have_len = (uint16_t)have_len;
	return LP_VERDICT_FORWARD;
}

/* The frame is lost, its slot stays to swallow what still comes of it. */
static enum lp_verdict spoil(struct lp_joiner *joiner, struct lp_joiner_slot *slot)
{
	void *buffer = slot->buffer;

	slot->buffer = NULL;
	joiner->ops->on_drop(joiner->user, buffer, LP_VERDICT_PIECE_OVERLAP);
	return LP_VERDICT_PIECE_OVERLAP;
}

enum lp_verdict lp_joiner_add(struct lp_joiner *joiner, const struct lp_datagram *piece,
			      uint64_t now)
{
	assert(piece->frame_len <= LP_FRAME_MAX);
	assert(piece->payload_len > 0 && piece->payload_len < piece->frame_len);
	assert(piece->offset + piece->payload_len <= piece->frame_len);

	struct lp_joiner_slot *slot = find_slot(joiner, piece);

	if (slot == NULL)
		return open_slot(joiner, piece, now);
	if (slot->buffer == NULL)
		return swallow(joiner, slot, piece);
	if (piece->frame_len != slot->frame_len || overlaps(slot, piece))
		return spoil(joiner, slot);

	uint8_t *bytes = joiner->ops->bytes(slot->buffer);

	memcpy(bytes + piece->offset, piece->payload, piece->payload_len);
	note_piece(slot, piece);
	if (slot->have_len == slot->frame_len) {
		void *buffer = slot->buffer;

		remove_slot(joiner, slot);
		joiner->ops->on_frame(joiner->user, buffer, piece);
		return LP_VERDICT_FORWARD;
	}
	return slot->piece_count < LP_PIECES_MAX ? LP_VERDICT_FORWARD : spoil(joiner, slot);
}

void lp_joiner_expire(struct lp_joiner *joiner, uint64_t now)
{
	while (joiner->used_count > 0 && lp_joiner_deadline(joiner) <= now)
		give_up(joiner, &joiner->slots[0], LP_VERDICT_PIECE_TIMEOUT);
}

uint64_t lp_joiner_deadline(const struct lp_joiner *joiner)
{
	return joiner->used_count > 0 ? joiner->slots[0].opened_ns + LP_JOINER_TIMEOUT_NS
				      : LP_NEVER;
}
