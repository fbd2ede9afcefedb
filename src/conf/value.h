/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * One value of libconfig's -> one member of the struct: type, range and form are checked by its row
 * of the schema.
 */
#ifndef LP_CONF_VALUE_H
#define LP_CONF_VALUE_H

#include "conf/faults.h"
#include "conf/schema.h"

#include <libconfig.h>

/*
 * Reads `setting` into the member of `key` in `base`; what is wrong is added to the faults under
 * the name `path` and leaves the member as it is. All types but ROOMS.
 */
void lp_value_read(const struct lp_schema_key *key, void *base, const config_setting_t *setting,
		   struct lp_source_location place, const char *path, struct lp_faults *faults);

#endif
