/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The grammar of lanparty-protocol(7), read as ABNF (RFC 5234), takes just what the decoder takes:
 * tried on good texts and on each of them with one character more, less or another.
 */
#include "base/mem.h"
#include "frame/mac.h"
#include "wire/message.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX 600
#define RULES	 5

/* --- the page's rules --- */

static struct rule {
	const char *name;
	char text[256];
} rules[RULES] = {{"room", ""}, {"mac", ""}, {"octet", ""}, {"epoch", ""}, {"resume", ""}};

static int read_rules(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], line[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/man/lanparty-protocol.7", srcdir ? srcdir : ".");
	FILE *file = fopen(path, "r");

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		for (size_t i = 0; i < RULES; i++) {
			size_t len = strlen(rules[i].name);

			if (strncmp(line, rules[i].name, len) == 0 && strspn(line + len, " ") > 0 &&
			    line[len + strspn(line + len, " ")] == '=')
				lp_strcopy(rules[i].text, sizeof(rules[i].text),
					   strchr(line, '=') + 1);
		}
	}
	fclose(file);
	return 0;
}

/* --- ABNF, as much of it as the page has: sets of the places that a match may end at --- */

struct places {
	bool is_in[TEXT_MAX + 1];
};

struct match {
	const char *at; /* in the rule */
	const char *text;
	size_t len;
};

static void alternation(struct match *match, const struct places *from, struct places *to);

static void one_of(const struct match *match, const struct places *from, struct places *to,
		   bool (*is_one)(uint8_t c, uint32_t low, uint32_t most), uint32_t low,
		   uint32_t most)
{
	memset(to, 0, sizeof(*to));
	for (size_t i = 0; i < match->len; i++)
		to->is_in[i + 1] = from->is_in[i] && is_one((uint8_t)match->text[i], low, most);
}

static bool is_range(uint8_t c, uint32_t low, uint32_t most)
{
	return c >= low && c <= most;
}

static bool is_letter(uint8_t c, uint32_t low, uint32_t most)
{
	(void)low, (void)most;
	return is_range(c, 'a', 'z') || is_range(c, 'A', 'Z');
}

/* Quoted letters, such as those of HEXDIG, are of either case. */
static bool is_hex(uint8_t c, uint32_t low, uint32_t most)
{
	(void)low, (void)most;
	return is_range(c, '0', '9') || is_range(c, 'a', 'f') || is_range(c, 'A', 'F');
}

static void skip_blanks(struct match *match)
{
	match->at += strspn(match->at, " \n");
}

static size_t word_len(const char *at)
{
	return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static void named(struct match *match, const struct places *from, struct places *to)
{
	size_t len = word_len(match->at);
	const char *name = match->at;

	assert_true(len > 0);
	match->at += len;
	if (strncmp(name, "ALPHA", len) == 0) {
		one_of(match, from, to, is_letter, 0, 0);
		return;
	}
	if (strncmp(name, "DIGIT", len) == 0) {
		one_of(match, from, to, is_range, '0', '9');
		return;
	}
	if (strncmp(name, "HEXDIG", len) == 0) {
		one_of(match, from, to, is_hex, 0, 0);
		return;
	}
	for (size_t i = 0; i < RULES; i++) {
		if (strlen(rules[i].name) == len && strncmp(rules[i].name, name, len) == 0) {
			struct match inner = {rules[i].text, match->text, match->len};

			alternation(&inner, from, to);
			return;
		}
	}
	fail_msg("no rule for %.*s", (int)len, name);
}

static void element(struct match *match, const struct places *from, struct places *to)
{
	char *rest;

	if (*match->at == '(') {
		match->at++;
		alternation(match, from, to);
		skip_blanks(match);
		assert_int_equal(*match->at++, ')');
	} else if (*match->at == '"') {
		assert_int_equal(match->at[2], '"');
		assert_false(is_letter((uint8_t)match->at[1], 0, 0));
		one_of(match, from, to, is_range, (uint8_t)match->at[1], (uint8_t)match->at[1]);
		match->at += 3;
	} else if (*match->at == '%') {
		uint32_t low = (uint32_t)strtoul(match->at + 2, &rest, 16), most = low;

		if (*rest == '-')
			most = (uint32_t)strtoul(rest + 1, &rest, 16);
		match->at = rest;
		one_of(match, from, to, is_range, low, most);
	} else {
		named(match, from, to);
	}
}

/* "2HEXDIG", "5( … )", "1*64( … )" */
static void repetition(struct match *match, const struct places *from, struct places *to)
{
	char *rest;
	unsigned long least = strtoul(match->at, &rest, 10), most;
	struct places now = *from, next;

	if (rest == match->at && *rest != '*')
		least = 1;
	most = least;
	if (*rest == '*')
		most = strtoul(rest + 1, &rest, 10);
	memset(to, 0, sizeof(*to));
	match->at = rest;
	for (unsigned long i = 0; i <= most; i++) {
		struct match again = {rest, match->text, match->len};

		for (size_t j = 0; i >= least && j <= match->len; j++)
			to->is_in[j] |= now.is_in[j];
		element(&again, &now, &next);
		match->at = again.at;
		now = next;
	}
}

static void alternation(struct match *match, const struct places *from, struct places *to)
{
	struct places now = *from, next;

	memset(to, 0, sizeof(*to));
	for (;;) {
		skip_blanks(match);
		bool is_end = *match->at == ';' || *match->at == ')' || !*match->at;

		if (is_end || *match->at == '/') {
			for (size_t i = 0; i <= match->len; i++)
				to->is_in[i] |= now.is_in[i];
			if (is_end)
				return;
			match->at++;
			now = *from;
			continue;
		}
		repetition(match, &now, &next);
		now = next;
	}
}

static bool page_takes(const char *rule, const char *text)
{
	struct places from = {{true}}, to;
	struct match match = {NULL, text, strlen(text)};

	assert_true(match.len < TEXT_MAX);
	for (size_t i = 0; i < RULES; i++) {
		if (strcmp(rules[i].name, rule) == 0)
			match.at = rules[i].text;
	}
	assert_true(match.at && *match.at);
	alternation(&match, &from, &to);
	return to.is_in[match.len];
}

/* --- the code --- */

/* A hello with that text for that field. */
static bool code_takes(const char *field, const char *text)
{
	struct json_object *hello = json_tokener_parse(
		"{\"type\":\"hello\",\"version\":1,\"role\":\"client\",\"room\":\"a\","
		"\"mac\":\"02:00:00:00:00:01\",\"epoch\":\"0000000000000000\","
		"\"datagram_budget\":1200}");
	struct lp_message message;
	enum lp_reject_code code;
	const char *why;
	enum lp_err err;

	json_object_object_add(hello, field, json_object_new_string(text));
	const char *json = json_object_to_json_string_ext(hello, JSON_C_TO_STRING_PLAIN);

	err = lp_message_decode((const uint8_t *)json, strlen(json), &message, &why, &code);
	json_object_put(hello);
	return err == LP_OK;
}

static void agree(const char *field, const char *text)
{
	bool is_in_page = page_takes(field, text);

	if (code_takes(field, text) != is_in_page)
		fail_msg("%s \"%s\": the page %s it", field, text,
			 is_in_page ? "takes" : "does not take");
}

/* The text, and all that is one step away from it: at its ends and middle, or everywhere. */
static void agree_around(const char *field, const char *text, bool is_everywhere)
{
	size_t len = strlen(text);
	char other[TEXT_MAX];

	agree(field, text);
	for (size_t at = 0; at <= len; at++) {
		if (!is_everywhere && at > 1 && at + 2 < len && at != len / 2)
			continue;
		if (at < len) { /* one less */
			memcpy(other, text, at);
			strcpy(other + at, text + at + 1);
			agree(field, other);
		}
		for (int c = 1; c < 128; c++) {
			if (at < len) { /* another */
				strcpy(other, text);
				other[at] = (char)c;
				agree(field, other);
			}
			memcpy(other, text, at); /* one more */
			other[at] = (char)c;
			strcpy(other + at + 1, text + at);
			agree(field, other);
		}
	}
}

/* Neither zero nor a group address is said of the field, and not by the grammar. */
static void grammar_of_a_mac(void **state)
{
	static const char *const texts[] = {
		"02:5e:10:aF:09:01", "02-5E-10-af-90-01",  "025e10af0901",
		"02:5e:10:af:09",    "02:5e:10:af:09:",	   "025e.10af.0901",
		"02:5e-10:af-09:01", "2:5e:10:af:9:1",	   "",
		"02::10:af:09:01",   " 02:5e:10:af:09:01",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(texts); i++)
		agree(rules[1].name, texts[i]);
	/* The first octet apart, as what is a group address by it is another rule. */
	for (size_t i = 0; i < 2; i++) {
		char other[32];

		for (size_t at = 2; at < strlen(texts[i]); at++) {
			for (int c = 1; c < 128; c++) {
				strcpy(other, texts[i]);
				other[at] = (char)c;
				agree("mac", other);
			}
			memcpy(other, texts[i], at);
			strcpy(other + at, texts[i] + at + 1);
			agree("mac", other);
		}
	}
}

static void grammar_of_a_room(void **state)
{
	char text[TEXT_MAX];

	(void)state;
	agree_around("room", "Room-1._", true);
	agree("room", "");
	for (size_t len = 62; len <= 66; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		agree_around("room", text, false);
	}
	agree("room", "caf\xc3\xa9");
}

static void grammar_of_an_epoch(void **state)
{
	(void)state;
	agree_around("epoch", "0123456789abcdef", true);
	agree("epoch", "0123456789ABCDEF");
	agree("epoch", "");
}

static void grammar_of_a_ticket(void **state)
{
	char text[TEXT_MAX];

	(void)state;
	agree_around("resume", "aZ09-_=", true);
	agree("resume", "");
	for (size_t len = 510; len <= 514; len++) {
		memset(text, 'x', len);
		text[len] = '\0';
		agree("resume", text);
	}
}

/* Bytes of UTF-8 count, and no character is cut. */
static void length_of_a_name(void **state)
{
	static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac",
						 "\xf0\x9f\x8e\xae"};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(characters); i++) {
		char text[128] = "";

		while (strlen(text) < 80) {
			assert_int_equal(code_takes("name", text), strlen(text) <= 64);
			strcat(text, characters[i]);
		}
	}
	assert_false(code_takes("name", "a\nb"));
	assert_false(code_takes("name", "a\xe2\x80\xae"
					"b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar_of_a_mac),    cmocka_unit_test(grammar_of_a_room),
		cmocka_unit_test(grammar_of_an_epoch), cmocka_unit_test(grammar_of_a_ticket),
		cmocka_unit_test(length_of_a_name),
	};

	return cmocka_run_group_tests(tests, read_rules, NULL);
}
