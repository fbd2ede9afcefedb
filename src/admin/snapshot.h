/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * What a daemon tells about itself: plain data, filled by the role, turned into JSON by
 * admin/json.c. Keys of the JSON are the member names; ages are milliseconds, -1 = never.
 */
#ifndef LP_ADMIN_SNAPSHOT_H
#define LP_ADMIN_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_ADMIN_TEXT_MAX     352
#define LP_ADMIN_LINES_MAX    16
#define LP_ADMIN_REFUSALS_MAX 32

/* One sentence for a person, and how bad it is. */
struct lp_admin_line {
	enum lp_admin_level { LP_ADMIN_GOOD, LP_ADMIN_NOTE, LP_ADMIN_WARN, LP_ADMIN_BAD } level;
	char text[LP_ADMIN_TEXT_MAX];
};

/* So many frames of this peer's own were dropped for one reason. */
struct lp_admin_refusal {
	const char *by;	    /* static: "client", "relay", "gateway" */
	const char *reason; /* static: lp_verdict_name */
	const char *help;   /* static */
	uint64_t frames;
	int64_t age_ms;	  /* of the last one, or of when we heard of it */
	char example[72]; /* an address, a type; "" = none */
};

struct lp_admin_status {
	const char *role; /* "relay", "gateway", "client"; static */
	const char *version;
	uint32_t pid;
	uint64_t uptime_ms;
	struct lp_admin_line lines[LP_ADMIN_LINES_MAX];
	size_t line_count;
	bool is_root;			/* may do all on this machine: no `user` was given */
	char waiting_for_restart[1024]; /* keys that the file has another value for, blanks between
					 */

	/* relay */
	char listen[80];
	char pin[80]; /* of the key in use */
	uint32_t worker_count;
	uint32_t room_count;
	uint32_t peer_count;
	uint32_t half_open_count;

	/* gateway and client */
	char state[24];	     /* "resolving", "connecting", "joining", "bridging", "waiting" */
	char relay[80];	     /* name as configured */
	char relay_addr[80]; /* the address in use */
	char room[72];
	uint16_t peer_id;
	char mac[18];
	char device[64]; /* TAP or NIC */
	uint32_t mtu;
	bool gateway_present;
	bool lan_connected; /* client: the gateway is there and reaches its LAN; gateway: it does */
	uint32_t datagram_budget;
	uint32_t rtt_us;
	uint32_t reconnect_count;
	int64_t session_age_ms;
	int64_t last_rx_age_ms;	      /* any packet of the relay */
	int64_t last_frame_rx_age_ms; /* a frame of the party */
	int64_t last_frame_tx_age_ms;
	int64_t last_broadcast_rx_age_ms;
	int64_t last_broadcast_tx_age_ms;
	char route[LP_ADMIN_TEXT_MAX];	   /* client: how packets get to the relay */
	char addresses[LP_ADMIN_TEXT_MAX]; /* of the TAP, separated by blanks */
	char last_error[LP_ADMIN_TEXT_MAX];
	struct lp_admin_refusal dropped[LP_ADMIN_REFUSALS_MAX]; /* the latest */
	size_t dropped_count;
};

struct lp_admin_room {
	char code[72];
	uint32_t client_count;
	uint32_t max_clients;
	bool gateway_present;
	uint32_t mtu;
	bool is_configured; /* in the configuration, not opened by a hello */
	uint32_t lan_mac_count;
	uint64_t frames_in;
	uint64_t copies_sent;
	uint64_t drops;
};

struct lp_admin_peer {
	bool is_of_member; /* as another member sees it: what only the relay knows is null */
	bool is_absent;	   /* without a connection: what is of the connection is null */
	char room[72];
	uint16_t peer_id;
	const char *role; /* static */
	char name[72];
	char mac[18];
	char addr[80];
	uint32_t datagram_budget;
	uint32_t rtt_us;
	uint32_t queued_frames;
	uint64_t frames_in;
	uint64_t bytes_in;
	uint64_t copies_sent;
	uint64_t bytes_out;
	uint64_t datagrams_lost;
	uint64_t drops_in;
	uint64_t drops_out;
	uint64_t malformed;
	int64_t connected_age_ms;
	int64_t last_seen_age_ms;
	bool has_stats; /* a stats message came; what it said: */
	uint64_t stats_frames_tx;
	uint64_t stats_frames_rx;
	uint64_t stats_drops;
};

/* Somebody who was put out of a room and may not come back yet. */
struct lp_admin_ban {
	char room[72];
	uint16_t peer_id; /* that the peer had then */
	char name[72];
	char mac[18]; /* "" = it had none */
	char by[64];  /* who kicked it: "uid 0 (root)" */
	int64_t age_ms;
	int64_t left_ms;
};

/* Any number of named counters; names are static and carry their unit. */
struct lp_admin_counter {
	const char *name;
	uint64_t value;
};

/* One key that a reload found changed. */
struct lp_admin_change {
	char key[64];
	char room[72];		  /* whose key it is; "" = of no room */
	const char *takes_effect; /* static: lp_conf_effect_name */
	char *old_value;	  /* as a file has them; NULL = not set */
	char *new_value;
	char text[LP_ADMIN_TEXT_MAX + 64];
};

/* What a reload did. Zeroed by who asks, and freed by it with lp_admin_reload_fini(). */
struct lp_admin_reload {
	char faults[4096]; /* or warnings, a line each */
	struct lp_admin_change *changes;
	size_t change_count;
	size_t omitted_count; /* more, which are not listed */
};

/* One row of `drops`: a reason and how often it hit, as frames in or copies out. */
struct lp_admin_drop {
	const char *reason; /* static: lp_verdict_name */
	const char *action; /* static: lp_action_name */
	const char *help;
	uint64_t frames;
	uint64_t copies;
};

#endif
