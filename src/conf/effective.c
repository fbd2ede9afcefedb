/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* -T: the configuration that holds, as a file that would give the same. */

#include "conf/effective.h"

#include "base/strbuf.h"
#include "conf/field.h"
#include "conf/quantity.h"
#include "conf/schema.h"

#include <inttypes.h>
#include <string.h>

static void print_indent(struct lp_strbuf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		lp_strbuf_add_char(out, '\t');
}

static void print_quoted(const char *text, struct lp_strbuf *out)
{
	lp_strbuf_add_char(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			lp_strbuf_add_char(out, '\\');
		lp_strbuf_add_char(out, *text);
	}
	lp_strbuf_add_char(out, '"');
}

static void print_quantity(const struct lp_schema_key *key, uint64_t value, struct lp_strbuf *out)
{
	char text[LP_QUANTITY_TEXT_LEN];

	if (key->type == LP_SCHEMA_TIME)
		(void)lp_quantity_format_time(value, text);
	else
		(void)lp_quantity_format_size(value, text);
	print_quoted(text, out);
}

static void print_texts(const struct lp_schema_key *key, const void *base, struct lp_strbuf *out)
{
	size_t count;
	char *const *texts = lp_field_texts(key, base, &count);

	lp_strbuf_add(out, "[ ");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			lp_strbuf_add(out, ", ");
		print_quoted(texts[i], out);
	}
	lp_strbuf_add(out, count > 0 ? " ]" : "]");
}

static void print_words(const struct lp_schema_key *key, const void *base, struct lp_strbuf *out)
{
	const uint64_t words = lp_field_number(key, base);
	const char *before = "[ ";

	for (uint64_t i = key->min; i <= key->max; i++) {
		if ((words & 1ULL << i) == 0)
			continue;
		lp_strbuf_add(out, before);
		print_quoted(key->choice((int)i), out);
		before = ", ";
	}
	lp_strbuf_add(out, words != 0 ? " ]" : "[ ]");
}

static void print_value(const struct lp_schema_key *key, const void *base, struct lp_strbuf *out)
{
	switch (key->type) {
	case LP_SCHEMA_TEXT:
		print_quoted(lp_field_text(key, base), out);
		break;
	case LP_SCHEMA_TEXTS:
		print_texts(key, base, out);
		break;
	case LP_SCHEMA_BOOL:
		lp_strbuf_add(out, lp_field_bool(key, base) ? "true" : "false");
		break;
	case LP_SCHEMA_NUMBER:
		lp_strbuf_add_format(out, "%" PRIu64, lp_field_number(key, base));
		break;
	case LP_SCHEMA_SIZE:
	case LP_SCHEMA_TIME:
		print_quantity(key, lp_field_number(key, base), out);
		break;
	case LP_SCHEMA_CHOICE:
		print_quoted(key->choice((int)lp_field_number(key, base)), out);
		break;
	case LP_SCHEMA_WORDS:
		print_words(key, base, out);
		break;
	case LP_SCHEMA_ROOMS:
		break;
	}
}

static bool is_unset(const struct lp_schema_key *key, const void *base)
{
	return key->type == LP_SCHEMA_TEXT && lp_field_text(key, base) == NULL;
}

char *lp_effective_text(const struct lp_schema_key *key, const void *base)
{
	struct lp_strbuf out = {0};

	if (is_unset(key, base) || key->is_secret)
		return NULL;
	lp_strbuf_add(&out, ""); /* no value is a text, too */
	print_value(key, base, &out);
	return out.data;
}

static void print_key(const struct lp_schema_key *key, const void *base, unsigned depth,
		      struct lp_strbuf *out)
{
	if (key->is_secret)
		return;
	print_indent(out, depth);
	if (is_unset(key, base)) {
		lp_strbuf_add_format(out, "# %s is not set: %s\n", lp_schema_name(key), key->help);
		return;
	}
	lp_strbuf_add_format(out, "%s = ", lp_schema_name(key));
	print_value(key, base, out);
	lp_strbuf_add(out, ";\n");
}

static void print_rooms(const struct lp_conf_relay *relay, unsigned depth, struct lp_strbuf *out)
{
	print_indent(out, depth);
	lp_strbuf_add(out, "rooms = (\n");
	for (size_t i = 0; i < relay->room_count; i++) {
		print_indent(out, depth + 1);
		lp_strbuf_add(out, "{\n");
		for (size_t k = 0; k < lp_schema_count; k++) {
			if (lp_schema_is_room_key(&lp_schema[k]))
				print_key(&lp_schema[k], &relay->rooms[i], depth + 2, out);
		}
		print_indent(out, depth + 1);
		lp_strbuf_add(out, i + 1 < relay->room_count ? "},\n" : "}\n");
	}
	print_indent(out, depth);
	lp_strbuf_add(out, ");\n");
}

/*
 * Closes the groups of `from` that `path` is not in and opens those that it is in. Returns the
 * depth of the key at path.
 */
static unsigned change_group(const char *from, const char *path, struct lp_strbuf *out)
{
	size_t common = 0; /* length of the groups that both are in, last dot included */
	unsigned depth = 0;
	unsigned from_depth = 0;

	for (size_t i = 0; from[i] != '\0' && from[i] == path[i]; i++) {
		if (from[i] == '.') {
			common = i + 1;
			depth++;
		}
	}
	for (const char *p = from + common; *p != '\0'; p++)
		from_depth += *p == '.' ? 1 : 0;
	for (; from_depth > 0; from_depth--) {
		print_indent(out, depth + from_depth - 1);
		lp_strbuf_add(out, "};\n");
	}
	for (const char *p = path + common, *dot; (dot = strchr(p, '.')) != NULL; p = dot + 1) {
		if (depth == 0)
			lp_strbuf_add_char(out, '\n');
		print_indent(out, depth++);
		lp_strbuf_add_format(out, "%.*s: {\n", (int)(dot - p), p);
	}
	return depth;
}

char *lp_conf_text(const struct lp_conf *conf)
{
	struct lp_strbuf out = {0};
	const char *from = "";

	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];
		unsigned depth;

		if ((key->roles & (1U << conf->role)) == 0 || lp_schema_is_room_key(key))
			continue;
		depth = change_group(from, key->path, &out);
		from = key->path;
		if (key->type == LP_SCHEMA_ROOMS)
			print_rooms(&conf->relay, depth, &out);
		else
			print_key(key, conf, depth, &out);
	}
	(void)change_group(from, "", &out);
	return out.data;
}
