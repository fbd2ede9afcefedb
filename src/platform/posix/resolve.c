/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/resolve.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/sockaddr.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define STACK_SIZE                                                                                 \
	(512 * 1024) /* the C library's resolver loads modules of the system's choice              \
		      */

/*
 * What thread and owner share. The thread writes the results, then posts, then lets go; the owner
 * reads only once it is called. Whoever lets go last frees, so neither waits for the other: a
 * resolver that hangs for a minute hangs alone, and finds nobody to call when it comes back.
 */
struct job {
	atomic_int ref_count;
	struct lp_hostport where;
	enum lp_err err;
	int resolver_error; /* EAI_… */
	struct lp_addr addrs[LP_RESOLVE_MAX];
	size_t addr_count;
	struct lp_watcher *watcher;
	pthread_mutex_t lock;
	struct lp_watch *watch; /* guarded by lock; NULL: nobody waits any more */
};

struct lp_resolve {
	struct job *job;
	void (*on_done)(void *arg, enum lp_err err, const struct lp_addr *addrs, size_t addr_count);
	void *arg;
};

static void let_go(struct job *job)
{
	if (atomic_fetch_sub(&job->ref_count, 1) > 1)
		return;
	pthread_mutex_destroy(&job->lock);
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

static void ask_system(struct job *job)
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

static void call_owner(struct job *job)
{
	pthread_mutex_lock(&job->lock);
	if (job->watch)
		job->watcher->post(job->watcher, job->watch);
	pthread_mutex_unlock(&job->lock);
}

/* On the owner's thread; nothing is posted from then on. */
static void stop_waiting(struct job *job)
{
	pthread_mutex_lock(&job->lock);
	struct lp_watch *watch = job->watch;
	job->watch = NULL;
	pthread_mutex_unlock(&job->lock);
	if (watch)
		job->watcher->remove(job->watcher, watch);
}

static void *run(void *arg)
{
	struct job *job = arg;

	ask_system(job);
	call_owner(job);
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
	struct job *job = resolve->job;

	stop_waiting(job);
	if (job->err != LP_OK && !job->where.is_literal)
		lp_warn("resolve", "%s: %s", job->where.host, gai_strerror(job->resolver_error));
	/* The last thing done here: the callee may cancel, which frees. */
	resolve->on_done(resolve->arg, job->err, job->addrs, job->addr_count);
}

static struct job *job_new(const struct lp_hostport *where, struct lp_watcher *watcher)
{
	struct job *job = lp_alloc(sizeof(*job));

	atomic_init(&job->ref_count, 1);
	pthread_mutex_init(&job->lock, NULL);
	job->where = *where;
	job->watcher = watcher;
	return job;
}

enum lp_err lp_resolve_start(const struct lp_hostport *where, struct lp_watcher *watcher,
			     void (*on_done)(void *arg, enum lp_err err,
					     const struct lp_addr *addrs, size_t addr_count),
			     void *arg, struct lp_resolve **out)
{
	struct lp_resolve *resolve = lp_alloc(sizeof(*resolve));
	struct job *job = job_new(where, watcher);
	enum lp_err err = LP_OK;

	resolve->job = job;
	resolve->on_done = on_done;
	resolve->arg = arg;
	job->watch = watcher->add(watcher, LP_NO_HANDLE, on_ready, resolve);
	if (!job->watch) {
		err = LP_ERR_SYSTEM;
	} else if (where->is_literal) {
		/* The index of its interface may be another one than when it was read. */
		job->err = lp_addr_parse_ip(where->host, &job->addrs[0]);
		job->resolver_error = EAI_ADDRFAMILY;
		job->addrs[0].port = where->port;
		job->addr_count = job->err == LP_OK;
		call_owner(job);
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
	stop_waiting(resolve->job);
	let_go(resolve->job);
	free(resolve);
}
