/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The gateway's loop probes: each carries a number that nobody can guess, and counts once, within a
 * second. One that comes back proves nothing, as a port may reflect a single frame; it is answered
 * with more, and several different ones within two seconds are a loop.
 */
#ifndef LP_GATEWAY_LOOPGUARD_H
#define LP_GATEWAY_LOOPGUARD_H

#include "base/clock.h"
#include "frame/loopprobe.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_LOOPGUARD_SENT_MAX 64
#define LP_LOOPGUARD_FRESH_NS (LP_NS_PER_S)	/* a probe counts so long */
#define LP_LOOPGUARD_PROOF_NS (2 * LP_NS_PER_S) /* and with others of so long */
#define LP_LOOPGUARD_LAN_MIN  3			/* from the LAN: a loop */
#define LP_LOOPGUARD_TOLD_MIN 2			/* told by one player: theirs */

enum lp_loopguard_proof {
	LP_LOOPGUARD_FOREIGN, /* another gateway's */
	LP_LOOPGUARD_STALE,   /* ours: too old, or a second time */
	LP_LOOPGUARD_FRESH,   /* ours, and not enough alone */
	LP_LOOPGUARD_PROVEN,
};

/* Where a loop probe is to go. */
enum lp_gateway_filter_probe {
	LP_GATEWAY_FILTER_PROBE_NONE,
	LP_GATEWAY_FILTER_PROBE_LAN,
	LP_GATEWAY_FILTER_PROBE_TUNNEL
};

struct lp_loopguard {
	uint8_t id[LP_LOOPPROBE_ID_LEN / 2]; /* the first half of all */
	struct lp_loopguard_sent {
		uint8_t number[LP_LOOPPROBE_ID_LEN / 2];
		uint64_t sent_ns;  /* 0 = unused */
		uint64_t heard_ns; /* from the LAN; 0 = not */
		uint64_t told_ns;  /* by a player */
		uint16_t told_id;
	} sent[LP_LOOPGUARD_SENT_MAX];
	size_t next;
	/* What is to be sent. */
	uint64_t often_until_ns;
	uint64_t round_ns; /* when the next round begins */
	uint64_t rest_ns;  /* not before that, however urgent */
	uint64_t lan_ns;   /* LP_NEVER = nothing is due */
	uint64_t tunnel_ns;
	unsigned lan_left;
	unsigned tunnel_left;
	uint64_t burst_ns; /* when the last burst began; 0 = never */
};

void lp_loopguard_init(struct lp_loopguard *guard, uint64_t now);

/* A loop is likely until then: a round begins once a second. */
void lp_loopguard_often(struct lp_loopguard *guard, uint64_t until_ns, uint64_t now);

/* A round as soon as may be; what waits for the tunnel is behind that again. */
void lp_loopguard_soon(struct lp_loopguard *guard, uint64_t now);

/*
 * Makes the probe that is due. A round goes into the LAN first, twice, as a client that has bridged
 * it with its TAP then sees it there and tells; a moment later into the tunnel: who gets that one
 * back from the LAN knows that there is a loop, but not whose.
 */
enum lp_gateway_filter_probe lp_loopguard_probe(struct lp_loopguard *guard,
						const struct lp_mac *source,
						uint8_t frame[LP_ETHER_WIRE_MIN], uint64_t now);
uint64_t lp_loopguard_deadline(const struct lp_loopguard *guard);

/*
 * A probe came from the LAN (told_id 0), or was told by that player. A fresh one makes the guard
 * send more at once.
 */
enum lp_loopguard_proof lp_loopguard_hear(struct lp_loopguard *guard, const uint8_t *id,
					  uint16_t told_id, uint64_t now);

#endif
