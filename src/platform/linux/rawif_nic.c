/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/rawif_nic.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/linux/rtnl.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG "rawif"

static bool on_link(void *arg, const struct nlmsghdr *message)
{
	struct lp_rawif_info *info = arg;
	const struct rtattr *attributes[IFLA_MAX + 1];
	const struct ifinfomsg *body = lp_rtnl_parse(message, sizeof(*body), attributes, IFLA_MAX);
	const struct rtattr *mac;

	if (!body || message->nlmsg_type != RTM_NEWLINK)
		return false;
	mac = attributes[IFLA_ADDRESS];
	info->ifindex = (uint32_t)body->ifi_index;
	info->mtu = lp_rtnl_u32(attributes[IFLA_MTU]);
	info->is_up = (body->ifi_flags & IFF_UP) != 0;
	info->has_carrier = info->is_up && (body->ifi_flags & IFF_RUNNING) != 0;
	info->carrier_changes = lp_rtnl_u32(attributes[IFLA_CARRIER_CHANGES]);
	info->is_ethernet = body->ifi_type == ARPHRD_ETHER &&
			    (body->ifi_flags & IFF_LOOPBACK) == 0 && mac &&
			    mac->rta_len == RTA_LENGTH(LP_MAC_LEN);
	if (info->is_ethernet)
		memcpy(info->mac.octet, lp_rtnl_data(mac), LP_MAC_LEN);
	return false;
}

int lp_rawif_nic_read(uint32_t ifindex, const char *name, struct lp_rawif_info *info)
{
	struct ifinfomsg body = {.ifi_index = (int)ifindex};
	struct lp_rtnl request;
	int error;

	*info = (struct lp_rawif_info){0};
	lp_rtnl_begin(&request, RTM_GETLINK, 0, &body, sizeof(body));
	lp_rtnl_add_u32(&request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (ifindex == 0)
		lp_rtnl_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	error = lp_rtnl_ask(&request, on_link, info);
	return error == 0 && info->ifindex == 0 ? ENODEV : error;
}

static bool has_mark(const char *name, const char *mark)
{
	char path[64 + IFNAMSIZ];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, mark);
	return access(path, F_OK) == 0;
}

/* What is sent on a bridge goes to its ports, and what is sent on a port to its cable. */
static void tell_of_bridge(const char *name)
{
	if (has_mark(name, "bridge"))
		lp_warn(LOG,
			"%s is a bridge: players reach the LAN, but not this machine; if they are "
			"to, see: man lanparty.conf, gateway.interface",
			name);
	if (has_mark(name, "brport"))
		lp_warn(LOG,
			"%s is a port of a bridge: players reach what is at its cable, but neither "
			"this machine nor the other ports; if they are to, see: man lanparty.conf, "
			"gateway.interface",
			name);
}

enum lp_err lp_rawif_nic_check(const char *name, struct lp_rawif_info *info)
{
	int error = lp_rawif_nic_read(0, name, info);

	if (error == ENODEV) {
		lp_error(LOG, "there is no interface %s; see: ip link", name);
		return LP_ERR_NOT_FOUND;
	}
	if (error != 0) {
		lp_error(LOG, "cannot look at the interface %s: %s", name, strerror(error));
		return LP_ERR_SYSTEM;
	}
	if (!info->is_ethernet) {
		lp_error(LOG,
			 "%s is no Ethernet interface; name the one that is plugged into "
			 "the LAN",
			 name);
		return LP_ERR_UNSUPPORTED;
	}
	if (has_mark(name, "wireless") || has_mark(name, "phy80211")) {
		lp_error(LOG,
			 "%s is Wi-Fi, which carries only its own MAC address; use a wired "
			 "interface",
			 name);
		return LP_ERR_UNSUPPORTED;
	}
	if (!info->is_up) {
		lp_error(LOG, "%s is down; bring it up: ip link set dev %s up", name, name);
		return LP_ERR_UNREACHABLE;
	}
	if (!info->has_carrier) {
		lp_error(LOG, "%s has no carrier; plug in the cable of the LAN", name);
		return LP_ERR_UNREACHABLE;
	}
	tell_of_bridge(name);
	return LP_OK;
}
