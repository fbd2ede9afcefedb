/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/conf.h"

#include "base/mem.h"
#include "frame/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINES_MAX 8
#define PIN	  "sha256:0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

/* The faults of one load, to be compared whole. */
struct faults {
	char lines[LINES_MAX][256];
	size_t count;
};

static void on_error(void *user, const char *line)
{
	struct faults *faults = user;

	assert_true(faults->count < LINES_MAX);
	assert_true(lp_strcopy(faults->lines[faults->count++], sizeof(faults->lines[0]), line));
}

static struct lp_conf *load(const char *text, const struct lp_conf_override *overrides,
			    size_t override_count)
{
	struct faults faults = {0};
	struct lp_conf *conf = NULL;
	const enum lp_err err = lp_conf_load_text("t", text, strlen(text), overrides,
						  override_count, on_error, &faults, &conf);

	for (size_t i = 0; i < faults.count; i++)
		print_error("%s\n", faults.lines[i]);
	assert_int_equal(err, LP_OK);
	assert_non_null(conf);
	return conf;
}

struct fault_case {
	const char *text;
	const char *lines[LINES_MAX];
};

static void check_faults(const struct fault_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct faults faults = {0};
		struct lp_conf *conf = NULL;
		size_t expected = 0;

		assert_int_equal(lp_conf_load_text("t", cases[i].text, strlen(cases[i].text), NULL,
						   0, on_error, &faults, &conf),
				 LP_ERR_INVALID);
		assert_null(conf);
		for (; expected < LINES_MAX && cases[i].lines[expected] != NULL; expected++)
			assert_string_equal(faults.lines[expected], cases[i].lines[expected]);
		assert_int_equal(faults.count, expected);
	}
}

#define SYNTAX "syntax error: is a \";\", a bracket or a quote missing here or just before?"

static void test_broken_text_is_told_with_its_line(void **state)
{
	static const struct fault_case cases[] = {
		{"role = relay;", {"t:1: text stands in quotes: \"relay\""}},
		{"role = \"relay\";\nrelay: { listen = 443/udp; };\n",
		 {"t:2: text stands in quotes: \"443/udp\""}},
		{"role = \"relay\";\n\nrole = \"client\";\n",
		 {"t:3: this name is there twice in its group: keep one of the two"}},
		{"role = \"client;\nstate_dir = \"/x\";\n",
		 {"t:1: the text has no closing quote (\") in this line"}},
		{"role = \"client\";\n/* open\n\n",
		 {"t:2: the comment that begins here has no end (*/)"}},
		{"gateway: {\nlan_prefixes = [ \"10.0.0.0/8\", 5 ]; };",
		 {"t:2: a list in [ ] holds values of one type only"}},
		{"role = \"client\";\ngather = 1234567890123456789;\n",
		 {"t:2: the number is too large"}},
		{"\n@include \"other.conf\"\n", {"t:2: @include works in a file only"}},
		{"\n@include other.conf\n", {"t:2: write @include \"file\" in a line of its own"}},
	};
	struct faults faults = {0};
	struct lp_conf *conf = NULL;

	(void)state;
	check_faults(cases, LP_ARRAY_COUNT(cases));
	assert_int_equal(lp_conf_load_text("t", "role\0", 6, NULL, 0, on_error, &faults, &conf),
			 LP_ERR_INVALID);
	assert_string_equal(faults.lines[0], "t: is not a text file");
}

static void test_unknown_keys_are_told_with_the_right_one(void **state)
{
	static const struct fault_case cases[] = {
		{"role = \"relay\";\nrelay:\n{\n\tlisen = \"443/udp\";\n\topen_rooms = true;\n};\n",
		 {"t:4: relay.lisen: unknown key, did you mean \"relay.listen\"?"}},
		{"role = \"relay\";\nlisten = \"443/udp\";\nrelay: { open_rooms = true; };",
		 {"t:2: listen: unknown key, did you mean \"relay.listen\"?"}},
		{"role = \"relay\"; relay: { open_rooms = true; };\ngateawy: { room = \"A\"; };\n",
		 {"t:2: gateawy: unknown key, did you mean \"gateway\"?"}},
		{"role = \"relay\"; relay: { open_rooms = true;\nlimits: { roms = 5; }; };\n",
		 {"t:2: relay.limits.roms: unknown key, did you mean \"relay.limits.rooms\"?"}},
		{"role = \"relay\";\nrelay: { rooms = ( { code = \"A\";\n cod = \"B\"; } ); };\n",
		 {"t:3: relay.rooms[0].cod: unknown key, did you mean \"relay.rooms.code\"?"}},
		{"role = \"relay\"; relay: { open_rooms = true; };\n\nquux = 5;\n",
		 {"t:3: quux: unknown key: lanparty.conf(5) lists those that there are"}},
		{"role = \"relay\"; relay: { open_rooms = true; };\n\nlog = \"debug\";\n",
		 {"t:3: log: must be a group: log: { ... };"}},
	};

	(void)state;
	check_faults(cases, LP_ARRAY_COUNT(cases));
}

#define OPEN "role = \"relay\"; relay: { open_rooms = true; "

static void test_values_of_the_wrong_kind_are_told(void **state)
{
	static const struct fault_case cases[] = {
		{"role = \"realy\";", {"t:1: role: \"realy\" is unknown, did you mean \"relay\"?"}},
		{"role = \"switch\";",
		 {"t:1: role: \"switch\" is unknown, it must be \"relay\", \"gateway\" or "
		  "\"client\""}},
		{"role = 5;", {"t:1: role: must be \"relay\", \"gateway\" or \"client\""}},
		{OPEN "\nworkers = \"4\"; };",
		 {"t:2: relay.workers: must be a whole number, without quotes"}},
		{OPEN "\nworkers = 1.5; };",
		 {"t:2: relay.workers: must be a whole number, without quotes"}},
		{OPEN "\nworkers = -1; };",
		 {"t:2: relay.workers: -1 is out of range: it must be 1 to 64"}},
		/* libconfig 1.5 makes 705032704 of this one, and 1 of the next. */
		{OPEN "\nlimits: { pool_frames = 5000000000; }; };",
		 {"t:2: relay.limits.pool_frames: 5000000000 is out of range: it must be 256 to "
		  "1048576"}},
		{OPEN "\nworkers = 0x100000001; };",
		 {"t:2: relay.workers: 4294967297 is out of range: it must be 1 to 64"}},
		{OPEN "\nfragments = \"yes\"; };",
		 {"t:2: relay.fragments: must be true or false, without quotes"}},
		{OPEN "\nlisten = 443; };", {"t:2: relay.listen: must be text in quotes (\")"}},
		{OPEN "\nname = \"\"; };",
		 {"t:2: relay.name: must not be empty: remove the line if it is not wanted"}},
		{OPEN "\nkey = \"a\\x1b[2J\"; };",
		 {"t:2: relay.key: contains a control character, or is no UTF-8",
		  "t:2: relay.key: needs relay.certificate too: its certificate file"}},
		{OPEN "\nlimits: { queue_age = \"5x\"; }; };",
		 {"t:2: relay.limits.queue_age: \"5x\" is no time: write \"250ms\", \"30s\", "
		  "\"5m\" or "
		  "\"1h\""}},
		{OPEN "\nlimits: { queue_age = \"1m\"; }; };",
		 {"t:2: relay.limits.queue_age: 1m is out of range: it must be 10ms to 10s"}},
		{OPEN "\nlimits: { queue_age = true; }; };",
		 {"t:2: relay.limits.queue_age: must be a time such as \"250ms\", \"30s\" or "
		  "\"5m\""}},
		{OPEN "\nlimits: { queue_bytes = \"1 MB\"; }; };",
		 {"t:2: relay.limits.queue_bytes: \"1 MB\" is no size: write \"20k\", \"1M\" or "
		  "65536"}},
		{OPEN "\npolicy = [ \"allow_vlan_tag\" ]; };",
		 {"t:2: relay.policy: \"allow_vlan_tag\" is unknown, did you mean "
		  "\"allow_vlan_tags\"?"}},
		{OPEN "\npolicy = \"allow_all\"; };",
		 {"t:2: relay.policy: must be a list of words: [ \"allow_dhcp_server\", ... ]"}},
		{OPEN "\nrooms = \"A\"; };",
		 {"t:2: relay.rooms: must be a list of rooms: ( { code = \"...\"; }, ... )"}},
		/* What is missing in a group that is none, or a list, is not told as well. */
		{"role = \"client\";\nclient: 5;\n",
		 {"t:2: client: must be a group: client: { ... };"}},
		{"role = \"relay\";\nrelay: 5;\n",
		 {"t:2: relay: must be a group: relay: { ... };"}},
		{"role = \"relay\"; relay: {\nrooms = \"A\"; };",
		 {"t:2: relay.rooms: must be a list of rooms: ( { code = \"...\"; }, ... )"}},
		{OPEN "\nlisten = \"224.0.0.1:443\"; };",
		 {"t:2: relay.listen: \"224.0.0.1:443\" is not the address of one machine: write "
		  "one "
		  "of this machine's, or the port alone: \"443/udp\""}},
		{OPEN "\nlisten = \"[ff02::1]\"; };",
		 {"t:2: relay.listen: \"[ff02::1]\" is not the address of one machine: write one "
		  "of this machine's, or the port alone: \"443/udp\""}},
		{OPEN "\nrooms = ( \"A\" ); };",
		 {"t:2: relay.rooms[0]: must be a group: { code = \"...\"; }"}},
		{OPEN "};\ngateway: { lan_prefixes = 5; };",
		 {"t:2: gateway.lan_prefixes: must be a list of texts: [ \"...\", \"...\" ]"}},
	};

	(void)state;
	check_faults(cases, LP_ARRAY_COUNT(cases));
}

static void test_rooms_are_checked_one_by_one(void **state)
{
	static const struct fault_case cases[] = {
		{"role = \"relay\";\nrelay: { rooms = (\n{ code = \"doom\"; },\n"
		 "{ code = \"a b\"; },\n{ mtu = 575; },\n{ code = \"DOOM\"; },\n"
		 "{ code = \"x\"; secret = \"hush\"; } ); };",
		 {"t:4: relay.rooms[1].code: \"a b\" is no room code: use 1 to 64 of A-Z a-z 0-9 "
		  ". _ -",
		  "t:5: relay.rooms[2].mtu: 575 is out of range: it must be 0 or 576 to 1500",
		  "t:5: relay.rooms[2].code: must be set: what players enter to join: 1 to 64 of "
		  "A-Z a-z 0-9 . _ -, case does not matter",
		  "t:6: relay.rooms[3].code: room \"DOOM\" is there twice; case does not matter",
		  "t:7: relay.rooms[4].secret: rooms with a secret are not supported yet: remove "
		  "this line"}},
		{"role = \"relay\";\nrelay: { limits: { rooms = 1; };\n"
		 "rooms = ( { code = \"a\"; }, { code = \"b\"; } ); };",
		 {"t:3: relay.rooms: 2 rooms are more than relay.limits.rooms = 1 allows"}},
		{"role = \"relay\";\nrelay: {\nrooms = ( );\n};",
		 {"t:3: relay.rooms: nobody could join: name a room, or set relay.open_rooms = "
		  "true"}},
		{"role = \"relay\";\n",
		 {"t: relay.rooms: nobody could join: name a room, or set relay.open_rooms = "
		  "true"}},
	};

	(void)state;
	check_faults(cases, LP_ARRAY_COUNT(cases));
	printf("shows C9\n");
}

static void test_groups_have_an_end(void **state)
{
	static char text[4 * 5000 + 1];
	const struct fault_case deep = {
		text,
		{"t:1: too many groups or lists inside of each other: is a closing bracket missing "
		 "before?"}};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(text); i += 4)
		memcpy(text + i, "a: {", 4);
	check_faults(&deep, 1);
}

static void test_a_role_gets_what_it_needs(void **state)
{
	static const struct fault_case cases[] = {
		{"batching = true;\n",
		 {"t: role: is not set: write role = \"relay\", \"gateway\" or \"client\""}},
		{"\nrole = \"client\";\n",
		 {"t:2: client.relay: must be set for role \"client\": where the relay is: name or "
		  "address, port 443 unless said",
		  "t:2: client.room: must be set for role \"client\": code of the room to join: 1 "
		  "to "
		  "64 of A-Z a-z 0-9 . _ -, case does not matter"}},
		{"\nrole = \"gateway\";\ngateway: { relay = \"a\"; room = \"b\"; };",
		 {"t:2: gateway.interface: must be set for role \"gateway\": wired interface that "
		  "is "
		  "on the LAN"}},
		{"role = \"client\";\nclient: { relay = \"a\"; room = \"b\";\ntrust: { pin = \"" PIN
		 "\";\nca_file = \"x.pem\"; }; };",
		 {"t:4: client.trust.ca_file: there is a pin too: keep one of the two"}},
		{OPEN "\ncertificate = \"x.crt\"; };",
		 {"t:2: relay.certificate: needs relay.key too: its key file"}},
	};

	(void)state;
	check_faults(cases, LP_ARRAY_COUNT(cases));
}

static void test_defaults_hold_where_nothing_is_said(void **state)
{
	struct lp_conf *conf = load(OPEN "};", NULL, 0);

	(void)state;
	assert_int_equal(conf->role, LP_CONF_ROLE_RELAY);
	assert_string_equal(conf->relay.listen, "443/udp");
	assert_int_equal(conf->relay.workers, 1);
	assert_null(conf->relay.certificate);
	assert_int_equal(conf->relay.limits.rooms, 256);
	assert_int_equal(conf->relay.limits.clients_per_room, 64);
	assert_int_equal(conf->relay.limits.half_open, 1000);
	assert_int_equal(conf->relay.limits.client_broadcast_per_s, 100);
	assert_int_equal(conf->relay.limits.client_unknown_per_s, 50);
	assert_int_equal(conf->relay.limits.client_bytes_per_s, 0);
	assert_int_equal(conf->relay.limits.gateway_broadcast_per_s, 1000);
	assert_int_equal(conf->relay.limits.retry_above, 100);
	assert_int_equal(conf->relay.limits.malformed, 64);
	assert_int_equal(conf->relay.limits.queue_bytes, 1 << 20);
	assert_int_equal(conf->relay.limits.queue_age_ms, 250);
	assert_int_equal(conf->relay.limits.pool_frames, 16384);
	assert_int_equal(conf->relay.limits.client_bytes_per_s, 0);
	assert_true(conf->relay.fragments);
	assert_string_equal(conf->client.tap, "lanparty0");
	assert_string_equal(conf->client.mac, "auto");
	assert_int_equal(conf->gateway.cam_refresh_ms, 60000);
	assert_string_equal(conf->control.socket, "/run/lanparty/control.sock");
	assert_string_equal(conf->state_dir, "/var/lib/lanparty");
	assert_int_equal(conf->log.level, LP_LOG_INFO);
	assert_int_equal(conf->log.target, LP_LOG_STDERR);
	assert_true(conf->batching);
	assert_null(conf->user);
	lp_conf_free(conf);
	lp_conf_free(NULL);
}

static void test_rooms_inherit_from_the_relay(void **state)
{
	static const struct lp_conf_override override = {"relay.mtu", "1400"};
	struct lp_conf *conf = load("role = \"relay\"; relay: { rooms = ( { code = \"a\"; }, "
				    "{ code = \"b\"; mtu = 600; fragments = true; max_clients = 5; "
				    "frame_log = false; policy = [ ]; } ); fragments = false; "
				    "frame_log = true; policy = [ \"allow_vlan_tags\" ]; };",
				    &override, 1);

	(void)state;
	assert_int_equal(conf->relay.room_count, 2);
	assert_int_equal(conf->relay.rooms[0].mtu, 1400);
	assert_false(conf->relay.rooms[0].fragments);
	assert_true(conf->relay.rooms[0].frame_log);
	assert_int_equal(conf->relay.rooms[0].max_clients, 0);
	assert_int_equal(conf->relay.rooms[0].policy, 1 << LP_POLICY_ALLOW_VLAN_TAGS);
	assert_int_equal(conf->relay.rooms[1].policy, 0);
	assert_string_equal(conf->relay.rooms[1].code, "b");
	assert_int_equal(conf->relay.rooms[1].mtu, 600);
	assert_true(conf->relay.rooms[1].fragments);
	assert_false(conf->relay.rooms[1].frame_log);
	assert_int_equal(conf->relay.rooms[1].max_clients, 5);
	lp_conf_free(conf);
}

/* Every option of the first programs has its key; the table is in lanparty.conf(5) too. */
static void test_overrides_stand_for_the_old_options(void **state)
{
	static const struct lp_conf_override overrides[] = {
		{"role", "relay"},
		{"relay.open_rooms", "true"},
		{"relay.listen", "443/udp"},
		{"relay.listen", "[2001:db8::1]:4433"},
		{"relay.certificate_out", "relay-cert.der"},
		{"gateway.relay", "192.0.2.1"},
		{"gateway.server_name", "lanparty-relay.local"},
		{"gateway.trust.ca_file", "relay-cert.der"},
		{"gateway.room", "ROOM1"},
		{"gateway.interface", "eth0"},
		{"client.relay", "lanparty-relay.local"},
		{"client.server_name", "lanparty-relay.local"},
		{"client.trust.ca_file", "relay-cert.der"},
		{"client.room", "1234"},
		{"client.mac", "02:00:5e:10:00:01"},
		{"client.tap", "{2B1F7A44-0F3C-4C8E-9A55-1D2E3F4A5B6C}"},
	};
	struct lp_conf *conf = load("", overrides, LP_ARRAY_COUNT(overrides));
	struct lp_hostport relay;

	(void)state;
	assert_string_equal(conf->relay.listen, "[2001:db8::1]:4433");
	assert_string_equal(conf->relay.certificate_out, "relay-cert.der");
	assert_string_equal(conf->gateway.session.relay, "192.0.2.1");
	assert_int_equal(lp_hostport_parse(conf->gateway.session.relay, &relay), LP_OK);
	assert_int_equal(relay.port, 443);
	assert_string_equal(conf->gateway.session.server_name, "lanparty-relay.local");
	assert_string_equal(conf->gateway.session.ca_file, "relay-cert.der");
	assert_string_equal(conf->gateway.session.room, "ROOM1");
	assert_string_equal(conf->gateway.interface, "eth0");
	assert_string_equal(conf->client.session.relay, "lanparty-relay.local");
	assert_int_equal(lp_hostport_parse(conf->client.session.relay, &relay), LP_OK);
	assert_int_equal(relay.port, 443);
	assert_string_equal(conf->client.session.server_name, "lanparty-relay.local");
	assert_string_equal(conf->client.session.ca_file, "relay-cert.der");
	assert_string_equal(conf->client.session.room, "1234");
	assert_string_equal(conf->client.mac, "02:00:5e:10:00:01");
	assert_string_equal(conf->client.tap, "{2B1F7A44-0F3C-4C8E-9A55-1D2E3F4A5B6C}");
	lp_conf_free(conf);
	printf("shows G12 W22\n");
}

static void test_overrides_take_values_of_every_type(void **state)
{
	static const struct lp_conf_override overrides[] = {
		{"relay.workers", "4"},
		{"relay.limits.queue_age", "2s"},
		{"relay.limits.queue_bytes", "\"20k\""},
		{"relay.limits.client_bytes_per_s", "5000000000"},
		{"relay.rooms", "( { code = \"a\"; }, { code = \"b\"; } )"},
		{"gateway.lan_prefixes", "[ \"10.0.0.0/8\", \"fd00::/8\" ]"},
		{"client.name", "\"two \\\"words\\\"\""},
		{"gateway.name", "two \"words\""},
		{"log.level", "debug"},
		{"user", ""},
		{"batching", "false"},
	};
	struct lp_conf *conf =
		load("role = \"relay\"; user = \"nobody\";", overrides, LP_ARRAY_COUNT(overrides));

	(void)state;
	assert_int_equal(conf->relay.workers, 4);
	assert_int_equal(conf->relay.limits.queue_age_ms, 2000);
	assert_int_equal(conf->relay.limits.queue_bytes, 20480);
	assert_int_equal(conf->relay.limits.client_bytes_per_s, 5000000000);
	assert_int_equal(conf->relay.room_count, 2);
	assert_int_equal(conf->gateway.lan_prefix_count, 2);
	assert_string_equal(conf->gateway.lan_prefixes[1], "fd00::/8");
	assert_string_equal(conf->client.session.name, "two \"words\"");
	assert_string_equal(conf->gateway.session.name, "two \"words\"");
	assert_int_equal(conf->log.level, LP_LOG_DEBUG);
	assert_null(conf->user);
	assert_false(conf->batching);
	lp_conf_free(conf);
}

static void test_wrong_overrides_are_told(void **state)
{
	static const struct {
		struct lp_conf_override override;
		const char *line;
	} cases[] = {
		{{"relay.lisen", "5"},
		 "-o: relay.lisen: unknown key, did you mean \"relay.listen\"?"},
		{{"rely.listen", "5"},
		 "-o: rely.listen: unknown key, did you mean \"relay.listen\"?"},
		{{"", "5"}, "-o: : unknown key: lanparty.conf(5) lists those that there are"},
		{{"relay", "5"}, "-o: relay: is a group: name one key of it"},
		{{"relay.rooms.mtu", "576"},
		 "-o: relay.rooms.mtu: is in a list: give the whole relay.rooms=( { code = "
		 "\"...\"; } "
		 ")"},
		{{"relay.rooms", "A"},
		 "-o: relay.rooms: must be a list of rooms: ( { code = \"...\"; }, ... )"},
		{{"relay.workers", "1; role = \"client\""},
		 "-o: relay.workers: must be a whole number, without quotes"},
		{{"client.mac", "02:00:5e:10:00"},
		 "-o: client.mac: \"02:00:5e:10:00\" is no MAC address: write \"auto\" or "
		 "\"02:00:5e:10:00:01\""},
		{{"role", ""},
		 "t: role: is not set: write role = \"relay\", \"gateway\" or \"client\""},
	};
	static const char text[] = OPEN "};";

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		struct faults faults = {0};
		struct lp_conf *conf = NULL;

		assert_int_equal(lp_conf_load_text("t", text, strlen(text), &cases[i].override, 1,
						   on_error, &faults, &conf),
				 LP_ERR_INVALID);
		assert_string_equal(faults.lines[0], cases[i].line);
		assert_int_equal(faults.count, 1);
	}
}

static void test_no_file_at_all_is_the_defaults(void **state)
{
	static const struct lp_conf_override overrides[] = {{"role", "client"},
							    {"client.relay", "party.example.org"},
							    {"client.room", "ROOM1"}};
	struct faults faults = {0};
	struct lp_conf *conf = NULL;

	(void)state;
	assert_int_equal(lp_conf_load(NULL, overrides, 3, NULL, NULL, &conf), LP_OK);
	assert_int_equal(conf->role, LP_CONF_ROLE_CLIENT);
	lp_conf_free(conf);
	conf = NULL;
	assert_int_equal(lp_conf_load(NULL, NULL, 0, on_error, &faults, &conf), LP_ERR_INVALID);
	assert_string_equal(faults.lines[0],
			    "-o: role: is not set: write role = \"relay\", \"gateway\" or "
			    "\"client\"");
	assert_int_equal(faults.count, 1);
	assert_null(conf);
}

/* --- what it names on the machine --- */

static void on_warning(void *user, const char *line)
{
	struct faults *faults = user;
	char text[256];

	(void)snprintf(text, sizeof(text), "warning: %s", line);
	on_error(faults, text);
}

/* A machine with one of each; what is called "wrong" is something else. */
static const char *look(enum lp_conf_object thing, const char *name, bool *is_missing)
{
	static const char *const there[] = {
		[LP_CONF_OBJECT_FILE] = "/there.pem",
		[LP_CONF_OBJECT_FOLDER] = "/var/lib/lanparty",
		[LP_CONF_OBJECT_USER] = "joe",
		[LP_CONF_OBJECT_GROUP] = "players",
	};

	if (strcmp(name, there[thing]) == 0)
		return NULL;
	*is_missing = strstr(name, "wrong") == NULL;
	return *is_missing ? "is missing" : "is wrong";
}

static void test_what_is_named_is_looked_for(void **state)
{
	static const struct lp_conf_machine machine = {look, on_warning};
	static const struct {
		const char *path, *value, *lines[1];
		enum lp_err err;
	} cases[] = {
		{"relay.certificate", "/there.pem", {NULL}, LP_OK},
		{"relay.certificate",
		 "/gone.pem",
		 {"warning: -o: relay.certificate: \"/gone.pem\" is missing"},
		 LP_OK},
		{"relay.key",
		 "/wrong.pem",
		 {"-o: relay.key: \"/wrong.pem\" is wrong"},
		 LP_ERR_INVALID},
		{"user", "joe", {NULL}, LP_OK},
		{"user", "jane", {"warning: -o: user: \"jane\" is missing"}, LP_OK},
		{"control.group", "x", {"warning: -o: control.group: \"x\" is missing"}, LP_OK},
		{"state_dir", "/wrong", {"-o: state_dir: \"/wrong\" is wrong"}, LP_ERR_INVALID},
		/* That is another role's. */
		{"client.trust.ca_file", "/wrong", {NULL}, LP_OK},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		const struct lp_conf_override overrides[] = {
			{"role", "relay"},
			{"relay.open_rooms", "true"},
			{"relay.certificate", "/there.pem"},
			{"relay.key", "/there.pem"},
			{cases[i].path, cases[i].value},
		};
		struct faults faults = {0};
		struct lp_conf *conf = NULL;

		assert_int_equal(lp_conf_test(NULL, overrides, LP_ARRAY_COUNT(overrides), &machine,
					      on_error, &faults, &conf),
				 cases[i].err);
		assert_int_equal(faults.count, cases[i].lines[0] != NULL);
		if (faults.count > 0)
			assert_string_equal(faults.lines[0], cases[i].lines[0]);
		lp_conf_free(conf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken_text_is_told_with_its_line),
		cmocka_unit_test(test_unknown_keys_are_told_with_the_right_one),
		cmocka_unit_test(test_values_of_the_wrong_kind_are_told),
		cmocka_unit_test(test_rooms_are_checked_one_by_one),
		cmocka_unit_test(test_groups_have_an_end),
		cmocka_unit_test(test_a_role_gets_what_it_needs),
		cmocka_unit_test(test_defaults_hold_where_nothing_is_said),
		cmocka_unit_test(test_rooms_inherit_from_the_relay),
		cmocka_unit_test(test_overrides_stand_for_the_old_options),
		cmocka_unit_test(test_overrides_take_values_of_every_type),
		cmocka_unit_test(test_wrong_overrides_are_told),
		cmocka_unit_test(test_no_file_at_all_is_the_defaults),
		cmocka_unit_test(test_what_is_named_is_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
