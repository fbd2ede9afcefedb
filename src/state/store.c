/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "state/store.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/chown.h"
#include "platform/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lp_store {
	char *path;
	struct lp_file_lock *lock;
	bool is_new; /* the directory was not there before */
};

/* All that the roles keep in the directory. */
static const char *const names[] = {
	"identity.json", "relay-key.pem", "reset.key",	"resume.json",
	"journal.json",	 "ticket.key",	  "token.keys",
};

static enum lp_err lock(struct lp_store *store)
{
	char pid[24] = "";
	uint32_t holder = 0;
	enum lp_err err = lp_file_lock_folder(store->path, &store->lock, &holder);

	if (err != LP_ERR_BUSY)
		return err;
	if (holder != 0)
		snprintf(pid, sizeof(pid), " (process %" PRIu32 ")", holder);
	lp_error("state",
		 "another lanpartyd%s uses the state directory %s: stop it, or give this one "
		 "another state_dir",
		 pid, store->path);
	return err;
}

enum lp_err lp_store_open(const char *path, struct lp_store **out)
{
	enum lp_err look = lp_file_check_folder(path);
	struct lp_store *store;
	enum lp_err err;

	if (look == LP_ERR_INVALID) {
		lp_error("state", "the state directory %s is no folder: set state_dir to one",
			 path);
		return look;
	}
	err = lp_file_make_folder(path);
	if (err != LP_OK)
		return err;
	store = lp_alloc(sizeof(*store));
	store->path = lp_strdup(path);
	store->is_new = look == LP_ERR_NOT_FOUND;
	err = lock(store);
	if (err == LP_OK)
		*out = store;
	else
		lp_store_close(store);
	return err;
}

/* Can we write to it, as who we are now? `why` it was not given to user; NULL = it was. */
static enum lp_err check_writable(const struct lp_store *store, const char *user, const char *why)
{
	if (lp_file_check_writable(store->path) == LP_OK)
		return LP_OK;
	if (user == NULL) {
		lp_warn("state",
			"nothing can be written to the state directory %s without privileges: it "
			"should belong to the user that lanpartyd runs as",
			store->path);
		return LP_OK;
	}
	if (why == NULL)
		lp_error("state",
			 "user %s cannot get to the state directory %s: let it pass through the "
			 "folders above (chmod a+x), or set state_dir to another one",
			 user, store->path);
	else
		lp_error("state",
			 "user %s cannot write to the state directory %s, and it was not given "
			 "away: %s; do it yourself (chown -R %s %s/), or set state_dir to a folder "
			 "of its own",
			 user, store->path, why, user, store->path);
	return LP_ERR_PERMISSION;
}

enum lp_err lp_store_drop_privs(struct lp_store *store, const char *user, enum lp_privs keep)
{
	const struct lp_chown_folder folder = {
		.path = store->path,
		.names = names,
		.name_count = LP_ARRAY_COUNT(names),
		.is_new = store->is_new,
	};
	char why[LP_CHOWN_WHY_LEN];
	bool is_given = lp_chown_give(&folder, user, why);
	enum lp_err err = lp_privs_drop(user, keep);

	return err == LP_OK ? check_writable(store, user, is_given ? NULL : why) : err;
}

void lp_store_close(struct lp_store *store)
{
	if (store == NULL)
		return;
	lp_file_unlock(store->lock);
	free(store->path);
	free(store);
}

const char *lp_store_path(const struct lp_store *store)
{
	return store->path;
}

/* Returns the path of one file, or NULL for a name that could lead out of the directory. */
static char *path_of(const struct lp_store *store, const char *name)
{
	size_t len = strlen(store->path) + 1 + strlen(name) + 1;
	char *path;

	if (name[0] == '\0' || name[0] == '.' || strpbrk(name, "/\\:") != NULL)
		return NULL;
	path = lp_alloc(len);
	snprintf(path, len, "%s/%s", store->path, name);
	return path;
}

enum lp_err lp_store_read(struct lp_store *store, const char *name, void *data, size_t cap,
			  size_t *len)
{
	char *path = path_of(store, name);
	enum lp_err err;

	if (path == NULL)
		return LP_ERR_INVALID;
	err = lp_file_read(path, data, cap, len);
	free(path);
	return err;
}

enum lp_err lp_store_write(struct lp_store *store, const char *name, const void *data, size_t len,
			   bool is_secret)
{
	char *path = path_of(store, name);
	enum lp_err err;

	if (path == NULL)
		return LP_ERR_INVALID;
	err = lp_file_write(path, data, len, is_secret);
	free(path);
	return err;
}

enum lp_err lp_store_remove(struct lp_store *store, const char *name)
{
	char *path = path_of(store, name);
	enum lp_err err;

	if (path == NULL)
		return LP_ERR_INVALID;
	err = lp_file_remove(path);
	free(path);
	return err;
}

enum lp_err lp_store_secret(struct lp_store *store, const char *name, void *secret, size_t len,
			    void (*fill)(void *data, size_t len))
{
	size_t read_len = 0;
	enum lp_err err = lp_store_read(store, name, secret, len, &read_len);

	if (err == LP_OK && read_len == len)
		return LP_OK;
	/* A secret that exists and cannot be read must not be replaced: peers rely on the old one.
	 */
	if (err != LP_OK && err != LP_ERR_NOT_FOUND && err != LP_ERR_TOO_LARGE)
		return err;
	if (err != LP_ERR_NOT_FOUND)
		lp_warn("state", "%s/%s has the wrong length: making a new one", store->path, name);
	fill(secret, len);
	return lp_store_write(store, name, secret, len, true);
}
