/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the gateway drops of each player's frames, so that the player is told: by a drops message to
 * the relay, which passes it on.
 */
#ifndef LP_GATEWAY_PLAYER_DROPS_H
#define LP_GATEWAY_PLAYER_DROPS_H

#include "wire/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_player_drops;

struct lp_player_drops *lp_player_drops_new(void);
void lp_player_drops_free(struct lp_player_drops *players);

/* A player came, perhaps again: from then on what is dropped of them is counted. */
void lp_player_drops_join(struct lp_player_drops *players, uint16_t peer_id);
void lp_player_drops_leave(struct lp_player_drops *players, uint16_t peer_id);

/* One frame of theirs was judged; FORWARD is no drop. */
void lp_player_drops_count(struct lp_player_drops *players, uint16_t peer_id,
			   enum lp_verdict verdict, const uint8_t *frame, size_t len, uint64_t now);

/*
 * The next message that is due: of who has waited longest, and of no player more often than once in
 * 5 seconds. False = there is none.
 */
bool lp_player_drops_next(struct lp_player_drops *players, struct lp_drops *news, uint64_t now);

#endif
