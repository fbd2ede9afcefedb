/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/resolve.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/sockaddr.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_SIZE                                                                                 \
	(512 * 1024) /* the C library's resolver loads modules of the system's choice              \
		      */

/*
 * What thread and owner share. The thread writes the results, then a byte into the pipe, then lets
 * go; the owner reads only after the byte. Whoever lets go last frees, so neither waits for the
 * other: a resolver that hangs for a minute hangs alone.
 */
struct job {
	atomic_int ref_count;
	int pipe[2];
	struct lp_hostport where;
	enum lp_err err;
	int resolver_error; /* EAI_… */
	struct lp_addr addrs[LP_RESOLVE_MAX];
	size_t addr_count;
};

struct lp_resolve {
	struct job *job;
	struct lp_watcher *watcher;
	struct lp_watch *watch;
	void (*on_done)(void *arg, enum lp_err err, const struct lp_addr *addrs, size_t addr_count);
	void *arg;
};

static void let_go(struct job *job)
{
	if (atomic_fetch_sub(&job->ref_count, 1) > 1)
		return;
	close(job->pipe[0]);
	close(job->pipe[1]);
	free(job);
}

static void keep_addresses(struct job *job, const struct addrinfo *list)
{
	for (; list && job->addr_count < LP_RESOLVE_MAX; list = list->ai_next) {
		struct lp_addr *addr = &job->addrs[job->addr_count];
		union lp_sockaddr name;

		if (list->ai_addrlen > sizeof(name))
			continue;
		memcpy(&name, list->ai_addr, list->ai_addrlen);
		lp_sockaddr_decode(&name, addr);
		addr->port = job->where.port;
		if (addr->family != LP_ADDR_NONE)
			job->addr_count++;
	}
}

static void resolve(struct job *job)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;

	job->resolver_error = getaddrinfo(job->where.host, NULL, &hints, &list);
	switch (job->resolver_error) {
	case 0:
		keep_addresses(job, list);
		freeaddrinfo(list);
		job->err = job->addr_count > 0 ? LP_OK : LP_ERR_NOT_FOUND;
		break;
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		job->err = LP_ERR_NOT_FOUND;
		break;
	default:
		job->err = LP_ERR_UNREACHABLE;
		break;
	}
}

static void wake_owner(const struct job *job)
{
	ssize_t n;

	do
		n = write(job->pipe[1], "", 1);
	while (n < 0 && errno == EINTR);
}

static void *run(void *arg)
{
	struct job *job = arg;

	resolve(job);
	wake_owner(job);
	let_go(job);
	return NULL;
}

static enum lp_err start_thread(struct job *job)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int error;

	if (pthread_attr_init(&attributes) != 0)
		return LP_ERR_SYSTEM;
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
	/* Signals belong to the loop. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_fetch_add(&job->ref_count, 1);
	error = pthread_create(&thread, &attributes, run, job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (error == 0)
		return LP_OK;
	atomic_fetch_sub(&job->ref_count, 1);
	lp_error("resolve", "cannot start a thread: %s", strerror(error));
	return LP_ERR_SYSTEM;
}

static void on_ready(void *arg)
{
	struct lp_resolve *resolve = arg;
	const struct job *job = resolve->job;
	char byte;

	/* Behind this read stands all that the thread wrote. */
	if (read(job->pipe[0], &byte, 1) != 1)
		return;
	resolve->watcher->remove(resolve->watcher, resolve->watch);
	resolve->watch = NULL;
	if (job->err != LP_OK && !job->where.is_literal)
		lp_warn("resolve", "%s: %s", job->where.host, gai_strerror(job->resolver_error));
	/* The last thing done here: the callee may cancel, which frees. */
	resolve->on_done(resolve->arg, job->err, job->addrs, job->addr_count);
}

static struct job *job_new(const struct lp_hostport *where)
{
	struct job *job = lp_alloc(sizeof(*job));

	atomic_init(&job->ref_count, 1);
	job->where = *where;
	if (pipe2(job->pipe, O_CLOEXEC | O_NONBLOCK) == 0)
		return job;
	lp_error("resolve", "cannot make a pipe: %s", strerror(errno));
	free(job);
	return NULL;
}

enum lp_err lp_resolve_start(const struct lp_hostport *where, struct lp_watcher *watcher,
			     void (*on_done)(void *arg, enum lp_err err,
					     const struct lp_addr *addrs, size_t addr_count),
			     void *arg, struct lp_resolve **out)
{
	struct job *job = job_new(where);
	struct lp_resolve *resolve;
	enum lp_err err = LP_OK;

	if (!job)
		return LP_ERR_SYSTEM;
	resolve = lp_alloc(sizeof(*resolve));
	resolve->job = job;
	resolve->watcher = watcher;
	resolve->on_done = on_done;
	resolve->arg = arg;
	resolve->watch = watcher->add(watcher, job->pipe[0], on_ready, resolve);
	if (!resolve->watch) {
		err = LP_ERR_SYSTEM;
	} else if (where->is_literal) {
		/* The index of its interface may be another one than when it was read. */
		job->err = lp_addr_parse_ip(where->host, &job->addrs[0]);
		job->resolver_error = EAI_ADDRFAMILY;
		job->addrs[0].port = where->port;
		job->addr_count = job->err == LP_OK;
		wake_owner(job);
	} else {
		err = start_thread(job);
	}
	if (err != LP_OK) {
		lp_resolve_cancel(resolve);
		return err;
	}
	*out = resolve;
	return LP_OK;
}

void lp_resolve_cancel(struct lp_resolve *resolve)
{
	if (!resolve)
		return;
	if (resolve->watch)
		resolve->watcher->remove(resolve->watcher, resolve->watch);
	let_go(resolve->job);
	free(resolve);
}
