#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A second gateway, a second player with the same MAC and one too many are refused while the first is
# alive, each with a sentence that says why; and come in when the place is free.
. "$(dirname "$0")/lib.sh"
party_up
conf relay relay <<<'	rooms = ( { code = "ROOM1"; max_clients = 2; } );'
add_gateway_host gateway2 10.77.0.3 198.18.1
conf gateway2 gateway < <(join_lines && echo '	interface = "lan0";')
add_home carol 198.18.2
conf carol client < <(join_lines)
start_all

refused() { # refused NAME TEXT
	value "$1" status .status.last_error | grep -q "$2" && logged "$1" "$2"
}

launch gateway2
launch carol
wait_for 5 "the second gateway to be refused" refused gateway2 "already has a gateway that is alive"
wait_for 5 "the third player to be refused" refused carol "room is full"
stop carol
launch carol -o client.mac="$(mac_of bob lanparty0)"
wait_for 5 "the second MAC to be refused" refused carol "uses this MAC address"
check "who is refused has the MAC that was asked for" \
	says "$(mac_of bob lanparty0)" value carol status .status.mac
check "those who were there stayed" says "0 0" echo \
	"$(value gateway status .status.reconnect_count) $(value bob status .status.reconnect_count)"
check "and are reachable" pings alice "$pc_ip"
check "bob, too" pings alice 10.77.0.52
shows C5 R5 R6 R7 W2

stop gateway
stop bob
wait_up gateway2
wait_up carol
check "when their places are free, the others are in" pings alice "$pc_ip"
