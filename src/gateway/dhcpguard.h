/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Under how many names one player asks the hall's DHCP servers, and whose names those are. A server
 * gives an address for each name, so made-up ones would take its whole pool; and it takes one back
 * from whoever knows the name that it was given to. A bounded table with a quota of each MAC.
 */
#ifndef LP_GATEWAY_DHCPGUARD_H
#define LP_GATEWAY_DHCPGUARD_H

#include "base/clock.h"
#include "frame/mac.h"
#include "frame/verdict.h"

#include <stddef.h>
#include <stdint.h>

#define LP_DHCPGUARD_NAMES	512
#define LP_DHCPGUARD_QUOTA	4  /* of one MAC, of DHCPv4 and of DHCPv6: systems that it boots */
#define LP_DHCPGUARD_NAME_MAX	64 /* bytes; nobody makes longer ones */
#define LP_DHCPGUARD_AGE_NS	(3600 * LP_NS_PER_S)
#define LP_DHCPGUARD_LAN_AGE_NS (24 * 3600 * LP_NS_PER_S) /* as leases go */

struct lp_dhcpguard;

struct lp_dhcpguard *lp_dhcpguard_new(void);
/* NULL is ignored. */
void lp_dhcpguard_free(struct lp_dhcpguard *guard);

/* A frame of the LAN: a name in it is its sender's. */
void lp_dhcpguard_learn(struct lp_dhcpguard *guard, const uint8_t *frame, size_t len, uint64_t now);

/*
 * A frame of a player that is otherwise in order. LP_VERDICT_DHCP_NAME: one name too many, or it
 * gives back the lease of a name that another machine uses.
 */
enum lp_verdict lp_dhcpguard_check(struct lp_dhcpguard *guard, const uint8_t *frame, size_t len,
				   uint64_t now);

#endif
