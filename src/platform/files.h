/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Files that must be whole or not there: written beside, synced, renamed.
 */
#ifndef LP_PLATFORM_FILES_H
#define LP_PLATFORM_FILES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a whole file of at most cap bytes. LP_ERR_NOT_FOUND, LP_ERR_PERMISSION, LP_ERR_TOO_LARGE.
 */
enum lp_err lp_file_read(const char *path, void *data, size_t cap, size_t *len) LP_MUST_CHECK;

/* Replaces path atomically; mode 0600 if secret, else 0644. Logs as lp_file_make_folder. */
enum lp_err lp_file_write(const char *path, const void *data, size_t len,
			  bool is_secret) LP_MUST_CHECK;

/* LP_OK also when it was not there. */
enum lp_err lp_file_remove(const char *path) LP_MUST_CHECK;

/*
 * Keeps every other process from doing the same with the folder until it is given back or this
 * process ends, however it does. LP_ERR_BUSY when one has it, not logged: *holder is its process ID
 * then, or 0 when that cannot be said. A file system that knows no locks is warned of, and all is
 * well.
 */
struct lp_file_lock;
enum lp_err lp_file_lock_folder(const char *path, struct lp_file_lock **lock,
				uint32_t *holder) LP_MUST_CHECK;
void lp_file_unlock(struct lp_file_lock *lock);

/*
 * Looks without a word: LP_OK for a file that can be read, LP_ERR_INVALID for something else that
 * is there, LP_ERR_NOT_FOUND, LP_ERR_PERMISSION.
 */
enum lp_err lp_file_stat(const char *path) LP_MUST_CHECK;

/* May every user of this machine read the file, and get to it through its folders? */
bool lp_file_is_public(const char *path);

/* The same for a folder; LP_ERR_INVALID also when a part of the path is none. */
enum lp_err lp_file_check_folder(const char *path) LP_MUST_CHECK;

/* Can files be made in this folder, and replaced? */
enum lp_err lp_file_check_writable(const char *path) LP_MUST_CHECK;

/*
 * Makes a folder with mode 0700, and its parents with 0755; LP_OK when it is there. Logs one
 * sentence with the remedy on failure.
 */
enum lp_err lp_file_make_folder(const char *path) LP_MUST_CHECK;

/*
 * Sees to it that this process can have that many files open at a time, sockets and all: raises its
 * own limit as far as it may. LP_ERR_TOO_LARGE when that is not enough, with the remedy logged.
 */
enum lp_err lp_file_allow(unsigned count) LP_MUST_CHECK;

/*
 * Before all else: where a standard descriptor is closed, the next file that is opened would become
 * it, and get what is printed or logged, so they are opened, and using them fails as it should.
 * And files get the modes that are meant, whatever mask was inherited.
 */
void lp_file_begin(void);

#endif
