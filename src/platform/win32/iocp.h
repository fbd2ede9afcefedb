/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The one thread that hears of the end of overlapped I/O, for all devices that are no sockets: TAP
 * adapters and named pipes.
 */
#ifndef LP_PLATFORM_WIN32_IOCP_H
#define LP_PLATFORM_WIN32_IOCP_H

#include <stdbool.h>
#include <windows.h>

/* One read, write or connect. Belongs to the system from its start until on_done. */
struct lp_iocp_op {
	OVERLAPPED overlapped;
	/* On the thread; error 0 = done. May start the operation again. */
	void (*on_done)(struct lp_iocp_op *op, DWORD error, DWORD len);
};

/*
 * From now on what is started on the handle ends on the thread, which is started by the first
 * handle and runs until the process ends. An operation whose start fails with anything but
 * ERROR_IO_PENDING does not end there. False: GetLastError() says why.
 */
bool lp_iocp_attach(HANDLE handle);

#endif
