/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The remote players' MACs, as the LAN's switch has to know them: seeded and retired by lifecycle
 * messages (G15), refreshed by small frames so that the switch keeps them on our port (G16, G17).
 */
#ifndef LP_GATEWAY_CAM_H
#define LP_GATEWAY_CAM_H

#include "base/err.h"
#include "frame/ether.h"
#include "frame/mac.h"
#include "gateway/maccase.h"
#include "queue/bucket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_CAM_FRAME_LEN 60

/* A remote player, as the gateway sees them. */
struct lp_cam_peer {
	uint16_t peer_id;
	struct lp_mac mac;
	bool is_on_lan;		   /* the MAC is that of a machine on the LAN: not theirs here */
	uint64_t joined_ns;	   /* 0 = long ago */
	struct lp_maccase maccase; /* of its MAC on the LAN side */
	uint64_t stopped_until_ns; /* for a loop; 0 = never was */
	struct lp_bucket asks;	   /* the addresses that the LAN may be asked for because of them */
};

struct lp_cam;

struct lp_cam *lp_cam_new(void);
void lp_cam_free(struct lp_cam *cam);

/*
 * A peer with that MAC is in the room. An id that is known already gets the new MAC. Who has the
 * MAC of a machine on the LAN is known by their id alone.
 */
void lp_cam_add(struct lp_cam *cam, uint16_t peer_id, const struct lp_mac *mac, bool is_on_lan);
void lp_cam_remove(struct lp_cam *cam, uint16_t peer_id);

/* The machine on the LAN has gone: the MAC is theirs from now on. */
void lp_cam_release(struct lp_cam *cam, struct lp_cam_peer *peer);

/* NULL = there is none. */
struct lp_cam_peer *lp_cam_find_id(const struct lp_cam *cam, uint16_t peer_id);

/* The remote player that the MAC belongs to, or NULL. */
struct lp_cam_peer *lp_cam_find_mac(const struct lp_cam *cam, const struct lp_mac *mac);

/* Walks all, whatever their MAC: start with *cursor = 0, NULL at the end. */
struct lp_cam_peer *lp_cam_next(const struct lp_cam *cam, size_t *cursor);

/* All MACs that remote players have here, in no order. Returns how many were put into macs[cap]. */
size_t lp_cam_list(const struct lp_cam *cam, struct lp_mac *macs, size_t cap);
size_t lp_cam_count(const struct lp_cam *cam);

/*
 * The refresh frame of one MAC: a broadcast from it with the local experimental ethertype 0x88b5
 * (IEEE 802), which no host answers.
 */
void lp_cam_frame(const struct lp_mac *mac, uint8_t frame[LP_CAM_FRAME_LEN]);

#endif
