/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/terminal.h"

#include <windows.h>

/* A console shows colours and UTF-8 only when it is told to. */
bool lp_terminal_begin(void)
{
	HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
	DWORD mode;

	if (!GetConsoleMode(out, &mode))
		return false;
	SetConsoleOutputCP(CP_UTF8);
	SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
	return true;
}

bool lp_terminal_size(size_t *columns, size_t *rows)
{
	CONSOLE_SCREEN_BUFFER_INFO info;

	if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info))
		return false;
	*columns = (size_t)(info.srWindow.Right - info.srWindow.Left + 1);
	*rows = (size_t)(info.srWindow.Bottom - info.srWindow.Top + 1);
	return true;
}
