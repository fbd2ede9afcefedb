/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/strbuf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for len bytes more, and the NUL. */
static void make_room(struct lp_strbuf *buf, size_t len)
{
	if (buf->cap - buf->len > len)
		return;
	buf->cap = LP_MAX(buf->cap * 2, buf->len + len + 1);
	buf->data = lp_realloc_array(buf->data, buf->cap, 1);
}

static void add(struct lp_strbuf *buf, const char *more, size_t len)
{
	make_room(buf, len);
	memcpy(buf->data + buf->len, more, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void lp_strbuf_add(struct lp_strbuf *buf, const char *more)
{
	add(buf, more, strlen(more));
}

void lp_strbuf_add_char(struct lp_strbuf *buf, char more)
{
	add(buf, &more, 1);
}

void lp_strbuf_add_format(struct lp_strbuf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return;
	make_room(buf, (size_t)len);
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}
