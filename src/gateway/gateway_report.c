/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "admin/line.h"
#include "base/mem.h"
#include "gateway/gateway_impl.h"

#include <string.h>

/* Who does not get through, and why. */
static void say_loops(const struct lp_gateway *gateway, struct lp_admin_status *status)
{
	uint64_t now = lp_loop_now(gateway->loop)->mono_ns;
	const struct lp_gateway_filter *gate = &gateway->gate;
	const struct lp_cam_peer *peer;
	char mac[LP_MAC_TEXT_LEN];

	if (now < gate->stopped_until_ns) {
		lp_admin_line_add(
			status, LP_ADMIN_BAD,
			"nothing is bridged: our own frames come back from the LAN, there is a "
			"loop");
	}
	for (size_t cursor = 0; (peer = lp_cam_next(gate->cam, &cursor));) {
		if (!peer->is_on_lan && now >= peer->stopped_until_ns)
			continue;
		lp_admin_line_add(
			status, LP_ADMIN_BAD,
			peer->is_on_lan
				? "peer %u is refused: %s is the MAC of a machine on the LAN"
				: "peer %u is stopped: %s is on the LAN itself too, a loop",
			peer->peer_id, lp_mac_format(&peer->mac, mac));
	}
}

static void say_nic(const struct lp_gateway *gateway, struct lp_admin_status *status)
{
	bool has_nic = lp_host_device(gateway->host) != NULL;

	if (!has_nic) {
		lp_admin_line_add(status, LP_ADMIN_BAD,
				  "%s is gone: the gateway uses it again as soon as it is back and "
				  "plugged in",
				  status->device);
	} else if (!gateway->nic.has_carrier) {
		lp_admin_line_add(
			status, LP_ADMIN_BAD,
			gateway->nic.is_up
				? "%s has no link: is its cable plugged in, and the switch on?"
				: "%s is down: bring it up with ip link set",
			status->device);
	} else if (!status->gateway_present) {
		lp_admin_line_add(status, LP_ADMIN_GOOD,
				  "%s has its link: it is bridged once the gateway is in the room",
				  status->device);
	} else {
		lp_admin_line_add(status, LP_ADMIN_GOOD, "%s is bridged for %zu remote player%s",
				  status->device, lp_cam_count(gateway->gate.cam),
				  lp_cam_count(gateway->gate.cam) == 1 ? "" : "s");
	}
	if (has_nic && gateway->nic.mtu < status->mtu) {
		lp_admin_line_add(
			status, LP_ADMIN_WARN,
			"the MTU of %s is %u: longer frames of players do not get through; "
			"raise it to %u",
			status->device, gateway->nic.mtu, status->mtu);
	}
	if (gateway->jumbo_len_max > 0) {
		lp_admin_line_add(
			status, LP_ADMIN_WARN,
			"the LAN sends jumbo frames of up to %zu bytes, and players receive at "
			"most 1514: set the MTU of its PCs to 1500",
			gateway->jumbo_len_max);
	}
}

void lp_gateway_status(void *user, struct lp_admin_status *status)
{
	struct lp_gateway *gateway = user;
	status->role = "gateway";
	status->uptime_ms =
		(lp_loop_now(gateway->loop)->mono_ns - gateway->started_ns) / LP_NS_PER_MS;
	lp_host_read_status(gateway->host, status);
	lp_strcopy(status->device, sizeof(status->device), gateway->interface);
	status->gateway_present = lp_session_is_up(lp_host_session(gateway->host));
	status->lan_connected = lp_host_device(gateway->host) && gateway->nic.has_carrier;

	if (status->gateway_present) {
		lp_admin_line_add(status, LP_ADMIN_GOOD,
				  "connected to the relay %s, round trip %u.%u ms", status->relay,
				  status->rtt_us / 1000, status->rtt_us % 1000 / 100);
	} else {
		lp_admin_line_add(status, status->last_error[0] ? LP_ADMIN_BAD : LP_ADMIN_NOTE,
				  "not connected: %.220s",
				  status->last_error[0] ? status->last_error : status->state);
	}
	say_nic(gateway, status);
	say_loops(gateway, status);
}

enum lp_err lp_gateway_peers(void *user, const char *room, struct lp_admin_peer **peers,
			     size_t *count)
{
	struct lp_gateway *gateway = user;
	(void)room;
	return lp_host_read_peers(gateway->host, peers, count);
}

enum lp_err lp_gateway_stats(void *user, struct lp_admin_counter **counters, size_t *count)
{
	struct lp_gateway *gateway = user;
	enum lp_err err = lp_host_read_stats(gateway->host, counters, count);
	struct lp_framedev *nic = lp_host_device(gateway->host);
	struct lp_rawif_stats stats = {0};
	if (err != LP_OK)
		return err;
	if (nic)
		lp_rawif_read_stats(nic, &stats);
	const struct lp_admin_counter more[] = {
		{"nic_super_frames", stats.super_frames}, {"nic_segments", stats.segments},
		{"nic_checksums", stats.checksums},	  {"nic_unsplittable", stats.unsplittable},
		{"nic_kernel_drops", stats.kernel_drops}, {"nic_link_losses", gateway->link_losses},
	};
	*counters = lp_realloc_array(*counters, *count + LP_ARRAY_COUNT(more), sizeof(**counters));
	memcpy(*counters + *count, more, sizeof(more));
	*count += LP_ARRAY_COUNT(more);
	return LP_OK;
}

enum lp_err lp_gateway_drops(void *user, const char *room, struct lp_admin_drop **drops,
			     size_t *count)
{
	struct lp_gateway *gateway = user;
	(void)room;
	return lp_host_read_drops(gateway->host, drops, count);
}

enum lp_err lp_gateway_frame_log(void *user, const char *room, uint16_t peer_id, bool is_on)
{
	struct lp_gateway *gateway = user;
	(void)room, (void)peer_id; /* it has one room, and all frames are one log */
	lp_host_set_frame_log(gateway->host, is_on);
	return LP_OK;
}
