/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * struct lp_addr as the system's socket calls have it. IPv4 on a socket of both families is mapped
 * (::ffff:192.0.2.1) there and plain here.
 */
#ifndef LP_PLATFORM_SOCKADDR_H
#define LP_PLATFORM_SOCKADDR_H

#include "base/addr.h"
#include "base/inet.h"

#include <stdbool.h>

union lp_sockaddr {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

/* Makes the process ready for sockets; before the first of them. More than once does no harm. */
void lp_sockets_begin(void);

/* For a socket of the family that is_ip6 says. Returns the length of what was filled in. */
socklen_t lp_sockaddr_encode(const struct lp_addr *addr, bool is_ip6, union lp_sockaddr *out);

/* Of another family: *addr becomes LP_ADDR_NONE. */
void lp_sockaddr_decode(const union lp_sockaddr *in, struct lp_addr *addr);

#endif
