/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Snapshots as JSON: one table of members a struct, the keys are the names of the members.
 *
 * All functions give an object or array; the caller puts it into another one or drops it with
 * json_object_put. Texts come from peers and files: what is no UTF-8 becomes a question mark.
 */
#ifndef LP_ADMIN_JSON_H
#define LP_ADMIN_JSON_H

#include "admin/snapshot.h"

#include <json-c/json.h>

/* Only the members of the status's role are in it; `addresses` is an array. */
struct json_object *lp_json_status(const struct lp_admin_status *status);

struct json_object *lp_json_bans(const struct lp_admin_ban *bans, size_t count);
struct json_object *lp_json_rooms(const struct lp_admin_room *rooms, size_t count);
struct json_object *lp_json_peers(const struct lp_admin_peer *peers, size_t count);
struct json_object *lp_json_drops(const struct lp_admin_drop *drops, size_t count);

struct json_object *lp_json_reload(const struct lp_admin_reload *reload);

/* One object, a member for each counter. */
struct json_object *lp_json_counters(const struct lp_admin_counter *counters, size_t count);

/* Borrows text (NULL = ""), which may have several lines. */
struct json_object *lp_json_text(const char *text);

/* An array of the parts of text that are not empty. Borrows text. */
struct json_object *lp_json_split(const char *text, const char *separators);

#endif
