/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "state/identity.h"

#include "base/log.h"
#include "base/mem.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAC_FILE    "identity.json"
#define TICKET_FILE "resume.json"
#define FILE_MAX    4096
#define JSON_DEPTH  8

/* Gives the object in text, or NULL if it is not exactly one JSON object. */
static struct json_object *parse_object(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *object;

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

/* Gives *object, NULL if the file is there but holds something else. */
static enum lp_err read_object(struct lp_store *store, const char *name,
			       struct json_object **object)
{
	char text[FILE_MAX];
	size_t len = 0;
	enum lp_err err = lp_store_read(store, name, text, sizeof(text), &len);

	*object = NULL;
	if (err == LP_ERR_TOO_LARGE)
		return LP_OK;
	if (err == LP_OK)
		*object = parse_object(text, len);
	lp_wipe(text, sizeof(text));
	return err;
}

static enum lp_err write_object(struct lp_store *store, const char *name,
				struct json_object *object, bool is_secret)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY);

	return lp_store_write(store, name, text, strlen(text), is_secret);
}

/* The string under key, borrowed; NULL if there is none, or it has a NUL inside. */
static const char *string_of(struct json_object *object, const char *key)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

static void add_string(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

/* Six pairs of hex digits between colons, of one station: not a group's, not all zero. */
static bool is_station_mac(const char *text)
{
	bool is_zero = true;

	if (strlen(text) != LP_IDENTITY_MAC_TEXT_LEN - 1)
		return false;
	for (size_t i = 0; i < LP_IDENTITY_MAC_TEXT_LEN - 1; i++) {
		const char *wanted = i % 3 == 2 ? ":" : "0123456789abcdefABCDEF";

		if (strchr(wanted, text[i]) == NULL)
			return false;
		if (i % 3 != 2 && text[i] != '0')
			is_zero = false;
	}
	/* The lowest bit of the first octet says group (IEEE 802, section 8.2). */
	return !is_zero && strchr("13579bdfBDF", text[1]) == NULL;
}

static enum lp_err make_mac(struct lp_store *store,
			    void (*make)(char text[LP_IDENTITY_MAC_TEXT_LEN]),
			    char text[LP_IDENTITY_MAC_TEXT_LEN])
{
	struct json_object *object = json_object_new_object();
	enum lp_err err;

	make(text);
	json_object_object_add(object, "version", json_object_new_int(1));
	add_string(object, "mac", text);
	err = write_object(store, MAC_FILE, object, false);
	json_object_put(object);
	return err;
}

enum lp_err lp_identity_mac(struct lp_store *store,
			    void (*make)(char text[LP_IDENTITY_MAC_TEXT_LEN]),
			    char text[LP_IDENTITY_MAC_TEXT_LEN])
{
	struct json_object *object;
	enum lp_err err = read_object(store, MAC_FILE, &object);
	const char *mac;

	if (err == LP_ERR_NOT_FOUND)
		return make_mac(store, make, text);
	if (err != LP_OK)
		return err;
	mac = object != NULL ? string_of(object, "mac") : NULL;
	if (mac != NULL && is_station_mac(mac)) {
		lp_strcopy(text, LP_IDENTITY_MAC_TEXT_LEN, mac);
	} else {
		lp_error("state",
			 "%s/%s does not hold a usable \"mac\"; correct it, or remove it to get a "
			 "new one",
			 lp_store_path(store), MAC_FILE);
		err = LP_ERR_INVALID;
	}
	json_object_put(object);
	return err;
}

enum lp_err lp_identity_ticket_read(struct lp_store *store, const char *relay, const char *room,
				    char ticket[LP_IDENTITY_TICKET_MAX + 1])
{
	struct json_object *object;
	enum lp_err err = read_object(store, TICKET_FILE, &object);
	const char *kept_relay;
	const char *kept_room;
	const char *kept;

	if (err != LP_OK)
		return err;
	kept_relay = string_of(object, "relay");
	kept_room = string_of(object, "room");
	kept = string_of(object, "ticket");
	/* A ticket only saves time: a file that cannot be understood is as good as none. */
	if (kept_relay == NULL || kept_room == NULL || kept == NULL || kept[0] == '\0' ||
	    strcasecmp(kept_relay, relay) != 0 || strcasecmp(kept_room, room) != 0 ||
	    !lp_strcopy(ticket, LP_IDENTITY_TICKET_MAX + 1, kept))
		err = LP_ERR_NOT_FOUND;
	json_object_put(object);
	return err;
}

enum lp_err lp_identity_ticket_write(struct lp_store *store, const char *relay, const char *room,
				     const char *ticket)
{
	struct json_object *object;
	enum lp_err err;

	if (strlen(ticket) > LP_IDENTITY_TICKET_MAX)
		return LP_ERR_TOO_LARGE;
	object = json_object_new_object();
	json_object_object_add(object, "version", json_object_new_int(1));
	add_string(object, "relay", relay);
	add_string(object, "room", room);
	add_string(object, "ticket", ticket);
	err = write_object(store, TICKET_FILE, object, true);
	json_object_put(object);
	return err;
}
