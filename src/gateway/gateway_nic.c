/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What happens to the gateway's NIC while it is in use: the cable is pulled and plugged in, it is
 * set down, gets another MTU or MAC, is taken away and comes back under its name. The session goes
 * on meanwhile, and the players' MACs are told to the LAN's switch when it is back.
 */

#include "base/log.h"
#include "gateway/gateway_impl.h"

#define LOG "gateway"

#define CHECK_APART_NS (50 * LP_NS_PER_MS) /* when changes come thick and fast */
#define TELL_APART_NS  LP_NS_PER_S
#define RETRY_NS       LP_NS_PER_S
#define OWN_EVERY_NS   (60 * LP_NS_PER_S) /* less than LP_ADDRGUARD_OWN_NS */
#define ROUTES_MAX     8

static uint64_t now_of(const struct lp_gateway *gateway)
{
	return lp_loop_now(gateway->loop)->mono_ns;
}

/* --- opening --- */

enum lp_err lp_gateway_open_nic(struct lp_gateway *gateway, struct lp_framedev **nic)
{
	enum lp_err err = lp_rawif_open(gateway->interface, nic);
	if (err != LP_OK)
		return err;
	err = lp_rawif_query(*nic, &gateway->nic);
	if (err != LP_OK) {
		(*nic)->ops->close(*nic);
		return err;
	}
	gateway->is_told_linked = true;
	lp_gateway_filter_set_nic(&gateway->gate, &gateway->nic.mac, now_of(gateway));
	return LP_OK;
}

void lp_gateway_on_nic_lost(void *user, enum lp_err err)
{
	struct lp_gateway *gateway = user;
	(void)err;
	gateway->link_losses++;
	lp_error(LOG, "%s is gone: the gateway uses it again as soon as it is back and plugged in",
		 gateway->interface);
}

/* Looks first, quietly: a NIC may be away for long, and is set up in steps when it comes. */
enum lp_err lp_gateway_reopen_nic(void *user, struct lp_framedev **nic)
{
	struct lp_gateway *gateway = user;
	struct lp_rawif_info info;
	uint64_t now = now_of(gateway);
	if (gateway->nic_failed_ns != 0 && now < gateway->nic_failed_ns + RETRY_NS)
		return LP_ERR_AGAIN;
	if (lp_rawif_probe(gateway->interface, &info) != LP_OK || !info.has_carrier)
		return LP_ERR_UNREACHABLE;
	enum lp_err err = lp_gateway_open_nic(gateway, nic);
	if (err == LP_OK) {
		err = lp_gateway_set_filter(gateway, *nic);
		if (err != LP_OK)
			(*nic)->ops->close(*nic);
	}
	gateway->nic_failed_ns = err == LP_OK ? 0 : now;
	gateway->has_new_link |= err == LP_OK;
	return err;
}

/* --- looking --- */

/* What was told last is true again, or will be told within a second: not each flap of a bad plug.
 */
static void tell_link(struct lp_gateway *gateway, uint64_t now)
{
	const struct lp_rawif_info *nic = &gateway->nic;
	if (nic->has_carrier == gateway->is_told_linked ||
	    (gateway->nic_told_ns != 0 && now < gateway->nic_told_ns + TELL_APART_NS))
		return;
	gateway->is_told_linked = nic->has_carrier;
	gateway->nic_told_ns = now;
	if (nic->has_carrier)
		lp_info(LOG, "%s has its link again", gateway->interface);
	else if (nic->is_up)
		lp_error(LOG, "%s has no link: is its cable plugged in, and the switch on?",
			 gateway->interface);
	else
		lp_error(LOG, "%s is down; bring it up: ip link set dev %s up", gateway->interface,
			 gateway->interface);
}

/* The players see a silent LAN: whether it is one or is out of reach only we know. */
static void tell_players(struct lp_gateway *gateway, uint64_t now)
{
	bool is_lost = !lp_host_device(gateway->host) || !gateway->nic.has_carrier;
	if (is_lost == gateway->is_lan_told_lost ||
	    (gateway->lan_told_ns != 0 && now < gateway->lan_told_ns + TELL_APART_NS))
		return;
	gateway->is_lan_told_lost = is_lost;
	gateway->lan_told_ns = now;
	lp_session_set_lan(lp_host_session(gateway->host), !is_lost);
}

static void take_changes(struct lp_gateway *gateway, const struct lp_rawif_info *info, uint64_t now)
{
	struct lp_rawif_info old = gateway->nic;
	bool has_changed = info->carrier_changes != old.carrier_changes ||
			   info->has_carrier != old.has_carrier;
	gateway->nic = *info;
	gateway->link_losses += has_changed && old.has_carrier;
	gateway->has_new_link |= has_changed && info->has_carrier;
	if (info->mtu != old.mtu)
		lp_log_write_limited(&gateway->mtu_log_limit, now, LP_LOG_INFO, LOG,
				     "the MTU of %s is %u now", gateway->interface, info->mtu);
	/* It may have been plugged in elsewhere. */
	if (gateway->has_new_link || !lp_mac_is_equal(&info->mac, &old.mac))
		lp_gateway_filter_set_nic(&gateway->gate, &info->mac, now);
}

static void keep_address(struct lp_gateway *gateway, const struct lp_addr *addr, uint64_t now)
{
	lp_addrguard_learn_own(gateway->gate.guard, addr->ip, addr->family == LP_ADDR_IP4 ? 4 : 16,
			       now);
}

/* The router of the LAN, if this machine uses it: nobody needs to say a word first. */
static void learn_own_router(struct lp_gateway *gateway, uint64_t now)
{
	struct lp_route routes[ROUTES_MAX];
	size_t count = 0;
	if (lp_netcfg_default_routes(gateway->nic.ifindex, routes, ROUTES_MAX, &count) != LP_OK)
		return;
	for (size_t i = 0; i < count; i++) {
		if (routes[i].gateway.family != LP_ADDR_NONE)
			keep_address(gateway, &routes[i].gateway, now);
	}
}

/* The system on the NIC is a machine of the LAN, but does not hear us ask. */
static void learn_own_addresses(struct lp_gateway *gateway, uint64_t now)
{
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t count = 0;
	if (now < gateway->own_due_ns)
		return;
	gateway->own_due_ns = now + OWN_EVERY_NS;
	if (lp_netcfg_addresses(gateway->nic.ifindex, addrs, &count) != LP_OK)
		return;
	for (size_t i = 0; i < count; i++)
		keep_address(gateway, &addrs[i].addr, now);
	learn_own_router(gateway, now);
}

void lp_gateway_check_nic(struct lp_gateway *gateway)
{
	uint64_t now = now_of(gateway);
	struct lp_rawif_info info;
	gateway->nic_checked_ns = now;
	if (!lp_host_device(gateway->host))
		lp_host_retry_device(gateway->host);
	struct lp_framedev *nic = lp_host_device(gateway->host);
	bool is_there = nic && lp_rawif_query(nic, &info) == LP_OK;
	if (is_there)
		take_changes(gateway, &info, now);
	tell_players(gateway, now);
	if (!is_there)
		return;
	learn_own_addresses(gateway, now);
	tell_link(gateway, now);
	if (!gateway->has_new_link)
		return;
	gateway->has_new_link = false;
	lp_gateway_refresh_all(gateway, "link_back");
}

static void on_nic_time(void *arg)
{
	struct lp_gateway *gateway = arg;
	if (now_of(gateway) < gateway->nic_checked_ns + CHECK_APART_NS) {
		lp_timer_set(gateway->nic_timer, gateway->nic_checked_ns + CHECK_APART_NS);
		return;
	}
	lp_timer_set(gateway->nic_timer, LP_NEVER);
	lp_gateway_check_nic(gateway);
}

static void on_change(void *arg)
{
	struct lp_gateway *gateway = arg;
	gateway->own_due_ns = 0;
	lp_timer_set(gateway->nic_timer, now_of(gateway));
}

void lp_gateway_watch_nic(struct lp_gateway *gateway)
{
	gateway->nic_timer = lp_timer_new(gateway->loop, on_nic_time, gateway);
	if (lp_netcfg_watch(lp_loop_watcher(gateway->loop), on_change, gateway,
			    &gateway->nic_watch) != LP_OK)
		lp_warn(LOG, "changes of %s are noticed only once a second", gateway->interface);
}

void lp_gateway_nic_free(struct lp_gateway *gateway)
{
	lp_netcfg_unwatch(gateway->nic_watch);
	lp_timer_free(gateway->nic_timer);
}
