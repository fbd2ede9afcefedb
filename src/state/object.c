/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "state/object.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define JSON_DEPTH 8

/* Returns the object in text, or NULL if it is not exactly one JSON object. */
static struct json_object *parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH);
	struct json_object *object = NULL;
	size_t ascii_len;
	char *ascii = lp_utf8_escape(text, len, &ascii_len);

	if (tokener != NULL && ascii != NULL) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		object = json_tokener_parse_ex(tokener, ascii, (int)ascii_len);
		if (json_tokener_get_error(tokener) != json_tokener_success ||
		    !json_object_is_type(object, json_type_object)) {
			json_object_put(object);
			object = NULL;
		}
	}
	free(ascii);
	json_tokener_free(tokener);
	return object;
}

enum lp_err lp_object_read(struct lp_store *store, const char *name, struct json_object **object)
{
	char text[LP_OBJECT_FILE_MAX];
	size_t len = 0;
	enum lp_err err = lp_store_read(store, name, text, sizeof(text), &len);

	*object = NULL;
	if (err == LP_OK)
		*object = parse(text, len);
	else if (err == LP_ERR_TOO_LARGE)
		err = LP_OK;
	lp_wipe(text, sizeof(text));
	return err;
}

enum lp_err lp_object_write(struct lp_store *store, const char *name, struct json_object *object,
			    bool is_secret)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY);

	return lp_store_write(store, name, text, strlen(text), is_secret);
}

const char *lp_object_text(struct json_object *object, const char *key)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

bool lp_object_u32(struct json_object *object, const char *key, uint32_t *value)
{
	struct json_object *number;
	int64_t wide;

	if (!json_object_object_get_ex(object, key, &number) ||
	    !json_object_is_type(number, json_type_int))
		return false;
	wide = json_object_get_int64(number);
	*value = (uint32_t)wide;
	return wide >= 0 && wide <= UINT32_MAX;
}

void lp_object_add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}
