/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Why a text is no libconfig: the mistakes that people make who know other formats, or whose editor
 * was clever.
 */
#ifndef LP_CONF_MISTAKE_H
#define LP_CONF_MISTAKE_H

#include <stdbool.h>

#define LP_MISTAKE_LEN 256

/*
 * Looks through a text, without comments, that libconfig has refused. True with the line (from 1)
 * and a sentence with the remedy; false when it looks good here.
 */
bool lp_mistake_find(const char *text, unsigned *line, char what[LP_MISTAKE_LEN]);

#endif
