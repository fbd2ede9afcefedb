/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Other programs: where they are, and one run to its end.
 */
#ifndef LP_PLATFORM_PROCESS_H
#define LP_PLATFORM_PROCESS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs program, or where that is missing argv[0] from the search path; argv ends with NULL. Returns
 * what it wrote to its standard output and error (1 MiB at most), to be freed, and its exit status.
 * LP_ERR_SYSTEM.
 */
enum lp_err lp_process_run(const char *program, char *const argv[], char **out,
			   int *status) LP_MUST_CHECK;

/*
 * The program of that name that lies beside this one, which was started as `self` (argv[0]); false
 * when there is none.
 */
bool lp_process_beside(const char *self, const char *name, char *path, size_t path_len);

#endif
