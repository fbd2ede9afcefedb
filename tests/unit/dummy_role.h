/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A role that answers the control socket with a small party of its own: two rooms, three peers.
 */
#ifndef LP_TESTS_DUMMY_ROLE_H
#define LP_TESTS_DUMMY_ROLE_H

#include "admin/admin.h"

struct dummy_role {
	const char *role;
	const char *peer_name;	     /* of peer 7; NULL = "alice" */
	const char *reload_faults;   /* NULL = the configuration is good … */
	const char *reload_warnings; /* … with these; NULL = none */
	bool changes_now;	     /* what a reload finds: a key of each kind */
	bool changes_later;
	bool changes_at_restart;
	bool has_no_peers; /* and knows no room */
	size_t more_peers; /* beside the three */
	uint16_t kicked_peer_id;
	uint32_t kicked_for_ms;
	char kicked_by[64];
	uint16_t unbanned_peer_id;
	char frame_log[80]; /* "on doom 7" */
	enum lp_log_level level;
	unsigned reload_count;
};

extern const struct lp_admin_ops dummy_role_ops;

/* As a gateway or client, which knows no rooms. */
extern const struct lp_admin_ops dummy_role_member_ops;

/* As a role that can be asked nothing. */
extern const struct lp_admin_ops dummy_role_mute_ops;

#endif
