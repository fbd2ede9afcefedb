/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/rest.h"

#include "base/clock.h"
#include "base/mem.h"

/* One frame each 100 us should gather; what goes to and fro in a LAN, a ping, should not wait. */
#define GAP_MAX_NS (120 * LP_NS_PER_US)
#define REST_NS	   (200 * LP_NS_PER_US)
#define VAIN_MAX   2

/* Nothing for so long is a pause: what comes after it begins anew. */
#define PAUSE_NS (10 * LP_NS_PER_MS)

void lp_rest_init(struct lp_rest *rest)
{
	*rest = (struct lp_rest){.is_on = true, .gap_ns = PAUSE_NS};
}

void lp_rest_worked(struct lp_rest *rest, uint64_t now)
{
	uint64_t gap_ns = LP_MIN(now - rest->last_work_ns, PAUSE_NS);

	rest->last_work_ns = now;
	if (rest->is_resting)
		return; /* the gap is of our own making */
	rest->gap_ns = (rest->gap_ns * 15 + gap_ns) / 16;
	rest->is_resting = rest->gap_ns < GAP_MAX_NS;
}

uint64_t lp_rest_deadline(const struct lp_rest *rest)
{
	return rest->is_on && rest->is_resting ? rest->last_work_ns + REST_NS : 0;
}

void lp_rest_ended(struct lp_rest *rest, bool has_work)
{
	rest->vain_count = has_work ? 0 : rest->vain_count + 1;
	if (rest->vain_count < VAIN_MAX)
		return;
	rest->is_resting = false;
	rest->vain_count = 0;
	rest->gap_ns = PAUSE_NS;
}
