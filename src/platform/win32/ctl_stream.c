/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/win32/ctl_stream.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "platform/win32/winerr.h"

#include <sddl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_LEN     4096
#define WRITE_MAX    (256 * 1024)
#define BUSY_WAIT_MS 1000 /* all instances are taken: for how long the tool tries */

struct lp_ctl_stream {
	struct lp_iocp_op reading;
	struct lp_iocp_op writing;
	CRITICAL_SECTION lock;
	atomic_int ref_count; /* the owner, and each operation that is under way */
	HANDLE pipe;
	bool is_server;
	HANDLE read_event; /* the tool's: set when the read ended */

	/* Guarded by lock. */
	bool is_reading;
	bool is_writing;
	bool is_broken;
	size_t read_at; /* of what was read, and not taken yet … */
	size_t read_end;
	uint8_t data[READ_LEN];
	uint8_t *out; /* being written */

	struct lp_wake *wake;
	void (*on_ready)(void *arg);
	void *arg;
};

static void let_go(struct lp_ctl_stream *stream)
{
	if (atomic_fetch_sub(&stream->ref_count, 1) > 1)
		return;
	if (stream->wake)
		lp_wake_unref(stream->wake);
	if (stream->read_event)
		CloseHandle(stream->read_event);
	DeleteCriticalSection(&stream->lock);
	free(stream->out);
	free(stream);
}

/* With the lock held. */
static void read_ended(struct lp_ctl_stream *stream, DWORD error, DWORD len)
{
	stream->is_reading = false;
	stream->read_at = 0;
	stream->read_end = error == ERROR_SUCCESS ? len : 0;
	/* A write of nothing is no end, but there is none of those here. */
	stream->is_broken |= error != ERROR_SUCCESS || len == 0;
}

static void on_read(struct lp_iocp_op *op, DWORD error, DWORD len)
{
	struct lp_ctl_stream *stream = LP_CONTAINER_OF(op, struct lp_ctl_stream, reading);

	EnterCriticalSection(&stream->lock);
	read_ended(stream, error, len);
	LeaveCriticalSection(&stream->lock);
	if (stream->wake)
		lp_wake_set(stream->wake);
	let_go(stream);
}

static void on_written(struct lp_iocp_op *op, DWORD error, DWORD len)
{
	struct lp_ctl_stream *stream = LP_CONTAINER_OF(op, struct lp_ctl_stream, writing);

	(void)len;
	EnterCriticalSection(&stream->lock);
	stream->is_writing = false;
	stream->is_broken |= error != ERROR_SUCCESS;
	free(stream->out);
	stream->out = NULL;
	LeaveCriticalSection(&stream->lock);
	let_go(stream);
}

/* With the lock held, nothing being read and all taken. */
static void begin_read(struct lp_ctl_stream *stream)
{
	stream->reading = (struct lp_iocp_op){.on_done = on_read,
					      .overlapped = {.hEvent = stream->read_event}};
	stream->is_reading = true;
	atomic_fetch_add(&stream->ref_count, 1);
	if (ReadFile(stream->pipe, stream->data, READ_LEN, NULL, &stream->reading.overlapped) ||
	    GetLastError() == ERROR_IO_PENDING)
		return;
	read_ended(stream, GetLastError(), 0);
	if (stream->read_event)
		SetEvent(stream->read_event);
	if (stream->wake)
		lp_wake_set(stream->wake);
	atomic_fetch_sub(&stream->ref_count, 1); /* the caller has one, too */
}

struct lp_ctl_stream *lp_ctl_stream_of(HANDLE pipe, bool is_server)
{
	struct lp_ctl_stream *stream = lp_alloc(sizeof(*stream));

	InitializeCriticalSection(&stream->lock);
	atomic_init(&stream->ref_count, 1);
	stream->pipe = pipe;
	stream->is_server = is_server;
	if (!is_server) {
		stream->read_event = CreateEventA(NULL, TRUE, FALSE, NULL);
		begin_read(stream);
	}
	return stream;
}

void lp_ctl_stream_close(struct lp_ctl_stream *stream)
{
	if (!stream)
		return;
	if (stream->wake)
		lp_wake_ref(stream->wake); /* for let_go, which may come later */
	lp_wake_close(stream->wake);
	/* What is being written still goes to who reads it; its buffer waits for that. */
	EnterCriticalSection(&stream->lock);
	if (stream->is_reading)
		CancelIoEx(stream->pipe, &stream->reading.overlapped);
	LeaveCriticalSection(&stream->lock);
	if (!stream->is_server && stream->is_reading) {
		DWORD len;

		GetOverlappedResult(stream->pipe, &stream->reading.overlapped, &len, TRUE);
		let_go(stream);
	}
	CloseHandle(stream->pipe);
	let_go(stream);
}

/* Not by name: a domain controller that does not answer would make us wait. */
void lp_ctl_stream_caller(const struct lp_ctl_stream *stream, char *text, size_t text_len)
{
	ULONG pid = 0, session = 0;

	if (GetNamedPipeClientProcessId(stream->pipe, &pid) && ProcessIdToSessionId(pid, &session))
		snprintf(text, text_len, "process %lu of session %lu", pid, session);
	else
		snprintf(text, text_len, "somebody");
}

static void on_wake(void *arg)
{
	struct lp_ctl_stream *stream = arg;

	stream->on_ready(stream->arg);
}

enum lp_err lp_ctl_stream_start(struct lp_ctl_stream *stream, struct lp_watcher *watcher,
				void (*on_ready)(void *arg), void *arg)
{
	stream->on_ready = on_ready;
	stream->arg = arg;
	stream->wake = lp_wake_new(watcher, on_wake, stream);
	if (!stream->wake)
		return LP_ERR_SYSTEM;
	EnterCriticalSection(&stream->lock);
	begin_read(stream);
	LeaveCriticalSection(&stream->lock);
	return LP_OK;
}

/* The tool's read ends without the thread. */
static void poll_read(struct lp_ctl_stream *stream)
{
	DWORD len = 0, error = ERROR_SUCCESS;

	if (stream->is_server || !stream->is_reading)
		return;
	if (!GetOverlappedResult(stream->pipe, &stream->reading.overlapped, &len, FALSE))
		error = GetLastError();
	if (error == ERROR_IO_INCOMPLETE)
		return;
	read_ended(stream, error, len);
	atomic_fetch_sub(&stream->ref_count, 1);
}

enum lp_err lp_ctl_stream_recv(struct lp_ctl_stream *stream, void *data, size_t cap, size_t *got)
{
	enum lp_err err = LP_OK;

	EnterCriticalSection(&stream->lock);
	poll_read(stream);
	*got = LP_MIN(cap, stream->read_end - stream->read_at);
	memcpy(data, stream->data + stream->read_at, *got);
	stream->read_at += *got;
	if (*got == 0 && cap > 0)
		err = stream->is_broken ? LP_ERR_CLOSED : LP_ERR_AGAIN;
	if (stream->read_at < stream->read_end) {
		if (stream->wake)
			lp_wake_set(stream->wake); /* the rest, on the next turn */
	} else if (!stream->is_reading && !stream->is_broken) {
		begin_read(stream);
	} else if (stream->is_broken && *got > 0 && stream->wake) {
		lp_wake_set(stream->wake); /* the end, on the next turn */
	}
	LeaveCriticalSection(&stream->lock);
	return err;
}

/* Copies: what is written belongs to the system until it ends. */
static enum lp_err begin_write(struct lp_ctl_stream *stream, const void *data, size_t len)
{
	stream->out = lp_alloc(len);
	memcpy(stream->out, data, len);
	stream->writing = (struct lp_iocp_op){.on_done = on_written};
	stream->is_writing = true;
	atomic_fetch_add(&stream->ref_count, 1);
	if (WriteFile(stream->pipe, stream->out, (DWORD)len, NULL, &stream->writing.overlapped) ||
	    GetLastError() == ERROR_IO_PENDING)
		return LP_OK;
	atomic_fetch_sub(&stream->ref_count, 1);
	free(stream->out);
	stream->out = NULL;
	stream->is_writing = false;
	stream->is_broken = true;
	return LP_ERR_CLOSED;
}

/* The tool has nothing else to do. */
static enum lp_err finish_write(struct lp_ctl_stream *stream)
{
	DWORD len;
	bool is_written =
		GetOverlappedResult(stream->pipe, &stream->writing.overlapped, &len, TRUE) != 0;

	on_written(&stream->writing, is_written ? ERROR_SUCCESS : GetLastError(), len);
	return is_written ? LP_OK : LP_ERR_CLOSED;
}

enum lp_err lp_ctl_stream_send(struct lp_ctl_stream *stream, const void *data, size_t len,
			       size_t *sent)
{
	enum lp_err err = LP_ERR_AGAIN;

	*sent = 0;
	if (len == 0)
		return LP_OK;
	EnterCriticalSection(&stream->lock);
	if (stream->is_broken && stream->is_server && !stream->is_reading && stream->read_end == 0)
		err = LP_ERR_CLOSED;
	else if (!stream->is_writing)
		err = begin_write(stream, data, LP_MIN(len, (size_t)WRITE_MAX));
	LeaveCriticalSection(&stream->lock);
	if (err == LP_OK && !stream->is_server)
		err = finish_write(stream);
	if (err == LP_OK)
		*sent = LP_MIN(len, (size_t)WRITE_MAX);
	return err;
}

enum lp_err lp_ctl_stream_wait(struct lp_ctl_stream *stream, int timeout_ms)
{
	bool is_there = stream->read_at < stream->read_end || !stream->is_reading;

	if (is_there || WaitForSingleObject(stream->read_event, (DWORD)timeout_ms) == WAIT_OBJECT_0)
		return LP_OK;
	return LP_ERR_TIMEOUT;
}

/*
 * Just what the pipe allows who sits at this PC: GENERIC_WRITE would want to make instances of it.
 * Whoever answers may ask who we are, and not act as us.
 */
static HANDLE open_pipe(const char *path)
{
	return CreateFileA(path, GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES, 0, NULL,
			   OPEN_EXISTING,
			   FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
			   NULL);
}

enum lp_err lp_ctl_connect(const char *path, struct lp_ctl_stream **out)
{
	uint64_t deadline_ns = lp_clock_read().mono_ns + BUSY_WAIT_MS * LP_NS_PER_MS;
	char text[LP_WINERR_LEN];
	HANDLE pipe = open_pipe(path);

	/* Between two callers there is no instance for a moment. */
	while (pipe == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY &&
	       lp_clock_read().mono_ns < deadline_ns) {
		WaitNamedPipeA(path, BUSY_WAIT_MS / 10);
		pipe = open_pipe(path);
	}
	if (pipe != INVALID_HANDLE_VALUE) {
		*out = lp_ctl_stream_of(pipe, false);
		return LP_OK;
	}
	enum lp_err err = lp_winerr_translate(GetLastError());

	if (err == LP_ERR_SYSTEM)
		lp_error("control", "cannot connect to %s: %s", path,
			 lp_winerr_text(GetLastError(), text));
	return err == LP_ERR_BUSY ? LP_ERR_TIMEOUT : err;
}
