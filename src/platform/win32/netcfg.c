/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Routes. A route's metric here is what Windows goes by: its own and its interface's together. */

#include "platform/win32/netcfg_row.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/sockaddr.h"
#include "platform/win32/winerr.h"

#include <stdlib.h>
#include <string.h>

void lp_row_write_addr(const struct lp_addr *addr, SOCKADDR_INET *out)
{
	union lp_sockaddr name;
	size_t len = (size_t)lp_sockaddr_encode(addr, addr->family == LP_ADDR_IP6, &name);

	memset(out, 0, sizeof(*out));
	memcpy(out, &name, LP_MIN(len, sizeof(*out)));
}

struct lp_addr lp_row_read_addr(const SOCKADDR_INET *in)
{
	union lp_sockaddr name;
	struct lp_addr addr;

	memset(&name, 0, sizeof(name));
	memcpy(&name, in, LP_MIN(sizeof(name), sizeof(*in)));
	lp_sockaddr_decode(&name, &addr);
	addr.port = 0;
	return addr;
}

enum lp_err lp_row_failed(const char *what, DWORD error)
{
	char text[LP_WINERR_LEN];
	enum lp_err err = lp_winerr_translate(error);

	if (err == LP_OK || err == LP_ERR_NOT_FOUND)
		return err;
	lp_error("netcfg", "cannot %s: %s%s", what, lp_winerr_text(error, text),
		 err == LP_ERR_PERMISSION ? "; start lanpartyd as the service or as administrator"
					  : "");
	return err;
}

DWORD lp_row_read_interface(uint32_t ifindex, ADDRESS_FAMILY family, MIB_IPINTERFACE_ROW *row)
{
	InitializeIpInterfaceEntry(row);
	row->Family = family;
	row->InterfaceIndex = ifindex;
	return GetIpInterfaceEntry(row);
}

static ADDRESS_FAMILY family_of(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP6 ? AF_INET6 : AF_INET;
}

static uint8_t bits_of(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP6 ? 128 : 32;
}

static uint32_t interface_metric(uint32_t ifindex, ADDRESS_FAMILY family)
{
	MIB_IPINTERFACE_ROW row;

	return lp_row_read_interface(ifindex, family, &row) == NO_ERROR ? row.Metric : 0;
}

static struct lp_route read_row(const MIB_IPFORWARD_ROW2 *row)
{
	struct lp_route route = {
		.dst = {.addr = lp_row_read_addr(&row->DestinationPrefix.Prefix),
			.len = row->DestinationPrefix.PrefixLength},
		.gateway = lp_row_read_addr(&row->NextHop),
		.ifindex = row->InterfaceIndex,
		.origin = (uint8_t)row->Protocol,
		.is_local = row->Loopback ||
			    row->InterfaceLuid.Info.IfType == IF_TYPE_SOFTWARE_LOOPBACK,
	};
	ADDRESS_FAMILY family = family_of(&route.dst.addr);

	route.dst.addr.scope_id = 0;
	if (lp_addr_is_any(&route.gateway))
		route.gateway = (struct lp_addr){.family = LP_ADDR_NONE};
	route.metric = row->Metric + interface_metric(row->InterfaceIndex, family);
	route.is_host_route = route.dst.len == bits_of(&route.dst.addr);
	lp_prefix_clear_host(&route.dst);
	return route;
}

enum lp_err lp_netcfg_best_route(const struct lp_addr *to, struct lp_route *route)
{
	MIB_IPFORWARD_ROW2 row = {0};
	SOCKADDR_INET dst, source = {0};
	DWORD error;

	lp_row_write_addr(to, &dst);
	error = GetBestRoute2(NULL, to->scope_id, NULL, &dst, 0, &row, &source);
	switch (error) {
	case NO_ERROR:
		break;
	case ERROR_NOT_FOUND:
	case ERROR_FILE_NOT_FOUND:
	case ERROR_NETWORK_UNREACHABLE:
	case ERROR_HOST_UNREACHABLE:
		return LP_ERR_UNREACHABLE;
	default:
		return lp_row_failed("look up a route", error);
	}
	*route = read_row(&row);
	route->source = lp_row_read_addr(&source);
	return LP_OK;
}

/* --- the table --- */

struct search {
	struct lp_route *routes;
	size_t cap;
	size_t count;
};

/* By metric, those that were there first before their equals: so Windows chooses. */
static void insert(struct search *search, const struct lp_route *route)
{
	size_t at = LP_MIN(search->count, search->cap - 1);

	if (search->count == search->cap && search->routes[at].metric <= route->metric)
		return;
	while (at > 0 && search->routes[at - 1].metric > route->metric) {
		search->routes[at] = search->routes[at - 1];
		at--;
	}
	search->routes[at] = *route;
	search->count += search->count < search->cap;
}

static enum lp_err find(struct search *search, ADDRESS_FAMILY family,
			bool (*is_wanted)(const void *arg, const struct lp_route *route),
			const void *arg)
{
	MIB_IPFORWARD_TABLE2 *table;
	DWORD error = search->cap > 0 ? GetIpForwardTable2(family, &table) : ERROR_NOT_FOUND;

	if (error == ERROR_NOT_FOUND)
		return LP_OK; /* none of that family */
	if (error != NO_ERROR)
		return lp_row_failed("list the routes", error);
	for (ULONG i = 0; i < table->NumEntries; i++) {
		struct lp_route route = read_row(&table->Table[i]);

		if (!route.is_local && is_wanted(arg, &route))
			insert(search, &route);
	}
	FreeMibTable(table);
	return LP_OK;
}

static bool is_covering(const void *arg, const struct lp_route *route)
{
	struct lp_prefix host = {.addr = *(const struct lp_addr *)arg};

	host.len = bits_of(&host.addr);
	host.addr.scope_id = 0; /* networks have none */
	return lp_prefix_overlaps(&route->dst, &host);
}

enum lp_err lp_netcfg_routes_to(const struct lp_addr *to, uint32_t table, struct lp_route *routes,
				size_t cap, size_t *route_count)
{
	struct search search = {.routes = routes, .cap = table == 0 ? cap : 0};
	enum lp_err err = find(&search, family_of(to), is_covering, to);

	*route_count = search.count;
	return err;
}

static bool is_default(const void *arg, const struct lp_route *route)
{
	return route->ifindex == *(const uint32_t *)arg && lp_netcfg_is_default(&route->dst);
}

enum lp_err lp_netcfg_default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
				     size_t *route_count)
{
	struct search search = {.routes = routes, .cap = cap};
	enum lp_err err = find(&search, AF_INET, is_default, &ifindex);

	if (err == LP_OK)
		err = find(&search, AF_INET6, is_default, &ifindex);
	*route_count = search.count;
	return err;
}

/* There is one table, and no rules. */
enum lp_err lp_netcfg_lookups(const struct lp_addr *to, struct lp_lookup *lookups, size_t cap,
			      size_t *lookup_count)
{
	(void)to;
	*lookup_count = LP_MIN(cap, (size_t)1);
	if (cap > 0)
		lookups[0] = (struct lp_lookup){.table = 0, .suppress_len = -1};
	return LP_OK;
}

/* --- changing it --- */

/* What names a route to Windows: destination, next hop and interface. */
static void write_key(const struct lp_route *route, MIB_IPFORWARD_ROW2 *row)
{
	struct lp_addr none = {.family = route->dst.addr.family};

	InitializeIpForwardEntry(row);
	row->InterfaceIndex = route->ifindex;
	lp_row_write_addr(&route->dst.addr, &row->DestinationPrefix.Prefix);
	row->DestinationPrefix.PrefixLength = route->dst.len;
	lp_row_write_addr(route->gateway.family == LP_ADDR_NONE ? &none : &route->gateway,
			  &row->NextHop);
}

enum lp_err lp_netcfg_add_route(const struct lp_route *route)
{
	uint32_t base = interface_metric(route->ifindex, family_of(&route->dst.addr));
	MIB_IPFORWARD_ROW2 row;
	DWORD error;

	write_key(route, &row);
	row.Metric = route->metric > base ? route->metric - base : 0;
	row.Protocol = MIB_IPPROTO_NETMGMT;
	error = CreateIpForwardEntry2(&row);
	if (error == ERROR_OBJECT_ALREADY_EXISTS)
		return LP_ERR_EXISTS;
	/* An interface that has just come up is not ready at once; it is tried again. */
	return lp_row_failed("add a route", error);
}

enum lp_err lp_netcfg_remove_route(const struct lp_route *route)
{
	uint8_t origin = route->origin != 0 ? route->origin : (uint8_t)MIB_IPPROTO_NETMGMT;
	MIB_IPFORWARD_ROW2 row;
	DWORD error;

	write_key(route, &row);
	error = GetIpForwardEntry2(&row);
	if (error == NO_ERROR && (uint8_t)row.Protocol != origin)
		return LP_ERR_NOT_FOUND;
	if (error == NO_ERROR)
		error = DeleteIpForwardEntry2(&row);
	return lp_row_failed("remove a route", error);
}
