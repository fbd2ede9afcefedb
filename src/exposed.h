/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Can strangers on this machine read a configuration that has room codes in it? */
#ifndef LP_EXPOSED_H
#define LP_EXPOSED_H

#include "conf/conf.h"

#include <stddef.h>

/*
 * Warns in the log, with the remedy, of each file that every user can read, and appends the same
 * sentences to text, a line each, as far as there is room.
 */
void lp_exposed_tell(const struct lp_conf *conf, char *text, size_t text_len);

#endif
