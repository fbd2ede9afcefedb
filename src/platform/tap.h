/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The TAP adapter: the player's end of the tunnel.
 */
#ifndef LP_PLATFORM_TAP_H
#define LP_PLATFORM_TAP_H

#include "base/err.h"
#include "frame/mac.h"
#include "platform/framedev.h"

#define LP_IFNAME_MAX 255 /* Windows friendly names are long */

#define LP_TAP_ID_LEN 40 /* "{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}" */
#define LP_TAP_ANY                                                                                 \
	"lanparty0" /* client.tap, unless it is set: on Windows the only one there is              \
		     */

struct lp_tap_info {
	char name[LP_IFNAME_MAX + 1]; /* as the operating system calls it */
	uint32_t ifindex;
};

/*
 * Calls on_adapter for each TAP that is there to be named in client.tap, by its id or its name.
 * LP_ERR_UNSUPPORTED where they are made by lp_tap_open.
 */
enum lp_err lp_tap_list(void (*on_adapter)(void *user, const char *id, const char *name),
			void *user) LP_MUST_CHECK;

/* Does this system take that name for one, as it is? */
bool lp_tap_is_name(const char *name);

/*
 * Opens (creates where the platform can) the TAP called `name` with that MAC, media down. Logs one
 * sentence with the remedy on failure: LP_ERR_PERMISSION, LP_ERR_BUSY, LP_ERR_NOT_FOUND,
 * LP_ERR_SYSTEM, LP_ERR_INVALID (several to choose from, or the driver has another MAC),
 * LP_ERR_UNSUPPORTED (a driver that is too old). *out is closed with its ops->close; a TAP that was
 * made here vanishes then, a persistent one that was there before stays.
 */
enum lp_err lp_tap_open(const char *name, const struct lp_mac *mac,
			struct lp_framedev **out) LP_MUST_CHECK;

/* Reads name, index, MAC and MTU from the driver. */
enum lp_err lp_tap_query(struct lp_framedev *tap, struct lp_tap_info *info) LP_MUST_CHECK;

/* Media: is the cable in? Linux: interface up and carrier on. */
enum lp_err lp_tap_set_media(struct lp_framedev *tap, bool is_up) LP_MUST_CHECK;

#endif
