/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What is news about a peer's dropped frames: to be told by a drops message, once in 5 seconds
 * while it grows.
 */
#ifndef LP_WIRE_DROP_NEWS_H
#define LP_WIRE_DROP_NEWS_H

#include "base/clock.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_DROP_NEWS_EVERY_NS (5 * LP_NS_PER_S)

/*
 * Fills drops[] with the reasons that have grown most from `told` to `frames`, both by verdict, and
 * takes them as told; the rest waits for the next message. Frames without a target are no news, nor
 * those that come again. False = nothing has grown.
 */
bool lp_drop_news_take(const uint64_t frames[LP_VERDICT__COUNT], uint64_t told[LP_VERDICT__COUNT],
		       struct lp_drops *news);

#endif
