/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/ctl_socket.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

struct lp_ctl_server {
	int fd;
	int spare_fd; /* given up to answer a caller when descriptors run out */
	struct sockaddr_un addr;
	dev_t device; /* of our socket file, which a successor may have replaced … */
	ino_t inode;  /* … when we come to remove it */
	struct lp_watcher *watcher;
	struct lp_watch *watch; /* NULL: not started, or there is nothing to take a caller with */
	void (*on_stream)(void *arg, struct lp_ctl_stream *stream);
	void *arg;
	struct lp_log_limit log_limit;
};

struct lp_ctl_stream {
	int fd;
	struct lp_watcher *watcher;
	struct lp_watch *watch;
};

static enum lp_err translate(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
	case EROFS:
		return LP_ERR_PERMISSION;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return LP_ERR_NOT_FOUND;
	case EAGAIN:
		return LP_ERR_TIMEOUT;
	default:
		return LP_ERR_SYSTEM;
	}
}

/* Logs errno's own text once and gives our word for it. */
static enum lp_err fail(const char *action, const char *path)
{
	int error = errno;

	lp_error("control", "cannot %s %s: %s", action, path, strerror(error));
	return translate(error);
}

static bool fill_address(const char *path, struct sockaddr_un *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	return *path && lp_strcopy(addr->sun_path, sizeof(addr->sun_path), path);
}

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int connect_to(const struct sockaddr_un *addr)
{
	int fd = open_socket();

	if (fd >= 0 && connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static enum lp_err fail_folder(const char *folder)
{
	int error = errno;

	lp_error("control",
		 "cannot make folder %s: %s; make it for the user that lanpartyd runs as, or set "
		 "control.socket to another path",
		 folder, strerror(error));
	return translate(error);
}

/*
 * Makes the folder of the socket with mode 0750 if it is missing, the group's own where there is
 * one: who may not enter the folder cannot reach the socket.
 */
static enum lp_err make_folder(const char *path, gid_t gid)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	lp_strcopy(folder, sizeof(folder), path);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return LP_OK;
	*slash = '\0';
	if (mkdir(folder, 0750) < 0)
		return errno == EEXIST ? LP_OK : fail_folder(folder);
	if (gid != (gid_t)-1 && chown(folder, (uid_t)-1, gid) < 0)
		return fail("give to its group", folder);
	return LP_OK;
}

/* Removes a socket file that a dead daemon left; only when nobody answers there. */
static enum lp_err remove_stale(const struct sockaddr_un *addr)
{
	const char *path = addr->sun_path;
	struct stat info;
	int fd;

	if (lstat(path, &info) < 0)
		return errno == ENOENT ? LP_OK : fail("look at", path);
	if (!S_ISSOCK(info.st_mode)) {
		lp_error("control",
			 "%s is no socket: remove it, or set control.socket to another path", path);
		return LP_ERR_EXISTS;
	}
	fd = connect_to(addr);
	/* A full backlog (EAGAIN) is a daemon that lives. */
	if (fd >= 0 || errno == EAGAIN) {
		if (fd >= 0)
			close(fd);
		lp_error("control",
			 "another lanpartyd answers at %s: stop it, or set control.socket "
			 "to another path",
			 path);
		return LP_ERR_BUSY;
	}
	if (errno != ECONNREFUSED)
		return fail("reach who listens at", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return fail("remove the stale socket", path);
	lp_info("control", "replacing the socket %s, which a daemon that is gone left", path);
	return LP_OK;
}

static enum lp_err find_group(const char *name, gid_t *gid)
{
	const struct group *group;

	*gid = (gid_t)-1;
	if (!name)
		return LP_OK;
	group = getgrnam(name);
	if (!group) {
		lp_error("control",
			 "there is no group \"%s\": make it with groupadd, or change "
			 "control.group",
			 name);
		return LP_ERR_NOT_FOUND;
	}
	*gid = group->gr_gid;
	return LP_OK;
}

/* Binds with mode 0660 from the first moment on; called before there are other threads. */
static enum lp_err bind_and_listen(struct lp_ctl_server *server, gid_t gid)
{
	const char *path = server->addr.sun_path;
	struct stat info;
	mode_t mask = umask(0117);
	int result = bind(server->fd, (const struct sockaddr *)&server->addr, sizeof(server->addr));

	umask(mask);
	if (result < 0 && errno == EADDRINUSE) {
		lp_error("control",
			 "another lanpartyd has just begun to listen at %s: stop it, or set "
			 "control.socket "
			 "to another path",
			 path);
		return LP_ERR_BUSY;
	}
	if (result < 0)
		return fail("listen at", path);
	if (lstat(path, &info) == 0) {
		server->device = info.st_dev;
		server->inode = info.st_ino;
	}
	if (gid != (gid_t)-1 && lchown(path, (uid_t)-1, gid) < 0)
		return fail("give to its group", path);
	if (listen(server->fd, BACKLOG) < 0)
		return fail("listen at", path);
	return LP_OK;
}

enum lp_err lp_ctl_server_open(const char *path, const char *group, struct lp_ctl_server **out)
{
	struct lp_ctl_server *server = lp_alloc(sizeof(*server));
	enum lp_err err;
	gid_t gid;

	server->fd = -1;
	server->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fill_address(path, &server->addr)) {
		err = find_group(group, &gid);
		if (!err)
			err = make_folder(path, gid);
		if (!err)
			err = remove_stale(&server->addr);
		if (!err) {
			server->fd = open_socket();
			err = server->fd < 0 ? fail("open", path) : bind_and_listen(server, gid);
		}
	} else {
		lp_error("control", "the path of the control socket must have 1 to %zu bytes: %s",
			 sizeof(server->addr.sun_path) - 1, path);
		err = LP_ERR_TOO_LARGE;
	}
	if (err) {
		lp_ctl_server_close(server);
		return err;
	}
	*out = server;
	return LP_OK;
}

static void remove_own_file(const struct lp_ctl_server *server)
{
	const char *path = server->addr.sun_path;
	struct stat info;

	if (server->inode && lstat(path, &info) == 0 && info.st_dev == server->device &&
	    info.st_ino == server->inode && unlink(path) < 0)
		/* The usual case after dropping privileges; the next start replaces it. */
		lp_debug("control", "%s stays behind: %s", path, strerror(errno));
}

void lp_ctl_server_close(struct lp_ctl_server *server)
{
	if (!server)
		return;
	if (server->watch)
		server->watcher->remove(server->watcher, server->watch);
	remove_own_file(server);
	if (server->fd >= 0)
		close(server->fd);
	if (server->spare_fd >= 0)
		close(server->spare_fd);
	free(server);
}

static void log_caller(int fd)
{
	struct ucred caller;
	socklen_t len = sizeof(caller);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &caller, &len) == 0)
		lp_debug("control", "connection from pid %ld, uid %lu, gid %lu", (long)caller.pid,
			 (unsigned long)caller.uid, (unsigned long)caller.gid);
}

/* Not by getpwuid: a directory that does not answer would make us wait. */
static bool find_user(uid_t uid, char *name, size_t name_len)
{
	FILE *file = fopen("/etc/passwd", "re");
	struct passwd *user;

	if (!file)
		return false;
	do
		user = fgetpwent(file);
	while (user && user->pw_uid != uid);
	if (user)
		snprintf(name, name_len, "%s", user->pw_name);
	fclose(file);
	return user != NULL;
}

void lp_ctl_stream_caller(const struct lp_ctl_stream *stream, char *text, size_t text_len)
{
	struct ucred caller;
	socklen_t len = sizeof(caller);
	char name[33];

	if (getsockopt(stream->fd, SOL_SOCKET, SO_PEERCRED, &caller, &len) != 0)
		snprintf(text, text_len, "somebody");
	else if (find_user(caller.uid, name, sizeof(name)))
		snprintf(text, text_len, "uid %lu (%s)", (unsigned long)caller.uid, name);
	else
		snprintf(text, text_len, "uid %lu", (unsigned long)caller.uid);
}

static struct lp_ctl_stream *new_stream(int fd)
{
	struct lp_ctl_stream *stream = lp_alloc(sizeof(*stream));

	stream->fd = fd;
	return stream;
}

/*
 * Without descriptors the caller would stay in the backlog and wake us for ever: the spare one lets
 * us turn it away. What is left of the connection is the next spare one, so that no other thread
 * gets it meanwhile.
 */
static bool turn_away(struct lp_ctl_server *server)
{
	if (server->spare_fd < 0)
		return false;
	close(server->spare_fd);
	server->spare_fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
	return server->spare_fd >= 0 && shutdown(server->spare_fd, SHUT_RDWR) == 0;
}

static void fail_accept(struct lp_ctl_server *server, int error)
{
	bool is_full = error == EMFILE || error == ENFILE;

	lp_log_write_limited(&server->log_limit, lp_clock_read().mono_ns, LP_LOG_WARN, "control",
			     "cannot take a connection: %s%s", strerror(error),
			     is_full ? "; raise LimitNOFILE, or ulimit -n" : "");
	if (is_full && turn_away(server))
		return;
	server->watcher->remove(server->watcher, server->watch);
	server->watch = NULL;
}

static void on_connection(void *arg)
{
	struct lp_ctl_server *server = arg;
	int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			fail_accept(server, errno);
		return;
	}
	log_caller(fd);
	server->on_stream(server->arg, new_stream(fd));
}

enum lp_err lp_ctl_server_start(struct lp_ctl_server *server, struct lp_watcher *watcher,
				void (*on_stream)(void *arg, struct lp_ctl_stream *stream),
				void *arg)
{
	server->watcher = watcher;
	server->on_stream = on_stream;
	server->arg = arg;
	server->watch = watcher->add(watcher, server->fd, on_connection, server);
	return server->watch ? LP_OK : LP_ERR_SYSTEM;
}

void lp_ctl_server_retry(struct lp_ctl_server *server)
{
	if (server->watch)
		return;
	if (server->spare_fd < 0)
		server->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	server->watch = server->watcher->add(server->watcher, server->fd, on_connection, server);
}

enum lp_err lp_ctl_connect(const char *path, struct lp_ctl_stream **out)
{
	struct sockaddr_un addr;
	enum lp_err err;
	int fd;

	if (!fill_address(path, &addr))
		return LP_ERR_NOT_FOUND;
	fd = connect_to(&addr);
	if (fd < 0) {
		err = translate(errno);
		return err == LP_ERR_SYSTEM ? fail("connect to", path) : err;
	}
	*out = new_stream(fd);
	return LP_OK;
}

void lp_ctl_stream_close(struct lp_ctl_stream *stream)
{
	if (!stream)
		return;
	if (stream->watch)
		stream->watcher->remove(stream->watcher, stream->watch);
	close(stream->fd);
	free(stream);
}

enum lp_err lp_ctl_stream_start(struct lp_ctl_stream *stream, struct lp_watcher *watcher,
				void (*on_ready)(void *arg), void *arg)
{
	stream->watcher = watcher;
	stream->watch = watcher->add(watcher, stream->fd, on_ready, arg);
	return stream->watch ? LP_OK : LP_ERR_SYSTEM;
}

/* A caller that goes away in any manner is simply gone; there is nothing to say about it. */
static enum lp_err stream_error(void)
{
	return errno == EAGAIN || errno == EINTR ? LP_ERR_AGAIN : LP_ERR_CLOSED;
}

enum lp_err lp_ctl_stream_recv(struct lp_ctl_stream *stream, void *data, size_t cap, size_t *got)
{
	ssize_t n = recv(stream->fd, data, cap, 0);

	if (n < 0)
		return stream_error();
	*got = (size_t)n;
	return n || !cap ? LP_OK : LP_ERR_CLOSED;
}

enum lp_err lp_ctl_stream_send(struct lp_ctl_stream *stream, const void *data, size_t len,
			       size_t *sent)
{
	ssize_t n = send(stream->fd, data, len, MSG_NOSIGNAL);

	*sent = n > 0 ? (size_t)n : 0;
	return n < 0 ? stream_error() : LP_OK;
}

enum lp_err lp_ctl_stream_wait(struct lp_ctl_stream *stream, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = stream->fd, .events = POLLIN};
	int count;

	do {
		count = poll(&poll_fd, 1, timeout_ms);
	} while (count < 0 && errno == EINTR); /* stopped and continued, for example */
	if (count < 0)
		return fail("wait for", "the control socket");
	return count > 0 ? LP_OK : LP_ERR_TIMEOUT;
}
