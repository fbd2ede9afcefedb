/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Joining: the input is a batch of frames, each with its length (2 bytes) in front. Lengths 0xffff
 * repeat the frame before it as the next segment of its stream, with right checksums, so that the
 * engine gets past them. The law of join.h holds for every batch.
 */
#include "fuzz.h"

#include "../unit/join.h"
#include "frame/checksum.h"

#include <string.h>

#define FRAME_LEN  1600
#define FRAMES_MAX LP_GRO_FRAMES

/* Makes of an IPv4 TCP frame the one behind it. */
static void advance(uint8_t *frame, size_t len)
{
	size_t header_len = len > 54 ? 34 + (size_t)(frame[46] >> 4) * 4 : len;
	size_t payload_len = len > header_len ? len - header_len : 0;

	if (payload_len == 0 || frame[14] != 0x45)
		return;
	for (size_t i = 4, carry = payload_len; i > 0; i--, carry >>= 8) {
		carry += frame[38 + i - 1];
		frame[38 + i - 1] = (uint8_t)carry;
	}
	memset(frame + 24, 0, 2);
	memset(frame + 50, 0, 2);
	lp_checksum_store(frame + 24, lp_checksum_add(0, frame + 14, 20));
	lp_checksum_store(frame + 50,
			  lp_checksum_add(lp_checksum_add_pseudo(0, frame + 14, 6, len - 34),
					  frame + 34, len - 34));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lp_gro plan;
	struct join_frame frames[FRAMES_MAX] = {{NULL, 0}};
	uint8_t *blocks[FRAMES_MAX];
	size_t count = 0;

	while (size >= 2 && count < FRAMES_MAX) {
		size_t len = (size_t)(data[0] << 8 | data[1]);
		bool is_next = len == 0xffff && count > 0;

		data += 2;
		size -= 2;
		if (is_next)
			len = frames[count - 1].len;
		else
			len = len % FRAME_LEN < size ? len % FRAME_LEN : size;
		blocks[count] = malloc(len ? len : 1);
		memcpy(blocks[count], is_next ? blocks[count - 1] : data, len);
		if (is_next) {
			advance(blocks[count], len);
		} else {
			data += len;
			size -= len;
		}
		frames[count] = (struct join_frame){blocks[count], len};
		count++;
	}
	const char *wrong = join_check(&plan, frames, count, FRAME_LEN);

	if (wrong)
		fprintf(stderr, "%s\n", wrong);
	CHECK(wrong == NULL);
	while (count > 0)
		free(blocks[--count]);
	return 0;
}
