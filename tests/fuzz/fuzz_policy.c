/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The safety classifier. The first byte of the input is the direction and the policy, the rest is
 * the frame. Beside the sanitizers four things are watched: the verdict is the same wherever the
 * frame lies in memory; a frame that may pass still may when it is padded, when the organiser
 * loosens something, and when it comes from the LAN; and what may pass by the default policy does
 * not get a credulous host to take an address, a route or a bridge's word from a player.
 */
#include "fuzz.h"

#include "frame/policy.h"

#include <string.h>

static const struct lp_mac announced = {{0x02, 0, 0, 0, 0, 0x0a}};

static unsigned int u16(const uint8_t *bytes)
{
	return (unsigned int)bytes[0] << 8 | bytes[1];
}

/* A host that skips every IPv6 header that it ever heard of, fragments too. */
static bool is_fooled_by_ip6(const uint8_t *packet, size_t len)
{
	static const uint8_t skipped[] = {0, 43, 44, 51, 60, 135, 139, 140, 253, 254};
	size_t at = 40;

	if (len < 40)
		return false;
	uint8_t next = packet[6];
	while (memchr(skipped, next, sizeof(skipped)) != NULL && at + 8 <= len) {
		size_t units = next == 44 ? 0 : packet[at + 1];
		uint8_t current = next;

		next = packet[at];
		at += current == 51 ? (units + 2) * 4 : (units + 1) * 8;
	}
	if (next == 58 && at < len)
		return packet[at] == 134 || packet[at] == 137;
	return next == 17 && at + 4 <= len &&
	       (u16(packet + at) == 547 || u16(packet + at + 2) == 546);
}

/* A host that looks at no length and no checksum. */
static bool is_fooled_by_ip4(const uint8_t *packet, size_t len)
{
	size_t at = len < 20 ? 0 : (size_t)(packet[0] & 0x0f) * 4;

	if (at < 20 || at + 4 > len || u16(packet + 2) < at + 4 || (u16(packet + 6) & 0x1fff) != 0)
		return false;
	if (packet[9] == 1)
		return packet[at] == 5;
	return packet[9] == 17 && (u16(packet + at) == 67 || u16(packet + at + 2) == 68);
}

/* … and unwraps every tag and every SNAP. */
static bool is_fooled(const uint8_t *frame, size_t len)
{
	static const uint8_t reserved[] = {0x01, 0x80, 0xc2, 0x00, 0x00};
	size_t at = 12;

	if (memcmp(frame, reserved, sizeof(reserved)) == 0 && (frame[5] & 0xd0) == 0)
		return true;
	while (at + 2 <= len) {
		unsigned int type = u16(frame + at);

		at += 2;
		if (type == 0x0800 && is_fooled_by_ip4(frame + at, len - at))
			return true;
		if (type == 0x86dd && is_fooled_by_ip6(frame + at, len - at))
			return true;
		if (type == 0x88cc || type == 0x8808 || type == 0x8809 || type == 0x888e)
			return true;
		if (type == 0x8100 || type == 0x88a8 || type == 0x9100)
			at += 2;
		else if (type < 1536 && at + 6 <= len && memcmp(frame + at, "\xaa\xaa\x03", 3) == 0)
			at += 6;
		else
			return false;
	}
	return false;
}

static enum lp_verdict check(const uint8_t *frame, size_t len, enum lp_direction direction,
			     const struct lp_policy *policy, const struct lp_mac *source)
{
	struct lp_ether ether = {0};
	enum lp_verdict verdict = lp_policy_check(frame, len, direction, policy, source, &ether);

	CHECK((size_t)verdict < LP_VERDICT__COUNT);
	CHECK((verdict == LP_VERDICT_RUNT) == (len < LP_ETHER_HEADER_LEN));
	if (verdict != LP_VERDICT_RUNT)
		CHECK(ether.ethertype == u16(frame + 12));
	return verdict;
}

static void check_forwarded(const uint8_t *frame, size_t len, enum lp_direction direction,
			    const struct lp_policy *policy, const struct lp_mac *source)
{
	static const struct lp_policy strict;
	const struct lp_policy loose = {
		.allow_dhcp_server = true,
		.allow_router_advert = true,
		.allow_vlan_tags = true,
		.allow_lan_transfer = true,
		.allow_infrastructure = true,
	};
	uint8_t padded[LP_ETHER_WIRE_MIN] = {0};

	if (len < sizeof(padded) && direction == LP_DIRECTION_FROM_REMOTE) {
		memcpy(padded, frame, len);
		CHECK(check(padded, sizeof(padded), direction, policy, source) ==
		      LP_VERDICT_FORWARD);
	}
	CHECK(check(frame, len, direction, &loose, source) == LP_VERDICT_FORWARD);
	CHECK(check(frame, len, LP_DIRECTION_FROM_LAN, policy, source) == LP_VERDICT_FORWARD);
	if (check(frame, len, LP_DIRECTION_FROM_REMOTE, &strict, source) == LP_VERDICT_FORWARD)
		CHECK(!is_fooled(frame, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > LP_FRAME_MAX + 1)
		return 0;

	const struct lp_policy policy = {
		.allow_dhcp_server = (data[0] & 0x02) != 0,
		.allow_router_advert = (data[0] & 0x04) != 0,
		.allow_vlan_tags = (data[0] & 0x08) != 0,
		.allow_lan_transfer = (data[0] & 0x10) != 0,
		.is_off = (data[0] & 0x20) != 0,
		.allow_infrastructure = (data[0] & 0x80) != 0,
	};
	enum lp_direction direction =
		(data[0] & 0x01) != 0 ? LP_DIRECTION_FROM_LAN : LP_DIRECTION_FROM_REMOTE;
	const struct lp_mac *source = (data[0] & 0x40) != 0 ? &announced : NULL;
	size_t len = size - 1;

	/* Blocks that end where the frame ends; the second one begins at an odd address. */
	uint8_t *even = malloc(len);
	uint8_t *odd = malloc(len + 1);
	if (len > 0) {
		memcpy(even, data + 1, len);
		memcpy(odd + 1, data + 1, len);
	}
	enum lp_verdict verdict = check(even, len, direction, &policy, source);
	CHECK(verdict == check(odd + 1, len, direction, &policy, source));
	if (verdict == LP_VERDICT_FORWARD && !policy.is_off)
		check_forwarded(even, len, direction, &policy, source);
	free(even);
	free(odd);
	return 0;
}
