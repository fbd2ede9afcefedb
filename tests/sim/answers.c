/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "answers.h"

/* clang-format off */
#define ALL(x)		   {x, x, x, x, x, x, x, x}
/* In the room, or not. */
#define ROOM(out, in)	   {out, out, in, in, in, out, out, in}
/* Before the frames of sim_answers.c were sent, or after. */
#define SENT(before, after) {before, before, before, after, after, after, after, after}
/* The same, of what the gateway sends: of a client that has died only it knows how much. */
#define OUT(before, after, absent) {before, before, before, after, after, after, after, absent}
#define KICK(x, kicked)	   {x, x, x, x, x, x, kicked, x}
#define FALSE "false"
#define TRUE  "true"

/* --- client --- */

static const struct row client_status[] = {
	{"role", ALL("\"client\"")},
	{"version", ALL("\"\"")},	  /* these four are the daemon's to fill */
	{"pid", ALL("0")},
	{"is_root", ALL(FALSE)},
	{"waiting_for_restart", ALL("[]")},
	{"uptime_ms", {"2000", "2000", "5000", "10500", "10500", "10500", "10500"}},
	{"lines", ALL("=sentences")},
	{"state", {"\"resolving\"", "\"connecting\"|\"waiting\"", "\"bridging\"", "\"bridging\"",
		   "\"bridging\"", "\"connecting\"|\"waiting\"", "\"waiting\""}},
	{"relay", ALL("\"relay.example\"")},
	{"relay_addr", {"\"\"", "\"192.0.2.1:443\"", "\"192.0.2.1:443\"", "\"192.0.2.1:443\"",
			"\"192.0.2.1:443\"", "\"192.0.2.1:443\"", "\"192.0.2.1:443\""}},
	{"room", ALL("\"party\"")},
	{"peer_id", ROOM("0", "=client_id")},
	{"mac", ALL("\"02:00:00:00:00:05\"")},
	{"device", ALL("\"lanparty0\"")},
	{"mtu", ROOM("0", "1500")},
	{"gateway_present", {FALSE, FALSE, FALSE, TRUE, TRUE, FALSE, FALSE}},
	{"lan_connected", {FALSE, FALSE, FALSE, FALSE, TRUE, FALSE, FALSE}},
	{"datagram_budget", ROOM("0", "1430..1448")},
	{"rtt_us", ROOM("0", "20000..20500")},
	{"reconnect_count", ALL("0")},
	{"session_age_ms", {"-1", "-1", "4900..5000", "10400..10500", "10400..10500", "-1", "-1"}},
	{"last_rx_age_ms", {"-1", "-1", "0..1000", "0..1000", "0..1000", "4900..5000",
			    "4900..5050"}},
	{"last_frame_rx_age_ms", SENT("-1", "5980")},
	{"last_frame_tx_age_ms", SENT("-1", "6500")},
	{"last_broadcast_rx_age_ms", SENT("-1", "6980")},
	{"last_broadcast_tx_age_ms", SENT("-1", "7500")},
	{"route", {"\"unknown\"", "\"not pinned, by 198.51.100.1 on wlan0\"",
		   "\"pinned, by 198.51.100.1 on wlan0\"", "\"pinned, by 198.51.100.1 on wlan0\"",
		   "\"pinned, by 198.51.100.1 on wlan0\"",
		   "\"not pinned, by 198.51.100.1 on wlan0\"",
		   "\"not pinned, by 198.51.100.1 on wlan0\""}},
	{"addresses", SENT("[]", "[\"10.77.0.5/24\"]")},
	{"last_error", {"\"\"", "~does not answer", "\"\"", "\"\"", "\"\"",
			"~does not answer|~shutting down", "~(kicked)"}},
	{"dropped", SENT("[]", "[{\"by\":\"client\",\"reason\":\"source_mac\",\"frames\":3,"
			       "\"age_ms\":5500,\"example\":\"00:1b:21:00:00:99\"}]")},
};

/* The gateway, as the client knows it. */
static const struct row client_peer[] = {
	{"room", ALL("\"party\"")},
	{"peer_id", ALL("=gateway_id")},
	{"role", ALL("\"gateway\"")},
	{"name", ALL("\"hall\"")},
	{"mac", ALL("\"02:00:00:00:00:ee\"")},
	{"addr", ALL("null")},
	{"datagram_budget", ALL("null")},
	{"rtt_us", ALL("null")},
	{"queued_frames", ALL("null")},
	{"frames_in", ALL("=client_in")},
	{"bytes_in", ALL("=client_bytes_in")},
	{"copies_sent", ALL("null")},
	{"bytes_out", ALL("null")},
	{"datagrams_lost", ALL("null")},
	{"drops_in", ALL("null")},
	{"drops_out", ALL("null")},
	{"malformed", ALL("null")},
	{"connected_age_ms", ALL("10400..10500")},
	{"last_seen_age_ms", ALL("0..5980")},
	{"has_stats", ALL(FALSE)},
	{"stats_frames_tx", ALL("null")},
	{"stats_frames_rx", ALL("null")},
	{"stats_drops", ALL("null")},
};

#define MEMBER_STATS                                                                               \
	{"up_frames_unaccounted", ALL("0")}, {"down_frames_unaccounted", ALL("0")},                \
	{"up_copies_queued", ALL("0")}, {"down_copies_queued", ALL("0")},                          \
	{"datagrams_lost", ALL("0")}, {"black_holes", ALL("0")}, {"device_reopens", ALL("0")},     \
	{"packets_tx", ALL("=packets_tx")}, {"bytes_tx", ALL("=bytes_tx")},                        \
	/* What comes behind the end of a connection is of none. */                                \
	{"packets_rx", KICK("=packets_rx", "=packets_rx|25..50")},                                 \
	{"bytes_rx", KICK("=bytes_rx", "=bytes_rx|15000..22000")},                                 \
	{"in_flight_bytes", ALL("0")},                                                             \
	{"in_flight_limit_bytes", ROOM("0", "262144")},                                            \
	{"heartbeats_tx", {"0", "0", "3..30", "8..60", "8..60", "2..60", "2..60", "25..200"}},     \
	{"loop_turns", ALL("21")}, {"loop_sleeps", ALL("22")}, {"loop_busy_polls", ALL("24")}

static const struct row client_stats[] = {
	MEMBER_STATS,
	{"up_frames_in", SENT("0", "33")},
	{"up_bytes_in", SENT("0", "3300")},
	{"up_frames_forwarded", SENT("0", "30")},
	{"up_copies_made", SENT("0", "30")},
	{"up_copies_sent", SENT("0", "30")},
	{"down_frames_in", SENT("0", "=client_in")},
	{"down_bytes_in", SENT("0", "=client_bytes_in")},
	{"down_frames_forwarded", SENT("0", "=client_in")},
	{"down_copies_made", SENT("0", "=client_in")},
	{"down_copies_sent", SENT("0", "=client_in")},
	{"datagrams_tx", {"0", "0", "5..30", "35..70", "35..70", "35..70", "35..70"}},
	{"datagrams_rx", {"0", "0", "5..30", "25..70", "25..70", "20..70", "20..70"}},
	{"datagrams_acked", {"0", "0", "5..30", "35..70", "35..70", "35..70", "35..70"}},
};

/* --- gateway --- */

static const struct row gateway_status[] = {
	{"role", ALL("\"gateway\"")},
	{"version", ALL("\"\"")},
	{"pid", ALL("0")},
	{"is_root", ALL(FALSE)},
	{"waiting_for_restart", ALL("[]")},
	{"uptime_ms", {"2000", "2000", NULL, "10500", "10500", "10500", "10500", "30500"}},
	{"lines", ALL("=sentences")},
	{"state", {"\"resolving\"", "\"connecting\"|\"waiting\"", NULL, "\"bridging\"",
		   "\"bridging\"", "\"connecting\"|\"waiting\"", "\"waiting\"", "\"bridging\""}},
	{"relay", ALL("\"relay.example\"")},
	{"relay_addr", {"\"\"", "\"192.0.2.1:443\"", NULL, "\"192.0.2.1:443\"",
			"\"192.0.2.1:443\"", "\"192.0.2.1:443\"", "\"192.0.2.1:443\"",
			"\"192.0.2.1:443\""}},
	{"room", ALL("\"party\"")},
	{"peer_id", ROOM("0", "=gateway_id")},
	{"mac", ALL("\"02:00:00:00:00:ee\"")},
	{"device", ALL("\"eth0\"")},
	{"mtu", ROOM("0", "1500")},
	{"gateway_present", ROOM(FALSE, TRUE)},
	{"lan_connected", {TRUE, TRUE, NULL, FALSE, TRUE, TRUE, TRUE, TRUE}},
	{"datagram_budget", ROOM("0", "1430..1448")},
	{"rtt_us", ROOM("0", "20000..20500")},
	{"reconnect_count", ALL("0")},
	{"session_age_ms", {"-1", "-1", NULL, "10400..10500", "10400..10500", "-1", "-1",
			    "30400..30500"}},
	{"last_rx_age_ms", {"-1", "-1", NULL, "0..1000", "0..1000", "4900..5000", "4900..5050",
			    "0..1000"}},
	{"last_frame_rx_age_ms", {"-1", "-1", NULL, "6480", "6480", "6480", "6480", "26480"}},
	{"last_frame_tx_age_ms", {"-1", "-1", NULL, "6000", "6000", "6000", "6000", "26000"}},
	{"last_broadcast_rx_age_ms", {"-1", "-1", NULL, "7480", "7480", "7480", "7480", "27480"}},
	{"last_broadcast_tx_age_ms", {"-1", "-1", NULL, "7000", "7000", "7000", "7000", "27000"}},
	{"route", ALL("\"\"")},
	{"addresses", ALL("[]")},
	{"last_error", {"\"\"", "~does not answer", NULL, "\"\"", "\"\"",
			"~does not answer|~shutting down", "~(kicked)", "\"\""}},
	{"dropped", ALL("[]")},
};

static const struct row gateway_peer[] = {
	{"room", ALL("\"party\"")},
	{"peer_id", ALL("=client_id")},
	{"role", ALL("\"client\"")},
	{"name", ALL("\"alice\"")},
	{"mac", ALL("\"02:00:00:00:00:05\"")},
	{"addr", ALL("null")},
	{"datagram_budget", ALL("null")},
	{"rtt_us", ALL("null")},
	{"queued_frames", ALL("null")},
	{"frames_in", ALL("30")},
	{"bytes_in", ALL("3000")},
	{"copies_sent", ALL("null")},
	{"bytes_out", ALL("null")},
	{"datagrams_lost", ALL("null")},
	{"drops_in", ALL("null")},
	{"drops_out", ALL("null")},
	{"malformed", ALL("null")},
	{"connected_age_ms", {NULL, NULL, NULL, "10400..10500", "10400..10500", NULL, NULL,
			      "30400..30500"}},
	{"last_seen_age_ms", {NULL, NULL, NULL, "6480", "6480", NULL, NULL, "26480"}},
	{"has_stats", ALL(FALSE)},
	{"stats_frames_tx", ALL("null")},
	{"stats_frames_rx", ALL("null")},
	{"stats_drops", ALL("null")},
};

static const struct row gateway_stats[] = {
	MEMBER_STATS,
	{"up_frames_in", OUT("0", "=client_in", "18..90")},
	{"up_bytes_in", OUT("0", "=client_bytes_in", "1500..6000")},
	{"up_frames_forwarded", OUT("0", "=client_in", "18..90")},
	{"up_copies_made", OUT("0", "=client_in", "18..90")},
	{"up_copies_sent", OUT("0", "=client_in", "18..90")},
	{"down_frames_in", SENT("0", "30")},
	{"down_bytes_in", SENT("0", "3000")},
	{"down_frames_forwarded", SENT("0", "30")},
	{"down_copies_made", SENT("0", "30")},
	{"down_copies_sent", SENT("0", "30")},
	{"datagrams_tx", {"0", "0", NULL, "25..70", "25..70", "20..70", "20..70", "40..120"}},
	{"datagrams_rx", {"0", "0", NULL, "35..70", "35..70", "35..70", "35..70", "35..120"}},
	{"datagrams_acked", {"0", "0", NULL, "25..70", "25..70", "20..70", "20..70", "40..120"}},
	{"nic_super_frames", ALL("11")},
	{"nic_segments", ALL("12")},
	{"nic_checksums", ALL("13")},
	{"nic_unsplittable", ALL("14")},
	{"nic_kernel_drops", ALL("15")},
	{"nic_link_losses", {"0", "0", NULL, "1", "0", "0", "0", "0"}},
};

/* --- relay --- */

static const struct row relay_status[] = {
	{"role", ALL("\"relay\"")},
	{"version", ALL("\"\"")},
	{"pid", ALL("0")},
	{"is_root", ALL(FALSE)},
	{"waiting_for_restart", ALL("[]")},
	{"uptime_ms", {"2000", "2000", "5000", "10500", "10500", "10500", "10500", "30500"}},
	{"lines", ALL("=sentences")},
	{"listen", ALL("\"0.0.0.0:443\"")},
	{"pin", ALL("=pin")},
	{"worker_count", ALL("1")},
	{"room_count", ALL("1")},
	{"peer_count", {"0", "0", "1", "2", "2", "0", "0", "2"}},
	{"half_open_count", {"0", "2..8", "0", "0", "0", "0", "0", "0"}},
};

static const struct row relay_room[] = {
	{"code", ALL("\"party\"")},
	{"client_count", {"0", "0", "1", "1", "1", "0", "0", "1"}},
	{"max_clients", ALL("8")},
	{"gateway_present", {FALSE, FALSE, FALSE, TRUE, TRUE, FALSE, FALSE, TRUE}},
	{"mtu", ALL("1500")},
	{"is_configured", ALL(TRUE)},
	/* The PC in the hall, and the gateway itself. */
	{"lan_mac_count", {"0", "0", "0", "2", "2", "0", "0", "2"}},
	{"frames_in", OUT("0", "=relay_in", "48..120")},
	{"copies_sent", {"0", "0", "0", "=relay_in", "=relay_in", "=relay_in", "=relay_in",
			 "=relay_in|51..70"}},
	{"drops", {"0", "0", "0", "0", "0", "0", "0", "0..20"}},
};

static const struct row relay_gateway[] = {
	{"room", ALL("\"party\"")},
	{"peer_id", ALL("1..65535")},
	{"role", ALL("\"gateway\"")},
	{"name", ALL("\"hall\"")},
	{"mac", ALL("\"02:00:00:00:00:ee\"")},
	{"addr", ALL("\"198.51.100.250:40250\"")},
	{"datagram_budget", ALL("1430..1448")},
	{"rtt_us", ALL("20000..20500")},
	{"queued_frames", ALL("0")},
	{"frames_in", OUT(NULL, "=client_in", "18..90")},
	{"bytes_in", OUT(NULL, "=client_bytes_in", "1500..6000")},
	{"copies_sent", ALL("30")},
	{"bytes_out", ALL("3000")},
	{"datagrams_lost", ALL("0")},
	{"drops_in", OUT(NULL, "0", "0..20")}, /* nobody is there to get them */
	{"drops_out", ALL("0")},
	{"malformed", ALL("0")},
	{"connected_age_ms", {NULL, NULL, NULL, "10440..10500", "10440..10500", NULL, NULL,
			      "30440..30500"}},
	{"last_seen_age_ms", ALL("0..1000")},
	{"has_stats", ALL(TRUE)},
	{"stats_frames_tx", {NULL, NULL, NULL, "12..23", "12..23", NULL, NULL, "12..60"}},
	{"stats_frames_rx", ALL("30")},
	{"stats_drops", ALL("0")},
};

static const struct row relay_client[] = {
	{"room", ALL("\"party\"")},
	{"peer_id", ALL("1..65535")},
	{"role", ALL("\"client\"")},
	{"name", ALL("\"alice\"")},
	{"mac", ALL("\"02:00:00:00:00:05\"")},
	{"addr", {NULL, NULL, "\"198.51.100.5:40005\"", "\"198.51.100.5:40005\"",
		  "\"198.51.100.5:40005\"", NULL, NULL, "null"}},
	{"datagram_budget", {NULL, NULL, "1430..1448", "1430..1448", "1430..1448", NULL, NULL,
			     "null"}},
	{"rtt_us", {NULL, NULL, "20000..20500", "20000..20500", "20000..20500", NULL, NULL,
		    "null"}},
	{"queued_frames", {NULL, NULL, "0", "0", "0", NULL, NULL, "null"}},
	{"frames_in", SENT("0", "30")},
	{"bytes_in", SENT("0", "3000")},
	{"copies_sent", {NULL, NULL, "0", "=client_in", "=client_in", NULL, NULL, "=client_in|18..40"}},
	{"bytes_out", {NULL, NULL, "0", "=client_bytes_in", "=client_bytes_in", NULL, NULL,
		       "1200..3000"}},
	{"datagrams_lost", {NULL, NULL, "0", "0", "0", NULL, NULL, "null"}},
	{"drops_in", ALL("0")},
	{"drops_out", {NULL, NULL, "0", "0", "0", NULL, NULL, "0..20"}},
	{"malformed", ALL("0")},
	{"connected_age_ms", {NULL, NULL, "4940..5000", "10440..10500", "10440..10500", NULL, NULL,
			      "30440..30500"}},
	{"last_seen_age_ms", {NULL, NULL, "0..1000", "0..1000", "0..1000", NULL, NULL,
			      "24000..26000"}},
	{"has_stats", {NULL, NULL, FALSE, TRUE, TRUE, NULL, NULL, TRUE}},
	{"stats_frames_tx", {NULL, NULL, "null", "30", "30", NULL, NULL, "30"}},
	{"stats_frames_rx", {NULL, NULL, "null", "12..23", "12..23", NULL, NULL, "12..23"}},
	{"stats_drops", {NULL, NULL, "null", "3", "3", NULL, NULL, "3"}},
};

static const struct row relay_stats[] = {
	{"frames_in", OUT("0", "=relay_in", "48..120")},
	{"bytes_in", OUT("0", "=relay_bytes_in", "4500..9000")},
	{"frames_forwarded", OUT("0", "=relay_in", "48..120")},
	{"copies_made", OUT("0", "=relay_in", "48..120")},
	{"copies_sent", {"0", "0", "0", "=relay_in", "=relay_in", "=relay_in", "=relay_in",
			 "51..70"}},
	{"copies_queued", ALL("0")},
	{"bytes_out", {"0", "0", "0", "=relay_bytes_in", "=relay_bytes_in", "=relay_bytes_in",
		       "=relay_bytes_in", "4200..6500"}},
	{"frames_unaccounted", ALL("0")},
	{"copies_unaccounted", ALL("0")},
	{"connections_accepted", {"0", "2..8", "1", "2", "2", "2", "2", "2"}},
	{"retries_sent", ALL("0")},
	{"resets_sent", {"0", "0", "0", "0", "0", "0..9", "0..9", "0"}},
	{"version_negotiations_sent", ALL("0")},
	{"refused_half_open", ALL("0")},
	{"refused_network", ALL("0")},
	{"unknown_packets", {"0", "0", "0", "0", "0", "1..99", "0..9", "0..99"}},
	{"bad_tokens", ALL("0")},
	{"packets_rx", ALL("=packets_rx")},
	{"packets_tx", ALL("=packets_tx")},
	{"send_no_room", ALL("0")},
	{"send_too_large", ALL("0")},
	{"send_errors", ALL("0")},
	{"loop_turns", ALL("21")},
	{"loop_sleeps", ALL("22")},
	{"loop_batches", ALL("23")},
	{"loop_busy_polls", ALL("24")},
};

static const struct row relay_ban_client[] = {
	{"room", ALL("\"party\"")},
	{"peer_id", ALL("=client_id")},
	{"name", ALL("\"alice\"")},
	{"mac", ALL("\"02:00:00:00:00:05\"")},
	{"by", ALL("\"uid 0 (root)\"")},
	{"age_ms", ALL("5000")},
	{"left_ms", ALL("295000")},
};

static const struct row relay_ban_gateway[] = {
	{"room", ALL("\"party\"")},
	{"peer_id", ALL("=gateway_id")},
	{"name", ALL("\"hall\"")},
	{"mac", ALL("\"02:00:00:00:00:ee\"")},
	{"by", ALL("\"uid 0 (root)\"")},
	{"age_ms", ALL("5000")},
	{"left_ms", ALL("295000")},
};

/* Every reason is listed, also those that never hit. */
static const struct row drop_client[] = {
	{"reason", ALL("\"source_mac\"")},
	{"action", ALL("\"filtered\"")},
	{"help", ALL("\"source MAC is not the announced one\"")},
	{"frames", SENT("0", "3")},
	{"copies", ALL("0")},
};

static const struct row drop_none[] = {
	{"reason", ALL("\"source_mac\"")},
	{"action", ALL("\"filtered\"")},
	{"help", ALL("\"source MAC is not the announced one\"")},
	{"frames", ALL("0")},
	{"copies", ALL("0")},
};

/* --- all --- */

#define TABLE(rows) {rows, sizeof(rows) / sizeof((rows)[0])}
#define ONE {1, 1, 1, 1, 1, 1, 1, 1}

const struct answer answers[] = {
	{CLIENT, "status", NULL, NULL, {0}, TABLE(client_status)},
	{CLIENT, "peers", "role", "gateway", {0, 0, 0, 1, 1, 0, 0, 0}, TABLE(client_peer)},
	{CLIENT, "stats", NULL, NULL, {0}, TABLE(client_stats)},
	{CLIENT, "drops", "reason", "source_mac", ONE, TABLE(drop_client)},
	{GATEWAY, "status", NULL, NULL, {0}, TABLE(gateway_status)},
	{GATEWAY, "peers", "role", "client", {0, 0, 0, 1, 1, 0, 0, 1}, TABLE(gateway_peer)},
	{GATEWAY, "stats", NULL, NULL, {0}, TABLE(gateway_stats)},
	{GATEWAY, "drops", "reason", "source_mac", ONE, TABLE(drop_none)},
	{RELAY, "status", NULL, NULL, {0}, TABLE(relay_status)},
	{RELAY, "rooms", "code", "party", ONE, TABLE(relay_room)},
	{RELAY, "peers", "role", "client", {0, 0, 1, 1, 1, 0, 0, 1}, TABLE(relay_client)},
	{RELAY, "peers", "role", "gateway", {0, 0, 0, 1, 1, 0, 0, 1}, TABLE(relay_gateway)},
	{RELAY, "stats", NULL, NULL, {0}, TABLE(relay_stats)},
	{RELAY, "drops", "reason", "source_mac", ONE, TABLE(drop_none)},
	{RELAY, "bans", "name", "alice", {0, 0, 0, 0, 0, 0, 1, 0}, TABLE(relay_ban_client)},
	{RELAY, "bans", "name", "hall", {0, 0, 0, 0, 0, 0, 1, 0}, TABLE(relay_ban_gateway)},
};

const size_t answer_count = sizeof(answers) / sizeof(answers[0]);

#define CONNECTED "good connected to the relay relay.example, round trip 20."
#define PINNED	  "good the route to the relay is pinned"
#define ADDRESS	  "good your address at the party is 10.77.0.5"
#define REFUSED	  "warn the hall refuses frames from 00:1b:21:00:00:99"
#define HEARD	  "good broadcasts of the party arrive, the last 6 s ago; ours leave, the last 7 s"
#define NO_ANSWER "bad not connected: the relay relay.example (192.0.2.1) does not answer"
#define THROWN	  "bad not connected: room \"party\": the organiser kicked you from this room"
#define WAITS	  "good eth0 has its link: it is bridged once"

const char *const sentences[MEMBER__COUNT][STATE__COUNT][SENTENCES_MAX] = {
	[CLIENT] = {
		[IDLE] = {"note connecting to the relay relay.example"},
		[CONNECTING] = {NO_ANSWER},
		[NO_GATEWAY] = {CONNECTED, PINNED, "warn room \"party\" has no gateway",
				"warn no address on lanparty0 yet",
				"note no broadcast from the party yet"},
		[NO_LAN] = {CONNECTED, PINNED, "warn the gateway has lost the party's LAN",
			    ADDRESS, HEARD, REFUSED},
		[WELL] = {CONNECTED, PINNED, "good the party's LAN is connected", ADDRESS, HEARD,
			  REFUSED},
		[STOPPED] = {NO_ANSWER},
		[KICKED] = {THROWN},
	},
	[GATEWAY] = {
		[IDLE] = {"note not connected: resolving", WAITS},
		[CONNECTING] = {NO_ANSWER, WAITS},
		[NO_LAN] = {CONNECTED, "bad eth0 has no link"},
		[WELL] = {CONNECTED, "good eth0 is bridged for 1 remote player"},
		[STOPPED] = {NO_ANSWER, WAITS},
		[KICKED] = {THROWN, WAITS},
		[ABSENT] = {CONNECTED, "good eth0 is bridged for 1 remote player"},
	},
	[RELAY] = {
		[IDLE] = {"good ready: nobody is connected, 1 room is there"},
		[CONNECTING] = {"good ready: nobody is connected, 1 room is there"},
		[NO_GATEWAY] = {"good relaying for 1 peer in 1 room"},
		[NO_LAN] = {"good relaying for 2 peers in 1 room"},
		[WELL] = {"good relaying for 2 peers in 1 room"},
		[STOPPED] = {"note stopping: "},
		[KICKED] = {"good ready: nobody is connected, 1 room is there"},
		[ABSENT] = {"good relaying for 2 peers in 1 room"},
	},
};
