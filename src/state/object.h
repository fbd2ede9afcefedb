/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * JSON objects as files of the state directory.
 */
#ifndef LP_STATE_OBJECT_H
#define LP_STATE_OBJECT_H

#include "state/store.h"

struct json_object;

#define LP_OBJECT_FILE_MAX 32768

/*
 * Reads a file that holds one object; free it with json_object_put. LP_OK with *object NULL: the
 * file is there, but holds something else.
 */
enum lp_err lp_object_read(struct lp_store *store, const char *name,
			   struct json_object **object) LP_MUST_CHECK;

/* Borrows the object. */
enum lp_err lp_object_write(struct lp_store *store, const char *name, struct json_object *object,
			    bool is_secret) LP_MUST_CHECK;

/* The text under key, borrowed; NULL if there is none, or it has a NUL inside. */
const char *lp_object_text(struct json_object *object, const char *key);

/* The number under key; false if there is none, or it is no uint32_t. */
bool lp_object_u32(struct json_object *object, const char *key, uint32_t *value);

void lp_object_add_text(struct json_object *object, const char *key, const char *text);

#endif
