/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The half of netcfg.h that is about interfaces: addresses, settings, and that something changed.
 */

#include "base/log.h"
#include "base/mem.h"
#include "platform/linux/rtnl.h"
#include "platform/netcfg.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct address_list {
	uint32_t only_ifindex;	 /* 0: all … */
	uint32_t except_ifindex; /* … but this */
	bool wants_prefixes;
	struct lp_prefix *prefixes;
	size_t cap;
	size_t count;
};

/* Up and no loopback? */
static bool is_link_of_interest(uint32_t ifindex)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_good;

	if (fd < 0)
		return false;
	is_good = if_indextoname(ifindex, request.ifr_name) != NULL &&
		  ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0 &&
		  (request.ifr_flags & IFF_LOOPBACK) == 0;
	close(fd);
	return is_good;
}

static bool on_address(void *arg, const struct nlmsghdr *message)
{
	struct address_list *list = arg;
	const struct rtattr *attributes[IFA_MAX + 1];
	const struct ifaddrmsg *body;
	struct lp_prefix prefix = {0};

	if (message->nlmsg_type != RTM_NEWADDR)
		return true;
	body = lp_rtnl_parse(message, sizeof(*body), attributes, IFA_MAX);
	if (!body || (list->only_ifindex != 0 && body->ifa_index != list->only_ifindex) ||
	    body->ifa_index == list->except_ifindex)
		return true;
	/* On a point-to-point link the address is the other end's, and "local" is ours. */
	prefix.addr = lp_rtnl_ip(attributes[IFA_LOCAL], body->ifa_family);
	if (prefix.addr.family == LP_ADDR_NONE || list->wants_prefixes) {
		struct lp_addr addr = lp_rtnl_ip(attributes[IFA_ADDRESS], body->ifa_family);

		if (addr.family != LP_ADDR_NONE)
			prefix.addr = addr;
	}
	prefix.len = body->ifa_prefixlen;
	if (prefix.addr.family == LP_ADDR_NONE || list->count == list->cap)
		return true;
	if (list->wants_prefixes) {
		/* fe80::/64 is on every link and says nothing. */
		if (body->ifa_scope == RT_SCOPE_LINK || !is_link_of_interest(body->ifa_index))
			return true;
		lp_prefix_clear_host(&prefix);
	}
	list->prefixes[list->count++] = prefix;
	return true;
}

static enum lp_err list_addresses(struct address_list *list)
{
	struct ifaddrmsg body = {.ifa_family = AF_UNSPEC};
	struct lp_rtnl request;

	lp_rtnl_begin(&request, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
	return lp_rtnl_failed("list the addresses", lp_rtnl_ask(&request, on_address, list));
}

enum lp_err lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs, size_t *addr_count)
{
	struct address_list list = {
		.only_ifindex = ifindex, .prefixes = addrs, .cap = LP_NETCFG_ADDRS_MAX};
	enum lp_err err = list_addresses(&list);

	*addr_count = list.count;
	return err;
}

enum lp_err lp_netcfg_local_prefixes(uint32_t except_ifindex, struct lp_prefix *prefixes,
				     size_t cap, size_t *prefix_count)
{
	struct address_list list = {.except_ifindex = except_ifindex,
				    .wants_prefixes = true,
				    .prefixes = prefixes,
				    .cap = cap};
	enum lp_err err = list_addresses(&list);

	*prefix_count = list.count;
	return err;
}

/* --- settings --- */

bool lp_netcfg_name(uint32_t ifindex, char name[LP_NETCFG_NAME_MAX + 1])
{
	char text[IF_NAMESIZE];

	return if_indextoname(ifindex, text) && lp_strcopy(name, LP_NETCFG_NAME_MAX + 1, text);
}

/* Asks or tells the driver, by ioctl. Returns 0 or an errno. */
static int tell(unsigned long what, struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = fd < 0 || ioctl(fd, what, request) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

bool lp_netcfg_hardware(uint32_t ifindex, char text[LP_NETCFG_HARDWARE_LEN])
{
	struct ifreq request = {0};
	const uint8_t *octet = (const uint8_t *)request.ifr_hwaddr.sa_data;

	if (!if_indextoname(ifindex, request.ifr_name) || tell(SIOCGIFHWADDR, &request) != 0 ||
	    request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return false;
	snprintf(text, LP_NETCFG_HARDWARE_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", octet[0], octet[1],
		 octet[2], octet[3], octet[4], octet[5]);
	return true;
}

/* One digit out of /proc/sys, or into it; CAP_NET_ADMIN is enough for the folder net. */
static int tell_sysctl(const char *interface, int flags, char *digit)
{
	char path[80];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%.*s/accept_ra_defrtr", IF_NAMESIZE,
		 interface);
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	n = flags == O_RDONLY ? read(fd, digit, 1) : write(fd, digit, 1);
	int error = n == 1 ? 0 : n < 0 ? errno : EIO;

	close(fd);
	return error;
}

/*
 * Metrics are the routes' own here, and which IPv4 default route is offered is known to the DHCP
 * client alone. A kernel without IPv6 has no such setting either.
 */
static enum lp_err explain(enum lp_netcfg_setting setting, const char *what, int error)
{
	char text[80];

	if (error == ENODEV || error == ENXIO)
		return LP_ERR_NOT_FOUND;
	if (setting == LP_NETCFG_DEFAULT_ROUTES_IP6 && error == ENOENT)
		return LP_ERR_UNSUPPORTED;
	snprintf(text, sizeof(text), "%s the setting %s of an interface", what,
		 lp_netcfg_setting_name(setting));
	return lp_rtnl_failed(text, error);
}

enum lp_err lp_netcfg_get(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t *value)
{
	struct ifreq request = {0};
	char digit = '0';
	int error = if_indextoname(ifindex, request.ifr_name) ? 0 : errno;

	if (error == 0) {
		switch (setting) {
		case LP_NETCFG_MTU:
			error = tell(SIOCGIFMTU, &request);
			*value = (uint32_t)request.ifr_mtu;
			break;
		case LP_NETCFG_UP:
			error = tell(SIOCGIFFLAGS, &request);
			*value = (request.ifr_flags & IFF_UP) != 0;
			break;
		case LP_NETCFG_DEFAULT_ROUTES_IP6:
			error = tell_sysctl(request.ifr_name, O_RDONLY, &digit);
			*value = digit != '0';
			break;
		default:
			return LP_ERR_UNSUPPORTED;
		}
	}
	return explain(setting, "read", error);
}

static int set_up(struct ifreq *request, bool is_up)
{
	int error = tell(SIOCGIFFLAGS, request);

	request->ifr_flags &= (short)~IFF_UP;
	if (is_up)
		request->ifr_flags |= IFF_UP;
	return error != 0 ? error : tell(SIOCSIFFLAGS, request);
}

enum lp_err lp_netcfg_set(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t value)
{
	struct ifreq request = {0};
	char digit = value ? '1' : '0';
	int error = if_indextoname(ifindex, request.ifr_name) ? 0 : errno;

	if (error == 0) {
		switch (setting) {
		case LP_NETCFG_MTU:
			request.ifr_mtu = (int)value;
			error = tell(SIOCSIFMTU, &request);
			break;
		case LP_NETCFG_UP:
			error = set_up(&request, value != 0);
			break;
		case LP_NETCFG_DEFAULT_ROUTES_IP6:
			error = tell_sysctl(request.ifr_name, O_WRONLY, &digit);
			break;
		default:
			return LP_ERR_UNSUPPORTED;
		}
	}
	return explain(setting, "change", error);
}

const char *lp_netcfg_boot_id(char text[LP_NETCFG_BOOT_ID_LEN])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, LP_NETCFG_BOOT_ID_LEN - 1) : 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* --- changes --- */

struct lp_netcfg_watch {
	int fd;
	struct lp_watcher *watcher;
	struct lp_watch *watch;
	void (*on_change)(void *arg);
	void *arg;
};

/* What changed is asked anew by whom it concerns; here it only matters that something did. */
static void on_ready(void *arg)
{
	struct lp_netcfg_watch *watch = arg;
	uint8_t news[8192];
	bool has_news = false;
	ssize_t n;

	do {
		n = recv(watch->fd, news, sizeof(news), MSG_DONTWAIT | MSG_TRUNC);
		/* ENOBUFS: so much changed that the kernel threw some of it away. */
		has_news |= n > 0 || (n < 0 && errno == ENOBUFS);
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == ENOBUFS)));
	if (has_news)
		watch->on_change(watch->arg);
}

enum lp_err lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg), void *arg,
			    struct lp_netcfg_watch **out)
{
	struct sockaddr_nl name = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE | RTMGRP_IPV4_RULE |
			     1U << (RTNLGRP_IPV6_RULE - 1),
	};
	struct lp_netcfg_watch *watch = lp_alloc(sizeof(*watch));

	watch->watcher = watcher;
	watch->on_change = on_change;
	watch->arg = arg;
	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (watch->fd < 0 || bind(watch->fd, (const void *)&name, sizeof(name)) < 0) {
		int error = errno;

		lp_netcfg_unwatch(watch);
		return lp_rtnl_failed("watch the routes", error);
	}
	watch->watch = watcher->add(watcher, watch->fd, on_ready, watch);
	if (!watch->watch) {
		lp_netcfg_unwatch(watch);
		return LP_ERR_SYSTEM;
	}
	*out = watch;
	return LP_OK;
}

void lp_netcfg_unwatch(struct lp_netcfg_watch *watch)
{
	if (!watch)
		return;
	if (watch->watch)
		watch->watcher->remove(watch->watcher, watch->watch);
	if (watch->fd >= 0)
		close(watch->fd);
	free(watch);
}
