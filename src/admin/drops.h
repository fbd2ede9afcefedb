/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The rows of `drops`: every reason of a ledger that has hit. */
#ifndef LP_ADMIN_DROPS_H
#define LP_ADMIN_DROPS_H

#include "admin/snapshot.h"
#include "frame/verdict.h"

/* Returns an array, to be freed by the caller. */
struct lp_admin_drop *lp_admin_list_drops(const struct lp_ledger *ledger, size_t *count);

#endif
