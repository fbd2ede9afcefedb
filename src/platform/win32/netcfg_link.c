/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The half of netcfg.h that is about interfaces: addresses, settings, and that something changed.
 */

#include "platform/win32/netcfg_row.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/win32/wake.h"
#include "platform/win32/winerr.h"

#include <stdio.h>
#include <stdlib.h>

/* --- addresses --- */

static bool read_interface(uint32_t ifindex, MIB_IF_ROW2 *row)
{
	*row = (MIB_IF_ROW2){.InterfaceIndex = ifindex};
	return GetIfEntry2(row) == NO_ERROR;
}

/* In use, and not to be had for somebody else's. */
static bool is_good(const MIB_UNICASTIPADDRESS_ROW *row)
{
	return row->DadState != IpDadStateTentative && row->DadState != IpDadStateDuplicate;
}

/* Up, no loopback, and more than fe80::/64, which is on every link and says nothing? */
static bool is_of_interest(const MIB_UNICASTIPADDRESS_ROW *row, const struct lp_addr *addr)
{
	bool is_link_local =
		addr->family == LP_ADDR_IP6 && addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80;
	MIB_IF_ROW2 link;

	return !is_link_local && read_interface(row->InterfaceIndex, &link) &&
	       link.Type != IF_TYPE_SOFTWARE_LOOPBACK && link.OperStatus == IfOperStatusUp;
}

static enum lp_err read_addresses(MIB_UNICASTIPADDRESS_TABLE **table)
{
	return lp_row_failed("list the addresses", GetUnicastIpAddressTable(AF_UNSPEC, table));
}

enum lp_err lp_netcfg_addresses(uint32_t ifindex, struct lp_prefix *addrs, size_t *addr_count)
{
	MIB_UNICASTIPADDRESS_TABLE *table;
	enum lp_err err = read_addresses(&table);

	*addr_count = 0;
	if (err != LP_OK)
		return err;
	for (ULONG i = 0; i < table->NumEntries && *addr_count < LP_NETCFG_ADDRS_MAX; i++) {
		const MIB_UNICASTIPADDRESS_ROW *row = &table->Table[i];

		if (row->InterfaceIndex == ifindex && is_good(row))
			addrs[(*addr_count)++] =
				(struct lp_prefix){.addr = lp_row_read_addr(&row->Address),
						   .len = row->OnLinkPrefixLength};
	}
	FreeMibTable(table);
	return LP_OK;
}

enum lp_err lp_netcfg_local_prefixes(uint32_t except_ifindex, struct lp_prefix *prefixes,
				     size_t cap, size_t *prefix_count)
{
	MIB_UNICASTIPADDRESS_TABLE *table;
	enum lp_err err = read_addresses(&table);

	*prefix_count = 0;
	if (err != LP_OK)
		return err;
	for (ULONG i = 0; i < table->NumEntries && *prefix_count < cap; i++) {
		const MIB_UNICASTIPADDRESS_ROW *row = &table->Table[i];
		struct lp_addr addr = lp_row_read_addr(&row->Address);

		if (row->InterfaceIndex == except_ifindex || !is_good(row) ||
		    !is_of_interest(row, &addr))
			continue;
		prefixes[*prefix_count] =
			(struct lp_prefix){.addr = addr, .len = row->OnLinkPrefixLength};
		lp_prefix_clear_host(&prefixes[(*prefix_count)++]);
	}
	FreeMibTable(table);
	return LP_OK;
}

/* --- settings --- */

static ADDRESS_FAMILY family_of(enum lp_netcfg_setting setting)
{
	return setting == LP_NETCFG_METRIC_IP6 || setting == LP_NETCFG_DEFAULT_ROUTES_IP6 ? AF_INET6
											  : AF_INET;
}

/* An interface that has IPv4 but not IPv6, or is not there at all. */
static enum lp_err explain(enum lp_netcfg_setting setting, const char *what, DWORD error)
{
	char text[80];

	snprintf(text, sizeof(text), "%s the setting %s of an interface", what,
		 lp_netcfg_setting_name(setting));
	enum lp_err err = lp_row_failed(text, error);

	return err == LP_ERR_NOT_FOUND && family_of(setting) == AF_INET6 ? LP_ERR_UNSUPPORTED : err;
}

enum lp_err lp_netcfg_get(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t *value)
{
	MIB_IPINTERFACE_ROW row;
	DWORD error;

	if (setting == LP_NETCFG_UP)
		return LP_ERR_UNSUPPORTED; /* an adapter that could be opened is up */
	error = lp_row_read_interface(ifindex, family_of(setting), &row);
	if (error != NO_ERROR)
		return explain(setting, "read", error);
	switch (setting) {
	case LP_NETCFG_MTU:
		*value = row.NlMtu;
		break;
	case LP_NETCFG_METRIC_IP4:
	case LP_NETCFG_METRIC_IP6:
		*value = row.UseAutomaticMetric ? 0 : row.Metric;
		break;
	default:
		*value = !row.DisableDefaultRoutes;
		break;
	}
	return LP_OK;
}

static DWORD set_for(uint32_t ifindex, ADDRESS_FAMILY family, enum lp_netcfg_setting setting,
		     uint32_t value)
{
	MIB_IPINTERFACE_ROW row;
	DWORD error = lp_row_read_interface(ifindex, family, &row);

	if (error != NO_ERROR)
		return error;
	switch (setting) {
	case LP_NETCFG_MTU:
		row.NlMtu = value;
		break;
	case LP_NETCFG_METRIC_IP4:
	case LP_NETCFG_METRIC_IP6:
		row.UseAutomaticMetric = value == 0;
		row.Metric = value;
		break;
	default:
		row.DisableDefaultRoutes = value == 0;
		break;
	}
	/* What was read is refused for IPv4 with this in it. */
	if (family == AF_INET)
		row.SitePrefixLength = 0;
	return SetIpInterfaceEntry(&row);
}

enum lp_err lp_netcfg_set(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t value)
{
	DWORD error;

	if (setting == LP_NETCFG_UP)
		return LP_ERR_UNSUPPORTED;
	error = set_for(ifindex, family_of(setting), setting, value);
	/* One MTU for both; IPv6 may be off, and wants 1280 at least. */
	if (setting == LP_NETCFG_MTU && error == NO_ERROR && value >= 1280)
		(void)set_for(ifindex, AF_INET6, setting, value);
	return error == NO_ERROR ? LP_OK : explain(setting, "change", error);
}

/* --- names --- */

bool lp_netcfg_name(uint32_t ifindex, char name[LP_NETCFG_NAME_MAX + 1])
{
	MIB_IF_ROW2 row;

	return read_interface(ifindex, &row) &&
	       WideCharToMultiByte(CP_UTF8, 0, row.Alias, -1, name, LP_NETCFG_NAME_MAX + 1, NULL,
				   NULL) > 0;
}

bool lp_netcfg_hardware(uint32_t ifindex, char text[LP_NETCFG_HARDWARE_LEN])
{
	MIB_IF_ROW2 row;
	const UCHAR *o = row.PhysicalAddress;

	if (!read_interface(ifindex, &row) || row.PhysicalAddressLength != 6)
		return false;
	snprintf(text, LP_NETCFG_HARDWARE_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2],
		 o[3], o[4], o[5]);
	return true;
}

/*
 * Which of these settings outlive a start of the system is nowhere written down. What is put back
 * is what still is as we set it, so putting back what is gone does no harm.
 */
const char *lp_netcfg_boot_id(char text[LP_NETCFG_BOOT_ID_LEN])
{
	text[0] = '\0';
	return text;
}

/* --- changes --- */

struct lp_netcfg_watch {
	struct lp_wake *wake;
	HANDLE handles[3];
	void (*on_change)(void *arg);
	void *arg;
};

static void on_wake(void *arg)
{
	struct lp_netcfg_watch *watch = arg;

	watch->on_change(watch->arg);
}

/* On threads of the system. */
static void WINAPI on_route(void *arg, MIB_IPFORWARD_ROW2 *row, MIB_NOTIFICATION_TYPE type)
{
	(void)row, (void)type;
	lp_wake_set(arg);
}

static void WINAPI on_address(void *arg, MIB_UNICASTIPADDRESS_ROW *row, MIB_NOTIFICATION_TYPE type)
{
	(void)row, (void)type;
	lp_wake_set(arg);
}

static void WINAPI on_interface(void *arg, MIB_IPINTERFACE_ROW *row, MIB_NOTIFICATION_TYPE type)
{
	(void)row, (void)type;
	lp_wake_set(arg);
}

static DWORD subscribe(struct lp_netcfg_watch *watch)
{
	void *arg = watch->wake;
	DWORD error = NotifyRouteChange2(AF_UNSPEC, on_route, arg, FALSE, &watch->handles[0]);

	if (error == NO_ERROR)
		error = NotifyUnicastIpAddressChange(AF_UNSPEC, on_address, arg, FALSE,
						     &watch->handles[1]);
	if (error == NO_ERROR)
		error = NotifyIpInterfaceChange(AF_UNSPEC, on_interface, arg, FALSE,
						&watch->handles[2]);
	return error;
}

enum lp_err lp_netcfg_watch(struct lp_watcher *watcher, void (*on_change)(void *arg), void *arg,
			    struct lp_netcfg_watch **out)
{
	struct lp_netcfg_watch *watch = lp_alloc(sizeof(*watch));
	DWORD error;

	watch->on_change = on_change;
	watch->arg = arg;
	watch->wake = lp_wake_new(watcher, on_wake, watch);
	if (!watch->wake) {
		free(watch);
		return LP_ERR_SYSTEM;
	}
	error = subscribe(watch);
	if (error != NO_ERROR) {
		lp_netcfg_unwatch(watch);
		return lp_row_failed("watch the network for changes", error);
	}
	*out = watch;
	return LP_OK;
}

/* Returns from the cancelling only when no call is under way. */
void lp_netcfg_unwatch(struct lp_netcfg_watch *watch)
{
	if (!watch)
		return;
	for (size_t i = 0; i < LP_ARRAY_COUNT(watch->handles); i++) {
		if (watch->handles[i])
			CancelMibChangeNotify2(watch->handles[i]);
	}
	lp_wake_close(watch->wake);
	free(watch);
}
