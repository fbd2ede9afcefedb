/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/value.h"

#include "base/mem.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "conf/field.h"
#include "conf/quantity.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_LEN   100 /* bytes of a wrong value that a fault repeats */
#define CHOICES_LEN 200

/* The value that is being read, for all who may find a fault with it. */
struct reading {
	const struct lp_schema_key *key;
	void *base;
	const config_setting_t *setting;
	struct lp_source_location place;
	const char *path;
	struct lp_faults *faults;
};

static void fault(const struct reading *reading, const char *format, ...) LP_PRINTF(2, 3);

static void fault(const struct reading *reading, const char *format, ...)
{
	char what[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	lp_faults_add(reading->faults, reading->place, reading->path, "%s", what);
}

static const char *format_number(const struct lp_schema_key *key, uint64_t value,
				 char text[LP_QUANTITY_TEXT_LEN])
{
	if (key->type == LP_SCHEMA_TIME)
		return lp_quantity_format_time(value, text);
	if (key->type == LP_SCHEMA_SIZE)
		return lp_quantity_format_size(value, text);
	(void)snprintf(text, LP_QUANTITY_TEXT_LEN, "%" PRIu64, value);
	return text;
}

static void fault_range(const struct reading *reading, const char *given)
{
	const struct lp_schema_key *key = reading->key;
	char min[LP_QUANTITY_TEXT_LEN];
	char max[LP_QUANTITY_TEXT_LEN];

	fault(reading, "%s is out of range: it must be %s%s to %s", given,
	      key->or_zero ? "0 or " : "", format_number(key, key->min, min),
	      format_number(key, key->max, max));
}

static bool is_in_range(const struct lp_schema_key *key, uint64_t value)
{
	return (value == 0 && key->or_zero) || (value >= key->min && value <= key->max);
}

/* Whole numbers, also those with a unit in quotes. */
static void read_number(const struct reading *reading)
{
	const struct lp_schema_key *key = reading->key;
	const int type = config_setting_type(reading->setting);
	char given[LP_QUANTITY_TEXT_LEN];
	uint64_t value;
	long long bare;

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) {
		fault(reading, "must be a whole number, without quotes");
		return;
	}
	/* config_setting_get_int would cut a large one to 32 bits and say nothing. */
	bare = config_setting_get_int64(reading->setting);
	value = bare < 0 ? 0 : (uint64_t)bare;
	(void)snprintf(given, sizeof(given), "%lld", bare);
	if (bare < 0 || value > UINT64_MAX / LP_MAX(key->unit_ms, 1)) {
		fault_range(reading, given);
		return;
	}
	if (key->type == LP_SCHEMA_TIME)
		value *= key->unit_ms;
	if (is_in_range(key, value))
		lp_field_set_number(key, reading->base, value);
	else
		fault_range(reading, format_number(key, value, given));
}

/* "250ms", "1M" */
static void read_quantity(const struct reading *reading)
{
	const struct lp_schema_key *key = reading->key;
	const char *text = config_setting_get_string(reading->setting);
	char shown[SHOWN_LEN];
	uint64_t value = 0;
	enum lp_err err;

	if (text == NULL) {
		if (config_setting_type(reading->setting) == CONFIG_TYPE_INT ||
		    config_setting_type(reading->setting) == CONFIG_TYPE_INT64)
			read_number(reading);
		else
			fault(reading,
			      key->type == LP_SCHEMA_TIME
				      ? "must be a time such as \"250ms\", \"30s\" or \"5m\""
				      : "must be a size such as \"20k\", \"1M\" or 65536");
		return;
	}
	(void)lp_log_printable(text, strlen(text), shown, sizeof(shown));
	if (key->type == LP_SCHEMA_TIME)
		err = lp_quantity_parse_time(text, key->unit_ms, &value);
	else
		err = lp_quantity_parse_size(text, &value);
	if (err == LP_ERR_INVALID)
		fault(reading, "\"%s\" is no %s", shown,
		      key->type == LP_SCHEMA_TIME
			      ? "time: write \"250ms\", \"30s\", \"5m\" or \"1h\""
			      : "size: write \"20k\", \"1M\" or 65536");
	else if (err != LP_OK || !is_in_range(key, value))
		fault_range(reading, shown);
	else
		lp_field_set_number(key, reading->base, value);
}

/* A text that is none of the names of the key; NULL = no text at all. */
static void fault_choice(const struct reading *reading, const char *text)
{
	const struct lp_schema_key *key = reading->key;
	struct lp_suggest suggest;
	char choices[CHOICES_LEN] = "";
	char shown[SHOWN_LEN];

	lp_suggest_init(&suggest, text == NULL ? "" : text);
	for (uint64_t i = key->min; i <= key->max; i++) {
		const char *name = key->choice((int)i);
		const size_t len = strlen(choices);

		(void)snprintf(choices + len, sizeof(choices) - len, "%s\"%s\"",
			       len == 0	      ? ""
			       : i < key->max ? ", "
					      : " or ",
			       name);
		if (text != NULL)
			lp_suggest_offer(&suggest, name, name);
	}
	if (text == NULL)
		fault(reading, "must be %s", choices);
	else if (suggest.best[0] != '\0')
		fault(reading, "\"%s\" is unknown, did you mean \"%s\"?",
		      lp_log_printable(text, strlen(text), shown, sizeof(shown)), suggest.best);
	else
		fault(reading, "\"%s\" is unknown, it must be %s",
		      lp_log_printable(text, strlen(text), shown, sizeof(shown)), choices);
}

static void read_choice(const struct reading *reading)
{
	const char *text = config_setting_get_string(reading->setting);
	uint64_t value;

	if (text != NULL && lp_field_choice(reading->key, text, &value) == LP_OK)
		lp_field_set_number(reading->key, reading->base, value);
	else
		fault_choice(reading, text);
}

/* [ "word", "word" ], in any order; what is not named is not set. */
static void read_words(const struct reading *reading)
{
	const int type = config_setting_type(reading->setting);
	uint64_t words = 0;

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) {
		fault(reading, "must be a list of words: [ \"%s\", ... ]",
		      reading->key->choice((int)reading->key->min));
		return;
	}
	for (int i = 0; i < config_setting_length(reading->setting); i++) {
		const char *text = config_setting_get_string_elem(reading->setting, i);
		uint64_t value;

		if (text != NULL && lp_field_choice(reading->key, text, &value) == LP_OK)
			words |= 1ULL << value;
		else
			fault_choice(reading, text);
	}
	lp_field_set_number(reading->key, reading->base, words);
}

static void read_bool(const struct reading *reading)
{
	if (config_setting_type(reading->setting) == CONFIG_TYPE_BOOL)
		lp_field_set_bool(reading->key, reading->base,
				  config_setting_get_bool(reading->setting) != 0);
	else
		fault(reading, "must be true or false, without quotes");
}

/* Text goes to logs, JSON and terminals: UTF-8, and nothing that moves a cursor. */
static bool is_clean(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t code = 0;
		const size_t len = lp_utf8_decode(text, left, &code);

		if (len == 0 || !lp_utf8_is_printable(code))
			return false;
		text += len;
		left -= len;
	}
	return true;
}

static bool check_text(const struct reading *reading, const char *text)
{
	const struct lp_schema_key *key = reading->key;
	const char *wrong = NULL;
	char shown[SHOWN_LEN];

	if (!is_clean(text)) {
		fault(reading, "contains a control character, or is no UTF-8");
		return false;
	}
	if (key->type == LP_SCHEMA_TEXT && strlen(text) < key->min) {
		fault(reading, "must not be empty: remove the line if it is not wanted");
		return false;
	}
	if (key->type == LP_SCHEMA_TEXT && strlen(text) > key->max) {
		fault(reading, "is too long: at most %" PRIu64 " bytes", key->max);
		return false;
	}
	if (key->fault != NULL)
		wrong = key->fault(text);
	if (wrong != NULL && key->is_secret)
		fault(reading, "%s", wrong);
	else if (wrong != NULL)
		fault(reading, "\"%s\" %s",
		      lp_log_printable(text, strlen(text), shown, sizeof(shown)), wrong);
	return wrong == NULL;
}

static void read_text(const struct reading *reading)
{
	const char *text = config_setting_get_string(reading->setting);

	if (text == NULL)
		fault(reading, "must be text in quotes (\")");
	else if (check_text(reading, text))
		lp_field_set_text(reading->key, reading->base, text);
}

static void read_texts(const struct reading *reading)
{
	const struct lp_schema_key *key = reading->key;
	const char *single = config_setting_get_string(reading->setting);
	const int type = config_setting_type(reading->setting);
	const int count = single != NULL ? 1 : config_setting_length(reading->setting);

	lp_field_clear(key, reading->base);
	if (single == NULL && type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) {
		fault(reading, "must be a list of texts: [ \"...\", \"...\" ]");
		return;
	}
	if ((uint64_t)count > key->max) {
		fault(reading, "%d are too many: at most %" PRIu64, count, key->max);
		return;
	}
	for (int i = 0; i < count; i++) {
		const char *text = single;

		if (text == NULL)
			text = config_setting_get_string_elem(reading->setting, i);
		if (text == NULL)
			fault(reading, "must be a list of texts: [ \"...\", \"...\" ]");
		else if (check_text(reading, text))
			lp_field_add_text(key, reading->base, text);
	}
}

void lp_value_read(const struct lp_schema_key *key, void *base, const config_setting_t *setting,
		   struct lp_source_location place, const char *path, struct lp_faults *faults)
{
	const struct reading reading = {key, base, setting, place, path, faults};

	switch (key->type) {
	case LP_SCHEMA_TEXT:
		read_text(&reading);
		break;
	case LP_SCHEMA_TEXTS:
		read_texts(&reading);
		break;
	case LP_SCHEMA_BOOL:
		read_bool(&reading);
		break;
	case LP_SCHEMA_NUMBER:
		read_number(&reading);
		break;
	case LP_SCHEMA_SIZE:
	case LP_SCHEMA_TIME:
		read_quantity(&reading);
		break;
	case LP_SCHEMA_CHOICE:
		read_choice(&reading);
		break;
	case LP_SCHEMA_WORDS:
		read_words(&reading);
		break;
	case LP_SCHEMA_ROOMS:
		break;
	}
}
