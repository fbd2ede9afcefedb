/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "traffic.h"

#include "../tools/numbered.h"
#include "nodes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define STREAM_AT 18 /* of the number in tools/numbered.h */
#define OFFER_NS  SIM_MS(1)
#define ETHERTYPE 0x88b6 /* IEEE 802 local experimental */

void sim_tallies_add(struct sim_tallies *tallies, const uint8_t *frame, size_t len, uint64_t now)
{
	uint64_t sequence;
	uint32_t id = len >= NUMBERED_MIN ? frame[STREAM_AT + 3] : 0;
	if (id >= SIM_STREAMS_MAX)
		id = 0;
	switch (numbered_check(frame, len, id, &sequence)) {
	case NUMBERED_GOOD:
		tally_add(&tallies->stream[id], sequence, len, now);
		break;
	case NUMBERED_CORRUPT:
		tallies->corrupt++;
		break;
	case NUMBERED_OTHER:
		tallies->foreign++;
	}
}

void sim_tallies_fini(struct sim_tallies *tallies)
{
	for (size_t i = 0; i < SIM_STREAMS_MAX; i++)
		tally_fini(&tallies->stream[i]);
}

void sim_stream_send(struct sim_stream *stream)
{
	uint8_t frame[2048];
	memcpy(frame, stream->dst.octet, LP_MAC_LEN);
	memcpy(frame + LP_MAC_LEN, stream->src.octet, LP_MAC_LEN);
	frame[12] = ETHERTYPE >> 8;
	frame[13] = ETHERTYPE & 0xff;
	assert_true(stream->len <= sizeof(frame));
	numbered_build(frame, stream->len, stream->id, stream->next++);
	sim_peer_inject(stream->from, frame, stream->len);
}

static void offer(void *user)
{
	struct sim_traffic *traffic = user;
	for (size_t i = 0; i < traffic->count && !traffic->is_paused; i++) {
		struct sim_stream *stream = &traffic->streams[i];
		stream->owed_nano += stream->per_s * OFFER_NS;
		for (; stream->owed_nano >= LP_NS_PER_S; stream->owed_nano -= LP_NS_PER_S) {
			if (stream->limit == 0 || stream->next < stream->limit)
				sim_stream_send(stream);
		}
	}
}

void sim_traffic_init(struct sim_traffic *traffic, struct sim *sim)
{
	memset(traffic, 0, sizeof(*traffic));
	traffic->sim = sim;
	sim->on_tick = offer;
	sim->on_tick_user = traffic;
	sim->tick_ns = OFFER_NS;
	sim->tick_due_ns = sim->now.mono_ns + OFFER_NS;
	numbered_init();
}

struct sim_stream *sim_traffic_add(struct sim_traffic *traffic, struct sim_peer *from,
				   const struct lp_mac *dst, size_t len, uint64_t per_s)
{
	static const struct lp_mac broadcast = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
	assert_true(traffic->count < SIM_STREAMS_MAX);
	struct sim_stream *stream = &traffic->streams[traffic->count];
	*stream = (struct sim_stream){
		.from = from,
		.src = from->mac,
		.dst = dst ? *dst : broadcast,
		.id = (unsigned)traffic->count++,
		.len = len,
		.per_s = per_s,
	};
	return stream;
}
