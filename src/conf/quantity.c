/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/quantity.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct unit {
	const char *name;
	uint64_t factor;
};

/* Smallest first. */
static const struct unit time_units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
static const struct unit size_units[] = {{"k", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}};

static enum lp_err parse(const char *text, const struct unit *units, size_t unit_count,
			 uint64_t bare_factor, uint64_t *out)
{
	const size_t digit_count = strspn(text, "0123456789");
	const char *unit = text + digit_count;
	uint64_t factor = 0;
	uint64_t number = 0;

	if (digit_count == 0)
		return LP_ERR_INVALID;
	if (*unit == '\0')
		factor = bare_factor;
	for (size_t i = 0; i < unit_count; i++) {
		if (strcasecmp(unit, units[i].name) == 0)
			factor = units[i].factor;
	}
	if (factor == 0)
		return LP_ERR_INVALID;
	for (size_t i = 0; i < digit_count; i++) {
		const uint64_t digit = (uint64_t)(text[i] - '0');

		if (number > (UINT64_MAX - digit) / 10)
			return LP_ERR_RANGE;
		number = number * 10 + digit;
	}
	if (number > UINT64_MAX / factor)
		return LP_ERR_RANGE;
	*out = number * factor;
	return LP_OK;
}

static const char *format(uint64_t value, const struct unit *units, size_t unit_count, char *text)
{
	const struct unit *best = NULL;

	for (size_t i = 0; i < unit_count; i++) {
		if (value != 0 && value % units[i].factor == 0)
			best = &units[i];
	}
	if (best == NULL)
		(void)snprintf(text, LP_QUANTITY_TEXT_LEN, "%" PRIu64, value);
	else
		(void)snprintf(text, LP_QUANTITY_TEXT_LEN, "%" PRIu64 "%s", value / best->factor,
			       best->name);
	return text;
}

enum lp_err lp_quantity_parse_time(const char *text, uint64_t unit_ms, uint64_t *ms)
{
	return parse(text, time_units, LP_ARRAY_COUNT(time_units), unit_ms, ms);
}

enum lp_err lp_quantity_parse_size(const char *text, uint64_t *bytes)
{
	return parse(text, size_units, LP_ARRAY_COUNT(size_units), 1, bytes);
}

enum lp_err lp_quantity_parse_number(const char *text, uint64_t *number)
{
	return parse(text, NULL, 0, 1, number);
}

const char *lp_quantity_format_time(uint64_t ms, char text[LP_QUANTITY_TEXT_LEN])
{
	return format(ms, time_units, LP_ARRAY_COUNT(time_units), text);
}

const char *lp_quantity_format_size(uint64_t bytes, char text[LP_QUANTITY_TEXT_LEN])
{
	return format(bytes, size_units, LP_ARRAY_COUNT(size_units), text);
}
