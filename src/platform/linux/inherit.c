/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/inherit.h"

#include "platform/linux/notify.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD  3 /* sd_listen_fds(3) */
#define OUR_NAME  "lanparty-udp"
#define FORGET_MS 2000

/* A whole decimal number of the environment, -1 for none. */
static long number_of(const char *variable)
{
	const char *text = getenv(variable);
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
		return -1;
	long value = strtol(text, &end, 10);
	return *end == '\0' ? value : -1;
}

/* Is the name of that number in the list, which has colons between, ours? */
static bool has_our_name(const char *names, size_t index)
{
	while (names && index-- > 0) {
		names = strchr(names, ':');
		names = names ? names + 1 : NULL;
	}
	return names && strncmp(names, OUR_NAME, strlen(OUR_NAME)) == 0 &&
	       strchr(":", names[strlen(OUR_NAME)]) != NULL;
}

size_t lp_inherit_list(struct lp_inherited out[LP_INHERIT_MAX])
{
	long count = number_of("LISTEN_FDS");

	/* What was meant for another process has been left to us by mistake. */
	if (number_of("LISTEN_PID") != (long)getpid() || count <= 0 || count > LP_INHERIT_MAX)
		return 0;
	for (size_t i = 0; i < (size_t)count; i++) {
		out[i].fd = FIRST_FD + (int)i;
		out[i].is_stored = has_our_name(getenv("LISTEN_FDNAMES"), i);
	}
	return (size_t)count;
}

void lp_inherit_done(void)
{
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
}

void lp_inherit_store(const int *fds, size_t count)
{
	/* An error that waits in a socket does not make it useless, as it does a connection. */
	(void)lp_notify_send("FDSTORE=1\nFDPOLL=0\nFDNAME=" OUR_NAME, fds, count);
}

void lp_inherit_forget(void)
{
	if (lp_notify_send("FDSTOREREMOVE=1\nFDNAME=" OUR_NAME, NULL, 0))
		lp_notify_wait(FORGET_MS);
}
