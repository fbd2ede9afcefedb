/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/skeleton.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool is_in(uint32_t code, uint32_t first, uint32_t last)
{
	return code >= first && code <= last;
}

/* Blanks and combining marks: what one does not see, or only on top of another. */
static bool is_dropped(uint32_t code)
{
	return code == 0x20 || code == 0xa0 || code == 0x1680 || is_in(code, 0x2000, 0x200a) ||
	       code == 0x202f || code == 0x205f || code == 0x3000 || is_in(code, 0x300, 0x36f) ||
	       is_in(code, 0x1ab0, 0x1aff) || is_in(code, 0x1dc0, 0x1dff) ||
	       is_in(code, 0x20d0, 0x20ff) || is_in(code, 0xfe20, 0xfe2f);
}

/* Of the scripts whose letters resemble Latin ones; other scripts with case are rare in names. */
static uint32_t lower(uint32_t code)
{
	if (is_in(code, 'A', 'Z') || (is_in(code, 0xc0, 0xde) && code != 0xd7) ||
	    is_in(code, 0x391, 0x3a9) || is_in(code, 0x410, 0x42f))
		return code + 0x20;
	if (is_in(code, 0x400, 0x40f))
		return code + 0x50;
	if (is_in(code, 0x100, 0x137) || is_in(code, 0x14a, 0x177) || is_in(code, 0x460, 0x481) ||
	    is_in(code, 0x48a, 0x4bf) || is_in(code, 0x4d0, 0x52f) || is_in(code, 0x1e00, 0x1e95))
		return code | 1;
	if ((is_in(code, 0x139, 0x148) || is_in(code, 0x179, 0x17e)) && code % 2 == 1)
		return code + 1;
	return code;
}

/* Of lower-case letters, and what else is taken for a Latin one. */
static uint32_t look_alike(uint32_t code)
{
	static const struct {
		uint16_t code;
		char latin;
	} pairs[] = {
		{'0', 'o'},   {'1', 'l'},   {'i', 'l'},	  {'|', 'l'},	{0x131, 'l'}, {0xa1, 'l'},
		{0x3b1, 'a'}, {0x3b2, 'b'}, {0x3b5, 'e'}, {0x3b6, 'z'}, {0x3b7, 'h'}, {0x3b9, 'l'},
		{0x3ba, 'k'}, {0x3bc, 'm'}, {0x3bd, 'v'}, {0x3bf, 'o'}, {0x3c1, 'p'}, {0x3c3, 'o'},
		{0x3c4, 't'}, {0x3c5, 'u'}, {0x3c7, 'x'}, {0x3c9, 'w'}, {0x3f2, 'c'}, {0x3f3, 'j'},
		{0x430, 'a'}, {0x432, 'b'}, {0x435, 'e'}, {0x43a, 'k'}, {0x43c, 'm'}, {0x43d, 'h'},
		{0x43e, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'},
		{0x455, 's'}, {0x456, 'l'}, {0x458, 'j'}, {0x4bb, 'h'}, {0x4c0, 'l'}, {0x4cf, 'l'},
		{0x501, 'd'}, {0x51b, 'q'}, {0x51d, 'w'}, {0x261, 'g'}, {0x251, 'a'}, {0x2113, 'l'},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i].code == code)
			return (uint32_t)pairs[i].latin;
	}
	if (is_in(code, 0x2010, 0x2015) || code == 0x2212 || code == 0xad)
		return '-';
	return code;
}

const char *lp_skeleton(const char *text, char *out, size_t out_len)
{
	size_t used = 0, left = strlen(text);
	while (left > 0) {
		uint32_t code = 0;
		size_t len = lp_utf8_decode(text, left, &code);
		if (len == 0)
			break;
		uint32_t wide = is_in(code, 0xff01, 0xff5e) ? code - 0xfee0 : code;
		uint32_t plain = look_alike(lower(wide));
		size_t plain_len = plain < 0x80 ? 1 : plain < 0x800 ? 2 : len;
		if (!is_dropped(plain)) {
			if (used + plain_len >= out_len)
				break;
			if (plain < 0x80) {
				out[used] = (char)plain;
			} else if (plain < 0x800) {
				out[used] = (char)(0xc0 | plain >> 6);
				out[used + 1] = (char)(0x80 | (plain & 0x3f));
			} else if (len == 3) {
				out[used] = (char)(0xe0 | plain >> 12);
				out[used + 1] = (char)(0x80 | (plain >> 6 & 0x3f));
				out[used + 2] = (char)(0x80 | (plain & 0x3f));
			} else {
				memcpy(out + used, text, len);
			}
			used += plain_len;
		}
		text += len;
		left -= len;
	}
	out[used] = '\0';
	return out;
}
