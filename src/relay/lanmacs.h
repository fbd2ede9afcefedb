/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The MACs that live behind the gateway of a room, learnt from the sources of its frames: at most
 * 4096, least recently seen out first, forgotten after 300 s.
 */
#ifndef LP_RELAY_LANMACS_H
#define LP_RELAY_LANMACS_H

#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_LANMACS_MAX	  4096
#define LP_LANMACS_AGE_NS (300 * 1000000000ULL)

struct lp_lanmacs;

struct lp_lanmacs *lp_lanmacs_new(void);
void lp_lanmacs_free(struct lp_lanmacs *lanmacs);

/* The MAC was seen as a source at `now`. */
void lp_lanmacs_learn(struct lp_lanmacs *lanmacs, const struct lp_mac *mac, uint64_t now);

bool lp_lanmacs_has(struct lp_lanmacs *lanmacs, const struct lp_mac *mac, uint64_t now);

/* The gateway has gone: forgets all. */
void lp_lanmacs_clear(struct lp_lanmacs *lanmacs);

size_t lp_lanmacs_count(const struct lp_lanmacs *lanmacs);

#endif
