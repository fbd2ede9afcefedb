/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/crash.h"

#include "base/calendar.h"
#include "base/current.h"
#include "base/log.h"
#include "base/mem.h"
#include "platform/logsink.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LOG_ALERT_DAEMON "<25>lanparty[" /* syslog.h: LOG_DAEMON, LOG_ALERT */
#define LINE_LEN	 1024		 /* a pipe takes that whole or not at all */
#define STACK_LEN	 (32 * 1024)
#define QUEUE_TRIES	 20
#define QUEUE_TRY_NS	 5000000

/* A sanitizer has its own stacks for signals, and more to say of a fault than we have. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

static const struct {
	int number;
	const char *name;
} signals[] = {
	{SIGABRT, "SIGABRT"}, {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},	  {SIGILL, "SIGILL"},
	{SIGFPE, "SIGFPE"},   {SIGSYS, "SIGSYS"},   {SIGTRAP, "SIGTRAP"},
};

/* What the assertion says that is about to abort us. Its strings are a program's, so they stay. */
static struct {
	const char *what;
	const char *file;
	const char *function;
	unsigned int line;
} assertion;

static bool is_journal;
static atomic_flag is_being_told = ATOMIC_FLAG_INIT;

/* --- text, without the C library's formatting, which is not async-signal-safe --- */

struct text {
	size_t len;
	char data[LINE_LEN];
};

static void put(struct text *text, const char *more)
{
	while (*more && text->len < sizeof(text->data) - 1)
		text->data[text->len++] = *more++;
}

static void put_number(struct text *text, uint64_t number, unsigned base, unsigned digits)
{
	char out[24];
	size_t at = sizeof(out) - 1;

	out[at] = '\0';
	for (; number > 0 || digits > 0 || at == sizeof(out) - 1; number /= base) {
		out[--at] = "0123456789abcdef"[number % base];
		digits -= digits > 0;
	}
	put(text, out + at);
}

static void put_addr(struct text *text, const struct lp_addr *addr)
{
	const uint8_t *ip = addr->ip;

	if (addr->family == LP_ADDR_IP6)
		put(text, "[");
	for (size_t i = 0; addr->family == LP_ADDR_IP4 && i < 4; i++) {
		put(text, i > 0 ? "." : "");
		put_number(text, ip[i], 10, 0);
	}
	for (size_t i = 0; addr->family == LP_ADDR_IP6 && i < 16; i += 2) {
		put(text, i > 0 ? ":" : "");
		put_number(text, (unsigned)ip[i] << 8 | ip[i + 1], 16, 0);
	}
	put(text, addr->family == LP_ADDR_IP6 ? "]:" : ":");
	put_number(text, addr->port, 10, 0);
}

static void put_stamp(struct text *text)
{
	struct timespec now = {0};
	struct lp_calendar utc;

	clock_gettime(CLOCK_REALTIME, &now);
	utc = lp_calendar_utc((uint64_t)now.tv_sec);
	put_number(text, utc.year, 10, 4);
	put(text, "-");
	put_number(text, utc.month, 10, 2);
	put(text, "-");
	put_number(text, utc.day, 10, 2);
	put(text, "T");
	put_number(text, utc.hour, 10, 2);
	put(text, ":");
	put_number(text, utc.minute, 10, 2);
	put(text, ":");
	put_number(text, utc.second, 10, 2);
	put(text, ".");
	put_number(text, (uint64_t)(now.tv_nsec / 1000000), 10, 3);
	put(text, "Z error ");
}

static void put_why(struct text *text)
{
	if (assertion.what) {
		put(text, ": Assertion `");
		put(text, assertion.what);
		put(text, "' failed at ");
		put(text, assertion.file ? assertion.file : "?");
		put(text, ":");
		put_number(text, assertion.line, 10, 0);
		put(text, ", ");
		put(text, assertion.function ? assertion.function : "?");
	} else if (lp_abort_reason()) {
		put(text, ": ");
		put(text, lp_abort_reason());
	}
}

static void put_event(struct text *text, int number)
{
	const struct lp_current *current = &lp_current;

	put(text, "crash: ");
	for (size_t i = 0; i < LP_ARRAY_COUNT(signals); i++)
		put(text, signals[i].number == number ? signals[i].name : "");
	if (current->doing) {
		put(text, " while ");
		put(text, current->doing);
		if (current->peer) {
			put(text, " ");
			put_addr(text, current->peer);
		}
		if (current->label) {
			put(text, " (");
			put(text, current->label);
			put(text, ")");
		}
	}
	put_why(text);
}

/* --- where it goes --- */

/* What was logged until now is to stand before it; but where nobody reads, that is not waited for.
 */
static void let_queue_go(void)
{
	const struct timespec pause = {.tv_nsec = QUEUE_TRY_NS};

	for (int i = 0; i < QUEUE_TRIES && !lp_logsink_is_idle(); i++)
		nanosleep(&pause, NULL);
}

static bool tell_syslog(int number)
{
	int fd = lp_logsink_syslog();
	struct text text = {.len = 0};

	if (fd < 0)
		return false;
	put(&text, LOG_ALERT_DAEMON);
	put_number(&text, (uint64_t)getpid(), 10, 0);
	put(&text, "]: ");
	put_event(&text, number);
	text.data[text.len] = '\0';
	return send(fd, text.data, text.len + 1, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static void tell_stderr(int number)
{
	struct pollfd place = {.fd = STDERR_FILENO, .events = POLLOUT};
	struct text text = {.len = 0};

	if (is_journal)
		put(&text, "<3>");
	else
		put_stamp(&text);
	put_event(&text, number);
	text.data[text.len++] = '\n';
	if (poll(&place, 1, 0) > 0) {
		ssize_t n = write(STDERR_FILENO, text.data, text.len);
		(void)n;
	}
}

static void on_crash(int number)
{
	sigset_t own;

	if (!atomic_flag_test_and_set(&is_being_told)) {
		let_queue_go();
		if (lp_log_target() != LP_LOG_SYSLOG || !tell_syslog(number))
			tell_stderr(number);
	}
	/*
	 * SA_RESETHAND has put its default back. It does not come again by itself if somebody else
	 * has sent it, a watchdog say.
	 */
	sigemptyset(&own);
	sigaddset(&own, number);
	pthread_sigmask(SIG_UNBLOCK, &own, NULL);
	raise(number);
}

void lp_crash_watch_thread(void)
{
	static _Thread_local char stack[STACK_LEN];
	const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};

	if (!HAS_SANITIZER)
		(void)sigaltstack(&own, NULL);
}

void lp_crash_watch(void)
{
	struct sigaction action = {.sa_handler = on_crash,
				   .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND)};

	is_journal = lp_log_is_journal();
	lp_abort_is_told();
	lp_crash_watch_thread();
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < LP_ARRAY_COUNT(signals); i++) {
		if (!HAS_SANITIZER || signals[i].number == SIGABRT)
			(void)sigaction(signals[i].number, &action, NULL);
	}
}

#ifdef __GLIBC__
/*
 * In the place of the C library's, for our own assertions and for those of the libraries: it would
 * write to the standard error before it aborts, and wait there for whoever does not read.
 */
void __assert_fail(const char *what, const char *file, unsigned int line, const char *function)
{
	assertion.file = file;
	assertion.line = line;
	assertion.function = function;
	assertion.what = what;
	abort();
}
#endif
