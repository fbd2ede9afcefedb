/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* The remote players' MACs: which the NIC lets come up, and which the switch of the hall knows. */

#include "base/log.h"
#include "gateway/gateway_impl.h"

#define LOG "gateway"

void lp_gateway_refresh(struct lp_gateway *gateway, const struct lp_cam_peer *peer,
			const char *reason)
{
	uint64_t now = lp_loop_now(gateway->loop)->mono_ns;
	uint8_t frame[LP_CAM_FRAME_LEN];
	char text[LP_MAC_TEXT_LEN];
	if (peer->is_on_lan || lp_gateway_filter_is_stopped(&gateway->gate, peer, now))
		return;
	lp_cam_frame(&peer->mac, frame);
	lp_host_inject(gateway->host, frame, sizeof(frame));
	lp_debug(LOG, "CAM refresh for %s, reason=%s", lp_mac_format(&peer->mac, text), reason);
}

void lp_gateway_refresh_all(struct lp_gateway *gateway, const char *reason)
{
	size_t cursor = 0;
	const struct lp_cam_peer *peer;
	while ((peer = lp_cam_next(gateway->gate.cam, &cursor)))
		lp_gateway_refresh(gateway, peer, reason);
}

enum lp_err lp_gateway_set_filter(struct lp_gateway *gateway, struct lp_framedev *nic)
{
	struct lp_mac *macs = gateway->nic_macs;
	macs[0] = gateway->gate.asker_mac;
	size_t count = 1 + lp_cam_list(gateway->gate.cam, macs + 1, LP_GATEWAY_REMOTE_MACS_MAX);
	return lp_rawif_set_remote_macs(nic, macs, count);
}

void lp_gateway_update_filter(struct lp_gateway *gateway)
{
	struct lp_framedev *nic = lp_host_device(gateway->host);
	if (nic && lp_gateway_set_filter(gateway, nic) != LP_OK)
		lp_error(LOG, "cannot set the filter of %s: remote players may be unreachable",
			 gateway->interface);
}
