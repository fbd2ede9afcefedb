/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * TAP-Windows6 adapters as the registry has them, before one is opened.
 */
#ifndef LP_PLATFORM_WIN32_TAP_ADAPTER_H
#define LP_PLATFORM_WIN32_TAP_ADAPTER_H

#include "frame/mac.h"
#include "platform/tap.h"

#include <windows.h>

#define LP_TAP_ADAPTERS_MAX 16
#define LP_TAP_KEY_LEN	    160

struct lp_tap_adapter {
	char id[LP_TAP_ID_LEN];	      /* NetCfgInstanceId, "{…}" */
	char name[LP_IFNAME_MAX + 1]; /* of the connection; "" = it has none */
	char key[LP_TAP_KEY_LEN];     /* of the driver's settings, below HKEY_LOCAL_MACHINE */
};

/* Lists them; returns how many. */
size_t lp_tap_adapters(struct lp_tap_adapter list[LP_TAP_ADAPTERS_MAX]);

/*
 * The adapter of that name or id; LP_TAP_ANY is the only one there is. LP_ERR_NOT_FOUND, or
 * LP_ERR_INVALID when there are several: logged with the remedy.
 */
enum lp_err lp_tap_adapter_find(const char *name, struct lp_tap_adapter *out) LP_MUST_CHECK;

/*
 * The address that the driver takes at the next start of the adapter. *is_new: it was another one
 * until now. LP_ERR_PERMISSION and LP_ERR_SYSTEM are logged.
 */
enum lp_err lp_tap_adapter_set_mac(const struct lp_tap_adapter *adapter, const struct lp_mac *mac,
				   bool *is_new) LP_MUST_CHECK;

/* Stops and starts the adapter, which nobody may have open. False: it could not be. */
bool lp_tap_adapter_restart(const struct lp_tap_adapter *adapter);

#endif
