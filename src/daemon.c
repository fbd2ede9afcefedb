/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "config.h"

#include "daemon.h"

#include "admin/admin.h"
#include "admin/line.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "exposed.h"
#include "loop/loop.h"
#include "platform/crash.h"
#include "platform/files.h"
#include "platform/logsink.h"
#include "platform/privs.h"
#include "platform/service.h"
#include "platform/signals.h"
#include "role.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG "daemon"

#define ADMIN_TICK_NS	 (100 * LP_NS_PER_MS)
#define MANAGER_NS	 (10 * LP_NS_PER_S)
#define LINE_LEN	 512
#define WAITING_LEN	 1024 /* of all keys together, as in struct lp_admin_status */
#define ROOM_CHANGES_MAX 200  /* of a reload, in the answer to it */
#define FILES		 64   /* open at a time, with all callers of the control socket */
#define WORKER_FILES	 8    /* of each worker besides */

struct daemon {
	const struct lp_daemon_config *config;
	struct lp_conf *conf;	    /* what is in force */
	char waiting[WAITING_LEN];  /* keys that wait for a restart, blanks between */
	struct lp_conf *first_conf; /* of the start: a session goes on with it after any reload */
	struct lp_loop *loop;
	const struct lp_role *role;
	void *state;
	struct lp_ctl_server *server;
	struct lp_admin *admin;
	struct lp_admin_ops ops;
	struct lp_timer *tick;
	uint64_t tell_manager_ns; /* when the service manager is told how we are */
	bool is_stopping;
};

static const struct lp_role *const roles[] = {
	[LP_CONF_ROLE_RELAY] = &lp_relay_role,
	[LP_CONF_ROLE_GATEWAY] = &lp_gateway_role,
	[LP_CONF_ROLE_CLIENT] = &lp_client_role,
};

/* --- privileges --- */

/* A relay is open to everybody, and needs nothing of what root may do once it has its port. */
static enum lp_admin_level root_level(const struct daemon *daemon)
{
	return daemon->conf->role == LP_CONF_ROLE_RELAY ? LP_ADMIN_WARN : LP_ADMIN_NOTE;
}

static const char *root_text(void)
{
	return "lanpartyd stays root: set user = \"lanparty\", or another user of its own, to give "
	       "that up after the start";
}

static void tell_of_root(const struct daemon *daemon)
{
	bool is_warning = root_level(daemon) == LP_ADMIN_WARN;
	if (lp_privs_is_root())
		lp_log_write(is_warning ? LP_LOG_WARN : LP_LOG_INFO, LOG, "%s", root_text());
}

/* --- reload --- */

struct faults {
	char *text;
	size_t len;
	size_t used;
};

static void on_conf_error(void *user, const char *line)
{
	struct faults *faults = user;
	lp_error("conf", "%s", line);
	size_t left = faults->len - faults->used;
	size_t line_len = strlen(line);
	if (line_len + 2 > left)
		return;
	memcpy(faults->text + faults->used, line, line_len);
	faults->used += line_len;
	faults->text[faults->used++] = '\n';
	faults->text[faults->used] = '\0';
}

static void keep_first(void *user, const char *line)
{
	char *first = user;
	if (!first[0])
		lp_strcopy(first, LINE_LEN, line);
}

/* Once privileges are gone: can the file, and what it includes, still be read? */
static void tell_of_reload(const struct daemon *daemon)
{
	char first[LINE_LEN] = "";
	struct lp_conf *conf;
	if (!daemon->config->file || lp_file_stat(daemon->config->file) == LP_ERR_INVALID)
		return; /* a pipe, which gives no more, or would keep us waiting */
	if (lp_conf_load(daemon->config->file, daemon->config->overrides,
			 daemon->config->override_count, keep_first, first, &conf) == LP_OK)
		lp_conf_free(conf);
	else
		lp_warn(LOG, "a reload would fail, now that privileges are gone: %s", first);
}

/* What a reload has found, on its way into the answer and into the log. */
struct found {
	struct daemon *daemon;
	struct lp_admin_reload *report;
	unsigned counts[LP_CONF_EFFECT_NEW_CONNS + 1];
};

static char *copy_value(const char *value)
{
	return value ? lp_strdup(value) : NULL;
}

static void on_change(void *user, const struct lp_conf_change *change)
{
	struct found *found = user;
	struct lp_admin_reload *report = found->report;
	struct lp_admin_change *out;
	char text[LP_CONF_CHANGE_TEXT_LEN];
	found->counts[change->effect]++;
	/* Thousands of rooms may come with one file; no other key is left out. */
	if (change->room && report->change_count >= ROOM_CHANGES_MAX) {
		report->omitted_count++;
		return;
	}
	report->changes = lp_realloc_array(report->changes, report->change_count + 1, sizeof(*out));
	out = &report->changes[report->change_count++];
	*out = (struct lp_admin_change){.takes_effect = lp_conf_effect_name(change->effect),
					.old_value = copy_value(change->running),
					.new_value = copy_value(change->wanted)};
	lp_strcopy(out->key, sizeof(out->key), change->path);
	lp_strcopy(out->room, sizeof(out->room), change->room ? change->room : "");
	lp_strcopy(out->text, sizeof(out->text), lp_conf_change_text(change, text));
}

/* Logs each change, and notes what waits for a restart, which replaces what waited before. */
static void keep_waiting(struct found *found)
{
	char *waiting = found->daemon->waiting;
	size_t used = 0;
	waiting[0] = '\0';
	for (size_t i = 0; i < found->report->change_count; i++) {
		const struct lp_admin_change *change = &found->report->changes[i];
		if (strcmp(change->takes_effect, lp_conf_effect_name(LP_CONF_EFFECT_RESTART)) !=
		    0) {
			lp_info(LOG, "%s", change->text);
			continue;
		}
		lp_warn(LOG, "%s", change->text);
		used += (size_t)snprintf(waiting + used, WAITING_LEN - used, "%s%s",
					 used > 0 ? " " : "", change->key);
		used = LP_MIN(used, (size_t)WAITING_LEN - 1);
	}
}

/* Takes conf; the old one stays when something is wrong. */
static enum lp_err take(struct daemon *daemon, struct lp_conf *conf, struct found *found)
{
	struct lp_admin_reload *report = found->report;
	enum lp_err err = LP_ERR_INVALID;
	if (conf->role != daemon->conf->role) {
		snprintf(report->faults, sizeof(report->faults),
			 "role has changed from \"%s\" to \"%s\": restart lanpartyd to apply it",
			 lp_conf_role_name(daemon->conf->role), lp_conf_role_name(conf->role));
	} else {
		lp_conf_compare(daemon->conf, conf, on_change, found);
		lp_conf_keep_restart(daemon->conf, conf, NULL, NULL);
		err = daemon->role->reload(daemon->state, conf, report->faults,
					   sizeof(report->faults));
	}
	if (err != LP_OK) {
		lp_conf_free(conf);
		return err;
	}
	if (daemon->conf != daemon->first_conf)
		lp_conf_free(daemon->conf);
	daemon->conf = conf;
	return LP_OK;
}

static void tell_reloaded(const struct found *found)
{
	unsigned waiting = found->counts[LP_CONF_EFFECT_RESTART];
	unsigned later =
		found->counts[LP_CONF_EFFECT_EMPTY_ROOMS] + found->counts[LP_CONF_EFFECT_NEW_CONNS];
	unsigned now = found->counts[LP_CONF_EFFECT_NOW];
	if (waiting + later + now == 0)
		lp_info(LOG, "configuration reloaded: nothing has changed");
	else
		lp_info(LOG,
			"configuration reloaded: %u changed keys in effect, %u for new connections "
			"or empty rooms, %u waiting for a restart",
			now, later, waiting);
}

static enum lp_err reload_now(struct daemon *daemon, struct lp_admin_reload *report)
{
	struct faults faults = {report->faults, sizeof(report->faults), 0};
	struct found found = {.daemon = daemon, .report = report};
	struct lp_conf *conf;
	enum lp_err err =
		lp_conf_load(daemon->config->file, daemon->config->overrides,
			     daemon->config->override_count, on_conf_error, &faults, &conf);
	if (err == LP_OK)
		err = take(daemon, conf, &found);
	if (err != LP_OK) {
		lp_error(LOG, "the configuration was not reloaded: the old one stays in effect");
		return LP_ERR_INVALID;
	}
	lp_log_open(conf->log.level, conf->log.target);
	lp_loop_set_waits(daemon->loop, conf->batching, conf->busy_poll);
	lp_exposed_tell(conf, report->faults, sizeof(report->faults));
	keep_waiting(&found);
	tell_reloaded(&found);
	return LP_OK;
}

static enum lp_err reload(void *user, struct lp_admin_reload *report)
{
	struct daemon *daemon = user;
	lp_service_reloading(lp_loop_now(daemon->loop)->mono_ns);
	enum lp_err err = reload_now(daemon, report);
	lp_service_ready(err == LP_OK ? "configuration reloaded"
				      : "the configuration has a fault: the old one stays");
	return err;
}

/* --- the control socket: what the daemon answers itself, and what the role does --- */

/* What is true of a daemon in any role. */
static void add_own_lines(const struct daemon *daemon, struct lp_admin_status *out)
{
	if (daemon->waiting[0])
		lp_admin_line_add(
			out, LP_ADMIN_WARN,
			"the configuration file has changed: restart lanpartyd to apply %.200s",
			daemon->waiting);
	if (out->is_root)
		lp_admin_line_add(out, root_level(daemon), "%s", root_text());
}

static void status(void *user, struct lp_admin_status *out)
{
	struct daemon *daemon = user;
	daemon->role->admin.status(daemon->state, out);
	out->version = PACKAGE_VERSION;
	out->pid = (uint32_t)getpid();
	out->is_root = lp_privs_is_root();
	lp_strcopy(out->waiting_for_restart, sizeof(out->waiting_for_restart), daemon->waiting);
	add_own_lines(daemon, out);
}

static enum lp_err rooms(void *user, struct lp_admin_room **out, size_t *count)
{
	struct daemon *daemon = user;
	return daemon->role->admin.rooms(daemon->state, out, count);
}

static enum lp_err peers(void *user, const char *room, struct lp_admin_peer **out, size_t *count)
{
	struct daemon *daemon = user;
	return daemon->role->admin.peers(daemon->state, room, out, count);
}

static enum lp_err stats(void *user, struct lp_admin_counter **out, size_t *count)
{
	struct daemon *daemon = user;
	return daemon->role->admin.stats(daemon->state, out, count);
}

static enum lp_err drops(void *user, const char *room, struct lp_admin_drop **out, size_t *count)
{
	struct daemon *daemon = user;
	return daemon->role->admin.drops(daemon->state, room, out, count);
}

static enum lp_err frame_log(void *user, const char *room, uint16_t peer_id, bool is_on)
{
	struct daemon *daemon = user;
	return daemon->role->admin.frame_log(daemon->state, room, peer_id, is_on);
}

static enum lp_err kick(void *user, const char *room, uint16_t peer_id, uint32_t for_ms,
			const char *by)
{
	struct daemon *daemon = user;
	return daemon->role->admin.kick(daemon->state, room, peer_id, for_ms, by);
}

static enum lp_err bans(void *user, const char *room, struct lp_admin_ban **out, size_t *count)
{
	struct daemon *daemon = user;
	return daemon->role->admin.bans(daemon->state, room, out, count);
}

static enum lp_err unban(void *user, const char *room, uint16_t peer_id, const char *by)
{
	struct daemon *daemon = user;
	return daemon->role->admin.unban(daemon->state, room, peer_id, by);
}

static enum lp_err log_level(void *user, enum lp_log_level level)
{
	struct daemon *daemon = user;
	lp_log_open(level, daemon->conf->log.target);
	return LP_OK;
}

static char *print_config(void *user)
{
	struct daemon *daemon = user;
	char waiting[WAITING_LEN], *rest = NULL;
	struct lp_strbuf text = {0};
	char *conf = lp_conf_text(daemon->conf);
	lp_strbuf_add(&text, conf);
	free(conf);
	lp_strcopy(waiting, sizeof(waiting), daemon->waiting);
	for (char *key = strtok_r(waiting, " ", &rest); key; key = strtok_r(NULL, " ", &rest))
		lp_strbuf_add_format(
			&text, "# %s has changed in the file: restart lanpartyd to apply it\n",
			key);
	return text.data;
}

static void fill_ops(struct daemon *daemon)
{
	const struct lp_admin_ops *role = &daemon->role->admin;
	daemon->ops = (struct lp_admin_ops){
		.status = status,
		.rooms = role->rooms ? rooms : NULL,
		.peers = role->peers ? peers : NULL,
		.stats = role->stats ? stats : NULL,
		.drops = role->drops ? drops : NULL,
		.kick = role->kick ? kick : NULL,
		.bans = role->bans ? bans : NULL,
		.unban = role->unban ? unban : NULL,
		.frame_log = role->frame_log ? frame_log : NULL,
		.reload = reload,
		.log_level = log_level,
		.config = print_config,
	};
}

/* What `systemctl status` shows: the first sentence of `lanpartyctl status`. */
static void tell_manager(struct daemon *daemon, uint64_t now)
{
	if (now < daemon->tell_manager_ns || daemon->is_stopping || !lp_service_has_manager())
		return;
	daemon->tell_manager_ns = now + MANAGER_NS;
	struct lp_admin_status *out = lp_alloc(sizeof(*out));
	status(daemon, out);
	if (out->line_count > 0)
		lp_service_status(out->lines[0].text);
	free(out);
}

static void on_tick(void *arg)
{
	struct daemon *daemon = arg;
	uint64_t now = lp_loop_now(daemon->loop)->mono_ns;
	lp_admin_tick(daemon->admin, now);
	lp_service_watchdog(now);
	tell_manager(daemon, now);
	lp_timer_set(daemon->tick, now + ADMIN_TICK_NS);
}

/* --- life --- */

static void on_stopped(void *arg)
{
	struct daemon *daemon = arg;
	lp_loop_stop(daemon->loop);
}

/* What `lanpartyctl status` says in sentences. */
static void log_status(struct daemon *daemon)
{
	struct lp_admin_status *out = lp_alloc(sizeof(*out));
	status(daemon, out);
	for (size_t i = 0; i < out->line_count; i++)
		lp_info(LOG, "status: %s", out->lines[i].text);
	if (daemon->conf->role == LP_CONF_ROLE_RELAY)
		lp_info(LOG, "status: relay, peers %u, rooms %u", out->peer_count, out->room_count);
	else
		lp_info(LOG, "status: %s, %s", out->role, out->state);
	free(out);
}

static void on_signal(void *arg, int number)
{
	struct daemon *daemon = arg;
	struct lp_admin_reload report = {0};
	enum lp_signal_wish wish = lp_signals_wish(number);
	if (wish == LP_SIGNAL_RELOAD) {
		if (reload(daemon, &report) != LP_OK)
			lp_debug(LOG, "reload: %s", report.faults);
		lp_admin_reload_fini(&report);
		return;
	}
	if (wish == LP_SIGNAL_STATUS) {
		log_status(daemon);
		return;
	}
	if (daemon->is_stopping) { /* twice: whoever waits for it does not wait for the goodbye */
		lp_loop_stop(daemon->loop);
		return;
	}
	daemon->is_stopping = true;
	lp_info(LOG, "stopping: saying goodbye");
	lp_service_stopping();
	daemon->role->stop(daemon->state, on_stopped, daemon);
}

static enum lp_err watch_signals(struct daemon *daemon)
{
	enum lp_err err = LP_OK;
	for (size_t i = 0; i < lp_signal_count && err == LP_OK; i++)
		err = lp_loop_on_signal(daemon->loop, lp_signals[i].number, on_signal, daemon);
	lp_signals_ready();
	return err;
}

static enum lp_err start(struct daemon *daemon)
{
	struct lp_conf *conf = daemon->conf;
	lp_loop_set_waits(daemon->loop, conf->batching, conf->busy_poll);
	fill_ops(daemon);
	/* Before there is anything that would be left behind. */
	enum lp_err err = watch_signals(daemon);
	if (err == LP_OK)
		err = lp_ctl_server_open(conf->control.socket, conf->control.group,
					 &daemon->server);
	if (err == LP_OK)
		err = daemon->role->start(daemon->loop, conf, &daemon->state);
	if (err == LP_OK)
		err = lp_admin_start(daemon->server, lp_loop_watcher(daemon->loop), &daemon->ops,
				     daemon, &daemon->admin);
	if (err == LP_OK) {
		daemon->tick = lp_timer_new(daemon->loop, on_tick, daemon);
		lp_timer_set(daemon->tick, lp_loop_now(daemon->loop)->mono_ns + ADMIN_TICK_NS);
		char told[LINE_LEN] = "";
		lp_exposed_tell(conf, told, sizeof(told));
		tell_of_root(daemon);
		tell_of_reload(daemon);
		lp_service_ready(lp_conf_role_name(conf->role));
	}
	return err;
}

/* Before anything is opened: else it is chance what fails, and what it says. */
static enum lp_err allow_files(const struct lp_conf *conf)
{
	bool is_relay = conf->role == LP_CONF_ROLE_RELAY;
	return lp_file_allow(FILES + (is_relay ? WORKER_FILES * conf->relay.workers : 0));
}

int lp_daemon_run(struct lp_conf *conf, const struct lp_daemon_config *config)
{
	struct daemon daemon = {.config = config, .conf = conf, .first_conf = conf};
	lp_log_open(conf->log.level, conf->log.target);
	lp_logsink_start(LP_LOGSINK_SYSLOG);
	lp_crash_watch();
	daemon.role = roles[conf->role];
	enum lp_err err = allow_files(conf);
	if (err == LP_OK) {
		daemon.loop = lp_loop_new();
		err = daemon.loop ? start(&daemon) : LP_ERR_SYSTEM;
	}
	if (err == LP_OK)
		lp_loop_run(daemon.loop);
	if (daemon.admin)
		lp_admin_free(daemon.admin);
	if (daemon.server)
		lp_ctl_server_close(daemon.server);
	if (daemon.state)
		daemon.role->free(daemon.state);
	lp_timer_free(daemon.tick);
	lp_loop_free(daemon.loop);
	if (daemon.conf != daemon.first_conf)
		lp_conf_free(daemon.conf);
	lp_conf_free(daemon.first_conf);
	lp_logsink_stop();
	return err == LP_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
