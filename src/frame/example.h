/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What a dropped frame was about, in a word for the person whose frame it was: the address that it
 * came from or claimed, or its type. Pure.
 */
#ifndef LP_FRAME_EXAMPLE_H
#define LP_FRAME_EXAMPLE_H

#include "frame/verdict.h"

#include <stddef.h>
#include <stdint.h>

#define LP_EXAMPLE_TEXT_LEN 64

/* "00:04:1f:01:02:03", "10.77.0.51", "0x88e1"; "" = there is nothing to tell. */
const char *lp_example_of(enum lp_verdict verdict, const uint8_t *frame, size_t len,
			  char text[LP_EXAMPLE_TEXT_LEN]);

#endif
