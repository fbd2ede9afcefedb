/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/cam.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define ETHERTYPE_EXPERIMENTAL 0x88b5

struct lp_cam {
	struct lp_map *by_id;
	struct lp_map *by_mac;
};

struct lp_cam *lp_cam_new(void)
{
	struct lp_cam *cam = lp_alloc(sizeof(*cam));
	cam->by_id = lp_map_new();
	cam->by_mac = lp_map_new();
	return cam;
}

void lp_cam_free(struct lp_cam *cam)
{
	if (!cam)
		return;
	struct lp_cam_peer *peer;
	for (size_t cursor = 0; (peer = lp_map_next(cam->by_id, &cursor));)
		free(peer);
	lp_map_free(cam->by_id);
	lp_map_free(cam->by_mac);
	free(cam);
}

void lp_cam_add(struct lp_cam *cam, uint16_t peer_id, const struct lp_mac *mac, bool is_on_lan)
{
	lp_cam_remove(cam, peer_id);
	struct lp_cam_peer *peer = lp_alloc(sizeof(*peer));
	peer->peer_id = peer_id;
	peer->mac = *mac;
	peer->is_on_lan = is_on_lan;
	lp_map_put(cam->by_id, &peer->peer_id, sizeof(peer->peer_id), peer);
	if (!is_on_lan)
		lp_map_put(cam->by_mac, peer->mac.octet, LP_MAC_LEN, peer);
}

void lp_cam_remove(struct lp_cam *cam, uint16_t peer_id)
{
	struct lp_cam_peer *peer = lp_map_remove(cam->by_id, &peer_id, sizeof(peer_id));
	if (!peer)
		return;
	/* Another peer may have taken the MAC over already. */
	if (lp_cam_find_mac(cam, &peer->mac) == peer)
		lp_map_remove(cam->by_mac, peer->mac.octet, LP_MAC_LEN);
	free(peer);
}

void lp_cam_release(struct lp_cam *cam, struct lp_cam_peer *peer)
{
	peer->is_on_lan = false;
	lp_map_put(cam->by_mac, peer->mac.octet, LP_MAC_LEN, peer);
}

struct lp_cam_peer *lp_cam_find_id(const struct lp_cam *cam, uint16_t peer_id)
{
	return lp_map_get(cam->by_id, &peer_id, sizeof(peer_id));
}

struct lp_cam_peer *lp_cam_find_mac(const struct lp_cam *cam, const struct lp_mac *mac)
{
	return lp_map_get(cam->by_mac, mac->octet, LP_MAC_LEN);
}

struct lp_cam_peer *lp_cam_next(const struct lp_cam *cam, size_t *cursor)
{
	return lp_map_next(cam->by_id, cursor);
}

size_t lp_cam_list(const struct lp_cam *cam, struct lp_mac *macs, size_t cap)
{
	const struct lp_cam_peer *peer;
	size_t count = 0;
	for (size_t cursor = 0; count < cap && (peer = lp_map_next(cam->by_mac, &cursor));)
		macs[count++] = peer->mac;
	return count;
}

size_t lp_cam_count(const struct lp_cam *cam)
{
	return lp_map_count(cam->by_mac);
}

void lp_cam_frame(const struct lp_mac *mac, uint8_t frame[LP_CAM_FRAME_LEN])
{
	memset(frame, 0, LP_CAM_FRAME_LEN);
	memset(frame, 0xff, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, mac->octet, LP_MAC_LEN);
	frame[12] = ETHERTYPE_EXPERIMENTAL >> 8;
	frame[13] = ETHERTYPE_EXPERIMENTAL & 0xff;
}
