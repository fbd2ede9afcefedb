#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What players and admins are told, before and after the things that they wait for.
. "$(dirname "$0")/lib.sh"
party_up
start_relay
empty_room() { # is there the room that is configured, with nobody in it?
	says "ROOM1 0 true" value relay rooms '.rooms[] | "\(.code) \(.client_count) \(.is_configured)"'
}
check "the room is listed before anybody comes" empty_room
check "in it there is nobody" grep -q '^Nobody is connected' <(ctl relay peers "$room")
check "and nothing was dropped" grep -q '^Nothing was dropped' <(ctl relay drops "$room")
check "its frames can be logged" ctl relay frame-log on "$room"
check "who mistypes it is told how it is called" \
	grep -q 'no room "ROM1": did you mean "ROOM1"?' <(ctl relay peers ROM1 2>&1)
start alice bob

lines() { # lines NAME: "level text" of each sentence
	value "$1" status '.status.lines[] | "\(.level) \(.text)"'
}

tells() { # tells NAME PATTERN
	lines "$1" | grep -qE "$2"
}

check "alice is connected, with a round trip" tells alice '^good connected to the relay .* round trip [0-9.]+ ms'
check "she knows that the hall is not there" tells alice '^warn room "ROOM1" has no gateway'
check "her log said so at the start" logged alice 'no gateway yet'
start gateway
wait_for 2 "alice to know that the hall is there" tells alice "^good the party's LAN is connected"
shows W12 C4

check "she has no address" tells alice '^warn no address on lanparty0 yet'
start_dhcp_server
dhcp_lease alice >"$tmp/dhclient.out"
check "the address that came late is named" tells alice "^good your address at the party is $(address_of alice lanparty0)"
check "and is the first of the list" says "$(address_of alice lanparty0)/24" value alice status \
	'[.status.addresses[] | select(test("^10"))][0]'
shows W19

peer pc say-udp eth0 26000 "a game"
wait_for 5 "alice to hear a broadcast" tells alice '^good broadcasts of the party arrive'
check "the round trip is that of the live connection" test "$(value alice status .status.rtt_us)" -gt 0
check "the datagram budget is told" test "$(value alice status .status.datagram_budget)" -gt 1200
shows W20 K4 K5

pings alice "$pc_ip"
has_stats() {
	says 3 value relay peers '[.peers[] | select(.has_stats and .last_seen_age_ms < 60000)] | length'
}
wait_for 10 "the relay to have the peers' counters" has_stats
check "which say that alice sent frames" test "$(value relay peers '.peers[] | select(.name == "alice") | .stats_frames_tx')" -gt 0
check "alice's own counters say the same" test "$(value alice stats .stats.up_frames_forwarded)" -gt 0
check "the gateway's, too" test "$(value gateway stats .stats.down_frames_forwarded)" -gt 0
shows C7 G20 K9 K10 R35 R37

for name in relay gateway alice; do
	for command in status peers stats drops; do
		check "$name: $command" ctl "$name" "$command"
	done
done
check "relay: rooms" ctl relay rooms
rows() {
	ctl "$@" | wc -l
}
check "drops --all has the reasons that never hit, too" test "$(rows relay drops --all)" -gt $(($(rows relay drops) + 20))
