/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/process.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "platform/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define OUTPUT_MAX ((size_t)1 << 20)

/*
 * As the C library of the other program takes a command line apart: backslashes are themselves but
 * before a quote.
 */
static void add_argument(struct lp_strbuf *line, const char *argument)
{
	size_t backslashes = 0;

	lp_strbuf_add(line, line->len > 0 ? " \"" : "\"");
	for (const char *c = argument; *c; c++) {
		if (*c == '\\') {
			backslashes++;
			continue;
		}
		for (size_t i = *c == '"' ? 2 * backslashes + 1 : backslashes; i > 0; i--)
			lp_strbuf_add_char(line, '\\');
		backslashes = 0;
		lp_strbuf_add_char(line, *c);
	}
	for (size_t i = 2 * backslashes; i > 0; i--)
		lp_strbuf_add_char(line, '\\');
	lp_strbuf_add_char(line, '"');
}

/* Starts it with both outputs into the pipe; the caller closes *process. */
static bool start(const char *program, char *const argv[], HANDLE out, HANDLE *process)
{
	STARTUPINFOA startup = {.cb = sizeof(startup),
				.dwFlags = STARTF_USESTDHANDLES,
				.hStdInput = INVALID_HANDLE_VALUE,
				.hStdOutput = out,
				.hStdError = out};
	PROCESS_INFORMATION info;
	struct lp_strbuf line = {0};
	bool is_started;

	for (size_t i = 0; argv[i]; i++)
		add_argument(&line, argv[i]);
	is_started = CreateProcessA(lp_file_stat(program) == LP_OK ? program : NULL, line.data,
				    NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info) != 0;
	free(line.data);
	if (!is_started)
		return false;
	CloseHandle(info.hThread);
	*process = info.hProcess;
	return true;
}

/* Reads to the end, and keeps what there is room for. */
static char *read_all(HANDLE pipe)
{
	char *text = lp_alloc(OUTPUT_MAX + 1), more[4096];
	size_t len = 0;
	DWORD got;

	while (ReadFile(pipe, more, sizeof(more), &got, NULL) && got > 0) {
		for (DWORD i = 0; i < got && len < OUTPUT_MAX; i++)
			text[len++] = more[i];
	}
	text[len] = '\0';
	return text;
}

enum lp_err lp_process_run(const char *program, char *const argv[], char **out, int *status)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};
	HANDLE ends[2], process;
	DWORD code = 0;
	bool is_started;

	if (!CreatePipe(&ends[0], &ends[1], &inherited, 0))
		return LP_ERR_SYSTEM;
	SetHandleInformation(ends[0], HANDLE_FLAG_INHERIT, 0);
	is_started = start(program, argv, ends[1], &process);
	CloseHandle(ends[1]);
	if (is_started) {
		*out = read_all(ends[0]);
		WaitForSingleObject(process, INFINITE);
		GetExitCodeProcess(process, &code);
		CloseHandle(process);
		*status = (int)code;
	}
	CloseHandle(ends[0]);
	return is_started ? LP_OK : LP_ERR_SYSTEM;
}

/* argv[0] is what somebody typed; the system knows where the program is. */
bool lp_process_beside(const char *self, const char *name, char *path, size_t path_len)
{
	char own[MAX_PATH * 3];
	DWORD own_len = GetModuleFileNameA(NULL, own, sizeof(own));
	char *slash;
	int len;

	(void)self;
	if (own_len == 0 || own_len == sizeof(own))
		return false;
	slash = strrchr(own, '\\');
	if (!slash)
		return false;
	len = snprintf(path, path_len, "%.*s\\%s.exe", (int)(slash - own), own, name);
	return len > 0 && (size_t)len < path_len && lp_file_stat(path) == LP_OK;
}
