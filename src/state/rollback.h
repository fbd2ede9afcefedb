/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What a client has changed in the operating system, on disk (journal.json): it is written before
 * each change, so that the next start can put back what a killed process left behind. Here is only
 * the file; client/journal.c keeps it true.
 */
#ifndef LP_STATE_ROLLBACK_H
#define LP_STATE_ROLLBACK_H

#include "platform/netcfg.h"
#include "state/store.h"

/* One change, and what it takes to roll it back. */
struct lp_rollback {
	enum lp_rollback_kind {
		LP_ROLLBACK_ROUTE,  /* a route was added: remove it */
		LP_ROLLBACK_SETTING /* a setting was changed: if it still is so, set it as it was */
	} kind;
	/* Which: the index, and with it the name or the hardware address have to fit. */
	char interface[LP_NETCFG_NAME_MAX + 1];
	char hardware[LP_NETCFG_HARDWARE_LEN]; /* "" = it has none */
	uint32_t ifindex;
	struct lp_route route; /* ROUTE: dst, gateway, ifindex, metric and table */
	enum lp_netcfg_setting setting;
	uint32_t was;
	uint32_t is;
};

#define LP_ROLLBACK_MAX 64

/*
 * Reads the list, oldest change first. Empty when there is none, when it was written before the
 * system was started (nothing of it is left then), or when it cannot be understood, which is
 * logged.
 */
enum lp_err lp_rollback_read(struct lp_store *store, struct lp_rollback list[LP_ROLLBACK_MAX],
			     size_t *count) LP_MUST_CHECK;

/* Replaces the list; an empty one leaves no file. */
enum lp_err lp_rollback_write(struct lp_store *store, const struct lp_rollback *list,
			      size_t count) LP_MUST_CHECK;

#endif
