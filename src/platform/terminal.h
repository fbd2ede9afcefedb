/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The terminal behind the standard output.
 */
#ifndef LP_PLATFORM_TERMINAL_H
#define LP_PLATFORM_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Is it one, and not a file or pipe? Makes it ready for UTF-8 and colours. */
bool lp_terminal_begin(void);

/* How large it is; false when the standard output is none, or does not tell. */
bool lp_terminal_size(size_t *columns, size_t *rows);

#endif
