/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/win32/tap_adapter.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "platform/win32/winerr.h"

#include <setupapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS	"{4D36E972-E325-11CE-BFC1-08002BE10318}" /* network adapters */
#define DRIVERS "SYSTEM\\CurrentControlSet\\Control\\Class\\" CLASS
#define NETWORK "SYSTEM\\CurrentControlSet\\Control\\Network\\" CLASS

static const GUID class_guid = {
	0x4d36e972, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};

static bool read_text(const char *key, const char *value, char *text, DWORD len)
{
	if (RegGetValueA(HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ, NULL, text, &len) ==
	    ERROR_SUCCESS)
		return true;
	text[0] = '\0';
	return false;
}

/* Exactly these: other VPNs have drivers of their own by the same source, such as "tapnordvpn". */
static bool is_tap(const char *component)
{
	return _stricmp(component, "root\\tap0901") == 0 || _stricmp(component, "tap0901") == 0;
}

static bool read_adapter(const char *subkey, struct lp_tap_adapter *adapter)
{
	char component[64], connection[LP_TAP_KEY_LEN];

	snprintf(adapter->key, sizeof(adapter->key), DRIVERS "\\%.32s", subkey);
	if (!read_text(adapter->key, "ComponentId", component, sizeof(component)) ||
	    !is_tap(component) ||
	    !read_text(adapter->key, "NetCfgInstanceId", adapter->id, sizeof(adapter->id)))
		return false;
	snprintf(connection, sizeof(connection), NETWORK "\\%s\\Connection", adapter->id);
	/* What was removed keeps its driver key at times, but has no connection. */
	return read_text(connection, "Name", adapter->name, sizeof(adapter->name));
}

size_t lp_tap_adapters(struct lp_tap_adapter list[LP_TAP_ADAPTERS_MAX])
{
	size_t count = 0;
	HKEY key;

	if (RegOpenKeyExA(HKEY_LOCAL_MACHINE, DRIVERS, 0, KEY_READ, &key) != ERROR_SUCCESS)
		return 0;
	for (DWORD i = 0; count < LP_TAP_ADAPTERS_MAX; i++) {
		char subkey[64];
		DWORD len = sizeof(subkey);

		if (RegEnumKeyExA(key, i, subkey, &len, NULL, NULL, NULL, NULL) != ERROR_SUCCESS)
			break;
		/* "Properties" beside the numbers is the system's own. */
		count += strlen(subkey) == 4 && read_adapter(subkey, &list[count]);
	}
	RegCloseKey(key);
	return count;
}

enum lp_err lp_tap_list(void (*on_adapter)(void *user, const char *id, const char *name),
			void *user)
{
	struct lp_tap_adapter list[LP_TAP_ADAPTERS_MAX];
	size_t count = lp_tap_adapters(list);

	for (size_t i = 0; i < count; i++)
		on_adapter(user, list[i].id, list[i].name);
	return LP_OK;
}

static enum lp_err fail_none(const char *name)
{
	if (strcmp(name, LP_TAP_ANY) != 0) {
		lp_error("tap",
			 "there is no TAP-Windows6 adapter called \"%s\": lanpartyd "
			 "--list-tap-adapters shows those that are there, set client.tap to one",
			 name);
		return LP_ERR_NOT_FOUND;
	}
	lp_error("tap", "there is no TAP-Windows6 adapter: install the driver with OpenVPN's "
			"installer (feature \"TAP-Windows6\"), then start again");
	return LP_ERR_NOT_FOUND;
}

static enum lp_err fail_several(const struct lp_tap_adapter *list, size_t count)
{
	struct lp_strbuf text = {0};

	for (size_t i = 0; i < count; i++)
		lp_strbuf_add_format(&text, "%s\"%s\" %s", i > 0 ? ", " : "", list[i].name,
				     list[i].id);
	lp_error("tap",
		 "there are %zu TAP-Windows6 adapters: set client.tap to the name or id of one: %s",
		 count, text.data);
	free(text.data);
	return LP_ERR_INVALID;
}

enum lp_err lp_tap_adapter_find(const char *name, struct lp_tap_adapter *out)
{
	struct lp_tap_adapter list[LP_TAP_ADAPTERS_MAX];
	size_t count = lp_tap_adapters(list);

	for (size_t i = 0; i < count; i++) {
		if (_stricmp(list[i].name, name) != 0 && _stricmp(list[i].id, name) != 0)
			continue;
		*out = list[i];
		return LP_OK;
	}
	if (count == 0 || strcmp(name, LP_TAP_ANY) != 0)
		return fail_none(count == 0 ? LP_TAP_ANY : name);
	if (count > 1)
		return fail_several(list, count);
	*out = list[0];
	return LP_OK;
}

enum lp_err lp_tap_adapter_set_mac(const struct lp_tap_adapter *adapter, const struct lp_mac *mac,
				   bool *is_new)
{
	const uint8_t *o = mac->octet;
	char wanted[13], current[32], text[LP_WINERR_LEN];
	LSTATUS error;

	snprintf(wanted, sizeof(wanted), "%02X%02X%02X%02X%02X%02X", o[0], o[1], o[2], o[3], o[4],
		 o[5]);
	read_text(adapter->key, "NetworkAddress", current, sizeof(current));
	*is_new = _stricmp(current, wanted) != 0;
	if (!*is_new)
		return LP_OK;
	error = RegSetKeyValueA(HKEY_LOCAL_MACHINE, adapter->key, "NetworkAddress", REG_SZ, wanted,
				sizeof(wanted));
	if (error == ERROR_SUCCESS)
		return LP_OK;
	lp_error("tap", "%s: cannot set its MAC address: %s%s", adapter->name,
		 lp_winerr_text((DWORD)error, text),
		 error == ERROR_ACCESS_DENIED
			 ? "; start lanpartyd as the service or as administrator"
			 : "");
	return lp_winerr_translate((DWORD)error);
}

/* The device in the set whose driver key names the adapter. */
static bool find_device(HDEVINFO set, const char *id, SP_DEVINFO_DATA *device)
{
	for (DWORD i = 0; SetupDiEnumDeviceInfo(set, i, device); i++) {
		char found[LP_TAP_ID_LEN];
		DWORD len = sizeof(found);
		HKEY key =
			SetupDiOpenDevRegKey(set, device, DICS_FLAG_GLOBAL, 0, DIREG_DRV, KEY_READ);
		bool is_it;

		if (key == INVALID_HANDLE_VALUE)
			continue;
		is_it = RegGetValueA(key, NULL, "NetCfgInstanceId", RRF_RT_REG_SZ, NULL, found,
				     &len) == ERROR_SUCCESS &&
			_stricmp(found, id) == 0;
		RegCloseKey(key);
		if (is_it)
			return true;
	}
	return false;
}

bool lp_tap_adapter_restart(const struct lp_tap_adapter *adapter)
{
	SP_PROPCHANGE_PARAMS change = {
		.ClassInstallHeader = {.cbSize = sizeof(SP_CLASSINSTALL_HEADER),
				       .InstallFunction = DIF_PROPERTYCHANGE},
		.StateChange = DICS_PROPCHANGE,
		.Scope = DICS_FLAG_GLOBAL,
	};
	SP_DEVINFO_DATA device = {.cbSize = sizeof(device)};
	HDEVINFO set = SetupDiGetClassDevsA(&class_guid, NULL, NULL, DIGCF_PRESENT);
	bool is_done;

	if (set == INVALID_HANDLE_VALUE)
		return false;
	is_done = find_device(set, adapter->id, &device) &&
		  SetupDiSetClassInstallParamsA(set, &device, &change.ClassInstallHeader,
						sizeof(change)) &&
		  SetupDiCallClassInstaller(DIF_PROPERTYCHANGE, set, &device);
	SetupDiDestroyDeviceInfoList(set);
	return is_done;
}
