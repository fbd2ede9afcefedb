/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/batching.h"

#include "base/clock.h"
#include "base/mem.h"

/* Frames 100 us apart should be batched; what goes to and fro in a LAN, a ping, should not wait. */
#define GAP_MAX_NS (120 * LP_NS_PER_US)
#define WAIT_NS	   (200 * LP_NS_PER_US)
#define VAIN_MAX   2

/* Nothing for so long is a pause: what comes after it begins anew. */
#define PAUSE_NS (10 * LP_NS_PER_MS)

void lp_batching_init(struct lp_batching *batching)
{
	*batching = (struct lp_batching){.is_on = true, .gap_ns = PAUSE_NS};
}

void lp_batching_worked(struct lp_batching *batching, uint64_t now)
{
	uint64_t gap_ns = LP_MIN(now - batching->last_work_ns, PAUSE_NS);

	batching->last_work_ns = now;
	if (batching->is_waiting)
		return; /* the gap is of our own making */
	batching->gap_ns = (batching->gap_ns * 15 + gap_ns) / 16;
	batching->is_waiting = batching->gap_ns < GAP_MAX_NS;
}

uint64_t lp_batching_deadline(const struct lp_batching *batching)
{
	return batching->is_on && batching->is_waiting ? batching->last_work_ns + WAIT_NS : 0;
}

void lp_batching_ended(struct lp_batching *batching, bool has_work)
{
	batching->vain_count = has_work ? 0 : batching->vain_count + 1;
	if (batching->vain_count < VAIN_MAX)
		return;
	batching->is_waiting = false;
	batching->vain_count = 0;
	batching->gap_ns = PAUSE_NS;
}
