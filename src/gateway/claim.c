/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/claim.h"

#include "base/mem.h"
#include "base/seen.h"

#include <stdlib.h>

struct lp_claim {
	bool is_asking; /* the LAN, for what is not known */
	struct lp_seen *used;
	struct lp_seen *asked;	/* "is it free?": for those who want no others to answer */
	struct lp_seen *free;	/* nobody of the LAN had it */
	struct lp_seen *proven; /* the same, and lately */
	struct lp_inquiry *inquiry;
};

struct lp_claim *lp_claim_new(uint64_t now)
{
	struct lp_claim *claim = lp_alloc(sizeof(*claim));

	claim->is_asking = true;
	claim->used = lp_seen_new(LP_CLAIM_MAX, LP_CLAIM_AGE_NS);
	claim->asked = lp_seen_new(LP_CLAIM_MAX, LP_CLAIM_ASK_NS);
	claim->free = lp_seen_new(LP_CLAIM_MAX, LP_CLAIM_FREE_NS);
	claim->proven = lp_seen_new(LP_CLAIM_MAX, LP_CLAIM_PROVEN_NS);
	claim->inquiry = lp_inquiry_new(now);
	return claim;
}

void lp_claim_free(struct lp_claim *claim)
{
	if (!claim)
		return;
	lp_seen_free(claim->used);
	lp_seen_free(claim->asked);
	lp_seen_free(claim->free);
	lp_seen_free(claim->proven);
	lp_inquiry_free(claim->inquiry);
	free(claim);
}

void lp_claim_set_asking(struct lp_claim *claim, bool is_asking)
{
	claim->is_asking = is_asking;
}

/* --- what the LAN says --- */

void lp_claim_learn_own(struct lp_claim *claim, const uint8_t *ip, size_t ip_len, uint64_t now)
{
	lp_seen_mark(claim->used, ip, ip_len, now);
	lp_seen_forget(claim->free, ip, ip_len);
	lp_inquiry_answer(claim->inquiry, ip, ip_len);
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
		if (claims[i].is_for_another)
			continue;
		if (!claims[i].is_question) {
			lp_claim_learn_own(claim, claims[i].ip, claims[i].ip_len, now);
			continue;
		}
		lp_seen_mark(claim->asked, claims[i].ip, claims[i].ip_len, now);
		/* Who hears us ask what he asks takes it for a conflict (RFC 5227, RFC 4862). */
		lp_inquiry_answer(claim->inquiry, claims[i].ip, claims[i].ip_len);
	}
}

void lp_claim_forget_free(struct lp_claim *claim)
{
	lp_seen_clear(claim->free);
	lp_seen_clear(claim->proven);
}

void lp_claim_doubt(struct lp_claim *claim, const uint8_t *frame, size_t len)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);

	for (size_t i = 0; i < count; i++)
		lp_inquiry_answer(claim->inquiry, claims[i].ip, claims[i].ip_len);
}

/* --- what players say --- */

static bool begin(struct lp_claim *claim, const struct lp_ipclaim *ip, struct lp_bucket *purse,
		  uint64_t now)
{
	return claim->is_asking &&
	       lp_inquiry_begin(claim->inquiry, ip->ip, ip->ip_len, ip->is_question, purse, now);
}

/* To ask whether it is free takes nothing away: its owner answers, and we hear it. */
static void hear_question(struct lp_claim *claim, const struct lp_ipclaim *ip,
			  struct lp_bucket *purse, uint64_t now)
{
	if (!lp_seen_has(claim->used, ip->ip, ip->ip_len, now) &&
	    !lp_seen_has(claim->proven, ip->ip, ip->ip_len, now))
		(void)begin(claim, ip, purse, now);
}

static enum lp_verdict check_one(struct lp_claim *claim, const struct lp_ipclaim *ip,
				 struct lp_bucket *purse, uint64_t now)
{
	/* To ask for it in the same moment is to say no, as well. */
	if (ip->is_for_another || lp_seen_has(claim->asked, ip->ip, ip->ip_len, now))
		return LP_VERDICT_ADDRESS_CLAIM;
	if (ip->is_question) {
		hear_question(claim, ip, purse, now);
		return LP_VERDICT_FORWARD;
	}
	if (lp_seen_has(claim->used, ip->ip, ip->ip_len, now))
		return LP_VERDICT_ADDRESS_CLAIM;
	bool is_free = lp_seen_has(claim->free, ip->ip, ip->ip_len, now);
	if (!is_free || !lp_seen_has(claim->proven, ip->ip, ip->ip_len, now))
		(void)begin(claim, ip, purse, now);
	return is_free || !claim->is_asking ? LP_VERDICT_FORWARD : LP_VERDICT_ADDRESS_ASKED;
}

enum lp_verdict lp_claim_check(struct lp_claim *claim, uint16_t peer_id, struct lp_bucket *purse,
			       const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);
	const struct lp_ipclaim *open = NULL;

	for (size_t i = 0; i < count; i++) {
		enum lp_verdict verdict = check_one(claim, &claims[i], purse, now);

		if (verdict == LP_VERDICT_ADDRESS_CLAIM)
			return verdict;
		if (verdict == LP_VERDICT_ADDRESS_ASKED)
			open = &claims[i];
	}
	if (!open)
		return LP_VERDICT_FORWARD;
	lp_inquiry_hold(claim->inquiry, open->ip, open->ip_len, peer_id, frame, len);
	return LP_VERDICT_ADDRESS_ASKED;
}

void lp_claim_meet(struct lp_claim *claim, struct lp_bucket *purse, const uint8_t *frame,
		   size_t len, uint64_t now)
{
	struct lp_ipclaim ip = {.is_question = false};

	ip.ip_len = lp_ipclaim_target(frame, len, ip.ip);
	if (ip.ip_len == 0 || lp_seen_has(claim->free, ip.ip, ip.ip_len, now) ||
	    lp_seen_has(claim->used, ip.ip, ip.ip_len, now) ||
	    lp_seen_has(claim->asked, ip.ip, ip.ip_len, now))
		return;
	(void)begin(claim, &ip, purse, now);
}

/* --- what we ask --- */

size_t lp_claim_ask(struct lp_claim *claim, const struct lp_mac *from,
		    uint8_t frame[LP_IPCLAIM_QUESTION_MAX], uint64_t now)
{
	uint8_t ip[16];
	size_t ip_len = lp_inquiry_ask(claim->inquiry, ip, now);

	return ip_len > 0 ? lp_ipclaim_make_question(from, ip, ip_len, frame) : 0;
}

bool lp_claim_release(struct lp_claim *claim, struct lp_inquiry_frame *frame, uint64_t now)
{
	uint8_t ip[16];
	size_t ip_len;

	while ((ip_len = lp_inquiry_close(claim->inquiry, ip, now)) > 0) {
		lp_seen_mark(claim->free, ip, ip_len, now);
		lp_seen_mark(claim->proven, ip, ip_len, now);
	}
	return lp_inquiry_release(claim->inquiry, frame);
}

uint64_t lp_claim_deadline(const struct lp_claim *claim)
{
	return lp_inquiry_deadline(claim->inquiry);
}

size_t lp_claim_count(const struct lp_claim *claim)
{
	return lp_seen_count(claim->used);
}
