/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "link/pathprobe.h"

#include "base/clock.h"
#include "base/mem.h"

#define ROUND_MIN_NS (300 * LP_NS_PER_MS) /* how long the first echo is waited for … */
#define ROUND_RTTS   3			  /* … and longer where the other end is far away */
#define AGAIN_NS     (60 * LP_NS_PER_S)	  /* a lossy round must not cost a whole evening */
#define NO_ECHO_NS   (2 * LP_NS_PER_S)	  /* not one came back: the path was down */
#define COPIES	     2

/* IPv6's least, common tunnels, PPPoE, and 1500 over IPv6 and IPv4; jumbo where it is asked for. */
static const size_t candidates[] = {1232, 1372, 1420, 1452, 1472, 4028, 8952};

#define IP4_PAYLOAD_MAX 1472
#define IP6_PAYLOAD_MAX 1452

void lp_pathprobe_init(struct lp_pathprobe *probe, size_t max, bool is_ip6)
{
	*probe = (struct lp_pathprobe){
		.result = LP_PATHPROBE_START, .deadline_ns = LP_NEVER, .again_ns = LP_NEVER};
	size_t limit = max > 0 ? max : IP4_PAYLOAD_MAX;
	if (is_ip6 && limit <= IP4_PAYLOAD_MAX)
		limit = LP_MIN(limit, (size_t)IP6_PAYLOAD_MAX);
	for (size_t i = 0; i < LP_ARRAY_COUNT(candidates); i++) {
		if (candidates[i] <= limit)
			probe->sizes[probe->size_count++] = candidates[i];
	}
}

void lp_pathprobe_limit(struct lp_pathprobe *probe, size_t max)
{
	while (probe->size_count > 0 && probe->sizes[probe->size_count - 1] > max)
		probe->size_count--;
}

void lp_pathprobe_start(struct lp_pathprobe *probe, uint64_t rtt_ns, uint64_t now)
{
	probe->is_running = true;
	probe->is_doubt = false;
	probe->next = 0;
	probe->best = 0;
	probe->rtt_ns = rtt_ns;
	probe->deadline_ns = now + LP_MAX(ROUND_MIN_NS, ROUND_RTTS * rtt_ns);
	probe->again_ns = LP_NEVER;
}

size_t lp_pathprobe_next(const struct lp_pathprobe *probe)
{
	if (!probe->is_running || probe->next >= COPIES * probe->size_count)
		return 0;
	/* Largest first: the answer that ends the round comes soonest. */
	return probe->sizes[probe->size_count - 1 - probe->next / COPIES];
}

void lp_pathprobe_sent(struct lp_pathprobe *probe)
{
	probe->next++;
}

static bool was_tried(const struct lp_pathprobe *probe, size_t size)
{
	for (size_t i = 0; i < probe->size_count; i++) {
		if (probe->sizes[i] == size)
			return true;
	}
	return false;
}

void lp_pathprobe_echo(struct lp_pathprobe *probe, size_t size, uint64_t rtt_ns, uint64_t now)
{
	if (!probe->is_running || !was_tried(probe, size))
		return;
	probe->rtt_ns = rtt_ns;
	if (probe->best == 0)
		probe->deadline_ns = LP_MIN(probe->deadline_ns, now + rtt_ns * 3 / 2);
	if (size > probe->best)
		probe->best = size;
	if (probe->best == probe->sizes[probe->size_count - 1])
		probe->deadline_ns = now;
}

bool lp_pathprobe_tick(struct lp_pathprobe *probe, uint64_t now)
{
	if (!probe->is_running && now >= probe->again_ns)
		lp_pathprobe_start(probe, probe->rtt_ns, now);
	if (!probe->is_running || now < probe->deadline_ns)
		return false;
	probe->is_running = false;
	probe->deadline_ns = LP_NEVER;
	bool is_unheard = probe->best == 0;
	if (!is_unheard || !probe->is_doubt)
		probe->result = LP_MAX(probe->best, (size_t)LP_PATHPROBE_START);
	bool is_largest =
		probe->size_count == 0 || probe->result == probe->sizes[probe->size_count - 1];
	probe->again_ns = is_largest			   ? LP_NEVER
			  : is_unheard && !probe->is_doubt ? now + NO_ECHO_NS
							   : now + AGAIN_NS;
	return true;
}

void lp_pathprobe_doubt(struct lp_pathprobe *probe, uint64_t rtt_ns, uint64_t now)
{
	lp_pathprobe_start(probe, rtt_ns, now);
	probe->is_doubt = true;
}

uint64_t lp_pathprobe_deadline(const struct lp_pathprobe *probe)
{
	return probe->is_running ? probe->deadline_ns : probe->again_ns;
}
