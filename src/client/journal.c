/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "client/journal.h"

#include "base/log.h"
#include "base/mem.h"
#include "state/rollback.h"

#include <stdlib.h>
#include <string.h>

#define LOG	   "client"
#define ROUTES_MAX 32

struct lp_journal {
	struct lp_store *store;
	const struct lp_netos *os;
	struct lp_rollback list[LP_ROLLBACK_MAX];
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

const struct lp_netos *lp_journal_os(const struct lp_journal *journal)
{
	return journal->os;
}

/* --- the list --- */

static enum lp_err write_list(struct lp_journal *journal)
{
	return lp_rollback_write(journal->store, journal->list, journal->count);
}

static enum lp_err push(struct lp_journal *journal, const struct lp_rollback *change)
{
	if (journal->count == LP_ROLLBACK_MAX) {
		lp_error(LOG, "too many changes of routes and settings: not making another one");
		return LP_ERR_TOO_LARGE;
	}
	struct lp_rollback *entry = &journal->list[journal->count++];
	*entry = *change;
	enum lp_err err = LP_OK;
	if (!journal->os->name(change->ifindex, entry->interface))
		err = LP_ERR_NOT_FOUND;
	if (!journal->os->hardware(change->ifindex, entry->hardware))
		entry->hardware[0] = '\0';
	if (err == LP_OK)
		err = write_list(journal);
	if (err != LP_OK)
		journal->count--;
	return err;
}

static void drop(struct lp_journal *journal, size_t index)
{
	journal->count--;
	memmove(&journal->list[index], &journal->list[index + 1],
		(journal->count - index) * sizeof(journal->list[0]));
	if (write_list(journal) != LP_OK)
		lp_warn(LOG, "the list of changes in %s is not up to date",
			lp_store_path(journal->store));
}

/* --- undoing --- */

static enum lp_err undo_setting(struct lp_journal *journal, const struct lp_rollback *change)
{
	uint32_t value;
	enum lp_err err = journal->os->get(change->ifindex, change->setting, &value);
	/* Killed before it was changed, or somebody has changed it since. */
	if (err != LP_OK || value != change->is)
		return err;
	return journal->os->set(change->ifindex, change->setting, change->was);
}

/* Interfaces are renamed, and an index may have come to another one. */
static bool is_there_still(const struct lp_netos *os, const struct lp_rollback *change)
{
	char name[LP_NETCFG_NAME_MAX + 1], hardware[LP_NETCFG_HARDWARE_LEN];
	if (!os->name(change->ifindex, name))
		return false;
	return strcmp(name, change->interface) == 0 ||
	       (change->hardware[0] && os->hardware(change->ifindex, hardware) &&
		strcmp(hardware, change->hardware) == 0);
}

/* What is gone needs no rollback; what may not be rolled back stays in the journal for the next
 * start. */
static bool undo_one(struct lp_journal *journal, const struct lp_rollback *change)
{
	if (!is_there_still(journal->os, change))
		return true;
	enum lp_err err = change->kind == LP_ROLLBACK_ROUTE
				  ? journal->os->remove_route(&change->route)
				  : undo_setting(journal, change);
	return err == LP_OK || err == LP_ERR_NOT_FOUND || err == LP_ERR_UNSUPPORTED;
}

/* ifindex 0 = of all interfaces. */
static void undo_all(struct lp_journal *journal, uint32_t ifindex)
{
	for (size_t i = journal->count; i-- > 0;) {
		if ((ifindex == 0 || journal->list[i].ifindex == ifindex) &&
		    undo_one(journal, &journal->list[i]))
			drop(journal, i);
	}
}

void lp_journal_undo(struct lp_journal *journal, uint32_t ifindex)
{
	if (ifindex != 0)
		undo_all(journal, ifindex);
}

/* --- life --- */

enum lp_err lp_journal_open(struct lp_store *store, const struct lp_netos *os,
			    struct lp_journal **out)
{
	struct lp_journal *journal = lp_alloc(sizeof(*journal));
	journal->store = store;
	journal->os = os;
	enum lp_err err = lp_rollback_read(store, journal->list, &journal->count);
	if (err != LP_OK) {
		lp_error(LOG,
			 "cannot read what an earlier client has left to be undone: give %s to the "
			 "user that lanpartyd runs as",
			 lp_store_path(store));
		free(journal);
		return err;
	}
	if (journal->count > 0) {
		size_t left = journal->count;
		undo_all(journal, 0);
		lp_info(LOG, "put back %zu routes and settings that a killed client had left",
			left - journal->count);
	}
	*out = journal;
	return LP_OK;
}

void lp_journal_close(struct lp_journal *journal)
{
	if (!journal)
		return;
	undo_all(journal, 0);
	if (journal->count > 0)
		lp_warn(LOG, "%zu routes and settings could not be put back: see ip route",
			journal->count);
	free(journal);
}

/* --- routes --- */

bool lp_route_is_same(const struct lp_route *a, const struct lp_route *b)
{
	return a->dst.len == b->dst.len && a->ifindex == b->ifindex && a->metric == b->metric &&
	       a->table == b->table && lp_addr_equal_ip(&a->dst.addr, &b->dst.addr) &&
	       lp_addr_equal_ip(&a->gateway, &b->gateway);
}

/* Returns its place in the list, or the length of the list. */
static size_t find_route(const struct lp_journal *journal, const struct lp_route *route)
{
	size_t i = 0;
	while (i < journal->count && (journal->list[i].kind != LP_ROLLBACK_ROUTE ||
				      !lp_route_is_same(&journal->list[i].route, route)))
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

enum lp_err lp_journal_add_route(struct lp_journal *journal, const struct lp_route *route)
{
	struct lp_rollback change = {
		.kind = LP_ROLLBACK_ROUTE, .ifindex = route->ifindex, .route = *route};
	bool is_new = find_route(journal, route) == journal->count;
	enum lp_err err;
	if (is_new) {
		/* Looked at before it is in the list: what is there already is never removed. */
		if (is_there(journal->os, route))
			return LP_ERR_EXISTS;
		err = push(journal, &change);
		if (err != LP_OK)
			return err;
	}
	err = journal->os->add_route(route);
	/* Somebody's whose route names itself by less than ours does, or was quicker, is not ours.
	 */
	if (err == LP_OK || (err == LP_ERR_EXISTS && !is_new))
		return LP_OK;
	drop(journal, find_route(journal, route));
	return err;
}

void lp_journal_remove_route(struct lp_journal *journal, const struct lp_route *route)
{
	size_t i = find_route(journal, route);
	if (i < journal->count && undo_one(journal, &journal->list[i]))
		drop(journal, i);
}

/* --- settings --- */

/*
 * The last entry is of a setting that is in the list already: one entry is left, from what it was
 * at first to what it is now. Unless somebody else has set it in between, who then is who to obey.
 */
static void join_settings(struct lp_journal *journal)
{
	struct lp_rollback *last = &journal->list[journal->count - 1];
	for (size_t i = 0; i + 1 < journal->count; i++) {
		const struct lp_rollback *first = &journal->list[i];
		if (first->kind != LP_ROLLBACK_SETTING || first->ifindex != last->ifindex ||
		    first->setting != last->setting)
			continue;
		if (first->is == last->was)
			last->was = first->was;
		drop(journal, i);
		return;
	}
}

enum lp_err lp_journal_set(struct lp_journal *journal, uint32_t ifindex,
			   enum lp_netcfg_setting setting, uint32_t value)
{
	struct lp_rollback change = {
		.kind = LP_ROLLBACK_SETTING, .ifindex = ifindex, .setting = setting, .is = value};
	enum lp_err err = journal->os->get(ifindex, setting, &change.was);
	if (err == LP_ERR_UNSUPPORTED || (err == LP_OK && change.was == value))
		return LP_OK;
	if (err == LP_OK)
		err = push(journal, &change);
	if (err != LP_OK)
		return err;
	err = journal->os->set(ifindex, setting, value);
	if (err != LP_OK)
		drop(journal, journal->count - 1);
	else
		join_settings(journal);
	return err;
}
