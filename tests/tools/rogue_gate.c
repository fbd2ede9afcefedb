/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Stands in for src/client/client_filter.c in the program rogue: a client that lets everything
 * pass, as that of an attacker would. What comes through then was let through by relay and gateway.
 */
#include "client/client_filter.h"

void lp_client_filter_fini(struct lp_client_filter *gate)
{
	(void)gate;
}

bool lp_client_filter_is_stopped(const struct lp_client_filter *gate, uint64_t now)
{
	(void)gate, (void)now;
	return false;
}

enum lp_verdict lp_client_filter_up(struct lp_client_filter *gate, const struct lp_policy *policy,
				    const uint8_t *frame, size_t len, uint64_t now)
{
	(void)gate, (void)policy, (void)frame, (void)now;
	return len < LP_ETHER_HEADER_LEN ? LP_VERDICT_RUNT : LP_VERDICT_FORWARD;
}

enum lp_verdict lp_client_filter_down(const struct lp_client_filter *gate,
				      const struct lp_policy *policy, const uint8_t *frame,
				      size_t len, uint64_t now)
{
	(void)gate, (void)policy, (void)frame, (void)len, (void)now;
	return LP_VERDICT_FORWARD;
}

bool lp_client_filter_tell(struct lp_client_filter *gate, const uint8_t *frame, size_t len,
			   uint8_t told[LP_ETHER_WIRE_MIN], uint64_t now)
{
	(void)gate, (void)frame, (void)len, (void)told, (void)now;
	return false;
}
