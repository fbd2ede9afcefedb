/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Rows of Windows' tables of interfaces and routes, and ours.
 */
#ifndef LP_PLATFORM_WIN32_NETCFG_ROW_H
#define LP_PLATFORM_WIN32_NETCFG_ROW_H

#include "base/inet.h"
#include "platform/netcfg.h"

#include <iphlpapi.h>

void lp_row_write_addr(const struct lp_addr *addr, SOCKADDR_INET *out);
struct lp_addr lp_row_read_addr(const SOCKADDR_INET *in);

/* The settings of an interface, for a family. Returns 0 or why not. */
DWORD lp_row_read_interface(uint32_t ifindex, ADDRESS_FAMILY family, MIB_IPINTERFACE_ROW *row);

/* Logs an error that is none of "not found", and translates it. `what` completes "cannot …". */
enum lp_err lp_row_failed(const char *what, DWORD error);

#endif
