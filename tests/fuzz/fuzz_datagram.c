/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The overlay datagram: the first byte is the set of flags allowed, the rest is the datagram. What
 * is accepted must lie inside the input, and encode to the same bytes.
 */
#include "fuzz.h"

#include "wire/datagram.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t again[LP_FRAGMENT_HEADER_LEN + LP_PROBE_PAYLOAD_MAX];
	struct lp_datagram datagram;
	size_t again_len;

	if (size == 0)
		return 0;
	uint8_t flags_allowed = data[0];
	const uint8_t *bytes = data + 1;
	size_t len = size - 1;

	if (lp_datagram_decode(bytes, len, flags_allowed, &datagram) != LP_VERDICT_FORWARD)
		return 0;
	CHECK((datagram.flags & ~flags_allowed) == 0);
	CHECK(datagram.payload >= bytes && datagram.payload + datagram.payload_len == bytes + len);
	if (datagram.kind == LP_KIND_FRAGMENT) {
		CHECK(datagram.frame_len <= LP_FRAME_MAX);
		CHECK(datagram.payload_len > 0 && datagram.payload_len < datagram.frame_len);
		CHECK(datagram.offset + datagram.payload_len <= datagram.frame_len);
	}
	CHECK(lp_datagram_encode(&datagram, again, sizeof(again), &again_len) == LP_OK);
	CHECK(again_len == len && memcmp(again, bytes, len) == 0);
	CHECK(lp_datagram_encode(&datagram, again, len - 1, &again_len) == LP_ERR_TOO_LARGE);
	return 0;
}
