/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The options of lanpartyctl, and its help: both come from a table.
 */
#ifndef LP_CTL_OPTION_H
#define LP_CTL_OPTION_H

#include "ctl/command.h"

#include <stddef.h>

enum lp_option_result {
	LP_OPTION_RUN,	   /* there may be a command to run */
	LP_OPTION_DONE,	   /* --help, --version: all was said */
	LP_OPTION_MISTAKE, /* said on ctl->err */
};

/*
 * Reads the options in argv into ctl; *first gets the place of the first word that is none. Options
 * may stand before and behind the command.
 */
enum lp_option_result lp_option_parse(struct lp_ctl *ctl, const struct lp_ctl_command *commands,
				      size_t command_count, int argc, char **argv, int *first);

#endif
