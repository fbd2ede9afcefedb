/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/quote.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

static bool is_bare(const char *text, const char *plain)
{
	static const char always[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789._-";
	if (!*text)
		return false;
	for (; *text; text++) {
		if (!strchr(always, *text) && !strchr(plain, *text))
			return false;
	}
	return true;
}

const char *lp_quote(const char *text, const char *plain, char *out, size_t out_len)
{
	size_t used = 0, left = strlen(text);
	if (is_bare(text, plain) && left < out_len) {
		lp_strcopy(out, out_len, text);
		return out;
	}
	if (out_len < 3)
		return "";
	out[used++] = '"';
	while (left > 0) {
		uint32_t code = 0;
		size_t len = lp_utf8_decode(text, left, &code);
		bool is_shown = len > 0 && lp_utf8_is_printable(code);
		bool is_escaped = is_shown && (code == '"' || code == '\\');
		size_t need = (is_shown ? len : 1) + is_escaped;
		if (used + need + 2 > out_len)
			break;
		if (is_escaped)
			out[used++] = '\\';
		memcpy(out + used, is_shown ? text : "?", is_shown ? len : 1);
		used += is_shown ? len : 1;
		text += len > 0 ? len : 1;
		left -= len > 0 ? len : 1;
	}
	out[used++] = '"';
	out[used] = '\0';
	return out;
}
