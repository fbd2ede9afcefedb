/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The commands of lanpartyctl. Each has the same form: it gets the words of the command line from
 * its own name on, prints, and gives the exit code. Faults are one sentence with the remedy, on
 * `err`.
 */
#ifndef LP_CTL_COMMAND_H
#define LP_CTL_COMMAND_H

#include "ctl/table.h"

#include <stdbool.h>
#include <stdint.h>

/* The exit codes, as the man page lists them. */
enum lp_ctl_exit {
	LP_CTL_OK,
	LP_CTL_FAILED,
	LP_CTL_USAGE,
	LP_CTL_NOT_RUNNING,
	LP_CTL_PERMISSION,
	LP_CTL_TIMEOUT,
	LP_CTL_NOT_FOUND,
	LP_CTL_WAITING, /* reload: done, and some of it waits for a restart */
	LP_CTL_PROBLEM, /* status --check: there is one */
};

struct lp_ctl {
	const char *version; /* of the tool */
	const char *daemon;  /* path of lanpartyd, for `config check` */
	const char *socket;
	int timeout_ms;
	int interval_ms;
	bool is_json;
	bool hides_answer; /* with is_json: failures only */
	bool checks;
	bool shows_all;
	bool is_terminal; /* `watch` draws in one place */
	struct lp_table_style style;
	FILE *err;
};

struct lp_ctl_command {
	const char *name;
	const char *args; /* as usage shows them */
	int args_min;
	int args_max;
	enum lp_ctl_exit (*run)(struct lp_ctl *ctl, char **argv); /* argv ends with NULL */
	const char *help;
};

/* status, rooms, peers, stats, drops, bans: asks what argv[0] says, of the room argv[1] if there is
 * one.
 */
enum lp_ctl_exit lp_ctl_show(struct lp_ctl *ctl, char **argv);

/* watch [WHAT [ROOM]]: the same again and again, until interrupted, also where the
 * daemon goes away and comes back. */
enum lp_ctl_exit lp_ctl_watch(struct lp_ctl *ctl, char **argv);

/* log [LEVEL]: shows or sets the log level. */
enum lp_ctl_exit lp_ctl_log(struct lp_ctl *ctl, char **argv);

/* frame-log on|off [ROOM [PEER]]: a log line for every frame, or not. */
enum lp_ctl_exit lp_ctl_frame_log(struct lp_ctl *ctl, char **argv);

enum lp_ctl_exit lp_ctl_reload(struct lp_ctl *ctl, char **argv);

/* kick ROOM PEER [MINUTES]: PEER is an id, a MAC or a name. */
enum lp_ctl_exit lp_ctl_kick(struct lp_ctl *ctl, char **argv);

/* unban ROOM PEER: PEER is the id, MAC or name of somebody in `bans`. */
enum lp_ctl_exit lp_ctl_unban(struct lp_ctl *ctl, char **argv);

/* config: prints what is in effect; config check FILE: becomes `lanpartyd -t -c FILE`. */
enum lp_ctl_exit lp_ctl_config(struct lp_ctl *ctl, char **argv);

enum lp_ctl_exit lp_ctl_version(struct lp_ctl *ctl, char **argv);

#endif
