/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The value of one key in its struct, by its row of the schema. `base` is the struct lp_conf, or
 * the struct lp_conf_room for the key of a room.
 */
#ifndef LP_CONF_FIELD_H
#define LP_CONF_FIELD_H

#include "conf/schema.h"

/* Numbers, sizes, times, choices and words. */
uint64_t lp_field_number(const struct lp_schema_key *key, const void *base);
void lp_field_set_number(const struct lp_schema_key *key, void *base, uint64_t value);

bool lp_field_bool(const struct lp_schema_key *key, const void *base);
void lp_field_set_bool(const struct lp_schema_key *key, void *base, bool value);

/* NULL = not set. Setting copies. */
const char *lp_field_text(const struct lp_schema_key *key, const void *base);
void lp_field_set_text(const struct lp_schema_key *key, void *base, const char *value);

/* TEXTS; adding copies. */
char *const *lp_field_texts(const struct lp_schema_key *key, const void *base, size_t *count);
void lp_field_add_text(const struct lp_schema_key *key, void *base, const char *value);

/* ROOMS: so many, with what the relay says of rooms that say nothing. Returns the first, borrowed.
 */
struct lp_conf_room *lp_field_make_rooms(const struct lp_schema_key *key, struct lp_conf *conf,
					 size_t count);

/* Frees what is there; the key is not set then, or 0. */
void lp_field_clear(const struct lp_schema_key *key, void *base);

/* Puts the default of the schema in place of what is there. */
void lp_field_reset(const struct lp_schema_key *key, void *base);

/* Finds the value of a choice by its name. */
enum lp_err lp_field_choice(const struct lp_schema_key *key, const char *name,
			    uint64_t *value) LP_MUST_CHECK;

#endif
