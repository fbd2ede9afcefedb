/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The state directory: what must survive a restart, one small file a thing, written atomically.
 */
#ifndef LP_STATE_STORE_H
#define LP_STATE_STORE_H

#include "base/err.h"
#include "platform/privs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_store;

/*
 * Opens (makes) the directory and has it to itself until it is closed, or the process ends: two
 * daemons would replace each other's keys and tickets. LP_ERR_BUSY when another one has it. Logs
 * one sentence with the remedy on failure.
 */
enum lp_err lp_store_open(const char *path, struct lp_store **out) LP_MUST_CHECK;
void lp_store_close(struct lp_store *store);
const char *lp_store_path(const struct lp_store *store);

/*
 * lp_privs_drop, with which the directory changes hands: it, and all of ours in it that is root's,
 * is given to `user` (NULL = the daemon stays who it is). Fails, with the remedy logged, when that
 * user cannot write to it then.
 */
enum lp_err lp_store_drop_privs(struct lp_store *store, const char *user,
				enum lp_privs keep) LP_MUST_CHECK;

/* Names are file names without '/'. Reads at most cap bytes. LP_ERR_NOT_FOUND if there is none. */
enum lp_err lp_store_read(struct lp_store *store, const char *name, void *data, size_t cap,
			  size_t *len) LP_MUST_CHECK;
enum lp_err lp_store_write(struct lp_store *store, const char *name, const void *data, size_t len,
			   bool is_secret) LP_MUST_CHECK;
enum lp_err lp_store_remove(struct lp_store *store, const char *name) LP_MUST_CHECK;

/*
 * A secret of exactly len bytes: read, or filled by `fill` and written when it is missing or has
 * another length.
 */
enum lp_err lp_store_secret(struct lp_store *store, const char *name, void *secret, size_t len,
			    void (*fill)(void *data, size_t len)) LP_MUST_CHECK;

#endif
