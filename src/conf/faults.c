/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/faults.h"

#include <stdarg.h>
#include <stdio.h>

void lp_faults_add(struct lp_faults *faults, struct lp_source_location place, const char *path,
		   const char *format, ...)
{
	char what[512];
	char line[1024];
	char where[16] = "";
	va_list arguments;

	faults->count++;
	if (faults->on_error == NULL)
		return;
	va_start(arguments, format);
	(void)vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	if (place.line > 0)
		(void)snprintf(where, sizeof(where), ":%u", place.line);
	(void)snprintf(line, sizeof(line), "%s%s%s%s%s%s", place.file == NULL ? "" : place.file,
		       where, place.file == NULL ? "" : ": ", path == NULL ? "" : path,
		       path == NULL ? "" : ": ", what);
	faults->on_error(faults->user, line);
}
