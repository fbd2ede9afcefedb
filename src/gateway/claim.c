/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/claim.h"

#include "base/mem.h"
#include "base/seen.h"
#include "frame/ipclaim.h"

#include <stdlib.h>

struct lp_claim {
	struct lp_seen *used;
	struct lp_seen *asked; /* "is it free?": for those who want no others to answer */
};

struct lp_claim *lp_claim_new(void)
{
	struct lp_claim *claim = lp_alloc(sizeof(*claim));

	claim->used = lp_seen_new(LP_CLAIM_MAX, LP_CLAIM_AGE_NS);
	claim->asked = lp_seen_new(LP_CLAIM_MAX, LP_CLAIM_ASK_NS);
	return claim;
}

void lp_claim_free(struct lp_claim *claim)
{
	if (!claim)
		return;
	lp_seen_free(claim->used);
	lp_seen_free(claim->asked);
	free(claim);
}

/*
 * A question of the LAN's counts too, though not for long: or a player could answer each "is it
 * free?" with "no", and keep newcomers of the LAN off it.
 */
void lp_claim_learn(struct lp_claim *claim, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);

	for (size_t i = 0; i < count; i++) {
		if (!claims[i].is_for_another)
			lp_seen_mark(claims[i].is_question ? claim->asked : claim->used,
				     claims[i].ip, claims[i].ip_len, now);
	}
}

static bool is_taken(struct lp_claim *claim, const struct lp_ipclaim *ip, uint64_t now)
{
	return lp_seen_has(claim->used, ip->ip, ip->ip_len, now) ||
	       lp_seen_has(claim->asked, ip->ip, ip->ip_len, now);
}

enum lp_verdict lp_claim_check(struct lp_claim *claim, const uint8_t *frame, size_t len,
			       uint64_t now)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);

	for (size_t i = 0; i < count; i++) {
		if (claims[i].is_for_another)
			return LP_VERDICT_ADDRESS_CLAIM;
		/* To ask whether it is free takes nothing away: its owner answers. */
		if (!claims[i].is_question && is_taken(claim, &claims[i], now))
			return LP_VERDICT_ADDRESS_CLAIM;
	}
	return LP_VERDICT_FORWARD;
}

size_t lp_claim_count(const struct lp_claim *claim)
{
	return lp_seen_count(claim->used);
}
