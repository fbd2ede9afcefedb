/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/tapgate.h"

enum lp_verdict lp_tapgate_up(const struct lp_policy *policy, const struct lp_mac *own,
			      const uint8_t *frame, size_t len)
{
	struct lp_ether ether;

	return lp_policy_check(frame, len, LP_DIRECTION_FROM_REMOTE, policy, own, &ether);
}

enum lp_verdict lp_tapgate_down(const struct lp_policy *policy, const struct lp_mac *own,
				const uint8_t *frame, size_t len)
{
	struct lp_ether ether;
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_LAN, policy, NULL, &ether);

	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (!lp_mac_is_group(&ether.dst) && !lp_mac_is_equal(&ether.dst, own))
		return LP_VERDICT_NOT_FOR_US;
	return LP_VERDICT_FORWARD;
}
