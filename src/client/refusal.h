/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Why frames of this PC do not pass, in a sentence a reason, with what the player can do. Pure.
 */
#ifndef LP_CLIENT_REFUSAL_H
#define LP_CLIENT_REFUSAL_H

#include "admin/snapshot.h"
#include "client/diagnose.h"

#include <stddef.h>

/*
 * Which of them are worth a sentence now, the worst first: those that went on in the last minute,
 * and are more than a stray frame. Returns how many were put into out[cap].
 */
size_t lp_refusal_choose(const struct lp_admin_refusal *refusals, size_t count,
			 const struct lp_admin_refusal **out, size_t cap);

void lp_refusal_describe(const struct lp_admin_refusal *refusal, struct lp_finding *out);

#endif
