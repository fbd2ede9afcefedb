/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A peer with the keys, and frames of its own choice: see tests/unit/hostile.h. The first byte of
 * the input says towards whom, how far the handshake is to get first, and whether the connection of
 * the input before is to go on; the rest is what hostile_play takes. A connection is kept for as
 * long as it lives, for a handshake takes longer than a thousand packets.
 */
#include "fuzz.h"

#include "../unit/hostile.h"

#define IS_RELAY   0x01
#define IS_FRESH   0x02
#define STAGE(n)   ((n) >> 2 & 7) /* flights of the handshake; 0 = all */
#define IS_SETTLED 0x20		  /* a client hears HANDSHAKE_DONE first */
#define IS_GENTLE  0x40
#define INPUTS_MAX 20000 /* on one connection */

static struct hostile peers[2];
static unsigned inputs[2];

static void begin(struct hostile *hostile, unsigned what)
{
	static const uint8_t done[] = {0x1e};
	if (hostile->victim)
		hostile_fini(hostile);
	hostile_init(hostile, what & IS_RELAY);
	inputs[what & IS_RELAY] = 0;
	if (STAGE(what) != 0) {
		for (unsigned i = 0; i < STAGE(what) && hostile_step(hostile); i++)
			;
		return;
	}
	CHECK(hostile_shake(hostile));
	if (hostile->is_relay && what & IS_SETTLED)
		hostile_say(hostile, HOSTILE_ONE_RTT, done, sizeof(done));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hostile_choice choice = {data, size};
	unsigned what = hostile_choose(&choice);
	struct hostile *hostile = &peers[what & IS_RELAY];
	bool is_fresh = what & IS_FRESH && STAGE(what) != 0;
	if (!hostile->victim || is_fresh || inputs[what & IS_RELAY] >= INPUTS_MAX ||
	    lp_endpoint_conn_count(hostile->victim) == 0)
		begin(hostile, what);
	inputs[what & IS_RELAY]++;
	hostile->is_gentle = what & IS_GENTLE && STAGE(what) == 0;
	hostile_play(hostile, &choice);
	CHECK(lp_endpoint_conn_count(hostile->victim) <= 1);
	if (STAGE(what) != 0 && is_fresh) { /* whoever does not complete it is forgotten */
		for (int i = 0; i < 8; i++)
			hostile_wait(hostile, LP_NS_PER_S);
		CHECK(hostile->is_complete || hostile->is_relay || hostile->conn ||
		      lp_endpoint_conn_count(hostile->victim) == 0);
	}
	return 0;
}
