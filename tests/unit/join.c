/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "join.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX 65535
#define IP4_ID	  18
#define DONT_FRAG 0x40

/* Equal, but for the identification of an IPv4 packet that is never fragmented, and its checksum.
 */
static bool is_same(const uint8_t *a, const struct join_frame *b, size_t len)
{
	bool is_ip4 = len > 34 && a[12] == 8 && a[13] == 0;

	if (len != b->len || memcmp(a, b->data, LP_MIN(len, (size_t)IP4_ID)) != 0)
		return false;
	if (!is_ip4 || (a[20] & DONT_FRAG) == 0)
		return memcmp(a, b->data, len) == 0;
	return memcmp(a + 20, b->data + 20, 4) == 0 && memcmp(a + 26, b->data + 26, len - 26) == 0;
}

static size_t gather(const struct lp_gro *plan, const struct lp_gro_packet *packet,
		     const struct join_frame *frames, uint8_t *whole)
{
	size_t len = packet->header_len;
	uint8_t frame = packet->first;

	memcpy(whole, packet->header, len);
	for (size_t i = 0; i < packet->frame_count; i++, frame = plan->next[frame]) {
		size_t part = frames[frame].len - packet->header_len;

		memcpy(whole + len, frames[frame].data + packet->header_len, part);
		len += part;
	}
	return len;
}

static const char *check_joined(const struct lp_gro *plan, const struct lp_gro_packet *packet,
				const struct join_frame *frames, uint8_t *whole)
{
	uint8_t frame = packet->first;
	struct lp_gso_frame super;
	uint8_t *out = whole + WHOLE_MAX;
	size_t len, count = 0;
	bool is_cut;

	if (packet->len > WHOLE_MAX || gather(plan, packet, frames, whole) != packet->len)
		return "length of the whole";
	if (lp_gso_frame_open(&super, whole, packet->len, &packet->offload) != LP_OK)
		return "cannot be cut";
	while (lp_gso_frame_next(&super, out, WHOLE_MAX, &len, &is_cut)) {
		if (count++ == packet->frame_count)
			return "more segments than frames";
		if (!is_same(out, &frames[frame], len))
			return "a segment differs from its frame";
		frame = plan->next[frame];
	}
	return count == packet->frame_count ? NULL : "fewer segments than frames";
}

/* Of one stream, what came between two frames of a packet is in that packet too. */
static bool is_in_order(const struct lp_gro *plan, const struct lp_gro_packet *packet,
			const bool *is_mine)
{
	const struct lp_gro_segment *first = &plan->segment[packet->first];

	for (size_t i = packet->first; i < packet->last; i++) {
		const struct lp_gro_segment *other = &plan->segment[i];

		if (!is_mine[i] && other->is_tcp && other->flow == first->flow)
			return false;
	}
	return true;
}

static const char *check_packets(const struct lp_gro *plan, const struct join_frame *frames,
				 uint8_t *whole)
{
	bool is_seen[LP_GRO_FRAMES] = {false};
	size_t seen_count = 0;
	int last_first = -1;

	for (size_t i = 0; i < plan->packet_count; i++) {
		const struct lp_gro_packet *packet = &plan->packet[i];
		uint8_t frame = packet->first;
		bool is_mine[LP_GRO_FRAMES] = {false};
		const char *wrong = NULL;

		if (packet->first <= last_first)
			return "packets out of order";
		last_first = packet->first;
		for (size_t k = 0; k < packet->frame_count; k++) {
			if (frame >= plan->frame_count || is_seen[frame])
				return "a frame twice";
			is_seen[frame] = is_mine[frame] = true;
			seen_count++;
			if (k + 1 < packet->frame_count && plan->next[frame] <= frame)
				return "frames of a packet out of order";
			frame = plan->next[frame];
		}
		if (!is_in_order(plan, packet, is_mine))
			return "a stream out of order";
		if (packet->frame_count > 1)
			wrong = check_joined(plan, packet, frames, whole);
		else if (packet->header_len != 0 || packet->len != frames[packet->first].len ||
			 packet->offload.gso != LP_GSO_NONE)
			wrong = "a frame alone was changed";
		if (wrong)
			return wrong;
	}
	return seen_count == plan->frame_count ? NULL : "a frame lost";
}

const char *join_check(struct lp_gro *plan, const struct join_frame *frames, size_t count,
		       size_t frame_max)
{
	uint8_t *whole = malloc(2 * WHOLE_MAX);
	const char *wrong = "no memory";

	lp_gro_begin(plan, frame_max);
	for (size_t i = 0; i < count; i++)
		lp_gro_add(plan, frames[i].data, frames[i].len);
	lp_gro_end(plan);
	/* next[] of a packet's last frame means nothing; here it is followed once too often. */
	for (size_t i = 0; i < plan->packet_count; i++)
		plan->next[plan->packet[i].last] = plan->packet[i].last;
	if (whole)
		wrong = check_packets(plan, frames, whole);
	free(whole);
	return wrong;
}
