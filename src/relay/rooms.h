/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The rooms of a worker: which there are, which the configuration names, which are opened, and
 * when they are closed.
 *
 * Rooms are found by their folded code (lp_room_fold) in an index, and so is what the configuration
 * says of them: nothing here grows with the square of the number of rooms.
 */
#ifndef LP_RELAY_ROOMS_H
#define LP_RELAY_ROOMS_H

#include "relay/worker_impl.h"

/* Makes the index, and the configured rooms that are this worker's. */
void lp_rooms_init(struct lp_worker *worker);

/* Frees them all; their members must be gone. */
void lp_rooms_fini(struct lp_worker *worker);

/*
 * A new configuration, in two steps, between which members of rooms that nobody may enter any more
 * (lp_rooms_allow) are cut. The second one configures every room, policy, limits and frame log, and
 * makes those that are new. Members are told of another policy. MTU and fragments of a room stay
 * what they are while anybody is in it.
 */
void lp_rooms_index(struct lp_worker *worker);
void lp_rooms_configure(struct lp_worker *worker);

/* Is the room configured, or may anybody open rooms? */
bool lp_rooms_allow(const struct lp_worker *worker, const struct lp_room *room);

/* Does this worker hold the rooms of that shard? */
bool lp_rooms_is_own_shard(const struct lp_worker *worker, uint8_t shard);

/* The room with that folded code, or NULL. */
struct lp_room *lp_rooms_find(const struct lp_worker *worker, const char *folded);

/* The room that an admin named, in any spelling; NULL = there is none. */
struct lp_room *lp_rooms_find_named(const struct lp_worker *worker, const char *code);

/* The room that the peer wants, opened where rooms are open. NULL with *code = why not. */
struct lp_room *lp_rooms_enter(const struct lp_peer *peer, enum lp_reject_code *code);

/* Gives the peer the limits of its role. */
void lp_rooms_limit_peer(struct lp_peer *peer, uint64_t now);

/* At the worker's deadline: closes open rooms that have been empty for five minutes. */
void lp_rooms_scan(struct lp_worker *worker, uint64_t now);

#endif
