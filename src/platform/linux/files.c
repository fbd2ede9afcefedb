/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/files.h"

#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TEMPORARY_SUFFIX ".XXXXXX"

static enum lp_err translate(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return LP_ERR_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return LP_ERR_PERMISSION;
	case ENAMETOOLONG:
		return LP_ERR_TOO_LARGE;
	default:
		return LP_ERR_SYSTEM;
	}
}

static const char *remedy(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return "; name a place that is there, or make its folder";
	case EACCES:
	case EPERM:
		return "; let the user that lanpartyd runs as do that, or name another place";
	case EROFS:
		return "; name a place that can be written to";
	case ENAMETOOLONG:
		return "; name a place with a shorter path";
	case ENOSPC:
	case EDQUOT:
		return "; make room there, or name another place";
	default:
		return "";
	}
}

/* Logs errno's own text once, with what to do, and gives our word for it. */
static enum lp_err fail(const char *action, const char *path)
{
	int error = errno;

	lp_error("files", "cannot %s %s: %s%s", action, path, strerror(error), remedy(error));
	return translate(error);
}

static enum lp_err read_all(int fd, const char *path, uint8_t *data, size_t cap, size_t *len)
{
	size_t got = 0;

	for (;;) {
		uint8_t beyond;
		bool is_full = got == cap;
		ssize_t n = read(fd, is_full ? &beyond : data + got, is_full ? 1 : cap - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail("read", path);
		if (n == 0)
			break;
		if (is_full)
			return LP_ERR_TOO_LARGE;
		got += (size_t)n;
	}
	*len = got;
	return LP_OK;
}

enum lp_err lp_file_read(const char *path, void *data, size_t cap, size_t *len)
{
	enum lp_err err;
	/* A FIFO in the file's place must not hang the daemon. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? LP_ERR_NOT_FOUND : fail("open", path);
	err = read_all(fd, path, data, cap, len);
	close(fd);
	return err;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* The folder that path is in, into folder[PATH_MAX]. */
static void folder_of(const char *path, char *folder)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		strcpy(folder, ".");
	else if (slash == path)
		strcpy(folder, "/");
	else
		snprintf(folder, PATH_MAX, "%.*s", (int)(slash - path), path);
}

/* A rename is on disk only when its folder is. */
static enum lp_err sync_folder(const char *path)
{
	char folder[PATH_MAX];
	enum lp_err err = LP_OK;
	int fd;

	folder_of(path, folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail("open", folder);
	/* Some file systems cannot sync a folder and say EINVAL; nothing better is to be had there.
	 */
	if (fsync(fd) < 0 && errno != EINVAL)
		err = fail("sync", folder);
	close(fd);
	return err;
}

/* Fills the new file beside its place. Closes fd in any case. */
static enum lp_err fill(int fd, const char *path, const void *data, size_t len, mode_t mode)
{
	enum lp_err err = LP_OK;

	if (fchmod(fd, mode) < 0 || !write_all(fd, data, len) || fsync(fd) < 0)
		err = fail("write", path);
	if (close(fd) < 0 && !err)
		err = fail("write", path);
	return err;
}

enum lp_err lp_file_write(const char *path, const void *data, size_t len, bool is_secret)
{
	char temporary[PATH_MAX];
	enum lp_err err;
	int fd, path_len;

	path_len = snprintf(temporary, sizeof(temporary), "%s" TEMPORARY_SUFFIX, path);
	if (path_len < 0 || (size_t)path_len >= sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return fail("write", path);
	}
	/* Made with 0600, so that a secret is never readable, not even for a moment. */
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fail("write", path);
	err = fill(fd, path, data, len, is_secret ? 0600 : 0644);
	if (!err && rename(temporary, path) < 0)
		err = fail("replace", path);
	if (err) {
		unlink(temporary);
		return err;
	}
	return sync_folder(path);
}

enum lp_err lp_file_remove(const char *path)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return fail("remove", path);
	return LP_OK;
}

struct lp_file_lock {
	int fd;
};

/* The process that has locked what fd is open to, as the kernel lists it; 0 = none of those. */
static uint32_t holder_of(int fd)
{
	FILE *locks = fopen("/proc/locks", "re");
	uint32_t pid = 0, listed;
	unsigned major_id, minor_id;
	unsigned long inode;
	struct stat info;
	char line[256];

	if (!locks)
		return 0;
	while (fstat(fd, &info) == 0 && !pid && fgets(line, sizeof(line), locks)) {
		if (sscanf(line, "%*u: FLOCK %*s %*s %" SCNu32 " %x:%x:%lu", &listed, &major_id,
			   &minor_id, &inode) == 4 &&
		    inode == info.st_ino && makedev(major_id, minor_id) == info.st_dev)
			pid = listed;
	}
	fclose(locks);
	return pid;
}

enum lp_err lp_file_lock_folder(const char *path, struct lp_file_lock **lock, uint32_t *holder)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail("open", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK) {
			*holder = holder_of(fd);
			close(fd);
			return LP_ERR_BUSY;
		}
		lp_warn("files", "cannot lock %s: %s; make sure that nothing else uses it", path,
			strerror(errno));
	}
	*lock = lp_alloc(sizeof(**lock));
	(*lock)->fd = fd;
	return LP_OK;
}

void lp_file_unlock(struct lp_file_lock *lock)
{
	if (!lock)
		return;
	close(lock->fd);
	free(lock);
}

enum lp_err lp_file_stat(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return translate(errno);
	if (!S_ISREG(info.st_mode))
		return LP_ERR_INVALID;
	return access(path, R_OK) == 0 ? LP_OK : translate(errno);
}

bool lp_file_is_public(const char *path)
{
	char real[PATH_MAX];
	struct stat info;
	char *slash;

	if (!realpath(path, real) || stat(real, &info) < 0 || !S_ISREG(info.st_mode) ||
	    !(info.st_mode & S_IROTH))
		return false;
	while ((slash = strrchr(real, '/')) && slash != real) {
		*slash = '\0';
		if (stat(real, &info) < 0 || !(info.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

enum lp_err lp_file_check_folder(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return errno == ENOTDIR ? LP_ERR_INVALID : translate(errno);
	return S_ISDIR(info.st_mode) ? LP_OK : LP_ERR_INVALID;
}

enum lp_err lp_file_check_writable(const char *path)
{
	return access(path, W_OK | X_OK) == 0 ? LP_OK : translate(errno);
}

static enum lp_err make_one(const char *path, mode_t mode)
{
	struct stat info;
	int error;

	if (mkdir(path, mode) == 0)
		return LP_OK;
	/* What is there already may hide behind another error: EROFS, EACCES in a parent. */
	error = errno;
	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return LP_OK;
	errno = error == EEXIST ? ENOTDIR : error;
	return fail("make folder", path);
}

enum lp_err lp_file_make_folder(const char *path)
{
	char part[PATH_MAX];
	enum lp_err err = LP_OK;

	if (!*path || !lp_strcopy(part, sizeof(part), path)) {
		lp_error("files", "the path of a folder must have 1 to %zu bytes, not %zu",
			 sizeof(part) - 1, strlen(path));
		return *path ? LP_ERR_TOO_LARGE : LP_ERR_INVALID;
	}
	for (char *slash = strchr(part + 1, '/'); slash && !err; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = make_one(part, 0755);
		*slash = '/';
	}
	return err ? err : make_one(part, 0700);
}

enum lp_err lp_file_allow(unsigned count)
{
	struct rlimit limit;

	/* Where nothing is known of a limit, what is opened will say so itself. */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= count)
		return LP_OK;
	limit.rlim_cur = LP_MIN((rlim_t)count, limit.rlim_max);
	if (limit.rlim_cur == count && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return LP_OK;
	lp_error("files",
		 "%u files may have to be open at a time, and only %llu can be: raise the limit "
		 "(LimitNOFILE of a service, ulimit -n in a shell)",
		 count, (unsigned long long)limit.rlim_max);
	return LP_ERR_TOO_LARGE;
}

void lp_file_begin(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* The wrong way round: reading from the one and writing to the others fails. */
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
	umask(022);
}
