/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The law of joining: cutting what was joined gives the frames again, each flow in order, none lost
 * and none made up.
 */
#ifndef LP_TESTS_JOIN_H
#define LP_TESTS_JOIN_H

#include "frame/gro.h"

#include <stdbool.h>

struct join_frame {
	const uint8_t *data;
	size_t len;
};

/* Plans the frames, then checks the law. Returns NULL, or what is wrong. */
const char *join_check(struct lp_gro *plan, const struct join_frame *frames, size_t count,
		       size_t frame_max);

#endif
