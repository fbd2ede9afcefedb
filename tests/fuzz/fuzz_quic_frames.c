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
#include "base/mem.h"

#include <string.h>

#define IS_RELAY   0x01
#define IS_FRESH   0x02
#define STAGE(n)   ((n) >> 2 & 7) /* flights of the handshake; 0 = all */
#define IS_SETTLED 0x20		  /* a client hears HANDSHAKE_DONE first */
#define IS_GENTLE  0x40
#define INPUTS_MAX 20000 /* on one connection */

#define ENDS_MAX 64
#define NO_CODE	 UINT64_MAX /* none that the peer could read */

static struct hostile peers[2];
static unsigned inputs[2];

/* What became of the connections: in the victim's words, and the code that it closed with. */
static uint64_t connections;
static struct tally {
	char text[128];
	uint64_t code;
	uint64_t count;
} ends[ENDS_MAX];

static void count_end(const struct hostile *hostile)
{
	const char *text = hostile->has_ended ? hostile->end_text : "still open";
	uint64_t code = hostile->was_closed ? hostile->close_code : NO_CODE;
	size_t i = 0;
	while (i < ENDS_MAX - 1 && ends[i].count > 0 &&
	       (ends[i].code != code || strcmp(ends[i].text, text) != 0))
		i++;
	lp_strcopy(ends[i].text, sizeof(ends[i].text), text);
	ends[i].code = code;
	ends[i].count++;
	connections++;
}

void fuzz_report(void)
{
	printf("%llu connections:\n", (unsigned long long)connections);
	for (size_t i = 0; i < ENDS_MAX && ends[i].count > 0; i++) {
		printf("%9llu %s", (unsigned long long)ends[i].count, ends[i].text);
		if (ends[i].code != NO_CODE)
			printf(", closed with 0x%llx", (unsigned long long)ends[i].code);
		printf("\n");
	}
}

/* A handshake takes longer than a thousand packets: mostly frames that a connection outlives. */
void fuzz_shape(uint8_t *data, size_t len)
{
	if (data[len - 1] % 64 != 0)
		data[0] = (uint8_t)((data[0] & IS_RELAY) | IS_SETTLED | IS_GENTLE);
	else if (data[len - 1] != 0)
		data[0] &= (uint8_t)(IS_RELAY | IS_SETTLED);
}

static void begin(struct hostile *hostile, unsigned what)
{
	static const uint8_t done[] = {0x1e};
	if (hostile->victim) {
		count_end(hostile);
		hostile_fini(hostile);
	}
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
