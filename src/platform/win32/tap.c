/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A TAP-Windows6 adapter, opened and asked; the frames' way is tap_io.c.
 */

#include "platform/tap.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/win32/tap_adapter.h"
#include "platform/win32/tap_io.h"
#include "platform/win32/winerr.h"

#include <iphlpapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winioctl.h>

#define IOCTL(number) CTL_CODE(FILE_DEVICE_UNKNOWN, number, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define GET_MAC	      IOCTL(1)
#define GET_VERSION   IOCTL(2)
#define SET_MEDIA     IOCTL(6)

#define MAJOR_WANTED 9 /* TAP-Windows6; 8 was for Windows XP … */
#define MINOR_WANTED 9 /* … and before this it had no NDIS 6 */

/* Opening again after a restart of the adapter: the system needs a moment. */
#define OPEN_TRIES   20
#define OPEN_WAIT_MS 100

struct tap {
	struct lp_framedev dev;
	struct lp_tap_adapter adapter;
	HANDLE handle;
	struct lp_tap_io *io;
};

static struct tap *tap_of(struct lp_framedev *dev)
{
	return LP_CONTAINER_OF(dev, struct tap, dev);
}

static enum lp_err tap_start(struct lp_framedev *dev, struct lp_watcher *watcher,
			     void (*on_ready)(void *arg), void *arg)
{
	return lp_tap_io_start(tap_of(dev)->io, watcher, on_ready, arg);
}

static enum lp_err tap_recv_batch(struct lp_framedev *dev, struct lp_framedev_rx *rx,
				  size_t rx_count, size_t *got)
{
	return lp_tap_io_recv(tap_of(dev)->io, rx, rx_count, got);
}

static enum lp_err tap_send_batch(struct lp_framedev *dev, const struct lp_framedev_tx *tx,
				  size_t tx_count, struct lp_framedev_sent *sent)
{
	return lp_tap_io_send(tap_of(dev)->io, tx, tx_count, sent);
}

/* The driver takes the cable out when its handle is closed, whoever closes it. */
static void tap_close(struct lp_framedev *dev)
{
	struct tap *tap = tap_of(dev);

	if (tap->io)
		lp_tap_io_close(tap->io);
	else if (tap->handle != INVALID_HANDLE_VALUE)
		CloseHandle(tap->handle);
	free(tap);
}

static const struct lp_framedev_ops tap_ops = {
	.start = tap_start,
	.recv_batch = tap_recv_batch,
	.send_batch = tap_send_batch,
	.close = tap_close,
};

/* Asks the driver and waits for it, which answers at once. Returns 0 or why not. */
static DWORD ask(const struct tap *tap, DWORD code, void *data, DWORD len)
{
	HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
	OVERLAPPED overlapped = {0};
	DWORD got = 0, error = ERROR_SUCCESS;

	if (!event)
		return GetLastError();
	/* The lowest bit keeps its end from the I/O thread. */
	overlapped.hEvent = (HANDLE)((ULONG_PTR)event | 1);
	if (!DeviceIoControl(tap->handle, code, data, len, data, len, &got, &overlapped) &&
	    (GetLastError() != ERROR_IO_PENDING ||
	     !GetOverlappedResult(tap->handle, &overlapped, &got, TRUE)))
		error = GetLastError();
	CloseHandle(event);
	return error == ERROR_SUCCESS && got < len ? ERROR_INVALID_DATA : error;
}

static enum lp_err open_failed(const struct tap *tap, DWORD error)
{
	char text[LP_WINERR_LEN];

	switch (error) {
	case ERROR_ACCESS_DENIED:
		lp_error("tap",
			 "%s: not allowed to open it; start lanpartyd as the service or as "
			 "administrator",
			 tap->adapter.name);
		return LP_ERR_PERMISSION;
	case ERROR_GEN_FAILURE: /* what the driver says to a second one */
	case ERROR_SHARING_VIOLATION:
	case ERROR_BUSY:
		lp_error("tap",
			 "%s is in use by another program, such as OpenVPN: stop that, or set "
			 "client.tap to another adapter",
			 tap->adapter.name);
		return LP_ERR_BUSY;
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
		lp_error("tap",
			 "%s is disabled: enable it in Windows' list of network connections "
			 "(ncpa.cpl)",
			 tap->adapter.name);
		return LP_ERR_NOT_FOUND;
	default:
		lp_error("tap", "cannot open %s: %s", tap->adapter.name,
			 lp_winerr_text(error, text));
		return LP_ERR_SYSTEM;
	}
}

static DWORD open_device(struct tap *tap)
{
	char path[64];

	snprintf(path, sizeof(path), "\\\\.\\Global\\%s.tap", tap->adapter.id);
	tap->handle = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
				  FILE_ATTRIBUTE_SYSTEM | FILE_FLAG_OVERLAPPED, NULL);
	return tap->handle == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
}

static enum lp_err check_version(const struct tap *tap)
{
	ULONG version[3] = {0};
	DWORD error = ask(tap, GET_VERSION, version, sizeof(version));
	char text[LP_WINERR_LEN];

	if (error != ERROR_SUCCESS) {
		lp_error("tap", "%s: the driver does not say its version: %s", tap->adapter.name,
			 lp_winerr_text(error, text));
		return LP_ERR_SYSTEM;
	}
	if (version[0] == MAJOR_WANTED && version[1] >= MINOR_WANTED)
		return LP_OK;
	lp_error("tap",
		 "%s: its driver is version %lu.%lu, and %d.%d or later is needed: install the "
		 "TAP-Windows6 driver of a present OpenVPN",
		 tap->adapter.name, version[0], version[1], MAJOR_WANTED, MINOR_WANTED);
	return LP_ERR_UNSUPPORTED;
}

static enum lp_err read_mac(const struct tap *tap, struct lp_mac *mac)
{
	DWORD error = ask(tap, GET_MAC, mac->octet, LP_MAC_LEN);
	char text[LP_WINERR_LEN];

	if (error == ERROR_SUCCESS)
		return LP_OK;
	lp_error("tap", "%s: the driver does not say its MAC address: %s", tap->adapter.name,
		 lp_winerr_text(error, text));
	return LP_ERR_SYSTEM;
}

/* Opens it with media down, whatever a crashed run left. */
static enum lp_err open_down(struct tap *tap)
{
	DWORD error = open_device(tap);
	enum lp_err err;

	if (error != ERROR_SUCCESS)
		return open_failed(tap, error);
	err = check_version(tap);
	return err == LP_OK ? lp_tap_set_media(&tap->dev, false) : err;
}

/* Again, after a restart that takes a moment. */
static enum lp_err open_again(struct tap *tap)
{
	CloseHandle(tap->handle);
	tap->handle = INVALID_HANDLE_VALUE;
	if (!lp_tap_adapter_restart(&tap->adapter))
		lp_debug("tap", "%s could not be restarted", tap->adapter.name);
	for (int tries = 0; tries < OPEN_TRIES && open_device(tap) != ERROR_SUCCESS; tries++)
		Sleep(OPEN_WAIT_MS);
	if (tap->handle != INVALID_HANDLE_VALUE)
		CloseHandle(tap->handle);
	return open_down(tap);
}

/* The driver reads its address when the adapter starts, and only then. */
static enum lp_err take_mac(struct tap *tap, const struct lp_mac *mac)
{
	char is[LP_MAC_TEXT_LEN], wanted[LP_MAC_TEXT_LEN];
	struct lp_mac driver;
	enum lp_err err = read_mac(tap, &driver);

	if (err == LP_OK && !lp_mac_is_equal(&driver, mac)) {
		lp_info("tap", "restarting the adapter %s for its new MAC address",
			tap->adapter.name);
		err = open_again(tap);
		if (err == LP_OK)
			err = read_mac(tap, &driver);
	}
	if (err != LP_OK || lp_mac_is_equal(&driver, mac))
		return err;
	lp_error("tap",
		 "the driver of %s has MAC %s instead of %s: disable and enable the adapter in "
		 "Windows' list of network connections (ncpa.cpl), then start again",
		 tap->adapter.name, lp_mac_format(&driver, is), lp_mac_format(mac, wanted));
	return LP_ERR_INVALID;
}

/* As Windows has it for names of connections. */
bool lp_tap_is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) <= LP_IFNAME_MAX &&
	       name[strcspn(name, "\\/:*?\"<>|\t\n\r")] == '\0';
}

enum lp_err lp_tap_open(const char *name, const struct lp_mac *mac, struct lp_framedev **out)
{
	struct tap *tap = lp_alloc(sizeof(*tap));
	enum lp_err err;
	bool is_new;

	tap->dev.ops = &tap_ops;
	tap->handle = INVALID_HANDLE_VALUE;
	err = lp_tap_adapter_find(name, &tap->adapter);
	if (err == LP_OK)
		err = lp_tap_adapter_set_mac(&tap->adapter, mac, &is_new);
	if (err == LP_OK)
		err = open_down(tap);
	if (err == LP_OK)
		err = take_mac(tap, mac);
	if (err == LP_OK)
		err = lp_tap_io_new(tap->handle, tap->adapter.name, &tap->io);
	if (err != LP_OK) {
		tap_close(&tap->dev);
		return err;
	}
	*out = &tap->dev;
	return LP_OK;
}

/* "{6BA7B810-…}" into a GUID: as CLSIDFromString, without ole32. */
static bool parse_guid(const char *text, GUID *guid)
{
	unsigned d[8];

	if (sscanf(text, "{%8lx-%4hx-%4hx-%2x%2x-%2x%2x%2x%2x%2x%2x}", &guid->Data1, &guid->Data2,
		   &guid->Data3, &d[0], &d[1], &d[2], &d[3], &d[4], &d[5], &d[6], &d[7]) != 11)
		return false;
	for (size_t i = 0; i < LP_ARRAY_COUNT(d); i++)
		guid->Data4[i] = (uint8_t)d[i];
	return true;
}

enum lp_err lp_tap_query(struct lp_framedev *dev, struct lp_tap_info *info)
{
	struct tap *tap = tap_of(dev);
	NET_IFINDEX ifindex = 0;
	NET_LUID luid;
	GUID guid;

	if (!parse_guid(tap->adapter.id, &guid) ||
	    ConvertInterfaceGuidToLuid(&guid, &luid) != NO_ERROR ||
	    ConvertInterfaceLuidToIndex(&luid, &ifindex) != NO_ERROR) {
		lp_error("tap",
			 "%s: Windows does not know it as a network interface: disable and enable "
			 "it in Windows' list of network connections (ncpa.cpl)",
			 tap->adapter.name);
		return LP_ERR_SYSTEM;
	}
	lp_strcopy(info->name, sizeof(info->name), tap->adapter.name);
	info->ifindex = ifindex;
	return LP_OK;
}

enum lp_err lp_tap_set_media(struct lp_framedev *dev, bool is_up)
{
	struct tap *tap = tap_of(dev);
	char text[LP_WINERR_LEN];
	ULONG value = is_up;
	DWORD error = ask(tap, SET_MEDIA, &value, sizeof(value));

	if (error == ERROR_SUCCESS)
		return LP_OK;
	lp_error("tap", "%s: cannot set the media state: %s", tap->adapter.name,
		 lp_winerr_text(error, text));
	return LP_ERR_SYSTEM;
}
