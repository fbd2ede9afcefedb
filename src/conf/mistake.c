/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/mistake.h"

#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 64
#define SHOWN_LEN 40 /* bytes of a word that a sentence repeats */

enum kind { END, WORD, QUOTED, SIGN };

struct token {
	enum kind kind;
	char sign;
	const char *at;
	size_t len;
	unsigned line;
	bool is_first; /* in its line */
};

struct look {
	const char *next;
	unsigned next_line;
	bool is_first;
	struct token token; /* that is being looked at */
	struct token name;  /* of the setting */
	char open[DEPTH_MAX];
	unsigned opened[DEPTH_MAX]; /* in which line */
	size_t depth;
	unsigned *line;
	char *what;
};

/* What is expected inside of the innermost bracket. */
enum state { NAME, EQUALS, VALUE, AFTER_VALUE, STOP, FOUND };

LP_PRINTF(3, 4) static enum state found(struct look *look, unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(look->what, LP_MISTAKE_LEN, format, args);
	va_end(args);
	*look->line = line;
	return FOUND;
}

/* --- tokens --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* A value that lacks its quotes may have a colon in it: an address. */
static size_t word_len(const char *at, bool is_value)
{
	const char *ends = is_value ? "=;,{}[]()\"" : "=:;,{}[]()\"";
	size_t len = 0;

	while (at[len] && !is_blank(at[len]) && !strchr(ends, at[len]))
		len++;
	return len;
}

static void advance(struct look *look, bool is_value)
{
	struct token *token = &look->token;

	for (; is_blank(*look->next); look->next++) {
		look->is_first |= *look->next == '\n';
		look->next_line += *look->next == '\n';
	}
	*token = (struct token){
		.at = look->next, .line = look->next_line, .is_first = look->is_first};
	look->is_first = false;
	if (!*look->next)
		return;
	if (*look->next == '"') {
		const char *p = look->next + 1;

		while (*p && *p != '"')
			p += *p == '\\' && p[1] ? 2 : 1;
		token->kind = QUOTED;
		token->len = (size_t)(p - look->next) + (*p ? 1 : 0);
	} else {
		token->len = word_len(look->next, is_value);
		token->kind = token->len ? WORD : SIGN;
		token->sign = token->len ? '\0' : *look->next;
		token->len += token->len ? 0 : 1;
	}
	look->next += token->len;
}

static int shown(const struct token *token)
{
	return (int)(token->len < SHOWN_LEN ? token->len : SHOWN_LEN);
}

static bool is_word(const struct token *token, const char *word)
{
	return token->len == strlen(word) && strncasecmp(token->at, word, token->len) == 0;
}

/* --- what people write --- */

/* Quotes of a word processor, and single ones. NULL = none. */
static const char *odd_quote(const struct token *token)
{
	static const char *const marks[] = {"\xe2\x80\x9c",
					    "\xe2\x80\x9d",
					    "\xe2\x80\x9e",
					    "\xe2\x80\x98",
					    "\xe2\x80\x99",
					    "\xc2\xab",
					    "\xc2\xbb",
					    "'",
					    "`"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const size_t len = strlen(marks[i]);

		if (token->len >= len &&
		    (strncmp(token->at, marks[i], len) == 0 ||
		     strncmp(token->at + token->len - len, marks[i], len) == 0))
			return marks[i];
	}
	return NULL;
}

static bool is_number(const struct token *token)
{
	char text[SHOWN_LEN + 1];
	char *end;

	if (token->len > SHOWN_LEN || !strchr("+-.0123456789", *token->at))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", (int)token->len, token->at);
	(void)strtod(text, &end);
	return strspn(end, "Ll") == strlen(end);
}

static enum state look_at_word(struct look *look)
{
	static const char *const yes[] = {"yes", "on", "enable", "enabled"};
	static const char *const no[] = {"no", "off", "disable", "disabled", "none", "null"};
	const struct token *token = &look->token;
	const char *quote = odd_quote(token);
	struct look ahead = *look;

	if (quote)
		return found(look, token->line,
			     "text stands in straight double quotes (\"), not in %s", quote);
	if (is_number(token) || is_word(token, "true") || is_word(token, "false"))
		return AFTER_VALUE;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (is_word(token, yes[i]))
			return found(look, token->line, "write true, not %.*s", shown(token),
				     token->at);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		if (is_word(token, no[i]))
			return found(look, token->line, "write false, not %.*s, or remove the line",
				     shown(token), token->at);
	}
	advance(&ahead, false);
	/* `relay:` alone in its line, and a setting in the next one. */
	if (token->line > look->name.line &&
	    (token->at[token->len - 1] == ':' || *token->at == '-' ||
	     (ahead.token.kind == SIGN && strchr("=:", ahead.token.sign))))
		return found(look, look->name.line, "a group stands in braces: %.*s: { ... };",
			     shown(&look->name), look->name.at);
	return found(look, token->line, "text stands in quotes: \"%.*s\"", shown(token), token->at);
}

static enum state push(struct look *look, char open)
{
	if (look->depth == DEPTH_MAX)
		return STOP;
	look->opened[look->depth] = look->token.line;
	look->open[look->depth++] = open;
	return open == '{' ? NAME : VALUE;
}

static char closing(char open)
{
	return open == '{' ? '}' : open == '[' ? ']' : ')';
}

static enum state pop(struct look *look)
{
	const char sign = look->token.sign;

	if (look->depth == 0)
		return found(look, look->token.line, "this %c closes nothing: remove it", sign);
	if (closing(look->open[look->depth - 1]) != sign)
		return found(look, look->opened[look->depth - 1],
			     "the %c that is opened here has no %c before the %c in line %u",
			     look->open[look->depth - 1], closing(look->open[look->depth - 1]),
			     sign, look->token.line);
	look->depth--;
	return AFTER_VALUE;
}

static bool is_in_list(const struct look *look)
{
	return look->depth > 0 && look->open[look->depth - 1] != '{';
}

/* --- states --- */

static enum state at_section(struct look *look)
{
	struct look ahead = *look;

	advance(&ahead, false);
	if (ahead.token.kind == WORD)
		return found(look, look->token.line,
			     "this is a section of an INI file: write %.*s: { ... };",
			     shown(&ahead.token), ahead.token.at);
	return found(look, look->token.line, "a list needs a name before it: name = [ ... ];");
}

static enum state at_name_sign(struct look *look)
{
	const struct token *token = &look->token;

	switch (token->sign) {
	case '}':
	case ']':
	case ')':
		return pop(look);
	case '[':
		return at_section(look);
	case '{':
	case '(':
		return found(look, token->line,
			     "a group needs a name before its brace, and the file as a whole has "
			     "none: relay: { ... };");
	case ';':
	case ',':
		return found(look, token->line,
			     token->is_first ? "a comment begins with # or //, not with %c"
					     : "there is a %c too many: remove it",
			     token->sign);
	default:
		return found(look, token->line, "a name is missing before the %c", token->sign);
	}
}

static enum state at_name(struct look *look)
{
	const struct token *token = &look->token;
	const char *dot;

	if (token->kind == SIGN)
		return at_name_sign(look);
	if (token->kind == QUOTED)
		return found(look, token->line,
			     "a name stands without quotes, as in role = \"relay\";");
	if (*token->at == '-' || *token->at == '%' || *token->at == '<')
		return found(look, token->line,
			     "this is no setting: write name = value; or begin a comment with #");
	dot = memchr(token->at, '.', token->len);
	if (dot != NULL)
		return found(look, token->line, "a name has no dots: write %.*s: { %.*s = ...; };",
			     (int)(dot - token->at), token->at,
			     (int)(token->len - (size_t)(dot - token->at) - 1), dot + 1);
	look->name = *token;
	return EQUALS;
}

static enum state at_equals(struct look *look)
{
	const struct token *token = &look->token;
	const char *at = look->name.at;
	const int len = shown(&look->name);

	if (token->kind == SIGN && strchr("=:", token->sign))
		return VALUE;
	if (token->kind == SIGN && token->sign == '{')
		return found(look, token->line, "a : is missing before the brace: %.*s: { ... };",
			     len, at);
	if (token->kind == END || (token->kind == SIGN && strchr(";,})]", token->sign)))
		return found(look, look->name.line, "\"%.*s\" has no value", len, at);
	return found(look, look->name.line, "a = is missing after \"%.*s\"", len, at);
}

static enum state at_value_sign(struct look *look)
{
	const struct token *token = &look->token;

	switch (token->sign) {
	case '{':
		if (look->depth > 0 && look->open[look->depth - 1] == '[')
			return found(look, token->line,
				     "groups are listed in parentheses: ( { ... }, { ... } )");
		return push(look, '{');
	case '[':
	case '(':
		return push(look, token->sign);
	case '=':
	case ':':
		return found(look, token->line, "write one = or :, not two");
	default:
		break;
	}
	if (is_in_list(look) && token->sign == closing(look->open[look->depth - 1]))
		return pop(look);
	if (is_in_list(look))
		return found(look, token->line, "a value is missing before the %c", token->sign);
	return found(look, look->name.line, "\"%.*s\" has no value", shown(&look->name),
		     look->name.at);
}

static enum state at_value(struct look *look)
{
	switch (look->token.kind) {
	case END:
		return is_in_list(look) ? STOP
					: found(look, look->name.line, "\"%.*s\" has no value",
						shown(&look->name), look->name.at);
	case SIGN:
		return at_value_sign(look);
	case QUOTED:
		return AFTER_VALUE;
	case WORD:
		break;
	}
	return look_at_word(look);
}

/* Behind a value in a list: a comma and one more, or the end. */
static enum state at_list_sign(struct look *look)
{
	const struct token *token = &look->token;
	struct look ahead = *look;

	if (token->kind == SIGN && token->sign == ',') {
		advance(&ahead, true);
		if (ahead.token.kind == SIGN && strchr("])}", ahead.token.sign))
			return found(look, token->line,
				     "there is no value between the , and the %c: remove the ,",
				     ahead.token.sign);
		return VALUE;
	}
	if (token->kind == SIGN && strchr("])}", token->sign))
		return pop(look);
	if (token->kind == QUOTED) /* texts side by side are one */
		return AFTER_VALUE;
	if (token->kind == END)
		return STOP;
	return found(look, token->line, "a , is missing between two values of the list");
}

static enum state at_after_value(struct look *look)
{
	const struct token *token = &look->token;
	const char *quote = token->kind == WORD ? odd_quote(token) : NULL;

	if (is_in_list(look))
		return at_list_sign(look);
	if (token->kind == SIGN && strchr(";,", token->sign))
		return NAME;
	if (quote)
		return found(look, token->line,
			     "text stands in straight double quotes (\"), not in %s", quote);
	if (token->kind == WORD && !token->is_first && look->name.line == token->line)
		return found(look, token->line,
			     "a ; is missing before \"%.*s\", or the text is in no quotes",
			     shown(token), token->at);
	return token->kind == QUOTED ? AFTER_VALUE : at_name(look);
}

static enum state step(struct look *look, enum state state)
{
	advance(look, state == VALUE);
	if (look->token.kind == END && (state == NAME || state == AFTER_VALUE))
		return STOP;
	switch (state) {
	case NAME:
		return at_name(look);
	case EQUALS:
		return at_equals(look);
	case VALUE:
		return at_value(look);
	default:
		return at_after_value(look);
	}
}

bool lp_mistake_find(const char *text, unsigned *line, char what[LP_MISTAKE_LEN])
{
	struct look look = {
		.next = text, .next_line = 1, .is_first = true, .line = line, .what = what};
	enum state state = NAME;

	while (state != STOP && state != FOUND)
		state = step(&look, state);
	if (state == STOP && look.depth > 0 && look.depth < DEPTH_MAX)
		state = found(&look, look.opened[look.depth - 1],
			      "the %c that is opened here has no closing %c",
			      look.open[look.depth - 1], closing(look.open[look.depth - 1]));
	return state == FOUND;
}
