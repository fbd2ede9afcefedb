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
#define COMFORTABLE 16 /* characters of a text that is cut, … */
#define TIGHT	    6  /* … and where it cannot be helped */

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

/* The longest beginning of text of that many characters, or with a mark where it was cut. */
static size_t cut(char *text, size_t width, size_t most)
{
	size_t at = 0, len = strlen(text);

	if (width <= most)
		return width;
	for (size_t i = 0; i + 1 < most; i++) {
		uint32_t code;
		size_t taken = lp_utf8_decode(text + at, len - at, &code);

		at += LP_MAX(taken, (size_t)1);
	}
	if (at + sizeof("\xe2\x80\xa6") <= LP_TABLE_CELL_MAX)
		strcpy(text + at, "\xe2\x80\xa6");
	return most;
}

/* One line: the row's cells, or the headers for row == NULL. A column of width 0 is left out. */
static void print_line(const struct lp_table_style *style, const struct lp_table_column *columns,
		       size_t column_count, const size_t *widths, struct json_object *row)
{
	char cell[LP_TABLE_CELL_MAX];
	size_t last = 0;

	for (size_t i = 0; i < column_count; i++) {
		if (widths[i])
			last = i;
	}
	for (size_t i = 0; i < column_count; i++) {
		size_t width;

		if (!widths[i])
			continue;
		if (row) {
			width = lp_table_format(&columns[i], row, cell);
		} else {
			lp_strcopy(cell, sizeof(cell), columns[i].header);
			width = strlen(cell);
		}
		if (row && !width)
			width = lp_utf8_clean("-", "", cell, sizeof(cell));
		width = cut(cell, width, widths[i]);
		print_cell(style, cell, width, widths[i], is_number(columns[i].unit), i == last);
	}
}

/* Of the column: the widest cell, 0 = it is not shown. */
static size_t natural_width(const struct lp_table_style *style,
			    const struct lp_table_column *column, struct json_object *rows)
{
	size_t width = strlen(column->header);
	char cell[LP_TABLE_CELL_MAX];
	bool is_there = (column->flags & LP_TABLE_OPTIONAL) == 0;

	if ((column->flags & LP_TABLE_WIDE) && !style->is_wide)
		return 0;
	for (size_t i = 0; i < lp_table_count(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		is_there |= json_object_object_get_ex(row, column->key, NULL);
		width = LP_MAX(width, lp_table_format(column, row, cell));
	}
	return is_there ? width : 0;
}

static size_t total_width(const size_t *widths, size_t column_count)
{
	size_t total = 0;

	for (size_t i = 0; i < column_count; i++)
		total += widths[i] ? widths[i] + GAP : 0;
	return total > GAP ? total - GAP : 0;
}

/* Cuts the widest flexible column by one. False when none is wider than `least`. */
static bool narrow(const struct lp_table_column *columns, size_t column_count, size_t *widths,
		   size_t least)
{
	size_t widest = column_count;

	for (size_t i = 0; i < column_count; i++) {
		if ((columns[i].flags & LP_TABLE_FLEXIBLE) && widths[i] > least &&
		    (widest == column_count || widths[i] > widths[widest]))
			widest = i;
	}
	if (widest == column_count)
		return false;
	widths[widest]--;
	return true;
}

/* Leaves out the column that is missed least. False when all that are left have to stay. */
static bool leave_out(const struct lp_table_column *columns, size_t column_count, size_t *widths)
{
	size_t least = column_count;

	for (size_t i = 0; i < column_count; i++) {
		unsigned rank = columns[i].flags >> 4;

		if (widths[i] && rank &&
		    (least == column_count || rank >= columns[least].flags >> 4))
			least = i;
	}
	if (least == column_count)
		return false;
	widths[least] = 0;
	return true;
}

static void fit(const struct lp_table_style *style, const struct lp_table_column *columns,
		size_t column_count, size_t *widths)
{
	if (style->is_wide || !style->columns)
		return;
	while (total_width(widths, column_count) > style->columns) {
		if (!narrow(columns, column_count, widths, COMFORTABLE) &&
		    !leave_out(columns, column_count, widths) &&
		    !narrow(columns, column_count, widths, TIGHT))
			return;
	}
}

void lp_table_print(const struct lp_table_style *style, const struct lp_table_column *columns,
		    size_t column_count, struct json_object *rows)
{
	size_t widths[COLUMNS_MAX], row_count = lp_table_count(rows);

	for (size_t i = 0; i < column_count; i++)
		widths[i] = natural_width(style, &columns[i], rows);
	fit(style, columns, column_count, widths);
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

/* The cell of a fact that is to be shown, else false. */
static bool has_fact(const struct lp_table_style *style, const struct lp_table_column *column,
		     struct json_object *object, char *cell)
{
	bool is_shown = style->is_wide || (column->flags & LP_TABLE_WIDE) == 0;

	return is_shown && lp_table_format(column, object, cell) > 0;
}

size_t lp_table_count_facts(const struct lp_table_style *style,
			    const struct lp_table_column *columns, size_t column_count,
			    struct json_object *object)
{
	char cell[LP_TABLE_CELL_MAX];
	size_t count = 0;

	for (size_t i = 0; i < column_count; i++)
		count += has_fact(style, &columns[i], object, cell);
	return count;
}

void lp_table_print_facts(const struct lp_table_style *style, const struct lp_table_column *columns,
			  size_t column_count, struct json_object *object)
{
	char cell[LP_TABLE_CELL_MAX];
	int width = 0;

	for (size_t i = 0; i < column_count; i++) {
		if (has_fact(style, &columns[i], object, cell))
			width = LP_MAX(width, (int)strlen(columns[i].header));
	}
	for (size_t i = 0; i < column_count; i++) {
		if (has_fact(style, &columns[i], object, cell))
			fprintf(style->out, "  %-*s  %s\n", width, columns[i].header, cell);
	}
}

/* Bytes of the longest beginning of text that fits and ends at a blank; *width = its characters. */
static size_t line_len(const char *text, size_t most)
{
	size_t at = 0, end = 0, width = 0;

	while (text[at] && width <= most) {
		uint32_t code;
		size_t taken = lp_utf8_decode(text + at, strlen(text + at), &code);

		if (text[at] == ' ' && width > 0)
			end = at;
		at += LP_MAX(taken, (size_t)1);
		width++;
	}
	if (!text[at] && width <= most)
		return at;
	/* A word that is longer than the line stays whole: it may be a key to copy. */
	return end ? end : at + strcspn(text + at, " ");
}

size_t lp_table_wrap(const struct lp_table_style *style, size_t indent, const char *text)
{
	bool is_bound = style->wraps && style->columns > indent + TIGHT && !style->is_wide;
	size_t most = is_bound ? style->columns - indent : SIZE_MAX, count = 0;
	size_t cap = strlen(text) + 1;
	char *clean = lp_alloc(cap);
	const char *rest = clean;

	lp_utf8_clean(text, "", clean, cap);
	do {
		size_t len = line_len(rest, most);

		if (count++)
			fprintf(style->out, "%*s", (int)indent, "");
		fprintf(style->out, "%.*s\n", (int)len, rest);
		rest += len;
		rest += strspn(rest, " ");
	} while (*rest);
	free(clean);
	return count;
}
