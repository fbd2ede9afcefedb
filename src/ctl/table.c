/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/table.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 32
#define GAP	    2

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

/* 1234567 -> 1,234,567 */
static void format_number(uint64_t number, char *cell)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, number);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*cell++ = ',';
		*cell++ = digits[i];
	}
	*cell = '\0';
}

/* Decimal units, three digits that say something: 812 B, 1.4 kB, 23 GB. */
static void format_bytes(uint64_t bytes, char *cell)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000) {
		snprintf(cell, LP_TABLE_CELL_MAX, "%" PRIu64 " B", bytes);
		return;
	}
	while (value >= 999.5 && unit + 1 < LP_ARRAY_COUNT(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(cell, LP_TABLE_CELL_MAX, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

/* The two largest units, the second one only if it is not zero: 45 s, 3 min 12 s, 2 d 4 h. */
static void format_span(uint64_t ms, char *cell)
{
	static const struct {
		uint64_t s;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	uint64_t s = ms / 1000, rest;
	size_t i = 0;

	while (i + 1 < LP_ARRAY_COUNT(units) && s < units[i].s)
		i++;
	rest = i + 1 < LP_ARRAY_COUNT(units) ? s % units[i].s / units[i + 1].s : 0;
	if (rest)
		snprintf(cell, LP_TABLE_CELL_MAX, "%" PRIu64 " %s %" PRIu64 " %s", s / units[i].s,
			 units[i].name, rest, units[i + 1].name);
	else
		snprintf(cell, LP_TABLE_CELL_MAX, "%" PRIu64 " %s", s / units[i].s, units[i].name);
}

static void format_us(uint64_t us, char *cell)
{
	if (us < 1000)
		snprintf(cell, LP_TABLE_CELL_MAX, "%" PRIu64 " us", us);
	else if (us < 10000000)
		snprintf(cell, LP_TABLE_CELL_MAX, us < 99950 ? "%.1f ms" : "%.0f ms",
			 (double)us / 1000);
	else
		format_span(us / 1000, cell);
}

static void format_age(int64_t ms, char *cell)
{
	char span[LP_TABLE_CELL_MAX];

	if (ms < 0) {
		strcpy(cell, "never");
	} else if (ms < 1000) {
		strcpy(cell, "now");
	} else {
		format_span((uint64_t)ms, span);
		snprintf(cell, LP_TABLE_CELL_MAX, "%.*s ago", LP_TABLE_CELL_MAX - 5, span);
	}
}

/* The name of a counter carries its unit: bytes_in, poll_time_us. */
static void format_counter(const char *name, uint64_t value, char *cell)
{
	if (strncmp(name, "bytes", 5) == 0 || has_suffix(name, "_bytes"))
		format_bytes(value, cell);
	else if (has_suffix(name, "_us"))
		format_us(value, cell);
	else if (has_suffix(name, "_ms"))
		format_span(value, cell);
	else
		format_number(value, cell);
}

static void format_list(struct json_object *array, char *cell)
{
	bool is_array = json_object_is_type(array, json_type_array);
	size_t count = is_array ? json_object_array_length(array) : 0, len = 0;

	*cell = '\0';
	for (size_t i = 0; i < count && len < LP_TABLE_CELL_MAX; i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(array, i));

		len += (size_t)snprintf(cell + len, LP_TABLE_CELL_MAX - len, "%s%s", i ? ", " : "",
					text ? text : "-");
	}
}

size_t lp_table_count(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

const char *lp_table_text(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !value)
		return "";
	return json_object_get_string(value);
}

static void format_value(enum lp_table_unit unit, struct json_object *row,
			 struct json_object *value, char *cell)
{
	int64_t number = json_object_get_int64(value);
	uint64_t count = json_object_get_uint64(value);

	switch (unit) {
	case LP_TABLE_TEXT:
	case LP_TABLE_ID:
		lp_strcopy(cell, LP_TABLE_CELL_MAX, json_object_get_string(value));
		break;
	case LP_TABLE_LIST:
		format_list(value, cell);
		break;
	case LP_TABLE_YES_NO:
		strcpy(cell, json_object_get_boolean(value) ? "yes" : "no");
		break;
	case LP_TABLE_NUMBER:
		format_number(count, cell);
		break;
	case LP_TABLE_BYTES:
		format_bytes(count, cell);
		break;
	case LP_TABLE_LENGTH:
		format_number(count, cell);
		strcat(cell, " bytes");
		break;
	case LP_TABLE_RTT_US:
		if (count)
			format_us(count, cell);
		break;
	case LP_TABLE_SPAN_MS:
		if (number >= 0)
			format_span(count, cell);
		break;
	case LP_TABLE_AGE_MS:
		format_age(number, cell);
		break;
	case LP_TABLE_COUNTER:
		format_counter(lp_table_text(row, "name"), count, cell);
		break;
	}
}

size_t lp_table_format(const struct lp_table_column *column, struct json_object *row, char *cell)
{
	char raw[LP_TABLE_CELL_MAX] = "";
	struct json_object *value;

	if (json_object_object_get_ex(row, column->key, &value) && value)
		format_value(column->unit, row, value, raw);
	return lp_utf8_clean(raw, "", cell, LP_TABLE_CELL_MAX);
}

static bool is_number(enum lp_table_unit unit)
{
	return unit > LP_TABLE_YES_NO;
}

static bool is_shown(const struct lp_table_style *style, const struct lp_table_column *column)
{
	return style->is_wide || !column->is_wide;
}

static void begin_colour(const struct lp_table_style *style, enum lp_table_colour colour)
{
	static const char *const codes[] = {
		[LP_TABLE_PLAIN] = "",	       [LP_TABLE_BOLD] = "\033[1m",
		[LP_TABLE_GREEN] = "\033[32m", [LP_TABLE_YELLOW] = "\033[33m",
		[LP_TABLE_RED] = "\033[31m",
	};

	if (style->has_colour)
		fputs(codes[colour], style->out);
}

static void end_colour(const struct lp_table_style *style, enum lp_table_colour colour)
{
	if (style->has_colour && colour != LP_TABLE_PLAIN)
		fputs("\033[0m", style->out);
}

void lp_table_write(const struct lp_table_style *style, enum lp_table_colour colour,
		    const char *text)
{
	size_t cap = strlen(text) + 1;
	char *clean = lp_alloc(cap);

	lp_utf8_clean(text, "\n\t", clean, cap);
	begin_colour(style, colour);
	fputs(clean, style->out);
	end_colour(style, colour);
	free(clean);
}

/* Pads by hand: printf counts bytes, and names are UTF-8. The last column gets no blanks behind. */
static void print_cell(const struct lp_table_style *style, const char *cell, size_t width,
		       size_t column_width, bool is_right, bool is_last)
{
	int blanks = (int)(column_width > width ? column_width - width : 0);

	if (is_right)
		fprintf(style->out, "%*s", blanks, "");
	fputs(cell, style->out);
	if (!is_last)
		fprintf(style->out, "%*s", (is_right ? 0 : blanks) + GAP, "");
}

/* One line: the row's cells, or the headers for row == NULL. */
static void print_line(const struct lp_table_style *style, const struct lp_table_column *columns,
		       size_t column_count, const size_t *widths, struct json_object *row)
{
	char cell[LP_TABLE_CELL_MAX];
	size_t last = 0;

	for (size_t i = 0; i < column_count; i++) {
		if (is_shown(style, &columns[i]))
			last = i;
	}
	for (size_t i = 0; i < column_count; i++) {
		size_t width;

		if (!is_shown(style, &columns[i]))
			continue;
		if (row) {
			width = lp_table_format(&columns[i], row, cell);
		} else {
			lp_strcopy(cell, sizeof(cell), columns[i].header);
			width = strlen(cell);
		}
		if (row && !width)
			width = lp_utf8_clean("-", "", cell, sizeof(cell));
		print_cell(style, cell, width, widths[i], is_number(columns[i].unit), i == last);
	}
}

void lp_table_print(const struct lp_table_style *style, const struct lp_table_column *columns,
		    size_t column_count, struct json_object *rows)
{
	size_t widths[COLUMNS_MAX], row_count = json_object_array_length(rows);
	char cell[LP_TABLE_CELL_MAX];

	for (size_t i = 0; i < column_count; i++) {
		widths[i] = strlen(columns[i].header);
		for (size_t j = 0; j < row_count; j++) {
			struct json_object *row = json_object_array_get_idx(rows, j);

			widths[i] = LP_MAX(widths[i], lp_table_format(&columns[i], row, cell));
		}
	}
	begin_colour(style, LP_TABLE_BOLD);
	print_line(style, columns, column_count, widths, NULL);
	end_colour(style, LP_TABLE_BOLD);
	fputc('\n', style->out);
	for (size_t i = 0; i < row_count; i++) {
		print_line(style, columns, column_count, widths,
			   json_object_array_get_idx(rows, i));
		fputc('\n', style->out);
	}
}

void lp_table_print_facts(const struct lp_table_style *style, const struct lp_table_column *columns,
			  size_t column_count, struct json_object *object)
{
	char cell[LP_TABLE_CELL_MAX];
	int width = 0;

	for (size_t i = 0; i < column_count; i++)
		width = LP_MAX(width, (int)strlen(columns[i].header));
	for (size_t i = 0; i < column_count; i++) {
		if (is_shown(style, &columns[i]) && lp_table_format(&columns[i], object, cell))
			fprintf(style->out, "  %-*s  %s\n", width, columns[i].header, cell);
	}
}
