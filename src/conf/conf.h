/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The configuration: /etc/lanparty.conf -> struct lp_conf.
 *
 * conf/schema.c holds one table with a row for each key: path, type, unit, range, default, roles,
 * whether a reload takes it, and a help sentence. Parsing, checking, -T, -o, the man page's key
 * list and its test all come from that table. Strings are owned by the struct.
 */
#ifndef LP_CONF_CONF_H
#define LP_CONF_CONF_H

#include "base/addr.h"
#include "base/err.h"
#include "base/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum lp_conf_role {
	LP_CONF_ROLE_NONE,
	LP_CONF_ROLE_RELAY,
	LP_CONF_ROLE_GATEWAY,
	LP_CONF_ROLE_CLIENT
};

/* "relay", "gateway", "client" */
const char *lp_conf_role_name(enum lp_conf_role role);

struct lp_conf_room {
	char *code;
	uint32_t max_clients; /* 0 = relay.limits.clients_per_room */
	uint32_t mtu;	      /* 0 = 1500 with fragments, 1398 without */
	bool fragments;
	char *secret; /* refused for now: rooms with a secret come later */
	bool frame_log;
	uint32_t policy; /* enum lp_policy_flag, bits */
};

struct lp_conf_limits {
	uint32_t rooms;
	uint32_t clients_per_room;
	uint32_t half_open; /* handshakes in progress; above retry_above each needs a Retry */
	uint32_t retry_above;
	uint32_t malformed;   /* bad datagrams of a peer in 10 s before it is cut (R33) */
	uint64_t queue_bytes; /* waiting for one peer */
	uint64_t queue_age_ms;
	uint32_t pool_frames;		 /* frame buffers of a worker */
	uint64_t client_broadcast_per_s; /* frames; 0 = no limit, as below */
	uint64_t client_unknown_per_s;
	uint64_t client_bytes_per_s;
	uint64_t room_broadcast_per_s; /* of all clients of a room together */
	uint64_t room_unknown_per_s;
	uint64_t room_bytes_per_s;
	uint64_t gateway_broadcast_per_s;
};

struct lp_conf_relay {
	char *listen;
	uint32_t workers;
	char *certificate; /* NULL = self-made */
	char *key;
	char *certificate_out; /* where to write the DER certificate; NULL = nowhere (R40) */
	char *name;	       /* in the self-made certificate */
	bool open_rooms;
	uint32_t mtu;	/* of rooms that say nothing; 0 as above */
	bool fragments; /* likewise */
	struct lp_conf_room *rooms;
	size_t room_count;
	struct lp_conf_limits limits;
	bool frame_log;
	uint32_t policy; /* likewise */
};

/* What gateway and client share. */
struct lp_conf_session {
	char *relay;	   /* where it is: name or address, port 443 unless said */
	char *server_name; /* NULL = the host in `relay` */
	char *room;
	char *name; /* shown to the others; NULL = host name */
	char *pin;  /* trust, at most one of the two */
	char *ca_file;
	uint32_t udp_payload_max; /* largest packet to try; 0 = 1472 */
	bool fragments;
};

struct lp_conf_gateway {
	struct lp_conf_session session;
	char *interface;
	char **lan_prefixes; /* announced to players; empty = read from the interface */
	size_t lan_prefix_count;
	uint64_t cam_refresh_ms;
	uint64_t broadcast_per_s; /* frames of the LAN to the relay; 0 = no limit */
	bool probe_lan;		  /* for addresses that players claim and nobody was heard to use */
	bool frame_log;
};

struct lp_conf_client {
	struct lp_conf_session session;
	char *tap;
	char *mac;   /* "auto" or an address */
	bool routes; /* may routes and settings of this machine be changed? */
};

struct lp_conf {
	enum lp_conf_role role;
	char **files; /* that it was read from: the file, and those that it includes */
	size_t file_count;
	struct lp_conf_relay relay;
	struct lp_conf_gateway gateway;
	struct lp_conf_client client;
	struct {
		char *socket;
		char *group;
	} control;
	struct {
		enum lp_log_level level;
		enum lp_log_target target;
	} log;
	char *state_dir;
	char *user;	/* to become after start; NULL = stay */
	bool batching;	/* frames are handled in batches where many come */
	bool busy_poll; /* looks for an answer that is near before it sleeps */
};

struct lp_conf_override {
	const char *path;  /* "relay.listen" */
	const char *value; /* libconfig value or bare text; "" = the default again */
};

/*
 * Reads the file (NULL = no file: defaults and overrides alone), applies overrides, checks
 * everything. Every fault is one line `file:line: path: what is wrong, what to do` to on_error; all
 * that can be found in one go are reported. LP_ERR_INVALID then, *out is untouched. Free with
 * lp_conf_free.
 */
enum lp_err lp_conf_load(const char *file, const struct lp_conf_override *overrides,
			 size_t override_count, void (*on_error)(void *user, const char *line),
			 void *user, struct lp_conf **out) LP_MUST_CHECK;

/* What the text of a key may name on the machine. */
enum lp_conf_object {
	LP_CONF_OBJECT_NONE,
	LP_CONF_OBJECT_FILE,   /* to be read */
	LP_CONF_OBJECT_FOLDER, /* made where it is missing */
	LP_CONF_OBJECT_USER,
	LP_CONF_OBJECT_GROUP,
	LP_CONF_OBJECT_NIC,
	LP_CONF_OBJECT_TAP /* made where it is missing */
};

/* The machine that we are on, for a test. */
struct lp_conf_machine {
	/*
	 * What is wrong with the object of that name and what to do, or NULL. With *is_missing the
	 * fault may be that this is not the machine that the configuration is for.
	 */
	const char *(*check)(enum lp_conf_object object, const char *name, bool *is_missing);
	void (*on_warning)(void *user, const char *line);
};

/*
 * As lp_conf_load, and looks for all that the configuration names on this machine: what is there
 * but cannot be what is meant is a fault, what is missing a line to on_warning. NULL = looks for
 * nothing.
 */
enum lp_err lp_conf_test(const char *file, const struct lp_conf_override *overrides,
			 size_t override_count, const struct lp_conf_machine *machine,
			 void (*on_error)(void *user, const char *line), void *user,
			 struct lp_conf **out) LP_MUST_CHECK;

/* As lp_conf_load with the text itself (borrowed); `name` stands for the file in the faults. */
enum lp_err lp_conf_load_text(const char *name, const char *text, size_t len,
			      const struct lp_conf_override *overrides, size_t override_count,
			      void (*on_error)(void *user, const char *line), void *user,
			      struct lp_conf **out) LP_MUST_CHECK;

/* NULL is ignored. */
void lp_conf_free(struct lp_conf *conf);

/* When a change that a reload finds counts. */
enum lp_conf_effect {
	LP_CONF_EFFECT_RESTART,
	LP_CONF_EFFECT_NOW,
	LP_CONF_EFFECT_EMPTY_ROOMS, /* in a room as soon as nobody is in it */
	LP_CONF_EFFECT_NEW_CONNS    /* for peers that connect from now on */
};

/* "restart", "now", "empty_rooms", "new_connections" */
const char *lp_conf_effect_name(enum lp_conf_effect effect);

/* One key that differs. All is borrowed; values are as a file has them, NULL = not set. */
struct lp_conf_change {
	const char *path;
	const char *room; /* whose key it is; NULL = of no room */
	enum lp_conf_effect effect;
	const char *running;
	const char *wanted;
};

/*
 * Calls on_change for each key of the role of `running` that `wanted` has another value for. A room
 * that came or went is a change of "relay.rooms" with its code for a value.
 */
void lp_conf_compare(const struct lp_conf *running, const struct lp_conf *wanted,
		     void (*on_change)(void *user, const struct lp_conf_change *change),
		     void *user);

#define LP_CONF_CHANGE_TEXT_LEN 384

/* Writes one sentence: what has changed, and when it counts. Returns text. */
const char *lp_conf_change_text(const struct lp_conf_change *change,
				char text[LP_CONF_CHANGE_TEXT_LEN]);

/*
 * What a reload cannot take: sets each key of the role that differs and is taken at a restart only
 * in `wanted` as it is in `running`, so that `wanted` is what is in force then, and calls on_key
 * for it, unless that is NULL.
 */
void lp_conf_keep_restart(const struct lp_conf *running, struct lp_conf *wanted,
			  void (*on_key)(void *user, const char *path), void *user);

/*
 * The effective configuration, defaults included, in a form that lp_conf_load reads (-T); to be
 * freed.
 */
char *lp_conf_text(const struct lp_conf *conf);

#endif
