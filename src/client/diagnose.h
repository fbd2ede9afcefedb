/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What a player is told: from measured facts to short sentences (O4, O5). Pure: the same on every
 * system, for the log, lanpartyctl and whatever shows them to a player.
 */
#ifndef LP_CLIENT_DIAGNOSE_H
#define LP_CLIENT_DIAGNOSE_H

#include "admin/snapshot.h"
#include "base/addr.h"
#include "client/relay_route.h"

/* All that is known, measured now. Texts are borrowed; ages are -1 for never. */
struct lp_client_facts {
	const char *relay;
	const char *room;
	const char *device;
	const char *last_error; /* of the last attempt; "" = none since we were in the room */
	bool is_up;		/* in the room */
	bool is_unanswered;	/* last_error is that nobody answers */
	bool has_refused;	/* this PC did not let packets to the relay out */
	bool has_too_large;	/* packets to the relay were too large for the way */
	bool is_stopping;
	bool gateway_present;
	bool is_lan_lost;	/* it is there, but does not reach the LAN */
	const char *mac;	/* ours in the room … */
	const char *device_mac; /* … and that of the TAP; "" = not known */
	bool has_device;
	bool is_device_ready; /* set up, in the room */
	bool has_routes;      /* client.routes */
	bool has_broadcast_route;
	uint32_t rtt_us;
	int64_t session_age_ms;
	int64_t last_rx_age_ms; /* any packet of the relay */
	int64_t broadcast_rx_age_ms;
	int64_t broadcast_tx_age_ms;
	struct lp_relay_route_facts relay_route;
	struct lp_addr relay_addr; /* the one in use; family NONE = not known */
	bool has_ip4;		   /* networks beside the TAP */
	bool has_ip6;
	const struct lp_prefix *addrs; /* of the TAP */
	size_t addr_count;
	bool is_looped; /* the TAP is bridged with the party's LAN */
	bool has_overlap;
	struct lp_prefix party;
	struct lp_prefix home;
	uint32_t removed_default_routes;
	uint64_t frames;			/* both ways */
	uint64_t drops;				/* of them */
	const struct lp_admin_refusal *dropped; /* of our own frames, here or elsewhere */
	size_t dropped_count;
	const char *drop_reason; /* the one that hit most; NULL = none */
};

/*
 * One sentence. `kind` is the sentence without its figures: what has the same kind says the same
 * again.
 */
struct lp_finding {
	const char *kind;
	struct lp_admin_line line;
};

/* Returns the number of findings. */
size_t lp_diagnose(const struct lp_client_facts *facts, struct lp_finding out[LP_ADMIN_LINES_MAX]);

/*
 * Only what this PC itself knows of why it is not connected, which the session does not; false = no
 * finding.
 */
bool lp_diagnose_way(const struct lp_client_facts *facts, struct lp_finding *out);

/* Only whether the networks are the same; false = no finding. */
bool lp_diagnose_networks(const struct lp_client_facts *facts, struct lp_finding *out);

/* The address that a player would name: IPv4 before IPv6, link-local last (W19). NULL = none. */
const struct lp_prefix *lp_diagnose_address(const struct lp_prefix *addrs, size_t addr_count);

/* Which of `now` were not among `before`? Calls on_new for each: they are news. */
void lp_diagnose_news(const struct lp_finding *before, size_t before_count,
		      const struct lp_finding *now, size_t now_count,
		      void (*on_new)(void *user, const struct lp_admin_line *line), void *user);

#endif
