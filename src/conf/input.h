/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The text that libconfig is given: read from files, @include lines replaced by what they name, and
 * every line with the place that it came from.
 *
 * libconfig 1.5 would end the process on an @include of a folder, cut 5000000000 to 32 bits without
 * a word (its int64 lookup too), choke on a comment at the end of the file, and blame the wrong
 * line for a missing quote. All that is settled here, before it looks.
 */
#ifndef LP_CONF_INPUT_H
#define LP_CONF_INPUT_H

#include "base/err.h"
#include "conf/faults.h"

#include <stdbool.h>
#include <stddef.h>

#define LP_INPUT_FILE_MAX  (1 << 20) /* bytes of all files together */
#define LP_INPUT_DEPTH_MAX 8	     /* files that include files */

struct lp_input {
	char *text; /* terminated, ends in a newline; NULL = nothing was read */
	size_t len;
	size_t cap;
	struct lp_source_location *lines; /* of each line of the text */
	size_t line_count;
	size_t line_cap;
	char **files; /* names, kept for the places */
	size_t file_count;
};

void lp_input_init(struct lp_input *input);
void lp_input_fini(struct lp_input *input);

/*
 * Reads a file and all that it includes. LP_ERR_INVALID when something was added to the faults, for
 * whoever does not look at those.
 */
enum lp_err lp_input_read_file(struct lp_input *input, const char *path, struct lp_faults *faults);

/* Likewise a text (borrowed) that came from `name`; @include is a fault in it. */
enum lp_err lp_input_read_text(struct lp_input *input, const char *name, const char *text,
			       size_t len, struct lp_faults *faults);

/* Returns the names of the files that were read, and the array; its places are no good any more. */
void lp_input_give_files(struct lp_input *input, char ***files, size_t *count);

/* Where line `line` (from 1) of the text came from. */
struct lp_source_location lp_input_location(const struct lp_input *input, unsigned line);

#endif
