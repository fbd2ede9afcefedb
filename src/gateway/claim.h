/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whose IP addresses are whose: what a machine of the LAN has used in the last five minutes, or is
 * just asking for, a remote player may not claim (ARP, neighbour discovery). The LAN was there
 * first.
 */
#ifndef LP_GATEWAY_CLAIM_H
#define LP_GATEWAY_CLAIM_H

#include "frame/verdict.h"

#include <stddef.h>
#include <stdint.h>

#define LP_CLAIM_MAX	4096 /* addresses, the longest unused out first */
#define LP_CLAIM_AGE_NS (300 * 1000000000ULL)
#define LP_CLAIM_ASK_NS                                                                            \
	(5 * 1000000000ULL) /* three ARP probes and the wait behind them, RFC 5227 */

struct lp_claim;

struct lp_claim *lp_claim_new(void);
void lp_claim_free(struct lp_claim *claim);

/* A frame of the LAN, whose source is not a remote player's MAC. */
void lp_claim_learn(struct lp_claim *claim, const uint8_t *frame, size_t len, uint64_t now);

/* A frame of a remote player: LP_VERDICT_FORWARD, or LP_VERDICT_ADDRESS_CLAIM. */
enum lp_verdict lp_claim_check(struct lp_claim *claim, const uint8_t *frame, size_t len,
			       uint64_t now);

/* How many addresses of the LAN are known. */
size_t lp_claim_count(const struct lp_claim *claim);

#endif
