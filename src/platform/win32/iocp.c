/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/win32/iocp.h"

#include "base/mem.h"

#include <stddef.h>

static HANDLE port;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static DWORD WINAPI run(void *arg)
{
	(void)arg;
	for (;;) {
		OVERLAPPED *overlapped = NULL;
		ULONG_PTR key;
		DWORD len = 0;
		bool is_good = GetQueuedCompletionStatus(port, &len, &key, &overlapped, INFINITE);

		if (overlapped) {
			struct lp_iocp_op *op =
				LP_CONTAINER_OF(overlapped, struct lp_iocp_op, overlapped);

			op->on_done(op, is_good ? ERROR_SUCCESS : GetLastError(), len);
		} else if (!is_good) {
			return GetLastError(); /* the port itself is gone */
		}
	}
}

static BOOL CALLBACK begin(INIT_ONCE *init, void *arg, void **context)
{
	HANDLE thread;

	(void)init, (void)arg, (void)context;
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	thread = port ? CreateThread(NULL, 0, run, NULL, 0, NULL) : NULL;
	if (!thread)
		return FALSE;
	CloseHandle(thread);
	return TRUE;
}

bool lp_iocp_attach(HANDLE handle)
{
	return InitOnceExecuteOnce(&once, begin, NULL, NULL) &&
	       CreateIoCompletionPort(handle, port, 0, 0) == port;
}
