/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Times and sizes as people write them: "250ms", "30s", "5m", "2h"; "20k", "1M", "2G" (of 1024).
 */
#ifndef LP_CONF_QUANTITY_H
#define LP_CONF_QUANTITY_H

#include "base/err.h"

#include <stdint.h>

#define LP_QUANTITY_TEXT_LEN 32

/* A whole number and a unit; without a unit it counts unit_ms. LP_ERR_INVALID, LP_ERR_RANGE. */
enum lp_err lp_quantity_parse_time(const char *text, uint64_t unit_ms, uint64_t *ms) LP_MUST_CHECK;

/* A whole number and perhaps k, M or G, in either case. LP_ERR_INVALID, LP_ERR_RANGE. */
enum lp_err lp_quantity_parse_size(const char *text, uint64_t *bytes) LP_MUST_CHECK;

/* A whole number. LP_ERR_INVALID, LP_ERR_RANGE. */
enum lp_err lp_quantity_parse_number(const char *text, uint64_t *number) LP_MUST_CHECK;

/* With the largest unit that leaves a whole number. Returns text. */
const char *lp_quantity_format_time(uint64_t ms, char text[LP_QUANTITY_TEXT_LEN]);
const char *lp_quantity_format_size(uint64_t bytes, char text[LP_QUANTITY_TEXT_LEN]);

#endif
