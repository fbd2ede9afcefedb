/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * One end of a connection over a named pipe, overlapped: one read and one write at a time.
 */
#ifndef LP_PLATFORM_WIN32_CTL_STREAM_H
#define LP_PLATFORM_WIN32_CTL_STREAM_H

#include "platform/ctl_socket.h"
#include "platform/win32/iocp.h"
#include "platform/win32/wake.h"

/* Takes the handle. The daemon's ends are attached to the I/O thread, the tool's are waited for. */
struct lp_ctl_stream *lp_ctl_stream_of(HANDLE pipe, bool is_server);

#endif
