/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/move.h"

static bool is_same(const struct lp_path *a, const struct lp_path *b)
{
	return lp_addr_equal(&a->remote, &b->remote) && lp_addr_equal(&a->local, &b->local);
}

/* Each change costs a validation and a round of path probes: one that jumps about is not followed
 * everywhere. */
static bool is_within_limit(struct lp_move *move, const struct lp_path *from, uint64_t now)
{
	if (now - move->window_ns >= LP_MOVE_MAX_NS) {
		move->window_ns = now;
		move->count = 0;
	}
	return move->count < LP_MOVE_MAX || is_same(&move->to, from);
}

bool lp_move_allows(struct lp_move *move, const struct lp_path *from, uint64_t now)
{
	return move->state == LP_MOVE_SETTLED && now - move->heard_ns >= LP_MOVE_ALIVE_NS &&
	       is_within_limit(move, from, now);
}

void lp_move_heard(struct lp_move *move, uint64_t now)
{
	move->heard_ns = now;
	move->is_back = false;
}

void lp_move_heard_from(struct lp_move *move, const struct lp_path *from, bool is_allowed)
{
	if (move->state != LP_MOVE_SETTLED)
		move->is_back = is_same(&move->old, from);
	if (!is_allowed || is_same(&move->to, from))
		return;
	move->to = *from;
	move->count++;
}

void lp_move_begin(struct lp_move *move, const struct lp_path *old, uint64_t now)
{
	move->state = LP_MOVE_TRIED;
	move->tried_ns = now;
	move->old = *old;
	move->is_back = false;
	move->has_asked = false;
}

void lp_move_direct(const struct lp_move *move, struct lp_path *path)
{
	if (move->state != LP_MOVE_SETTLED && move->is_back && !move->has_asked)
		*path = move->old;
}

void lp_move_end(struct lp_move *move, bool is_proved)
{
	if (move->state == LP_MOVE_SETTLED)
		return;
	move->state = is_proved ? LP_MOVE_PROVED : LP_MOVE_SETTLED;
	move->has_asked = false;
}

void lp_move_sent(struct lp_move *move, bool is_on_present_path)
{
	if (move->state == LP_MOVE_PROVED && move->has_asked)
		move->state = is_on_present_path ? LP_MOVE_TRIED : LP_MOVE_SETTLED;
	move->has_asked = false;
}

bool lp_move_is_stuck(const struct lp_move *move, uint64_t now)
{
	return move->state != LP_MOVE_SETTLED && now - move->tried_ns >= LP_MOVE_STUCK_NS;
}
