/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What a reload cannot take. */

#include "conf/conf.h"

#include "conf/field.h"
#include "conf/schema.h"

#include <string.h>

static bool is_equal_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool are_equal_texts(const struct lp_schema_key *key, const struct lp_conf *a,
			    const struct lp_conf *b)
{
	size_t a_count, b_count;
	char *const *a_texts = lp_field_texts(key, a, &a_count);
	char *const *b_texts = lp_field_texts(key, b, &b_count);

	if (a_count != b_count)
		return false;
	while (a_count > 0 && strcmp(a_texts[a_count - 1], b_texts[a_count - 1]) == 0)
		a_count--;
	return a_count == 0;
}

static bool is_equal(const struct lp_schema_key *key, const struct lp_conf *a,
		     const struct lp_conf *b)
{
	switch (key->type) {
	case LP_SCHEMA_TEXT:
		return is_equal_text(lp_field_text(key, a), lp_field_text(key, b));
	case LP_SCHEMA_TEXTS:
		return are_equal_texts(key, a, b);
	case LP_SCHEMA_BOOL:
		return lp_field_bool(key, a) == lp_field_bool(key, b);
	case LP_SCHEMA_ROOMS: /* a reload takes them all */
		return true;
	default:
		return lp_field_number(key, a) == lp_field_number(key, b);
	}
}

static void copy_texts(const struct lp_schema_key *key, const struct lp_conf *from,
		       struct lp_conf *to)
{
	size_t count;
	char *const *texts = lp_field_texts(key, from, &count);

	lp_field_clear(key, to);
	for (size_t i = 0; i < count; i++)
		lp_field_add_text(key, to, texts[i]);
}

static void copy(const struct lp_schema_key *key, const struct lp_conf *from, struct lp_conf *to)
{
	switch (key->type) {
	case LP_SCHEMA_TEXT:
		lp_field_clear(key, to);
		if (lp_field_text(key, from) != NULL)
			lp_field_set_text(key, to, lp_field_text(key, from));
		break;
	case LP_SCHEMA_TEXTS:
		copy_texts(key, from, to);
		break;
	case LP_SCHEMA_BOOL:
		lp_field_set_bool(key, to, lp_field_bool(key, from));
		break;
	case LP_SCHEMA_ROOMS:
		break;
	default:
		lp_field_set_number(key, to, lp_field_number(key, from));
		break;
	}
}

void lp_conf_keep_restart(const struct lp_conf *running, struct lp_conf *wanted,
			  void (*on_key)(void *user, const char *path), void *user)
{
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];

		if ((key->roles & (1U << running->role)) == 0 || key->is_reloadable ||
		    lp_schema_is_room_key(key) || is_equal(key, running, wanted))
			continue;
		copy(key, running, wanted);
		on_key(user, key->path);
	}
}
