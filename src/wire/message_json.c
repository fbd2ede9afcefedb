/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/message_fields.h"

#include "base/utf8.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

/* The \uXXXX at at[left], or UINT32_MAX when there is none. */
static uint32_t escape_at(const char *at, size_t left)
{
	char hex[5] = "";

	if (left < 6 || at[0] != '\\' || at[1] != 'u')
		return UINT32_MAX;
	memcpy(hex, at + 2, 4);
	if (strspn(hex, "0123456789abcdefABCDEF") != 4)
		return UINT32_MAX;
	return (uint32_t)strtoul(hex, NULL, 16);
}

/*
 * How many bytes the escape at at[left] takes; 0 for one that json-c would make another text of:
 * NUL, which would cut a key, and half of a surrogate pair, which it replaces.
 */
static size_t escape_len(const char *at, size_t left)
{
	uint32_t code = escape_at(at, left);

	if (code == UINT32_MAX)
		return 2;
	if (code == 0 || (code >= 0xdc00 && code <= 0xdfff))
		return 0;
	if (code < 0xd800 || code > 0xdfff)
		return 6;
	code = escape_at(at + 6, left - 6);
	return code >= 0xdc00 && code <= 0xdfff ? 12 : 0;
}

static size_t digits_at(const char *at, size_t left)
{
	size_t len = 0;

	while (len < left && at[len] >= '0' && at[len] <= '9')
		len++;
	return len;
}

/* How many bytes the number at at[left] takes (RFC 8259 §6); 0 = it is none. */
static size_t number_len(const char *at, size_t left)
{
	size_t len = at[0] == '-', digits = digits_at(at + len, left - len);

	if (digits == 0 || (digits > 1 && at[len] == '0'))
		return 0;
	len += digits;
	if (len < left && at[len] == '.') {
		digits = digits_at(at + len + 1, left - len - 1);
		if (digits == 0)
			return 0;
		len += 1 + digits;
	}
	if (len < left && (at[len] == 'e' || at[len] == 'E')) {
		len++;
		len += len < left && (at[len] == '+' || at[len] == '-');
		digits = digits_at(at + len, left - len);
		if (digits == 0)
			return 0;
		len += digits;
	}
	return len;
}

/* The bytes that a number can begin with, and those that nothing else outside of strings has. */
static bool is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
}

/*
 * What json-c 0.16 lets through in its strict mode and RFC 8259 does not, told by the bytes outside
 * of strings: single quotes, NaN and Infinity, and numbers such as 1. and -01. Inside of strings:
 * control characters, and escapes that are no character. Sets *why only for these.
 */
static bool is_strict(const char *json, size_t len, const char **why)
{
	bool is_in_string = false;

	for (size_t i = 0; i < len; i++) {
		const char *at = json + i;
		size_t left = len - i;

		if (is_in_string) {
			if ((unsigned char)*at < 0x20)
				return false;
			if (*at == '\\') {
				size_t taken = escape_len(at, left);

				if (taken == 0) {
					*why = "an escape that is no character";
					return false;
				}
				i += taken - 1;
			} else if (*at == '"') {
				is_in_string = false;
			}
		} else if (*at == '"') {
			is_in_string = true;
		} else if (*at == '\0' || *at == '\'' || *at == 'N' || *at == 'I') {
			return false;
		} else if (is_of_number(*at)) {
			size_t taken = number_len(at, left);

			if (taken == 0)
				return false;
			i += taken - 1;
		}
	}
	return true;
}

/* Returns what json[len] holds from its first byte to its last, NULL if that is not one value. */
static struct json_object *parse_whole(const char *json, size_t len, const char **why)
{
	struct json_tokener *tokener = json_tokener_new_ex(LP_JSON_DEPTH_MAX);
	struct json_object *object;

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, json, (int)len);
	if (json_tokener_get_error(tokener) == json_tokener_error_depth)
		*why = "JSON nested too deep";
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*why = "JSON cut short";
	if (json_tokener_get_parse_end(tokener) != len) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

struct json_object *lp_message_parse(const char *json, size_t len, const char **why)
{
	struct json_object *object = NULL;
	char *ascii = NULL;
	size_t ascii_len;

	*why = "no JSON";
	if (len > 0 && len <= LP_RECORD_MAX && is_strict(json, len, why))
		ascii = lp_utf8_escape(json, len, &ascii_len);
	if (ascii != NULL)
		object = parse_whole(ascii, ascii_len, why);
	free(ascii);
	if (object != NULL && json_object_get_type(object) != json_type_object) {
		*why = "no JSON object";
		json_object_put(object);
		object = NULL;
	}
	return object;
}
