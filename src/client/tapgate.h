/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What may pass between a player's TAP and the party: the first and the last step of a frame's way.
 * Nothing here knows a device or a connection.
 */
#ifndef LP_CLIENT_TAPGATE_H
#define LP_CLIENT_TAPGATE_H

#include "frame/policy.h"

#include <stddef.h>
#include <stdint.h>

/* TAP to relay (W13, W14): what the relay would refuse uses no bandwidth. `own` is our MAC. */
enum lp_verdict lp_tapgate_up(const struct lp_policy *policy, const struct lp_mac *own,
			      const uint8_t *frame, size_t len);

/* Relay to TAP (W15, W16). */
enum lp_verdict lp_tapgate_down(const struct lp_policy *policy, const struct lp_mac *own,
				const uint8_t *frame, size_t len);

#endif
