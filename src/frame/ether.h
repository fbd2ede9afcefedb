/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Checked view of an Ethernet frame (destination, source, ethertype or length; no FCS).
 */
#ifndef LP_FRAME_ETHER_H
#define LP_FRAME_ETHER_H

#include "base/err.h"
#include "frame/mac.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_ETHER_HEADER_LEN   14
#define LP_ETHER_TAG_LEN      4
#define LP_ETHER_MTU_MAX      1500
#define LP_ETHER_UNTAGGED_MAX (LP_ETHER_HEADER_LEN + LP_ETHER_MTU_MAX) /* 1514: longer is jumbo */
#define LP_ETHER_WIRE_MIN     60     /* without FCS: what a LAN wants at least */
#define LP_ETHERTYPE_MIN      0x0600 /* below this the field is an 802.3 length */

/*
 * The largest frame that the overlay carries at all, so that policy can see and name what is too
 * big; longer ones are cut by devices (flag) and malformed on the wire (P8).
 */
#define LP_FRAME_MAX 1984

struct lp_ether {
	struct lp_mac dst;
	struct lp_mac src;
	uint16_t ethertype; /* host byte order; below 1536 it is an 802.3 length */
};

/* Reads the header of frame[len]. LP_ERR_TRUNCATED for a runt (P4), *ether is then untouched. */
enum lp_err lp_ether_parse(const uint8_t *frame, size_t len, struct lp_ether *ether) LP_MUST_CHECK;

/* Does it stand for a VLAN tag, behind which the next ethertype is? */
bool lp_ether_is_tag(uint16_t ethertype);

/*
 * Where the payload of a frame begins behind its tags, and its ethertype (that of a tag if the
 * frame ends in one). Returns 0 where there is no Ethernet header, and *ethertype is not set.
 */
size_t lp_ether_skip_tags(const uint8_t *frame, size_t len, uint16_t *ethertype);

/*
 * Takes the priority tags off: 802.1Q and 802.1ad tags with VLAN ID 0 say how urgent a frame is,
 * and in no VLAN (IEEE 802.1Q 9.6), so every host reads it as if it had none. Those in front only:
 * what is behind a tag of a VLAN belongs to that. Returns the new length.
 */
size_t lp_ether_strip_priority(uint8_t *frame, size_t len);

#endif
