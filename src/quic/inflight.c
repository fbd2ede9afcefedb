/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/inflight.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define RATE_WINDOW_NS LP_NS_PER_S
#define LOSS_WINDOW_NS (3 * LP_NS_PER_S)
#define RTT_WINDOW_NS  (5 * LP_NS_PER_S)
#define LOSS_MIN_COUNT 32 /* fewer say nothing about the path */
#define LARGE	       0x8000
#define SLOTS_MIN      256

void lp_inflight_init(struct lp_inflight *inflight, uint64_t now)
{
	memset(inflight, 0, sizeof(*inflight));
	inflight->limit_bytes = LP_INFLIGHT_LIMIT_MIN;
	inflight->window_start_ns = now;
	inflight->loss_start_ns = now;
	inflight->rtt_start_ns = now;
	inflight->slot_count = SLOTS_MIN;
	inflight->sizes = lp_alloc_array(SLOTS_MIN, sizeof(*inflight->sizes));
}

void lp_inflight_fini(struct lp_inflight *inflight)
{
	free(inflight->sizes);
	inflight->sizes = NULL;
}

static uint16_t *slot_of(const struct lp_inflight *inflight, uint64_t id)
{
	return &inflight->sizes[id & (inflight->slot_count - 1)];
}

/* Twice the slots: one is still taken that the next DATAGRAM needs. */
static void grow(struct lp_inflight *inflight)
{
	size_t old_count = inflight->slot_count;
	uint16_t *old = inflight->sizes;
	inflight->slot_count = 2 * old_count;
	inflight->sizes = lp_alloc_array(inflight->slot_count, sizeof(*inflight->sizes));
	for (uint64_t id = inflight->next_id - old_count; id < inflight->next_id; id++)
		*slot_of(inflight, id) = old[id & (old_count - 1)];
	free(old);
}

/* Takes the DATAGRAM out of flight; its size, or 0 when that happened before. */
static uint16_t settle(struct lp_inflight *inflight, uint64_t id, enum lp_inflight_news *news)
{
	*news = LP_INFLIGHT_NO_NEWS;
	if (id >= inflight->next_id || inflight->next_id - id > inflight->slot_count)
		return 0;
	uint16_t *slot = slot_of(inflight, id);
	uint16_t len = *slot & (LARGE - 1);
	if (len == 0)
		return 0;
	*news = *slot & LARGE ? LP_INFLIGHT_SETTLED_LARGE : LP_INFLIGHT_SETTLED;
	*slot = 0;
	inflight->in_flight_bytes -= len;
	inflight->in_flight_count--;
	return len;
}

uint64_t lp_inflight_sent(struct lp_inflight *inflight, uint16_t len)
{
	uint64_t id = inflight->next_id;
	enum lp_inflight_news news;
	if (*slot_of(inflight, id) != 0 && inflight->slot_count < LP_INFLIGHT_SLOTS)
		grow(inflight);
	/* A slot that is still taken belongs to one so old that its fate no longer matters. */
	if (*slot_of(inflight, id) != 0 && settle(inflight, id - inflight->slot_count, &news) != 0)
		inflight->lost_count++;
	inflight->next_id++;
	*slot_of(inflight, id) = len;
	inflight->in_flight_bytes += len;
	inflight->in_flight_count++;
	return id;
}

void lp_inflight_mark_large(struct lp_inflight *inflight, uint64_t id)
{
	*slot_of(inflight, id) |= LARGE;
}

enum lp_inflight_news lp_inflight_acked(struct lp_inflight *inflight, uint64_t id)
{
	enum lp_inflight_news news;
	inflight->window_acked_bytes += settle(inflight, id, &news);
	inflight->acked_count += news != LP_INFLIGHT_NO_NEWS;
	return news;
}

enum lp_inflight_news lp_inflight_lost(struct lp_inflight *inflight, uint64_t id)
{
	enum lp_inflight_news news;
	settle(inflight, id, &news);
	inflight->lost_count += news != LP_INFLIGHT_NO_NEWS;
	return news;
}

/* Delivery rate of the last window; a faster window counts at once, a slower one halfway. */
static void update_rate(struct lp_inflight *inflight, uint64_t now)
{
	uint64_t elapsed_ns = now - inflight->window_start_ns;
	if (elapsed_ns < RATE_WINDOW_NS / 10)
		return;
	uint64_t rate = inflight->window_acked_bytes * LP_NS_PER_S / elapsed_ns;
	if (rate > inflight->rate_bytes_per_s)
		inflight->rate_bytes_per_s = rate;
	else if (elapsed_ns >= RATE_WINDOW_NS)
		inflight->rate_bytes_per_s = (inflight->rate_bytes_per_s + rate) / 2;
	else
		return;
	inflight->window_start_ns = now;
	inflight->window_acked_bytes = 0;
}

static void update_loss(struct lp_inflight *inflight, uint64_t now)
{
	if (now - inflight->loss_start_ns < LOSS_WINDOW_NS)
		return;
	uint64_t acked = inflight->acked_count - inflight->loss_acked_base;
	uint64_t lost = inflight->lost_count - inflight->loss_lost_base;
	inflight->is_halved = acked + lost >= LOSS_MIN_COUNT && lost * 10 > (acked + lost) * 3;
	inflight->loss_start_ns = now;
	inflight->loss_acked_base = inflight->acked_count;
	inflight->loss_lost_base = inflight->lost_count;
}

static uint64_t min_known(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/*
 * The least of the connection's life would be wrong for ever once the path has become longer: the
 * limit could not grow any more.
 */
static uint64_t update_rtt(struct lp_inflight *inflight, uint64_t rtt_ns, uint64_t now)
{
	if (now - inflight->rtt_start_ns >= RTT_WINDOW_NS) {
		inflight->rtt_start_ns = now;
		inflight->rtt_min_before_ns = inflight->rtt_min_ns;
		inflight->rtt_min_ns = 0;
	}
	inflight->rtt_min_ns = min_known(inflight->rtt_min_ns, rtt_ns);
	return min_known(inflight->rtt_min_ns, inflight->rtt_min_before_ns);
}

void lp_inflight_update(struct lp_inflight *inflight, uint64_t rtt_ns, uint64_t now)
{
	uint64_t min_rtt_ns = update_rtt(inflight, rtt_ns, now);
	update_rate(inflight, now);
	update_loss(inflight, now);
	uint64_t product = inflight->rate_bytes_per_s / 1000 * (min_rtt_ns / LP_NS_PER_US) / 1000;
	uint64_t limit = LP_MAX((uint64_t)LP_INFLIGHT_LIMIT_MIN, 4 * product);
	inflight->limit_bytes = inflight->is_halved ? limit / 2 : limit;
}
