/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The files that show the configuration to people, held to the schema: what -T prints, etc/ and
 * lanparty.conf(5).
 */
#include "conf/conf.h"

#include "base/mem.h"
#include "conf/schema.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void on_error(void *user, const char *line)
{
	(void)user;
	print_error("%s\n", line);
}

/* A file of the source, by its path from the top. Gives a terminated copy. */
static char *read_source(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[2048];
	char *text = lp_alloc(1 << 16);
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", srcdir == NULL ? "." : srcdir, name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("%s is not there", path);
	assert_in_range(fread(text, 1, 1 << 16, file), 1, (1 << 16) - 1);
	assert_int_equal(fclose(file), 0);
	return text;
}

static char *print(const struct lp_conf *conf)
{
	char *text = lp_conf_text(conf);

	assert_non_null(text);
	return text;
}

static struct lp_conf *load(const char *text, const struct lp_conf_override *overrides,
			    size_t override_count)
{
	struct lp_conf *conf = NULL;

	assert_int_equal(lp_conf_load_text("t", text, strlen(text), overrides, override_count,
					   on_error, NULL, &conf),
			 LP_OK);
	return conf;
}

static void test_what_is_printed_gives_the_same_again(void **state)
{
	static const char *const texts[] = {
		"role = \"relay\"; relay: { open_rooms = true; };",
		("role = \"relay\"; relay: { mtu = 1400; certificate = \"C:\\\\x \\\"y\\\".crt\"; "
		 "key = \"k\"; workers = 64; rooms = ( { code = \"a\"; mtu = 600; }, { code = "
		 "\"B\"; "
		 "fragments = false; frame_log = true; max_clients = 3; policy = [ "
		 "\"allow_vlan_tags\", "
		 "\"allow_dhcp_server\" ]; } ); limits: { queue_age = "
		 "1500; queue_bytes = 1000000; client_bytes_per_s = \"5G\"; }; };"),
		("role = \"gateway\"; log: { level = \"debug\"; target = \"syslog\"; }; gateway: { "
		 "relay = \"[2001:db8::1]:4433\"; room = \"a\"; interface = \"eth0\"; name = "
		 "\"J\xc3\xb6rg\"; lan_prefixes = [ \"10.0.0.0/8\", \"fd00::/8\" ]; cam_refresh = "
		 "90; };"),
		("role = \"client\"; user = \"nobody\"; batching = false; client: { relay = "
		 "\"a\"; "
		 "room = \"b\"; trust: { ca_file = \"x.der\"; }; mac = \"02:00:5e:10:00:01\"; };"),
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(texts); i++) {
		struct lp_conf *first = load(texts[i], NULL, 0);
		char *printed = print(first);
		struct lp_conf *second = load(printed, NULL, 0);
		char *again = print(second);

		assert_string_equal(printed, again);
		free(printed);
		free(again);
		lp_conf_free(first);
		lp_conf_free(second);
	}
}

static void test_what_is_printed_is_the_role_and_all_of_it(void **state)
{
	struct lp_conf *conf =
		load("role = \"relay\"; relay: { rooms = ( { code = \"a\"; } ); };", NULL, 0);
	char *printed = print(conf);

	(void)state;
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];
		char word[80];

		if ((key->roles & LP_SCHEMA_RELAY) == 0 || key->is_secret)
			continue;
		(void)snprintf(word, sizeof(word), "\t%s ", lp_schema_name(key));
		if (strstr(printed, word) == NULL && strstr(printed, word + 1) == NULL)
			fail_msg("%s is not printed", key->path);
	}
	assert_null(strstr(printed, "client:"));
	assert_null(strstr(printed, "gateway:"));
	assert_null(strstr(printed, "secret"));
	free(printed);
	lp_conf_free(conf);
}

static void test_the_small_files_work(void **state)
{
	static const struct {
		const char *name;
		enum lp_conf_role role;
	} files[] = {
		{"etc/relay.conf", LP_CONF_ROLE_RELAY},
		{"etc/gateway.conf", LP_CONF_ROLE_GATEWAY},
		{"etc/client.conf", LP_CONF_ROLE_CLIENT},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(files); i++) {
		char *text = read_source(files[i].name);
		struct lp_conf *conf = load(text, NULL, 0);

		assert_int_equal(conf->role, files[i].role);
		lp_conf_free(conf);
		free(text);
	}
}

/* Makes settings of all lines that are commented out: a '#' and a letter behind it at once. */
static void uncomment(char *text)
{
	for (char *p = text; *p != '\0'; p++) {
		const bool is_first = p == text || p[-1] == '\n' || p[-1] == '\t';

		if (is_first && *p == '#' && islower((unsigned char)p[1]))
			*p = ' ';
	}
}

/* Joins a text to one line without comment signs, so that sentences can be found in it. */
static void flatten(char *text)
{
	char *out = text;

	for (const char *p = text; *p != '\0'; p++) {
		const char c = isspace((unsigned char)*p) || *p == '#' ? ' ' : *p;

		if (c != ' ' || (out > text && out[-1] != ' '))
			*out++ = c;
	}
	*out = '\0';
}

static const struct lp_conf_override open_relay[] = {{"role", "relay"},
						     {"relay.open_rooms", "true"}};

static void test_the_large_file_is_the_defaults(void **state)
{
	char *text = read_source("etc/lanparty.conf");
	struct lp_conf *plain = load("", open_relay, 2);
	struct lp_conf *commented = load(text, open_relay, 2);
	char *expected = print(plain);
	char *got = print(commented);

	(void)state;
	assert_string_equal(got, expected);
	free(got);
	free(expected);
	lp_conf_free(plain);
	lp_conf_free(commented);
	free(text);
}

static void test_the_large_file_has_every_key(void **state)
{
	/* What it has for keys without a default is an example: they go back here. */
	static const struct lp_conf_override overrides[] = {
		{"user", ""},
		{"control.group", ""},
		{"relay.certificate", ""},
		{"relay.key", ""},
		{"relay.name", ""},
		{"relay.certificate_out", ""},
		{"relay.open_rooms", "true"},
		{"relay.rooms", ""},
	};
	char *text = read_source("etc/lanparty.conf");
	struct lp_conf *plain = load("", open_relay, 2);
	char *expected = print(plain);
	struct lp_conf *conf;
	char *got;

	(void)state;
	uncomment(text);
	conf = load(text, overrides, LP_ARRAY_COUNT(overrides));
	got = print(conf);
	assert_string_equal(got, expected);
	flatten(text);
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];
		char setting[80];

		if (strstr(text, key->help) == NULL)
			fail_msg("etc/lanparty.conf does not say of %s: %s", key->path, key->help);
		(void)snprintf(setting, sizeof(setting), " %s %s", lp_schema_name(key),
			       lp_schema_is_room_key(key) ? "" : "= ");
		if (strstr(text, setting) == NULL)
			fail_msg("etc/lanparty.conf does not have %s", key->path);
	}
	free(got);
	free(expected);
	lp_conf_free(plain);
	lp_conf_free(conf);
	free(text);
}

/* The entry of a key in the man page, up to the next one, or NULL. */
static char *man_entry(const char *page, const char *path)
{
	char head[80];
	const char *entry;
	const char *end;
	char *copy;

	(void)snprintf(head, sizeof(head), "\n.It Va %s\n", path);
	entry = strstr(page, head);
	if (entry == NULL)
		return NULL;
	entry += strlen(head);
	end = strncmp(entry, ".It Va ", 7) == 0 ? entry : strstr(entry, "\n.It Va ");
	if (end == NULL)
		end = entry + strlen(entry);
	copy = lp_alloc((size_t)(end - entry) + 1);
	memcpy(copy, entry, (size_t)(end - entry));
	return copy;
}

static void test_the_man_page_has_every_key(void **state)
{
	char *page = read_source("man/lanparty.conf.5");

	(void)state;
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];
		char *entry = man_entry(page, key->path);

		if (entry == NULL)
			fail_msg("lanparty.conf(5) does not have %s", key->path);
		/* Entries that share their text with the next have none of their own. */
		if (*entry != '\0' && key->fallback != NULL && strstr(entry, key->fallback) == NULL)
			fail_msg("lanparty.conf(5) does not say the default of %s: %s", key->path,
				 key->fallback);
		if (*entry != '\0' && key->is_required && strstr(entry, "must be set") == NULL)
			fail_msg("lanparty.conf(5) does not say that %s must be set", key->path);
		free(entry);
	}
	free(page);
}

/* The other way round: no key in the man page that is not there. */
static void test_the_man_page_has_no_other_key(void **state)
{
	static const char head[] = "\n.It Va ";
	char *page = read_source("man/lanparty.conf.5");

	(void)state;
	for (const char *p = strstr(page, head); p != NULL; p = strstr(p, head)) {
		char path[80];

		p += sizeof(head) - 1;
		(void)lp_strcopy(path, LP_MIN(sizeof(path), strcspn(p, "\n") + 1), p);
		if (lp_schema_find(path) == NULL)
			fail_msg("lanparty.conf(5) has %s, which is no key", path);
		p--;
	}
	free(page);
}

/* In the whole group "relay" the exceptions are named, elsewhere what a reload takes. */
static void test_the_man_page_says_what_a_reload_takes(void **state)
{
	char *page = read_source("man/lanparty.conf.5");
	char *section = strstr(page, "\n.Sh RELOADING\n");

	(void)state;
	assert_non_null(section);
	/* What follows is of the keys that are taken. */
	*strstr(section, "\ncount from the next start on.\n") = '\0';
	for (size_t i = 0; i < lp_schema_count; i++) {
		const struct lp_schema_key *key = &lp_schema[i];
		const bool is_relay = strncmp(key->path, "relay.", 6) == 0;
		char text[80];

		(void)snprintf(text, sizeof(text), "\n.Va %s", key->path);
		const char *place = strstr(section, text);
		const bool is_named = place != NULL && strchr(" \n", place[strlen(text)]) != NULL;

		if (is_named == ((key->effect != LP_CONF_EFFECT_RESTART) == is_relay))
			fail_msg("lanparty.conf(5) is wrong about a reload of %s", key->path);
	}
	free(page);
}

struct paths {
	char text[512];
};

static void add_path(void *user, const char *path)
{
	struct paths *paths = user;

	strcat(strcat(paths->text, path), " ");
}

static void test_what_a_reload_does_not_take_stays(void **state)
{
	static const struct {
		const char *before, *after, *paths;
	} cases[] = {
		{"role = \"client\"; client: { relay = \"a\"; room = \"R\"; };",
		 "role = \"client\"; client: { relay = \"a\"; room = \"R\"; };", ""},
		{"role = \"client\"; client: { relay = \"a\"; room = \"R\"; };",
		 "role = \"client\"; batching = false; log: { level = \"debug\"; }; "
		 "client: { relay = \"a\"; room = \"R\"; };",
		 ""},
		{"role = \"client\"; client: { relay = \"a\"; room = \"R\"; };",
		 "role = \"client\"; user = \"nobody\"; client: { relay = \"b\"; room = \"R\"; "
		 "name = \"n\"; fragments = false; udp_payload_max = 1300; };",
		 "user client.relay client.name client.udp_payload_max client.fragments "},
		{"role = \"gateway\"; gateway: { relay = \"a\"; room = \"R\"; interface = \"e\"; "
		 "lan_prefixes = [ \"10.0.0.0/8\", \"fd00::/8\" ]; };",
		 "role = \"gateway\"; gateway: { relay = \"a\"; room = \"R\"; interface = \"f\"; "
		 "lan_prefixes = [ \"10.0.0.0/8\", \"fc00::/8\" ]; frame_log = true; };",
		 "gateway.interface gateway.lan_prefixes "},
		{"role = \"gateway\"; gateway: { relay = \"a\"; room = \"R\"; interface = \"e\"; "
		 "lan_prefixes = [ \"10.0.0.0/8\", \"fd00::/8\" ]; };",
		 "role = \"gateway\"; gateway: { relay = \"a\"; room = \"R\"; interface = \"e\"; "
		 "lan_prefixes = [ \"10.0.0.0/8\", \"fd00::/8\", \"10.0.0.0/8\" ]; };",
		 "gateway.lan_prefixes "},
		{"role = \"client\"; client: { relay = \"a\"; room = \"R\"; };",
		 "role = \"client\"; client: { relay = \"a\"; room = \"R\"; }; "
		 "relay: { listen = \"4433/udp\"; };",
		 ""},
		{"role = \"relay\"; relay: { rooms = ( { code = \"A\"; } ); };",
		 "role = \"relay\"; relay: { listen = \"4433/udp\"; workers = 2; "
		 "rooms = ( { code = \"B\"; } ); limits: { rooms = 7; pool_frames = 512; }; };",
		 "relay.listen relay.workers relay.limits.pool_frames "},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct lp_conf *before = load(cases[i].before, NULL, 0);
		struct lp_conf *after = load(cases[i].after, NULL, 0);
		struct paths paths = {""};

		lp_conf_keep_restart(before, after, add_path, &paths);
		assert_string_equal(paths.text, cases[i].paths);
		/* What is in force is as before now: nothing of that is left to differ. */
		paths.text[0] = '\0';
		lp_conf_keep_restart(before, after, add_path, &paths);
		assert_string_equal(paths.text, "");
		lp_conf_free(before);
		lp_conf_free(after);
	}
}

struct texts {
	char text[2048];
};

static void add_change(void *user, const struct lp_conf_change *change)
{
	struct texts *texts = user;
	char text[LP_CONF_CHANGE_TEXT_LEN];

	strcat(strcat(texts->text, lp_conf_change_text(change, text)), "\n");
}

/* Every key that differs is told, with both values and when it counts; and no other. */
static void test_every_change_is_told(void **state)
{
	static const char relay[] = "role = \"relay\"; relay: { rooms = ( { code = \"A\"; } ); };";
	static const char client[] = "role = \"client\"; client: { relay = \"a\"; room = \"R\"; };";
	static const struct {
		const char *before, *after, *texts;
	} cases[] = {
		{relay, relay, ""},
		{relay,
		 "role = \"relay\"; log: { level = \"debug\"; }; relay: { mtu = 1400; "
		 "listen = \"4433/udp\"; rooms = ( { code = \"A\"; } ); "
		 "limits: { queue_age = \"1s\"; rooms = 7; }; };",
		 "log.level has changed from \"info\" to \"debug\"\n"
		 "relay.listen has changed from \"443/udp\" to \"4433/udp\": restart lanpartyd to "
		 "apply it\n"
		 "relay.mtu has changed from 0 to 1400: a room takes it as soon as nobody is in "
		 "it\n"
		 "relay.rooms.mtu of room \"A\" has changed from 0 to 1400: a room takes it as "
		 "soon as "
		 "nobody is in it\n"
		 "relay.limits.rooms has changed from 256 to 7\n"
		 "relay.limits.queue_age has changed from \"250ms\" to \"1s\": it counts for peers "
		 "that "
		 "connect from now on\n"},
		{relay,
		 "role = \"relay\"; relay: { rooms = ( { code = \"B\"; }, "
		 "{ code = \"a\"; max_clients = 3; } ); };",
		 "relay.rooms: room \"B\" was added\n"
		 "relay.rooms.code of room \"a\" has changed from \"A\" to \"a\"\n"
		 "relay.rooms.max_clients of room \"a\" has changed from 0 to 3\n"},
		{relay, "role = \"relay\"; relay: { open_rooms = true; };",
		 "relay.open_rooms has changed from false to true\n"
		 "relay.rooms: room \"A\" was removed\n"},
		{client,
		 "role = \"client\"; client: { relay = \"a\"; room = \"S\"; name = \"n\"; }; "
		 "relay: { mtu = 1300; };",
		 "client.room has changed from \"R\" to \"S\": restart lanpartyd to apply it\n"
		 "client.name has changed from not set to \"n\": restart lanpartyd to apply it\n"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct lp_conf *before = load(cases[i].before, NULL, 0);
		struct lp_conf *after = load(cases[i].after, NULL, 0);
		struct texts texts = {""};

		lp_conf_compare(before, after, add_change, &texts);
		assert_string_equal(texts.text, cases[i].texts);
		lp_conf_free(before);
		lp_conf_free(after);
	}
}

/* Both kinds in one file: the one is taken, the other is not. */
static void test_what_is_in_force_after_a_reload(void **state)
{
	struct lp_conf *before = load("role = \"relay\"; user = \"nobody\"; "
				      "relay: { rooms = ( { code = \"A\"; } ); };",
				      NULL, 0);
	struct lp_conf *after = load("role = \"relay\"; log: { level = \"debug\"; }; "
				     "relay: { listen = \"4433/udp\"; workers = 2; name = \"n\"; "
				     "rooms = ( { code = \"B\"; } ); limits: { rooms = 7; }; };",
				     NULL, 0);
	struct paths paths = {""};

	(void)state;
	lp_conf_keep_restart(before, after, add_path, &paths);
	assert_string_equal(after->relay.listen, "443/udp");
	assert_int_equal(after->relay.workers, 1);
	assert_null(after->relay.name);
	assert_string_equal(after->user, "nobody");
	assert_string_equal(after->relay.rooms[0].code, "B");
	assert_int_equal(after->relay.limits.rooms, 7);
	assert_int_equal(after->log.level, LP_LOG_DEBUG);
	lp_conf_free(before);
	lp_conf_free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_printed_gives_the_same_again),
		cmocka_unit_test(test_what_is_printed_is_the_role_and_all_of_it),
		cmocka_unit_test(test_the_small_files_work),
		cmocka_unit_test(test_the_large_file_is_the_defaults),
		cmocka_unit_test(test_the_large_file_has_every_key),
		cmocka_unit_test(test_the_man_page_has_every_key),
		cmocka_unit_test(test_the_man_page_has_no_other_key),
		cmocka_unit_test(test_the_man_page_says_what_a_reload_takes),
		cmocka_unit_test(test_what_a_reload_does_not_take_stays),
		cmocka_unit_test(test_every_change_is_told),
		cmocka_unit_test(test_what_is_in_force_after_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
