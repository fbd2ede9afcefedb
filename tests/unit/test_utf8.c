/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void decodes_the_whole_range(void **state)
{
	static const struct {
		const char *text;
		uint32_t code;
	} cases[] = {
		{"a", 'a'},
		{"\x7f", 0x7f},
		{"\xc2\x80", 0x80},
		{"\xdf\xbf", 0x7ff},
		{"\xe0\xa0\x80", 0x800},
		{"\xed\x9f\xbf", 0xd7ff},
		{"\xee\x80\x80", 0xe000},
		{"\xef\xbf\xbf", 0xffff},
		{"\xf0\x90\x80\x80", 0x10000},
		{"\xf4\x8f\xbf\xbf", 0x10ffff},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].text);
		uint32_t code = 0;

		assert_int_equal(lp_utf8_decode(cases[i].text, len, &code), len);
		assert_int_equal(code, cases[i].code);
		/* Cut anywhere it is nothing. */
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(lp_utf8_decode(cases[i].text, cut, &code), 0);
	}
}

static void escapes_beyond_ascii(void **state)
{
	static const struct {
		const char *text;
		const char *escaped; /* NULL = refused */
	} cases[] = {
		{"", ""},
		{"{\"a\":\"\\n\"}", "{\"a\":\"\\n\"}"},
		{"J\xc3\xbcrgen", "J\\u00fcrgen"},
		{"\xc2\x80\xef\xbf\xbf", "\\u0080\\uffff"},
		{"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\\ud800\\udc00\\udbff\\udfff"},
		{"\\\\\xc3\xbc", "\\\\\\u00fc"},
		{"\\\xc3\xbc", NULL},
		{"\\\\\\\xc3\xbc", NULL},
		{"latin\xfc!", NULL},
		{"cut \xf0\x9f\x98", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = 0;
		char *escaped = lp_utf8_escape(cases[i].text, strlen(cases[i].text), &len);

		if (cases[i].escaped) {
			assert_non_null(escaped);
			assert_string_equal(escaped, cases[i].escaped);
			assert_int_equal(len, strlen(escaped));
		} else {
			assert_null(escaped);
		}
		free(escaped);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const cases[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80",
		"\xff",
		"\xc3(",
		"\xe2\x82(",
		"\xf0\x9f\x98(",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t code;
		size_t len;

		assert_int_equal(lp_utf8_decode(cases[i], strlen(cases[i]), &code), 0);
		assert_null(lp_utf8_escape(cases[i], strlen(cases[i]), &len));
	}
}

static void cleans_names_of_strangers(void **state)
{
	static const struct {
		const char *text;
		const char *keep;
		const char *clean;
		size_t char_count;
	} cases[] = {
		{"alice", "", "alice", 5},
		{"J\xc3\xbcrgen", "", "J\xc3\xbcrgen", 6},
		{"\033[31mred\033[0m", "", "?[31mred?[0m", 12},
		{"two\nlines", "", "two?lines", 9},
		{"two\nlines", "\n", "two\nlines", 9},
		{"latin\xfc!", "", "latin?!", 7},
		{"evil\xe2\x80\xaegnp", "", "evil?gnp", 8},
		{"c1\xc2\x9b!", "", "c1?!", 4},
		{"\xed\xa0\x80", "", "???", 3},
		{"", "", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char out[64];

		assert_int_equal(lp_utf8_clean(cases[i].text, cases[i].keep, out, sizeof(out)),
				 cases[i].char_count);
		assert_string_equal(out, cases[i].clean);
	}
}

static void cuts_between_characters(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(lp_utf8_clean("aaaaaa\xc3\xbc", "", out, sizeof(out)), 6);
	assert_string_equal(out, "aaaaaa");
	assert_int_equal(lp_utf8_clean("aaaaa\xc3\xbc", "", out, sizeof(out)), 6);
	assert_string_equal(out, "aaaaa\xc3\xbc");
	assert_int_equal(lp_utf8_clean("a", "", out, 1), 0);
	assert_string_equal(out, "");
	assert_int_equal(lp_utf8_clean("a", "", out, 0), 0);
}

/* Each range at its ends, and what stands beside it and is to be seen. */
static void knows_what_is_invisible(void **state)
{
	static const uint32_t hidden[] = {
		0x00,	 0x1f,	  0x7f,	   0x9f,    0xad,    0x34f,   0x61c,	0x115f,	  0x1160,
		0x17b4,	 0x17b5,  0x180b,  0x180e,  0x180f,  0x200b,  0x200f,	0x2028,	  0x2029,
		0x202e,	 0x2060,  0x2065,  0x206f,  0x2800,  0x3164,  0xfdd0,	0xfdef,	  0xfe00,
		0xfe0f,	 0xfeff,  0xffa0,  0xfff0,  0xfff9,  0xfffb,  0xfffc,	0xfffe,	  0xffff,
		0x13430, 0x16fe4, 0x1bca0, 0x1d159, 0x1d173, 0x1d17a, 0x1fffe,	0x1ffff,  0x8fffe,
		0xe0000, 0xe0001, 0xe0100, 0xe0fff, 0xffffe, 0xfffff, 0x10fffe, 0x10ffff,
	};
	static const uint32_t shown[] = {
		0x20,	0x7e,	 0xa0,	  0xac,	   0xae,    0x34e,  0x350,    0x115e,
		0x1161, 0x17b6,	 0x180a,  0x1810,  0x200a,  0x2010, 0x2027,   0x202f,
		0x2070, 0x27ff,	 0x2801,  0x3163,  0x3165,  0xfdcf, 0xfdf0,   0xfe10,
		0xfffd, 0x1f600, 0x1d158, 0xdfffd, 0xe1000, 0xffa1, 0x10fffd,
	};
	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (lp_utf8_is_printable(hidden[i]))
			fail_msg("U+%04X is shown", (unsigned)hidden[i]);
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (!lp_utf8_is_printable(shown[i]))
			fail_msg("U+%04X is hidden", (unsigned)shown[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_the_whole_range),
		cmocka_unit_test(escapes_beyond_ascii),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(cleans_names_of_strangers),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(knows_what_is_invisible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
