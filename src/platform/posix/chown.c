/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/chown.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY_LEN 7 /* of ".XXXXXX", which a file has behind its name while it is written */

bool lp_chown_is_user(const char *name)
{
	return getpwnam(name) != NULL;
}

bool lp_chown_is_group(const char *name)
{
	return getgrnam(name) != NULL;
}

static bool is_ours(const struct lp_chown_folder *folder, int fd, const char *entry)
{
	struct stat info;

	for (size_t i = 0; i < folder->name_count; i++) {
		size_t len = strlen(folder->names[i]);

		if (strncmp(entry, folder->names[i], len) == 0 &&
		    (entry[len] == '\0' ||
		     (entry[len] == '.' && strlen(entry + len) == TEMPORARY_LEN)))
			return true;
	}
	/* The control socket may be here, too. */
	return fstatat(fd, entry, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(info.st_mode);
}

/* Is there something in it that is not ours? Says what. */
static bool has_others(const struct lp_chown_folder *folder, int fd, char why[LP_CHOWN_WHY_LEN])
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	bool has = entries == NULL;

	if (!entries) {
		snprintf(why, LP_CHOWN_WHY_LEN, "%s", strerror(errno));
		if (copy >= 0)
			close(copy);
		return true;
	}
	while (!has && (entry = readdir(entries))) {
		const char *name = entry->d_name;

		has = strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
		      !is_ours(folder, fd, name);
		if (has)
			snprintf(why, LP_CHOWN_WHY_LEN, "\"%s\" in it is not lanparty's", name);
	}
	closedir(entries);
	return has;
}

static bool is_below_root(int fd)
{
	struct stat above, root;

	return fstatat(fd, "..", &above, 0) < 0 || stat("/", &root) < 0 ||
	       (above.st_dev == root.st_dev && above.st_ino == root.st_ino);
}

/* May it be given away? Says why not. */
static bool can_give(const struct lp_chown_folder *folder, int fd, const struct stat *info,
		     char why[LP_CHOWN_WHY_LEN])
{
	if (info->st_uid != 0)
		snprintf(why, LP_CHOWN_WHY_LEN, "it belongs to somebody else");
	else if (info->st_mode & (S_IWGRP | S_IWOTH))
		snprintf(why, LP_CHOWN_WHY_LEN, "others can write to it");
	else if (is_below_root(fd))
		snprintf(why, LP_CHOWN_WHY_LEN, "it may be one of the system's");
	else
		return folder->is_new || !has_others(folder, fd, why);
	return false;
}

/*
 * Whoever can write to the folder could put a link to any file of root's there, so it is looked at
 * what was opened, and given is that.
 */
static bool give_file(int folder_fd, const char *name, const struct passwd *user)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	bool is_given = true;
	int error;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == 0 &&
	    info.st_nlink == 1)
		is_given = fchown(fd, user->pw_uid, user->pw_gid) == 0;
	error = errno;
	close(fd);
	errno = error;
	return is_given;
}

static bool give_all(const struct lp_chown_folder *folder, int fd, const struct passwd *user,
		     char why[LP_CHOWN_WHY_LEN])
{
	struct stat info;
	bool has_it, is_given;

	if (fstat(fd, &info) < 0) {
		snprintf(why, LP_CHOWN_WHY_LEN, "%s", strerror(errno));
		return false;
	}
	has_it = info.st_uid == user->pw_uid;
	is_given = has_it || can_give(folder, fd, &info, why);
	/* The files first, while nobody else can change what is here. */
	for (size_t i = 0; i < folder->name_count; i++) {
		if (give_file(fd, folder->names[i], user) || !is_given)
			continue;
		snprintf(why, LP_CHOWN_WHY_LEN, "%s: %s", folder->names[i], strerror(errno));
		is_given = false;
	}
	if (!is_given || has_it || fchown(fd, user->pw_uid, user->pw_gid) == 0)
		return is_given;
	snprintf(why, LP_CHOWN_WHY_LEN, "%s", strerror(errno));
	return false;
}

bool lp_chown_give(const struct lp_chown_folder *folder, const char *user,
		   char why[LP_CHOWN_WHY_LEN])
{
	const struct passwd *entry = geteuid() == 0 && user ? getpwnam(user) : NULL;
	bool is_given = false;
	int fd;

	if (!entry || entry->pw_uid == 0)
		return true;
	fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		is_given = give_all(folder, fd, entry, why);
	else if (errno == ENOTDIR || errno == ELOOP)
		snprintf(why, LP_CHOWN_WHY_LEN, "it is a symbolic link");
	else
		snprintf(why, LP_CHOWN_WHY_LEN, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return is_given;
}
