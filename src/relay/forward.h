/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Where a frame goes: the whole switch of a room (R9, R10, R16-R20).
 */
#ifndef LP_RELAY_FORWARD_H
#define LP_RELAY_FORWARD_H

#include "queue/pool.h"
#include "relay/room.h"

/* A member's frame: checks it, queues copies for its targets. Returns what became of it. */
enum lp_verdict lp_forward_frame(struct lp_peer *from, struct lp_frame *frame, uint64_t now);

#endif
