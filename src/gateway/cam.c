/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/cam.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define ETHERTYPE_EXPERIMENTAL 0x88b5

struct entry {
	uint16_t peer_id;
	struct lp_mac mac;
};

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
	struct entry *entry;
	for (size_t cursor = 0; (entry = lp_map_next(cam->by_id, &cursor));)
		free(entry);
	lp_map_free(cam->by_id);
	lp_map_free(cam->by_mac);
	free(cam);
}

void lp_cam_add(struct lp_cam *cam, uint16_t peer_id, const struct lp_mac *mac)
{
	lp_cam_remove(cam, peer_id);
	struct entry *entry = lp_alloc(sizeof(*entry));
	entry->peer_id = peer_id;
	entry->mac = *mac;
	lp_map_put(cam->by_id, &entry->peer_id, sizeof(entry->peer_id), entry);
	lp_map_put(cam->by_mac, entry->mac.octet, LP_MAC_LEN, entry);
}

void lp_cam_remove(struct lp_cam *cam, uint16_t peer_id)
{
	struct entry *entry = lp_map_remove(cam->by_id, &peer_id, sizeof(peer_id));
	if (!entry)
		return;
	/* Another peer may have taken the MAC over already. */
	if (lp_map_get(cam->by_mac, entry->mac.octet, LP_MAC_LEN) == entry)
		lp_map_remove(cam->by_mac, entry->mac.octet, LP_MAC_LEN);
	free(entry);
}

const struct lp_mac *lp_cam_mac_of(const struct lp_cam *cam, uint16_t peer_id)
{
	const struct entry *entry = lp_map_get(cam->by_id, &peer_id, sizeof(peer_id));
	return entry ? &entry->mac : NULL;
}

bool lp_cam_has(const struct lp_cam *cam, const struct lp_mac *mac)
{
	return lp_map_get(cam->by_mac, mac->octet, LP_MAC_LEN) != NULL;
}

size_t lp_cam_list(const struct lp_cam *cam, struct lp_mac *macs, size_t cap)
{
	const struct entry *entry;
	size_t count = 0;
	for (size_t cursor = 0; count < cap && (entry = lp_map_next(cam->by_mac, &cursor));)
		macs[count++] = entry->mac;
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
