/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Is a player's MAC at a machine of the LAN, too? One frame that says so opens a case: the machine
 * is asked at the IP address that it was seen with, four times, and is there if its MAC is heard
 * after three of them. A machine without IP is there when it has opened several cases in a minute.
 */
#ifndef LP_GATEWAY_MACCASE_H
#define LP_GATEWAY_MACCASE_H

#include "base/clock.h"
#include "frame/ipclaim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_MACCASE_QUESTIONS 4
#define LP_MACCASE_HEARD_MIN 3
#define LP_MACCASE_EVERY_NS  (400 * LP_NS_PER_MS)
#define LP_MACCASE_SILENT_NS (LP_NS_PER_S) /* so long nothing was heard: it is not there */
#define LP_MACCASE_STRIKES   6
#define LP_MACCASE_STRIKE_NS (60 * LP_NS_PER_S)

/* Zeros at first. */
struct lp_maccase {
	uint64_t since_ns; /* 0 = it is closed */
	bool is_seen;
	uint64_t ask_ns;
	unsigned question_count;
	unsigned heard; /* a bit for each question */
	uint8_t ip[16]; /* where it is asked; kept for the next case */
	size_t ip_len;
	unsigned strikes;   /* cases that nothing came of, within LP_MACCASE_STRIKE_NS */
	uint64_t strike_ns; /* the first of them */
};

/* is_seen: for a frame that was seen, not only to look whether it is still there. */
void lp_maccase_open(struct lp_maccase *maccase, bool is_seen, uint64_t now);

/* The address that it uses. */
void lp_maccase_set_ip(struct lp_maccase *maccase, const uint8_t *ip, size_t ip_len);

/* A frame from that MAC came in from the LAN, while the case is open or before it opens. */
void lp_maccase_hear(struct lp_maccase *maccase, const uint8_t *frame, size_t len);

/*
 * Is it time for a question? True with *len = the frame's length, to be sent from that MAC; 0 where
 * there is nothing to ask by. LP_NEVER: no more questions.
 */
bool lp_maccase_ask(struct lp_maccase *maccase, const struct lp_mac *from,
		    uint8_t frame[LP_IPCLAIM_QUESTION_MAX], size_t *len, uint64_t now);
uint64_t lp_maccase_ask_ns(const struct lp_maccase *maccase);

/* Nothing was heard since it was asked, for a second. */
bool lp_maccase_is_silent(const struct lp_maccase *maccase, uint64_t now);

/* Closes it. Is the machine there? */
bool lp_maccase_close(struct lp_maccase *maccase, uint64_t now);

#endif
