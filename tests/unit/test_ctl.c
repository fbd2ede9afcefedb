/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/option.h"
#include "ctl/view.h"

#include "base/clock.h"
#include "base/mem.h"
#include "dummy_role.h"
#include "poll_watcher.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what people see ---- */

static void units_read_well(void **state)
{
	static const struct {
		enum lp_table_unit unit;
		const char *row;
		const char *cell;
	} cases[] = {
		{LP_TABLE_NUMBER, "{\"v\":0}", "0"},
		{LP_TABLE_NUMBER, "{\"v\":999}", "999"},
		{LP_TABLE_NUMBER, "{\"v\":1000}", "1,000"},
		{LP_TABLE_NUMBER, "{\"v\":18446744073709551615}", "18,446,744,073,709,551,615"},
		{LP_TABLE_ID, "{\"v\":12345}", "12345"},
		{LP_TABLE_BYTES, "{\"v\":0}", "0 B"},
		{LP_TABLE_BYTES, "{\"v\":999}", "999 B"},
		{LP_TABLE_BYTES, "{\"v\":1000}", "1.0 kB"},
		{LP_TABLE_BYTES, "{\"v\":9949}", "9.9 kB"},
		{LP_TABLE_BYTES, "{\"v\":9951}", "10 kB"},
		{LP_TABLE_BYTES, "{\"v\":999499}", "999 kB"},
		{LP_TABLE_BYTES, "{\"v\":999501}", "1.0 MB"},
		{LP_TABLE_BYTES, "{\"v\":18446744073709551615}", "18 EB"},
		{LP_TABLE_LENGTH, "{\"v\":1372}", "1,372 bytes"},
		{LP_TABLE_RTT_US, "{\"v\":0}", ""},
		{LP_TABLE_RTT_US, "{\"v\":812}", "812 us"},
		{LP_TABLE_RTT_US, "{\"v\":12345}", "12.3 ms"},
		{LP_TABLE_RTT_US, "{\"v\":250000}", "250 ms"},
		{LP_TABLE_SPAN_MS, "{\"v\":-1}", ""},
		{LP_TABLE_SPAN_MS, "{\"v\":0}", "0 s"},
		{LP_TABLE_SPAN_MS, "{\"v\":59999}", "59 s"},
		{LP_TABLE_SPAN_MS, "{\"v\":60000}", "1 min"},
		{LP_TABLE_SPAN_MS, "{\"v\":192000}", "3 min 12 s"},
		{LP_TABLE_SPAN_MS, "{\"v\":11520000}", "3 h 12 min"},
		{LP_TABLE_SPAN_MS, "{\"v\":187200000}", "2 d 4 h"},
		{LP_TABLE_AGE_MS, "{\"v\":-1}", "never"},
		{LP_TABLE_AGE_MS, "{\"v\":999}", "now"},
		{LP_TABLE_AGE_MS, "{\"v\":3100}", "3 s ago"},
		{LP_TABLE_YES_NO, "{\"v\":true}", "yes"},
		{LP_TABLE_YES_NO, "{\"v\":false}", "no"},
		{LP_TABLE_LIST, "{\"v\":[]}", ""},
		{LP_TABLE_LIST, "{\"v\":[\"a\",\"b\"]}", "a, b"},
		{LP_TABLE_LIST, "{\"v\":[null,7]}", "-, 7"},
		{LP_TABLE_LIST, "{\"v\":\"a\"}", ""},
		{LP_TABLE_COUNTER, "{\"name\":\"frames_in\",\"v\":1234}", "1,234"},
		{LP_TABLE_COUNTER, "{\"name\":\"bytes_out\",\"v\":1234}", "1.2 kB"},
		{LP_TABLE_COUNTER, "{\"name\":\"queued_bytes\",\"v\":1234}", "1.2 kB"},
		{LP_TABLE_COUNTER, "{\"name\":\"poll_us\",\"v\":1500}", "1.5 ms"},
		{LP_TABLE_COUNTER, "{\"v\":1500}", "1,500"},
		{LP_TABLE_TEXT, "{\"v\":\"a\\u001b[2Jb\"}", "a?[2Jb"},
		{LP_TABLE_TEXT, "{\"v\":null}", ""},
		{LP_TABLE_TEXT, "{}", ""},
		{LP_TABLE_NUMBER, "[]", ""},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		const struct lp_table_column column = {"v", "V", cases[i].unit, false};
		struct json_object *row = json_tokener_parse(cases[i].row);
		char cell[LP_TABLE_CELL_MAX];

		lp_table_format(&column, row, cell);
		assert_string_equal(cell, cases[i].cell);
		json_object_put(row);
	}
}

/* Cells longer than any honest daemon sends are cut, and nothing overflows. */
static void long_cells_are_cut(void **state)
{
	static const enum lp_table_unit units[] = {LP_TABLE_TEXT, LP_TABLE_ID, LP_TABLE_LIST};
	struct json_object *row = json_object_new_object(), *array = json_object_new_array();
	char text[4 * LP_TABLE_CELL_MAX], cell[LP_TABLE_CELL_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 10; i++)
		json_object_array_add(array, json_object_new_string(text + i * 100));
	json_object_object_add(row, "text", json_object_new_string(text));
	json_object_object_add(row, "list", array);
	for (size_t i = 0; i < LP_ARRAY_COUNT(units); i++) {
		bool is_list = units[i] == LP_TABLE_LIST;
		const struct lp_table_column column = {is_list ? "list" : "text", "", units[i], 0};

		assert_int_equal(lp_table_format(&column, row, cell), LP_TABLE_CELL_MAX - 1);
	}
	json_object_put(row);
}

/* ---- the tool against a daemon ---- */

static char folder[32], path[64];
static struct dummy_role dummy;
static const struct lp_admin_ops *ops;
static struct lp_ctl ctl;
static char *out_text, *err_text;
static size_t out_len, err_len;
static pthread_t thread;
static atomic_bool is_ended;

static void *serve(void *arg)
{
	struct poll_watcher watcher;
	struct lp_admin *admin = NULL;

	poll_watcher_init(&watcher);
	if (lp_admin_start(arg, &watcher.base, ops, &dummy, &admin))
		abort();
	while (!atomic_load(&is_ended)) {
		poll_watcher_turn(&watcher, 5);
		lp_admin_tick(admin, lp_clock_read().mono_ns);
	}
	lp_admin_free(admin);
	lp_ctl_server_close(arg);
	return NULL;
}

static int set_up(void **state)
{
	(void)state;
	dummy = (struct dummy_role){.role = "relay"};
	ops = &dummy_role_ops;
	strcpy(folder, "/tmp/lanparty-tool.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", folder);
	ctl = (struct lp_ctl){
		.version = "0.1.0",
		.daemon = "/nowhere/lanpartyd",
		.socket = path,
		.timeout_ms = 5000,
		.interval_ms = 100,
		.style = {.out = open_memstream(&out_text, &out_len)},
		.err = open_memstream(&err_text, &err_len),
	};
	return ctl.style.out && ctl.err ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	fclose(ctl.style.out);
	fclose(ctl.err);
	free(out_text);
	free(err_text);
	return rmdir(folder);
}

static int set_up_daemon(void **state)
{
	struct lp_ctl_server *server;

	if (set_up(state) || lp_ctl_server_open(path, NULL, &server))
		return -1;
	atomic_store(&is_ended, false);
	return pthread_create(&thread, NULL, serve, server);
}

static int set_up_member(void **state)
{
	struct lp_ctl_server *server;

	if (set_up(state) || lp_ctl_server_open(path, NULL, &server))
		return -1;
	ops = &dummy_role_member_ops;
	atomic_store(&is_ended, false);
	return pthread_create(&thread, NULL, serve, server);
}

static int tear_down_daemon(void **state)
{
	atomic_store(&is_ended, true);
	pthread_join(thread, NULL);
	return tear_down(state);
}

/* Runs a command with up to three words; what it printed is in out_text and err_text then. */
static char *third; /* argument of the next run */

static enum lp_ctl_exit run(enum lp_ctl_exit (*command)(struct lp_ctl *ctl, char **argv),
			    const char *name, const char *first, const char *second)
{
	char words[3][64];
	char *argv[5] = {words[0], first ? words[1] : NULL, second ? words[2] : NULL, third, NULL};
	enum lp_ctl_exit code;

	third = NULL;
	lp_strcopy(words[0], sizeof(words[0]), name);
	lp_strcopy(words[1], sizeof(words[1]), first ? first : "");
	lp_strcopy(words[2], sizeof(words[2]), second ? second : "");
	rewind(ctl.style.out);
	rewind(ctl.err);
	code = command(&ctl, argv);
	/* A stream of memory ends where it is written, not where it was before. */
	fputc('\0', ctl.style.out);
	fputc('\0', ctl.err);
	fflush(ctl.style.out);
	fflush(ctl.err);
	return code;
}

static void status_reads_well_for_a_stranger(void **state)
{
	(void)state;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_OK);
	assert_string_equal(out_text,
			    "lanpartyd 0.1.0 as relay, running for 3 h 12 min (pid 812)\n"
			    "\n"
			    "  ok       listening on [::]:443, 3 peers\n"
			    "  warning  room \"quake\" has no gateway: nobody reaches the LAN from "
			    "there\n"
			    "\n"
			    "  Listening on     [::]:443\n"
			    "  Certificate pin  sha256:AAAA\n"
			    "  Rooms            2\n"
			    "  Peers            3\n");
	dummy.role = "client";
	ctl.style.has_colour = true;
	ctl.style.is_wide = true;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_OK);
	assert_non_null(strstr(out_text, "\033[31m  problem  \033[0mno answer from the relay"));
	assert_non_null(strstr(out_text, "IP addresses             10.0.0.5/24, fe80::1/64\n"));
	assert_non_null(strstr(out_text, "Relay last heard         3 s ago\n"));
	assert_non_null(strstr(out_text, "Last frame received      never\n"));
	assert_null(strstr(out_text, "Connected for"));
	assert_null(strstr(out_text, "Listening"));
}

/* How many lines it is, and how many columns the widest of them has. */
static void measure(const char *text, size_t *rows, size_t *columns)
{
	*rows = *columns = 0;
	for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
		size_t width = 0;

		for (const char *p = text; p < end; p++)
			width += (*p & 0xc0) != 0x80;
		*columns = LP_MAX(*columns, width);
		++*rows;
	}
}

/* On a small terminal the sentences are all there, whole, and nothing pushes them off. */
static void status_fits_a_small_terminal(void **state)
{
	size_t rows, columns;

	(void)state;
	ctl.style.columns = 41;
	ctl.style.wraps = true;
	ctl.style.rows = 9;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_OK);
	assert_string_equal(strchr(out_text, '\n') + 1,
			    "\n"
			    "  ok       listening on [::]:443, 3 peers\n"
			    "  warning  room \"quake\" has no gateway:\n"
			    "           nobody reaches the LAN from\n"
			    "           there\n");
	ctl.style.columns = 80;
	ctl.style.rows = 24;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_OK);
	measure(out_text, &rows, &columns);
	assert_true(rows < 24 && columns <= 80);
	assert_non_null(strstr(out_text, "Certificate pin"));
}

static void peers_fit_a_terminal(void **state)
{
	static const struct {
		const char *row, *there, *missing;
	} cases[] = {
		{"{\"room\":\"ROOM1\",\"peer_id\":7,\"role\":\"client\",\"name\":\"alice\","
		 "\"addr\":\"192.0.2.1:50000\",\"rtt_us\":12345,\"last_seen_age_ms\":2000,"
		 "\"bytes_in\":1234567,\"bytes_out\":99,\"datagrams_lost\":0,\"drops_in\":0,"
		 "\"drops_out\":0}",
		 "LAST SEEN", "ADDRESS"},
		{"{\"room\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
		 "\"peer_id\":65535,\"role\":\"gateway\",\"name\":\"\u00fc\u00fc\u00fc\u00fc"
		 "\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc"
		 "\u00fc\u00fc\","
		 "\"addr\":\"[2001:db8:1111:2222:3333:4444:5555:6666]:50000\",\"rtt_us\":123456,"
		 "\"last_seen_age_ms\":86400000,\"bytes_in\":999000000,\"bytes_out\":999000000,"
		 "\"bytes_in_per_s\":999000,\"bytes_out_per_s\":999000,"
		 "\"datagrams_lost\":123456789,\"drops_in\":123456789,\"drops_out\":123456789}",
		 "IN/S", "ADDRESS"},
	};

	(void)state;
	ctl.style.columns = 80;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct json_object *rows = json_object_new_array();
		size_t row_count, columns;

		json_object_array_add(rows, json_tokener_parse(cases[i].row));
		for (int wide = 0; wide < 2; wide++) {
			ctl.style.is_wide = wide;
			rewind(ctl.style.out);
			lp_view_find("peers")->print(&ctl.style, false, rows);
			fputc('\0', ctl.style.out);
			fflush(ctl.style.out);
			measure(out_text, &row_count, &columns);
			assert_int_equal(row_count, 2);
			assert_true(wide || columns <= 80);
			assert_int_equal(strstr(out_text, cases[i].missing) != NULL, wide);
			assert_non_null(strstr(out_text, cases[i].there));
		}
		json_object_put(rows);
	}
}

/* In a second, beside the totals; a row that is new or has begun anew has none. */
static void rates_are_what_has_grown(void **state)
{
	static const struct {
		const char *before, *after;
		int rate; /* -1 = none */
	} cases[] = {
		{"[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":1000}]",
		 "[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":3000}]", 1000},
		{"[{\"room\":\"a\",\"peer_id\":2,\"bytes_in\":0},"
		 "{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":1000}]",
		 "[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":1000}]", 0},
		{"[{\"room\":\"b\",\"peer_id\":1,\"bytes_in\":1000}]",
		 "[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":3000}]", -1},
		{"[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":4000}]",
		 "[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":3000}]", -1},
		{"7", "[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":3000}]", -1},
		{"[7,null]", "[{\"room\":\"a\",\"peer_id\":1,\"bytes_in\":3000}]", -1},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct json_object *before = json_object_new_object(), *rate = NULL;
		struct json_object *after = json_object_new_object();
		struct json_object *rows = json_tokener_parse(cases[i].after);

		json_object_object_add(before, "peers", json_tokener_parse(cases[i].before));
		json_object_object_add(after, "peers", rows);
		lp_view_add_rates(lp_view_find("peers"), after, before, 2000);
		json_object_object_get_ex(json_object_array_get_idx(rows, 0), "bytes_in_per_s",
					  &rate);
		assert_int_equal(rate ? json_object_get_int(rate) : -1, cases[i].rate);
		json_object_put(before);
		json_object_put(after);
	}
}

static void tables_are_aligned(void **state)
{
	(void)state;
	dummy.peer_name = "J\xc3\xbcrgen";
	assert_int_equal(run(lp_ctl_show, "peers", "doom", NULL), LP_CTL_OK);
	assert_string_equal(
		out_text,
		"ROOM  ID  ROLE     NAME    ADDRESS          RTT  LAST SEEN      IN  OUT  LOST  "
		"DROPS IN  DROPS OUT\n"
		"doom   6  gateway  bob     192.0.2.1:50000    -    2 s ago     0 B  0 B     0  "
		"       0          0\n"
		"doom   7  client   J\xc3\xbcrgen  192.0.2.1:50000    -    2 s ago  1.2 MB  0 B    "
		" "
		"0         0          0\n"
		"doom   8  client   bob     192.0.2.1:50000    -    2 s ago  2.5 MB  0 B     0  "
		"       0          0\n");
	assert_int_equal(run(lp_ctl_show, "rooms", NULL, NULL), LP_CTL_OK);
	assert_non_null(strstr(out_text, "doom         2   32  yes      1500         0  "
					 "18,446,744,073,709,551,615"));
	assert_int_equal(run(lp_ctl_show, "stats", NULL, NULL), LP_CTL_OK);
	assert_string_equal(out_text, "COUNTER           VALUE\n"
				      "frames_in     1,234,567\n"
				      "bytes_in         988 MB\n"
				      "poll_time_us     1.5 ms\n");
	ctl.style.is_wide = true;
	assert_int_equal(run(lp_ctl_show, "peers", NULL, NULL), LP_CTL_OK);
	assert_non_null(strstr(out_text, "02:00:00:00:00:01"));
}

static void drops_shows_what_hit(void **state)
{
	(void)state;
	assert_int_equal(run(lp_ctl_show, "drops", NULL, NULL), LP_CTL_OK);
	assert_non_null(
		strstr(out_text, "queue_full  dropped       0      42  the target's queue"));
	assert_null(strstr(out_text, "runt"));
	ctl.shows_all = true;
	assert_int_equal(run(lp_ctl_show, "drops", NULL, NULL), LP_CTL_OK);
	assert_non_null(strstr(out_text, "runt"));
}

static void terminal_is_not_steered_by_peers(void **state)
{
	(void)state;
	dummy.peer_name = "\033[2J\033]0;x\007\xe2\x80\xae";
	assert_int_equal(run(lp_ctl_show, "peers", NULL, NULL), LP_CTL_OK);
	assert_null(strchr(out_text, '\033'));
	assert_null(strchr(out_text, '\007'));
	dummy.reload_faults = "a.conf:1: \033[31m";
	assert_int_equal(run(lp_ctl_reload, "reload", NULL, NULL), LP_CTL_FAILED);
	assert_null(strchr(err_text, '\033'));
}

static void check_is_an_exit_code(void **state)
{
	(void)state;
	ctl.checks = true;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_OK);
	dummy.role = "client"; /* of which there is a problem */
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_PROBLEM);
	ctl.is_json = true;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_PROBLEM);
	assert_int_equal(run(lp_ctl_show, "peers", NULL, NULL), LP_CTL_USAGE);
	ctl.checks = false;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_OK);
}

static void json_is_verbatim(void **state)
{
	char *direct = lp_admin_answer(&dummy_role_ops, &dummy, "{\"command\":\"rooms\"}", 19);

	(void)state;
	ctl.is_json = true;
	assert_int_equal(run(lp_ctl_show, "rooms", NULL, NULL), LP_CTL_OK);
	assert_int_equal(strlen(out_text), strlen(direct) + 1);
	assert_memory_equal(out_text, direct, strlen(direct));
	free(direct);
	/* A refusal too, on the standard output, and nothing else beside it. */
	assert_int_equal(run(lp_ctl_show, "peers", "hexen", NULL), LP_CTL_NOT_FOUND);
	assert_non_null(strstr(out_text, "\"ok\":false"));
	assert_string_equal(err_text, "");
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "alice"), LP_CTL_OK);
	assert_string_equal(out_text, "{\"version\":1,\"ok\":true}\n");
}

static void frame_log_is_switched(void **state)
{
	(void)state;
	assert_int_equal(run(lp_ctl_frame_log, "frame-log", "on", NULL), LP_CTL_OK);
	assert_string_equal(dummy.frame_log, "on all 0");
	assert_non_null(strstr(out_text, "until the next reload"));
	assert_int_equal(run(lp_ctl_frame_log, "frame-log", "off", "doom"), LP_CTL_OK);
	assert_string_equal(dummy.frame_log, "off doom 0");
	assert_int_equal(run(lp_ctl_frame_log, "frame-log", "on", "hexen"), LP_CTL_NOT_FOUND);
	assert_int_equal(run(lp_ctl_frame_log, "frame-log", "maybe", NULL), LP_CTL_USAGE);
}

/* Codes are compared without case; a client answers for no other room than its own. */
static void a_client_knows_its_room(void **state)
{
	static const struct {
		enum lp_ctl_exit (*run)(struct lp_ctl *ctl, char **argv);
		const char *command, *first, *second;
		enum lp_ctl_exit code;
	} cases[] = {
		{lp_ctl_show, "peers", NULL, NULL, LP_CTL_OK},
		{lp_ctl_show, "peers", "DooM", NULL, LP_CTL_OK},
		{lp_ctl_show, "peers", "quake", NULL, LP_CTL_NOT_FOUND},
		{lp_ctl_show, "drops", "quake", NULL, LP_CTL_NOT_FOUND},
		{lp_ctl_watch, "watch", "peers", "quake", LP_CTL_NOT_FOUND},
		{lp_ctl_frame_log, "frame-log", "on", "quake", LP_CTL_NOT_FOUND},
		{lp_ctl_frame_log, "frame-log", "on", "doom", LP_CTL_OK},
	};

	(void)state;
	dummy.role = "client";
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		assert_int_equal(
			run(cases[i].run, cases[i].command, cases[i].first, cases[i].second),
			cases[i].code);
		if (cases[i].code)
			assert_non_null(strstr(
				err_text, "this client is in room \"doom\", not in \"quake\""));
	}
	third = "7";
	assert_int_equal(run(lp_ctl_frame_log, "frame-log", "on", "doom"), LP_CTL_USAGE);
	assert_non_null(strstr(err_text, "leave the peer out"));
}

static void kick_finds_the_peer(void **state)
{
	(void)state;
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "7"), LP_CTL_OK);
	assert_int_equal(dummy.kicked_peer_id, 7);
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "02:00:00:00:00:02"), LP_CTL_OK);
	assert_int_equal(dummy.kicked_peer_id, 8);
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "alice"), LP_CTL_OK);
	assert_int_equal(dummy.kicked_peer_id, 7);
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "bob"), LP_CTL_FAILED);
	assert_non_null(strstr(err_text, "by its id"));
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "carol"), LP_CTL_NOT_FOUND);
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "99"), LP_CTL_NOT_FOUND);
	assert_int_equal(run(lp_ctl_kick, "kick", "hexen", "7"), LP_CTL_NOT_FOUND);
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "70000"), LP_CTL_NOT_FOUND);
}

static void kick_takes_minutes(void **state)
{
	static char *const wrong[] = {"-1", "1441", "5m", "", "1.5"};

	(void)state;
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "7"), LP_CTL_OK);
	assert_int_equal(dummy.kicked_for_ms, 5 * 60000);
	assert_non_null(strstr(out_text, "may come back in 5 minutes"));
	third = "1440";
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "7"), LP_CTL_OK);
	assert_int_equal(dummy.kicked_for_ms, 24 * 3600000);
	third = "0";
	assert_int_equal(run(lp_ctl_kick, "kick", "doom", "7"), LP_CTL_OK);
	assert_int_equal(dummy.kicked_for_ms, 0);
	assert_null(strstr(out_text, "may come back"));
	dummy.kicked_peer_id = 0;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		third = wrong[i];
		assert_int_equal(run(lp_ctl_kick, "kick", "doom", "7"), LP_CTL_USAGE);
		assert_non_null(strstr(err_text, "MINUTES"));
	}
	assert_int_equal(dummy.kicked_peer_id, 0);
}

/* Which of the keys are in effect is said for each, and the exit code tells of those that wait. */
static void reload_says_what_waits(void **state)
{
	static const struct {
		bool now, later, restart;
		enum lp_ctl_exit code;
		const char *text, *not_text;
	} cases[] = {
		{0, 0, 0, LP_CTL_OK, "Nothing in it has changed", "waiting"},
		{1, 0, 0, LP_CTL_OK, "  in effect  log.level has changed\n", "waiting"},
		{0, 1, 0, LP_CTL_OK, "  later      relay.mtu has changed\n", "in effect"},
		{0, 0, 1, LP_CTL_WAITING, "  waiting    user has changed\n", "in effect"},
		{1, 1, 1, LP_CTL_WAITING, "  waiting    user has changed\n", "Nothing"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		dummy.changes_now = cases[i].now;
		dummy.changes_later = cases[i].later;
		dummy.changes_at_restart = cases[i].restart;
		ctl.is_json = false;
		assert_int_equal(run(lp_ctl_reload, "reload", NULL, NULL), cases[i].code);
		assert_non_null(strstr(out_text, cases[i].text));
		assert_null(strstr(out_text, cases[i].not_text));
		ctl.is_json = true;
		assert_int_equal(run(lp_ctl_reload, "reload", NULL, NULL), cases[i].code);
		assert_int_equal(strstr(out_text, "{\"key\":\"user\",\"takes_effect\":\"restart\","
						  "\"old\":null,") != NULL,
				 cases[i].restart);
	}
}

static void unban_finds_the_peer(void **state)
{
	(void)state;
	assert_int_equal(run(lp_ctl_show, "bans", NULL, NULL), LP_CTL_OK);
	assert_non_null(strstr(out_text, "mallory"));
	assert_non_null(strstr(out_text, "uid 0 (root)"));
	assert_non_null(strstr(out_text, "4 min"));
	assert_int_equal(run(lp_ctl_show, "bans", "hexen", NULL), LP_CTL_NOT_FOUND);
	assert_int_equal(run(lp_ctl_unban, "unban", "doom", "9"), LP_CTL_OK);
	assert_int_equal(dummy.unbanned_peer_id, 9);
	assert_non_null(strstr(out_text, "may come back"));
	dummy.unbanned_peer_id = 0;
	assert_int_equal(run(lp_ctl_unban, "unban", "doom", "mallory"), LP_CTL_OK);
	assert_int_equal(dummy.unbanned_peer_id, 9);
	assert_int_equal(run(lp_ctl_unban, "unban", "doom", "02:00:00:00:00:09"), LP_CTL_OK);
	assert_int_equal(run(lp_ctl_unban, "unban", "doom", "alice"), LP_CTL_NOT_FOUND);
	assert_non_null(strstr(err_text, "see lanpartyctl bans"));
	assert_int_equal(run(lp_ctl_unban, "unban", "doom", "7"), LP_CTL_NOT_FOUND);
	assert_non_null(strstr(err_text, "is banned"));
}

static void other_commands_answer(void **state)
{
	(void)state;
	dummy.reload_warnings = "the certificate ends\nthe port stays";
	assert_int_equal(run(lp_ctl_reload, "reload", NULL, NULL), LP_CTL_OK);
	assert_int_equal(dummy.reload_count, 1);
	assert_non_null(strstr(err_text, "lanpartyctl: the certificate ends\n"));
	assert_non_null(strstr(err_text, "lanpartyctl: the port stays\n"));
	dummy.reload_faults = "a.conf:3: one\na.conf:4: two";
	assert_int_equal(run(lp_ctl_reload, "reload", NULL, NULL), LP_CTL_FAILED);
	assert_non_null(strstr(err_text, "lanpartyctl: a.conf:4: two\n"));
	assert_int_equal(run(lp_ctl_log, "log", "debug", NULL), LP_CTL_OK);
	assert_int_equal(dummy.level, LP_LOG_DEBUG);
	assert_int_equal(run(lp_ctl_log, "log", "loud", NULL), LP_CTL_USAGE);
	assert_int_equal(run(lp_ctl_config, "config", NULL, NULL), LP_CTL_OK);
	assert_string_equal(out_text, "role = \"relay\";\nname = \"caf?\";\n");
	assert_int_equal(run(lp_ctl_config, "config", "chekc", "x"), LP_CTL_USAGE);
	assert_int_equal(run(lp_ctl_version, "version", NULL, NULL), LP_CTL_OK);
	assert_string_equal(out_text, "lanpartyctl 0.1.0\nlanpartyd 0.1.0 as relay (pid 812)\n");
	assert_int_equal(run(lp_ctl_watch, "watch", "kick", NULL), LP_CTL_USAGE);
	assert_int_equal(run(lp_ctl_watch, "watch", "rooms", "doom"), LP_CTL_USAGE);
	assert_int_equal(run(lp_ctl_watch, "watch", "peers", "hexen"), LP_CTL_NOT_FOUND);
}

/* Ends the daemon after it was watched for a while, starts another one, and ends that, too. */
static void *restart_soon(void *arg)
{
	struct lp_ctl_server *server = NULL;

	(void)arg;
	usleep(250 * 1000);
	atomic_store(&is_ended, true);
	pthread_join(thread, NULL);
	usleep(250 * 1000);
	if (lp_ctl_server_open(path, NULL, &server))
		abort();
	dummy.peer_name = "carol";
	atomic_store(&is_ended, false);
	if (pthread_create(&thread, NULL, serve, server))
		abort();
	usleep(400 * 1000);
	dummy.has_no_peers = true;
	return NULL;
}

static int count_of(const char *text, const char *part)
{
	int count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

/* A restart is told once and survived; a room that is no more ends it. */
static void watch_survives_a_restart(void **state)
{
	pthread_t restarter;

	(void)state;
	for (int json = 0; json < 2; json++) {
		ctl.is_json = json;
		dummy = (struct dummy_role){.role = "relay"};
		assert_int_equal(pthread_create(&restarter, NULL, restart_soon, NULL), 0);
		assert_int_equal(run(lp_ctl_watch, "watch", "peers", "doom"), LP_CTL_NOT_FOUND);
		pthread_join(restarter, NULL);
		assert_true(count_of(out_text, "alice") >= 2);
		assert_true(count_of(out_text, "carol") >= 2);
		assert_int_equal(count_of(out_text, json ? "\"code\":\"not_running\""
							 : "lanpartyd is gone: waiting"),
				 1);
		assert_int_equal(strlen(err_text) > 0, !json);
	}
}

/* ---- without a daemon, or with a strange one ---- */

static void says_that_nothing_runs(void **state)
{
	(void)state;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_NOT_RUNNING);
	assert_non_null(strstr(err_text, path));
	assert_non_null(strstr(err_text, "--socket"));
	assert_int_equal(run(lp_ctl_watch, "watch", NULL, NULL), LP_CTL_NOT_RUNNING);
	assert_int_equal(run(lp_ctl_version, "version", NULL, NULL), LP_CTL_NOT_RUNNING);
	assert_string_equal(out_text, "lanpartyctl 0.1.0\n");
}

static void says_that_it_may_not(void **state)
{
	struct lp_ctl_server *server;

	(void)state;
	if (getuid() != 0)
		skip();
	assert_int_equal(lp_ctl_server_open(path, NULL, &server), LP_OK);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_PERMISSION);
	assert_int_equal(seteuid(0), 0);
	lp_ctl_server_close(server);
}

static void gives_up_on_a_silent_daemon(void **state)
{
	struct lp_ctl_server *server;

	(void)state;
	assert_int_equal(lp_ctl_server_open(path, NULL, &server), LP_OK);
	ctl.timeout_ms = 100;
	assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_TIMEOUT);
	assert_non_null(strstr(err_text, "0.1 s"));
	lp_ctl_server_close(server);
}

/* Who says something now and then is no better, if it does not come to an end. */
static void *drip(void *arg)
{
	const int *peer = arg;

	while (send(*peer, " ", 1, MSG_NOSIGNAL) == 1)
		usleep(20000);
	return NULL;
}

static void gives_up_on_a_slow_daemon(void **state)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	struct lp_ask ask;
	const char *line;
	pthread_t server;

	(void)state;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(lp_ask_init(&ask, path), LP_OK);
	peer = accept(fd, NULL, NULL);
	assert_int_equal(pthread_create(&server, NULL, drip, &peer), 0);
	assert_int_equal(lp_ask_line(&ask, 100, &line), LP_ERR_TIMEOUT);
	lp_ask_fini(&ask);
	pthread_join(server, NULL);
	close(peer);
	close(fd);
	unlink(path);
}

/* Somebody who says one line to whoever comes, and hangs up. */
static void *say_once(void *arg)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	const char *text = arg;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), peer;
	char request[4096];

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1))
		abort();
	peer = accept(fd, NULL, NULL);
	if (peer < 0 || recv(peer, request, sizeof(request), 0) < 0 ||
	    send(peer, text, strlen(text), MSG_NOSIGNAL) < 0)
		abort();
	close(peer);
	close(fd);
	return NULL;
}

static void survives_strange_answers(void **state)
{
	static const char *const answers[] = {
		"",
		"{\"version\":1,\"ok\":true,\"status\":",
		"\n",
		"hello\n",
		"[]\n",
		"null\n",
		"{\"version\":2,\"ok\":true}\n",
		"{\"version\":1}\n",
		"{\"version\":1,\"ok\":false}\n",
		"{\"version\":1,\"ok\":false,\"error\":7}\n",
		"{\"version\":1,\"ok\":false,\"error\":{\"code\":7,\"faults\":[null]}}\n",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(answers); i++) {
		pthread_t server;
		char copy[128];

		lp_strcopy(copy, sizeof(copy), answers[i]);
		assert_int_equal(pthread_create(&server, NULL, say_once, copy), 0);
		while (access(path, F_OK) != 0)
			usleep(1000);
		while (run(lp_ctl_show, "status", NULL, NULL) == LP_CTL_NOT_RUNNING)
			usleep(1000);
		assert_true(strlen(err_text) > strlen("lanpartyctl: ") + 20);
		/* Only now has it closed its listening socket too. */
		pthread_join(server, NULL);
		assert_int_equal(run(lp_ctl_show, "status", NULL, NULL), LP_CTL_NOT_RUNNING);
		unlink(path);
	}
}

static void shows_content_of_any_shape(void **state)
{
	static const char *const shapes[] = {"null",
					     "7",
					     "\"x\"",
					     "[]",
					     "{}",
					     "[null]",
					     "[[7]]",
					     "[{}]",
					     "{\"lines\":7}",
					     "{\"lines\":[null,{}]}"};
	static const char *const commands[] = {"status", "rooms", "peers", "stats", "drops"};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(commands); i++) {
		for (size_t j = 0; j < LP_ARRAY_COUNT(shapes); j++) {
			struct json_object *shape = json_tokener_parse(shapes[j]);

			lp_view_find(commands[i])->print(&ctl.style, true, shape);
			json_object_put(shape);
		}
	}
	assert_null(lp_view_find("kick"));
}

static void config_check_runs_the_daemon(void **state)
{
	char script[64];
	FILE *file;
	pid_t pid;
	int status;

	(void)state;
	snprintf(script, sizeof(script), "%s/lanpartyd", folder);
	file = fopen(script, "w");
	assert_non_null(file);
	fputs("#!/bin/sh\n[ \"$*\" = '-t -c a.conf' ] && exit 42\nexit 43\n", file);
	fclose(file);
	assert_int_equal(chmod(script, 0755), 0);
	ctl.daemon = script;
	pid = fork();
	if (pid == 0)
		_exit((int)run(lp_ctl_config, "config", "check", "a.conf"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	unlink(script);
}

static void options_stand_anywhere(void **state)
{
	char line[] = "lanpartyctl watch --interval 0.5 peers -j -t 2 doom -s /a/b -w --all";
	char *argv[32], *rest = NULL;
	int argc = 0, first = 0;

	(void)state;
	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	argv[argc] = NULL;
	assert_int_equal(lp_option_parse(&ctl, NULL, 0, argc, argv, &first), LP_OPTION_RUN);
	assert_int_equal(argc - first, 3);
	assert_string_equal(argv[first], "watch");
	assert_string_equal(argv[first + 2], "doom");
	assert_true(ctl.is_json && ctl.shows_all && ctl.style.is_wide);
	assert_int_equal(ctl.interval_ms, 500);
	assert_int_equal(ctl.timeout_ms, 2000);
	assert_string_equal(ctl.socket, "/a/b");
}

int main(void)
{
#define ALONE(name)  cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define DAEMON(name) cmocka_unit_test_setup_teardown(name, set_up_daemon, tear_down_daemon)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_read_well),
		cmocka_unit_test(long_cells_are_cut),
		DAEMON(status_reads_well_for_a_stranger),
		DAEMON(status_fits_a_small_terminal),
		ALONE(peers_fit_a_terminal),
		cmocka_unit_test(rates_are_what_has_grown),
		DAEMON(check_is_an_exit_code),
		cmocka_unit_test_setup_teardown(a_client_knows_its_room, set_up_member,
						tear_down_daemon),
		DAEMON(tables_are_aligned),
		DAEMON(drops_shows_what_hit),
		DAEMON(terminal_is_not_steered_by_peers),
		DAEMON(json_is_verbatim),
		DAEMON(frame_log_is_switched),
		DAEMON(kick_finds_the_peer),
		DAEMON(kick_takes_minutes),
		DAEMON(reload_says_what_waits),
		DAEMON(unban_finds_the_peer),
		DAEMON(other_commands_answer),
		DAEMON(watch_survives_a_restart),
		ALONE(says_that_nothing_runs),
		ALONE(says_that_it_may_not),
		ALONE(gives_up_on_a_silent_daemon),
		ALONE(gives_up_on_a_slow_daemon),
		ALONE(survives_strange_answers),
		ALONE(shows_content_of_any_shape),
		ALONE(config_check_runs_the_daemon),
		ALONE(options_stand_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
