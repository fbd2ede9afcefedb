/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What differs between two configurations, and what of it a reload cannot take. */

#include "conf/conf.h"

#include "base/map.h"
#include "base/mem.h"
#include "conf/effective.h"
#include "conf/field.h"
#include "conf/schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_equal_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool are_equal_texts(const struct lp_schema_key *key, const void *a, const void *b)
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

/* Of two configurations, or of two rooms. */
static bool is_equal(const struct lp_schema_key *key, const void *a, const void *b)
{
	switch (key->type) {
	case LP_SCHEMA_TEXT:
		return is_equal_text(lp_field_text(key, a), lp_field_text(key, b));
	case LP_SCHEMA_TEXTS:
		return are_equal_texts(key, a, b);
	case LP_SCHEMA_BOOL:
		return lp_field_bool(key, a) == lp_field_bool(key, b);
	case LP_SCHEMA_ROOMS: /* compared one by one, and taken all */
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

		if ((key->roles & (1U << running->role)) == 0 || key->effect ||
		    lp_schema_is_room_key(key) || is_equal(key, running, wanted))
			continue;
		copy(key, running, wanted);
		if (on_key)
			on_key(user, key->path);
	}
}

/* --- what differs --- */

struct comparison {
	void (*on_change)(void *user, const struct lp_conf_change *change);
	void *user;
};

/* Tells of one key of two configurations, or of two rooms. */
static void tell(const struct comparison *comparison, const struct lp_schema_key *key,
		 const char *room, const void *running, const void *wanted)
{
	char *running_text = lp_effective_text(key, running);
	char *wanted_text = lp_effective_text(key, wanted);
	const struct lp_conf_change change = {
		.path = key->path,
		.room = room,
		.effect = key->effect,
		.running = running_text,
		.wanted = wanted_text,
	};

	comparison->on_change(comparison->user, &change);
	free(running_text);
	free(wanted_text);
}

/* A room that is only in one of the two. */
static void tell_room(const struct comparison *comparison, const char *running, const char *wanted)
{
	const struct lp_conf_change change = {
		.path = "relay.rooms",
		.room = running == NULL ? wanted : running,
		.effect = LP_CONF_EFFECT_NOW,
		.running = running,
		.wanted = wanted,
	};

	comparison->on_change(comparison->user, &change);
}

static void compare_room(const struct comparison *comparison, const struct lp_conf_room *running,
			 const struct lp_conf_room *wanted)
{
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];

		if (lp_schema_is_room_key(key) && !key->is_secret &&
		    !is_equal(key, running, wanted))
			tell(comparison, key, wanted->code, running, wanted);
	}
}

/* Rooms are the same when their codes are, case aside. */
static size_t fold(const struct lp_conf_room *room, char key[LP_MAP_KEY_MAX + 1])
{
	(void)lp_strcopy(key, LP_MAP_KEY_MAX + 1, room->code);
	for (char *p = key; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return strlen(key);
}

static void compare_rooms(const struct comparison *comparison, const struct lp_conf_relay *running,
			  const struct lp_conf_relay *wanted)
{
	struct lp_map *old = lp_map_new();
	char key[LP_MAP_KEY_MAX + 1];

	for (size_t i = 0; i < running->room_count; i++)
		(void)lp_map_put(old, key, fold(&running->rooms[i], key), &running->rooms[i]);
	for (size_t i = 0; i < wanted->room_count; i++) {
		const size_t len = fold(&wanted->rooms[i], key);
		const struct lp_conf_room *before = lp_map_remove(old, key, len);

		if (before == NULL)
			tell_room(comparison, NULL, wanted->rooms[i].code);
		else
			compare_room(comparison, before, &wanted->rooms[i]);
	}
	for (size_t i = 0; i < running->room_count; i++) {
		if (lp_map_get(old, key, fold(&running->rooms[i], key)) != NULL)
			tell_room(comparison, running->rooms[i].code, NULL);
	}
	lp_map_free(old);
}

void lp_conf_compare(const struct lp_conf *running, const struct lp_conf *wanted,
		     void (*on_change)(void *user, const struct lp_conf_change *change), void *user)
{
	const struct comparison comparison = {on_change, user};

	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];

		if ((key->roles & (1U << running->role)) == 0 || lp_schema_is_room_key(key))
			continue;
		if (key->type == LP_SCHEMA_ROOMS)
			compare_rooms(&comparison, &running->relay, &wanted->relay);
		else if (!is_equal(key, running, wanted))
			tell(&comparison, key, NULL, running, wanted);
	}
}

/* --- in words --- */

static const char *effect_text(enum lp_conf_effect effect)
{
	switch (effect) {
	case LP_CONF_EFFECT_EMPTY_ROOMS:
		return ": a room takes it as soon as nobody is in it";
	case LP_CONF_EFFECT_NEW_CONNS:
		return ": it counts for peers that connect from now on";
	case LP_CONF_EFFECT_RESTART:
		return ": restart lanpartyd to apply it";
	case LP_CONF_EFFECT_NOW:
		break;
	}
	return "";
}

const char *lp_conf_change_text(const struct lp_conf_change *change,
				char text[LP_CONF_CHANGE_TEXT_LEN])
{
	const char *old = change->running ? change->running : "not set";
	const char *new = change->wanted ? change->wanted : "not set";
	char room[96] = "";

	if (strcmp(change->path, "relay.rooms") == 0) {
		(void)snprintf(text, LP_CONF_CHANGE_TEXT_LEN, "relay.rooms: room \"%.64s\" was %s",
			       change->room, change->running ? "removed" : "added");
		return text;
	}
	if (change->room != NULL)
		(void)snprintf(room, sizeof(room), " of room \"%.64s\"", change->room);
	(void)snprintf(text, LP_CONF_CHANGE_TEXT_LEN, "%s%s has changed from %.80s to %.80s%s",
		       change->path, room, old, new, effect_text(change->effect));
	return text;
}
