/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/utf8.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes follow a first byte, and the smallest code that needs so many. */
struct shape {
	size_t more_len;
	uint32_t code;
	uint32_t least;
};

static bool read_shape(uint8_t first, struct shape *shape)
{
	if (first < 0x80)
		*shape = (struct shape){0, first, 0};
	else if ((first & 0xe0) == 0xc0)
		*shape = (struct shape){1, first & 0x1fU, 0x80};
	else if ((first & 0xf0) == 0xe0)
		*shape = (struct shape){2, first & 0x0fU, 0x800};
	else if ((first & 0xf8) == 0xf0)
		*shape = (struct shape){3, first & 0x07U, 0x10000};
	else
		return false;
	return true;
}

size_t lp_utf8_decode(const char *text, size_t len, uint32_t *code)
{
	struct shape shape;

	if (!len || !read_shape((uint8_t)text[0], &shape) || len <= shape.more_len)
		return 0;
	for (size_t i = 1; i <= shape.more_len; i++) {
		uint8_t byte = (uint8_t)text[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		shape.code = shape.code << 6 | (byte & 0x3fU);
	}
	if (shape.code < shape.least || shape.code > 0x10ffff)
		return 0;
	if (shape.code >= 0xd800 && shape.code <= 0xdfff)
		return 0;
	*code = shape.code;
	return shape.more_len + 1;
}

/* A character beyond ASCII as one escape, or as a pair of surrogates (RFC 8259, section 7). */
static size_t write_escape(uint32_t code, char out[13])
{
	if (code < 0x10000)
		return (size_t)sprintf(out, "\\u%04x", (unsigned)code);
	code -= 0x10000;
	return (size_t)sprintf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 | code >> 10),
			       (unsigned)(0xdc00 | (code & 0x3ff)));
}

char *lp_utf8_escape(const char *text, size_t len, size_t *out_len)
{
	/* Two bytes become six, four become twelve. */
	char *out = lp_alloc_array(len + 1, 3), *end = out;
	bool is_escaped = false;

	while (len) {
		uint32_t code = 0;
		size_t taken = lp_utf8_decode(text, len, &code);

		/* An escape behind a backslash would be a backslash and five letters. */
		if (!taken || (taken > 1 && is_escaped)) {
			free(out);
			return NULL;
		}
		if (taken == 1) {
			*end++ = *text;
			is_escaped = !is_escaped && *text == '\\';
		} else {
			end += write_escape(code, end);
		}
		text += taken;
		len -= taken;
	}
	*end = '\0';
	*out_len = (size_t)(end - out);
	return out;
}

bool lp_utf8_is_printable(uint32_t code)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} hidden[] = {
		/* controls, soft hyphen, grapheme joiner, Arabic letter mark */
		{0x0000, 0x001f},
		{0x007f, 0x009f},
		{0x00ad, 0x00ad},
		{0x034f, 0x034f},
		{0x061c, 0x061c},
		/* Hangul fillers, Khmer inherent vowels, Mongolian selectors and separator */
		{0x115f, 0x1160},
		{0x17b4, 0x17b5},
		{0x180b, 0x180f},
		/* zero width, line separators, bidi embeddings and isolates */
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x206f},
		/* Braille without a dot, one more Hangul filler */
		{0x2800, 0x2800},
		{0x3164, 0x3164},
		/* noncharacters, variation selectors, byte order mark, half of a Hangul filler */
		{0xfdd0, 0xfdef},
		{0xfe00, 0xfe0f},
		{0xfeff, 0xfeff},
		{0xffa0, 0xffa0},
		/* what stands for an object or an annotation */
		{0xfff0, 0xfffc},
		/* Khitan filler, joiners of hieroglyphs, shorthand and musical notes */
		{0x13430, 0x13455},
		{0x16fe4, 0x16fe4},
		{0x1bca0, 0x1bca3},
		{0x1d159, 0x1d159},
		{0x1d173, 0x1d17a},
		/* tags, and whatever else will be ignored there by default */
		{0xe0000, 0xe0fff},
	};

	/* The last two of each plane are noncharacters. */
	if ((code & 0xfffe) == 0xfffe)
		return false;

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (code >= hidden[i].first && code <= hidden[i].last)
			return false;
	}
	return true;
}

size_t lp_utf8_clean(const char *text, const char *keep, char *out, size_t out_len)
{
	size_t left = strlen(text), used = 0, char_count = 0;

	while (left) {
		uint32_t code = 0;
		size_t len = lp_utf8_decode(text, left, &code);
		bool is_kept = len == 1 && strchr(keep, (int)code);
		bool is_shown = len && (is_kept || lp_utf8_is_printable(code));
		size_t shown_len = is_shown ? len : 1;

		if (used + shown_len >= out_len)
			break;
		memcpy(out + used, is_shown ? text : "?", shown_len);
		used += shown_len;
		char_count++;
		text += len ? len : 1;
		left -= len ? len : 1;
	}
	if (out_len)
		out[used] = '\0';
	return char_count;
}
