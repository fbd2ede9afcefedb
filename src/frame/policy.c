/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/policy.h"

enum lp_verdict lp_policy_check(const uint8_t *frame, size_t len, enum lp_direction direction,
				const struct lp_policy *policy, const struct lp_mac *source,
				struct lp_ether *ether)
{
	(void)direction;
	(void)policy;
	if (lp_ether_parse(frame, len, ether) != LP_OK)
		return LP_VERDICT_RUNT;
	if (!lp_mac_is_identity(&ether->src))
		return LP_VERDICT_INVALID_SOURCE;
	if (source != NULL && !lp_mac_is_equal(&ether->src, source))
		return LP_VERDICT_SOURCE_MAC;
	return LP_VERDICT_FORWARD;
}
