/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/process.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)1 << 20)
#define NOT_FOUND  127 /* as a shell says it */

__attribute__((noreturn)) static void become(const char *program, char *const argv[], int out)
{
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	close(out);
	execv(program, argv);
	if (errno == ENOENT)
		execvp(argv[0], argv);
	_exit(NOT_FOUND);
}

/* Reads to the end, and keeps what there is room for. */
static char *read_all(int fd)
{
	char *text = lp_alloc(OUTPUT_MAX + 1), more[4096];
	size_t len = 0;
	ssize_t got;

	while ((got = read(fd, more, sizeof(more))) > 0 || (got < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < got && len < OUTPUT_MAX; i++)
			text[len++] = more[i];
	}
	text[len] = '\0';
	return text;
}

enum lp_err lp_process_run(const char *program, char *const argv[], char **out, int *status)
{
	int ends[2], state;
	pid_t pid;

	if (pipe(ends) < 0)
		return LP_ERR_SYSTEM;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		become(program, argv, ends[1]);
	}
	close(ends[1]);
	*out = pid < 0 ? NULL : read_all(ends[0]);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &state, 0) < 0 && errno == EINTR) {
	}
	if (pid < 0 || !WIFEXITED(state) || WEXITSTATUS(state) == NOT_FOUND) {
		free(*out);
		*out = NULL;
		return LP_ERR_SYSTEM;
	}
	*status = WEXITSTATUS(state);
	return LP_OK;
}

bool lp_process_beside(const char *self, const char *name, char *path, size_t path_len)
{
	const char *slash = strrchr(self, '/');
	int len = slash ? snprintf(path, path_len, "%.*s/%s", (int)(slash - self), self, name) : 0;

	return len > 0 && (size_t)len < path_len && access(path, X_OK) == 0;
}
