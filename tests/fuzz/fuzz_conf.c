/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The configuration reader: any text is either refused with at least one fault, or taken; and what
 * is taken, printed and read again is the same configuration.
 *
 * A text may end in lines of overrides, behind a line "--": path=value.
 */
#include "conf/conf.h"

#include "base/mem.h"
#include "fuzz.h"

#include <string.h>

#define OVERRIDES_MAX 4

const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses up to 80 bytes at some syntax errors. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig\n";
}

static void on_error(void *user, const char *line)
{
	size_t *count = user;

	CHECK(*line != '\0');
	(*count)++;
}

static char *print(const struct lp_conf *conf, size_t *len)
{
	char *text = lp_conf_text(conf);

	CHECK(text != NULL);
	*len = strlen(text);
	return text;
}

/* Cuts the overrides off the text: they are left terminated in it. */
static size_t split(char *text, size_t *len, struct lp_conf_override *overrides)
{
	static const char mark[] = "\n--\n";
	char *line = strstr(text, mark);
	size_t count = 0;

	if (line == NULL)
		return 0;
	*len = (size_t)(line - text);
	for (line += strlen(mark); line != NULL && count < OVERRIDES_MAX;) {
		char *end = strchr(line, '\n');
		char *value = strchr(line, '=');

		if (end != NULL)
			*end++ = '\0';
		if (value != NULL && (end == NULL || value < end)) {
			*value = '\0';
			overrides[count++] = (struct lp_conf_override){line, value + 1};
		}
		line = end;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lp_conf_override overrides[OVERRIDES_MAX];
	struct lp_conf *conf = NULL;
	struct lp_conf *again = NULL;
	char *text = lp_alloc(size + 1);
	size_t fault_count = 0;
	size_t override_count;
	size_t len = size;

	memcpy(text, data, size);
	override_count = split(text, &len, overrides);
	if (lp_conf_load_text("fuzz", text, len, overrides, override_count, on_error, &fault_count,
			      &conf) == LP_OK) {
		size_t first_len;
		size_t second_len;
		char *first = print(conf, &first_len);
		char *second;

		CHECK(fault_count == 0);
		CHECK(lp_conf_load_text("print", first, first_len, NULL, 0, on_error, &fault_count,
					&again) == LP_OK);
		second = print(again, &second_len);
		CHECK(first_len == second_len && memcmp(first, second, first_len) == 0);
		free(first);
		free(second);
		lp_conf_free(conf);
		lp_conf_free(again);
	} else {
		CHECK(fault_count > 0);
	}
	free(text);
	return 0;
}
