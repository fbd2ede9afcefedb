/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "wire/message.h"

#include "base/mem.h"
#include "frame/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A code that no decoder may give by itself, to see whether it gave one. */
#define NO_CODE LP_REJECT__COUNT

struct field {
	const char *key;
	const char *value; /* as JSON */
};

#define FIELDS_MAX 12

/* One good message a type. */
static const struct field samples[LP_MESSAGE__COUNT][FIELDS_MAX] = {
	[LP_MESSAGE_HELLO] = {{"type", "\"hello\""},
			      {"version", "1"},
			      {"role", "\"client\""},
			      {"room", "\"ROOM1\""},
			      {"mac", "\"02:00:5e:10:00:01\""},
			      {"name", "\"J\u00fcrgen\""},
			      {"epoch", "\"fedcba9876543210\""},
			      {"datagram_budget", "1168"},
			      {"features", "[\"fragments\",\"resume\"]"},
			      {"resume", "\"abc-_012\""}},
	[LP_MESSAGE_WELCOME] = {{"type", "\"welcome\""},
				{"mode", "\"ethernet\""},
				{"peer_id", "7"},
				{"room", "\"room1\""},
				{"mtu", "1500"},
				{"gateway_present", "true"},
				{"lan_prefixes", "[\"192.168.1.0/24\",\"fd00::/64\"]"},
				{"features", "[\"fragments\"]"},
				{"policy", "[\"allow_vlan_tags\",\"allow_magic\"]"},
				{"limits", "{}"},
				{"resume", "\"dGlja2V0\""}},
	[LP_MESSAGE_REJECT] = {{"type", "\"reject\""},
			       {"code", "\"room_full\""},
			       {"message", "\"the room is full\""},
			       {"retry_after_ms", "5000"},
			       {"shard", "255"}},
	[LP_MESSAGE_BUDGET] = {{"type", "\"budget\""}, {"datagram_budget", "1420"}},
	[LP_MESSAGE_PEER_JOINED] = {{"type", "\"peer_joined\""},
				    {"peer_id", "65535"},
				    {"role", "\"gateway\""},
				    {"mac", "\"52-54-00-AB-CD-EF\""},
				    {"name", "\"hall\""},
				    {"epoch", "\"0000000000000001\""},
				    {"features", "[]"}},
	[LP_MESSAGE_PEER_LEFT] = {{"type", "\"peer_left\""},
				  {"peer_id", "3"},
				  {"reason", "\"replaced\""}},
	[LP_MESSAGE_STATS] = {{"type", "\"stats\""},
			      {"counters", "{\"frames_tx\":9007199254740991,\"frames_rx\":2,"
					   "\"frames_dropped\":{\"runt\":8,\"duplicate\":9}}"}},
	[LP_MESSAGE_DISCONNECT] = {{"type", "\"disconnect\""},
				   {"reason", "\"quit\""},
				   {"after_ms", "100"}},
	[LP_MESSAGE_POLICY] = {{"type", "\"policy\""},
			       {"policy", "[\"allow_all\",\"allow_dhcp_server\"]"}},
	[LP_MESSAGE_LAN] = {{"type", "\"lan\""}, {"is_connected", "true"}},
	[LP_MESSAGE_DROPS] = {{"type", "\"drops\""},
			      {"peer_id", "7"},
			      {"by", "\"gateway\""},
			      {"dropped", "[{\"reason\":\"address_claim\",\"frames\":3,"
					  "\"example\":\"10.0.0.7\"},"
					  "{\"reason\":\"a_new_one\",\"frames\":1},"
					  "{\"reason\":\"jumbo\",\"frames\":2}]"}},
};

/* The sample with `key` set to `value`, added if it was not there; value NULL takes it away. */
static const char *sample_with(enum lp_message_type type, const char *key, const char *value)
{
	static char json[2 * LP_RECORD_MAX];
	size_t len = 0;
	bool is_there = key == NULL;

	for (int i = 0; i <= FIELDS_MAX; i++) {
		struct field field = i < FIELDS_MAX ? samples[type][i] : (struct field){0};

		if (field.key && key && strcmp(field.key, key) == 0) {
			field.value = value;
			is_there = true;
		} else if (i == FIELDS_MAX && !is_there) {
			field = (struct field){key, value};
		}
		if (field.key && field.value)
			len += (size_t)snprintf(json + len, sizeof(json) - len, "%c\"%s\":%s",
						len ? ',' : '{', field.key, field.value);
	}
	snprintf(json + len, sizeof(json) - len, "}");
	return json;
}

static enum lp_err decode(const char *json, struct lp_message *out, enum lp_reject_code *code)
{
	size_t len = strlen(json);
	uint8_t *exact = test_malloc(len ? len : 1);
	const char *why = NULL;

	memcpy(exact, json, len);
	enum lp_err err = lp_message_decode(exact, len, out, &why, code);

	test_free(exact);
	if (err != LP_OK)
		assert_non_null(why);
	return err;
}

static enum lp_err decode_sample(enum lp_message_type type, struct lp_message *out)
{
	enum lp_reject_code code = NO_CODE;

	return decode(sample_with(type, NULL, NULL), out, &code);
}

static void reads_hello(void **state)
{
	static const uint8_t mac[] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
	struct lp_message out;

	(void)state;
	assert_int_equal(decode_sample(LP_MESSAGE_HELLO, &out), LP_OK);
	assert_int_equal(out.type, LP_MESSAGE_HELLO);
	assert_int_equal(out.hello.version, 1);
	assert_int_equal(out.hello.role, LP_ROLE_CLIENT);
	assert_string_equal(out.hello.room, "ROOM1");
	assert_true(out.hello.has_mac);
	assert_memory_equal(out.hello.mac.octet, mac, sizeof(mac));
	assert_string_equal(out.hello.name, "J\u00fcrgen");
	assert_true(out.hello.epoch == 0xfedcba9876543210ULL);
	assert_int_equal(out.hello.datagram_budget, 1168);
	assert_int_equal(out.hello.features, LP_FEATURE_FRAGMENTS | LP_FEATURE_RESUME);
	assert_int_equal(out.hello.lan_prefix_count, 0);
	assert_string_equal(out.hello.resume, "abc-_012");
}

static void reads_welcome_and_reject(void **state)
{
	struct lp_message out;
	char text[LP_ADDR_TEXT_LEN];

	(void)state;
	assert_int_equal(decode_sample(LP_MESSAGE_WELCOME, &out), LP_OK);
	assert_int_equal(out.welcome.peer_id, 7);
	assert_string_equal(out.welcome.room, "room1");
	assert_int_equal(out.welcome.mtu, 1500);
	assert_true(out.welcome.gateway_present);
	assert_int_equal(out.welcome.features, LP_FEATURE_FRAGMENTS);
	assert_int_equal(out.welcome.policy, 1 << LP_POLICY_ALLOW_VLAN_TAGS);
	assert_int_equal(out.welcome.lan_prefix_count, 2);
	assert_string_equal(lp_prefix_format(&out.welcome.lan_prefixes[0], text), "192.168.1.0/24");
	assert_string_equal(lp_prefix_format(&out.welcome.lan_prefixes[1], text), "fd00::/64");
	assert_string_equal(out.welcome.resume, "dGlja2V0");

	assert_int_equal(decode_sample(LP_MESSAGE_REJECT, &out), LP_OK);
	assert_int_equal(out.reject.code, LP_REJECT_ROOM_FULL);
	assert_string_equal(out.reject.message, "the room is full");
	assert_int_equal(out.reject.retry_after_ms, 5000);
	assert_int_equal(out.reject.shard, 255);
	enum lp_reject_code code = NO_CODE;
	assert_int_equal(decode(sample_with(LP_MESSAGE_REJECT, "shard", NULL), &out, &code), LP_OK);
	assert_int_equal(out.reject.shard, LP_SHARD_NONE);
}

static void reads_the_others(void **state)
{
	struct lp_message out;

	(void)state;
	assert_int_equal(decode_sample(LP_MESSAGE_BUDGET, &out), LP_OK);
	assert_int_equal(out.budget.datagram_budget, 1420);

	assert_int_equal(decode_sample(LP_MESSAGE_PEER_JOINED, &out), LP_OK);
	assert_int_equal(out.peer_joined.peer_id, 65535);
	assert_int_equal(out.peer_joined.role, LP_ROLE_GATEWAY);
	assert_true(out.peer_joined.has_mac);
	assert_int_equal(out.peer_joined.mac.octet[5], 0xef);
	assert_true(out.peer_joined.epoch == 1);
	assert_int_equal(out.peer_joined.features, 0);

	assert_int_equal(decode_sample(LP_MESSAGE_PEER_LEFT, &out), LP_OK);
	assert_int_equal(out.peer_left.peer_id, 3);
	assert_string_equal(out.peer_left.reason, LP_LEFT_REPLACED);

	assert_int_equal(decode_sample(LP_MESSAGE_STATS, &out), LP_OK);
	assert_true(out.stats.frames_tx == LP_COUNTER_MAX);
	assert_int_equal(out.stats.frames_rx, 2);
	assert_int_equal(out.stats.frames_dropped[LP_VERDICT_RUNT], 8);
	assert_int_equal(out.stats.frames_dropped[LP_VERDICT_DUPLICATE], 9);

	assert_int_equal(decode_sample(LP_MESSAGE_DISCONNECT, &out), LP_OK);
	assert_string_equal(out.disconnect.reason, LP_LEFT_QUIT);
	assert_int_equal(out.disconnect.after_ms, 100);

	assert_int_equal(decode_sample(LP_MESSAGE_POLICY, &out), LP_OK);
	assert_int_equal(out.policy, 1 << LP_POLICY_ALLOW_ALL | 1 << LP_POLICY_ALLOW_DHCP_SERVER);

	assert_int_equal(decode_sample(LP_MESSAGE_LAN, &out), LP_OK);
	assert_true(out.lan.is_connected);
}

static void reads_drops(void **state)
{
	struct lp_message out;

	(void)state;
	assert_int_equal(decode_sample(LP_MESSAGE_DROPS, &out), LP_OK);
	assert_int_equal(out.drops.peer_id, 7);
	assert_true(out.drops.is_by_gateway);
	/* The reason that nobody knows yet is left out. */
	assert_int_equal(out.drops.count, 2);
	assert_int_equal(out.drops.drops[0].reason, LP_VERDICT_ADDRESS_CLAIM);
	assert_int_equal(out.drops.drops[0].frames, 3);
	assert_string_equal(out.drops.drops[0].example, "10.0.0.7");
	assert_int_equal(out.drops.drops[1].reason, LP_VERDICT_JUMBO);
	assert_string_equal(out.drops.drops[1].example, "");
	/* Every reason that there is has a name that comes back. */
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		char dropped[128];
		enum lp_reject_code code;

		snprintf(dropped, sizeof(dropped), "[{\"reason\":\"%s\",\"frames\":9}]",
			 lp_verdict_name((enum lp_verdict)i));
		assert_int_equal(
			decode(sample_with(LP_MESSAGE_DROPS, "dropped", dropped), &out, &code),
			LP_OK);
		assert_int_equal(out.drops.count, 1);
		assert_int_equal(out.drops.drops[0].reason, i);
	}
}

/* Every field of every type: what is refused, and how. NULL takes the field away. */
static const struct {
	enum lp_message_type type;
	const char *key, *value;
	enum lp_err err;
	enum lp_reject_code code;
} faults[] = {
	{LP_MESSAGE_HELLO, "version", NULL, LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "version", "\"1\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "version", "1.0", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "version", "0", LP_ERR_UNSUPPORTED, LP_REJECT_VERSION},
	{LP_MESSAGE_HELLO, "version", "2", LP_ERR_UNSUPPORTED, LP_REJECT_VERSION},
	{LP_MESSAGE_HELLO, "version", "-1", LP_ERR_UNSUPPORTED, LP_REJECT_VERSION},
	{LP_MESSAGE_HELLO, "version", "18446744073709551615", LP_ERR_UNSUPPORTED,
	 LP_REJECT_VERSION},
	{LP_MESSAGE_HELLO, "role", NULL, LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "role", "\"relay\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "role", "\"Client\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "role", "1", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "room", NULL, LP_ERR_INVALID, LP_REJECT_BAD_ROOM},
	{LP_MESSAGE_HELLO, "room", "\"\"", LP_ERR_INVALID, LP_REJECT_BAD_ROOM},
	{LP_MESSAGE_HELLO, "room", "\"a b\"", LP_ERR_INVALID, LP_REJECT_BAD_ROOM},
	{LP_MESSAGE_HELLO, "room", "null", LP_ERR_INVALID, LP_REJECT_BAD_ROOM},
	{LP_MESSAGE_HELLO, "mac", NULL, LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "mac", "\"\"", LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "mac", "\"02:00:5e:10:00\"", LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "mac", "\"00:00:00:00:00:00\"", LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "mac", "\"ff:ff:ff:ff:ff:ff\"", LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "mac", "\"01:00:5e:00:00:01\"", LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "mac", "2", LP_ERR_INVALID, LP_REJECT_BAD_MAC},
	{LP_MESSAGE_HELLO, "name", "\"a\\nb\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "name", "\"\\u001b[2J\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "name", "\"\\u202e\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "name", "[]", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "name", "\"a\\u3164\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "name", "\"\\ufffe\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "epoch", NULL, LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "epoch", "1", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "epoch", "\"1\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "epoch", "\"0x12345678901234\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "epoch", "\"FEDCBA9876543210\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "epoch", "\"fedcba98765432100\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "datagram_budget", NULL, LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "datagram_budget", "1168.0", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "datagram_budget", "1e3", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "datagram_budget", "-1", LP_ERR_RANGE, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "datagram_budget", "1099", LP_ERR_RANGE, LP_REJECT_PATH_TOO_SMALL},
	{LP_MESSAGE_HELLO, "datagram_budget", "9201", LP_ERR_RANGE, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "features", "\"fragments\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "features", "[1]", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "features", "[null]", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "resume", "\"not base64!\"", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},
	{LP_MESSAGE_HELLO, "resume", "7", LP_ERR_INVALID, LP_REJECT_BAD_HELLO},

	{LP_MESSAGE_WELCOME, "mode", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "mode", "\"ip\"", LP_ERR_UNSUPPORTED, NO_CODE},
	{LP_MESSAGE_WELCOME, "peer_id", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "peer_id", "0", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_WELCOME, "peer_id", "65536", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_WELCOME, "peer_id", "-1", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_WELCOME, "peer_id", "\"7\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "room", "\"\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "mtu", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "mtu", "575", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_WELCOME, "mtu", "1501", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_WELCOME, "gateway_present", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "gateway_present", "1", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "policy", "\"allow_all\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "policy", "[4]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_POLICY, "policy", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_POLICY, "policy", "{}", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_POLICY, "policy", "[null]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_LAN, "is_connected", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_LAN, "is_connected", "1", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_LAN, "is_connected", "\"true\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "lan_prefixes", "[\"192.168.1.0/33\"]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "lan_prefixes", "[\"\"]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "lan_prefixes", "[24]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_WELCOME, "lan_prefixes",
	 "[\"10.0.0.0/8\",\"10.0.0.0/8\",\"10.0.0.0/8\",\"10.0.0.0/8\",\"10.0.0.0/8\","
	 "\"10.0.0.0/8\",\"10.0.0.0/8\",\"10.0.0.0/8\",\"10.0.0.0/8\"]",
	 LP_ERR_TOO_LARGE, NO_CODE},

	{LP_MESSAGE_REJECT, "code", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_REJECT, "code", "\"because\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_REJECT, "message", "\"\\u0007\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_REJECT, "retry_after_ms", "-1", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_REJECT, "retry_after_ms", "4294967296", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_REJECT, "shard", "256", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_REJECT, "shard", "-1", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_REJECT, "shard", "null", LP_ERR_INVALID, NO_CODE},

	{LP_MESSAGE_BUDGET, "datagram_budget", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_BUDGET, "datagram_budget", "1099", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_BUDGET, "datagram_budget", "9201", LP_ERR_RANGE, NO_CODE},

	{LP_MESSAGE_PEER_JOINED, "peer_id", "0", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_PEER_JOINED, "role", "\"\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_PEER_JOINED, "mac", "\"ff:ff:ff:ff:ff:ff\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_PEER_JOINED, "epoch", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_PEER_LEFT, "peer_id", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_PEER_LEFT, "reason", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_PEER_LEFT, "reason", "\"\\u009b\"", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_STATS, "counters", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_STATS, "counters", "[]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_STATS, "counters", "{\"frames_tx\":-1}", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_STATS, "counters", "{\"frames_tx\":9007199254740992}", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_STATS, "counters", "{\"frames_tx\":18446744073709551615}", LP_ERR_RANGE,
	 NO_CODE},
	{LP_MESSAGE_STATS, "counters", "{\"frames_tx\":1.5}", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_STATS, "counters", "{\"frames_dropped\":[]}", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_STATS, "counters", "{\"frames_dropped\":{\"runt\":\"1\"}}", LP_ERR_INVALID,
	 NO_CODE},
	{LP_MESSAGE_DROPS, "peer_id", "65536", LP_ERR_RANGE, NO_CODE},
	{LP_MESSAGE_DROPS, "by", "7", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "{}", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "[null]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "[{\"frames\":1}]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "[{\"reason\":\"jumbo\"}]", LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "[{\"reason\":\"jumbo\",\"frames\":-1}]", LP_ERR_RANGE,
	 NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "[{\"reason\":\"later\",\"frames\":\"1\"}]", LP_ERR_INVALID,
	 NO_CODE},
	{LP_MESSAGE_DROPS, "dropped",
	 "[{\"reason\":\"jumbo\",\"frames\":1,\"example\":\"\\u001b[2J\"}]", LP_ERR_INVALID,
	 NO_CODE},
	{LP_MESSAGE_DROPS, "dropped", "[{},{},{},{},{},{},{},{},{}]", LP_ERR_TOO_LARGE, NO_CODE},
	{LP_MESSAGE_DISCONNECT, "reason", NULL, LP_ERR_INVALID, NO_CODE},
	{LP_MESSAGE_DISCONNECT, "after_ms", "\"100\"", LP_ERR_INVALID, NO_CODE},
};

static void every_field_is_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(faults); i++) {
		const char *json = sample_with(faults[i].type, faults[i].key, faults[i].value);
		enum lp_reject_code code = NO_CODE;
		struct lp_message out;
		enum lp_err err = decode(json, &out, &code);

		if (err != faults[i].err || code != faults[i].code)
			fail_msg("%s: %s, %s", json, lp_err_text(err), lp_reject_code_name(code));
		/* A hello stays recognisable, so that it can be answered; others leave nothing. */
		assert_int_equal(out.type, faults[i].type == LP_MESSAGE_HELLO ? LP_MESSAGE_HELLO
									      : LP_MESSAGE_UNKNOWN);
	}
}

static void another_version_is_told_its_version(void **state)
{
	enum lp_reject_code code = NO_CODE;
	struct lp_message out;

	(void)state;
	assert_int_equal(
		decode("{\"type\":\"hello\",\"version\":9,\"room\":[],\"new\":1}", &out, &code),
		LP_ERR_UNSUPPORTED);
	assert_int_equal(out.type, LP_MESSAGE_HELLO);
	assert_int_equal(out.hello.version, 9);
	assert_int_equal(code, LP_REJECT_VERSION);
	assert_non_null(strstr(lp_reject_code_text(code), "update"));
}

/* Longest that is allowed, and one more. */
static void texts_have_bounds(void **state)
{
	static const struct {
		enum lp_message_type type;
		const char *key;
		size_t max;
		enum lp_err err;
	} rows[] = {
		{LP_MESSAGE_HELLO, "room", LP_ROOM_MAX, LP_ERR_INVALID},
		{LP_MESSAGE_HELLO, "name", LP_NAME_MAX, LP_ERR_TOO_LARGE},
		{LP_MESSAGE_HELLO, "resume", LP_TICKET_MAX, LP_ERR_TOO_LARGE},
		{LP_MESSAGE_WELCOME, "resume", LP_TICKET_MAX, LP_ERR_TOO_LARGE},
		{LP_MESSAGE_REJECT, "message", LP_TEXT_MAX, LP_ERR_TOO_LARGE},
		{LP_MESSAGE_PEER_JOINED, "name", LP_NAME_MAX, LP_ERR_TOO_LARGE},
		{LP_MESSAGE_PEER_LEFT, "reason", LP_REASON_MAX, LP_ERR_TOO_LARGE},
		{LP_MESSAGE_DISCONNECT, "reason", LP_REASON_MAX, LP_ERR_TOO_LARGE},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		char value[LP_TICKET_MAX + 8] = "\"";
		enum lp_reject_code code;
		struct lp_message out;

		memset(value + 1, 'a', rows[i].max);
		strcpy(value + 1 + rows[i].max, "\"");
		assert_int_equal(decode(sample_with(rows[i].type, rows[i].key, value), &out, &code),
				 LP_OK);
		strcpy(value + 1 + rows[i].max, "a\"");
		assert_int_equal(decode(sample_with(rows[i].type, rows[i].key, value), &out, &code),
				 rows[i].err);
	}
}

static void what_may_be_missing(void **state)
{
	static const char *const optional[] = {"name", "features", "resume", "lan_prefixes"};
	enum lp_reject_code code = NO_CODE;
	struct lp_message out;

	(void)state;
	assert_int_equal(decode(sample_with(LP_MESSAGE_PEER_JOINED, "mac", NULL), &out, &code),
			 LP_OK);
	assert_false(out.peer_joined.has_mac);
	for (size_t i = 0; i < LP_ARRAY_COUNT(optional); i++)
		assert_int_equal(
			decode(sample_with(LP_MESSAGE_HELLO, optional[i], NULL), &out, &code),
			LP_OK);
	assert_int_equal(decode("{\"type\":\"hello\",\"version\":1,\"role\":\"gateway\","
				"\"room\":\"r\",\"epoch\":\"0000000000000000\","
				"\"datagram_budget\":1100,\"lan_prefixes\":[\"10.1.2.3/8\"]}",
				&out, &code),
			 LP_OK);
	assert_false(out.hello.has_mac);
	assert_int_equal(out.hello.lan_prefix_count, 1);
	/* A client has no LAN to tell of. */
	assert_int_equal(decode(sample_with(LP_MESSAGE_HELLO, "lan_prefixes", "[\"10.0.0.0/8\"]"),
				&out, &code),
			 LP_OK);
	assert_int_equal(out.hello.lan_prefix_count, 0);
}

static void unknown_things_are_ignored(void **state)
{
	enum lp_reject_code code = NO_CODE;
	struct lp_message out;

	(void)state;
	assert_int_equal(decode("{\"type\":\"dance\",\"peer_id\":-5}", &out, &code), LP_OK);
	assert_int_equal(out.type, LP_MESSAGE_UNKNOWN);
	assert_int_equal(decode("{\"type\":\"unknown\"}", &out, &code), LP_OK);
	assert_int_equal(out.type, LP_MESSAGE_UNKNOWN);
	assert_int_equal(
		decode(sample_with(LP_MESSAGE_HELLO, "later", "{\"a\":[1.5,null]}"), &out, &code),
		LP_OK);
	assert_int_equal(decode(sample_with(LP_MESSAGE_HELLO, "features", "[\"x\",\"fragments\"]"),
				&out, &code),
			 LP_OK);
	assert_int_equal(out.hello.features, LP_FEATURE_FRAGMENTS);
	assert_int_equal(
		decode(sample_with(LP_MESSAGE_WELCOME, "policy",
				   "[\"allow_dhcp\",\"allow_all_this\",\"allow_vlan_tags\"]"),
		       &out, &code),
		LP_OK);
	assert_int_equal(out.welcome.policy, 1 << LP_POLICY_ALLOW_VLAN_TAGS);
	assert_int_equal(decode(sample_with(LP_MESSAGE_STATS, "counters",
					    "{\"new\":\"x\",\"frames_dropped\":{\"new\":1}}"),
				&out, &code),
			 LP_OK);
}

static void only_strict_json(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"x",
		"GET / HTTP/1.1",
		"null",
		"1",
		"\"hello\"",
		"[]",
		"[{\"type\":\"budget\",\"datagram_budget\":1200}]",
		"{}",
		"{\"type\":null}",
		"{\"type\":1}",
		"{\"type\":\"budget\",\"datagram_budget\":1200",
		"{\"type\":\"budget\",\"datagram_budget\":1200}x",
		"{\"type\":\"budget\",\"datagram_budget\":1200}{}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,}",
		"{\"type\":\"budget\",\"datagram_budget\":01200}",
		"{\"type\":\"budget\",\"datagram_budget\":+1200}",
		"{'type':'budget','datagram_budget':1200}",
		"{type:\"budget\",\"datagram_budget\":1200}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":NaN}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":-Infinity}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":-01}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":True}",
		"{\"type\":\"budget\",/**/\"datagram_budget\":1200}",
		"{\"type\\u0000x\":\"budget\",\"datagram_budget\":1200}",
		"{\"type\":\"budget\\u0000\",\"datagram_budget\":1200}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\t\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\xff\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\xc3\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\xed\xa0\x80\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\\xc3\xbc\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\x\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud800\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\uDFFF\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud800x\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud800\\n\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud800\\\\udc00\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud800\\ud800\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\udc00\\ud800\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud83d\\ude0\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\\\\\ud800\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud83d\\ude00\\ude00\"}",
		/* in a key, too */
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"\\udbff\":1}",
		/* nine levels */
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":[[[[[[[[1]]]]]]]]}",
	};
	static const char *const good[] = {
		" {\n\t\"type\" : \"budget\",\r\n\"datagram_budget\" : 1200 }\n",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"'N\\\\u0000\\\"I\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\\\ud800\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\uD83D\\uDe00\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud800\\udfff\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":\"\\ud7ff\\ue000\"}",
		"{\"type\":\"budget\",\"datagram_budget\":1200,\"a\":[[[[[[1]]]]]]}",
		"{\"type\":\"budget\",\"datagram_budget\":1,\"datagram_budget\":1200}",
	};
	enum lp_reject_code code = NO_CODE;
	struct lp_message out;

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(bad); i++) {
		if (decode(bad[i], &out, &code) != LP_ERR_INVALID)
			fail_msg("took %s", bad[i]);
		assert_int_equal(out.type, LP_MESSAGE_UNKNOWN);
	}
	for (size_t i = 0; i < LP_ARRAY_COUNT(good); i++) {
		if (decode(good[i], &out, &code) != LP_OK)
			fail_msg("refused %s", good[i]);
		/* Of a repeated key the last counts. */
		assert_int_equal(out.budget.datagram_budget, 1200);
	}
	assert_int_equal(code, NO_CODE);
}

/* A field that nobody knows has that value: it is ignored, and must be JSON all the same. */
static enum lp_err decode_value(const char *value)
{
	char json[256];
	struct lp_message out;
	enum lp_reject_code code;

	snprintf(json, sizeof(json), "{\"type\":\"budget\",\"a\":%s,\"datagram_budget\":1200}",
		 value);
	return decode(json, &out, &code);
}

static void numbers_are_strict(void **state)
{
	static const char *const bad[] = {
		"1.",  "-1.", "1.e5", "1e", "1e+", "1E-",   "1.5e", ".5",  "-.5",	"-",
		"--1", "+1",  "00",   "01", "-00", "1.2.3", "0x10", "1-1", "-Infinity",
	};
	static const char *const good[] = {
		"0",   "-0",  "-1",   "10",	 "1.5",	  "-0.5",
		"0e0", "1e5", "1E+5", "1.25e-7", "1e400", "123456789012345678901234567890",
	};
	char array[128];

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(bad); i++) {
		snprintf(array, sizeof(array), "[1, %s ]", bad[i]);
		if (decode_value(bad[i]) != LP_ERR_INVALID || decode_value(array) != LP_ERR_INVALID)
			fail_msg("took %s", bad[i]);
	}
	for (size_t i = 0; i < LP_ARRAY_COUNT(good); i++) {
		snprintf(array, sizeof(array), "[1, %s ]", good[i]);
		if (decode_value(good[i]) != LP_OK || decode_value(array) != LP_OK)
			fail_msg("refused %s", good[i]);
	}
}

/* Whatever is in something is a level, text and numbers too. */
static void levels_are_counted(void **state)
{
	(void)state;
	assert_int_equal(decode_value("[[[[[[1]]]]]]"), LP_OK);
	assert_int_equal(decode_value("[[[[[[\"\"]]]]]]"), LP_OK);
	assert_int_equal(decode_value("[[[[[[[]]]]]]]"), LP_OK);
	assert_int_equal(decode_value("[[[[[[{}]]]]]]"), LP_OK);
	assert_int_equal(decode_value("[[[[[[[1]]]]]]]"), LP_ERR_INVALID);
	assert_int_equal(decode_value("[[[[[[[\"\"]]]]]]]"), LP_ERR_INVALID);
	assert_int_equal(decode_value("[[[[[[[null]]]]]]]"), LP_ERR_INVALID);
	assert_int_equal(decode_value("[[[[[[[[]]]]]]]]"), LP_ERR_INVALID);
	assert_int_equal(decode_value("[[[[[[{\"a\":1}]]]]]]"), LP_ERR_INVALID);
}

/* As the grammar on the page says: either sign between the pairs, but one and the same. */
static void macs_have_a_grammar(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
	} rows[] = {
		{"02:00:5e:10:00:01", true},   {"02-00-5E-10-00-01", true},
		{"0a:0B:0c:0D:0e:0F", true},   {"02:00:5e-10:00:01", false},
		{"02-00:5e-10:00-01", false},  {"02005e100001", false},
		{"0200.5e10.0001", false},     {"2:0:5e:10:0:1", false},
		{"02:00:5e:10:00:01 ", false}, {" 02:00:5e:10:00:01", false},
		{"02:00:5e:10:00:0g", false},  {"02:00:5e:10:00:01:02", false},
		{"02 00 5e 10 00 01", false},  {"02_00_5e_10_00_01", false},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++) {
		char value[64];
		struct lp_message out;
		enum lp_reject_code code = NO_CODE;

		snprintf(value, sizeof(value), "\"%s\"", rows[i].text);
		if ((decode(sample_with(LP_MESSAGE_HELLO, "mac", value), &out, &code) == LP_OK) !=
		    rows[i].is_good)
			fail_msg("%s", rows[i].text);
		assert_int_equal(code, rows[i].is_good ? NO_CODE : LP_REJECT_BAD_MAC);
	}
}

static void nul_bytes_and_size(void **state)
{
	static const char budget[] = "{\"type\":\"budget\",\"datagram_budget\":1200}";
	uint8_t *json = test_malloc(LP_RECORD_MAX + 1);
	struct lp_message out;
	enum lp_reject_code code;
	const char *why;

	(void)state;
	memset(json, ' ', LP_RECORD_MAX + 1);
	memcpy(json, budget, strlen(budget));
	assert_int_equal(lp_message_decode(json, LP_RECORD_MAX, &out, &why, &code), LP_OK);
	assert_int_equal(lp_message_decode(json, LP_RECORD_MAX + 1, &out, &why, &code),
			 LP_ERR_INVALID);
	json[LP_RECORD_MAX - 1] = '\0';
	assert_int_equal(lp_message_decode(json, LP_RECORD_MAX, &out, &why, &code), LP_ERR_INVALID);
	assert_int_equal(lp_message_decode(json, strlen(budget), &out, &why, &code), LP_OK);
	test_free(json);
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	for (int type = LP_MESSAGE_HELLO; type < LP_MESSAGE__COUNT; type++) {
		char *json = lp_strdup(sample_with((enum lp_message_type)type, NULL, NULL));

		for (size_t len = strlen(json); len-- > 0;) {
			enum lp_reject_code code = NO_CODE;
			struct lp_message out;

			json[len] = '\0';
			assert_int_equal(decode(json, &out, &code), LP_ERR_INVALID);
		}
		free(json);
	}
}

/* Encoding what was decoded, and decoding that, changes nothing. */
static void every_type_round_trips(void **state)
{
	(void)state;
	for (int type = LP_MESSAGE_HELLO; type < LP_MESSAGE__COUNT; type++) {
		uint8_t first[2048], second[2048];
		size_t first_len = 0, second_len = 0;
		enum lp_reject_code code = NO_CODE;
		struct lp_message out;
		const char *why = "";

		assert_int_equal(decode_sample((enum lp_message_type)type, &out), LP_OK);
		assert_int_equal(out.type, type);
		assert_int_equal(lp_message_encode(&out, first, sizeof(first), &first_len), LP_OK);
		assert_int_equal(lp_message_decode(first + LP_RECORD_HEADER_LEN,
						   first_len - LP_RECORD_HEADER_LEN, &out, &why,
						   &code),
				 LP_OK);
		assert_int_equal(lp_message_encode(&out, second, sizeof(second), &second_len),
				 LP_OK);
		assert_int_equal(first_len, second_len);
		assert_memory_equal(first, second, first_len);
		assert_int_equal(first[2] << 8 | first[3], first_len - LP_RECORD_HEADER_LEN);
		for (size_t cap = 0; cap < first_len; cap++)
			assert_int_equal(lp_message_encode(&out, second, cap, &second_len),
					 LP_ERR_TOO_LARGE);
	}
}

static void encodes_this_very_text(void **state)
{
	static const char want[] =
		"{\"type\":\"hello\",\"version\":1,\"role\":\"gateway\",\"room\":\"ROOM1\","
		"\"mac\":\"02:00:5e:10:00:01\",\"epoch\":\"00000000000000ff\","
		"\"datagram_budget\":1420,\"features\":[\"fragments\"],"
		"\"lan_prefixes\":[\"192.168.1.0/24\"]}";
	struct lp_message message = {
		.type = LP_MESSAGE_HELLO,
		.hello = {.version = 1,
			  .role = LP_ROLE_GATEWAY,
			  .room = "ROOM1",
			  .has_mac = true,
			  .mac = {{2, 0, 0x5e, 0x10, 0, 1}},
			  .epoch = 255,
			  .datagram_budget = 1420,
			  .features = LP_FEATURE_FRAGMENTS,
			  .lan_prefix_count = 1},
	};
	uint8_t out[1024];
	size_t len;

	(void)state;
	assert_int_equal(lp_prefix_parse("192.168.1.0/24", &message.hello.lan_prefixes[0]), LP_OK);
	assert_int_equal(lp_message_encode(&message, out, sizeof(out), &len), LP_OK);
	assert_int_equal(len, LP_RECORD_HEADER_LEN + strlen(want));
	assert_memory_equal(out + LP_RECORD_HEADER_LEN, want, strlen(want));
}

static void counters_are_cut_where_json_ends(void **state)
{
	struct lp_message message = {.type = LP_MESSAGE_STATS};
	enum lp_reject_code code;
	struct lp_message out;
	uint8_t record[8192];
	const char *why;
	size_t len;

	(void)state;
	message.stats.frames_tx = UINT64_MAX;
	for (int i = 0; i < LP_VERDICT__COUNT; i++)
		message.stats.frames_dropped[i] = UINT64_MAX;
	assert_int_equal(lp_message_encode(&message, record, sizeof(record), &len), LP_OK);
	assert_int_equal(lp_message_decode(record + LP_RECORD_HEADER_LEN,
					   len - LP_RECORD_HEADER_LEN, &out, &why, &code),
			 LP_OK);
	assert_true(out.stats.frames_tx == LP_COUNTER_MAX);
	assert_int_equal(out.stats.frames_dropped[LP_VERDICT_FORWARD], 0);
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++)
		assert_true(out.stats.frames_dropped[i] == LP_COUNTER_MAX);
}

static void encoder_refuses_what_none_would_take(void **state)
{
	struct lp_message message = {.type = LP_MESSAGE_UNKNOWN};
	uint8_t out[1024];
	size_t len;

	(void)state;
	assert_int_equal(lp_message_encode(&message, out, sizeof(out), &len), LP_ERR_INVALID);
	message.type = LP_MESSAGE_DISCONNECT;
	strcpy(message.disconnect.reason, "a\nb");
	assert_int_equal(lp_message_encode(&message, out, sizeof(out), &len), LP_ERR_INVALID);
	strcpy(message.disconnect.reason, "\xff");
	assert_int_equal(lp_message_encode(&message, out, sizeof(out), &len), LP_ERR_INVALID);
	memset(&message, 0, sizeof(message));
	message.type = LP_MESSAGE_WELCOME;
	message.welcome.lan_prefix_count = LP_LAN_PREFIXES_MAX + 1;
	assert_int_equal(lp_message_encode(&message, out, sizeof(out), &len), LP_ERR_INVALID);
}

static void names_are_distinct(void **state)
{
	(void)state;
	for (int i = 0; i < LP_REJECT__COUNT; i++) {
		assert_true(strlen(lp_reject_code_text((enum lp_reject_code)i)) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(lp_reject_code_name((enum lp_reject_code)i),
						lp_reject_code_name((enum lp_reject_code)k));
	}
	for (int i = 0; i < LP_MESSAGE__COUNT; i++) {
		for (int k = 0; k < i; k++)
			assert_string_not_equal(lp_message_type_name((enum lp_message_type)i),
						lp_message_type_name((enum lp_message_type)k));
	}
	assert_string_equal(lp_reject_code_name(LP_REJECT__COUNT), "unknown");
	assert_string_equal(lp_message_type_name(LP_MESSAGE__COUNT), "unknown");
}

static void room_codes(void **state)
{
	static const struct {
		const char *room;
		bool is_valid;
	} rows[] = {
		{"a", true},   {"ROOM1", true}, {"a.b_c-D9", true}, {".", true},
		{"", false},   {"a b", false},	{"a/b", false},	    {"a\n", false},
		{" a", false}, {"a:b", false},	{"\u00fc", false},  {"a\x7f", false},
	};
	char long_room[LP_ROOM_MAX + 2], folded[LP_ROOM_MAX + 1];

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++)
		assert_int_equal(lp_room_is_valid(rows[i].room), rows[i].is_valid);
	memset(long_room, 'X', sizeof(long_room));
	long_room[LP_ROOM_MAX + 1] = '\0';
	assert_false(lp_room_is_valid(long_room));
	long_room[LP_ROOM_MAX] = '\0';
	assert_true(lp_room_is_valid(long_room));
	lp_room_fold(long_room, folded);
	assert_int_equal(strspn(folded, "x"), LP_ROOM_MAX);
	lp_room_fold("Doom_2.X-az09", folded);
	assert_string_equal(folded, "doom_2.x-az09");
}

static void mtu_bounds(void **state)
{
	static const struct {
		int64_t mtu;
		bool is_valid;
	} rows[] = {{576, true}, {1398, true}, {1500, true},	   {575, false},      {1501, false},
		    {0, false},	 {-1, false},  {INT64_MAX, false}, {INT64_MIN, false}};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(rows); i++)
		assert_int_equal(lp_mtu_is_valid(rows[i].mtu), rows[i].is_valid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_hello),
		cmocka_unit_test(reads_welcome_and_reject),
		cmocka_unit_test(reads_the_others),
		cmocka_unit_test(reads_drops),
		cmocka_unit_test(every_field_is_checked),
		cmocka_unit_test(another_version_is_told_its_version),
		cmocka_unit_test(texts_have_bounds),
		cmocka_unit_test(what_may_be_missing),
		cmocka_unit_test(unknown_things_are_ignored),
		cmocka_unit_test(only_strict_json),
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(levels_are_counted),
		cmocka_unit_test(macs_have_a_grammar),
		cmocka_unit_test(nul_bytes_and_size),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(every_type_round_trips),
		cmocka_unit_test(encodes_this_very_text),
		cmocka_unit_test(counters_are_cut_where_json_ends),
		cmocka_unit_test(encoder_refuses_what_none_would_take),
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(room_codes),
		cmocka_unit_test(mtu_bounds),
	};
	int failed_count = cmocka_run_group_tests(tests, NULL, NULL);

	if (failed_count == 0)
		printf("shows P6 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14\n");
	return failed_count;
}
