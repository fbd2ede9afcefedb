/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the gateway asks the LAN before it believes anybody about an address: has anybody here got
 * it? Three questions, and half a second for an answer (as TENT_LT of FCFS SAVI, RFC 6620), or a
 * whole one for the machine that had it last; until then the player's frames wait here. A bounded
 * table; it makes no frames and has no clock.
 */
#ifndef LP_GATEWAY_INQUIRY_H
#define LP_GATEWAY_INQUIRY_H

#include "frame/mac.h"
#include "queue/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_INQUIRY_MAX		128 /* addresses at the same time */
#define LP_INQUIRY_HELD_MAX	8   /* frames that wait for one of them */
#define LP_INQUIRY_FRAME_MAX	128 /* bytes: all that claim an address are shorter in practice */
#define LP_INQUIRY_QUESTIONS	3
#define LP_INQUIRY_EVERY_NS	(150 * 1000000ULL)
#define LP_INQUIRY_WAIT_NS	(500 * 1000000ULL)
#define LP_INQUIRY_OWNER_FACTOR 2 /* both are so much longer for an owner who is asked */

/* Addresses that may be asked for, by all players together. */
#define LP_INQUIRY_PER_S 64
#define LP_INQUIRY_BURST 256

struct lp_inquiry;

/* What is asked for. */
struct lp_inquiry_subject {
	uint8_t ip[16];
	size_t ip_len;	      /* 4 or 16 */
	struct lp_mac owner;  /* at whose MAC it is asked for; zero = at all of the LAN */
	struct lp_mac player; /* who wants it; zero = nobody */
};

/* A frame that waits. */
struct lp_inquiry_frame {
	uint16_t peer_id; /* whose it is */
	size_t len;
	uint8_t data[LP_INQUIRY_FRAME_MAX];
};

struct lp_inquiry *lp_inquiry_new(uint64_t now);

/* NULL is ignored. */
void lp_inquiry_free(struct lp_inquiry *inquiry);

/*
 * Begins to ask, if that is not going on already. `purse` pays for it; is_asked: the player's own
 * frame is the first question. False = it is not asked, as too much is.
 */
bool lp_inquiry_begin(struct lp_inquiry *inquiry, const struct lp_inquiry_subject *subject,
		      bool is_asked, struct lp_bucket *purse, uint64_t now);

/* How many questions for that address have gone out; 0 = it is not asked for, or not yet. */
unsigned lp_inquiry_questions(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len);

/* Keeps a copy until the end; not if there is no inquiry, or no room for it. */
void lp_inquiry_hold(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len, uint16_t peer_id,
		     const uint8_t *frame, size_t len);

/* Somebody has it, or wants it: the inquiry is over, and what waits for it is forgotten. */
void lp_inquiry_answer(struct lp_inquiry *inquiry, const uint8_t *ip, size_t ip_len);

/* Is it time for a question? Returns which it is, from 1 on; 0 = not yet. */
unsigned lp_inquiry_ask(struct lp_inquiry *inquiry, struct lp_inquiry_subject *subject,
			uint64_t now);

/* Gives an address for which nobody has answered in time: once for each; false = there is none. */
bool lp_inquiry_close(struct lp_inquiry *inquiry, struct lp_inquiry_subject *subject, uint64_t now);

/* The LAN cannot be asked: all is over, and nobody learns anything from it. */
void lp_inquiry_clear(struct lp_inquiry *inquiry);

/* Gives a frame that waited for such an address; false = there is none. */
bool lp_inquiry_release(struct lp_inquiry *inquiry, struct lp_inquiry_frame *frame);

/* When one of these three has something to do; LP_NEVER = nothing is asked. */
uint64_t lp_inquiry_deadline(const struct lp_inquiry *inquiry);

#endif
