/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/admin.h"
#include "admin/json.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "dummy_role.h"
#include "poll_watcher.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define CLIENTS_MAX  16
#define LINE_MAX_LEN 65536

static struct dummy_role dummy;

/* ---- one line, one answer ---- */

/* Checks that the answer is one valid line of the protocol; gives it. */
static struct json_object *answer_to_bytes(const struct lp_admin_ops *ops, const char *line,
					   size_t len)
{
	char *copy = malloc(len ? len : 1), *text, *ascii;
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *answer, *version;
	size_t ascii_len;

	/* A block of just this size, so that a byte read too many is seen. */
	memcpy(copy, line, len);
	text = lp_admin_answer(ops, &dummy, copy, len);
	free(copy);
	assert_null(strchr(text, '\n'));
	ascii = lp_utf8_escape(text, strlen(text), &ascii_len);
	assert_non_null(ascii);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	answer = json_tokener_parse_ex(tokener, ascii, (int)ascii_len);
	json_tokener_free(tokener);
	free(ascii);
	free(text);
	assert_non_null(answer);
	assert_true(json_object_object_get_ex(answer, "version", &version));
	assert_int_equal(json_object_get_int(version), 1);
	return answer;
}

static struct json_object *answer_to(const char *line)
{
	return answer_to_bytes(&dummy_role_ops, line, strlen(line));
}

/* The content of a good answer; borrowed from it. */
static struct json_object *content(struct json_object *answer, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(answer, "ok", &value));
	assert_true(json_object_get_boolean(value));
	assert_true(json_object_object_get_ex(answer, key, &value));
	return value;
}

static const char *text_in(struct json_object *object, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(object, key, &value));
	return json_object_get_string(value);
}

static void expect_refusal(struct json_object *answer, const char *code)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(answer, "ok", &value));
	assert_false(json_object_get_boolean(value));
	assert_true(json_object_object_get_ex(answer, "error", &value));
	assert_string_equal(text_in(value, "code"), code);
	assert_true(strlen(text_in(value, "message")) > 10);
	json_object_put(answer);
}

static void expect_message(struct json_object *answer, const char *message)
{
	struct json_object *error;

	assert_true(json_object_object_get_ex(answer, "error", &error));
	assert_string_equal(text_in(error, "message"), message);
	json_object_put(answer);
}

static int set_up(void **state)
{
	(void)state;
	dummy = (struct dummy_role){.role = "relay"};
	return 0;
}

static void status_of_each_role(void **state)
{
	struct json_object *answer = answer_to("{\"command\":\"status\"}"), *status, *value;

	(void)state;
	status = content(answer, "status");
	assert_string_equal(text_in(status, "listen"), "[::]:443");
	assert_string_equal(text_in(status, "uptime_ms"), "11520000");
	assert_false(json_object_object_get_ex(status, "relay", NULL));
	assert_true(json_object_object_get_ex(status, "lines", &value));
	assert_int_equal(json_object_array_length(value), 2);
	assert_string_equal(text_in(json_object_array_get_idx(value, 1), "level"), "warn");
	json_object_put(answer);

	dummy.role = "client";
	answer = answer_to("{\"command\":\"status\"}");
	status = content(answer, "status");
	assert_string_equal(text_in(status, "state"), "connecting");
	assert_string_equal(text_in(status, "session_age_ms"), "-1");
	assert_string_equal(text_in(status, "gateway_present"), "true");
	assert_string_equal(text_in(status, "lan_connected"), "false");
	assert_false(json_object_object_get_ex(status, "listen", NULL));
	assert_true(json_object_object_get_ex(status, "addresses", &value));
	assert_int_equal(json_object_array_length(value), 2);
	json_object_put(answer);
}

/* A zero that nobody has counted is none. */
static void what_a_member_cannot_know_is_null(void **state)
{
	const struct lp_admin_peer peers[] = {
		{.is_of_member = true, .role = "client", .frames_in = 7, .last_seen_age_ms = 5},
		{.is_of_member = true, .role = "client", .last_seen_age_ms = -1},
		{.role = "client", .last_seen_age_ms = -1},
	};
	struct json_object *array = lp_json_peers(peers, 3), *value;
	static const char *const keys[] = {"rtt_us", "bytes_out", "addr", "drops_in",
					   "copies_sent"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < LP_ARRAY_COUNT(keys); j++) {
			assert_true(json_object_object_get_ex(json_object_array_get_idx(array, i),
							      keys[j], &value));
			assert_int_equal(value == NULL, i < 2);
		}
		assert_true(json_object_object_get_ex(json_object_array_get_idx(array, i),
						      "last_seen_age_ms", &value));
		assert_int_equal(value == NULL, i == 1);
	}
	assert_true(json_object_object_get_ex(json_object_array_get_idx(array, 0), "frames_in",
					      &value));
	assert_int_equal(json_object_get_int(value), 7);
	json_object_put(array);
}

/* Nor is one of a connection that is not there, or of stats that never came. */
static void what_the_relay_does_not_know_is_null(void **state)
{
	const struct lp_admin_peer peers[] = {
		{.role = "client", .rtt_us = 7, .drops_in = 7, .has_stats = true},
		{.role = "client", .is_absent = true, .drops_in = 7},
	};
	static const char *const always[] = {"drops_in", "copies_sent", "malformed"};
	static const char *const unknown[] = {"rtt_us",	       "addr",		 "datagram_budget",
					      "queued_frames", "datagrams_lost", "stats_frames_tx",
					      "stats_drops"};
	struct json_object *array = lp_json_peers(peers, 2), *row, *value;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		row = json_object_array_get_idx(array, i);
		for (size_t j = 0; j < LP_ARRAY_COUNT(always); j++)
			assert_non_null(json_object_object_get(row, always[j]));
		for (size_t j = 0; j < LP_ARRAY_COUNT(unknown); j++) {
			assert_true(json_object_object_get_ex(row, unknown[j], &value));
			assert_int_equal(value == NULL, i == 1);
		}
	}
	json_object_put(array);
}

static void rooms_and_peers(void **state)
{
	struct json_object *answer = answer_to("{\"command\":\"rooms\"}"), *row;

	(void)state;
	assert_int_equal(json_object_array_length(content(answer, "rooms")), 2);
	row = json_object_array_get_idx(content(answer, "rooms"), 0);
	assert_string_equal(text_in(row, "code"), "doom");
	assert_string_equal(text_in(row, "gateway_present"), "true");
	assert_string_equal(text_in(row, "frames_in"), "18446744073709551615");
	json_object_put(answer);

	answer = answer_to("{\"command\":\"peers\",\"room\":\"DOOM\"}");
	assert_int_equal(json_object_array_length(content(answer, "peers")), 3);
	row = json_object_array_get_idx(content(answer, "peers"), 1);
	assert_string_equal(text_in(row, "peer_id"), "7");
	assert_string_equal(text_in(row, "role"), "client");
	assert_string_equal(text_in(row, "name"), "alice");
	json_object_put(answer);

	expect_refusal(answer_to("{\"command\":\"peers\",\"room\":\"hexen\"}"), "not_found");
}

/* Who mistypes a room is told what it may have been, and where the rooms are listed. */
static void unknown_rooms_are_explained(void **state)
{
	(void)state;
	expect_message(answer_to("{\"command\":\"peers\",\"room\":\"Doon\"}"),
		       "there is no room \"Doon\": did you mean \"doom\"? See lanpartyctl rooms");
	expect_message(answer_to("{\"command\":\"drops\",\"room\":\"hexen\"}"),
		       "there is no room \"hexen\": see lanpartyctl rooms");
	expect_message(answer_to("{\"command\":\"kick\",\"room\":\"Doom\",\"peer_id\":70}"),
		       "there is no peer 70 in room \"Doom\": see lanpartyctl peers");
	expect_message(answer_to("{\"command\":\"kick\",\"room\":\"qauke\",\"peer_id\":70}"),
		       "there is no room \"qauke\": did you mean \"quake\"? See lanpartyctl rooms");
}

static void stats_and_drops(void **state)
{
	struct json_object *answer = answer_to("{\"command\":\"stats\"}"), *row;

	(void)state;
	assert_string_equal(text_in(content(answer, "stats"), "frames_in"), "1234567");
	json_object_put(answer);

	answer = answer_to("{\"command\":\"drops\"}");
	row = json_object_array_get_idx(content(answer, "drops"), 0);
	assert_string_equal(text_in(row, "reason"), "queue_full");
	assert_string_equal(text_in(row, "copies"), "42");
	json_object_put(answer);
	expect_refusal(answer_to("{\"command\":\"drops\",\"room\":\"hexen\"}"), "not_found");
}

static void kick_reload_log_config_version(void **state)
{
	struct json_object *answer = answer_to("{\"command\":\"kick\",\"room\":\"doom\","
					       "\"peer_id\":7}"),
			   *error, *faults;

	(void)state;
	content(answer, "version");
	json_object_put(answer);
	assert_int_equal(dummy.kicked_peer_id, 7);
	assert_int_equal(dummy.kicked_for_ms, 300000);
	json_object_put(answer_to("{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7,"
				  "\"for_ms\":0}"));
	assert_int_equal(dummy.kicked_for_ms, 0);
	expect_refusal(answer_to("{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":70}"),
		       "not_found");
	expect_refusal(answer_to("{\"command\":\"kick\",\"room\":\"doom\"}"), "bad_request");
	expect_refusal(answer_to("{\"command\":\"kick\",\"peer_id\":7}"), "bad_request");
	expect_refusal(answer_to("{\"command\":\"unban\",\"peer_id\":9}"), "bad_request");
	expect_refusal(answer_to("{\"command\":\"unban\",\"room\":\"doom\",\"peer_id\":7}"),
		       "not_found");
	json_object_put(answer_to("{\"command\":\"unban\",\"room\":\"doom\",\"peer_id\":9}"));
	assert_int_equal(dummy.unbanned_peer_id, 9);

	answer = answer_to(
		"{\"command\":\"frame_log\",\"on\":true,\"room\":\"doom\",\"peer_id\":7}");
	content(answer, "version");
	json_object_put(answer);
	assert_string_equal(dummy.frame_log, "on doom 7");
	json_object_put(answer_to("{\"command\":\"frame_log\",\"on\":false}"));
	assert_string_equal(dummy.frame_log, "off all 0");
	expect_refusal(answer_to("{\"command\":\"frame_log\"}"), "bad_request");
	expect_refusal(answer_to("{\"command\":\"frame_log\",\"on\":1}"), "bad_request");
	expect_refusal(answer_to("{\"command\":\"frame_log\",\"on\":true,\"peer_id\":7}"),
		       "bad_request");
	expect_refusal(answer_to("{\"command\":\"frame_log\",\"on\":true,\"room\":\"hexen\"}"),
		       "not_found");

	answer = answer_to("{\"command\":\"reload\"}");
	assert_int_equal(json_object_array_length(content(answer, "warnings")), 0);
	json_object_put(answer);
	assert_int_equal(dummy.reload_count, 1);
	dummy.reload_faults = "a.conf:3: one\na.conf:4: two";
	answer = answer_to("{\"command\":\"reload\"}");
	assert_true(json_object_object_get_ex(answer, "error", &error));
	assert_true(json_object_object_get_ex(error, "faults", &faults));
	assert_int_equal(json_object_array_length(faults), 2);
	expect_refusal(answer, "invalid");

	answer = answer_to("{\"command\":\"log\",\"level\":\"debug\"}");
	assert_string_equal(json_object_get_string(content(answer, "level")), "debug");
	assert_int_equal(dummy.level, LP_LOG_DEBUG);
	json_object_put(answer);
	lp_log_open(LP_LOG_WARN, LP_LOG_STDERR);
	answer = answer_to("{\"command\":\"log\"}");
	assert_string_equal(json_object_get_string(content(answer, "level")), "warn");
	json_object_put(answer);

	/* What is no UTF-8 in a file is none of ours. */
	answer = answer_to("{\"command\":\"config\"}");
	assert_string_equal(json_object_get_string(content(answer, "config")),
			    "role = \"relay\";\nname = \"caf?\";\n");
	json_object_put(answer);

	answer = answer_to("{\"command\":\"version\"}");
	assert_string_equal(text_in(content(answer, "daemon"), "version"), "0.1.0");
	json_object_put(answer);
	answer = answer_to("{\"command\":\"watch\",\"what\":\"rooms\",\"interval_ms\":100}");
	content(answer, "rooms");
	json_object_put(answer);
}

static void roles_may_know_nothing(void **state)
{
	static const char *const commands[] = {"status", "rooms",  "peers",  "stats",
					       "drops",	 "reload", "config", "version"};
	static const char kick[] = "{\"command\":\"kick\",\"room\":\"a\",\"peer_id\":1}";
	static const char log[] = "{\"command\":\"log\",\"level\":\"info\"}";
	static const char frame_log[] = "{\"command\":\"frame_log\",\"on\":true}";

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		char line[64];

		snprintf(line, sizeof(line), "{\"command\":\"%s\"}", commands[i]);
		expect_refusal(answer_to_bytes(&dummy_role_mute_ops, line, strlen(line)),
			       "unsupported");
	}
	expect_refusal(answer_to_bytes(&dummy_role_mute_ops, kick, strlen(kick)), "unsupported");
	expect_refusal(answer_to_bytes(&dummy_role_mute_ops, log, strlen(log)), "unsupported");
	expect_refusal(answer_to_bytes(&dummy_role_mute_ops, frame_log, strlen(frame_log)),
		       "unsupported");
}

static void refuses_garbage(void **state)
{
	static const struct {
		const char *line;
		const char *code;
	} cases[] = {
		{"", "bad_request"},
		{"status", "bad_request"},
		{"{", "bad_request"},
		{"{}", "bad_request"},
		{"[]", "bad_request"},
		{"null", "bad_request"},
		{"\"status\"", "bad_request"},
		{"{\"command\":\"status\"", "bad_request"},
		{"{\"command\":\"status\"} x", "bad_request"},
		{"{\"command\":\"status\"}{}", "bad_request"},
		{"{\"command\":\"status\",}", "bad_request"},
		{"{'command':'status'}", "bad_request"},
		{"{\"command\":\"status\"} // x", "bad_request"},
		{"{\"command\":1}", "bad_request"},
		{"{\"command\":null}", "bad_request"},
		{"{\"command\":{}}", "bad_request"},
		{"{\"command\":\"sta\\u0000tus\"}", "bad_request"},
		{"{\"command\":\"\xff\"}", "bad_request"},
		{"{\"command\":\"status\",\"x\":\"\xc3(\"}", "bad_request"},
		{"{\"command\":\"\"}", "unknown_command"},
		{"{\"command\":\"STATUS\"}", "unknown_command"},
		{"{\"command\":\"statusses\"}", "unknown_command"},
		{"{\"command\":\"peers\",\"room\":1}", "bad_request"},
		{"{\"command\":\"peers\",\"room\":\"\"}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":0}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":65536}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":-1}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7.5}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":\"7\"}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":1e99}", "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7,\"for_ms\":-1}",
		 "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7,\"for_ms\":86400001}",
		 "bad_request"},
		{"{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7,\"for_ms\":\"5m\"}",
		 "bad_request"},
		{"{\"command\":\"log\",\"level\":\"loud\"}", "bad_request"},
		{"{\"command\":\"log\",\"level\":3}", "bad_request"},
		{"{\"command\":\"watch\",\"interval_ms\":1}", "bad_request"},
		{"{\"command\":\"watch\",\"interval_ms\":99999999999}", "bad_request"},
		{"{\"command\":\"watch\",\"what\":\"watch\"}", "bad_request"},
		{"{\"command\":\"watch\",\"what\":\"kick\"}", "bad_request"},
		{"{\"command\":\"watch\",\"what\":\"reload\"}", "bad_request"},
		{"{\"command\":\"watch\",\"what\":7}", "bad_request"},
	};
	static const char null_byte[] = "{\"command\":\"status\"}\0\0";

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++)
		expect_refusal(answer_to(cases[i].line), cases[i].code);
	expect_refusal(answer_to_bytes(&dummy_role_ops, null_byte, sizeof(null_byte)),
		       "bad_request");
	assert_int_equal(dummy.kicked_peer_id, 0);
	assert_int_equal(dummy.reload_count, 0);
}

static void refuses_depth_and_length(void **state)
{
	static char line[2 * LINE_MAX_LEN];
	char room[200];

	(void)state;
	memset(line, '[', sizeof(line));
	for (size_t depth = 1; depth < sizeof(line); depth *= 2)
		expect_refusal(answer_to_bytes(&dummy_role_ops, line, depth), "bad_request");
	snprintf(line, sizeof(line),
		 "{\"command\":\"status\",\"x\":"
		 "[[[[[[[[[[1]]]]]]]]]]}");
	expect_refusal(answer_to(line), "bad_request");
	memset(line, ' ', sizeof(line));
	memcpy(line, "{\"command\":\"status\"}", 20);
	json_object_put(answer_to_bytes(&dummy_role_ops, line, LINE_MAX_LEN - 1));
	expect_refusal(answer_to_bytes(&dummy_role_ops, line, LINE_MAX_LEN), "bad_request");
	memset(room, 'a', sizeof(room) - 1);
	room[sizeof(room) - 1] = '\0';
	snprintf(line, sizeof(line), "{\"command\":\"peers\",\"room\":\"%s\"}", room);
	expect_refusal(answer_to(line), "bad_request");
}

/* Every prefix of a good request is refused, none is half understood. */
static void refuses_every_truncation(void **state)
{
	static const char line[] = "{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7}";

	(void)state;
	for (size_t len = 0; len < sizeof(line) - 1; len++)
		expect_refusal(answer_to_bytes(&dummy_role_ops, line, len), "bad_request");
	assert_int_equal(dummy.kicked_peer_id, 0);
}

static void names_of_peers_stay_json(void **state)
{
	struct json_object *answer, *peer;

	(void)state;
	dummy.peer_name = "\xff\"\\\n\033[2J\xed\xa0\x80";
	answer = answer_to("{\"command\":\"peers\"}");
	peer = json_object_array_get_idx(content(answer, "peers"), 1);
	assert_string_equal(text_in(peer, "name"), "?\"\\\n?[2J???");
	json_object_put(answer);
}

/* ---- over the socket ---- */

static char folder[32], path[64];
static struct poll_watcher watcher;
static struct lp_ctl_server *server;
static size_t warning_count;
static struct lp_admin *admin;

static int set_up_socket(void **state)
{
	set_up(state);
	poll_watcher_init(&watcher);
	strcpy(folder, "/tmp/lanparty-admin.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", folder);
	if (lp_ctl_server_open(path, NULL, &server))
		return -1;
	return lp_admin_start(server, &watcher.base, &dummy_role_ops, &dummy, &admin);
}

static int tear_down_socket(void **state)
{
	(void)state;
	lp_admin_free(admin);
	lp_ctl_server_close(server);
	return (int)poll_watcher_count(&watcher) + rmdir(folder);
}

static struct lp_ctl_stream *connect_client(void)
{
	struct lp_ctl_stream *stream = NULL;

	assert_int_equal(lp_ctl_connect(path, &stream), LP_OK);
	poll_watcher_settle(&watcher);
	return stream;
}

static void say(struct lp_ctl_stream *stream, const char *text)
{
	size_t sent;

	assert_int_equal(lp_ctl_stream_send(stream, text, strlen(text), &sent), LP_OK);
	assert_int_equal(sent, strlen(text));
	poll_watcher_settle(&watcher);
}

/* What came so far, as text; *is_closed when the daemon closed. */
static char *hear(struct lp_ctl_stream *stream, bool *is_closed)
{
	static char text[16 * 1024 * 1024];
	size_t len = 0, got;
	enum lp_err err;

	while (!(err = lp_ctl_stream_recv(stream, text + len, sizeof(text) - 1 - len, &got)))
		len += got;
	text[len] = '\0';
	*is_closed = err == LP_ERR_CLOSED;
	return text;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	while ((text = strchr(text, '\n'))) {
		count++;
		text++;
	}
	return count;
}

/* Who asks is what the system says of the other end. */
static void a_kick_says_who(void **state)
{
	struct lp_ctl_stream *client = connect_client();
	char wanted[32];
	bool is_closed;

	(void)state;
	say(client, "{\"command\":\"kick\",\"room\":\"doom\",\"peer_id\":7}\n");
	(void)hear(client, &is_closed);
	snprintf(wanted, sizeof(wanted), "uid %lu", (unsigned long)getuid());
	assert_memory_equal(dummy.kicked_by, wanted, strlen(wanted));
	if (getuid() == 0)
		assert_string_equal(dummy.kicked_by, "uid 0 (root)");
	lp_ctl_stream_close(client);
}

static void answers_lines_however_they_come(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	const char *line = "{\"command\":\"version\"}\r\n\n\n";
	bool is_closed;

	(void)state;
	for (const char *at = line; *at; at++) {
		char byte[2] = {*at, '\0'};

		say(stream, byte);
	}
	assert_int_equal(count_lines(hear(stream, &is_closed)), 1);
	say(stream, "{\"command\":\"version\"}\n{\"command\":\"rooms\"}\n{\"command\":\"what\"}\n");
	assert_int_equal(count_lines(hear(stream, &is_closed)), 3);
	assert_false(is_closed);
	lp_ctl_stream_close(stream);
	poll_watcher_settle(&watcher);
	assert_int_equal(poll_watcher_count(&watcher), 1);
}

static void closes_who_sends_garbage(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	bool is_closed;

	(void)state;
	say(stream, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_int_equal(count_lines(hear(stream, &is_closed)), 1);
	assert_true(is_closed);
	lp_ctl_stream_close(stream);
}

static void closes_who_never_ends_a_line(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	static char block[LINE_MAX_LEN + 1];
	bool is_closed;

	(void)state;
	memset(block, ' ', LINE_MAX_LEN - 1);
	block[LINE_MAX_LEN - 1] = '\0';
	say(stream, block);
	assert_string_equal(hear(stream, &is_closed), "");
	assert_false(is_closed);
	say(stream, " ");
	assert_non_null(strstr(hear(stream, &is_closed), "65536"));
	assert_true(is_closed);
	lp_ctl_stream_close(stream);
}

static void watch_streams_until_the_client_goes(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	uint64_t now = LP_NS_PER_S;
	bool is_closed;

	(void)state;
	say(stream, "{\"command\":\"watch\",\"what\":\"peers\",\"room\":\"doom\","
		    "\"interval_ms\":500}\n");
	for (int i = 0; i < 11; i++) {
		lp_admin_tick(admin, now);
		now += 100 * LP_NS_PER_MS;
	}
	assert_int_equal(count_lines(hear(stream, &is_closed)), 3);
	assert_false(is_closed);
	/* Hours of silence in its own direction do not end it. */
	now += 3600 * LP_NS_PER_S;
	lp_admin_tick(admin, now);
	assert_int_equal(count_lines(hear(stream, &is_closed)), 1);
	/* Other commands are answered meanwhile. */
	say(stream, "{\"command\":\"version\"}\n");
	assert_non_null(strstr(hear(stream, &is_closed), "daemon"));
	lp_ctl_stream_close(stream);
	poll_watcher_settle(&watcher);
	lp_admin_tick(admin, now + LP_NS_PER_S);
	assert_int_equal(poll_watcher_count(&watcher), 1);
}

static void watch_of_nothing_ends(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	bool is_closed;

	(void)state;
	say(stream, "{\"command\":\"watch\",\"what\":\"peers\",\"room\":\"hexen\"}\n");
	for (uint64_t now = 1; now < 10; now++)
		lp_admin_tick(admin, now * LP_NS_PER_S);
	assert_int_equal(count_lines(hear(stream, &is_closed)), 1);
	lp_ctl_stream_close(stream);
}

static void slow_reader_is_closed(void **state)
{
	struct lp_ctl_stream *slow = connect_client(), *good = connect_client();
	uint64_t now = LP_NS_PER_S;
	bool is_closed;

	(void)state;
	dummy.more_peers = 1000;
	say(slow, "{\"command\":\"peers\"}\n");
	lp_admin_tick(admin, now);
	assert_int_equal(poll_watcher_count(&watcher), 3);
	now += 3 * LP_NS_PER_S;
	lp_admin_tick(admin, now);
	assert_int_equal(poll_watcher_count(&watcher), 2);
	dummy.more_peers = 0;
	say(good, "{\"command\":\"version\"}\n");
	assert_int_equal(count_lines(hear(good, &is_closed)), 1);
	lp_ctl_stream_close(slow);
	lp_ctl_stream_close(good);
}

/* A large answer reaches a reader that takes it as it comes. */
static void large_answer_comes_whole(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	size_t len = 0, line_count = 0;
	bool is_closed = false;
	uint64_t now = 0;

	(void)state;
	dummy.more_peers = 5000;
	say(stream, "{\"command\":\"peers\"}\n");
	for (int i = 0; i < 1000 && !line_count; i++) {
		const char *text = hear(stream, &is_closed);

		assert_false(is_closed);
		len += strlen(text);
		line_count += count_lines(text);
		now += 100 * LP_NS_PER_MS;
		lp_admin_tick(admin, now);
	}
	assert_int_equal(line_count, 1);
	assert_true(len > 1024 * 1024);
	lp_ctl_stream_close(stream);
}

/* Who asks on and on without reading fills no memory. */
static void greedy_client_is_closed(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	const char *line = "{\"command\":\"peers\"}\n";
	size_t sent;
	enum lp_err err = LP_OK;

	(void)state;
	dummy.more_peers = 100;
	for (int i = 0; i < 10000 && !err; i++) {
		err = lp_ctl_stream_send(stream, line, strlen(line), &sent);
		poll_watcher_settle(&watcher);
	}
	assert_int_equal(err, LP_ERR_CLOSED);
	lp_ctl_stream_close(stream);
}

static void seventeenth_is_turned_away(void **state)
{
	struct lp_ctl_stream *streams[CLIENTS_MAX], *late;
	bool is_closed;

	(void)state;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		streams[i] = connect_client();
		say(streams[i], "{\"command\":\"watch\"}\n");
	}
	warning_count = 0;
	for (size_t i = 0; i < 100; i++) {
		late = connect_client();
		assert_non_null(strstr(hear(late, &is_closed), "\"busy\""));
		assert_true(is_closed);
		lp_ctl_stream_close(late);
	}
	assert_in_range(warning_count, 1, 10);
	lp_ctl_stream_close(streams[3]);
	poll_watcher_settle(&watcher);
	late = connect_client();
	say(late, "{\"command\":\"version\"}\n");
	assert_int_equal(count_lines(hear(late, &is_closed)), 1);
	assert_false(is_closed);
	lp_ctl_stream_close(late);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (i != 3)
			lp_ctl_stream_close(streams[i]);
	}
}

static void seventeenth_takes_the_place_of_an_idle_one(void **state)
{
	struct lp_ctl_stream *streams[CLIENTS_MAX], *late;
	bool is_closed;

	(void)state;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		streams[i] = connect_client();
	say(streams[0], "{\"command\":\"watch\"}\n");
	say(streams[1], "{\"command\":\"version\"}\n");
	late = connect_client();
	say(late, "{\"command\":\"version\"}\n");
	assert_int_equal(count_lines(hear(late, &is_closed)), 1);
	assert_false(is_closed);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		(void)hear(streams[i], &is_closed);
		assert_int_equal(is_closed, i == 2);
		lp_ctl_stream_close(streams[i]);
	}
	lp_ctl_stream_close(late);
}

/* Sixteen callers that never ask do not lock the administrator out. */
static void idle_client_is_closed(void **state)
{
	struct lp_ctl_stream *stream = connect_client();
	bool is_closed;

	(void)state;
	lp_admin_tick(admin, 1 * LP_NS_PER_S);
	say(stream, "{\"command\":");
	lp_admin_tick(admin, 11 * LP_NS_PER_S);
	hear(stream, &is_closed);
	assert_false(is_closed);
	lp_admin_tick(admin, 12 * LP_NS_PER_S);
	hear(stream, &is_closed);
	assert_true(is_closed);
	lp_ctl_stream_close(stream);
}

static void clients_left_at_the_end_are_closed(void **state)
{
	struct lp_ctl_stream *stream = connect_client();

	(void)state;
	say(stream, "{\"command\":\"watch\"}\n{\"comm");
	lp_ctl_stream_close(stream);
}

static void on_line(void *user, enum lp_log_level level, const char *line)
{
	(void)user;
	(void)line;
	warning_count += level == LP_LOG_WARN;
}

int main(void)
{
#define LINE(name)   cmocka_unit_test_setup(name, set_up)
#define SOCKET(name) cmocka_unit_test_setup_teardown(name, set_up_socket, tear_down_socket)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_member_cannot_know_is_null),
		cmocka_unit_test(what_the_relay_does_not_know_is_null),
		LINE(status_of_each_role),
		LINE(rooms_and_peers),
		LINE(unknown_rooms_are_explained),
		LINE(stats_and_drops),
		LINE(kick_reload_log_config_version),
		LINE(roles_may_know_nothing),
		LINE(refuses_garbage),
		LINE(refuses_depth_and_length),
		LINE(refuses_every_truncation),
		LINE(names_of_peers_stay_json),
		SOCKET(a_kick_says_who),
		SOCKET(answers_lines_however_they_come),
		SOCKET(closes_who_sends_garbage),
		SOCKET(closes_who_never_ends_a_line),
		SOCKET(watch_streams_until_the_client_goes),
		SOCKET(watch_of_nothing_ends),
		SOCKET(slow_reader_is_closed),
		SOCKET(large_answer_comes_whole),
		SOCKET(greedy_client_is_closed),
		SOCKET(seventeenth_is_turned_away),
		SOCKET(seventeenth_takes_the_place_of_an_idle_one),
		SOCKET(idle_client_is_closed),
		SOCKET(clients_left_at_the_end_are_closed),
	};

	lp_log_capture(on_line, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
