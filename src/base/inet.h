/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Socket addresses and byte order, which the systems have under different names.
 */
#ifndef LP_BASE_INET_H
#define LP_BASE_INET_H

#if __has_include(<netinet/in.h>)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h> /* gethostname */
#else
#include <winsock2.h>
#include <ws2tcpip.h>
#endif

#endif
