/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Resume tickets: what a member keeps so that it gets its place and its peer id back, at once and
 * across a restart of the relay. Sealed by a key of the relay's state directory.
 */
#ifndef LP_RELAY_TICKET_H
#define LP_RELAY_TICKET_H

#include "relay/hub.h"

#define LP_TICKET_LIFE_NS (24ULL * 3600 * 1000000000ULL)

/* A ticket for the member, issued at wall_ns; empty text if it cannot be made. */
void lp_ticket_make(const struct lp_peer *peer, uint64_t wall_ns, char text[LP_TICKET_MAX + 1]);

/* Is the ticket in the peer's hello ours, for this room, role and MAC, and young enough? *id from
 * it. */
bool lp_ticket_check(const struct lp_peer *peer, uint64_t wall_ns, uint16_t *id);

#endif
