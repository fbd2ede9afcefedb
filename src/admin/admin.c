/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/admin.h"

#include "admin/request.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define CLIENTS_MAX    16
#define READ_MAX       4096		     /* a wake-up: the control socket waits its turn */
#define BACKLOG_MAX    ((size_t)1024 * 1024) /* of answers that were not read yet */
#define REQUEST_MAX_NS (10 * LP_NS_PER_S)    /* for a request to come … */
#define READER_MAX_NS  (2 * LP_NS_PER_S)     /* … and for a reader to take some of its answer */

struct lp_admin {
	struct lp_ctl_server *server;
	struct lp_watcher *watcher;
	const struct lp_admin_ops *ops;
	void *user;
	struct lp_list clients; /* who has asked last is the last */
	size_t client_count;
	uint64_t now; /* of the last tick */
	struct lp_log_limit full_limit;
};

struct client {
	struct lp_list link;
	struct lp_admin *admin;
	struct lp_ctl_stream *stream;
	char *out; /* what the socket did not take yet */
	size_t out_len;
	bool is_watching;
	struct lp_request watch;
	uint64_t next_ns;	/* when the next line of the watch is due */
	uint64_t idle_since_ns; /* 0 = not yet seen by a tick, as below */
	uint64_t stuck_since_ns;
	char caller[64]; /* "uid 0 (root)" */
	size_t in_len;
	char in[LP_REQUEST_LINE_MAX];
};

static void close_client(struct client *client)
{
	lp_list_remove(&client->link);
	client->admin->client_count--;
	lp_ctl_stream_close(client->stream);
	free(client->out);
	free(client);
}

/* Gives the socket what it takes. False when the client is gone. */
static bool flush(struct client *client)
{
	size_t done = 0;
	enum lp_err err = LP_OK;

	while (done < client->out_len && !err) {
		size_t sent = 0;

		err = lp_ctl_stream_send(client->stream, client->out + done, client->out_len - done,
					 &sent);
		done += sent;
	}
	if (done) {
		client->out_len -= done;
		memmove(client->out, client->out + done, client->out_len);
		client->stuck_since_ns = 0;
	}
	if (!client->out_len) {
		free(client->out);
		client->out = NULL;
	}
	return !err || err == LP_ERR_AGAIN;
}

/* Sends an answer as a line and drops it. False when the client is gone or does not keep up. */
static bool send_answer(struct client *client, struct json_object *answer)
{
	char *text = lp_request_text(answer);
	size_t len = strlen(text);

	if (client->out_len > BACKLOG_MAX) {
		lp_debug("control", "closing a connection that does not read its answers");
		free(text);
		return false;
	}
	client->out = lp_realloc_array(client->out, client->out_len + len + 1, 1);
	memcpy(client->out + client->out_len, text, len);
	client->out[client->out_len + len] = '\n';
	client->out_len += len + 1;
	free(text);
	return flush(client);
}

/* Answers one line. False when the client has to go. */
static bool handle_line(struct client *client, const char *line, size_t len)
{
	struct lp_admin *admin = client->admin;
	struct json_object *answer;
	struct lp_request request;
	bool is_garbage;

	if (len && line[len - 1] == '\r')
		len--;
	if (!len)
		return true;
	if (!lp_request_parse(line, len, &request, &answer, &is_garbage))
		return send_answer(client, answer) && !is_garbage;
	request.caller = client->caller;
	if (request.is_watch) {
		client->is_watching = true;
		client->watch = request;
		client->next_ns = 0;
		return true;
	}
	return send_answer(client, lp_request_answer(&request, admin->ops, admin->user));
}

/* Handles the lines that are whole and keeps the rest. False when the client has to go. */
static bool handle_input(struct client *client)
{
	char *line = client->in, *newline;
	size_t left = client->in_len;

	while ((newline = memchr(line, '\n', left))) {
		size_t len = (size_t)(newline - line);

		client->idle_since_ns = 0;
		lp_list_remove(&client->link);
		lp_list_append(&client->admin->clients, &client->link);
		if (!handle_line(client, line, len))
			return false;
		line += len + 1;
		left -= len + 1;
	}
	if (left == sizeof(client->in)) {
		send_answer(client,
			    lp_request_refusal(LP_REQUEST_BAD, "a request has at most %d bytes",
					       LP_REQUEST_LINE_MAX));
		return false;
	}
	memmove(client->in, line, left);
	client->in_len = left;
	return true;
}

static void on_ready(void *arg)
{
	struct client *client = arg;
	size_t cap = LP_MIN(sizeof(client->in) - client->in_len, (size_t)READ_MAX), got = 0;
	enum lp_err err =
		lp_ctl_stream_recv(client->stream, client->in + client->in_len, cap, &got);
	bool is_open = !err || err == LP_ERR_AGAIN;

	client->in_len += got;
	if (got)
		is_open = handle_input(client);
	else if (err == LP_ERR_CLOSED && client->in_len)
		/* The last line of `printf … | socat`, which has no newline and closes its side. */
		handle_line(client, client->in, client->in_len);
	if (!is_open)
		close_client(client);
}

/* Closes the one that has asked for nothing for the longest. False when all are being served. */
static bool make_place(struct lp_admin *admin)
{
	struct client *client, *following;

	LP_LIST_FOREACH_SAFE (client, following, &admin->clients, struct client, link) {
		if (!client->is_watching && !client->out_len) {
			lp_debug("control", "closing an idle connection for one more");
			close_client(client);
			return true;
		}
	}
	return false;
}

static void turn_away(struct client *client)
{
	struct lp_admin *admin = client->admin;

	lp_log_write_limited(&admin->full_limit, admin->now, LP_LOG_WARN, "control",
			     "more than %d connections, turning one away", CLIENTS_MAX);
	send_answer(client, lp_request_refusal(LP_REQUEST_BUSY,
					       "%d others are connected already: end one of them, "
					       "or try again in a few seconds",
					       CLIENTS_MAX));
	close_client(client);
}

static void on_stream(void *arg, struct lp_ctl_stream *stream)
{
	struct lp_admin *admin = arg;
	struct client *client = lp_alloc(sizeof(*client));

	lp_ctl_stream_caller(stream, client->caller, sizeof(client->caller));

	bool has_place = admin->client_count < CLIENTS_MAX || make_place(admin);

	client->admin = admin;
	client->stream = stream;
	lp_list_append(&admin->clients, &client->link);
	admin->client_count++;
	if (!has_place)
		turn_away(client);
	else if (lp_ctl_stream_start(stream, admin->watcher, on_ready, client))
		close_client(client);
}

enum lp_err lp_admin_start(struct lp_ctl_server *server, struct lp_watcher *watcher,
			   const struct lp_admin_ops *ops, void *user, struct lp_admin **out)
{
	struct lp_admin *admin = lp_alloc(sizeof(*admin));
	enum lp_err err;

	admin->server = server;
	admin->watcher = watcher;
	admin->ops = ops;
	admin->user = user;
	lp_list_init(&admin->clients);
	err = lp_ctl_server_start(server, watcher, on_stream, admin);
	if (err)
		free(admin);
	else
		*out = admin;
	return err;
}

void lp_admin_free(struct lp_admin *admin)
{
	struct client *client, *following;

	if (!admin)
		return;
	LP_LIST_FOREACH_SAFE (client, following, &admin->clients, struct client, link)
		close_client(client);
	free(admin);
}

char *lp_admin_answer(const struct lp_admin_ops *ops, void *user, const char *line, size_t len)
{
	struct json_object *answer;
	struct lp_request request;
	bool is_garbage;

	if (lp_request_parse(line, len, &request, &answer, &is_garbage))
		answer = lp_request_answer(&request, ops, user);
	return lp_request_text(answer);
}

/* True when `since`, which the first tick that sees the state sets, is longer ago than `most`. */
static bool is_overdue(uint64_t *since, uint64_t now, uint64_t most)
{
	if (!*since)
		*since = now;
	return now - *since > most;
}

/* False when the client has to go. */
static bool tick_client(struct client *client, uint64_t now)
{
	struct lp_admin *admin = client->admin;
	struct json_object *answer;

	if (client->out_len && !flush(client))
		return false;
	if (client->out_len && is_overdue(&client->stuck_since_ns, now, READER_MAX_NS)) {
		lp_debug("control", "closing a connection that does not read its answers");
		return false;
	}
	if (!client->is_watching)
		return client->out_len || !is_overdue(&client->idle_since_ns, now, REQUEST_MAX_NS);
	if (now < client->next_ns)
		return true;
	client->next_ns = now + client->watch.interval_ms * LP_NS_PER_MS;
	answer = lp_request_answer(&client->watch, admin->ops, admin->user);
	/* A room that closed, or a role without rooms, is told once. */
	client->is_watching = lp_request_is_success(answer);
	return send_answer(client, answer);
}

void lp_admin_tick(struct lp_admin *admin, uint64_t now)
{
	struct client *client, *following;

	admin->now = now;
	lp_ctl_server_retry(admin->server);
	LP_LIST_FOREACH_SAFE (client, following, &admin->clients, struct client, link) {
		if (!tick_client(client, now))
			close_client(client);
	}
}
