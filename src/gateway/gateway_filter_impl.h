/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The inside of the gate: gateway_filter.c is who may pass, gateway_filter_loop.c who is stopped
 * for a loop, or for a MAC that is on the LAN, too.
 */
#ifndef LP_GATEWAY_FILTER_IMPL_H
#define LP_GATEWAY_FILTER_IMPL_H

#include "gateway/gateway_filter.h"

/* A loop probe came in from the LAN (peer NULL), or as a frame of that player. */
void lp_gateway_filter_hear_probe(struct lp_gateway_filter *gate, struct lp_cam_peer *peer,
				  const uint8_t *id, uint64_t now);

/*
 * A frame with a player's MAC came in from the LAN. It goes no further, so there is time to ask
 * whose loop it is: perhaps not theirs, but another's, that one of their frames went through.
 */
void lp_gateway_filter_suspect(struct lp_gateway_filter *gate, struct lp_cam_peer *peer,
			       const uint8_t *frame, size_t len, uint64_t now);

#endif
