/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whose a folder is: what root has made is given to the user that the daemon becomes.
 */
#ifndef LP_PLATFORM_CHOWN_H
#define LP_PLATFORM_CHOWN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* A folder of ours, to be given with what is in it. */
struct lp_chown_folder {
	const char *path;
	const char *const *names; /* of the files that are ours, if they are there */
	size_t name_count;
	bool is_new; /* we have made it ourselves, just now */
};

#define LP_CHOWN_WHY_LEN 320

/*
 * Gives the folder to `user`, and those of our files in it that are root's. Does nothing unless
 * root asks, nor for a user that does not exist: lp_privs_drop tells of that.
 *
 * Given is only a folder that is root's and that none but root can write to, that is not right
 * below "/", and that has nothing in it but our files and sockets, unless it is new: no other could
 * be ours. Symbolic links are not followed, and a file of several names (hard links) is not given.
 * False when something was not given, and why not: the user may still be able to write there.
 */
bool lp_chown_give(const struct lp_chown_folder *folder, const char *user,
		   char why[LP_CHOWN_WHY_LEN]) LP_MUST_CHECK;

/* Is there one of that name? */
bool lp_chown_is_user(const char *name);
bool lp_chown_is_group(const char *name);

#endif
