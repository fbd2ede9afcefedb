/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/win32/winerr.h"

#include <stdio.h>

const char *lp_winerr_text(DWORD code, char text[LP_WINERR_LEN])
{
	DWORD len = FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
					   FORMAT_MESSAGE_MAX_WIDTH_MASK,
				   NULL, code, 0, text, LP_WINERR_LEN - 24, NULL);

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '.'))
		len--;
	snprintf(text + len, LP_WINERR_LEN - len, "%serror %lu%s", len > 0 ? " (" : "",
		 (unsigned long)code, len > 0 ? ")" : "");
	return text;
}

enum lp_err lp_winerr_translate(DWORD code)
{
	switch (code) {
	case ERROR_SUCCESS:
		return LP_OK;
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_INVALID_NAME:
	case ERROR_BAD_PATHNAME:
	case ERROR_INVALID_DRIVE:
	case ERROR_NOT_FOUND:
		return LP_ERR_NOT_FOUND;
	case ERROR_ACCESS_DENIED:
	case ERROR_WRITE_PROTECT:
	case ERROR_PRIVILEGE_NOT_HELD:
		return LP_ERR_PERMISSION;
	case ERROR_SHARING_VIOLATION:
	case ERROR_LOCK_VIOLATION:
	case ERROR_PIPE_BUSY:
		return LP_ERR_BUSY;
	case ERROR_FILE_EXISTS:
	case ERROR_ALREADY_EXISTS:
	case ERROR_OBJECT_ALREADY_EXISTS:
		return LP_ERR_EXISTS;
	case ERROR_FILENAME_EXCED_RANGE:
		return LP_ERR_TOO_LARGE;
	default:
		return LP_ERR_SYSTEM;
	}
}
