/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * How large a UDP payload the path carries: found by trying, not by asking. Pure.
 *
 * Every candidate size goes out twice right after the handshake; the other end echoes what arrives.
 * It is done at the largest echo, or 1.5 RTT after the first one; without any after 300 ms or 3
 * RTT, whichever is longer. Probed again after a path change, or when there is doubt that large
 * packets arrive (they vanish, small ones do not: a black hole).
 */
#ifndef LP_LINK_PATHPROBE_H
#define LP_LINK_PATHPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_PATHPROBE_SIZES_MAX 8
#define LP_PATHPROBE_START     1200 /* what QUIC guarantees (RFC 9000 §14) */

struct lp_pathprobe {
	size_t sizes[LP_PATHPROBE_SIZES_MAX]; /* candidates, ascending */
	size_t size_count;
	size_t next; /* of 2 x size_count probes to send */
	size_t best; /* largest echoed in this round */
	bool is_running;
	bool is_doubt;	 /* without an echo the result stands */
	uint64_t rtt_ns; /* as it was said last */
	size_t result;
	uint64_t deadline_ns;
	uint64_t again_ns; /* when to try for more, LP_NEVER = not */
};

/*
 * Sets the candidates: those of the usual Internet up to max (0 = 1472), no more than 1452 over
 * IPv6, and jumbo sizes only when max allows. Not running yet.
 */
void lp_pathprobe_init(struct lp_pathprobe *probe, size_t max, bool is_ip6);

/* Leaves the candidates above max out: the other end would not take such a probe. */
void lp_pathprobe_limit(struct lp_pathprobe *probe, size_t max);

/* Begins a round. The result of the one before stands until this one ends. */
void lp_pathprobe_start(struct lp_pathprobe *probe, uint64_t rtt_ns, uint64_t now);

/* The next size to send a probe of, 0 = none now. Call lp_pathprobe_sent when it went out. */
size_t lp_pathprobe_next(const struct lp_pathprobe *probe);
void lp_pathprobe_sent(struct lp_pathprobe *probe);

/* An echo of that size came. Sizes that were never tried are ignored. */
void lp_pathprobe_echo(struct lp_pathprobe *probe, size_t size, uint64_t rtt_ns, uint64_t now);

/* True when a round ended by this call: probe->result is new. Starts a round that is due. */
bool lp_pathprobe_tick(struct lp_pathprobe *probe, uint64_t now);

/*
 * Large packets may vanish: begins a round. One without any echo says nothing of sizes: it is the
 * path that was down, so the result of the round before stands.
 */
void lp_pathprobe_doubt(struct lp_pathprobe *probe, uint64_t rtt_ns, uint64_t now);

uint64_t lp_pathprobe_deadline(const struct lp_pathprobe *probe);

#endif
