/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "frame/policy.h"
#include "wire/budget.h"
#include "wire/datagram.h"
#include "wire/message.h"
#include "wire/message_fields.h"

#include <json-c/json.h>
#include <stdlib.h>

/* A JSON object being read, with a sticky error: the first fault is the one that is told. */
struct decoder {
	struct json_object *object;
	enum lp_err err;
	const char *why;
};

enum need { OPTIONAL, REQUIRED };

/* Faults of a hello that the peer is told apart; any other is bad_hello. */
static const char why_version[] = "protocol version";
static const char why_room[] = "room";
static const char why_mac[] = "mac";
static const char why_path[] = "datagram_budget is below what any QUIC path carries";

static void fail(struct decoder *decoder, enum lp_err err, const char *why)
{
	if (decoder->err != LP_OK)
		return;
	decoder->err = err;
	decoder->why = why;
}

/* The field of that type, or NULL: it is not there, or something failed. */
static struct json_object *find(struct decoder *decoder, const char *key, enum json_type type,
				enum need need)
{
	struct json_object *value;

	if (decoder->err != LP_OK)
		return NULL;
	if (!json_object_object_get_ex(decoder->object, key, &value)) {
		if (need == REQUIRED)
			fail(decoder, LP_ERR_INVALID, key);
		return NULL;
	}
	/* As JSON spells it: 1.0 and "1" are no integers. */
	if (json_object_get_type(value) != type) {
		fail(decoder, LP_ERR_INVALID, key);
		return NULL;
	}
	return value;
}

/* 0 where it is not there. json-c cuts what needs more than 64 bits, which no bound here allows. */
static int64_t get_int(struct decoder *decoder, const char *key, int64_t min, int64_t max,
		       enum need need)
{
	struct json_object *value = find(decoder, key, json_type_int, need);

	if (value == NULL)
		return 0;
	int64_t number = json_object_get_int64(value);

	if (number < min || number > max) {
		fail(decoder, LP_ERR_RANGE, key);
		return 0;
	}
	return number;
}

/* The text of a JSON string, or NULL for one with a NUL inside (an escape can make one). */
static const char *string_of(struct json_object *value)
{
	const char *text = json_object_get_string(value);

	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

/* Copies a string that `is_valid` accepts, whole or not at all. */
static bool get_string(struct decoder *decoder, const char *key, char *out, size_t out_len,
		       bool (*is_valid)(const char *text), enum need need)
{
	struct json_object *value = find(decoder, key, json_type_string, need);

	if (value == NULL)
		return false;
	const char *text = string_of(value);

	if (text == NULL || !is_valid(text)) {
		fail(decoder, LP_ERR_INVALID, key);
		return false;
	}
	if (strlen(text) >= out_len) {
		fail(decoder, LP_ERR_TOO_LARGE, key);
		return false;
	}
	lp_strcopy(out, out_len, text);
	return true;
}

static void get_room(struct decoder *decoder, char room[LP_ROOM_MAX + 1])
{
	get_string(decoder, why_room, room, LP_ROOM_MAX + 1, lp_room_is_valid, REQUIRED);
}

static void get_name(struct decoder *decoder, char name[LP_NAME_MAX + 1])
{
	get_string(decoder, "name", name, LP_NAME_MAX + 1, lp_text_is_valid, OPTIONAL);
}

static void get_reason(struct decoder *decoder, char reason[LP_REASON_MAX + 1])
{
	get_string(decoder, "reason", reason, LP_REASON_MAX + 1, lp_text_is_valid, REQUIRED);
}

static void get_ticket(struct decoder *decoder, char ticket[LP_TICKET_MAX + 1])
{
	get_string(decoder, "resume", ticket, LP_TICKET_MAX + 1, lp_ticket_is_valid, OPTIONAL);
}

static uint16_t get_peer_id(struct decoder *decoder)
{
	return (uint16_t)get_int(decoder, "peer_id", 1, UINT16_MAX, REQUIRED);
}

static uint32_t get_ms(struct decoder *decoder, const char *key)
{
	return (uint32_t)get_int(decoder, key, 0, UINT32_MAX, OPTIONAL);
}

static enum lp_peer_role get_role(struct decoder *decoder)
{
	char text[LP_REASON_MAX + 1];

	if (!get_string(decoder, "role", text, sizeof(text), lp_text_is_valid, REQUIRED))
		return LP_ROLE_CLIENT;
	if (strcmp(text, lp_peer_role_name(LP_ROLE_GATEWAY)) == 0)
		return LP_ROLE_GATEWAY;
	if (strcmp(text, lp_peer_role_name(LP_ROLE_CLIENT)) != 0)
		fail(decoder, LP_ERR_INVALID, "role");
	return LP_ROLE_CLIENT;
}

/* A client is known by its MAC; a gateway may name that of its NIC (C10). */
static bool get_mac(struct decoder *decoder, enum lp_peer_role role, struct lp_mac *mac)
{
	enum need need = role == LP_ROLE_CLIENT ? REQUIRED : OPTIONAL;
	struct json_object *value = find(decoder, why_mac, json_type_string, need);

	if (value == NULL)
		return false;
	const char *text = string_of(value);
	struct lp_mac parsed;

	if (text == NULL || lp_mac_parse(text, &parsed) != LP_OK || !lp_mac_is_identity(&parsed)) {
		fail(decoder, LP_ERR_INVALID, why_mac);
		return false;
	}
	*mac = parsed;
	return true;
}

static bool is_epoch(const char *text)
{
	return strlen(text) == LP_EPOCH_DIGITS &&
	       strspn(text, "0123456789abcdef") == LP_EPOCH_DIGITS;
}

static uint64_t get_epoch(struct decoder *decoder)
{
	char text[LP_EPOCH_DIGITS + 1];

	if (!get_string(decoder, "epoch", text, sizeof(text), is_epoch, REQUIRED))
		return 0;
	return strtoull(text, NULL, 16);
}

/* Element of an array that must be of strings only; NULL once something failed. */
static const char *string_at(struct decoder *decoder, struct json_object *array, size_t index,
			     const char *key)
{
	struct json_object *value = json_object_array_get_idx(array, index);
	const char *text = NULL;

	if (json_object_get_type(value) == json_type_string)
		text = string_of(value);
	if (text == NULL)
		fail(decoder, LP_ERR_INVALID, key);
	return text;
}

/* Features that we do not know are the other side's to offer in vain. */
static uint32_t get_features(struct decoder *decoder)
{
	struct json_object *array = find(decoder, "features", json_type_array, OPTIONAL);
	size_t count = array ? json_object_array_length(array) : 0;
	uint32_t features = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = string_at(decoder, array, i, "features");

		for (size_t k = 0; text && k < LP_FEATURE_COUNT; k++) {
			if (strcmp(text, lp_feature_names[k].name) == 0)
				features |= lp_feature_names[k].feature;
		}
	}
	return features;
}

/* What we do not know of, we go on refusing. */
static bool get_bool(struct decoder *decoder, const char *key)
{
	struct json_object *value = find(decoder, key, json_type_boolean, REQUIRED);

	return value && json_object_get_boolean(value);
}

static uint32_t get_policy(struct decoder *decoder, enum need need)
{
	struct json_object *array = find(decoder, "policy", json_type_array, need);
	size_t count = array ? json_object_array_length(array) : 0;
	uint32_t policy = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = string_at(decoder, array, i, "policy");

		for (int k = 0; text && k < LP_POLICY_FLAG__COUNT; k++) {
			if (strcmp(text, lp_policy_flag_name((enum lp_policy_flag)k)) == 0)
				policy |= 1U << k;
		}
	}
	return policy;
}

static uint32_t get_prefixes(struct decoder *decoder,
			     struct lp_prefix prefixes[LP_LAN_PREFIXES_MAX])
{
	struct json_object *array = find(decoder, "lan_prefixes", json_type_array, OPTIONAL);
	size_t count = array ? json_object_array_length(array) : 0;

	if (count > LP_LAN_PREFIXES_MAX) {
		fail(decoder, LP_ERR_TOO_LARGE, "lan_prefixes");
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		const char *text = string_at(decoder, array, i, "lan_prefixes");

		if (text == NULL)
			return 0;
		if (lp_prefix_parse(text, &prefixes[i]) != LP_OK) {
			fail(decoder, LP_ERR_INVALID, "lan_prefixes");
			return 0;
		}
	}
	return (uint32_t)count;
}

static void decode_hello(struct decoder *decoder, struct lp_message *out)
{
	struct lp_hello *hello = &out->hello;

	hello->version = get_int(decoder, "version", INT64_MIN, INT64_MAX, REQUIRED);
	/* Another version's hello may look otherwise in every other field: this comes first (C2).
	 */
	if (hello->version != LP_WIRE_VERSION)
		fail(decoder, LP_ERR_UNSUPPORTED, why_version);
	hello->role = get_role(decoder);
	get_room(decoder, hello->room);
	hello->has_mac = get_mac(decoder, hello->role, &hello->mac);
	get_name(decoder, hello->name);
	hello->epoch = get_epoch(decoder);
	hello->datagram_budget =
		(uint32_t)get_int(decoder, "datagram_budget", 0, LP_BUDGET_MAX, REQUIRED);
	if (hello->datagram_budget < LP_BUDGET_MIN)
		fail(decoder, LP_ERR_RANGE, why_path);
	hello->features = get_features(decoder);
	if (hello->role == LP_ROLE_GATEWAY)
		hello->lan_prefix_count = get_prefixes(decoder, hello->lan_prefixes);
	get_ticket(decoder, hello->resume);
}

static void decode_welcome(struct decoder *decoder, struct lp_message *out)
{
	struct lp_welcome *welcome = &out->welcome;
	char mode[LP_REASON_MAX + 1];

	if (get_string(decoder, "mode", mode, sizeof(mode), lp_text_is_valid, REQUIRED) &&
	    strcmp(mode, LP_MODE_ETHERNET) != 0)
		fail(decoder, LP_ERR_UNSUPPORTED, "mode");
	welcome->peer_id = get_peer_id(decoder);
	get_room(decoder, welcome->room);
	get_name(decoder, welcome->name);

	int64_t mtu = get_int(decoder, "mtu", 0, UINT16_MAX, REQUIRED);
	if (!lp_mtu_is_valid(mtu))
		fail(decoder, LP_ERR_RANGE, "mtu");
	welcome->mtu = (uint16_t)mtu;

	welcome->gateway_present = get_bool(decoder, "gateway_present");
	welcome->features = get_features(decoder);
	welcome->policy = get_policy(decoder, OPTIONAL);
	welcome->lan_prefix_count = get_prefixes(decoder, welcome->lan_prefixes);
	get_ticket(decoder, welcome->resume);
}

static enum lp_reject_code get_reject_code(struct decoder *decoder)
{
	char text[LP_REASON_MAX + 1];

	if (!get_string(decoder, "code", text, sizeof(text), lp_text_is_valid, REQUIRED))
		return LP_REJECT_BAD_HELLO;
	for (int i = 0; i < LP_REJECT__COUNT; i++) {
		if (strcmp(text, lp_reject_code_name((enum lp_reject_code)i)) == 0)
			return (enum lp_reject_code)i;
	}
	fail(decoder, LP_ERR_INVALID, "code");
	return LP_REJECT_BAD_HELLO;
}

static void decode_reject(struct decoder *decoder, struct lp_message *out)
{
	struct lp_reject *reject = &out->reject;
	bool has_shard = json_object_object_get_ex(decoder->object, "shard", NULL);

	reject->code = get_reject_code(decoder);
	get_string(decoder, "message", reject->message, sizeof(reject->message), lp_text_is_valid,
		   OPTIONAL);
	reject->retry_after_ms = get_ms(decoder, "retry_after_ms");
	reject->shard =
		has_shard ? (int)get_int(decoder, "shard", 0, UINT8_MAX, REQUIRED) : LP_SHARD_NONE;
}

static void decode_budget(struct decoder *decoder, struct lp_message *out)
{
	out->budget.datagram_budget = (uint32_t)get_int(decoder, "datagram_budget", LP_BUDGET_MIN,
							LP_BUDGET_MAX, REQUIRED);
}

static void decode_peer_joined(struct decoder *decoder, struct lp_message *out)
{
	struct lp_peer_joined *joined = &out->peer_joined;

	joined->peer_id = get_peer_id(decoder);
	joined->role = get_role(decoder);
	joined->has_mac = get_mac(decoder, joined->role, &joined->mac);
	get_name(decoder, joined->name);
	joined->epoch = get_epoch(decoder);
	joined->features = get_features(decoder);
}

static void decode_peer_left(struct decoder *decoder, struct lp_message *out)
{
	out->peer_left.peer_id = get_peer_id(decoder);
	get_reason(decoder, out->peer_left.reason);
}

static uint64_t get_counter(struct decoder *decoder, const char *key)
{
	return (uint64_t)get_int(decoder, key, 0, LP_COUNTER_MAX, OPTIONAL);
}

static void decode_stats(struct decoder *decoder, struct lp_message *out)
{
	struct lp_stats *stats = &out->stats;
	struct json_object *counters = find(decoder, "counters", json_type_object, REQUIRED);

	if (counters == NULL)
		return;
	decoder->object = counters;
	stats->frames_tx = get_counter(decoder, "frames_tx");
	stats->frames_rx = get_counter(decoder, "frames_rx");

	struct json_object *dropped = find(decoder, "frames_dropped", json_type_object, OPTIONAL);
	if (dropped == NULL)
		return;
	decoder->object = dropped;
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++)
		stats->frames_dropped[i] =
			get_counter(decoder, lp_verdict_name((enum lp_verdict)i));
}

static void decode_disconnect(struct decoder *decoder, struct lp_message *out)
{
	get_reason(decoder, out->disconnect.reason);
	out->disconnect.after_ms = get_ms(decoder, "after_ms");
}

static enum lp_verdict verdict_of(const char *text)
{
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		if (strcmp(text, lp_verdict_name((enum lp_verdict)i)) == 0)
			return (enum lp_verdict)i;
	}
	return LP_VERDICT_FORWARD;
}

/* One element of `dropped`. Reasons that we do not know are left out: newer ends have more. */
static void decode_drop(struct decoder *decoder, struct lp_drops *drops)
{
	struct lp_drop *drop = &drops->drops[drops->count];
	char reason[LP_REASON_MAX + 1] = "";

	get_reason(decoder, reason);
	drop->reason = verdict_of(reason);
	drop->frames = (uint64_t)get_int(decoder, "frames", 0, LP_COUNTER_MAX, REQUIRED);
	get_string(decoder, "example", drop->example, sizeof(drop->example), lp_text_is_valid,
		   OPTIONAL);
	if (drop->reason != LP_VERDICT_FORWARD)
		drops->count++;
	else
		memset(drop, 0, sizeof(*drop));
}

static void decode_drops(struct decoder *decoder, struct lp_message *out)
{
	struct lp_drops *drops = &out->drops;
	struct json_object *whole = decoder->object;
	char by[LP_REASON_MAX + 1] = "";

	drops->peer_id = (uint16_t)get_int(decoder, "peer_id", 0, UINT16_MAX, OPTIONAL);
	get_string(decoder, "by", by, sizeof(by), lp_text_is_valid, OPTIONAL);
	drops->is_by_gateway = strcmp(by, LP_BY_GATEWAY) == 0;

	struct json_object *array = find(decoder, "dropped", json_type_array, REQUIRED);
	size_t count = array ? json_object_array_length(array) : 0;

	if (count > LP_DROPS_MAX)
		fail(decoder, LP_ERR_TOO_LARGE, "dropped");
	for (size_t i = 0; decoder->err == LP_OK && i < count; i++) {
		decoder->object = json_object_array_get_idx(array, i);
		if (json_object_get_type(decoder->object) == json_type_object)
			decode_drop(decoder, drops);
		else
			fail(decoder, LP_ERR_INVALID, "dropped");
	}
	decoder->object = whole;
}

static enum lp_reject_code hello_fault(const char *why)
{
	if (why == why_version)
		return LP_REJECT_VERSION;
	if (why == why_room)
		return LP_REJECT_BAD_ROOM;
	if (why == why_mac)
		return LP_REJECT_BAD_MAC;
	if (why == why_path)
		return LP_REJECT_PATH_TOO_SMALL;
	return LP_REJECT_BAD_HELLO;
}

static enum lp_message_type type_of(const char *text)
{
	for (int i = LP_MESSAGE_UNKNOWN + 1; i < LP_MESSAGE__COUNT; i++) {
		if (strcmp(text, lp_message_type_name((enum lp_message_type)i)) == 0)
			return (enum lp_message_type)i;
	}
	return LP_MESSAGE_UNKNOWN;
}

static void decode_by_type(struct decoder *decoder, struct lp_message *out)
{
	switch (out->type) {
	case LP_MESSAGE_HELLO:
		decode_hello(decoder, out);
		break;
	case LP_MESSAGE_WELCOME:
		decode_welcome(decoder, out);
		break;
	case LP_MESSAGE_REJECT:
		decode_reject(decoder, out);
		break;
	case LP_MESSAGE_BUDGET:
		decode_budget(decoder, out);
		break;
	case LP_MESSAGE_PEER_JOINED:
		decode_peer_joined(decoder, out);
		break;
	case LP_MESSAGE_PEER_LEFT:
		decode_peer_left(decoder, out);
		break;
	case LP_MESSAGE_STATS:
		decode_stats(decoder, out);
		break;
	case LP_MESSAGE_DISCONNECT:
		decode_disconnect(decoder, out);
		break;
	case LP_MESSAGE_POLICY:
		out->policy = get_policy(decoder, REQUIRED);
		break;
	case LP_MESSAGE_LAN:
		out->lan.is_connected = get_bool(decoder, "is_connected");
		break;
	case LP_MESSAGE_DROPS:
		decode_drops(decoder, out);
		break;
	case LP_MESSAGE_UNKNOWN:
	case LP_MESSAGE__COUNT:
		break;
	}
}

enum lp_err lp_message_decode(const uint8_t *json, size_t len, struct lp_message *out,
			      const char **why, enum lp_reject_code *code)
{
	memset(out, 0, sizeof(*out));

	struct json_object *object = lp_message_parse((const char *)json, len, why);
	if (object == NULL)
		return LP_ERR_INVALID;

	struct decoder decoder = {.object = object};
	struct json_object *type = find(&decoder, "type", json_type_string, REQUIRED);
	const char *text = type ? string_of(type) : NULL;

	if (text != NULL) {
		out->type = type_of(text);
		decode_by_type(&decoder, out);
	} else {
		fail(&decoder, LP_ERR_INVALID, "type");
	}
	json_object_put(object);
	if (decoder.err == LP_OK)
		return LP_OK;

	*why = decoder.why;
	if (out->type == LP_MESSAGE_HELLO)
		*code = hello_fault(decoder.why);
	else
		memset(out, 0, sizeof(*out));
	return decoder.err;
}
