/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A text that grows.
 */
#ifndef LP_BASE_STRBUF_H
#define LP_BASE_STRBUF_H

#include "base/err.h"

#include <stddef.h>

/* All zero is the empty text. Its owner frees data, which is terminated, or NULL while empty. */
struct lp_strbuf {
	char *data;
	size_t len;
	size_t cap;
};

void lp_strbuf_add(struct lp_strbuf *buf, const char *more);
void lp_strbuf_add_char(struct lp_strbuf *buf, char more);
void lp_strbuf_add_format(struct lp_strbuf *buf, const char *format, ...) LP_PRINTF(2, 3);

#endif
