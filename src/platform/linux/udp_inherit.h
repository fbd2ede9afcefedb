/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Listening sockets that a service manager hands over, so that a restart loses no packet.
 */
#ifndef LP_PLATFORM_LINUX_UDP_INHERIT_H
#define LP_PLATFORM_LINUX_UDP_INHERIT_H

#include "base/addr.h"
#include "platform/linux/inherit.h"
#include "platform/linux/udp_socket.h"

/*
 * Which of what was handed over is to be used: what the manager has opened, whatever it listens on;
 * else what an earlier start left with it, if that is `wanted` sockets that listen on what is asked
 * for. Returns how many, 0 for none.
 */
unsigned lp_udp_inherit_look(const struct lp_listen *listen, unsigned wanted,
			     struct lp_udp_socket out[LP_INHERIT_MAX]);

/* The `count` that lp_udp_inherit_look gave are ours now; what else was handed over is closed. */
void lp_udp_inherit_take(const struct lp_udp_socket *sockets, unsigned count);

/* Leaves sockets that we opened with the manager, for the time of a restart. */
void lp_udp_inherit_leave(const struct lp_udp_socket *sockets, unsigned count);

#endif
