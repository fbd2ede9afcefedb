/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"

#include "base/current.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not through the log: formatting a line may want memory itself. */
static _Noreturn void out_of_memory(void)
{
	lp_abort("out of memory");
}

void *lp_alloc(size_t size)
{
	return lp_alloc_array(1, size);
}

void *lp_alloc_array(size_t count, size_t size)
{
	/* calloc of nothing may answer NULL, which is no failure. */
	void *data = count == 0 || size == 0 ? calloc(1, 1) : calloc(count, size);

	if (data == NULL)
		out_of_memory();
	return data;
}

void *lp_realloc_array(void *old, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		out_of_memory();
	void *data = realloc(old, LP_MAX(count * size, (size_t)1));
	if (data == NULL)
		out_of_memory();
	return data;
}

char *lp_strdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(lp_alloc(size), text, size);
}

void lp_wipe(void *data, size_t len)
{
	memset(data, 0, len);
	/* The memory is said to be read here, so the stores above are not dead. */
	__asm__ volatile("" : : "r"(data) : "memory");
}

bool lp_strcopy(char *out, size_t out_len, const char *text)
{
	size_t len = strlen(text);
	bool fits = len < out_len;

	if (out_len == 0)
		return false;
	if (!fits)
		len = out_len - 1;
	memcpy(out, text, len);
	out[len] = '\0';
	return fits;
}
