/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/rawif.h"

#include "base/log.h"

enum lp_err lp_rawif_open(const char *interface_name, struct lp_framedev **out)
{
	(void)interface_name, (void)out;
	lp_error("nic", "a gateway runs on Linux only: start it on a Linux machine in the hall");
	return LP_ERR_UNSUPPORTED;
}

enum lp_err lp_rawif_query(struct lp_framedev *rawif, struct lp_rawif_info *info)
{
	(void)rawif, (void)info;
	return LP_ERR_UNSUPPORTED;
}

enum lp_err lp_rawif_probe(const char *interface_name, struct lp_rawif_info *info)
{
	(void)interface_name, (void)info;
	return LP_ERR_NOT_FOUND;
}

enum lp_err lp_rawif_set_remote_macs(struct lp_framedev *rawif, const struct lp_mac *macs,
				     size_t mac_count)
{
	(void)rawif, (void)macs, (void)mac_count;
	return LP_ERR_UNSUPPORTED;
}

void lp_rawif_read_stats(struct lp_framedev *rawif, struct lp_rawif_stats *stats)
{
	(void)rawif;
	*stats = (struct lp_rawif_stats){0};
}
