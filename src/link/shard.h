/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The room's shard: byte 0 of every connection ID, so that all members of a room land on one worker
 * (lanparty-protocol(7), "Connection IDs").
 */
#ifndef LP_LINK_SHARD_H
#define LP_LINK_SHARD_H

#include <stdint.h>

/* First byte of SHA-256 over the room code in lower case. */
uint8_t lp_shard_of_room(const char *room);

#endif
