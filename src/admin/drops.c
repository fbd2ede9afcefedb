/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/drops.h"

#include "base/mem.h"

struct lp_admin_drop *lp_admin_list_drops(const struct lp_ledger *ledger, size_t *count)
{
	struct lp_admin_drop *drops = lp_alloc_array(LP_VERDICT__COUNT, sizeof(*drops));
	*count = 0;
	for (enum lp_verdict i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		drops[(*count)++] = (struct lp_admin_drop){
			.reason = lp_verdict_name(i),
			.action = lp_action_name(lp_verdict_action(i)),
			.help = lp_verdict_help(i),
			.frames = ledger->frames[i],
			.copies = ledger->copies[i],
		};
	}
	return drops;
}
