/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What people see: tables of rows, and lists of facts. One description of columns drives the
 * headers, the order, the alignment and the units of both.
 *
 * All text that comes from the daemon may be a peer's: nothing of it reaches the terminal but
 * printable characters.
 */
#ifndef LP_CTL_TABLE_H
#define LP_CTL_TABLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LP_TABLE_CELL_MAX 320

enum lp_table_unit {
	LP_TABLE_TEXT,
	LP_TABLE_LIST, /* array of texts */
	LP_TABLE_YES_NO,
	LP_TABLE_NUMBER,  /* 12,345 */
	LP_TABLE_ID,	  /* a number that is a name */
	LP_TABLE_BYTES,	  /* 1.2 MB */
	LP_TABLE_LENGTH,  /* 1,372 bytes */
	LP_TABLE_RTT_US,  /* 12.3 ms; 0 = not known yet */
	LP_TABLE_SPAN_MS, /* 3 h 12 min; negative = none */
	LP_TABLE_AGE_MS,  /* 3 s ago; negative = never */
	LP_TABLE_COUNTER, /* as the ending or beginning of the row's "name" says */
};

enum {
	LP_TABLE_WIDE = 1,     /* shown only when asked for */
	LP_TABLE_OPTIONAL = 2, /* shown only where a row has it */
	LP_TABLE_FLEXIBLE = 4, /* cut where the table does not fit */
};

/* Left out where the table does not fit, the highest first; a lower rank stays longer. */
#define LP_TABLE_RANK(rank) ((rank) << 4)

struct lp_table_column {
	const char *key; /* member of the row */
	const char *header;
	enum lp_table_unit unit;
	unsigned flags;
};

struct lp_table_style {
	FILE *out;
	bool has_colour;
	bool is_wide;
	size_t columns; /* of the terminal; 0 = any number fits, as with is_wide */
	bool wraps;	/* sentences too; not where a program reads them line by line */
	size_t rows;	/* likewise */
};

enum lp_table_colour {
	LP_TABLE_PLAIN,
	LP_TABLE_BOLD,
	LP_TABLE_GREEN,
	LP_TABLE_YELLOW,
	LP_TABLE_RED,
};

/* Prints a header and one line for each object of the array `rows`. */
void lp_table_print(const struct lp_table_style *style, const struct lp_table_column *columns,
		    size_t column_count, struct json_object *rows);

/* Prints a line for each column of one object; empty and missing ones are left out. */
void lp_table_print_facts(const struct lp_table_style *style, const struct lp_table_column *columns,
			  size_t column_count, struct json_object *object);

/* How many lines that takes. */
size_t lp_table_count_facts(const struct lp_table_style *style,
			    const struct lp_table_column *columns, size_t column_count,
			    struct json_object *object);

/*
 * Prints text, made printable, in lines that fit, all but the first one indented, and a newline;
 * the first begins at `indent`. Returns the number of lines.
 */
size_t lp_table_wrap(const struct lp_table_style *style, size_t indent, const char *text);

/* Writes the cell of a row into cell[LP_TABLE_CELL_MAX]; returns its width in characters. */
size_t lp_table_format(const struct lp_table_column *column, struct json_object *row, char *cell);

/* How many elements it has; 0 when it is no array. */
size_t lp_table_count(struct json_object *array);

/* A member as text, borrowed; "" when it is missing. */
const char *lp_table_text(struct json_object *object, const char *key);

/* Prints text in a colour, made printable; newlines stay. */
void lp_table_write(const struct lp_table_style *style, enum lp_table_colour colour,
		    const char *text);

#endif
