/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/account.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

#define RATE_WINDOW_NS LP_NS_PER_S
#define LOSS_WINDOW_NS (3 * LP_NS_PER_S)
#define RTT_WINDOW_NS  (5 * LP_NS_PER_S)
#define LOSS_MIN_COUNT 32 /* fewer say nothing about the path */
#define LARGE	       0x8000

void lp_account_init(struct lp_account *account, uint64_t now)
{
	memset(account, 0, sizeof(*account));
	account->limit_bytes = LP_ACCOUNT_LIMIT_MIN;
	account->window_start_ns = now;
	account->loss_start_ns = now;
	account->rtt_start_ns = now;
}

/* Takes the DATAGRAM out of flight; its size, or 0 when that happened before. */
static uint16_t settle(struct lp_account *account, uint64_t id, enum lp_account_news *news)
{
	*news = LP_ACCOUNT_NO_NEWS;
	if (id >= account->next_id || account->next_id - id > LP_ACCOUNT_SLOTS)
		return 0;
	uint16_t *slot = &account->sizes[id % LP_ACCOUNT_SLOTS];
	uint16_t len = *slot & (LARGE - 1);
	if (len == 0)
		return 0;
	*news = *slot & LARGE ? LP_ACCOUNT_SETTLED_LARGE : LP_ACCOUNT_SETTLED;
	*slot = 0;
	account->in_flight_bytes -= len;
	account->in_flight_count--;
	return len;
}

uint64_t lp_account_sent(struct lp_account *account, uint16_t len)
{
	uint64_t id = account->next_id;
	enum lp_account_news news;
	/* A slot that is still taken belongs to one so old that its fate no longer matters. */
	if (id >= LP_ACCOUNT_SLOTS && settle(account, id - LP_ACCOUNT_SLOTS, &news) != 0)
		account->lost_count++;
	account->next_id++;
	account->sizes[id % LP_ACCOUNT_SLOTS] = len;
	account->in_flight_bytes += len;
	account->in_flight_count++;
	account->sent_count++;
	return id;
}

void lp_account_mark_large(struct lp_account *account, uint64_t id)
{
	account->sizes[id % LP_ACCOUNT_SLOTS] |= LARGE;
}

enum lp_account_news lp_account_acked(struct lp_account *account, uint64_t id)
{
	enum lp_account_news news;
	account->window_acked_bytes += settle(account, id, &news);
	account->acked_count += news != LP_ACCOUNT_NO_NEWS;
	return news;
}

enum lp_account_news lp_account_lost(struct lp_account *account, uint64_t id)
{
	enum lp_account_news news;
	settle(account, id, &news);
	account->lost_count += news != LP_ACCOUNT_NO_NEWS;
	return news;
}

/* Delivery rate of the last window; a faster window counts at once, a slower one halfway. */
static void update_rate(struct lp_account *account, uint64_t now)
{
	uint64_t elapsed_ns = now - account->window_start_ns;
	if (elapsed_ns < RATE_WINDOW_NS / 10)
		return;
	uint64_t rate = account->window_acked_bytes * LP_NS_PER_S / elapsed_ns;
	if (rate > account->rate_bytes_per_s)
		account->rate_bytes_per_s = rate;
	else if (elapsed_ns >= RATE_WINDOW_NS)
		account->rate_bytes_per_s = (account->rate_bytes_per_s + rate) / 2;
	else
		return;
	account->window_start_ns = now;
	account->window_acked_bytes = 0;
}

static void update_loss(struct lp_account *account, uint64_t now)
{
	if (now - account->loss_start_ns < LOSS_WINDOW_NS)
		return;
	uint64_t acked = account->acked_count - account->loss_acked_base;
	uint64_t lost = account->lost_count - account->loss_lost_base;
	account->is_halved = acked + lost >= LOSS_MIN_COUNT && lost * 10 > (acked + lost) * 3;
	account->loss_start_ns = now;
	account->loss_acked_base = account->acked_count;
	account->loss_lost_base = account->lost_count;
}

static uint64_t min_known(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/*
 * The least of the connection's life would be wrong for ever once the path has become longer: the
 * limit could not grow any more.
 */
static uint64_t update_rtt(struct lp_account *account, uint64_t rtt_ns, uint64_t now)
{
	if (now - account->rtt_start_ns >= RTT_WINDOW_NS) {
		account->rtt_start_ns = now;
		account->rtt_min_before_ns = account->rtt_min_ns;
		account->rtt_min_ns = 0;
	}
	account->rtt_min_ns = min_known(account->rtt_min_ns, rtt_ns);
	return min_known(account->rtt_min_ns, account->rtt_min_before_ns);
}

void lp_account_update(struct lp_account *account, uint64_t rtt_ns, uint64_t now)
{
	uint64_t min_rtt_ns = update_rtt(account, rtt_ns, now);
	update_rate(account, now);
	update_loss(account, now);
	uint64_t product = account->rate_bytes_per_s / 1000 * (min_rtt_ns / LP_NS_PER_US) / 1000;
	uint64_t limit = LP_MAX((uint64_t)LP_ACCOUNT_LIMIT_MIN, 4 * product);
	account->limit_bytes = account->is_halved ? limit / 2 : limit;
}
