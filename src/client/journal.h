/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The changes that a client makes to its machine, each with its rollback. A change is on disk
 * before it is made, so what a killed client leaves behind is put back at the next start.
 */
#ifndef LP_CLIENT_JOURNAL_H
#define LP_CLIENT_JOURNAL_H

#include "platform/netcfg.h"
#include "state/store.h"

/* The part of the operating system that this is about; tests have one of their own. */
struct lp_netos {
	enum lp_err (*best_route)(const struct lp_addr *to, struct lp_route *route);
	enum lp_err (*routes_to)(const struct lp_addr *to, uint32_t table, struct lp_route *routes,
				 size_t cap, size_t *route_count);
	enum lp_err (*lookups)(const struct lp_addr *to, struct lp_lookup *lookups, size_t cap,
			       size_t *lookup_count);
	enum lp_err (*add_route)(const struct lp_route *route);
	enum lp_err (*remove_route)(const struct lp_route *route);
	enum lp_err (*default_routes)(uint32_t ifindex, struct lp_route *routes, size_t cap,
				      size_t *route_count);
	enum lp_err (*addresses)(uint32_t ifindex, struct lp_prefix *addrs, size_t *addr_count);
	enum lp_err (*local_prefixes)(uint32_t except_ifindex, struct lp_prefix *prefixes,
				      size_t cap, size_t *prefix_count);
	enum lp_err (*get)(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t *value);
	enum lp_err (*set)(uint32_t ifindex, enum lp_netcfg_setting setting, uint32_t value);
	bool (*name)(uint32_t ifindex, char name[LP_NETCFG_NAME_MAX + 1]);
	bool (*hardware)(uint32_t ifindex, char text[LP_NETCFG_HARDWARE_LEN]);
};

/* platform/netcfg.h */
extern const struct lp_netos lp_netos_system;

struct lp_journal;

/*
 * Puts back what a killed client has left, then begins with an empty list. Fails when another
 * process is using this state directory for the same. Keeps the store.
 */
enum lp_err lp_journal_open(struct lp_store *store, const struct lp_netos *os,
			    struct lp_journal **out) LP_MUST_CHECK;

/* Undoes everything that is left, the last change first. NULL is ignored. */
void lp_journal_close(struct lp_journal *journal);

const struct lp_netos *lp_journal_os(const struct lp_journal *journal);

/*
 * Adds a route, or adds it again if it has gone. LP_ERR_EXISTS: somebody else's is there and will
 * do; it is left alone.
 */
enum lp_err lp_journal_add_route(struct lp_journal *journal,
				 const struct lp_route *route) LP_MUST_CHECK;

/* Removes a route that was added here; any other is ignored. */
void lp_journal_remove_route(struct lp_journal *journal, const struct lp_route *route);

/*
 * Changes a setting, and again if it was changed before: what it was before the first time is what
 * it is set to in the end. LP_OK also when it is so already, or the system has no such setting.
 */
enum lp_err lp_journal_set(struct lp_journal *journal, uint32_t ifindex,
			   enum lp_netcfg_setting setting, uint32_t value) LP_MUST_CHECK;

/* Undoes what concerns one interface. */
void lp_journal_undo(struct lp_journal *journal, uint32_t ifindex);

/* The same way to the same destination? */
bool lp_route_is_same(const struct lp_route *a, const struct lp_route *b);

#endif
