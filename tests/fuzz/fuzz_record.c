/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The control stream: the first byte chooses how the rest is cut into portions. Whatever the
 * portions, the records that come out must be those of the stream read in one go.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "base/rand.h"
#include "wire/message.h"

#include <string.h>

/* The next record of the stream by the letter of the protocol; false at its end or a bad length. */
static bool next_by_hand(const uint8_t **at, size_t *left, size_t *record_len)
{
	if (*left < LP_RECORD_HEADER_LEN)
		return false;
	const uint8_t *p = *at;

	*record_len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (*record_len > LP_RECORD_MAX || *record_len > *left - LP_RECORD_HEADER_LEN)
		return false;
	*at += LP_RECORD_HEADER_LEN;
	*left -= LP_RECORD_HEADER_LEN;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lp_record_reader reader;
	struct lp_rand rand;

	if (size == 0)
		return 0;
	lp_rand_seed(&rand, data[0]);
	reader.len = 0;

	const uint8_t *stream = data + 1, *want = stream;
	size_t stream_left = size - 1, want_left = stream_left;
	size_t portion_max = 1 + lp_rand_below(&rand, 2000);

	while (stream_left > 0) {
		const uint8_t *json = NULL;
		size_t json_len = 0, want_len = 0;
		size_t portion = 1 + lp_rand_below(&rand, portion_max);

		if (portion > stream_left)
			portion = stream_left;
		size_t len = portion;
		enum lp_err err = lp_record_next(&reader, &stream, &len, &json, &json_len);

		CHECK(len <= portion);
		stream_left -= portion - len;
		if (err == LP_ERR_TOO_LARGE) {
			CHECK(!next_by_hand(&want, &want_left, &want_len));
			return 0;
		}
		if (err == LP_ERR_AGAIN) {
			CHECK(len == 0);
			continue;
		}
		CHECK(err == LP_OK && next_by_hand(&want, &want_left, &want_len));
		CHECK(json_len == want_len && memcmp(json, want, json_len) == 0);
		want += want_len;
		want_left -= want_len;
		CHECK(want == stream);
	}
	return 0;
}
