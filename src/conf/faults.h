/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Faults of a configuration, one line each: `file:line: path: what is wrong, what to do`.
 */
#ifndef LP_CONF_FAULTS_H
#define LP_CONF_FAULTS_H

#include "base/err.h"

#include <stddef.h>

/* Where something stands. */
struct lp_source_location {
	const char *file; /* borrowed; NULL = nowhere */
	unsigned line;	  /* 0 = the file as a whole */
};

struct lp_faults {
	void (*on_error)(void *user, const char *line); /* NULL = count only */
	void *user;
	size_t count; /* faults so far */
};

/* Reports one fault. path may be NULL: the file is wrong, not a key. */
void lp_faults_add(struct lp_faults *faults, struct lp_source_location place, const char *path,
		   const char *format, ...) LP_PRINTF(4, 5);

#endif
