/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Who this peer is, across runs: its virtual MAC (W1) and its resume ticket, one JSON file each.
 */
#ifndef LP_STATE_IDENTITY_H
#define LP_STATE_IDENTITY_H

#include "base/err.h"
#include "state/store.h"

#include <stddef.h>

#define LP_IDENTITY_MAC_TEXT_LEN 18
#define LP_IDENTITY_TICKET_MAX	 512

/*
 * Reads the MAC of identity.json as text, or writes the one given by `make` there first. A file
 * that is there but cannot be understood is an error with the remedy logged, never silently
 * replaced.
 */
enum lp_err lp_identity_mac(struct lp_store *store,
			    void (*make)(char text[LP_IDENTITY_MAC_TEXT_LEN]),
			    char text[LP_IDENTITY_MAC_TEXT_LEN]) LP_MUST_CHECK;

/* The ticket kept for relay and room; LP_ERR_NOT_FOUND if there is none or it is another's. */
enum lp_err lp_identity_ticket_read(struct lp_store *store, const char *relay, const char *room,
				    char ticket[LP_IDENTITY_TICKET_MAX + 1]) LP_MUST_CHECK;
enum lp_err lp_identity_ticket_write(struct lp_store *store, const char *relay, const char *room,
				     const char *ticket) LP_MUST_CHECK;

#endif
