/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "config.h"

#include "daemon.h"

#include "admin/admin.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "platform/files.h"
#include "platform/logsink.h"
#include "platform/service.h"
#include "role.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG "daemon"

#define ADMIN_TICK_NS (100 * LP_NS_PER_MS)
#define LINE_LEN      512
#define WAITING_LEN   1024
#define FILES	      64 /* open at a time, with all callers of the control socket */
#define WORKER_FILES  8	 /* of each worker besides */

struct daemon {
	const struct lp_daemon_config *config;
	struct lp_conf *conf;	    /* what is in force */
	char waiting[WAITING_LEN];  /* keys that the file has another value for, one a line */
	struct lp_conf *first_conf; /* of the start: a session goes on with it after any reload */
	struct lp_loop *loop;
	const struct lp_role *role;
	void *state;
	struct lp_ctl_server *server;
	struct lp_admin *admin;
	struct lp_admin_ops ops;
	struct lp_timer *tick;
	bool is_stopping;
};

static const struct lp_role *const roles[] = {
	[LP_CONF_ROLE_RELAY] = &lp_relay_role,
	[LP_CONF_ROLE_GATEWAY] = &lp_gateway_role,
	[LP_CONF_ROLE_CLIENT] = &lp_client_role,
};

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
	if (!daemon->config->file || lp_file_look(daemon->config->file) == LP_ERR_INVALID)
		return; /* a pipe, which gives no more, or would keep us waiting */
	if (lp_conf_load(daemon->config->file, daemon->config->overrides,
			 daemon->config->override_count, keep_first, first, &conf) == LP_OK)
		lp_conf_free(conf);
	else
		lp_warn(LOG, "a reload would fail, now that privileges are gone: %s", first);
}

static void add_waiting(void *user, const char *path)
{
	char *waiting = user;
	size_t used = strlen(waiting);
	snprintf(waiting + used, WAITING_LEN - used, "%s\n", path);
}

static void tell_waiting(const struct daemon *daemon)
{
	const char *path = daemon->waiting;
	for (const char *end; (end = strchr(path, '\n')); path = end + 1)
		lp_warn(LOG, "%.*s is another one now: that counts from the next start on",
			(int)(end - path), path);
}

/* Takes conf; the old one stays when something is wrong. */
static enum lp_err take(struct daemon *daemon, struct lp_conf *conf, char *why, size_t why_len)
{
	char waiting[WAITING_LEN] = "";
	enum lp_err err = LP_ERR_INVALID;
	if (conf->role != daemon->conf->role) {
		lp_strcopy(why, why_len, "role: changes at a restart only");
	} else {
		lp_conf_keep_restart(daemon->conf, conf, add_waiting, waiting);
		err = daemon->role->reload(daemon->state, conf, why, why_len);
	}
	if (err != LP_OK) {
		lp_conf_free(conf);
		return err;
	}
	if (daemon->conf != daemon->first_conf)
		lp_conf_free(daemon->conf);
	daemon->conf = conf;
	lp_strcopy(daemon->waiting, sizeof(daemon->waiting), waiting);
	return LP_OK;
}

static enum lp_err reload(void *user, char *why, size_t why_len)
{
	struct daemon *daemon = user;
	struct faults faults = {why, why_len, 0};
	struct lp_conf *conf;
	why[0] = '\0';
	enum lp_err err =
		lp_conf_load(daemon->config->file, daemon->config->overrides,
			     daemon->config->override_count, on_conf_error, &faults, &conf);
	if (err == LP_OK)
		err = take(daemon, conf, why, why_len);
	if (err != LP_OK) {
		lp_error(LOG, "the configuration was not reloaded: the old one stays");
		return LP_ERR_INVALID;
	}
	lp_log_open(conf->log.level, conf->log.target);
	lp_loop_set_waits(daemon->loop, conf->gather, conf->linger);
	tell_waiting(daemon);
	lp_info(LOG, "configuration reloaded");
	return LP_OK;
}

/* --- the control socket: what the daemon answers itself, and what the role does --- */

static void status(void *user, struct lp_admin_status *out)
{
	struct daemon *daemon = user;
	daemon->role->admin.status(daemon->state, out);
	out->version = PACKAGE_VERSION;
	out->pid = (uint32_t)getpid();
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

static enum lp_err kick(void *user, const char *room, uint16_t peer_id, uint32_t for_ms)
{
	struct daemon *daemon = user;
	return daemon->role->admin.kick(daemon->state, room, peer_id, for_ms);
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
	const char *path = daemon->waiting;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	if (!out)
		return NULL;
	lp_conf_print(daemon->conf, out);
	for (const char *end; (end = strchr(path, '\n')); path = end + 1)
		fprintf(out, "# %.*s is another one in the file: that takes a restart\n",
			(int)(end - path), path);
	fclose(out);
	return text;
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
		.frame_log = role->frame_log ? frame_log : NULL,
		.reload = reload,
		.log_level = log_level,
		.config = print_config,
	};
}

static void on_tick(void *arg)
{
	struct daemon *daemon = arg;
	uint64_t now = lp_loop_now(daemon->loop)->mono_ns;
	lp_admin_tick(daemon->admin, now);
	lp_service_watchdog();
	lp_timer_set(daemon->tick, now + ADMIN_TICK_NS);
}

/* --- life --- */

static void on_stopped(void *arg)
{
	struct daemon *daemon = arg;
	lp_loop_stop(daemon->loop);
}

static void on_signal(void *arg, int number)
{
	struct daemon *daemon = arg;
	char why[1024];
	if (number == SIGHUP) {
		if (reload(daemon, why, sizeof(why)) != LP_OK)
			lp_debug(LOG, "SIGHUP: %s", why);
		return;
	}
	if (daemon->is_stopping)
		return;
	daemon->is_stopping = true;
	lp_info(LOG, "stopping: saying goodbye");
	lp_service_stopping();
	daemon->role->stop(daemon->state, on_stopped, daemon);
}

static enum lp_err watch_signals(struct daemon *daemon)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
	enum lp_err err = LP_OK;
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < LP_ARRAY_COUNT(numbers) && err == LP_OK; i++)
		err = lp_loop_on_signal(daemon->loop, numbers[i], on_signal, daemon);
	return err;
}

static enum lp_err start(struct daemon *daemon)
{
	struct lp_conf *conf = daemon->conf;
	lp_loop_set_waits(daemon->loop, conf->gather, conf->linger);
	fill_ops(daemon);
	enum lp_err err =
		lp_ctl_server_open(conf->control.socket, conf->control.group, &daemon->server);
	if (err == LP_OK)
		err = watch_signals(daemon);
	if (err == LP_OK)
		err = daemon->role->start(daemon->loop, conf, &daemon->state);
	if (err == LP_OK)
		err = lp_admin_start(daemon->server, lp_loop_watcher(daemon->loop), &daemon->ops,
				     daemon, &daemon->admin);
	if (err == LP_OK) {
		daemon->tick = lp_timer_new(daemon->loop, on_tick, daemon);
		lp_timer_set(daemon->tick, lp_loop_now(daemon->loop)->mono_ns + ADMIN_TICK_NS);
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
	daemon.role = roles[conf->role];
	enum lp_err err = allow_files(conf);
	if (err == LP_OK) {
		daemon.loop = lp_loop_new();
		err = start(&daemon);
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
