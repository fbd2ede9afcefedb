/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The keys of Retry tokens in the state directory (token.keys): another one each day, and the one
 * before it beside, so that tokens that are under way stay good.
 *
 * The key of stateless resets is not changed: peers have the tokens made with it since their
 * connection began, and would not believe a reset of any other (RFC 9000 §10.3.2). Nor is that of
 * resume tickets, which are good for a day.
 */
#ifndef LP_RELAY_TOKEN_FILE_H
#define LP_RELAY_TOKEN_FILE_H

#include "base/clock.h"
#include "quic/endpoint.h"
#include "state/store.h"

#include <stdint.h>

#define LP_TOKEN_FILE_AGE_NS (24 * 3600 * LP_NS_PER_S)

/* Reads the keys, or makes some; changes them if it is time. *made_ns: the wall time of the newest.
 */
enum lp_err lp_token_file_load(struct lp_store *store, uint64_t wall_ns, struct lp_token_keys *keys,
			       uint64_t *made_ns) LP_MUST_CHECK;

/* Another key; keys->now is the one before from now on. It is changed even if it cannot be written.
 */
enum lp_err lp_token_file_rotate(struct lp_store *store, uint64_t wall_ns,
				 struct lp_token_keys *keys) LP_MUST_CHECK;

#endif
