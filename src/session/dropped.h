/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What was dropped of a peer's own frames, and by whom: here, or elsewhere, as a drops message
 * says. For the person whose frames they were.
 */
#ifndef LP_SESSION_DROPPED_H
#define LP_SESSION_DROPPED_H

#include "wire/message.h"

#include <stdint.h>

enum lp_dropper { LP_DROPPER_CLIENT, LP_DROPPER_RELAY, LP_DROPPER_GATEWAY, LP_DROPPER__COUNT };

/* "client", "relay", "gateway" */
const char *lp_dropper_name(enum lp_dropper dropper);

/* By one of them. Zero-initialised is ready to use. */
struct lp_dropped {
	uint64_t frames[LP_VERDICT__COUNT];
	uint64_t last_ns[LP_VERDICT__COUNT];
	char example[LP_VERDICT__COUNT][LP_EXAMPLE_MAX + 1]; /* "" = none */
};

/* One frame. An example of it is made at most once a second. */
void lp_dropped_count(struct lp_dropped *dropped, enum lp_verdict verdict, const uint8_t *frame,
		      size_t len, uint64_t now);

/* What a drops message says. */
void lp_dropped_add(struct lp_dropped *dropped, const struct lp_drops *drops, uint64_t now);

#endif
