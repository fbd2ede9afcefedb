/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the gateway asks the LAN before it believes anybody about an address: has anybody here got
 * it? Three questions, and half a second for an answer (as TENT_LT of FCFS SAVI, RFC 6620), or a
 * whole one for the machine that had it last; until then the player's frames wait here. A bounded
 * table; it makes no frames and has no clock.
 */
#ifndef LP_GATEWAY_ADDRPROBE_H
#define LP_GATEWAY_ADDRPROBE_H

#include "base/clock.h"
#include "frame/mac.h"
#include "queue/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_ADDRPROBE_MAX	  128 /* addresses at the same time */
#define LP_ADDRPROBE_HELD_MAX	  8   /* frames that wait for one of them */
#define LP_ADDRPROBE_FRAME_MAX	  128 /* bytes: all that claim an address are shorter in practice */
#define LP_ADDRPROBE_QUESTIONS	  3
#define LP_ADDRPROBE_EVERY_NS	  (150 * LP_NS_PER_MS)
#define LP_ADDRPROBE_WAIT_NS	  (500 * LP_NS_PER_MS)
#define LP_ADDRPROBE_OWNER_FACTOR 2 /* both are so much longer for an owner who is asked */

/* Addresses that may be asked for, by all players together. */
#define LP_ADDRPROBE_PER_S 64
#define LP_ADDRPROBE_BURST 256

struct lp_addrprobe;

/* What is asked for. */
struct lp_addrprobe_subject {
	uint8_t ip[16];
	size_t ip_len;	      /* 4 or 16 */
	struct lp_mac owner;  /* at whose MAC it is asked for; zero = at all of the LAN */
	struct lp_mac player; /* who wants it; zero = nobody */
};

/* A frame that waits. */
struct lp_addrprobe_frame {
	uint16_t peer_id; /* whose it is */
	size_t len;
	uint8_t data[LP_ADDRPROBE_FRAME_MAX];
};

struct lp_addrprobe *lp_addrprobe_new(uint64_t now);

/* NULL is ignored. */
void lp_addrprobe_free(struct lp_addrprobe *probe);

/*
 * Begins to ask, if that is not going on already. `budget` pays for it; is_asked: the player's own
 * frame is the first question. False = it is not asked, as too much is.
 */
bool lp_addrprobe_begin(struct lp_addrprobe *probe, const struct lp_addrprobe_subject *subject,
			bool is_asked, struct lp_bucket *budget, uint64_t now);

/* How many questions for that address have gone out; 0 = it is not asked for, or not yet. */
unsigned lp_addrprobe_questions(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len);

/* Keeps a copy until the end; not if there is no probe, or no room for it. */
void lp_addrprobe_hold(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len,
		       uint16_t peer_id, const uint8_t *frame, size_t len);

/* Somebody has it, or wants it: the probe is over, and what waits for it is forgotten. */
void lp_addrprobe_answer(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len);

/* Is it time for a question? Returns which it is, from 1 on; 0 = not yet. */
unsigned lp_addrprobe_ask(struct lp_addrprobe *probe, struct lp_addrprobe_subject *subject,
			  uint64_t now);

/* Returns an address for which nobody has answered in time: once for each; false = there is none.
 */
bool lp_addrprobe_close(struct lp_addrprobe *probe, struct lp_addrprobe_subject *subject,
			uint64_t now);

/* The LAN cannot be asked: all is over, and nobody learns anything from it. */
void lp_addrprobe_clear(struct lp_addrprobe *probe);

/* Returns a frame that waited for such an address; false = there is none. */
bool lp_addrprobe_release(struct lp_addrprobe *probe, struct lp_addrprobe_frame *frame);

/* When one of these three has something to do; LP_NEVER = nothing is asked. */
uint64_t lp_addrprobe_deadline(const struct lp_addrprobe *probe);

#endif
