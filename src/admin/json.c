/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/json.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum member_type { TEXT, TEXT_POINTER, BOOL, U16, U32, U64, I64 };

struct member {
	const char *key;
	enum member_type type;
	size_t offset;
};

/* clang-format off */
#define TYPE_OF(value)                                                                             \
	_Generic((value),                                                                          \
		char *: TEXT,                                                                      \
		const char *: TEXT_POINTER,                                                        \
		bool: BOOL,                                                                        \
		uint16_t: U16,                                                                     \
		uint32_t: U32,                                                                     \
		uint64_t: U64,                                                                     \
		int64_t: I64)
/* clang-format on */

/* Key, type and place of a member, all from its declaration. */
#define MEMBER(owner, name)                                                                        \
	{                                                                                          \
		.key = #name, .type = TYPE_OF(((owner *)0)->name), .offset = offsetof(owner, name) \
	}

#define STATUS(name)  MEMBER(struct lp_admin_status, name)
#define ROOM(name)    MEMBER(struct lp_admin_room, name)
#define PEER(name)    MEMBER(struct lp_admin_peer, name)
#define DROP(name)    MEMBER(struct lp_admin_drop, name)
#define REFUSAL(name) MEMBER(struct lp_admin_refusal, name)
#define BAN(name)     MEMBER(struct lp_admin_ban, name)

static const struct member status_members[] = {
	STATUS(role), STATUS(version), STATUS(pid), STATUS(uptime_ms), STATUS(is_root),
};

static const struct member relay_members[] = {
	STATUS(listen),	    STATUS(pin),	STATUS(worker_count),
	STATUS(room_count), STATUS(peer_count), STATUS(half_open_count),
};

static const struct member session_members[] = {
	STATUS(state),
	STATUS(relay),
	STATUS(relay_addr),
	STATUS(room),
	STATUS(peer_id),
	STATUS(mac),
	STATUS(device),
	STATUS(mtu),
	STATUS(gateway_present),
	STATUS(lan_connected),
	STATUS(datagram_budget),
	STATUS(rtt_us),
	STATUS(reconnect_count),
	STATUS(session_age_ms),
	STATUS(last_rx_age_ms),
	STATUS(last_frame_rx_age_ms),
	STATUS(last_frame_tx_age_ms),
	STATUS(last_broadcast_rx_age_ms),
	STATUS(last_broadcast_tx_age_ms),
	STATUS(route),
	STATUS(last_error),
};

static const struct member room_members[] = {
	ROOM(code),	   ROOM(client_count),	ROOM(max_clients),   ROOM(gateway_present),
	ROOM(mtu),	   ROOM(is_configured), ROOM(lan_mac_count), ROOM(frames_in),
	ROOM(copies_sent), ROOM(drops),
};

static const struct member peer_members[] = {
	PEER(room),
	PEER(peer_id),
	PEER(role),
	PEER(name),
	PEER(mac),
	PEER(addr),
	PEER(datagram_budget),
	PEER(rtt_us),
	PEER(queued_frames),
	PEER(frames_in),
	PEER(bytes_in),
	PEER(copies_sent),
	PEER(bytes_out),
	PEER(datagrams_lost),
	PEER(drops_in),
	PEER(drops_out),
	PEER(malformed),
	PEER(connected_age_ms),
	PEER(last_seen_age_ms),
	PEER(has_stats),
	PEER(stats_frames_tx),
	PEER(stats_frames_rx),
	PEER(stats_drops),
};

static const struct member drop_members[] = {
	DROP(reason), DROP(action), DROP(help), DROP(frames), DROP(copies),
};

static const struct member refusal_members[] = {
	REFUSAL(by), REFUSAL(reason), REFUSAL(frames), REFUSAL(age_ms), REFUSAL(example),
};

static const struct member ban_members[] = {
	BAN(room), BAN(peer_id), BAN(name), BAN(mac), BAN(by), BAN(age_ms), BAN(left_ms),
};

static const char *const level_names[] = {
	[LP_ADMIN_GOOD] = "good",
	[LP_ADMIN_NOTE] = "note",
	[LP_ADMIN_WARN] = "warn",
	[LP_ADMIN_BAD] = "bad",
};

struct json_object *lp_json_text(const char *text)
{
	size_t cap = (text ? strlen(text) : 0) + 1;
	char *clean = lp_alloc(cap);
	struct json_object *object;

	lp_utf8_clean(text ? text : "", "\t\n", clean, cap);
	object = json_object_new_string(clean);
	free(clean);
	return object;
}

static struct json_object *member_value(const struct member *member, const void *base)
{
	const void *at = (const char *)base + member->offset;

	switch (member->type) {
	case TEXT:
		return lp_json_text(at);
	case TEXT_POINTER:
		return lp_json_text(*(const char *const *)at);
	case BOOL:
		return json_object_new_boolean(*(const bool *)at);
	case U16:
		return json_object_new_int(*(const uint16_t *)at);
	case U32:
		return json_object_new_int64(*(const uint32_t *)at);
	case U64:
		return json_object_new_uint64(*(const uint64_t *)at);
	case I64:
		return json_object_new_int64(*(const int64_t *)at);
	}
	return NULL;
}

static void add_members(struct json_object *object, const struct member *members, size_t count,
			const void *base)
{
	for (size_t i = 0; i < count; i++)
		json_object_object_add(object, members[i].key, member_value(&members[i], base));
}

#define ADD_MEMBERS(object, members, base)                                                         \
	add_members(object, members, LP_ARRAY_COUNT(members), base)

/* An array of one object for each of the `count` structs of `size` bytes. */
static struct json_object *to_array(const struct member *members, size_t member_count,
				    const void *structs, size_t size, size_t count)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *object = json_object_new_object();

		add_members(object, members, member_count, (const char *)structs + i * size);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *lines_array(const struct lp_admin_status *status)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < LP_MIN(status->line_count, (size_t)LP_ADMIN_LINES_MAX); i++) {
		const struct lp_admin_line *line = &status->lines[i];
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "level",
				       json_object_new_string(level_names[line->level]));
		json_object_object_add(object, "text", lp_json_text(line->text));
		json_object_array_add(array, object);
	}
	return array;
}

struct json_object *lp_json_split(const char *text, const char *separators)
{
	struct json_object *array = json_object_new_array();
	char *copy = lp_strdup(text), *rest = NULL;

	for (char *part = strtok_r(copy, separators, &rest); part;
	     part = strtok_r(NULL, separators, &rest))
		json_object_array_add(array, lp_json_text(part));
	free(copy);
	return array;
}

struct json_object *lp_json_status(const struct lp_admin_status *status)
{
	struct json_object *object = json_object_new_object();

	ADD_MEMBERS(object, status_members, status);
	json_object_object_add(object, "lines", lines_array(status));
	json_object_object_add(object, "waiting_for_restart",
			       lp_json_split(status->waiting_for_restart, " "));
	if (status->role && strcmp(status->role, "relay") == 0) {
		ADD_MEMBERS(object, relay_members, status);
	} else {
		ADD_MEMBERS(object, session_members, status);
		json_object_object_add(object, "addresses", lp_json_split(status->addresses, " "));
		json_object_object_add(
			object, "dropped",
			to_array(refusal_members, LP_ARRAY_COUNT(refusal_members), status->dropped,
				 sizeof(status->dropped[0]),
				 LP_MIN(status->dropped_count, (size_t)LP_ADMIN_REFUSALS_MAX)));
	}
	return object;
}

struct json_object *lp_json_rooms(const struct lp_admin_room *rooms, size_t count)
{
	return to_array(room_members, LP_ARRAY_COUNT(room_members), rooms, sizeof(*rooms), count);
}

/* What a member knows of another one is who it is, since when, and what came of it. */
static const char *const relay_keys[] = {"copies_sent", "bytes_out", "drops_in", "drops_out",
					 "malformed"};
static const char *const conn_keys[] = {"addr", "datagram_budget", "rtt_us", "queued_frames",
					"datagrams_lost"};
static const char *const stats_keys[] = {"stats_frames_tx", "stats_frames_rx", "stats_drops"};

static void clear(struct json_object *object, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_object_object_add(object, keys[i], NULL);
}

/* A zero that nobody has counted is none. */
static void clear_unknown(struct json_object *object, const struct lp_admin_peer *peer)
{
	if (peer->is_of_member)
		clear(object, relay_keys, LP_ARRAY_COUNT(relay_keys));
	if (peer->is_of_member || peer->is_absent)
		clear(object, conn_keys, LP_ARRAY_COUNT(conn_keys));
	if (!peer->has_stats)
		clear(object, stats_keys, LP_ARRAY_COUNT(stats_keys));
	if (peer->is_of_member && peer->last_seen_age_ms < 0)
		json_object_object_add(object, "last_seen_age_ms", NULL);
}

struct json_object *lp_json_peers(const struct lp_admin_peer *peers, size_t count)
{
	struct json_object *array =
		to_array(peer_members, LP_ARRAY_COUNT(peer_members), peers, sizeof(*peers), count);

	for (size_t i = 0; i < count; i++)
		clear_unknown(json_object_array_get_idx(array, i), &peers[i]);
	return array;
}

struct json_object *lp_json_drops(const struct lp_admin_drop *drops, size_t count)
{
	return to_array(drop_members, LP_ARRAY_COUNT(drop_members), drops, sizeof(*drops), count);
}

static struct json_object *change_object(const struct lp_admin_change *change)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "key", lp_json_text(change->key));
	if (*change->room)
		json_object_object_add(object, "room", lp_json_text(change->room));
	json_object_object_add(object, "takes_effect", lp_json_text(change->takes_effect));
	json_object_object_add(object, "old",
			       change->old_value ? lp_json_text(change->old_value) : NULL);
	json_object_object_add(object, "new",
			       change->new_value ? lp_json_text(change->new_value) : NULL);
	json_object_object_add(object, "text", lp_json_text(change->text));
	return object;
}

struct json_object *lp_json_reload(const struct lp_admin_reload *reload)
{
	struct json_object *object = json_object_new_object();
	struct json_object *changes = json_object_new_array();

	for (size_t i = 0; i < reload->change_count; i++)
		json_object_array_add(changes, change_object(&reload->changes[i]));
	json_object_object_add(object, "changes", changes);
	json_object_object_add(object, "omitted_count",
			       json_object_new_int64((int64_t)reload->omitted_count));
	return object;
}

struct json_object *lp_json_bans(const struct lp_admin_ban *bans, size_t count)
{
	return to_array(ban_members, LP_ARRAY_COUNT(ban_members), bans, sizeof(*bans), count);
}

struct json_object *lp_json_counters(const struct lp_admin_counter *counters, size_t count)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < count; i++)
		json_object_object_add(object, counters[i].name,
				       json_object_new_uint64(counters[i].value));
	return object;
}
