/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "crypto/pin.h"

#include "crypto/base64url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PREFIX	   "sha256:"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define BASE64_LEN 43 /* of 32 bytes, without padding */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum lp_err parse_hex(const char *text, struct lp_pin *pin)
{
	for (size_t i = 0; i < LP_SHA256_LEN; i++) {
		int high = hex_value(text[2 * i]);
		int low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return LP_ERR_INVALID;
		pin->sha256[i] = (uint8_t)(high << 4 | low);
	}
	return LP_OK;
}

/* As openssl and curl print pins: the ordinary alphabet, padded; the URL-safe one is as good. */
static enum lp_err parse_base64(const char *text, struct lp_pin *pin)
{
	char copy[BASE64_LEN];
	size_t len;

	memcpy(copy, text, sizeof(copy));
	for (size_t i = 0; i < sizeof(copy); i++) {
		if (copy[i] == '+')
			copy[i] = '-';
		else if (copy[i] == '/')
			copy[i] = '_';
	}
	return lp_base64url_decode(copy, sizeof(copy), pin->sha256, sizeof(pin->sha256), &len);
}

enum lp_err lp_pin_parse(const char *text, struct lp_pin *pin)
{
	struct lp_pin parsed = {{0}};
	enum lp_err err = LP_ERR_INVALID;
	size_t len;

	if (strncasecmp(text, PREFIX, PREFIX_LEN) != 0)
		return LP_ERR_INVALID;
	text += PREFIX_LEN;
	len = strlen(text);
	if (len == 2UL * LP_SHA256_LEN)
		err = parse_hex(text, &parsed);
	else if (len == BASE64_LEN || (len == BASE64_LEN + 1 && text[BASE64_LEN] == '='))
		err = parse_base64(text, &parsed);
	if (err == LP_OK)
		*pin = parsed;
	return err;
}

const char *lp_pin_format(const struct lp_pin *pin, char text[LP_PIN_TEXT_LEN])
{
	memcpy(text, PREFIX, sizeof(PREFIX));
	for (size_t i = 0; i < LP_SHA256_LEN; i++)
		snprintf(text + PREFIX_LEN + 2 * i, 3, "%02x", pin->sha256[i]);
	return text;
}

bool lp_pin_equal(const struct lp_pin *a, const struct lp_pin *b)
{
	return memcmp(a->sha256, b->sha256, LP_SHA256_LEN) == 0;
}
