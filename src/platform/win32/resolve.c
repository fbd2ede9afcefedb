/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/resolve.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/sockaddr.h"
#include "platform/win32/wake.h"
#include "platform/win32/winerr.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * What thread and owner share. The thread writes the results, wakes the owner and lets go; whoever
 * lets go last frees, so that a name server that does not answer holds up its thread alone.
 */
struct job {
	atomic_int ref_count;
	struct lp_wake *wake;
	struct lp_hostport where;
	enum lp_err err;
	int resolver_error; /* WSA… */
	struct lp_addr addrs[LP_RESOLVE_MAX];
	size_t addr_count;
};

struct lp_resolve {
	struct job *job;
	struct lp_wake *wake; /* NULL: heard of it */
	void (*on_done)(void *arg, enum lp_err err, const struct lp_addr *addrs, size_t addr_count);
	void *arg;
};

static void let_go(struct job *job)
{
	if (atomic_fetch_sub(&job->ref_count, 1) > 1)
		return;
	lp_wake_unref(job->wake);
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

static DWORD WINAPI run(void *arg)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;
	struct job *job = arg;

	job->resolver_error = getaddrinfo(job->where.host, NULL, &hints, &list);
	if (job->resolver_error == 0) {
		keep_addresses(job, list);
		freeaddrinfo(list);
		job->err = job->addr_count > 0 ? LP_OK : LP_ERR_NOT_FOUND;
	} else {
		bool is_known = job->resolver_error == WSAHOST_NOT_FOUND ||
				job->resolver_error == WSANO_DATA;

		job->err = is_known ? LP_ERR_NOT_FOUND : LP_ERR_UNREACHABLE;
	}
	lp_wake_set(job->wake);
	let_go(job);
	return 0;
}

static enum lp_err start_thread(struct job *job)
{
	char text[LP_WINERR_LEN];
	HANDLE thread;

	atomic_fetch_add(&job->ref_count, 1);
	thread = CreateThread(NULL, 0, run, job, 0, NULL);
	if (thread) {
		CloseHandle(thread);
		return LP_OK;
	}
	lp_error("resolve", "cannot start a thread: %s", lp_winerr_text(GetLastError(), text));
	let_go(job);
	return LP_ERR_SYSTEM;
}

static void on_wake(void *arg)
{
	struct lp_resolve *resolve = arg;
	const struct job *job = resolve->job;
	char text[LP_WINERR_LEN];

	lp_wake_close(resolve->wake);
	resolve->wake = NULL;
	if (job->err != LP_OK && !job->where.is_literal)
		lp_warn("resolve", "%s: %s", job->where.host,
			lp_winerr_text((DWORD)job->resolver_error, text));
	/* The last thing done here: the callee may cancel, which frees. */
	resolve->on_done(resolve->arg, job->err, job->addrs, job->addr_count);
}

enum lp_err lp_resolve_start(const struct lp_hostport *where, struct lp_watcher *watcher,
			     void (*on_done)(void *arg, enum lp_err err,
					     const struct lp_addr *addrs, size_t addr_count),
			     void *arg, struct lp_resolve **out)
{
	struct lp_resolve *resolve = lp_alloc(sizeof(*resolve));
	enum lp_err err = LP_OK;
	struct job *job;

	resolve->on_done = on_done;
	resolve->arg = arg;
	resolve->wake = lp_wake_new(watcher, on_wake, resolve);
	if (!resolve->wake) {
		free(resolve);
		return LP_ERR_SYSTEM;
	}
	job = resolve->job = lp_alloc(sizeof(*job));
	atomic_init(&job->ref_count, 1);
	job->wake = lp_wake_ref(resolve->wake);
	job->where = *where;
	if (where->is_literal) {
		/* The index of its interface may be another one than when it was read. */
		job->err = lp_addr_parse_ip(where->host, &job->addrs[0]);
		job->addrs[0].port = where->port;
		job->addr_count = job->err == LP_OK;
		lp_wake_set(job->wake);
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
	lp_wake_close(resolve->wake);
	let_go(resolve->job);
	free(resolve);
}
