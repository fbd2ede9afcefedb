/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Names of strangers: what they look like in a line, and whether two look alike. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "base/quote.h"
#include "base/skeleton.h"

#include <string.h>

static void a_name_is_bare_or_quoted(void **state)
{
	static const struct {
		const char *text, *plain, *quoted;
	} rows[] = {
		{"alice", "", "alice"},
		{"Bob_2.x-y", "", "Bob_2.x-y"},
		{"", "", "\"\""},
		{"alice smith", "", "\"alice smith\""},
		{"x, 02:00) joined", "", "\"x, 02:00) joined\""},
		{"a\"b\\c", "", "\"a\\\"b\\\\c\""},
		{"reason=ok", LP_QUOTE_SENTENCE, "\"reason=ok\""},
		{"key [x]", LP_QUOTE_SENTENCE, "\"key [x]\""},
		{"J\u00fcrgen", "", "\"J\u00fcrgen\""},
		{"going to bed, bye!", LP_QUOTE_SENTENCE, "going to bed, bye!"},
		{"two\nlines", LP_QUOTE_SENTENCE, "\"two?lines\""},
		{"bad\xff", "", "\"bad?\""},
	};
	char out[LP_QUOTED_LEN];
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++)
		assert_string_equal(lp_quote(rows[i].text, rows[i].plain, out, sizeof(out)),
				    rows[i].quoted);
}

/* Cut or not, the quote is closed, and nothing of a character or escape is left over. */
static void what_is_cut_is_closed(void **state)
{
	char out[LP_QUOTED_LEN];
	(void)state;
	assert_string_equal(lp_quote("abcdef gh", "", out, 8), "\"abcde\"");
	assert_string_equal(lp_quote("abcd\"efgh", "", out, 8), "\"abcd\"");
	assert_string_equal(lp_quote("abcd\u00fcefgh", "", out, 8), "\"abcd\"");
	assert_string_equal(lp_quote("abcdefgh", "", out, 8), "\"abcde\"");
	assert_string_equal(lp_quote("abcdefg", "", out, 8), "abcdefg");
}

static void who_looks_like_whom(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_alike;
	} rows[] = {
		{"alice", "ALICE", true},
		{"alice", "a lice ", true},
		{"alice", "al1ce", true},
		{"alice", "\u0430lice", true}, /* Cyrillic a */
		{"alice", "\uff41\uff4c\uff49\uff43\uff45", true},
		{"alice", "alic\u0435", true},
		{"bob", "B0B", true},
		{"J\u00fcrgen", "j\u00dcRGEN", true},
		{"\u0410\u041b\u0418\u0421\u0410", "\u0430\u043b\u0438\u0441\u0430", true},
		{"\u03a9mega", "\u03c9MEGA", true},
		{"a\u2010b", "a-b", true},
		{"a\u0301lice", "alice", true},
		{"\u5c71\u3000\u7530", "\u5c71\u7530", true},
		{"alice", "alicia", false},
		{"alice", "alice-2", false},
		{"alice", "bob", false},
		{"J\u00fcrgen", "Jurgen", false},
		{"\u5c71\u7530", "\u7530\u5c71", false},
	};
	char a[80], b[80];
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		lp_skeleton(rows[i].a, a, sizeof(a));
		lp_skeleton(rows[i].b, b, sizeof(b));
		assert_true(strlen(a) <= strlen(rows[i].a));
		if ((strcmp(a, b) == 0) != rows[i].is_alike)
			fail_msg("%s %s", rows[i].a, rows[i].b);
	}
	assert_string_equal(lp_skeleton(" \u3000", a, sizeof(a)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_bare_or_quoted),
		cmocka_unit_test(what_is_cut_is_closed),
		cmocka_unit_test(who_looks_like_whom),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
