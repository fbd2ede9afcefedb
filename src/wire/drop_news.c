/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/drop_news.h"

static bool is_of_interest(enum lp_verdict verdict)
{
	return lp_verdict_action(verdict) != LP_ACTION_NO_TARGET &&
	       verdict != LP_VERDICT_ADDRESS_PROBED;
}

/* FORWARD = none has grown. */
static enum lp_verdict find_most(const uint64_t frames[LP_VERDICT__COUNT],
				 const uint64_t told[LP_VERDICT__COUNT])
{
	enum lp_verdict most = LP_VERDICT_FORWARD;
	uint64_t growth = 0;

	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		if (frames[i] <= told[i] || frames[i] - told[i] <= growth ||
		    !is_of_interest((enum lp_verdict)i))
			continue;
		most = (enum lp_verdict)i;
		growth = frames[i] - told[i];
	}
	return most;
}

bool lp_drop_news_take(const uint64_t frames[LP_VERDICT__COUNT], uint64_t told[LP_VERDICT__COUNT],
		       struct lp_drops *news)
{
	enum lp_verdict reason;

	news->count = 0;
	while (news->count < LP_DROPS_MAX &&
	       (reason = find_most(frames, told)) != LP_VERDICT_FORWARD) {
		struct lp_drop *drop = &news->drops[news->count++];

		*drop = (struct lp_drop){.reason = reason, .frames = frames[reason] - told[reason]};
		told[reason] = frames[reason];
	}
	return news->count > 0;
}
