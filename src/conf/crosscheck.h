/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What no key can say alone: which keys a role needs, which belong together, which exclude one
 * another, and, in a test, whether what they name is there.
 */
#ifndef LP_CONF_CROSSCHECK_H
#define LP_CONF_CROSSCHECK_H

#include "conf/load.h"

/* Adds what is wrong to the faults of `load`. */
void lp_crosscheck(struct lp_load *load);

#endif
