/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/envpath.h"

#include "base/mem.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

char *lp_path_expand(const char *path)
{
	const char *end = path[0] == '%' ? strchr(path + 1, '%') : NULL;
	struct lp_strbuf expanded = {0};
	char name[64];

	if (!end || (size_t)(end - path) > sizeof(name))
		return lp_strdup(path);
	memcpy(name, path + 1, (size_t)(end - path) - 1);
	name[end - path - 1] = '\0';
	const char *value = getenv(name);

	if (!value)
		return lp_strdup(path);
	lp_strbuf_add(&expanded, value);
	lp_strbuf_add(&expanded, end + 1);
	return expanded.data;
}
