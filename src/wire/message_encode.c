/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/mem.h"
#include "frame/policy.h"
#include "wire/cursor.h"
#include "wire/message.h"
#include "wire/message_fields.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

/* A JSON object being built, with a sticky error. */
struct encoder {
	struct json_object *object;
	enum lp_err err;
};

/* Takes value; NULL is what json-c gives for want of memory. */
static void put(struct encoder *encoder, const char *key, struct json_object *value)
{
	if (value == NULL || json_object_object_add(encoder->object, key, value) != 0) {
		json_object_put(value);
		encoder->err = LP_ERR_NOMEM;
	}
}

static void put_int(struct encoder *encoder, const char *key, int64_t value)
{
	put(encoder, key, json_object_new_int64(value));
}

static void put_bool(struct encoder *encoder, const char *key, bool value)
{
	put(encoder, key, json_object_new_boolean(value));
}

/* A string that the other side would refuse is refused here, where the log can say why. */
static void put_text(struct encoder *encoder, const char *key, const char *text)
{
	if (lp_text_is_valid(text))
		put(encoder, key, json_object_new_string(text));
	else
		encoder->err = LP_ERR_INVALID;
}

/* Leaves an empty one out. */
static void put_optional_text(struct encoder *encoder, const char *key, const char *text)
{
	if (text[0] != '\0')
		put_text(encoder, key, text);
}

static void put_mac(struct encoder *encoder, bool has_mac, const struct lp_mac *mac)
{
	char text[LP_MAC_TEXT_LEN];

	if (has_mac)
		put_text(encoder, "mac", lp_mac_format(mac, text));
}

/* As text: a JSON number above 2^53 is not safe with everybody's parser. */
static void put_epoch(struct encoder *encoder, uint64_t epoch)
{
	char text[LP_EPOCH_DIGITS + 1];

	snprintf(text, sizeof(text), "%016" PRIx64, epoch);
	put_text(encoder, "epoch", text);
}

static void append(struct encoder *encoder, struct json_object *array, const char *text)
{
	struct json_object *value = json_object_new_string(text);

	if (value == NULL || json_object_array_add(array, value) != 0) {
		json_object_put(value);
		encoder->err = LP_ERR_NOMEM;
	}
}

static void put_features(struct encoder *encoder, uint32_t features)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < LP_FEATURE_COUNT; i++) {
		if (features & lp_feature_names[i].feature)
			append(encoder, array, lp_feature_names[i].name);
	}
	put(encoder, "features", array);
}

static void put_policy(struct encoder *encoder, uint32_t policy)
{
	struct json_object *array = json_object_new_array();

	for (int i = 0; array && i < LP_POLICY_FLAG__COUNT; i++) {
		if (policy & 1U << i)
			append(encoder, array, lp_policy_flag_name((enum lp_policy_flag)i));
	}
	put(encoder, "policy", array);
}

static void put_prefixes(struct encoder *encoder, const struct lp_prefix *prefixes, uint32_t count)
{
	struct json_object *array = json_object_new_array();
	char text[LP_ADDR_TEXT_LEN];

	if (count > LP_LAN_PREFIXES_MAX) {
		encoder->err = LP_ERR_INVALID;
		count = 0;
	}
	for (uint32_t i = 0; array && i < count; i++)
		append(encoder, array, lp_prefix_format(&prefixes[i], text));
	put(encoder, "lan_prefixes", array);
}

static void encode_hello(struct encoder *encoder, const struct lp_hello *hello)
{
	put_int(encoder, "version", hello->version);
	put_text(encoder, "role", lp_peer_role_name(hello->role));
	put_text(encoder, "room", hello->room);
	put_mac(encoder, hello->has_mac, &hello->mac);
	put_optional_text(encoder, "name", hello->name);
	put_epoch(encoder, hello->epoch);
	put_int(encoder, "datagram_budget", hello->datagram_budget);
	put_features(encoder, hello->features);
	if (hello->role == LP_ROLE_GATEWAY)
		put_prefixes(encoder, hello->lan_prefixes, hello->lan_prefix_count);
	put_optional_text(encoder, "resume", hello->resume);
}

static void encode_welcome(struct encoder *encoder, const struct lp_welcome *welcome)
{
	put_text(encoder, "mode", LP_MODE_ETHERNET);
	put_int(encoder, "peer_id", welcome->peer_id);
	put_text(encoder, "room", welcome->room);
	put_optional_text(encoder, "name", welcome->name);
	put_int(encoder, "mtu", welcome->mtu);
	put_bool(encoder, "gateway_present", welcome->gateway_present);
	put_features(encoder, welcome->features);
	put_policy(encoder, welcome->policy);
	put_prefixes(encoder, welcome->lan_prefixes, welcome->lan_prefix_count);
	put_optional_text(encoder, "resume", welcome->resume);
}

static void encode_reject(struct encoder *encoder, const struct lp_reject *reject)
{
	put_text(encoder, "code", lp_reject_code_name(reject->code));
	put_optional_text(encoder, "message", reject->message);
	if (reject->retry_after_ms > 0)
		put_int(encoder, "retry_after_ms", reject->retry_after_ms);
	if (reject->shard != LP_SHARD_NONE)
		put_int(encoder, "shard", reject->shard);
}

static void encode_peer_joined(struct encoder *encoder, const struct lp_peer_joined *joined)
{
	put_int(encoder, "peer_id", joined->peer_id);
	put_text(encoder, "role", lp_peer_role_name(joined->role));
	put_mac(encoder, joined->has_mac, &joined->mac);
	put_optional_text(encoder, "name", joined->name);
	put_epoch(encoder, joined->epoch);
	put_features(encoder, joined->features);
}

static void put_counter(struct encoder *encoder, const char *key, uint64_t value)
{
	put_int(encoder, key, (int64_t)LP_MIN(value, LP_COUNTER_MAX));
}

static void encode_stats(struct encoder *encoder, const struct lp_stats *stats)
{
	struct encoder counters = {.object = json_object_new_object()};
	struct encoder dropped = {.object = json_object_new_object()};

	if (counters.object == NULL || dropped.object == NULL) {
		json_object_put(counters.object);
		json_object_put(dropped.object);
		encoder->err = LP_ERR_NOMEM;
		return;
	}
	put_counter(&counters, "frames_tx", stats->frames_tx);
	put_counter(&counters, "frames_rx", stats->frames_rx);
	for (int i = LP_VERDICT_FORWARD + 1; i < LP_VERDICT__COUNT; i++) {
		if (stats->frames_dropped[i] > 0)
			put_counter(&dropped, lp_verdict_name((enum lp_verdict)i),
				    stats->frames_dropped[i]);
	}
	put(&counters, "frames_dropped", dropped.object);
	put(encoder, "counters", counters.object);
	if (counters.err != LP_OK || dropped.err != LP_OK)
		encoder->err = LP_ERR_NOMEM;
}

static struct json_object *drop_object(struct encoder *encoder, const struct lp_drop *drop)
{
	struct encoder element = {.object = json_object_new_object()};

	if (element.object == NULL) {
		encoder->err = LP_ERR_NOMEM;
		return NULL;
	}
	put_text(&element, "reason", lp_verdict_name(drop->reason));
	put_counter(&element, "frames", drop->frames);
	put_optional_text(&element, "example", drop->example);
	if (element.err != LP_OK)
		encoder->err = element.err;
	return element.object;
}

static void encode_drops(struct encoder *encoder, const struct lp_drops *drops)
{
	struct json_object *array = json_object_new_array();

	if (drops->peer_id != 0)
		put_int(encoder, "peer_id", drops->peer_id);
	else
		put_text(encoder, "by", drops->is_by_gateway ? LP_BY_GATEWAY : LP_BY_RELAY);
	for (uint32_t i = 0; array && i < LP_MIN(drops->count, (uint32_t)LP_DROPS_MAX); i++) {
		struct json_object *element = drop_object(encoder, &drops->drops[i]);

		if (element && json_object_array_add(array, element) != 0) {
			json_object_put(element);
			encoder->err = LP_ERR_NOMEM;
		}
	}
	put(encoder, "dropped", array);
}

static void encode_by_type(struct encoder *encoder, const struct lp_message *message)
{
	put_text(encoder, "type", lp_message_type_name(message->type));
	switch (message->type) {
	case LP_MESSAGE_HELLO:
		encode_hello(encoder, &message->hello);
		break;
	case LP_MESSAGE_WELCOME:
		encode_welcome(encoder, &message->welcome);
		break;
	case LP_MESSAGE_REJECT:
		encode_reject(encoder, &message->reject);
		break;
	case LP_MESSAGE_BUDGET:
		put_int(encoder, "datagram_budget", message->budget.datagram_budget);
		break;
	case LP_MESSAGE_PEER_JOINED:
		encode_peer_joined(encoder, &message->peer_joined);
		break;
	case LP_MESSAGE_PEER_LEFT:
		put_int(encoder, "peer_id", message->peer_left.peer_id);
		put_text(encoder, "reason", message->peer_left.reason);
		break;
	case LP_MESSAGE_STATS:
		encode_stats(encoder, &message->stats);
		break;
	case LP_MESSAGE_DISCONNECT:
		put_text(encoder, "reason", message->disconnect.reason);
		if (message->disconnect.after_ms > 0)
			put_int(encoder, "after_ms", message->disconnect.after_ms);
		break;
	case LP_MESSAGE_POLICY:
		put_policy(encoder, message->policy);
		break;
	case LP_MESSAGE_LAN:
		put_bool(encoder, "is_connected", message->lan.is_connected);
		break;
	case LP_MESSAGE_DROPS:
		encode_drops(encoder, &message->drops);
		break;
	case LP_MESSAGE_UNKNOWN:
	case LP_MESSAGE__COUNT:
		encoder->err = LP_ERR_INVALID;
		break;
	}
}

static enum lp_err write_record(struct json_object *object, uint8_t *out, size_t cap,
				size_t *out_len)
{
	size_t len;
	const char *json = json_object_to_json_string_length(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (json == NULL)
		return LP_ERR_NOMEM;
	if (len > LP_RECORD_MAX)
		return LP_ERR_TOO_LARGE;

	struct lp_writer writer = lp_writer_init(out, cap);

	lp_writer_u32(&writer, (uint32_t)len);
	lp_writer_bytes(&writer, json, len);
	if (writer.has_failed)
		return LP_ERR_TOO_LARGE;
	*out_len = writer.len;
	return LP_OK;
}

enum lp_err lp_message_encode(const struct lp_message *message, uint8_t *out, size_t cap,
			      size_t *out_len)
{
	struct encoder encoder = {.object = json_object_new_object()};

	if (encoder.object == NULL)
		return LP_ERR_NOMEM;
	encode_by_type(&encoder, message);

	enum lp_err err = encoder.err;
	if (err == LP_OK)
		err = write_record(encoder.object, out, cap, out_len);
	json_object_put(encoder.object);
	return err;
}
