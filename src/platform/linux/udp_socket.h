/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Opens and configures the descriptors behind platform/udp.h.
 */
#ifndef LP_PLATFORM_LINUX_UDP_SOCKET_H
#define LP_PLATFORM_LINUX_UDP_SOCKET_H

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>

struct lp_udp_socket {
	int fd;
	bool is_ip6;
	bool is_absent;
	/* bound to an address that no interface had then */ /* its family; IPv4 goes
								through it mapped */
	bool has_local;	 /* packets say to which address they came, and can be told from which to go
			  */
	bool has_errors; /* ICMP errors are told (IP_RECVERR) */
	struct lp_addr local;
	struct lp_addr rx_local; /* of packets, unless has_local; LP_ADDR_NONE if not known */
};

/* Opens `count` sockets that share an address; all or none. Errors as lp_udp_open_listen. */
enum lp_err lp_udp_socket_listen(const struct lp_listen *listen, unsigned count,
				 struct lp_udp_socket *out) LP_MUST_CHECK;

/* Errors as lp_udp_open_connect. */
enum lp_err lp_udp_socket_connect(enum lp_addr_family family,
				  struct lp_udp_socket *out) LP_MUST_CHECK;

#endif
