/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "session/dropped.h"

#include "base/clock.h"
#include "base/mem.h"
#include "frame/example.h"

const char *lp_dropper_name(enum lp_dropper dropper)
{
	static const char *const names[LP_DROPPER__COUNT] = {
		[LP_DROPPER_CLIENT] = "client",
		[LP_DROPPER_RELAY] = "relay",
		[LP_DROPPER_GATEWAY] = "gateway",
	};

	return names[dropper];
}

void lp_dropped_count(struct lp_dropped *dropped, enum lp_verdict verdict, const uint8_t *frame,
		      size_t len, uint64_t now)
{
	char example[LP_EXAMPLE_TEXT_LEN];

	if (dropped->frames[verdict] == 0 || now - dropped->last_ns[verdict] >= LP_NS_PER_S) {
		lp_strcopy(dropped->example[verdict], sizeof(dropped->example[verdict]),
			   lp_example_of(verdict, frame, len, example));
		dropped->last_ns[verdict] = now;
	}
	dropped->frames[verdict]++;
}

void lp_dropped_add(struct lp_dropped *dropped, const struct lp_drops *drops, uint64_t now)
{
	for (uint32_t i = 0; i < drops->count; i++) {
		const struct lp_drop *drop = &drops->drops[i];
		enum lp_verdict reason = drop->reason;

		/* Whatever the other end says, the sum stays a number that JSON can carry. */
		dropped->frames[reason] =
			LP_MIN(dropped->frames[reason] + drop->frames, (uint64_t)LP_COUNTER_MAX);
		dropped->last_ns[reason] = now;
		lp_strcopy(dropped->example[reason], sizeof(dropped->example[reason]),
			   drop->example);
	}
}
