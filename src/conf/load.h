/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A configuration while it is being loaded: what has been read so far, where it stood, and what was
 * wrong with it.
 */
#ifndef LP_CONF_LOAD_H
#define LP_CONF_LOAD_H

#include "conf/faults.h"
#include "conf/schema.h"

struct lp_load {
	struct lp_conf *conf;
	struct lp_faults faults;
	/* Of each row of the schema; nowhere = the default holds. */
	struct lp_source_location *places;
	struct lp_source_location whole; /* the file as a whole, or the command line */
	bool has_unread; /* a group or list that is none: nobody knows what it lacks */
	const struct lp_conf_machine *machine; /* to look at, too; NULL = none */
};

#endif
