/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Resume tickets: what a member keeps so that it gets its place and its peer id back, at once and
 * across a restart of the relay. Sealed by a key of the relay's state directory.
 */
#ifndef LP_RELAY_TICKET_H
#define LP_RELAY_TICKET_H

#include "base/clock.h"
#include "frame/mac.h"
#include "wire/message.h"

#include <stdbool.h>
#include <stdint.h>

#define LP_TICKET_LIFE_NS (24 * 3600 * LP_NS_PER_S)

struct lp_peer;

/* What a ticket says: to whom it was given, and when. */
struct lp_ticket {
	uint64_t wall_ns;
	uint16_t id; /* 0 = there is no ticket */
	enum lp_peer_role role;
	struct lp_mac mac; /* zero = it has none */
	char room[LP_ROOM_MAX + 1];
};

/* A ticket for the member, issued at wall_ns; empty text if it cannot be made. */
void lp_ticket_make(const struct lp_peer *peer, uint64_t wall_ns, char text[LP_TICKET_MAX + 1]);

/*
 * Reads the ticket in the peer's hello; *ticket is zero if it is none of ours. Is it for this room,
 * role and MAC, and young enough?
 */
bool lp_ticket_check(const struct lp_peer *peer, uint64_t wall_ns, struct lp_ticket *ticket);

#endif
