/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The names of a room's members: no two of them look alike, so that nobody passes for another.
 */
#ifndef LP_RELAY_NAMING_H
#define LP_RELAY_NAMING_H

#include "relay/peer.h"

/*
 * Before the peer is put into the room: a name that somebody there has, or one like it, gets a
 * number behind it, as in "alice-2". Who has no name keeps none, and a blank one is none.
 */
void lp_naming_settle(struct lp_peer *peer, const struct lp_room *room);

#endif
