/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * An operating system's routes, addresses and interface settings, in memory: struct lp_netos for
 * tests. There is one; fake_netos_reset begins anew.
 */
#ifndef LP_TESTS_FAKE_NETOS_H
#define LP_TESTS_FAKE_NETOS_H

#include "client/journal.h"

#define FAKE_ROUTES_MAX	    64
#define FAKE_INTERFACES_MAX 4
#define FAKE_ORIGIN_USER    3
#define FAKE_ORIGIN_OURS    4

struct fake_interface {
	bool is_there;
	char name[16];
	char hardware[LP_NETCFG_HARDWARE_LEN]; /* "" = none */
	uint32_t settings[LP_NETCFG__SETTING_COUNT];
	bool has_setting[LP_NETCFG__SETTING_COUNT];
	struct lp_prefix addrs[LP_NETCFG_ADDRS_MAX];
	size_t addr_count;
};

struct fake_netos {
	struct lp_route routes[FAKE_ROUTES_MAX]; /* in the order in which they are taken */
	size_t route_count;
	struct lp_lookup lookups[8]; /* table 1, as rules of a VPN have it, then the main one */
	size_t lookup_count;
	struct fake_interface interfaces[FAKE_INTERFACES_MAX]; /* by index; 0 is none */
	enum lp_err refusal;				       /* of every change; LP_OK = none */
	bool has_short_keys; /* as Windows: of two routes that differ in the metric there is one */
	uint32_t change_count;		 /* calls that change something */
	void (*on_change)(bool is_done); /* before and after each; may be NULL */
};

extern struct fake_netos fake_netos;
extern const struct lp_netos fake_netos_ops;

void fake_netos_reset(void);

/* "eth0", Linux's settings, up. */
void fake_netos_add_interface(uint32_t ifindex, const char *name);
/* With its routes. */
void fake_netos_remove_interface(uint32_t ifindex);

/* Gives the interface an address, and the route to its network as the kernel does. */
void fake_netos_add_address(uint32_t ifindex, const char *prefix);
void fake_netos_remove_address(uint32_t ifindex, const char *prefix);

/* Somebody else's doing. gateway may be NULL. */
void fake_netos_add_route(const char *prefix, const char *gateway, uint32_t ifindex,
			  uint32_t metric);
void fake_netos_remove_route(const char *prefix, uint32_t ifindex);

/* How many routes are there to exactly that prefix out of that interface? */
size_t fake_netos_count(const char *prefix, uint32_t ifindex);

/* Are routes and settings the same in both? */
bool fake_netos_is_same(const struct fake_netos *a, const struct fake_netos *b);

struct lp_addr fake_ip(const char *text);

#endif
