/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* A relay that is aborted says whose packet it was at work on. */

#include "nodes.h"

#include "base/log.h"
#include "platform/crash.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* In the place of an assertion deep inside: the relay is about to log a frame that it has read. */
static void die_at_frame(void *user, enum lp_log_level level, const char *line)
{
	(void)user, (void)level;
	if (strstr(line, "frame"))
		abort();
}

static void die_over_a_frame(int out)
{
	const struct rlimit none = {0, 0};
	struct sim sim;
	struct sim_relay relay;
	struct sim_peer gateway, client;
	struct sim_traffic traffic;
	char expected[128];
	setrlimit(RLIMIT_CORE, &none);
	sim_init(&sim, 1);
	sim_relay_init(&relay, &sim);
	sim_relay_start(&relay);
	sim_gateway(&gateway, &relay);
	sim_client(&client, &relay, 1);
	sim_wait_up(&sim, SIM_S(3), 2, (struct sim_peer *[]){&gateway, &client});
	snprintf(expected, sizeof(expected), "(peer %u of room", client.welcome.peer_id);
	if (lp_worker_set_frame_log(relay.worker, NULL, 0, true) != LP_OK ||
	    write(out, expected, sizeof(expected)) < 0)
		_exit(1);
	dup2(out, STDERR_FILENO);
	lp_log_open(LP_LOG_INFO, LP_LOG_STDERR);
	lp_log_capture(die_at_frame, NULL);
	lp_crash_watch();
	sim_traffic_init(&traffic, &sim);
	sim_traffic_add(&traffic, &client, NULL, 300, 100);
	sim_run(&sim, SIM_S(1));
	_exit(0);
}

static void an_abort_names_the_peer(void **state)
{
	char expected[128], line[1024];
	int ends[2], status;
	ssize_t len;
	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0)
		die_over_a_frame(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_int_equal(read(ends[0], expected, sizeof(expected)), sizeof(expected));
	len = read(ends[0], line, sizeof(line) - 1);
	assert_true(len > 0);
	line[len] = '\0';
	assert_non_null(strstr(line, "error crash: SIGABRT while reading a packet of "));
	assert_non_null(strstr(line, expected));
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_abort_names_the_peer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
