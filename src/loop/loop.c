/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/loop.h"

#include "base/current.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/batching.h"
#include "loop/busy_poll.h"
#include "loop/posts.h"
#include "platform/sleep.h"
#include "platform/sockaddr.h"

#include <event2/event.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#define LOG	    "loop"
#define HOOKS_MAX   4
#define SIGNALS_MAX 12

struct lp_watch {
	struct lp_loop *loop;
	struct event *event; /* NULL: no handle */
	struct lp_post post; /* on_ready, whoever says that it is */
};

struct signal_watch {
	struct lp_loop *loop;
	struct event *event;
	void (*on_signal)(void *arg, int number);
	void *arg;
};

struct lp_loop {
	struct lp_watcher watcher;
	struct event_base *base;
	struct lp_now now;
	bool is_stopping;
	bool has_worked;	/* a source was ready in this turn */
	unsigned carried_count; /* frames for one machine, in this turn */
	struct lp_batching batching;
	struct lp_busy_poll busy_poll;
	struct lp_loop_stats stats;

	struct {
		void (*call)(void *arg);
		void *arg;
	} hooks[HOOKS_MAX];
	size_t hook_count;

	struct signal_watch signals[SIGNALS_MAX];
	size_t signal_count;

	struct lp_posts posts;
	evutil_socket_t wake[2]; /* out of its sleep */
	struct event *wake_event;
};

struct lp_timer {
	struct lp_loop *loop;
	struct event *event;
	void (*on_time)(void *arg);
	void *arg;
	uint64_t armed_ns; /* what libevent has */
};

/* --- sources --- */

/* The first thing that is ready in a turn fixes the time of the turn. */
static void begin_work(struct lp_loop *loop)
{
	if (loop->has_worked)
		return;
	loop->has_worked = true;
	loop->now = lp_clock_read();
}

static void on_event(evutil_socket_t socket, short what, void *arg)
{
	struct lp_watch *watch = arg;
	(void)socket, (void)what;
	begin_work(watch->loop);
	watch->post.call(watch->post.arg);
}

static bool watch_handle(struct lp_watch *watch, intptr_t os_handle)
{
	watch->event = event_new(watch->loop->base, (evutil_socket_t)os_handle,
				 EV_READ | EV_PERSIST, on_event, watch);
	if (watch->event && event_add(watch->event, NULL) == 0)
		return true;
	lp_error(LOG, "cannot watch a device: libevent refused it");
	return false;
}

static void watch_remove(struct lp_watcher *watcher, struct lp_watch *watch)
{
	(void)watcher;
	lp_posts_remove(&watch->loop->posts, &watch->post);
	if (watch->event)
		event_free(watch->event);
	free(watch);
}

static struct lp_watch *watch_add(struct lp_watcher *watcher, intptr_t os_handle,
				  void (*on_ready)(void *arg), void *arg)
{
	struct lp_loop *loop = LP_CONTAINER_OF(watcher, struct lp_loop, watcher);
	struct lp_watch *watch = lp_alloc(sizeof(*watch));
	watch->loop = loop;
	lp_post_init(&watch->post, on_ready, arg);
	if (os_handle == LP_NO_HANDLE || watch_handle(watch, os_handle))
		return watch;
	watch_remove(watcher, watch);
	return NULL;
}

static void watch_post(struct lp_watcher *watcher, struct lp_watch *watch)
{
	struct lp_loop *loop = LP_CONTAINER_OF(watcher, struct lp_loop, watcher);
	lp_posts_add(&loop->posts, &watch->post);
}

struct lp_watcher *lp_loop_watcher(struct lp_loop *loop)
{
	return &loop->watcher;
}

/* --- calls from other threads --- */

static void on_wake(evutil_socket_t socket, short what, void *arg)
{
	char drain[64];
	(void)what;
	begin_work(arg);
	while (recv(socket, drain, sizeof(drain), 0) > 0)
		continue;
}

/* From any thread. */
static void wake(void *arg)
{
	struct lp_loop *loop = arg;
	/* Full, it has a wake-up in it already. */
	ssize_t sent = send(loop->wake[1], "", 1, 0);
	(void)sent;
}

static void before_posts(void *arg)
{
	begin_work(arg);
}

void lp_loop_post(struct lp_loop *loop, void (*call)(void *arg), void *arg)
{
	(void)lp_posts_add_once(&loop->posts, call, arg);
}

struct waiting_call {
	void (*call)(void *arg);
	void *arg;
	bool is_done;
	pthread_mutex_t lock;
	pthread_cond_t done;
};

static void run_waiting_call(void *arg)
{
	struct waiting_call *waiting = arg;
	waiting->call(waiting->arg);
	pthread_mutex_lock(&waiting->lock);
	waiting->is_done = true;
	pthread_cond_signal(&waiting->done);
	pthread_mutex_unlock(&waiting->lock);
}

void lp_loop_call(struct lp_loop *loop, void (*call)(void *arg), void *arg)
{
	struct waiting_call waiting = {.call = call,
				       .arg = arg,
				       .lock = PTHREAD_MUTEX_INITIALIZER,
				       .done = PTHREAD_COND_INITIALIZER};
	if (!lp_posts_add_once(&loop->posts, run_waiting_call, &waiting)) {
		call(arg);
		return;
	}
	pthread_mutex_lock(&waiting.lock);
	while (!waiting.is_done)
		pthread_cond_wait(&waiting.done, &waiting.lock);
	pthread_mutex_unlock(&waiting.lock);
}

/* --- life --- */

/* What libevent calls an error is its last word: it ends the process. */
static void on_library_log(int severity, const char *text)
{
	enum lp_log_level level = severity == EVENT_LOG_ERR ? LP_LOG_ERROR : LP_LOG_DEBUG;
	lp_log_write(level, LOG, "libevent: %s", text);
}

static bool make_wake(struct lp_loop *loop)
{
	loop->wake[0] = loop->wake[1] = -1;
	if (!loop->base || evutil_socketpair(AF_UNIX, SOCK_STREAM, 0, loop->wake) != 0)
		return false;
	for (size_t i = 0; i < LP_ARRAY_COUNT(loop->wake); i++) {
		if (evutil_make_socket_nonblocking(loop->wake[i]) != 0 ||
		    evutil_make_socket_closeonexec(loop->wake[i]) != 0)
			return false;
	}
	loop->wake_event =
		event_new(loop->base, loop->wake[0], EV_READ | EV_PERSIST, on_wake, loop);
	return loop->wake_event && event_add(loop->wake_event, NULL) == 0;
}

static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;
	/* Not the precise timers: they cost a system call a turn, and more inside the kernel. */
	if (config && event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}

struct lp_loop *lp_loop_new(void)
{
	struct lp_loop *loop = lp_alloc(sizeof(*loop));
	lp_sockets_begin();
	event_set_log_callback(on_library_log);
	loop->base = make_base();
	loop->watcher.add = watch_add;
	loop->watcher.remove = watch_remove;
	loop->watcher.post = watch_post;
	lp_posts_init(&loop->posts, wake, loop);
	loop->now = lp_clock_read();
	lp_batching_init(&loop->batching);
	lp_busy_poll_init(&loop->busy_poll);
	/* One that is never woken would not hear of the end of the process either. */
	bool has_wake = make_wake(loop);
	if (loop->base && has_wake)
		return loop;
	lp_error(LOG, "cannot make a loop: the system has no descriptors or memory for it");
	lp_loop_free(loop);
	return NULL;
}

void lp_loop_free(struct lp_loop *loop)
{
	if (!loop)
		return;
	for (size_t i = 0; i < loop->signal_count; i++)
		event_free(loop->signals[i].event);
	if (loop->wake_event)
		event_free(loop->wake_event);
	for (size_t i = 0; i < LP_ARRAY_COUNT(loop->wake); i++) {
		if (loop->wake[i] >= 0)
			evutil_closesocket(loop->wake[i]);
	}
	lp_posts_fini(&loop->posts);
	if (loop->base)
		event_base_free(loop->base);
	free(loop);
}

static void end_turn(struct lp_loop *loop)
{
	loop->stats.turns++;
	for (size_t i = 0; i < loop->hook_count; i++)
		loop->hooks[i].call(loop->hooks[i].arg);
}

/* Does what is ready and what was posted. Where the system refuses to wait, we would hear nothing
 * any more, and turn for ever. */
static void look(struct lp_loop *loop, int flags)
{
	if (event_base_loop(loop->base, flags) < 0)
		lp_abort("libevent cannot wait for events");
	lp_posts_run(&loop->posts, before_posts);
}

/* Until there is work; not at all where some was posted. */
static void sleep_or_poll(struct lp_loop *loop)
{
	bool sleeps = lp_posts_may_sleep(&loop->posts);
	loop->stats.sleeps += sleeps;
	look(loop, EVLOOP_ONCE | (sleeps ? 0 : EVLOOP_NONBLOCK));
}

/* Where work comes fast: waits for a batch of it, then polls, without sleeping. */
static void poll_after_batching(struct lp_loop *loop)
{
	uint64_t deadline_ns = lp_batching_deadline(&loop->batching);
	if (deadline_ns == 0)
		return;
	loop->stats.batches++;
	lp_sleep_until(deadline_ns);
	look(loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	lp_batching_ended(&loop->batching, loop->has_worked);
}

/* Where an answer is near: looks for it before it sleeps, and lets others have the CPU for it. */
static void poll_busily(struct lp_loop *loop)
{
	uint64_t deadline_ns = lp_busy_poll_deadline(&loop->busy_poll);
	if (deadline_ns <= loop->now.mono_ns || lp_batching_deadline(&loop->batching) > 0)
		return;
	uint64_t begin_ns = lp_clock_read().mono_ns;
	uint64_t now_ns = begin_ns;
	loop->stats.busy_polls++;
	while (!loop->has_worked && !loop->is_stopping && now_ns < deadline_ns) {
		lp_sleep_yield();
		look(loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		now_ns = lp_clock_read().mono_ns;
	}
	lp_busy_poll_spent(&loop->busy_poll, now_ns - begin_ns);
}

void lp_loop_run(struct lp_loop *loop)
{
	loop->is_stopping = false;
	end_turn(loop);
	while (!loop->is_stopping) {
		loop->has_worked = false;
		loop->carried_count = 0;
		poll_after_batching(loop);
		if (!loop->has_worked && !loop->is_stopping)
			poll_busily(loop);
		if (!loop->has_worked && !loop->is_stopping)
			sleep_or_poll(loop);
		if (loop->has_worked)
			lp_batching_worked(&loop->batching, loop->now.mono_ns);
		else
			loop->now = lp_clock_read();
		end_turn(loop);
		if (loop->carried_count > 0)
			lp_busy_poll_carried(&loop->busy_poll, loop->carried_count,
					     loop->now.mono_ns);
	}
	/* Whoever waits for a call must not wait for ever. */
	lp_posts_end(&loop->posts);
}

void lp_loop_stop(struct lp_loop *loop)
{
	loop->is_stopping = true;
	event_base_loopbreak(loop->base);
}

const struct lp_now *lp_loop_now(const struct lp_loop *loop)
{
	return &loop->now;
}

void lp_loop_set_waits(struct lp_loop *loop, bool batching, bool busy_poll)
{
	loop->batching.is_on = batching;
	loop->busy_poll.is_on = busy_poll;
}

void lp_loop_carried(struct lp_loop *loop, unsigned count)
{
	loop->carried_count += count;
}

void lp_loop_on_turn_end(struct lp_loop *loop, void (*hook)(void *arg), void *arg)
{
	if (loop->hook_count == HOOKS_MAX)
		abort();
	loop->hooks[loop->hook_count].call = hook;
	loop->hooks[loop->hook_count].arg = arg;
	loop->hook_count++;
}

const struct lp_loop_stats *lp_loop_stats(const struct lp_loop *loop)
{
	return &loop->stats;
}

/* --- timers --- */

static void on_timeout(evutil_socket_t socket, short what, void *arg)
{
	struct lp_timer *timer = arg;
	(void)socket, (void)what;
	timer->armed_ns = LP_NEVER;
	begin_work(timer->loop);
	timer->on_time(timer->arg);
}

struct lp_timer *lp_timer_new(struct lp_loop *loop, void (*on_time)(void *arg), void *arg)
{
	struct lp_timer *timer = lp_alloc(sizeof(*timer));
	timer->loop = loop;
	timer->on_time = on_time;
	timer->arg = arg;
	timer->armed_ns = LP_NEVER;
	timer->event = evtimer_new(loop->base, on_timeout, timer);
	if (!timer->event)
		lp_abort("libevent has no memory for a timer");
	return timer;
}

void lp_timer_free(struct lp_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

void lp_timer_set(struct lp_timer *timer, uint64_t deadline_ns)
{
	uint64_t now = timer->loop->now.mono_ns;
	uint64_t wait_us = deadline_ns > now ? (deadline_ns - now + 999) / 1000 : 0;
	/* Of one type on all systems, which have different ones for both. */
	struct timeval wait = {.tv_sec = (int)LP_MIN(wait_us / 1000000, INT_MAX),
			       .tv_usec = (int)(wait_us % 1000000)};
	if (deadline_ns == timer->armed_ns)
		return;
	timer->armed_ns = deadline_ns;
	if (deadline_ns == LP_NEVER)
		event_del(timer->event);
	else if (event_add(timer->event, &wait) != 0)
		lp_abort("libevent has no memory for a timer");
}

/* --- signals --- */

static void on_signal_event(evutil_socket_t number, short what, void *arg)
{
	struct signal_watch *watch = arg;
	(void)what;
	begin_work(watch->loop);
	watch->on_signal(watch->arg, (int)number);
}

enum lp_err lp_loop_on_signal(struct lp_loop *loop, int number,
			      void (*on_signal)(void *arg, int number), void *arg)
{
	if (loop->signal_count == SIGNALS_MAX)
		return LP_ERR_TOO_LARGE;
	struct signal_watch *watch = &loop->signals[loop->signal_count];
	watch->loop = loop;
	watch->on_signal = on_signal;
	watch->arg = arg;
	watch->event = evsignal_new(loop->base, number, on_signal_event, watch);
	if (!watch->event || event_add(watch->event, NULL) != 0) {
		lp_error(LOG, "cannot watch signal %d: libevent refused it", number);
		if (watch->event)
			event_free(watch->event);
		return LP_ERR_SYSTEM;
	}
	loop->signal_count++;
	return LP_OK;
}
