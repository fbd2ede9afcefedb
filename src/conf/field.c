/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/field.h"

#include "base/envpath.h"
#include "base/mem.h"
#include "conf/quantity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Members are copied in and out, so that no pointer to one type is read through another. */
static void load(const struct lp_schema_key *key, const void *base, void *value, size_t size)
{
	assert(size == key->size);
	memcpy(value, (const char *)base + key->offset, size);
}

static void store(const struct lp_schema_key *key, void *base, const void *value, size_t size)
{
	assert(size == key->size);
	memcpy((char *)base + key->offset, value, size);
}

static size_t load_count(const struct lp_schema_key *key, const void *base)
{
	size_t count;

	memcpy(&count, (const char *)base + key->count_offset, sizeof(count));
	return count;
}

static void store_count(const struct lp_schema_key *key, void *base, size_t count)
{
	memcpy((char *)base + key->count_offset, &count, sizeof(count));
}

uint64_t lp_field_number(const struct lp_schema_key *key, const void *base)
{
	uint64_t wide;
	uint32_t narrow;

	if (key->size == sizeof(narrow)) {
		load(key, base, &narrow, sizeof(narrow));
		return narrow;
	}
	load(key, base, &wide, sizeof(wide));
	return wide;
}

void lp_field_set_number(const struct lp_schema_key *key, void *base, uint64_t value)
{
	const uint32_t narrow = (uint32_t)value;

	if (key->size == sizeof(narrow))
		store(key, base, &narrow, sizeof(narrow));
	else
		store(key, base, &value, sizeof(value));
}

bool lp_field_bool(const struct lp_schema_key *key, const void *base)
{
	bool value;

	load(key, base, &value, sizeof(value));
	return value;
}

void lp_field_set_bool(const struct lp_schema_key *key, void *base, bool value)
{
	store(key, base, &value, sizeof(value));
}

const char *lp_field_text(const struct lp_schema_key *key, const void *base)
{
	char *text;

	load(key, base, &text, sizeof(text));
	return text;
}

void lp_field_set_text(const struct lp_schema_key *key, void *base, const char *value)
{
	const bool is_path =
		key->names == LP_CONF_OBJECT_FILE || key->names == LP_CONF_OBJECT_FOLDER;
	char *const copy = is_path ? lp_path_expand(value) : lp_strdup(value);
	char *old;

	load(key, base, &old, sizeof(old));
	free(old);
	store(key, base, &copy, sizeof(copy));
}

char *const *lp_field_texts(const struct lp_schema_key *key, const void *base, size_t *count)
{
	char **texts;

	load(key, base, &texts, sizeof(texts));
	*count = load_count(key, base);
	return texts;
}

void lp_field_add_text(const struct lp_schema_key *key, void *base, const char *value)
{
	const size_t count = load_count(key, base);
	char **texts;

	load(key, base, &texts, sizeof(texts));
	texts = lp_realloc_array(texts, count + 1, sizeof(*texts));
	texts[count] = lp_strdup(value);
	store(key, base, &texts, sizeof(texts));
	store_count(key, base, count + 1);
}

static void clear_rooms(const struct lp_schema_key *key, void *base)
{
	const size_t count = load_count(key, base);
	struct lp_conf_room *rooms;

	load(key, base, &rooms, sizeof(rooms));
	for (size_t i = 0; i < count; i++) {
		free(rooms[i].code);
		free(rooms[i].secret);
	}
	free(rooms);
	rooms = NULL;
	store(key, base, &rooms, sizeof(rooms));
	store_count(key, base, 0);
}

struct lp_conf_room *lp_field_make_rooms(const struct lp_schema_key *key, struct lp_conf *conf,
					 size_t count)
{
	struct lp_conf_room *rooms = lp_alloc_array(count, sizeof(*rooms));

	for (size_t i = 0; i < count; i++) {
		rooms[i].mtu = conf->relay.mtu;
		rooms[i].fragments = conf->relay.fragments;
		rooms[i].frame_log = conf->relay.frame_log;
		rooms[i].policy = conf->relay.policy;
	}
	clear_rooms(key, conf);
	store(key, conf, &rooms, sizeof(rooms));
	store_count(key, conf, count);
	return rooms;
}

static void clear_texts(const struct lp_schema_key *key, void *base)
{
	const size_t count = load_count(key, base);
	char **texts;

	load(key, base, &texts, sizeof(texts));
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
	texts = NULL;
	store(key, base, &texts, sizeof(texts));
	store_count(key, base, 0);
}

void lp_field_clear(const struct lp_schema_key *key, void *base)
{
	char *text;

	switch (key->type) {
	case LP_SCHEMA_TEXT:
		load(key, base, &text, sizeof(text));
		free(text);
		text = NULL;
		store(key, base, &text, sizeof(text));
		break;
	case LP_SCHEMA_TEXTS:
		clear_texts(key, base);
		break;
	case LP_SCHEMA_ROOMS:
		clear_rooms(key, base);
		break;
	case LP_SCHEMA_BOOL:
		lp_field_set_bool(key, base, false);
		break;
	case LP_SCHEMA_NUMBER:
	case LP_SCHEMA_SIZE:
	case LP_SCHEMA_TIME:
	case LP_SCHEMA_CHOICE:
	case LP_SCHEMA_WORDS:
		lp_field_set_number(key, base, 0);
		break;
	}
}

void lp_field_reset(const struct lp_schema_key *key, void *base)
{
	enum lp_err err = LP_OK;
	uint64_t number = 0;

	lp_field_clear(key, base);
	if (key->fallback == NULL)
		return;
	switch (key->type) {
	case LP_SCHEMA_TEXT:
		lp_field_set_text(key, base, key->fallback);
		return;
	case LP_SCHEMA_BOOL:
		lp_field_set_bool(key, base, strcmp(key->fallback, "true") == 0);
		return;
	case LP_SCHEMA_NUMBER:
		err = lp_quantity_parse_number(key->fallback, &number);
		break;
	case LP_SCHEMA_SIZE:
		err = lp_quantity_parse_size(key->fallback, &number);
		break;
	case LP_SCHEMA_TIME:
		err = lp_quantity_parse_time(key->fallback, key->unit_ms, &number);
		break;
	case LP_SCHEMA_CHOICE:
		err = lp_field_choice(key, key->fallback, &number);
		break;
	case LP_SCHEMA_TEXTS:
	case LP_SCHEMA_WORDS:
	case LP_SCHEMA_ROOMS:
		err = LP_ERR_UNSUPPORTED;
		break;
	}
	/* The defaults are ours: the unit test of the schema has seen each of them. */
	assert(err == LP_OK);
	lp_field_set_number(key, base, number);
}

enum lp_err lp_field_choice(const struct lp_schema_key *key, const char *name, uint64_t *value)
{
	for (uint64_t i = key->min; i <= key->max; i++) {
		if (strcmp(key->choice((int)i), name) == 0) {
			*value = i;
			return LP_OK;
		}
	}
	return LP_ERR_NOT_FOUND;
}
