/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Windows' error codes: as text, and as ours.
 */
#ifndef LP_PLATFORM_WIN32_WINERR_H
#define LP_PLATFORM_WIN32_WINERR_H

#include "base/err.h"

#include <windows.h>

#define LP_WINERR_LEN 256

/* One line in the user's language, with the number behind it. Returns text. */
const char *lp_winerr_text(DWORD code, char text[LP_WINERR_LEN]);

/* NOT_FOUND, PERMISSION, BUSY, EXISTS or SYSTEM. */
enum lp_err lp_winerr_translate(DWORD code);

#endif
