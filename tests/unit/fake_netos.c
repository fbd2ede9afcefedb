/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "fake_netos.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct fake_netos fake_netos;

struct lp_addr fake_ip(const char *text)
{
	struct lp_addr addr;
	if (lp_addr_parse_ip(text, &addr) != LP_OK)
		abort();
	return addr;
}

static struct lp_prefix prefix_of(const char *text)
{
	struct lp_prefix prefix;
	if (lp_prefix_parse(text, &prefix) != LP_OK)
		abort();
	return prefix;
}

static bool is_prefix(const struct lp_prefix *a, const struct lp_prefix *b)
{
	return a->len == b->len && lp_addr_equal_ip(&a->addr, &b->addr);
}

static uint8_t bits_of(const struct lp_addr *addr)
{
	return addr->family == LP_ADDR_IP4 ? 32 : 128;
}

static struct fake_interface *interface_of(uint32_t ifindex)
{
	struct fake_interface *interface =
		ifindex < FAKE_INTERFACES_MAX ? &fake_netos.interfaces[ifindex] : NULL;
	return interface && interface->is_there ? interface : NULL;
}

/* --- the machine --- */

void fake_netos_reset(void)
{
	memset(&fake_netos, 0, sizeof(fake_netos));
	fake_netos.lookups[0] = (struct lp_lookup){.table = 1, .suppress_len = -1};
	fake_netos.lookups[1] = (struct lp_lookup){.table = 0, .suppress_len = -1};
	fake_netos.lookup_count = 2;
}

void fake_netos_add_interface(uint32_t ifindex, const char *name)
{
	struct fake_interface *interface = &fake_netos.interfaces[ifindex];
	memset(interface, 0, sizeof(*interface));
	interface->is_there = true;
	lp_strcopy(interface->name, sizeof(interface->name), name);
	interface->has_setting[LP_NETCFG_MTU] = true;
	interface->settings[LP_NETCFG_MTU] = 1500;
	interface->has_setting[LP_NETCFG_UP] = true;
	interface->settings[LP_NETCFG_UP] = 1;
	interface->has_setting[LP_NETCFG_DEFAULT_ROUTES_IP6] = true;
	interface->settings[LP_NETCFG_DEFAULT_ROUTES_IP6] = 1;
}

static void drop_route(size_t index)
{
	fake_netos.route_count--;
	memmove(&fake_netos.routes[index], &fake_netos.routes[index + 1],
		(fake_netos.route_count - index) * sizeof(fake_netos.routes[0]));
}

void fake_netos_remove_interface(uint32_t ifindex)
{
	for (size_t i = fake_netos.route_count; i-- > 0;) {
		if (fake_netos.routes[i].ifindex == ifindex)
			drop_route(i);
	}
	fake_netos.interfaces[ifindex].is_there = false;
}

static void insert_route(const struct lp_route *route, size_t at)
{
	if (fake_netos.route_count == FAKE_ROUTES_MAX)
		abort();
	memmove(&fake_netos.routes[at + 1], &fake_netos.routes[at],
		(fake_netos.route_count - at) * sizeof(fake_netos.routes[0]));
	fake_netos.routes[at] = *route;
	fake_netos.route_count++;
}

void fake_netos_add_route(const char *prefix, const char *gateway, uint32_t ifindex,
			  uint32_t metric)
{
	struct lp_route route = {.dst = prefix_of(prefix),
				 .ifindex = ifindex,
				 .metric = metric,
				 .origin = FAKE_ORIGIN_USER};
	if (gateway)
		route.gateway = fake_ip(gateway);
	insert_route(&route, fake_netos.route_count);
}

void fake_netos_remove_route(const char *prefix, uint32_t ifindex)
{
	struct lp_prefix dst = prefix_of(prefix);
	for (size_t i = fake_netos.route_count; i-- > 0;) {
		if (is_prefix(&fake_netos.routes[i].dst, &dst) &&
		    fake_netos.routes[i].ifindex == ifindex)
			drop_route(i);
	}
}

static struct lp_prefix address_of(const char *prefix)
{
	char ip[64];
	struct lp_prefix address = prefix_of(prefix);
	lp_strcopy(ip, sizeof(ip), prefix);
	ip[strcspn(ip, "/")] = '\0';
	address.addr = fake_ip(ip);
	return address;
}

void fake_netos_add_address(uint32_t ifindex, const char *prefix)
{
	struct fake_interface *interface = interface_of(ifindex);
	struct lp_prefix network = prefix_of(prefix);
	char text[LP_ADDR_TEXT_LEN];
	interface->addrs[interface->addr_count++] = address_of(prefix);
	fake_netos_add_route(lp_prefix_format(&network, text), NULL, ifindex, 0);
}

/* As the kernel does, with every route that has it as its source. */
void fake_netos_remove_address(uint32_t ifindex, const char *prefix)
{
	struct fake_interface *interface = interface_of(ifindex);
	struct lp_prefix address = address_of(prefix), network = prefix_of(prefix);
	char text[LP_ADDR_TEXT_LEN];
	for (size_t i = 0; i < interface->addr_count; i++) {
		if (is_prefix(&interface->addrs[i], &address))
			interface->addrs[i] = interface->addrs[--interface->addr_count];
	}
	for (size_t i = fake_netos.route_count; i-- > 0;) {
		if (lp_addr_equal_ip(&fake_netos.routes[i].prefers, &address.addr))
			drop_route(i);
	}
	fake_netos_remove_route(lp_prefix_format(&network, text), ifindex);
}

size_t fake_netos_count(const char *prefix, uint32_t ifindex)
{
	struct lp_prefix dst = prefix_of(prefix);
	size_t count = 0;
	for (size_t i = 0; i < fake_netos.route_count; i++)
		count += is_prefix(&fake_netos.routes[i].dst, &dst) &&
			 fake_netos.routes[i].ifindex == ifindex;
	return count;
}

bool fake_netos_is_same(const struct fake_netos *a, const struct fake_netos *b)
{
	if (a->route_count != b->route_count)
		return false;
	for (size_t i = 0; i < a->route_count; i++) {
		if (!lp_route_is_same(&a->routes[i], &b->routes[i]) ||
		    a->routes[i].origin != b->routes[i].origin)
			return false;
	}
	for (size_t i = 0; i < FAKE_INTERFACES_MAX; i++) {
		if (a->interfaces[i].is_there != b->interfaces[i].is_there ||
		    memcmp(a->interfaces[i].settings, b->interfaces[i].settings,
			   sizeof(a->interfaces[i].settings)) != 0)
			return false;
	}
	return true;
}

/* --- struct lp_netos --- */

static bool is_better(const struct lp_route *a, const struct lp_route *b)
{
	return a->dst.len != b->dst.len ? a->dst.len > b->dst.len : a->metric < b->metric;
}

static enum lp_err routes_to(const struct lp_addr *to, uint32_t table, struct lp_route *routes,
			     size_t cap, size_t *route_count)
{
	struct lp_prefix host = {.addr = *to, .len = bits_of(to)};
	host.addr.scope_id = 0;
	*route_count = 0;
	for (size_t i = 0; i < fake_netos.route_count && *route_count < cap; i++) {
		if (fake_netos.routes[i].table != table ||
		    !lp_prefix_overlaps(&fake_netos.routes[i].dst, &host))
			continue;
		routes[*route_count] = fake_netos.routes[i];
		routes[(*route_count)++].is_host_route = fake_netos.routes[i].dst.len == host.len;
	}
	return LP_OK;
}

static bool is_own(const struct lp_addr *addr)
{
	for (uint32_t i = 0; i < FAKE_INTERFACES_MAX; i++) {
		for (size_t j = 0; j < fake_netos.interfaces[i].addr_count; j++) {
			if (lp_addr_equal_ip(&fake_netos.interfaces[i].addrs[j].addr, addr))
				return true;
		}
	}
	return false;
}

static enum lp_err lookups(const struct lp_addr *to, struct lp_lookup *list, size_t cap,
			   size_t *count)
{
	(void)to;
	*count = LP_MIN(fake_netos.lookup_count, cap);
	memcpy(list, fake_netos.lookups, *count * sizeof(*list));
	return LP_OK;
}

static bool best_in_table(const struct lp_addr *to, const struct lp_lookup *lookup,
			  struct lp_route *route)
{
	struct lp_route routes[FAKE_ROUTES_MAX];
	size_t count;
	bool is_found = false;
	(void)routes_to(to, lookup->table, routes, FAKE_ROUTES_MAX, &count);
	for (size_t i = 0; i < count; i++) {
		if (!is_found || is_better(&routes[i], route))
			*route = routes[i];
		is_found = true;
	}
	return is_found && !route->is_throw && route->dst.len > lookup->suppress_len;
}

static enum lp_err best_route(const struct lp_addr *to, struct lp_route *route)
{
	bool is_found = false;
	*route = (struct lp_route){.is_local = is_own(to), .ifindex = 1};
	if (route->is_local)
		return LP_OK;
	for (size_t i = 0; i < fake_netos.lookup_count && !is_found; i++)
		is_found = best_in_table(to, &fake_netos.lookups[i], route);
	if (!is_found)
		return LP_ERR_UNREACHABLE;
	const struct fake_interface *interface = interface_of(route->ifindex);
	for (size_t i = 0; interface && i < interface->addr_count; i++) {
		if (interface->addrs[i].addr.family == to->family)
			route->source = interface->addrs[i].addr;
	}
	if (route->prefers.family != LP_ADDR_NONE)
		route->source = route->prefers;
	route->is_host_route = route->dst.len == bits_of(to);
	return LP_OK;
}

static void changing(bool is_done)
{
	fake_netos.change_count += is_done;
	if (fake_netos.on_change)
		fake_netos.on_change(is_done);
}

/* A new one comes before its equals. */
static enum lp_err add_route(const struct lp_route *route)
{
	struct lp_route added = *route;
	for (size_t i = 0; i < fake_netos.route_count; i++) {
		if (lp_route_is_same(&fake_netos.routes[i], route))
			return LP_ERR_EXISTS;
	}
	if (fake_netos.refusal != LP_OK)
		return fake_netos.refusal;
	if (!interface_of(route->ifindex))
		return LP_ERR_SYSTEM;
	added.origin = FAKE_ORIGIN_OURS;
	for (size_t i = 0; i < fake_netos.route_count && fake_netos.has_short_keys; i++) {
		const struct lp_route *there = &fake_netos.routes[i];
		if (is_prefix(&there->dst, &route->dst) && there->ifindex == route->ifindex &&
		    lp_addr_equal_ip(&there->gateway, &route->gateway))
			return LP_ERR_EXISTS;
	}
	changing(false);
	insert_route(&added, 0);
	changing(true);
	return LP_OK;
}

static enum lp_err remove_route(const struct lp_route *route)
{
	uint8_t origin = route->origin ? route->origin : FAKE_ORIGIN_OURS;
	for (size_t i = 0; i < fake_netos.route_count; i++) {
		if (!lp_route_is_same(&fake_netos.routes[i], route) ||
		    fake_netos.routes[i].origin != origin)
			continue;
		if (fake_netos.refusal != LP_OK)
			return fake_netos.refusal;
		changing(false);
		drop_route(i);
		changing(true);
		return LP_OK;
	}
	return LP_ERR_NOT_FOUND;
}

static enum lp_err default_routes(uint32_t ifindex, struct lp_route *routes, size_t cap,
				  size_t *route_count)
{
	*route_count = 0;
	for (size_t i = 0; i < fake_netos.route_count && *route_count < cap; i++) {
		if (fake_netos.routes[i].ifindex == ifindex && fake_netos.routes[i].dst.len == 0)
			routes[(*route_count)++] = fake_netos.routes[i];
	}
	return LP_OK;
}

static enum lp_err addresses(uint32_t ifindex, struct lp_prefix *addrs, size_t *addr_count)
{
	const struct fake_interface *interface = interface_of(ifindex);
	*addr_count = interface ? interface->addr_count : 0;
	for (size_t i = 0; i < *addr_count; i++)
		addrs[i] = interface->addrs[i];
	return LP_OK;
}

static enum lp_err local_prefixes(uint32_t except_ifindex, struct lp_prefix *prefixes, size_t cap,
				  size_t *prefix_count)
{
	*prefix_count = 0;
	for (uint32_t i = 1; i < FAKE_INTERFACES_MAX; i++) {
		const struct fake_interface *interface = interface_of(i);
		for (size_t j = 0; interface && i != except_ifindex && j < interface->addr_count &&
				   *prefix_count < cap;
		     j++) {
			prefixes[*prefix_count] = interface->addrs[j];
			lp_prefix_clear_host(&prefixes[(*prefix_count)++]);
		}
	}
	return LP_OK;
}

static enum lp_err get(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t *value)
{
	const struct fake_interface *interface = interface_of(ifindex);
	if (!interface)
		return LP_ERR_NOT_FOUND;
	*value = interface->settings[setting];
	return interface->has_setting[setting] ? LP_OK : LP_ERR_UNSUPPORTED;
}

static enum lp_err set(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t value)
{
	struct fake_interface *interface = interface_of(ifindex);
	if (!interface)
		return LP_ERR_NOT_FOUND;
	if (!interface->has_setting[setting])
		return LP_ERR_UNSUPPORTED;
	if (fake_netos.refusal != LP_OK)
		return fake_netos.refusal;
	changing(false);
	interface->settings[setting] = value;
	changing(true);
	return LP_OK;
}

static bool name(uint32_t ifindex, char text[LP_NETCFG_NAME_MAX + 1])
{
	const struct fake_interface *interface = interface_of(ifindex);
	return interface && lp_strcopy(text, LP_NETCFG_NAME_MAX + 1, interface->name);
}

static bool hardware(uint32_t ifindex, char text[LP_NETCFG_HARDWARE_LEN])
{
	const struct fake_interface *interface = interface_of(ifindex);
	return interface && interface->hardware[0] &&
	       lp_strcopy(text, LP_NETCFG_HARDWARE_LEN, interface->hardware);
}

const struct lp_netos fake_netos_ops = {
	.best_route = best_route,
	.routes_to = routes_to,
	.lookups = lookups,
	.add_route = add_route,
	.remove_route = remove_route,
	.default_routes = default_routes,
	.addresses = addresses,
	.local_prefixes = local_prefixes,
	.get = get,
	.set = set,
	.name = name,
	.hardware = hardware,
};
