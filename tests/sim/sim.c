/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "sim.h"

#include "base/log.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define START_NS SIM_S(1000)
#define WALL_NS	 SIM_S(1767225600) /* 2026-01-01 */
#define SPIN_MAX 10000		   /* turns in which time stands still */

/* $LP_SIM_LOG shows the log with simulated times. */
static void on_log(void *user, enum lp_log_level level, const char *line)
{
	struct sim *sim = user;
	char **slot = &sim->log[sim->log_count++ % SIM_LOG_LINES];
	free(*slot);
	*slot = lp_strdup(line);
	if (getenv("LP_SIM_LOG"))
		fprintf(stderr, "%10.4f %-5s %s\n",
			(double)(sim->now.mono_ns - START_NS) / (double)LP_NS_PER_S,
			lp_log_level_name(level), line);
}

static void set_time(struct sim *sim, uint64_t mono_ns)
{
	sim->now.mono_ns = mono_ns;
	sim->now.boot_ns = mono_ns;
	sim->now.wall_ns = sim->wall_ahead_ns + mono_ns;
}

void sim_init(struct sim *sim, uint64_t seed)
{
	memset(sim, 0, sizeof(*sim));
	lp_rand_seed(&sim->rand, seed);
	lp_list_init(&sim->nodes);
	sim->wall_ahead_ns = WALL_NS;
	set_time(sim, START_NS);
	sim->tick_due_ns = LP_NEVER;
	lp_log_open(getenv("LP_SIM_LOG") ? LP_LOG_DEBUG : LP_LOG_INFO, LP_LOG_STDERR);
	lp_log_capture(on_log, sim);
}

void sim_fini(struct sim *sim)
{
	assert_true(lp_list_is_empty(&sim->nodes));
	lp_log_capture(NULL, NULL);
	sim_wire_fini(sim);
	for (size_t i = 0; i < SIM_LOG_LINES; i++)
		free(sim->log[i]);
}

size_t sim_log_count(const struct sim *sim, const char *text)
{
	size_t count = 0;
	for (size_t i = 0; i < SIM_LOG_LINES && i < sim->log_count; i++)
		count += strstr(sim->log[i], text) != NULL;
	return count;
}

/* --- nodes --- */

void sim_node_init(struct sim_node *node, struct sim *sim, const struct sim_node_ops *ops,
		   const char *ip, uint16_t port)
{
	memset(node, 0, sizeof(*node));
	node->sim = sim;
	node->ops = ops;
	assert_int_equal(lp_addr_parse_ip(ip, &node->addr), LP_OK);
	node->addr.port = port;
	sim_wire_init(&node->up, 0);
	sim_wire_init(&node->down, 0);
	lp_list_append(&sim->nodes, &node->link);
}

void sim_node_fini(struct sim_node *node)
{
	lp_list_remove(&node->link);
}

struct lp_now sim_node_now(const struct sim_node *node)
{
	struct lp_now now = node->sim->now;
	now.mono_ns -= node->slept_ns;
	return now;
}

void sim_node_sleep(struct sim_node *node, uint64_t ns)
{
	node->is_off = true;
	sim_run(node->sim, ns);
	node->is_off = false;
	node->slept_ns += ns;
}

/* By the clock of the simulation. */
static uint64_t deadline_of(const struct sim_node *node)
{
	uint64_t deadline = node->ops->deadline(node);
	return deadline == LP_NEVER ? LP_NEVER : deadline + node->slept_ns;
}

void sim_node_send(struct sim_node *node, const struct lp_packet_tx *tx, size_t tx_count)
{
	for (size_t i = 0; i < tx_count; i++) {
		size_t step = tx[i].segment_len;
		assert_true(step > 0 && tx[i].len <= 65507);
		for (size_t offset = 0; offset < tx[i].len; offset += step)
			sim_wire_send(node->sim, node, &tx[i].path, tx[i].data + offset,
				      LP_MIN(step, tx[i].len - offset));
	}
}

/* --- time --- */

/* What is due at this moment: as a turn of the event loop, sources first, then timers, then flush.
 */
static void turn(struct sim *sim)
{
	struct sim_node *node, *following;
	sim_wire_deliver(sim);
	if (sim->now.mono_ns >= sim->tick_due_ns) {
		sim->tick_due_ns += sim->tick_ns;
		sim->on_tick(sim->on_tick_user);
	}
	LP_LIST_FOREACH_SAFE (node, following, &sim->nodes, struct sim_node, link) {
		if (node->is_off)
			continue;
		const struct lp_now now = sim_node_now(node);
		if (node->ops->deadline(node) <= now.mono_ns) {
			node->turns++;
			node->ops->tick(node, &now);
		}
		node->ops->flush(node, &now);
	}
}

static uint64_t next_event(const struct sim *sim)
{
	uint64_t next = LP_MIN(sim_wire_next(sim), sim->tick_due_ns);
	const struct sim_node *node;
	LP_LIST_FOREACH (node, &sim->nodes, const struct sim_node, link) {
		if (!node->is_off)
			next = LP_MIN(next, deadline_of(node));
	}
	return next;
}

bool sim_run_until(struct sim *sim, uint64_t ns, bool (*is_true)(void *arg), void *arg)
{
	uint64_t end_ns = sim->now.mono_ns + ns;
	unsigned spins = 0;
	turn(sim); /* what the test did between two runs */
	for (;;) {
		if (is_true && is_true(arg))
			return true;
		uint64_t next_ns = next_event(sim);
		if (next_ns > end_ns)
			break;
		spins = next_ns > sim->now.mono_ns ? 0 : spins + 1;
		if (spins > SPIN_MAX)
			fail_msg("a node asks for turns without end");
		if (next_ns > sim->now.mono_ns)
			set_time(sim, next_ns);
		turn(sim);
	}
	set_time(sim, end_ns);
	return false;
}

void sim_run(struct sim *sim, uint64_t ns)
{
	(void)sim_run_until(sim, ns, NULL, NULL);
}
