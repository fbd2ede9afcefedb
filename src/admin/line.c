/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/line.h"

#include <stdarg.h>
#include <stdio.h>

void lp_admin_line_add(struct lp_admin_status *status, enum lp_admin_level level,
		       const char *format, ...)
{
	struct lp_admin_line *line;
	va_list args;
	if (status->line_count == LP_ADMIN_LINES_MAX)
		return;
	line = &status->lines[status->line_count++];
	line->level = level;
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
}
