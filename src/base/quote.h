/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The words of strangers in our own lines. A name is printable, and may still read like the rest of
 * a line: "x, 02:…) joined room". So it is bare only where it can be nothing but a name.
 */
#ifndef LP_BASE_QUOTE_H
#define LP_BASE_QUOTE_H

#include <stddef.h>

#define LP_QUOTED_LEN 160 /* for a text of 64 bytes, whatever is in it */

/*
 * Copies text as it is when it has only letters and digits of ASCII, . _ - and those in `plain`;
 * else between double quotes, with a backslash before each of these and of itself. Cut where out is
 * full, the quote closed. Returns out.
 */
const char *lp_quote(const char *text, const char *plain, char *out, size_t out_len);

/* What a sentence may have bare, too: nothing that could pass for a field or an end of it. */
#define LP_QUOTE_SENTENCE " ,:;'/!?()"

#endif
