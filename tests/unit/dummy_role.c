/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "dummy_role.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PEER_COUNT 3

static void relay_status(struct lp_admin_status *status)
{
	status->line_count = 2;
	status->lines[0].level = LP_ADMIN_GOOD;
	lp_strcopy(status->lines[0].text, LP_ADMIN_TEXT_MAX, "listening on [::]:443, 3 peers");
	status->lines[1].level = LP_ADMIN_WARN;
	lp_strcopy(status->lines[1].text, LP_ADMIN_TEXT_MAX,
		   "room \"quake\" has no gateway: nobody reaches the LAN from there");
	lp_strcopy(status->listen, sizeof(status->listen), "[::]:443");
	lp_strcopy(status->pin, sizeof(status->pin), "sha256:AAAA");
	status->worker_count = 1;
	status->room_count = 2;
	status->peer_count = PEER_COUNT;
}

static void client_status(struct lp_admin_status *status)
{
	status->line_count = 1;
	status->lines[0].level = LP_ADMIN_BAD;
	lp_strcopy(status->lines[0].text, LP_ADMIN_TEXT_MAX,
		   "no answer from the relay: is UDP port 443 blocked?");
	lp_strcopy(status->state, sizeof(status->state), "connecting");
	lp_strcopy(status->relay, sizeof(status->relay), "party.example.org");
	lp_strcopy(status->room, sizeof(status->room), "doom");
	lp_strcopy(status->addresses, sizeof(status->addresses), "10.0.0.5/24 fe80::1/64");
	status->gateway_present = true;
	status->rtt_us = 12345;
	status->session_age_ms = -1;
	status->last_rx_age_ms = 3100;
	status->last_frame_rx_age_ms = -1;
}

static void on_status(void *user, struct lp_admin_status *status)
{
	const struct dummy_role *dummy = user;

	status->role = dummy->role;
	status->version = "0.1.0";
	status->pid = 812;
	status->uptime_ms = 11520000;
	if (strcmp(dummy->role, "relay") == 0)
		relay_status(status);
	else
		client_status(status);
}

static enum lp_err on_rooms(void *user, struct lp_admin_room **rooms, size_t *count)
{
	(void)user;
	*rooms = lp_alloc_array(2, sizeof(**rooms));
	*count = 2;
	(*rooms)[0] = (struct lp_admin_room){.code = "doom",
					     .client_count = 2,
					     .max_clients = 32,
					     .gateway_present = true,
					     .mtu = 1500,
					     .is_configured = true,
					     .frames_in = UINT64_MAX};
	(*rooms)[1] = (struct lp_admin_room){.code = "quake", .mtu = 1398};
	return LP_OK;
}

static bool is_room(const char *room)
{
	return !room || strcasecmp(room, "doom") == 0 || strcasecmp(room, "quake") == 0;
}

static enum lp_err on_peers(void *user, const char *room, struct lp_admin_peer **peers,
			    size_t *count)
{
	const struct dummy_role *dummy = user;

	if (!is_room(room) || dummy->has_no_peers)
		return LP_ERR_NOT_FOUND;
	*count = PEER_COUNT + dummy->more_peers;
	*peers = lp_alloc_array(*count, sizeof(**peers));
	for (size_t i = 0; i < *count; i++) {
		struct lp_admin_peer *peer = &(*peers)[i];

		lp_strcopy(peer->room, sizeof(peer->room), "doom");
		peer->peer_id = (uint16_t)(6 + i);
		peer->role = i ? "client" : "gateway";
		snprintf(peer->name, sizeof(peer->name), "%s", i == 1 ? "alice" : "bob");
		if (i == 1 && dummy->peer_name)
			lp_strcopy(peer->name, sizeof(peer->name), dummy->peer_name);
		snprintf(peer->mac, sizeof(peer->mac), "02:00:00:00:00:%02x", (unsigned)i & 0xff);
		lp_strcopy(peer->addr, sizeof(peer->addr), "192.0.2.1:50000");
		peer->bytes_in = 1234567 * i;
		peer->last_seen_age_ms = 2000;
	}
	return LP_OK;
}

static enum lp_err on_stats(void *user, struct lp_admin_counter **counters, size_t *count)
{
	static const struct lp_admin_counter fixed[] = {
		{"frames_in", 1234567}, {"bytes_in", 987654321}, {"poll_time_us", 1500}};

	(void)user;
	*counters = lp_alloc_array(3, sizeof(**counters));
	memcpy(*counters, fixed, sizeof(fixed));
	*count = 3;
	return LP_OK;
}

static enum lp_err on_drops(void *user, const char *room, struct lp_admin_drop **drops,
			    size_t *count)
{
	(void)user;
	if (!is_room(room))
		return LP_ERR_NOT_FOUND;
	*drops = lp_alloc_array(2, sizeof(**drops));
	*count = 2;
	(*drops)[0] = (struct lp_admin_drop){"queue_full", "dropped", "the target's queue was full",
					     0, 42};
	(*drops)[1] = (struct lp_admin_drop){"runt", "malformed", "shorter than a header", 0, 0};
	return LP_OK;
}

static enum lp_err on_kick(void *user, const char *room, uint16_t peer_id, uint32_t for_ms,
			   const char *by)
{
	struct dummy_role *dummy = user;

	if (!is_room(room) || peer_id < 6 || peer_id >= 6 + PEER_COUNT)
		return LP_ERR_NOT_FOUND;
	dummy->kicked_peer_id = peer_id;
	dummy->kicked_for_ms = for_ms;
	snprintf(dummy->kicked_by, sizeof(dummy->kicked_by), "%s", by);
	return LP_OK;
}

static enum lp_err on_bans(void *user, const char *room, struct lp_admin_ban **bans, size_t *count)
{
	(void)user;
	if (!is_room(room))
		return LP_ERR_NOT_FOUND;
	*bans = lp_alloc_array(1, sizeof(**bans));
	*count = 1;
	(*bans)[0] = (struct lp_admin_ban){.room = "doom",
					   .peer_id = 9,
					   .name = "mallory",
					   .mac = "02:00:00:00:00:09",
					   .by = "uid 0 (root)",
					   .age_ms = 60000,
					   .left_ms = 240000};
	return LP_OK;
}

static enum lp_err on_unban(void *user, const char *room, uint16_t peer_id, const char *by)
{
	struct dummy_role *dummy = user;

	if (!is_room(room) || peer_id != 9)
		return LP_ERR_NOT_FOUND;
	dummy->unbanned_peer_id = peer_id;
	snprintf(dummy->kicked_by, sizeof(dummy->kicked_by), "%s", by);
	return LP_OK;
}

static enum lp_err on_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on)
{
	struct dummy_role *dummy = user;

	if (!is_room(room))
		return LP_ERR_NOT_FOUND;
	snprintf(dummy->frame_log, sizeof(dummy->frame_log), "%s %s %u", is_on ? "on" : "off",
		 room ? room : "all", peer_id);
	return LP_OK;
}

static void add_change(struct lp_admin_reload *reload, const char *key, const char *effect,
		       const char *old_value, const char *new_value)
{
	struct lp_admin_change *change;

	reload->changes =
		lp_realloc_array(reload->changes, reload->change_count + 1, sizeof(*change));
	change = &reload->changes[reload->change_count++];
	*change = (struct lp_admin_change){.takes_effect = effect,
					   .old_value = old_value ? lp_strdup(old_value) : NULL,
					   .new_value = new_value ? lp_strdup(new_value) : NULL};
	lp_strcopy(change->key, sizeof(change->key), key);
	snprintf(change->text, sizeof(change->text), "%s has changed", key);
}

static enum lp_err on_reload(void *user, struct lp_admin_reload *reload)
{
	struct dummy_role *dummy = user;

	dummy->reload_count++;
	if (dummy->reload_faults) {
		lp_strcopy(reload->faults, sizeof(reload->faults), dummy->reload_faults);
		return LP_ERR_INVALID;
	}
	lp_strcopy(reload->faults, sizeof(reload->faults),
		   dummy->reload_warnings ? dummy->reload_warnings : "");
	if (dummy->changes_now)
		add_change(reload, "log.level", "now", "\"info\"", "\"debug\"");
	if (dummy->changes_later)
		add_change(reload, "relay.mtu", "empty_rooms", "0", "1400");
	if (dummy->changes_at_restart)
		add_change(reload, "user", "restart", NULL, "\"nobody\"");
	return LP_OK;
}

static enum lp_err on_log_level(void *user, enum lp_log_level level)
{
	struct dummy_role *dummy = user;

	dummy->level = level;
	return LP_OK;
}

static char *on_config(void *user)
{
	(void)user;
	return lp_strdup("role = \"relay\";\nname = \"caf\xe9\";\n");
}

const struct lp_admin_ops dummy_role_ops = {
	.status = on_status,
	.rooms = on_rooms,
	.peers = on_peers,
	.stats = on_stats,
	.drops = on_drops,
	.kick = on_kick,
	.bans = on_bans,
	.unban = on_unban,
	.frame_log = on_frame_log,
	.reload = on_reload,
	.log_level = on_log_level,
	.config = on_config,
};

const struct lp_admin_ops dummy_role_member_ops = {
	.status = on_status,
	.peers = on_peers,
	.stats = on_stats,
	.drops = on_drops,
	.frame_log = on_frame_log,
	.reload = on_reload,
	.log_level = on_log_level,
	.config = on_config,
};

const struct lp_admin_ops dummy_role_mute_ops = {.status = NULL};
