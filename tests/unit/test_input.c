/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/input.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of this test, its files, and the last fault that was told. */
struct folder {
	char path[64];
	char fault[512];
	struct lp_faults faults;
	struct lp_input input;
};

static void on_error(void *user, const char *line)
{
	struct folder *folder = user;

	(void)lp_strcopy(folder->fault, sizeof(folder->fault), line);
}

static const char *path_in(const struct folder *folder, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	return path;
}

static void write_bytes(const struct folder *folder, const char *name, const void *data, size_t len)
{
	FILE *file = fopen(path_in(folder, name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void write_text(const struct folder *folder, const char *name, const char *text)
{
	write_bytes(folder, name, text, strlen(text));
}

static int set_up(void **state)
{
	struct folder *folder = lp_alloc(sizeof(*folder));

	(void)lp_strcopy(folder->path, sizeof(folder->path), "/tmp/lanparty-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->faults = (struct lp_faults){.on_error = on_error, .user = folder};
	lp_input_init(&folder->input);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"a.conf", "b.conf", "c.conf", "folder/d.conf"};
	struct folder *folder = *state;

	for (size_t i = 0; i < LP_ARRAY_COUNT(names); i++)
		(void)unlink(path_in(folder, names[i]));
	(void)rmdir(path_in(folder, "folder"));
	assert_int_equal(rmdir(folder->path), 0);
	lp_input_fini(&folder->input);
	free(folder);
	return 0;
}

static enum lp_err read_a(struct folder *folder)
{
	return lp_input_read_file(&folder->input, path_in(folder, "a.conf"), &folder->faults);
}

static void assert_place(const struct folder *folder, unsigned line, const char *name,
			 unsigned line_there)
{
	const struct lp_source_location place = lp_input_location(&folder->input, line);

	assert_string_equal(place.file, path_in(folder, name));
	assert_int_equal(place.line, line_there);
}

static void test_includes_are_put_in_place(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(mkdir(path_in(folder, "folder"), 0700), 0);
	write_text(folder, "a.conf", "one\n  @include \"folder/d.conf\" ;\nlast");
	write_text(folder, "folder/d.conf", "@include \"../b.conf\"\ntwo # \"\n");
	write_text(folder, "b.conf", "/* @include \"b.conf\"\n@include \"b.conf\" */ three\r\n");
	assert_int_equal(read_a(folder), LP_OK);
	assert_string_equal(folder->input.text, "one\n \n three\r\n\ntwo \n ;\nlast\n");
	assert_place(folder, 1, "a.conf", 1);
	assert_place(folder, 4, "folder/d.conf", 1);
	assert_place(folder, 5, "folder/d.conf", 2);
	assert_place(folder, 6, "a.conf", 2);
	assert_place(folder, 7, "a.conf", 3);
	assert_place(folder, 99, "a.conf", 3);
	assert_null(lp_input_location(&folder->input, 0).file);
}

static void test_an_absolute_name_is_taken_as_it_is(void **state)
{
	struct folder *folder = *state;
	char text[256];

	(void)snprintf(text, sizeof(text), "@include \"%s/b.conf\"\n", folder->path);
	write_text(folder, "a.conf", text);
	write_text(folder, "b.conf", "two");
	assert_int_equal(read_a(folder), LP_OK);
	assert_string_equal(folder->input.text, "two\n\n");
}

static void test_a_circle_is_told_once(void **state)
{
	struct folder *folder = *state;
	char expected[256];

	write_text(folder, "a.conf", "\n@include \"b.conf\"\n@include \"b.conf\"\n");
	write_text(folder, "b.conf", "@include \"a.conf\"\n@include \"a.conf\"\n");
	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	assert_int_equal(folder->faults.count, 1);
	(void)snprintf(expected, sizeof(expected), "%s:2: @include goes in a circle, or too deep",
		       path_in(folder, "a.conf"));
	assert_string_equal(folder->fault, expected);
}

static void test_what_cannot_be_read_is_told(void **state)
{
	struct folder *folder = *state;
	char expected[512];

	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	(void)snprintf(expected, sizeof(expected),
		       "%s: cannot be opened (No such file or directory): make it, or name another "
		       "one; lanparty.conf(5) has examples",
		       path_in(folder, "a.conf"));
	assert_string_equal(folder->fault, expected);

	/* libconfig 1.5 alone would end the process here. */
	folder->faults.count = 0;
	assert_int_equal(mkdir(path_in(folder, "folder"), 0700), 0);
	write_text(folder, "a.conf", "\n@include \"folder\"\n");
	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	(void)snprintf(expected, sizeof(expected), "%s: is a folder, not a file",
		       path_in(folder, "folder"));
	assert_string_equal(folder->fault, expected);

	folder->faults.count = 0;
	write_text(folder, "a.conf", "\n\n@include \"c.conf\"\n");
	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	assert_non_null(strstr(folder->fault, "a.conf:3: "));
	assert_non_null(strstr(folder->fault, "c.conf: cannot be opened"));
}

static void test_size_and_form_have_bounds(void **state)
{
	struct folder *folder = *state;
	char *large = lp_alloc(LP_INPUT_FILE_MAX + 2);

	memset(large, '\n', LP_INPUT_FILE_MAX + 1);
	write_bytes(folder, "a.conf", large, LP_INPUT_FILE_MAX + 1);
	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	assert_non_null(strstr(folder->fault, "a.conf: is too large for a configuration"));

	/* The bound is on all of them together. */
	folder->faults.count = 0;
	large[LP_INPUT_FILE_MAX - 100] = '\0';
	write_text(folder, "b.conf", large);
	write_text(folder, "a.conf", "@include \"b.conf\"\n@include \"b.conf\"\n");
	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	assert_non_null(strstr(folder->fault, "b.conf: is too large for a configuration"));
	free(large);

	folder->faults.count = 0;
	write_bytes(folder, "a.conf", "a\0b", 3);
	assert_int_equal(read_a(folder), LP_ERR_INVALID);
	assert_non_null(strstr(folder->fault, "a.conf: is not a text file"));
}

static void test_text_is_made_ready_for_libconfig(void **state)
{
	static const struct {
		const char *text;
		const char *ready; /* NULL = nothing at all */
	} cases[] = {
		{"", NULL},
		{"a = 1; # no newline", "a = 1; \n"},
		{"\xef\xbb\xbf"
		 "a = 1;\n",
		 "a = 1;\n"},
		{"a = \"#//\\\"/*\"; // b", "a = \"#//\\\"/*\"; \n"},
		{"a = 999999999;", "a = 999999999;\n"},
		{"a = 5000000000;", "a = 5000000000L;\n"},
		{"a = -5000000000;", "a = -5000000000L;\n"},
		{"a = 5000000000L;", "a = 5000000000L;\n"},
		{"a = 0xfffffff;", "a = 0xfffffff;\n"},
		{"a = 0xffffffff;", "a = 0xffffffffL;\n"},
		{"a = 1234567890.5;", "a = 1234567890.5;\n"},
		{"a1234567890 = 1;", "a1234567890 = 1;\n"},
		{"a = + - 5;", "a = + - 5;\n"},
	};
	struct folder *folder = *state;

	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		const char *text = cases[i].text;

		lp_input_fini(&folder->input);
		assert_int_equal(lp_input_read_text(&folder->input, "t", text, strlen(text),
						    &folder->faults),
				 LP_OK);
		if (cases[i].ready == NULL)
			assert_null(folder->input.text);
		else
			assert_string_equal(folder->input.text, cases[i].ready);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_includes_are_put_in_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_an_absolute_name_is_taken_as_it_is, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_a_circle_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_read_is_told, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_size_and_form_have_bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_text_is_made_ready_for_libconfig, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
