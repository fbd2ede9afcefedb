/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool lp_terminal_begin(void)
{
	return isatty(STDOUT_FILENO) != 0;
}

bool lp_terminal_size(size_t *columns, size_t *rows)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
		return false;
	*columns = size.ws_col;
	*rows = size.ws_row;
	return true;
}
