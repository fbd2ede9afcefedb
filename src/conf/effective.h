/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A value as a file would have it.
 */
#ifndef LP_CONF_EFFECTIVE_H
#define LP_CONF_EFFECTIVE_H

#include "conf/schema.h"

/* Returns the text of the key in `base`, to be freed; NULL where it is not set, or secret. */
char *lp_effective_text(const struct lp_schema_key *key, const void *base);

#endif
