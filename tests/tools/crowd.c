/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Many members of one room in one process, over real sockets: crowd RELAY PIN ROOM MEMBERS SECONDS
 *
 * Each is a session as lanpartyd has it, without a device, and sends a frame to the next one each
 * INTERVAL. Prints "in the room" once all are and have been heard of, and at the end the longest
 * time that a member has been without a frame, in milliseconds. Exit status 1: not all got in.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "crypto/trust.h"
#include "frame/mac.h"
#include "loop/loop.h"
#include "platform/udp.h"
#include "queue/pool.h"
#include "session/session.h"

#include <stdio.h>
#include <stdlib.h>

#define INTERVAL_NS (50 * LP_NS_PER_MS)
#define FRAME_LEN   128
#define ETHERTYPE   0x88b5 /* for experiments */

struct member {
	struct crowd *crowd;
	struct lp_session *session;
	struct lp_udp *udp;
	struct lp_timer *timer;
	struct lp_mac mac;
	uint64_t send_ns;  /* when the next frame is due */
	uint64_t heard_ns; /* when one came last; 0 = never */
	uint64_t silent_ns;
	char name[24];
};

struct crowd {
	struct lp_loop *loop;
	struct lp_addr relay;
	struct lp_trust *trust;
	struct member *members;
	size_t count;
	bool is_in; /* everybody */
	uint64_t end_ns;
};

static void send_packets(void *user, const struct lp_packet_tx *tx, size_t tx_count)
{
	struct member *member = user;
	lp_udp_send_batch(member->udp, tx, tx_count);
}

static void resolve(void *user)
{
	struct member *member = user;
	lp_session_resolved(member->session, LP_OK, &member->crowd->relay, 1,
			    lp_loop_now(member->crowd->loop));
}

static enum lp_verdict on_frame(void *user, struct lp_frame *frame, uint64_t now)
{
	struct member *member = user;
	(void)frame;
	if (member->crowd->is_in && member->heard_ns != 0)
		member->silent_ns = LP_MAX(member->silent_ns, now - member->heard_ns);
	member->heard_ns = now;
	return LP_VERDICT_FORWARD;
}

static void on_welcome(void *user, const struct lp_welcome *welcome, uint64_t now)
{
	(void)user, (void)welcome, (void)now;
}

static void on_lost(void *user, const char *why, uint64_t now)
{
	(void)user, (void)why, (void)now;
}

static void on_peer(void *user, const struct lp_session_peer *peer, uint64_t now)
{
	(void)user, (void)peer, (void)now;
}

static void on_peer_left(void *user, const struct lp_session_peer *peer, const char *reason,
			 uint64_t now)
{
	(void)user, (void)peer, (void)reason, (void)now;
}

static const struct lp_session_ops session_ops = {
	.send = send_packets,
	.resolve = resolve,
	.on_frame = on_frame,
	.on_welcome = on_welcome,
	.on_lost = on_lost,
	.on_peer_joined = on_peer,
	.on_peer_left = on_peer_left,
};

static void on_udp_ready(void *arg)
{
	struct member *member = arg;
	struct lp_packet_rx rx[LP_UDP_BATCH];
	size_t got;
	if (lp_udp_recv_batch(member->udp, rx, &got) != LP_OK)
		return;
	for (size_t i = 0; i < got; i++)
		lp_session_recv(member->session, &rx[i], lp_loop_now(member->crowd->loop));
}

static void send_frame(struct member *member, uint64_t now)
{
	const struct crowd *crowd = member->crowd;
	size_t next = (size_t)(member - crowd->members + 1) % crowd->count;
	struct lp_frame *frame = lp_session_frame_get(member->session);
	if (!frame)
		return;
	memset(frame->data, 0, FRAME_LEN);
	memcpy(frame->data, crowd->members[next].mac.octet, LP_MAC_LEN);
	memcpy(frame->data + LP_MAC_LEN, member->mac.octet, LP_MAC_LEN);
	frame->data[12] = ETHERTYPE >> 8;
	frame->data[13] = ETHERTYPE & 0xff;
	frame->len = FRAME_LEN;
	lp_session_send_frame(member->session, frame, now);
	lp_frame_unref(frame);
}

static void on_time(void *arg)
{
	struct member *member = arg;
	lp_session_tick(member->session, lp_loop_now(member->crowd->loop));
}

static void run_member(struct member *member, const struct lp_now *now)
{
	if (now->mono_ns >= lp_session_deadline(member->session))
		lp_session_tick(member->session, now);
	if (now->mono_ns >= member->send_ns) {
		member->send_ns = now->mono_ns + INTERVAL_NS;
		if (lp_session_is_up(member->session))
			send_frame(member, now->mono_ns);
	}
	lp_session_flush(member->session, now);
	lp_timer_set(member->timer, LP_MIN(member->send_ns, lp_session_deadline(member->session)));
}

static void on_turn_end(void *arg)
{
	struct crowd *crowd = arg;
	const struct lp_now *now = lp_loop_now(crowd->loop);
	bool is_in = true;
	for (size_t i = 0; i < crowd->count; i++) {
		run_member(&crowd->members[i], now);
		is_in &= crowd->members[i].heard_ns != 0;
	}
	if (is_in && !crowd->is_in) {
		crowd->is_in = true;
		puts("in the room");
		fflush(stdout);
	}
	if (now->mono_ns >= crowd->end_ns)
		lp_loop_stop(crowd->loop);
}

static bool make_member(struct crowd *crowd, size_t index, const char *room)
{
	struct member *member = &crowd->members[index];
	member->crowd = crowd;
	member->mac = (struct lp_mac){{2, 0, 0x5e, 0x10, (uint8_t)(index >> 8), (uint8_t)index}};
	snprintf(member->name, sizeof(member->name), "m%zu", index);
	if (lp_udp_open_connect(crowd->relay.family, &member->udp) != LP_OK ||
	    lp_udp_start(member->udp, lp_loop_watcher(crowd->loop), on_udp_ready, member) != LP_OK)
		return false;
	struct lp_session_config config = {
		.role = LP_ROLE_CLIENT,
		.relay_name = "the relay",
		.server_name = "relay",
		.room = room,
		.name = member->name,
		.trust = crowd->trust,
		.has_mac = true,
		.mac = member->mac,
		.fragments = true,
		.pool_frames = 64,
		.rand_seed = index + 1,
	};
	member->timer = lp_timer_new(crowd->loop, on_time, member);
	member->session = lp_session_new(&config, &session_ops, member, lp_loop_now(crowd->loop));
	return true;
}

static void report(const struct crowd *crowd)
{
	uint64_t silent_ns = 0, now = lp_loop_now(crowd->loop)->mono_ns;
	for (size_t i = 0; i < crowd->count; i++) {
		const struct member *member = &crowd->members[i];
		silent_ns = LP_MAX(silent_ns, LP_MAX(member->silent_ns, now - member->heard_ns));
	}
	printf("%llu\n", (unsigned long long)(silent_ns / LP_NS_PER_MS));
}

int main(int argc, char **argv)
{
	struct crowd crowd = {0};
	struct lp_hostport relay;
	if (argc != 6 || lp_hostport_parse(argv[1], &relay) != LP_OK ||
	    lp_addr_parse_ip(relay.host, &crowd.relay) != LP_OK ||
	    lp_trust_new(argv[2], NULL, &crowd.trust) != LP_OK) {
		fprintf(stderr, "usage: crowd RELAY:PORT PIN ROOM MEMBERS SECONDS\n");
		return 2;
	}
	crowd.relay.port = relay.port;
	crowd.loop = lp_loop_new();
	crowd.count = strtoul(argv[4], NULL, 10);
	crowd.members = lp_alloc_array(crowd.count, sizeof(*crowd.members));
	crowd.end_ns = lp_loop_now(crowd.loop)->mono_ns + strtoul(argv[5], NULL, 10) * LP_NS_PER_S;
	for (size_t i = 0; i < crowd.count; i++) {
		if (!make_member(&crowd, i, argv[3]))
			return 2;
	}
	lp_loop_on_turn_end(crowd.loop, on_turn_end, &crowd);
	lp_loop_run(crowd.loop);
	if (crowd.is_in)
		report(&crowd);
	return crowd.is_in ? 0 : 1;
}
