/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which IP addresses a frame says are its sender's: ARP (RFC 826, 5227) and neighbour discovery
 * (RFC 4861, 4862), behind VLAN tags and any chain of extension headers too. Hosts believe all of
 * it. Pure; reads nothing outside the frame.
 */
#ifndef LP_FRAME_IPCLAIM_H
#define LP_FRAME_IPCLAIM_H

#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_IPCLAIM_MAX 2

struct lp_ipclaim {
	uint8_t ip[16];
	size_t ip_len;	     /* 4 or 16 */
	bool is_question;    /* not claimed yet: is it free? (ARP probe, DAD) */
	bool is_for_another; /* the MAC that it gives is not the source of the frame */
	bool is_answer;	     /* said when asked: an ARP reply, an advertisement */
	bool is_router;	     /* a router advertises itself from it */
};

/* Returns how many claims there are, 0 for other frames. */
size_t lp_ipclaim_read(const uint8_t *frame, size_t len, struct lp_ipclaim claims[LP_IPCLAIM_MAX]);

/* The unicast IP address that a packet comes from: returns its length, 0 = there is none. */
size_t lp_ipclaim_source(const uint8_t *frame, size_t len, uint8_t ip[16]);

/* The IP address that a unicast packet is for: returns its length, 0 = there is none. */
size_t lp_ipclaim_target(const uint8_t *frame, size_t len, uint8_t ip[16]);

#define LP_IPCLAIM_QUESTION_MAX 78

/*
 * Makes the frame that asks who has the address: an ARP probe (RFC 5227 2.1.1), or a neighbour
 * solicitation as in duplicate address detection (RFC 4862 5.4.2). Its owner answers, and nobody
 * learns anything from it. Returns its length.
 */
size_t lp_ipclaim_make_question(const struct lp_mac *from, const uint8_t *ip, size_t ip_len,
				uint8_t frame[LP_IPCLAIM_QUESTION_MAX]);

/* The same question, to one machine only. */
void lp_ipclaim_address_question(uint8_t frame[LP_IPCLAIM_QUESTION_MAX], const struct lp_mac *to);

#endif
