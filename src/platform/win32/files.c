/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/files.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/win32/winerr.h"

#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LEN	1024
#define LOCK_NAME	"lanpartyd.lock"
#define REPLACE_TRIES	10 /* a virus scanner may have the old file open for a moment */
#define REPLACE_WAIT_MS 5

/* Protected from what the folder above would give: the system, administrators, and its maker. */
#define PRIVATE_FILE   "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)"
#define PRIVATE_FOLDER "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)"

static const char *remedy(DWORD error)
{
	switch (error) {
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_INVALID_NAME:
		return "; name a place that is there, or make its folder";
	case ERROR_ACCESS_DENIED:
		return "; start lanpartyd as the service or as administrator, or name another "
		       "place";
	case ERROR_WRITE_PROTECT:
		return "; name a place that can be written to";
	case ERROR_DISK_FULL:
	case ERROR_HANDLE_DISK_FULL:
		return "; make room there, or name another place";
	default:
		return "";
	}
}

/* Logs the system's own text once, with what to do, and returns our word for it. */
static enum lp_err fail_with(const char *action, const char *path, DWORD error)
{
	char text[LP_WINERR_LEN];

	lp_error("files", "cannot %s %s: %s%s", action, path, lp_winerr_text(error, text),
		 remedy(error));
	return lp_winerr_translate(error);
}

static enum lp_err fail(const char *action, const char *path)
{
	return fail_with(action, path, GetLastError());
}

/* Security attributes for a DACL in SDDL; freed with LocalFree(attributes->lpSecurityDescriptor).
 */
static SECURITY_ATTRIBUTES *make_private(const char *sddl, SECURITY_ATTRIBUTES *attributes)
{
	*attributes = (SECURITY_ATTRIBUTES){.nLength = sizeof(*attributes)};
	return ConvertStringSecurityDescriptorToSecurityDescriptorA(
		       sddl, SDDL_REVISION_1, &attributes->lpSecurityDescriptor, NULL)
		       ? attributes
		       : NULL;
}

static enum lp_err read_all(HANDLE file, const char *path, uint8_t *data, size_t cap, size_t *len)
{
	size_t got = 0;

	for (;;) {
		uint8_t beyond;
		bool is_full = got == cap;
		DWORD n, room = (DWORD)LP_MIN(cap - got, (size_t)1 << 20);

		if (!ReadFile(file, is_full ? &beyond : data + got, is_full ? 1 : room, &n, NULL))
			return fail("read", path);
		if (n == 0)
			break;
		if (is_full)
			return LP_ERR_TOO_LARGE;
		got += n;
	}
	*len = got;
	return LP_OK;
}

static HANDLE open_to_read(const char *path)
{
	return CreateFileA(path, GENERIC_READ,
			   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
			   OPEN_EXISTING, 0, NULL);
}

enum lp_err lp_file_read(const char *path, void *data, size_t cap, size_t *len)
{
	HANDLE file = open_to_read(path);
	enum lp_err err;

	if (file == INVALID_HANDLE_VALUE)
		return GetLastError() == ERROR_FILE_NOT_FOUND ? LP_ERR_NOT_FOUND
							      : fail("open", path);
	/* A pipe or console in the file's place must not hang the daemon. */
	if (GetFileType(file) == FILE_TYPE_DISK)
		err = read_all(file, path, data, cap, len);
	else
		err = fail_with("read", path, ERROR_INVALID_NAME);
	CloseHandle(file);
	return err;
}

static HANDLE create_beside(const char *temporary, bool is_secret)
{
	SECURITY_ATTRIBUTES attributes;
	SECURITY_ATTRIBUTES *security = is_secret ? make_private(PRIVATE_FILE, &attributes) : NULL;
	HANDLE file = INVALID_HANDLE_VALUE;

	/* A secret is never without its DACL, not even for a moment. */
	if (!is_secret || security)
		file = CreateFileA(temporary, GENERIC_WRITE, 0, security, CREATE_ALWAYS,
				   FILE_ATTRIBUTE_NORMAL, NULL);
	if (security) {
		DWORD error = GetLastError();

		LocalFree(security->lpSecurityDescriptor);
		SetLastError(error);
	}
	return file;
}

static bool fill(HANDLE file, const uint8_t *data, size_t len)
{
	while (len > 0) {
		DWORD n;

		if (!WriteFile(file, data, (DWORD)LP_MIN(len, (size_t)1 << 20), &n, NULL))
			return false;
		data += n;
		len -= n;
	}
	return FlushFileBuffers(file) != 0;
}

static bool replace(const char *temporary, const char *path)
{
	for (int tries = 0; tries < REPLACE_TRIES; tries++) {
		if (MoveFileExA(temporary, path,
				MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
			return true;
		if (GetLastError() != ERROR_SHARING_VIOLATION &&
		    GetLastError() != ERROR_ACCESS_DENIED)
			return false;
		Sleep(REPLACE_WAIT_MS);
	}
	return false;
}

enum lp_err lp_file_write(const char *path, const void *data, size_t len, bool is_secret)
{
	char temporary[PATH_LEN];
	int path_len = snprintf(temporary, sizeof(temporary), "%s.%lu.tmp", path,
				(unsigned long)GetCurrentProcessId());
	enum lp_err err = LP_OK;
	HANDLE file;

	if (path_len < 0 || (size_t)path_len >= sizeof(temporary))
		return fail_with("write", path, ERROR_FILENAME_EXCED_RANGE);
	file = create_beside(temporary, is_secret);
	if (file == INVALID_HANDLE_VALUE)
		return fail("write", path);
	if (!fill(file, data, len))
		err = fail("write", path);
	CloseHandle(file);
	if (err == LP_OK && !replace(temporary, path))
		err = fail("replace", path);
	if (err != LP_OK)
		DeleteFileA(temporary);
	return err;
}

enum lp_err lp_file_remove(const char *path)
{
	if (!DeleteFileA(path) && GetLastError() != ERROR_FILE_NOT_FOUND &&
	    GetLastError() != ERROR_PATH_NOT_FOUND)
		return fail("remove", path);
	return LP_OK;
}

struct lp_file_lock {
	HANDLE file;
};

/* A file that nobody else can open, and that goes with the process that has it open. */
enum lp_err lp_file_lock_folder(const char *path, struct lp_file_lock **lock, uint32_t *holder)
{
	char name[PATH_LEN];
	HANDLE file;

	snprintf(name, sizeof(name), "%s/" LOCK_NAME, path);
	file = CreateFileA(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
			   FILE_ATTRIBUTE_HIDDEN | FILE_FLAG_DELETE_ON_CLOSE, NULL);
	if (file == INVALID_HANDLE_VALUE) {
		*holder = 0;
		return GetLastError() == ERROR_SHARING_VIOLATION ? LP_ERR_BUSY : fail("lock", path);
	}
	*lock = lp_alloc(sizeof(**lock));
	(*lock)->file = file;
	return LP_OK;
}

void lp_file_unlock(struct lp_file_lock *lock)
{
	if (!lock)
		return;
	CloseHandle(lock->file);
	free(lock);
}

enum lp_err lp_file_stat(const char *path)
{
	DWORD attributes = GetFileAttributesA(path);
	HANDLE file;

	if (attributes == INVALID_FILE_ATTRIBUTES)
		return lp_winerr_translate(GetLastError());
	if ((attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) != 0)
		return LP_ERR_INVALID;
	file = open_to_read(path);
	if (file == INVALID_HANDLE_VALUE)
		return lp_winerr_translate(GetLastError());
	CloseHandle(file);
	return LP_OK;
}

/* Windows says "path not found" also where a part of it is a file. */
static bool has_file_in(const char *path)
{
	char part[PATH_LEN];

	lp_strcopy(part, sizeof(part), path);
	for (char *c = part + strlen(part); c > part; c--) {
		DWORD attributes;

		if (*c != '/' && *c != '\\')
			continue;
		*c = '\0';
		attributes = GetFileAttributesA(part);
		if (attributes != INVALID_FILE_ATTRIBUTES)
			return (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
	}
	return false;
}

enum lp_err lp_file_check_folder(const char *path)
{
	DWORD attributes = GetFileAttributesA(path);

	if (attributes == INVALID_FILE_ATTRIBUTES)
		return has_file_in(path) ? LP_ERR_INVALID : lp_winerr_translate(GetLastError());
	return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? LP_OK : LP_ERR_INVALID;
}

enum lp_err lp_file_check_writable(const char *path)
{
	HANDLE folder = CreateFileA(path, FILE_ADD_FILE | FILE_DELETE_CHILD,
				    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
				    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);

	if (folder == INVALID_HANDLE_VALUE)
		return lp_winerr_translate(GetLastError());
	CloseHandle(folder);
	return LP_OK;
}

static enum lp_err make_one(const char *path, SECURITY_ATTRIBUTES *security)
{
	DWORD error;

	if (CreateDirectoryA(path, security))
		return LP_OK;
	/* What is there already may hide behind another error, a drive's root for example. */
	error = GetLastError();
	if (lp_file_check_folder(path) == LP_OK)
		return LP_OK;
	return fail_with("make folder", path, error);
}

enum lp_err lp_file_make_folder(const char *path)
{
	SECURITY_ATTRIBUTES attributes;
	char part[PATH_LEN];
	enum lp_err err = LP_OK;

	if (!*path || !lp_strcopy(part, sizeof(part), path)) {
		lp_error("files", "the path of a folder must have 1 to %zu bytes, not %zu",
			 sizeof(part) - 1, strlen(path));
		return *path ? LP_ERR_TOO_LARGE : LP_ERR_INVALID;
	}
	for (char *slash = strpbrk(part + 1, "/\\"); slash && err == LP_OK;
	     slash = strpbrk(slash + 1, "/\\")) {
		char was = *slash;

		*slash = '\0';
		if (slash[-1] != ':')
			err = make_one(part, NULL);
		*slash = was;
	}
	if (err != LP_OK)
		return err;
	if (!make_private(PRIVATE_FOLDER, &attributes))
		return fail("make folder", path);
	err = make_one(part, &attributes);
	LocalFree(attributes.lpSecurityDescriptor);
	return err;
}

/* Handles are limited by memory alone. */
enum lp_err lp_file_allow(unsigned count)
{
	(void)count;
	return LP_OK;
}

/* A closed standard handle is one that nothing is written to, and no other file becomes it. */
void lp_file_begin(void)
{
}
