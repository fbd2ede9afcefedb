/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * UTF-8, as far as showing the text of strangers needs it: names of peers end up in JSON, which
 * must be valid, and on terminals, which must not be steered by them.
 */
#ifndef LP_BASE_UTF8_H
#define LP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the first character of text[len]. Returns how many bytes it takes, 0 when they are no
 * UTF-8: overlong, a surrogate, beyond U+10FFFF, or cut (RFC 3629).
 */
size_t lp_utf8_decode(const char *text, size_t len, uint32_t *code);

/*
 * Returns a copy of the JSON in text[len] in which every character beyond ASCII is a \uXXXX escape,
 * of *out_len bytes and terminated; NULL when text is no UTF-8, or has a backslash before such a
 * character. For json-c: the check of UTF-8 is then ours alone, and version 0.18 takes such
 * characters in its strict mode in no other way.
 */
char *lp_utf8_escape(const char *text, size_t len, size_t *out_len);

/*
 * False for control characters, for noncharacters, and for what is invisible by itself: whatever
 * reorders or hides other text, or is ignored by default (Unicode, DerivedCoreProperties).
 */
bool lp_utf8_is_printable(uint32_t code);

/*
 * Copies text into out[out_len], with ? for each byte that is no UTF-8 and for each character that
 * is not printable, but for the ASCII ones in `keep`. Always terminated, cut between characters
 * only. Returns the number of characters.
 */
size_t lp_utf8_clean(const char *text, const char *keep, char *out, size_t out_len);

#endif
