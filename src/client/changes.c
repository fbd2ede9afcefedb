/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/changes.h"

#include "base/log.h"
#include "base/mem.h"
#include "state/undo.h"

#include <stdlib.h>
#include <string.h>

#define LOG	   "client"
#define ROUTES_MAX 32

struct lp_changes {
	struct lp_store *store;
	const struct lp_netos *os;
	struct lp_undo list[LP_UNDO_MAX];
	size_t count;
};

const struct lp_netos lp_netos_system = {
	.best_route = lp_netcfg_best_route,
	.routes_to = lp_netcfg_routes_to,
	.lookups = lp_netcfg_lookups,
	.add_route = lp_netcfg_add_route,
	.remove_route = lp_netcfg_remove_route,
	.default_routes = lp_netcfg_default_routes,
	.addresses = lp_netcfg_addresses,
	.local_prefixes = lp_netcfg_local_prefixes,
	.get = lp_netcfg_get,
	.set = lp_netcfg_set,
	.name = lp_netcfg_name,
	.hardware = lp_netcfg_hardware,
};

const struct lp_netos *lp_changes_os(const struct lp_changes *changes)
{
	return changes->os;
}

/* --- the list --- */

static enum lp_err write_list(struct lp_changes *changes)
{
	return lp_undo_write(changes->store, changes->list, changes->count);
}

static enum lp_err push(struct lp_changes *changes, const struct lp_undo *undo)
{
	if (changes->count == LP_UNDO_MAX) {
		lp_error(LOG, "too many changes of routes and settings: one more is not made");
		return LP_ERR_TOO_LARGE;
	}
	struct lp_undo *entry = &changes->list[changes->count++];
	*entry = *undo;
	enum lp_err err = LP_OK;
	if (!changes->os->name(undo->ifindex, entry->interface))
		err = LP_ERR_NOT_FOUND;
	if (!changes->os->hardware(undo->ifindex, entry->hardware))
		entry->hardware[0] = '\0';
	if (err == LP_OK)
		err = write_list(changes);
	if (err != LP_OK)
		changes->count--;
	return err;
}

static void drop(struct lp_changes *changes, size_t index)
{
	changes->count--;
	memmove(&changes->list[index], &changes->list[index + 1],
		(changes->count - index) * sizeof(changes->list[0]));
	if (write_list(changes) != LP_OK)
		lp_warn(LOG, "the list of changes in %s is not up to date",
			lp_store_path(changes->store));
}

/* --- undoing --- */

static enum lp_err undo_setting(struct lp_changes *changes, const struct lp_undo *undo)
{
	uint32_t value;
	enum lp_err err = changes->os->get(undo->ifindex, undo->setting, &value);
	/* Killed before it was changed, or somebody has changed it since. */
	if (err != LP_OK || value != undo->is)
		return err;
	return changes->os->set(undo->ifindex, undo->setting, undo->was);
}

/* Interfaces are renamed, and an index may have come to another one. */
static bool is_there_still(const struct lp_netos *os, const struct lp_undo *undo)
{
	char name[LP_NETCFG_NAME_MAX + 1], hardware[LP_NETCFG_HARDWARE_LEN];
	if (!os->name(undo->ifindex, name))
		return false;
	return strcmp(name, undo->interface) == 0 ||
	       (undo->hardware[0] && os->hardware(undo->ifindex, hardware) &&
		strcmp(hardware, undo->hardware) == 0);
}

/* What is gone needs no undo; what is not allowed to be undone stays in the list for the next. */
static bool undo_one(struct lp_changes *changes, const struct lp_undo *undo)
{
	if (!is_there_still(changes->os, undo))
		return true;
	enum lp_err err = undo->kind == LP_UNDO_ROUTE ? changes->os->remove_route(&undo->route)
						      : undo_setting(changes, undo);
	return err == LP_OK || err == LP_ERR_NOT_FOUND || err == LP_ERR_UNSUPPORTED;
}

/* ifindex 0 = of all interfaces. */
static void undo_all(struct lp_changes *changes, uint32_t ifindex)
{
	for (size_t i = changes->count; i-- > 0;) {
		if ((ifindex == 0 || changes->list[i].ifindex == ifindex) &&
		    undo_one(changes, &changes->list[i]))
			drop(changes, i);
	}
}

void lp_changes_undo(struct lp_changes *changes, uint32_t ifindex)
{
	if (ifindex != 0)
		undo_all(changes, ifindex);
}

/* --- life --- */

enum lp_err lp_changes_open(struct lp_store *store, const struct lp_netos *os,
			    struct lp_changes **out)
{
	struct lp_changes *changes = lp_alloc(sizeof(*changes));
	changes->store = store;
	changes->os = os;
	enum lp_err err = lp_undo_read(store, changes->list, &changes->count);
	if (err != LP_OK) {
		lp_error(LOG,
			 "cannot read what an earlier client has left to be undone: give %s to the "
			 "user that lanpartyd runs as",
			 lp_store_path(store));
		free(changes);
		return err;
	}
	if (changes->count > 0) {
		size_t left = changes->count;
		undo_all(changes, 0);
		lp_info(LOG, "put back %zu routes and settings that a killed client had left",
			left - changes->count);
	}
	*out = changes;
	return LP_OK;
}

void lp_changes_close(struct lp_changes *changes)
{
	if (!changes)
		return;
	undo_all(changes, 0);
	if (changes->count > 0)
		lp_warn(LOG, "%zu routes and settings could not be put back: see ip route",
			changes->count);
	free(changes);
}

/* --- routes --- */

bool lp_route_is_same(const struct lp_route *a, const struct lp_route *b)
{
	return a->dst.len == b->dst.len && a->ifindex == b->ifindex && a->metric == b->metric &&
	       a->table == b->table && lp_addr_equal_ip(&a->dst.addr, &b->dst.addr) &&
	       lp_addr_equal_ip(&a->gateway, &b->gateway);
}

/* Gives its place in the list, or the length of the list. */
static size_t find_route(const struct lp_changes *changes, const struct lp_route *route)
{
	size_t i = 0;
	while (i < changes->count && (changes->list[i].kind != LP_UNDO_ROUTE ||
				      !lp_route_is_same(&changes->list[i].route, route)))
		i++;
	return i;
}

static bool is_there(const struct lp_netos *os, const struct lp_route *route)
{
	struct lp_route routes[ROUTES_MAX];
	size_t count;
	if (os->routes_to(&route->dst.addr, route->table, routes, ROUTES_MAX, &count) != LP_OK)
		return false;
	while (count > 0 && !lp_route_is_same(&routes[count - 1], route))
		count--;
	return count > 0;
}

enum lp_err lp_changes_add_route(struct lp_changes *changes, const struct lp_route *route)
{
	struct lp_undo undo = {.kind = LP_UNDO_ROUTE, .ifindex = route->ifindex, .route = *route};
	enum lp_err err;
	if (find_route(changes, route) == changes->count) {
		/* Looked at before it is in the list: what is there already is never removed. */
		if (is_there(changes->os, route))
			return LP_ERR_EXISTS;
		err = push(changes, &undo);
		if (err != LP_OK)
			return err;
	}
	err = changes->os->add_route(route);
	if (err == LP_OK || err == LP_ERR_EXISTS)
		return LP_OK;
	drop(changes, find_route(changes, route));
	return err;
}

void lp_changes_remove_route(struct lp_changes *changes, const struct lp_route *route)
{
	size_t i = find_route(changes, route);
	if (i < changes->count && undo_one(changes, &changes->list[i]))
		drop(changes, i);
}

/* --- settings --- */

/*
 * The last entry is of a setting that is in the list already: one entry is left, from what it was
 * at first to what it is now. Unless somebody else has set it in between, who then is who to obey.
 */
static void join_settings(struct lp_changes *changes)
{
	struct lp_undo *last = &changes->list[changes->count - 1];
	for (size_t i = 0; i + 1 < changes->count; i++) {
		const struct lp_undo *first = &changes->list[i];
		if (first->kind != LP_UNDO_SETTING || first->ifindex != last->ifindex ||
		    first->setting != last->setting)
			continue;
		if (first->is == last->was)
			last->was = first->was;
		drop(changes, i);
		return;
	}
}

enum lp_err lp_changes_set(struct lp_changes *changes, uint32_t ifindex,
			   enum lp_netcfg_setting setting, uint32_t value)
{
	struct lp_undo undo = {
		.kind = LP_UNDO_SETTING, .ifindex = ifindex, .setting = setting, .is = value};
	enum lp_err err = changes->os->get(ifindex, setting, &undo.was);
	if (err == LP_ERR_UNSUPPORTED || (err == LP_OK && undo.was == value))
		return LP_OK;
	if (err == LP_OK)
		err = push(changes, &undo);
	if (err != LP_OK)
		return err;
	err = changes->os->set(ifindex, setting, value);
	if (err != LP_OK)
		drop(changes, changes->count - 1);
	else
		join_settings(changes);
	return err;
}
