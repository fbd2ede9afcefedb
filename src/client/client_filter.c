/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/client_filter.h"

#include "base/clock.h"

#include <string.h>

#define TELL_APART_NS (20 * LP_NS_PER_MS)

void lp_client_filter_fini(struct lp_client_filter *gate)
{
	lp_fragment6_free(gate->fragments6);
	gate->fragments6 = NULL;
}

bool lp_client_filter_is_stopped(const struct lp_client_filter *gate, uint64_t now)
{
	return now < gate->stopped_until_ns;
}

bool lp_client_filter_tell(struct lp_client_filter *gate, const uint8_t *frame, size_t len,
			   uint8_t told[LP_ETHER_WIRE_MIN], uint64_t now)
{
	const uint8_t *id;

	if (!lp_loopprobe_read(frame, len, &id) ||
	    (gate->told_ns != 0 && now < gate->told_ns + TELL_APART_NS) ||
	    memcmp(gate->told_id, id, sizeof(gate->told_id)) == 0)
		return false;
	gate->told_ns = now;
	memcpy(gate->told_id, id, sizeof(gate->told_id));
	lp_loopprobe_make(&gate->mac, id, told);
	return true;
}

/*
 * A gateway sends these into its LAN: no way leads from there to this end of the TAP. But one
 * frame, or the same one again and again, may have been anybody's.
 */
static void hear_probe(struct lp_client_filter *gate, const uint8_t *id, uint64_t now)
{
	bool is_another = memcmp(gate->heard_id, id, sizeof(gate->heard_id)) != 0;

	if (!is_another)
		return;
	if (gate->heard_ns != 0 && now < gate->heard_ns + LP_CLIENT_FILTER_PROOF_NS)
		gate->stopped_until_ns = now + LP_CLIENT_FILTER_STOP_NS;
	gate->heard_ns = now;
	memcpy(gate->heard_id, id, sizeof(gate->heard_id));
}

enum lp_verdict lp_client_filter_up(struct lp_client_filter *gate, const struct lp_policy *policy,
				    const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ether ether;
	const uint8_t *id;

	if (lp_loopprobe_read(frame, len, &id)) {
		hear_probe(gate, id, now);
		return LP_VERDICT_LOOP;
	}
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_REMOTE, policy, &gate->mac, &ether);

	bool is_fragment = lp_fragment6_is_due(verdict, policy);
	if (verdict != LP_VERDICT_FORWARD && !is_fragment)
		return verdict;
	if (lp_client_filter_is_stopped(gate, now))
		return LP_VERDICT_LOOP;
	return is_fragment ? lp_fragment6_judge(&gate->fragments6, policy, frame, len, now)
			   : LP_VERDICT_FORWARD;
}

enum lp_verdict lp_client_filter_down(const struct lp_client_filter *gate,
				      const struct lp_policy *policy, const uint8_t *frame,
				      size_t len, uint64_t now)
{
	struct lp_ether ether;
	enum lp_verdict verdict =
		lp_policy_check(frame, len, LP_DIRECTION_FROM_LAN, policy, NULL, &ether);

	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (!lp_mac_is_group(&ether.dst) && !lp_mac_is_equal(&ether.dst, &gate->mac))
		return LP_VERDICT_NOT_FOR_US;
	return lp_client_filter_is_stopped(gate, now) ? LP_VERDICT_LOOP : LP_VERDICT_FORWARD;
}
