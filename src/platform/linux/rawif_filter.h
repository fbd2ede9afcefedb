/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Which frames of the LAN wake us up: the classic BPF programs of the gateway's two sockets, and
 * the exact check behind them. Pure: no descriptor in here.
 */
#ifndef LP_PLATFORM_LINUX_RAWIF_FILTER_H
#define LP_PLATFORM_LINUX_RAWIF_FILTER_H

#include "frame/mac.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * So many MACs are looked for in the kernel, in some 20 instructions; with more all unicast comes
 * up and is looked at here. The kernel takes programs of 4096 instructions.
 */
#define LP_RAWIF_FILTER_MACS  1024
#define LP_RAWIF_FILTER_INSNS (3 * LP_RAWIF_FILTER_MACS + 16)

struct lp_rawif_macs {
	uint64_t *mac; /* sorted */
	size_t mac_count;
};

/* Replaces the list. Free with lp_rawif_macs_fini. */
void lp_rawif_macs_set(struct lp_rawif_macs *list, const struct lp_mac *macs, size_t mac_count);
void lp_rawif_macs_fini(struct lp_rawif_macs *list);

/* Is destination or source of the frame (12 bytes are read) among them? */
bool lp_rawif_macs_match(const struct lp_rawif_macs *list, const uint8_t *frame);

/* Passes multicast only. Returns the number of instructions, as the next one does. */
size_t lp_rawif_filter_multicast(struct sock_filter program[LP_RAWIF_FILTER_INSNS]);

/*
 * Passes unicast whose destination or source has the last four bytes of a MAC in the list (the
 * first two are left to lp_rawif_macs_match); all unicast with too long a list or if is_open. Of
 * what this host sends itself only what is for such a MAC passes, and nothing with too long a list.
 */
size_t lp_rawif_filter_unicast(struct sock_filter program[LP_RAWIF_FILTER_INSNS],
			       const struct lp_rawif_macs *list, bool is_open);

#endif
