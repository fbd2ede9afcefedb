/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The control socket as a named pipe: where the daemon waits for callers. */

#include "platform/win32/ctl_stream.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/win32/winerr.h"

#include <sddl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define PIPE_LEN (64 * 1024)

/*
 * The system and administrators may do all; who sits at this PC may read and write, but make no
 * instance of the pipe (FILE_APPEND_DATA, which GENERIC_WRITE would have). Nobody from the network.
 */
#define DACL "D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;BA)(A;;0x0012019b;;;IU)(A;;GA;;;OW)"

struct lp_ctl_server {
	struct lp_iocp_op connecting; /* of the instance that waits for a caller */
	CRITICAL_SECTION lock;
	atomic_int ref_count; /* the owner, and the connecting operation */
	char *path;
	PSECURITY_DESCRIPTOR security;
	HANDLE instance; /* waits for a caller, or has got one; INVALID = none could be made */
	bool has_caller;
	bool is_closed;
	struct lp_wake *wake;
	void (*on_stream)(void *arg, struct lp_ctl_stream *stream);
	void *arg;
};

static void let_go(struct lp_ctl_server *server)
{
	if (atomic_fetch_sub(&server->ref_count, 1) > 1)
		return;
	if (server->wake)
		lp_wake_unref(server->wake);
	LocalFree(server->security);
	DeleteCriticalSection(&server->lock);
	free(server->path);
	free(server);
}

static void on_connected(struct lp_iocp_op *op, DWORD error, DWORD len)
{
	struct lp_ctl_server *server = LP_CONTAINER_OF(op, struct lp_ctl_server, connecting);

	(void)len;
	EnterCriticalSection(&server->lock);
	/* One that came and went is taken, too: its stream says so. */
	server->has_caller = !server->is_closed;
	LeaveCriticalSection(&server->lock);
	if (error != ERROR_OPERATION_ABORTED)
		lp_wake_set(server->wake);
	let_go(server);
}

static HANDLE make_instance(const struct lp_ctl_server *server, bool is_first)
{
	SECURITY_ATTRIBUTES attributes = {.nLength = sizeof(attributes),
					  .lpSecurityDescriptor = server->security};

	return CreateNamedPipeA(server->path,
				PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED |
					(is_first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
				PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT |
					PIPE_REJECT_REMOTE_CLIENTS,
				PIPE_UNLIMITED_INSTANCES, PIPE_LEN, PIPE_LEN, 0, &attributes);
}

/* Waits for a caller of the instance; on_connected hears of it. */
static bool await_caller(struct lp_ctl_server *server)
{
	server->has_caller = false;
	server->connecting = (struct lp_iocp_op){.on_done = on_connected};
	atomic_fetch_add(&server->ref_count, 1);
	if (ConnectNamedPipe(server->instance, &server->connecting.overlapped) ||
	    GetLastError() == ERROR_IO_PENDING)
		return true;
	if (GetLastError() == ERROR_PIPE_CONNECTED || GetLastError() == ERROR_NO_DATA) {
		/* There before we asked: no operation ends for that. */
		server->has_caller = true;
		lp_wake_set(server->wake);
		let_go(server);
		return true;
	}
	let_go(server);
	return false;
}

static enum lp_err fail(const char *action, const char *path)
{
	char text[LP_WINERR_LEN];
	DWORD error = GetLastError();

	lp_error("control", "cannot %s %s: %s", action, path, lp_winerr_text(error, text));
	return lp_winerr_translate(error);
}

static bool is_answered(const char *path)
{
	struct lp_ctl_stream *stream;
	enum lp_err err = lp_ctl_connect(path, &stream);

	if (err == LP_OK)
		lp_ctl_stream_close(stream);
	return err == LP_OK || err == LP_ERR_PERMISSION || err == LP_ERR_TIMEOUT;
}

static enum lp_err open_pipe(struct lp_ctl_server *server)
{
	if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(DACL, SDDL_REVISION_1,
								  &server->security, NULL))
		return fail("make the permissions of", server->path);
	/* Also somebody who made a pipe of that name before us must not get what is meant for us.
	 */
	if (is_answered(server->path)) {
		SetLastError(ERROR_ACCESS_DENIED);
		server->instance = INVALID_HANDLE_VALUE;
	} else {
		server->instance = make_instance(server, true);
	}
	if (server->instance == INVALID_HANDLE_VALUE) {
		if (GetLastError() != ERROR_ACCESS_DENIED && GetLastError() != ERROR_PIPE_BUSY)
			return fail("make the pipe", server->path);
		lp_error("control",
			 "another lanpartyd answers at %s: stop it, or set control.socket to "
			 "another name",
			 server->path);
		return LP_ERR_BUSY;
	}
	return lp_iocp_attach(server->instance) ? LP_OK : fail("watch", server->path);
}

enum lp_err lp_ctl_server_open(const char *path, const char *group, struct lp_ctl_server **out)
{
	struct lp_ctl_server *server = lp_alloc(sizeof(*server));
	enum lp_err err;

	(void)group;
	InitializeCriticalSection(&server->lock);
	atomic_init(&server->ref_count, 1);
	server->path = lp_strdup(path);
	server->instance = INVALID_HANDLE_VALUE;
	err = open_pipe(server);
	if (err != LP_OK) {
		lp_ctl_server_close(server);
		return err;
	}
	*out = server;
	return LP_OK;
}

void lp_ctl_server_close(struct lp_ctl_server *server)
{
	if (!server)
		return;
	if (server->wake)
		lp_wake_ref(server->wake); /* for let_go, which may come later */
	lp_wake_close(server->wake);
	EnterCriticalSection(&server->lock);
	server->is_closed = true;
	LeaveCriticalSection(&server->lock);
	if (server->instance != INVALID_HANDLE_VALUE) {
		CancelIoEx(server->instance, NULL);
		CloseHandle(server->instance);
	}
	let_go(server);
}

/* The next caller's instance, before the stream of the last is handed on: there is always one. */
static void next_instance(struct lp_ctl_server *server)
{
	server->instance = make_instance(server, false);
	if (server->instance == INVALID_HANDLE_VALUE) {
		(void)fail("wait for callers at", server->path);
		return;
	}
	if (lp_iocp_attach(server->instance) && await_caller(server))
		return;
	(void)fail("wait for callers at", server->path);
	CloseHandle(server->instance);
	server->instance = INVALID_HANDLE_VALUE;
}

static void on_wake(void *arg)
{
	struct lp_ctl_server *server = arg;
	HANDLE caller = INVALID_HANDLE_VALUE;

	EnterCriticalSection(&server->lock);
	if (server->has_caller) {
		caller = server->instance;
		server->has_caller = false;
		server->instance = INVALID_HANDLE_VALUE;
	}
	LeaveCriticalSection(&server->lock);
	if (caller == INVALID_HANDLE_VALUE)
		return;
	next_instance(server);
	server->on_stream(server->arg, lp_ctl_stream_of(caller, true));
}

enum lp_err lp_ctl_server_start(struct lp_ctl_server *server, struct lp_watcher *watcher,
				void (*on_stream)(void *arg, struct lp_ctl_stream *stream),
				void *arg)
{
	server->on_stream = on_stream;
	server->arg = arg;
	server->wake = lp_wake_new(watcher, on_wake, server);
	if (!server->wake)
		return LP_ERR_SYSTEM;
	return await_caller(server) ? LP_OK : fail("wait for callers at", server->path);
}

void lp_ctl_server_retry(struct lp_ctl_server *server)
{
	if (server->wake && server->instance == INVALID_HANDLE_VALUE)
		next_instance(server);
}
