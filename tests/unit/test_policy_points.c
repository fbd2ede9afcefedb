/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The classifier's vectors at all the points that a frame passes: client egress, relay, gateway
 * ingress, and injection at gateway and client. Each must drop what is to be dropped, for the same
 * reason, whatever other rules it has; and none may drop anything else.
 */
#include "client/client_filter.h"
#include "gateway/gateway_filter.h"
#include "relay/forward.h"

#include "base/clock.h"
#include "base/mem.h"
#include "policy_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW	(1000 * LP_NS_PER_S)
#define PEER_ID 7

struct count {
	size_t vectors;
	size_t wrong;
};

static void expect(struct count *count, const struct policy_vector *vector, const char *point,
		   enum lp_verdict verdict, enum lp_verdict wanted)
{
	count->vectors++;
	if (verdict == wanted)
		return;
	count->wrong++;
	print_error("%s at %s: %s, should be %s\n", vector->name, point, lp_verdict_name(verdict),
		    lp_verdict_name(wanted));
}

/* Whose frame it is: the announced MAC, or simply the one that it has. */
static struct lp_mac source_of(const struct policy_vector *vector)
{
	struct lp_mac mac = vector->source;

	if (!vector->has_source && vector->len >= LP_ETHER_HEADER_LEN)
		memcpy(mac.octet, vector->frame + LP_MAC_LEN, LP_MAC_LEN);
	return mac;
}

static struct lp_mac destination_of(const struct policy_vector *vector)
{
	struct lp_mac mac = {{0}};

	if (vector->len >= LP_ETHER_HEADER_LEN)
		memcpy(mac.octet, vector->frame, LP_MAC_LEN);
	return mac;
}

static void at_client(struct count *count, const struct policy_vector *vector)
{
	bool is_up = vector->direction == LP_DIRECTION_FROM_REMOTE;
	struct lp_client_filter gate = {.mac = is_up ? source_of(vector) : destination_of(vector)};

	if (is_up)
		expect(count, vector, "client egress",
		       lp_client_filter_up(&gate, &vector->policy, vector->frame, vector->len, NOW),
		       vector->verdict);
	else
		expect(count, vector, "injection at the client",
		       lp_client_filter_down(&gate, &vector->policy, vector->frame, vector->len,
					     NOW),
		       vector->verdict);
}

/* An address that is not known is asked for on the LAN first: nobody answers here. */
static enum lp_verdict inject(struct lp_gateway_filter *gate, const struct policy_vector *vector)
{
	uint8_t question[LP_IPCLAIM_QUESTION_MAX];
	struct lp_addrprobe_frame kept;
	enum lp_verdict verdict = lp_gateway_filter_down(gate, &vector->policy, PEER_ID,
							 vector->frame, vector->len, NOW);

	if (verdict != LP_VERDICT_ADDRESS_PROBED)
		return verdict;
	for (uint64_t at = NOW; at <= NOW + LP_ADDRPROBE_WAIT_NS; at += LP_NS_PER_MS) {
		while (lp_gateway_filter_ask(gate, question, at) > 0 ||
		       lp_gateway_filter_take(gate, &kept, at))
			;
	}
	return lp_gateway_filter_down(gate, &vector->policy, PEER_ID, vector->frame, vector->len,
				      NOW + LP_ADDRPROBE_WAIT_NS);
}

static void at_gateway(struct count *count, const struct policy_vector *vector)
{
	static const struct lp_mac nic = {{2, 0, 0, 0, 0, 0xf0}};
	struct lp_mac source = source_of(vector), destination = destination_of(vector);
	struct lp_gateway_filter gate;

	lp_gateway_filter_init(&gate, 0, NOW);
	lp_gateway_filter_set_nic(&gate, &nic, NOW);
	if (vector->direction == LP_DIRECTION_FROM_REMOTE) {
		lp_gateway_filter_join(&gate, PEER_ID, &source, NOW);
		expect(count, vector, "injection at the gateway", inject(&gate, vector),
		       vector->verdict);
	} else {
		lp_gateway_filter_join(&gate, PEER_ID, &destination, NOW);
		expect(count, vector, "gateway ingress",
		       lp_gateway_filter_up(&gate, &vector->policy, vector->frame, vector->len,
					    NOW),
		       vector->verdict);
	}
	lp_gateway_filter_fini(&gate);
}

/* Alone in its room: what passes finds nobody. */
static void at_relay(struct count *count, const struct policy_vector *vector)
{
	bool is_client = vector->direction == LP_DIRECTION_FROM_REMOTE;
	struct lp_room *room = lp_room_new("room", 1500, true);
	room->limit = lp_alloc(sizeof(*room->limit));
	struct lp_peer *peer = test_calloc(1, sizeof(*peer));
	struct lp_pool *pool = lp_pool_new(1);
	struct lp_frame *frame = lp_pool_get(pool);
	enum lp_verdict wanted = vector->verdict;

	room->policy = vector->policy;
	peer->state = LP_PEER_MEMBER;
	peer->hello.role = is_client ? LP_ROLE_CLIENT : LP_ROLE_GATEWAY;
	peer->hello.mac = source_of(vector);
	lp_list_init(&peer->link_room);
	lp_room_add(room, peer, NOW);
	frame->len = (uint16_t)vector->len;
	memcpy(frame->data, vector->frame, vector->len);
	if (wanted == LP_VERDICT_FORWARD) {
		struct lp_mac destination = destination_of(vector);

		wanted = LP_VERDICT_NO_TARGET;
		if (!is_client && !lp_mac_is_group(&destination))
			wanted = LP_VERDICT_UNKNOWN_FROM_GATEWAY;
	}
	expect(count, vector, "the relay", lp_forward_frame(peer, frame, NOW), wanted);
	lp_room_remove(room, peer, NOW);
	lp_frame_unref(frame);
	lp_pool_free(pool);
	lp_room_free(room);
	test_free(peer);
}

static void on_vector(void *user, const struct policy_vector *vector)
{
	struct lp_mac source = source_of(vector), destination = destination_of(vector);

	/* The LAN's frames have no announced source at any point. */
	if (vector->has_source && vector->direction == LP_DIRECTION_FROM_LAN)
		return;
	/* From a station to itself: other rules come in between. */
	if (vector->verdict == LP_VERDICT_FORWARD && lp_mac_is_equal(&source, &destination))
		return;
	at_client(user, vector);
	at_gateway(user, vector);
	if (vector->len <= LP_FRAME_MAX)
		at_relay(user, vector);
}

static void test_every_vector_at_every_point(void **state)
{
	struct count count = {0};
	size_t vectors = policy_vectors_each(on_vector, &count);

	(void)state;
	assert_true(vectors >= 400);
	assert_int_equal(count.wrong, 0);
	printf("%zu verdicts on %zu vectors\n", count.vectors, vectors);
	printf("shows G7 G9 G11 K7 K8 W14 W15\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_vector_at_every_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
