/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/loopguard.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/rand.h"

#include <string.h>

#define OFTEN_FOR_NS   (10 * LP_NS_PER_S)
#define OFTEN_EVERY_NS LP_NS_PER_S
#define EVERY_NS       (10 * LP_NS_PER_S)
#define LEAD_NS	       (400 * LP_NS_PER_MS)
#define REST_NS	       (500 * LP_NS_PER_MS) /* longer than the lead */
#define APART_NS       (50 * LP_NS_PER_MS)
#define ROUND_COUNT    2 /* into the LAN; into the tunnel it is one */
#define BURST_COUNT    6
#define BURST_REST_NS  LP_NS_PER_S

void lp_loopguard_init(struct lp_loopguard *guard, uint64_t now)
{
	memset(guard, 0, sizeof(*guard));
	lp_rand_bytes(guard->id, sizeof(guard->id));
	guard->often_until_ns = now + OFTEN_FOR_NS;
	guard->lan_ns = guard->tunnel_ns = LP_NEVER;
}

void lp_loopguard_often(struct lp_loopguard *guard, uint64_t until_ns, uint64_t now)
{
	guard->often_until_ns = LP_MAX(guard->often_until_ns, until_ns);
	guard->round_ns = LP_MIN(guard->round_ns, now + OFTEN_EVERY_NS);
}

void lp_loopguard_soon(struct lp_loopguard *guard, uint64_t now)
{
	guard->round_ns = LP_MIN(guard->round_ns, LP_MAX(now, guard->rest_ns));
	guard->tunnel_ns = LP_NEVER;
	guard->tunnel_left = 0;
}

static void make(struct lp_loopguard *guard, const struct lp_mac *source,
		 uint8_t frame[LP_ETHER_WIRE_MIN], uint64_t now)
{
	struct lp_loopguard_sent *sent = &guard->sent[guard->next];
	uint8_t id[LP_LOOPPROBE_ID_LEN];

	guard->next = (guard->next + 1) % LP_LOOPGUARD_SENT_MAX;
	memset(sent, 0, sizeof(*sent));
	lp_rand_bytes(sent->number, sizeof(sent->number));
	sent->sent_ns = now;
	memcpy(id, guard->id, sizeof(guard->id));
	memcpy(id + sizeof(guard->id), sent->number, sizeof(sent->number));
	lp_loopprobe_make(source, id, frame);
}

static void begin_round(struct lp_loopguard *guard, uint64_t now)
{
	guard->round_ns = now + (now < guard->often_until_ns ? OFTEN_EVERY_NS : EVERY_NS);
	guard->rest_ns = now + REST_NS;
	guard->lan_left = LP_MAX(guard->lan_left, ROUND_COUNT);
	guard->lan_ns = now;
	guard->tunnel_left = 1;
	guard->tunnel_ns = now + LEAD_NS;
}

static bool take(uint64_t *due_ns, unsigned *left, uint64_t now)
{
	if (now < *due_ns || *left == 0)
		return false;
	*due_ns = --*left > 0 ? now + APART_NS : LP_NEVER;
	return true;
}

enum lp_gateway_filter_probe lp_loopguard_probe(struct lp_loopguard *guard,
						const struct lp_mac *source,
						uint8_t frame[LP_ETHER_WIRE_MIN], uint64_t now)
{
	enum lp_gateway_filter_probe probe = LP_GATEWAY_FILTER_PROBE_NONE;

	if (take(&guard->tunnel_ns, &guard->tunnel_left, now)) {
		probe = LP_GATEWAY_FILTER_PROBE_TUNNEL;
	} else {
		if (now >= guard->round_ns)
			begin_round(guard, now);
		if (take(&guard->lan_ns, &guard->lan_left, now))
			probe = LP_GATEWAY_FILTER_PROBE_LAN;
	}
	if (probe != LP_GATEWAY_FILTER_PROBE_NONE)
		make(guard, source, frame, now);
	return probe;
}

uint64_t lp_loopguard_deadline(const struct lp_loopguard *guard)
{
	return LP_MIN(guard->round_ns, LP_MIN(guard->lan_ns, guard->tunnel_ns));
}

/* --- what comes back --- */

static struct lp_loopguard_sent *find(struct lp_loopguard *guard, const uint8_t *number,
				      uint64_t now)
{
	for (size_t i = 0; i < LP_LOOPGUARD_SENT_MAX; i++) {
		struct lp_loopguard_sent *sent = &guard->sent[i];

		if (sent->sent_ns != 0 && now <= sent->sent_ns + LP_LOOPGUARD_FRESH_NS &&
		    memcmp(sent->number, number, sizeof(sent->number)) == 0)
			return sent;
	}
	return NULL;
}

static unsigned count_of(const struct lp_loopguard *guard, uint16_t told_id, uint64_t now)
{
	unsigned count = 0;

	for (size_t i = 0; i < LP_LOOPGUARD_SENT_MAX; i++) {
		const struct lp_loopguard_sent *sent = &guard->sent[i];
		uint64_t at = told_id == 0 ? sent->heard_ns : sent->told_ns;

		count += at != 0 && now <= at + LP_LOOPGUARD_PROOF_NS &&
			 (told_id == 0 || sent->told_id == told_id);
	}
	return count;
}

/* Both ways, as nobody knows where the loop is: a handful within a third of a second. */
static void burst(struct lp_loopguard *guard, uint64_t now)
{
	if (guard->burst_ns != 0 && now < guard->burst_ns + BURST_REST_NS)
		return;
	guard->burst_ns = now;
	guard->lan_left = guard->tunnel_left = BURST_COUNT;
	guard->lan_ns = now;
	guard->tunnel_ns = now;
}

enum lp_loopguard_proof lp_loopguard_hear(struct lp_loopguard *guard, const uint8_t *id,
					  uint16_t told_id, uint64_t now)
{
	if (memcmp(id, guard->id, sizeof(guard->id)) != 0)
		return LP_LOOPGUARD_FOREIGN;
	struct lp_loopguard_sent *sent = find(guard, id + sizeof(guard->id), now);

	if (!sent || (told_id == 0 ? sent->heard_ns : sent->told_ns) != 0)
		return LP_LOOPGUARD_STALE;
	if (told_id == 0)
		sent->heard_ns = now;
	else
		sent->told_ns = now;
	sent->told_id = told_id == 0 ? sent->told_id : told_id;
	if (count_of(guard, told_id, now) >=
	    (told_id == 0 ? LP_LOOPGUARD_LAN_MIN : LP_LOOPGUARD_TOLD_MIN))
		return LP_LOOPGUARD_PROVEN;
	burst(guard, now);
	return LP_LOOPGUARD_FRESH;
}
