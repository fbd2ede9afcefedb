/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "state/identity.h"

#include "base/log.h"
#include "base/mem.h"
#include "state/object.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAC_FILE    "identity.json"
#define TICKET_FILE "resume.json"

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
	lp_object_add_text(object, "mac", text);
	err = lp_object_write(store, MAC_FILE, object, false);
	json_object_put(object);
	return err;
}

enum lp_err lp_identity_mac(struct lp_store *store,
			    void (*make)(char text[LP_IDENTITY_MAC_TEXT_LEN]),
			    char text[LP_IDENTITY_MAC_TEXT_LEN])
{
	struct json_object *object;
	enum lp_err err = lp_object_read(store, MAC_FILE, &object);
	const char *mac;

	if (err == LP_ERR_NOT_FOUND)
		return make_mac(store, make, text);
	if (err != LP_OK)
		return err;
	mac = object != NULL ? lp_object_text(object, "mac") : NULL;
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
	enum lp_err err = lp_object_read(store, TICKET_FILE, &object);
	const char *kept_relay;
	const char *kept_room;
	const char *kept;

	if (err != LP_OK)
		return err;
	kept_relay = lp_object_text(object, "relay");
	kept_room = lp_object_text(object, "room");
	kept = lp_object_text(object, "ticket");
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
	lp_object_add_text(object, "relay", relay);
	lp_object_add_text(object, "room", room);
	lp_object_add_text(object, "ticket", ticket);
	err = lp_object_write(store, TICKET_FILE, object, true);
	json_object_put(object);
	return err;
}
