/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The sentences of a status. */
#ifndef LP_ADMIN_LINE_H
#define LP_ADMIN_LINE_H

#include "admin/snapshot.h"
#include "base/log.h"

/* Adds a sentence. A status that has LP_ADMIN_LINES_MAX takes no more: the first ones matter most.
 */
void lp_admin_line_add(struct lp_admin_status *status, enum lp_admin_level level,
		       const char *format, ...) LP_PRINTF(3, 4);

#endif
