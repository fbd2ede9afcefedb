/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "crypto/base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t lp_base64url_text_len(size_t len)
{
	return len / 3 * 4 + (len % 3 == 0 ? 0 : len % 3 + 1);
}

enum lp_err lp_base64url_encode(const uint8_t *data, size_t len, char *text, size_t text_cap)
{
	uint32_t bits = 0;
	unsigned int bit_count = 0;
	size_t at = 0;

	if (lp_base64url_text_len(len) >= text_cap)
		return LP_ERR_TOO_LARGE;
	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | data[i];
		bit_count += 8;
		while (bit_count >= 6) {
			bit_count -= 6;
			text[at++] = alphabet[bits >> bit_count & 63];
		}
	}
	if (bit_count > 0)
		text[at++] = alphabet[bits << (6 - bit_count) & 63];
	text[at] = '\0';
	return LP_OK;
}

/* The value of one character, or -1. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

enum lp_err lp_base64url_decode(const char *text, size_t text_len, uint8_t *data, size_t cap,
				size_t *len)
{
	uint32_t bits = 0;
	unsigned int bit_count = 0;
	size_t at = 0;

	if (text_len % 4 == 1)
		return LP_ERR_INVALID;
	if (text_len / 4 * 3 + text_len % 4 * 3 / 4 > cap)
		return LP_ERR_TOO_LARGE;
	for (size_t i = 0; i < text_len; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			return LP_ERR_INVALID;
		bits = bits << 6 | (uint32_t)value;
		bit_count += 6;
		if (bit_count >= 8) {
			bit_count -= 8;
			data[at++] = (uint8_t)(bits >> bit_count & 255);
		}
	}
	if ((bits & ((1U << bit_count) - 1)) != 0)
		return LP_ERR_INVALID;
	*len = at;
	return LP_OK;
}
