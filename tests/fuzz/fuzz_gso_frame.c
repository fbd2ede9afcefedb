/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * GSO frames: the input is what a kernel says of a frame, and the frame. Whatever that is,
 * cutting ends, stays inside and loses no payload; and joining what came out of it gives it back.
 *
 * Bytes 0: kind (bits 0-1), needs a checksum (2), small output buffer (3); 1-2 segment length, 3-4
 * and 5-6 place of the checksum; the rest is the frame.
 */
#include "fuzz.h"

#include "../unit/join.h"
#include "base/mem.h"
#include "frame/gro.h"
#include "frame/gso_frame.h"

#include <string.h>

#define HEAD_LEN  7
#define OUT_LEN	  2000
#define SMALL_LEN 60

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void finish(const uint8_t *data, size_t size, struct lp_offload offload)
{
	uint8_t *frame = malloc(size ? size : 1);
	enum lp_err err;

	memcpy(frame, data, size);
	err = lp_gso_frame_finish(frame, size, &offload);
	CHECK(err == LP_OK || err == LP_ERR_INVALID);
	CHECK(err == LP_OK || memcmp(frame, data, size) == 0);
	free(frame);
}

static void join(const uint8_t *data, const size_t *lens, size_t count)
{
	static struct lp_gro plan;
	struct join_frame frames[LP_GRO_FRAMES];

	for (size_t i = 0; i < count; i++)
		frames[i] = (struct join_frame){data + i * OUT_LEN, lens[i]};
	const char *wrong = join_check(&plan, frames, count, OUT_LEN);

	if (wrong)
		fprintf(stderr, "%s\n", wrong);
	CHECK(wrong == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t kept[LP_GRO_FRAMES * OUT_LEN];
	size_t lens[LP_GRO_FRAMES], kept_count = 0, total = 0, count = 0, len;
	struct lp_gso_frame super;
	bool is_cut, was_cut = false;

	if (size < HEAD_LEN)
		return 0;
	struct lp_offload offload = {
		.gso = (enum lp_gso)(data[0] & 3),
		.needs_checksum = (data[0] & 4) != 0,
		.segment_len = get16(data + 1),
		.checksum_start = get16(data + 3),
		.checksum_offset = get16(data + 5),
	};
	size_t cap = (data[0] & 8) != 0 ? SMALL_LEN : OUT_LEN;

	data += HEAD_LEN;
	size -= HEAD_LEN;
	finish(data, size, offload);
	if (lp_gso_frame_open(&super, data, size, &offload) != LP_OK)
		return 0;
	uint8_t *out = malloc(cap);

	while (lp_gso_frame_next(&super, out, cap, &len, &is_cut)) {
		CHECK(is_cut == (len > cap));
		CHECK(++count <= size);
		was_cut |= is_cut;
		total += len - LP_MIN(len, super.header_len);
		if (!is_cut && kept_count < LP_GRO_FRAMES) {
			memcpy(kept + kept_count * OUT_LEN, out, len);
			lens[kept_count++] = len;
		}
	}
	CHECK(was_cut || total == size - super.header_len);
	if (!was_cut)
		join(kept, lens, kept_count);
	free(out);
	return 0;
}
