/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/fragment.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

/* Can `rest` bytes still go, each fragment in a packet of its own? */
static bool can_finish(size_t rest, unsigned fragments_left, size_t full)
{
	return full >= LP_FRAGMENT_HEADER_LEN + LP_FRAGMENT_MIN &&
	       rest <= fragments_left * (full - LP_FRAGMENT_HEADER_LEN);
}

size_t lp_fragment_cut(size_t frame_len, size_t done, unsigned fragments, size_t room, size_t full,
		       bool *is_fragment)
{
	size_t rest = frame_len - done;
	size_t header_len = done > 0 ? LP_FRAGMENT_HEADER_LEN : LP_DATAGRAM_HEADER_LEN;
	unsigned fragments_left = fragments < LP_FRAGMENTS_MAX ? LP_FRAGMENTS_MAX - fragments : 0;
	bool is_last_allowed = done == 0 || fragments_left > 0;

	*is_fragment = done > 0;
	if (is_last_allowed && rest + header_len <= room)
		return rest;
	if (is_last_allowed && rest + header_len <= full) {
		/* An empty packet holds it whole: cut only if the filling is worth two fragments.
		 */
		if (fragments_left < 2 || rest < 2 * LP_FRAGMENT_MIN)
			return 0;
	} else if (!can_finish(rest, fragments_left, full)) {
		return SIZE_MAX;
	}
	*is_fragment = true;
	if (room < LP_FRAGMENT_HEADER_LEN + LP_FRAGMENT_MIN)
		return 0;

	size_t cut = room - LP_FRAGMENT_HEADER_LEN;

	return can_finish(rest - cut, fragments_left - 1, full) ? cut : 0;
}

void lp_reassembly_init(struct lp_reassembly *reassembly, const struct lp_reassembly_ops *ops,
			void *user)
{
	reassembly->ops = ops;
	reassembly->user = user;
	reassembly->used_count = 0;
}

/* Fragments of one frame come close together, so the newest slot is looked at first. */
static struct lp_reassembly_slot *find_slot(struct lp_reassembly *reassembly,
					    const struct lp_datagram *fragment)
{
	for (unsigned i = reassembly->used_count; i > 0; i--) {
		if (reassembly->slots[i - 1].sequence == fragment->sequence &&
		    reassembly->slots[i - 1].source_id == fragment->source_id)
			return &reassembly->slots[i - 1];
	}
	return NULL;
}

/* Closes the gap: the slots stay in the order in which they were opened. */
static void remove_slot(struct lp_reassembly *reassembly, struct lp_reassembly_slot *slot)
{
	struct lp_reassembly_slot *end = reassembly->slots + reassembly->used_count;

	memmove(slot, slot + 1, (size_t)(end - slot - 1) * sizeof(*slot));
	reassembly->used_count--;
}

static void give_up(struct lp_reassembly *reassembly, struct lp_reassembly_slot *slot,
		    enum lp_verdict verdict)
{
	void *buffer = slot->buffer;

	remove_slot(reassembly, slot);
	if (buffer != NULL)
		reassembly->ops->on_drop(reassembly->user, buffer, verdict);
}

void lp_reassembly_fini(struct lp_reassembly *reassembly, enum lp_verdict verdict)
{
	while (reassembly->used_count > 0)
		give_up(reassembly, &reassembly->slots[reassembly->used_count - 1], verdict);
}

static bool overlaps(const struct lp_reassembly_slot *slot, const struct lp_datagram *fragment)
{
	size_t from = fragment->offset;
	size_t to = from + fragment->payload_len;

	for (unsigned i = 0; i < slot->fragment_count; i++) {
		if (from < slot->to[i] && slot->from[i] < to)
			return true;
	}
	return false;
}

static void note_fragment(struct lp_reassembly_slot *slot, const struct lp_datagram *fragment)
{
	slot->from[slot->fragment_count] = fragment->offset;
	slot->to[slot->fragment_count] = (uint16_t)(fragment->offset + fragment->payload_len);
	slot->fragment_count++;
	slot->have_len = (uint16_t)(slot->have_len + fragment->payload_len);
}

static enum lp_verdict open_slot(struct lp_reassembly *reassembly,
				 const struct lp_datagram *fragment, uint64_t now)
{
	if (reassembly->used_count == LP_REASSEMBLY_SLOTS)
		give_up(reassembly, &reassembly->slots[0], LP_VERDICT_FRAGMENT_TABLE);

	struct lp_reassembly_slot *slot = &reassembly->slots[reassembly->used_count++];
	uint8_t *bytes = NULL;

	*slot = (struct lp_reassembly_slot){
		.frame_len = fragment->frame_len,
		.source_id = fragment->source_id,
		.sequence = fragment->sequence,
		.opened_ns = now,
		.buffer = reassembly->ops->open(reassembly->user, &bytes),
	};
	note_fragment(slot, fragment);
	if (slot->buffer == NULL)
		return LP_VERDICT_POOL_EMPTY;
	memcpy(bytes + fragment->offset, fragment->payload, fragment->payload_len);
	return LP_VERDICT_FORWARD;
}

/*
 * A fragment of a frame that is lost already: its slot is kept so that the frame is counted once,
 * until as many bytes have come as it has, or its time is over.
 */
static enum lp_verdict swallow(struct lp_reassembly *reassembly, struct lp_reassembly_slot *slot,
			       const struct lp_datagram *fragment)
{
	size_t have_len = slot->have_len + fragment->payload_len;

	if (have_len >= slot->frame_len)
		remove_slot(reassembly, slot);
	else
		slot->have_len = (uint16_t)have_len;
	return LP_VERDICT_FORWARD;
}

/* The frame is lost, its slot stays to swallow what still comes of it. */
static enum lp_verdict spoil(struct lp_reassembly *reassembly, struct lp_reassembly_slot *slot)
{
	void *buffer = slot->buffer;

	slot->buffer = NULL;
	reassembly->ops->on_drop(reassembly->user, buffer, LP_VERDICT_FRAGMENT_OVERLAP);
	return LP_VERDICT_FRAGMENT_OVERLAP;
}

enum lp_verdict lp_reassembly_add(struct lp_reassembly *reassembly,
				  const struct lp_datagram *fragment, uint64_t now)
{
	assert(fragment->frame_len <= LP_FRAME_MAX);
	assert(fragment->payload_len > 0 && fragment->payload_len < fragment->frame_len);
	assert(fragment->offset + fragment->payload_len <= fragment->frame_len);

	struct lp_reassembly_slot *slot = find_slot(reassembly, fragment);

	if (slot == NULL)
		return open_slot(reassembly, fragment, now);
	if (slot->buffer == NULL)
		return swallow(reassembly, slot, fragment);
	if (fragment->frame_len != slot->frame_len || overlaps(slot, fragment))
		return spoil(reassembly, slot);

	uint8_t *bytes = reassembly->ops->bytes(slot->buffer);

	memcpy(bytes + fragment->offset, fragment->payload, fragment->payload_len);
	note_fragment(slot, fragment);
	if (slot->have_len == slot->frame_len) {
		void *buffer = slot->buffer;

		remove_slot(reassembly, slot);
		reassembly->ops->on_frame(reassembly->user, buffer, fragment);
		return LP_VERDICT_FORWARD;
	}
	return slot->fragment_count < LP_FRAGMENTS_MAX ? LP_VERDICT_FORWARD
						       : spoil(reassembly, slot);
}

void lp_reassembly_expire(struct lp_reassembly *reassembly, uint64_t now)
{
	while (reassembly->used_count > 0 && lp_reassembly_deadline(reassembly) <= now)
		give_up(reassembly, &reassembly->slots[0], LP_VERDICT_FRAGMENT_TIMEOUT);
}

uint64_t lp_reassembly_deadline(const struct lp_reassembly *reassembly)
{
	return reassembly->used_count > 0
		       ? reassembly->slots[0].opened_ns + LP_REASSEMBLY_TIMEOUT_NS
		       : LP_NEVER;
}
