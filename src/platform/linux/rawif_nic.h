/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What the kernel tells about a NIC, and whether it can be a gateway's.
 */
#ifndef LP_PLATFORM_LINUX_RAWIF_NIC_H
#define LP_PLATFORM_LINUX_RAWIF_NIC_H

#include "platform/rawif.h"

/* By its index, or by its name if that is 0. Returns 0 or an errno, ENODEV when there is none. */
int lp_rawif_nic_read(uint32_t ifindex, const char *name, struct lp_rawif_info *info);

/* Reads it by its name; where it cannot be a gateway's, one sentence in the log says why. */
enum lp_err lp_rawif_nic_check(const char *name, struct lp_rawif_info *info) LP_MUST_CHECK;

#endif
