/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/ask.h"

#include "base/clock.h"
#include "base/mem.h"
#include "platform/ctl_socket.h"

#include <stdlib.h>
#include <string.h>

#define READ_LEN   ((size_t)64 * 1024)
#define ANSWER_MAX ((size_t)16 * 1024 * 1024)

enum lp_err lp_ask_init(struct lp_ask *ask, const char *socket)
{
	*ask = (struct lp_ask){0};
	return lp_ctl_connect(socket, &ask->stream);
}

void lp_ask_fini(struct lp_ask *ask)
{
	lp_ctl_stream_close(ask->stream);
	free(ask->text);
	*ask = (struct lp_ask){0};
}

enum lp_err lp_ask_send(struct lp_ask *ask, struct json_object *request)
{
	const char *text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
	size_t len = strlen(text), sent = 0;
	char *line = lp_alloc(len + 1);
	enum lp_err err;

	memcpy(line, text, len);
	line[len] = '\n';
	json_object_put(request);
	err = lp_ctl_stream_send(ask->stream, line, len + 1, &sent);
	/* A fresh socket has room for any request that the daemon would read. */
	if (err == LP_ERR_AGAIN || (!err && sent <= len))
		err = LP_ERR_TOO_LARGE;
	free(line);
	return err;
}

/* Waits for some more bytes and takes them in. */
static enum lp_err receive(struct lp_ask *ask, uint64_t deadline_ns)
{
	uint64_t now = lp_clock_read().mono_ns;
	uint64_t left_ms = now < deadline_ns ? (deadline_ns - now) / LP_NS_PER_MS : 0;
	enum lp_err err = lp_ctl_stream_wait(ask->stream, (int)left_ms);
	size_t got = 0;

	if (err)
		return err;
	if (ask->len > ANSWER_MAX)
		return LP_ERR_TOO_LARGE;
	if (ask->cap - ask->len < READ_LEN) {
		ask->cap = 2 * ask->cap + READ_LEN;
		ask->text = lp_realloc_array(ask->text, ask->cap, 1);
	}
	err = lp_ctl_stream_recv(ask->stream, ask->text + ask->len, READ_LEN, &got);
	ask->len += got;
	return err == LP_ERR_AGAIN ? LP_OK : err;
}

enum lp_err lp_ask_line(struct lp_ask *ask, int timeout_ms, const char **line)
{
	const uint64_t timeout_ns = (unsigned)timeout_ms * LP_NS_PER_MS;
	const uint64_t deadline_ns = lp_clock_read().mono_ns + timeout_ns;
	size_t searched = 0;

	if (ask->used) {
		ask->len -= ask->used;
		memmove(ask->text, ask->text + ask->used, ask->len);
		ask->used = 0;
	}
	for (;;) {
		char *from = ask->len ? ask->text + searched : NULL;
		char *newline = from ? memchr(from, '\n', ask->len - searched) : NULL;
		enum lp_err err;

		if (newline) {
			*newline = '\0';
			/* A null byte would hide what is behind it. */
			*line = strlen(ask->text) == (size_t)(newline - ask->text) ? ask->text : "";
			ask->used = (size_t)(newline - ask->text) + 1;
			return LP_OK;
		}
		searched = ask->len;
		err = receive(ask, deadline_ns);
		if (err)
			return err;
	}
}
