/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A route as rtnetlink writes it. Pure: bytes of the kernel to struct lp_route.
 */
#ifndef LP_PLATFORM_LINUX_ROUTE_READ_H
#define LP_PLATFORM_LINUX_ROUTE_READ_H

#include "platform/linux/rtnl.h"
#include "platform/netcfg.h"

/* False for what is none of ours: another message, a broadcast's route, a dead one. */
bool lp_rtnl_read_route(const struct nlmsghdr *message, struct lp_route *route);

/* How long the prefix of one address is. */
uint8_t lp_rtnl_bits(const struct lp_addr *addr);

#endif
