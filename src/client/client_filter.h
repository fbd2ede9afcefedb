/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What may pass between a player's TAP and the party: the first and the last step of a frame's way.
 * Nothing here knows a device or a connection.
 */
#ifndef LP_CLIENT_FILTER_H
#define LP_CLIENT_FILTER_H

#include "base/clock.h"
#include "frame/ether.h"
#include "frame/fragment6.h"
#include "frame/loopprobe.h"
#include "frame/policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_CLIENT_FILTER_STOP_NS  (10 * LP_NS_PER_S) /* after the last proof of a loop */
#define LP_CLIENT_FILTER_PROOF_NS (2 * LP_NS_PER_S)  /* two different probes within that */

struct lp_client_filter {
	struct lp_mac mac;	   /* ours */
	uint64_t stopped_until_ns; /* for a loop; 0 = never was */
	uint64_t heard_ns;	   /* when the last probe came from the TAP; 0 = never */
	uint8_t heard_id[LP_LOOPPROBE_ID_LEN];
	uint64_t told_ns; /* when the gateway was last told of one; 0 = never */
	uint8_t told_id[LP_LOOPPROBE_ID_LEN];
	struct lp_fragment6 *fragments6; /* NULL until there are any */
};

/* Frees what it remembers; it may be used again. */
void lp_client_filter_fini(struct lp_client_filter *gate);

/* TAP to relay (W13, W14): what the relay would refuse uses no bandwidth. */
enum lp_verdict lp_client_filter_up(struct lp_client_filter *gate, const struct lp_policy *policy,
				    const uint8_t *frame, size_t len, uint64_t now);

/* Relay to TAP (W15, W16). */
enum lp_verdict lp_client_filter_down(const struct lp_client_filter *gate,
				      const struct lp_policy *policy, const uint8_t *frame,
				      size_t len, uint64_t now);

/*
 * Is nothing let through? The party's LAN has come in by the TAP, so somebody has bridged it with a
 * network card: each broadcast would go round and round.
 */
bool lp_client_filter_is_stopped(const struct lp_client_filter *gate, uint64_t now);

/*
 * A frame of the TAP was refused for a loop. True if the gateway is to be told, with what goes to
 * the relay: its own probe, from us, so that it knows whose loop it is, and blames nobody whose
 * frames went round. Each probe once, and fifty a second at most.
 */
bool lp_client_filter_tell(struct lp_client_filter *gate, const uint8_t *frame, size_t len,
			   uint8_t told[LP_ETHER_WIRE_MIN], uint64_t now);

#endif
