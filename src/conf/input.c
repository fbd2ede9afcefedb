/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/input.h"

#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What libconfig's own scanner is inside of. */
enum state { NORMAL, QUOTED, COMMENT };

/* One file on its way into the input. */
struct scan {
	struct lp_input *input;
	struct lp_faults *faults;
	const char *file; /* name, kept by the input */
	unsigned depth;
	bool can_include;
	enum state state;
	unsigned line;	 /* from 1 */
	unsigned opened; /* line where the comment began */
};

static void scan_file(struct lp_input *input, const char *path, struct lp_source_location place,
		      unsigned depth, struct lp_faults *faults);

void lp_input_init(struct lp_input *input)
{
	*input = (struct lp_input){0};
}

void lp_input_fini(struct lp_input *input)
{
	for (size_t i = 0; i < input->file_count; i++)
		free(input->files[i]);
	free(input->files);
	free(input->lines);
	free(input->text);
	lp_input_init(input);
}

void lp_input_give_files(struct lp_input *input, char ***files, size_t *count)
{
	*files = input->files;
	*count = input->file_count;
	input->files = NULL;
	input->file_count = 0;
}

struct lp_source_location lp_input_location(const struct lp_input *input, unsigned line)
{
	if (line == 0 || input->line_count == 0)
		return (struct lp_source_location){0};
	/* libconfig may see the fault behind the last line. */
	return input->lines[LP_MIN(line, input->line_count) - 1];
}

static void fault(const struct scan *scan, unsigned line, const char *what)
{
	const struct lp_source_location place = {scan->file, line};

	lp_faults_add(scan->faults, place, NULL, "%s", what);
}

static const char *keep_name(struct lp_input *input, const char *name)
{
	char *copy = lp_strdup(name);

	input->files = lp_realloc_array(input->files, input->file_count + 1, sizeof(char *));
	input->files[input->file_count++] = copy;
	return copy;
}

static void put(struct lp_input *input, const char *text, size_t len)
{
	if (input->cap - input->len < len + 1) {
		input->cap = LP_MAX(input->cap * 2, input->len + len + 1);
		input->text = lp_realloc_array(input->text, input->cap, 1);
	}
	memcpy(input->text + input->len, text, len);
	input->len += len;
	input->text[input->len] = '\0';
}

/* Ends a line, and notes where it came from. */
static void put_newline(struct scan *scan)
{
	struct lp_input *input = scan->input;

	put(input, "\n", 1);
	if (input->line_count == input->line_cap) {
		input->line_cap = LP_MAX(input->line_cap * 2, 64);
		input->lines = lp_realloc_array(input->lines, input->line_cap,
						sizeof(struct lp_source_location));
	}
	input->lines[input->line_count++] = (struct lp_source_location){scan->file, scan->line};
}

/*
 * Copies a word or number. An integer that may not fit 32 bits gets the L that libconfig wants;
 * without, 1.5 wraps it and says nothing.
 */
static size_t copy_word(struct scan *scan, const char *text, size_t len)
{
	size_t start = *text == '-' || *text == '+' ? 1 : 0;
	size_t end = start;
	size_t digits;
	bool is_hex;

	while (end < len && (isalnum((unsigned char)text[end]) || strchr("_-*.", text[end])))
		end++;
	put(scan->input, text, LP_MAX(end, 1));
	if (end == start || !isdigit((unsigned char)text[start]))
		return LP_MAX(end, 1);
	is_hex = end > start + 2 && text[start] == '0' && (text[start + 1] | 0x20) == 'x';
	if (is_hex)
		start += 2;
	digits = start;
	while (digits < end && (is_hex ? isxdigit((unsigned char)text[digits])
				       : isdigit((unsigned char)text[digits])))
		digits++;
	if (digits - start > (is_hex ? 15 : 18))
		fault(scan, scan->line, "the number is too large");
	else if (digits - start > (is_hex ? 7 : 9) && digits == end)
		put(scan->input, "L", 1);
	return end;
}

/* Copies a line but for its comments, as libconfig's scanner would see it. */
static void copy_line(struct scan *scan, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		const char c = text[i];
		const char next = i + 1 < len ? text[i + 1] : '\0';

		if (scan->state == COMMENT) {
			const bool is_end = c == '*' && next == '/';

			scan->state = is_end ? NORMAL : COMMENT;
			i += is_end ? 2 : 1;
		} else if (scan->state == QUOTED) {
			const size_t taken = c == '\\' && next != '\0' ? 2 : 1;

			scan->state = c == '"' ? NORMAL : QUOTED;
			put(scan->input, text + i, taken);
			i += taken;
		} else if (c == '#' || (c == '/' && next == '/')) {
			break;
		} else if (c == '/' && next == '*') {
			scan->state = COMMENT;
			scan->opened = scan->line;
			put(scan->input, " ", 1);
			i += 2;
		} else if (c == '"') {
			scan->state = QUOTED;
			put(scan->input, text + i++, 1);
		} else {
			i += copy_word(scan, text + i, len - i);
		}
	}
	if (scan->state == QUOTED) {
		fault(scan, scan->line, "the text has no closing quote (\") in this line");
		scan->state = NORMAL;
	}
	put_newline(scan);
}

/* The path of an included file: relative ones begin in the folder of the file that names them. */
static char *resolve(const char *from, const char *name, size_t name_len)
{
	const bool is_absolute = name_len > 0 && (name[0] == '/' || name[0] == '\\' ||
						  (name_len > 1 && name[1] == ':'));
	const char *slash = strrchr(from, '/');
	const size_t folder_len = is_absolute || slash == NULL ? 0 : (size_t)(slash - from) + 1;
	char *path = lp_alloc(folder_len + name_len + 1);

	memcpy(path, from, folder_len);
	memcpy(path + folder_len, name, name_len);
	return path;
}

/*
 * Is this line `@include "name"`? Then the file is put in its place. *rest gets what follows in the
 * line.
 */
static bool scan_include(struct scan *scan, const char *text, size_t len, size_t *rest)
{
	static const char word[] = "@include";
	const size_t word_len = sizeof(word) - 1;
	const struct lp_source_location place = {scan->file, scan->line};
	size_t i = 0;
	const char *quote;
	char *path;

	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	if (len - i < word_len || strncmp(text + i, word, word_len) != 0)
		return false;
	*rest = len;
	i += word_len;
	while (i < len && (text[i] == ' ' || text[i] == '\t'))
		i++;
	quote = i < len && text[i] == '"' ? memchr(text + i + 1, '"', len - i - 1) : NULL;
	if (quote == NULL) {
		fault(scan, scan->line, "write @include \"file\" in a line of its own");
		return true;
	}
	*rest = (size_t)(quote - text) + 1;
	if (!scan->can_include) {
		fault(scan, scan->line, "@include works in a file only");
		return true;
	}
	/* One circle is told once, not once for each way around. */
	if (scan->faults->count > 0)
		return true;
	path = resolve(scan->file, text + i + 1, (size_t)(quote - text) - i - 1);
	scan_file(scan->input, path, place, scan->depth + 1, scan->faults);
	free(path);
	return true;
}

static void scan_text(struct scan *scan, const char *text, size_t len)
{
	const char *end = text + len;

	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
		fault(scan, 0, "is UTF-16 text: save it as UTF-8");
		return;
	}
	if (memchr(text, '\0', len) != NULL) {
		fault(scan, 0, "is not a text file");
		return;
	}
	/* Windows editors begin a file with a byte order mark. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const size_t line_len = (size_t)((newline == NULL ? end : newline) - text);
		size_t rest = 0;

		scan->line++;
		if (scan->state == NORMAL)
			(void)scan_include(scan, text, line_len, &rest);
		copy_line(scan, text + rest, line_len - rest);
		text += line_len + 1;
	}
	if (scan->state == COMMENT)
		fault(scan, scan->opened, "the comment that begins here has no end (*/)");
}

/* Reads the whole stream: returns its bytes, or NULL with *why. */
static char *read_stream(FILE *stream, size_t cap, size_t *len, const char **why)
{
	char *data = lp_alloc(cap + 1);

	*len = fread(data, 1, cap + 1, stream);
	if (ferror(stream) || *len > cap) {
		*why = ferror(stream) ? "cannot be read" : "is too large for a configuration";
		free(data);
		return NULL;
	}
	return data;
}

/* Asked before it is opened: some systems open a folder, others do not and say "permission". */
static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static const char *open_hint(int error)
{
	switch (error) {
	case ENOENT:
		return "make it, or name another one; lanparty.conf(5) has examples";
	case EACCES:
		return "let the user that lanpartyd runs as read it (chgrp, and chmod 640)";
	default:
		return "name a file that can be read";
	}
}

/* `place` is the line that asks for the file; nowhere for the main file. */
static void scan_file(struct lp_input *input, const char *path, struct lp_source_location place,
		      unsigned depth, struct lp_faults *faults)
{
	struct scan scan = {.input = input, .faults = faults, .depth = depth, .can_include = true};
	const char *why = NULL;
	char *data;
	FILE *stream;
	size_t len = 0;

	if (depth > LP_INPUT_DEPTH_MAX) {
		lp_faults_add(faults, place, NULL, "@include goes in a circle, or too deep");
		return;
	}
	scan.file = keep_name(input, path);
	if (is_folder(path)) {
		fault(&scan, 0, "is a folder, not a file");
		return;
	}
	stream = fopen(path, "rb");
	if (stream == NULL) {
		const int error = errno;

		if (depth == 0)
			place.file = scan.file;
		lp_faults_add(faults, place, depth == 0 ? NULL : scan.file,
			      "cannot be opened (%s): %s", strerror(error), open_hint(error));
		return;
	}
	data = read_stream(stream, LP_INPUT_FILE_MAX - LP_MIN(input->len, LP_INPUT_FILE_MAX), &len,
			   &why);
	(void)fclose(stream);
	if (data == NULL) {
		fault(&scan, 0, why);
		return;
	}
	scan_text(&scan, data, len);
	free(data);
}

enum lp_err lp_input_read_file(struct lp_input *input, const char *path, struct lp_faults *faults)
{
	const size_t count = faults->count;

	scan_file(input, path, (struct lp_source_location){0}, 0, faults);
	return faults->count == count ? LP_OK : LP_ERR_INVALID;
}

enum lp_err lp_input_read_text(struct lp_input *input, const char *name, const char *text,
			       size_t len, struct lp_faults *faults)
{
	struct scan scan = {.input = input, .faults = faults};
	const size_t count = faults->count;

	scan.file = keep_name(input, name);
	scan_text(&scan, text, len);
	return faults->count == count ? LP_OK : LP_ERR_INVALID;
}
