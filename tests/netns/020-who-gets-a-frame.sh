#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Each kind of frame reaches those whom it is for and nobody else: counted by numbered frames at all ends.
. "$(dirname "$0")/lib.sh"
party_up
start_all
alice=$(mac_of alice lanparty0)
bob=$(mac_of bob lanparty0)
pc=$(mac_of pc eth0)
stranger=02:99:99:99:99:99

count_everywhere() { # count_everywhere STREAM
	count_frames alice lanparty0 "$1"
	count_frames bob lanparty0 "$1"
	count_frames pc eth0 "$1"
}

counts() { # counts STREAM: of alice, bob and the PC
	echo "$(count_of alice "$1") $(count_of bob "$1") $(count_of pc "$1")"
}

frames_in() { # frames_in NAME COUNTER AT-LEAST
	[ "$(value "$1" stats ".stats.$2")" -ge "$3" ]
}

deliver() { # deliver STREAM SENDER INTERFACE OPTION...: 200 frames; returns when the relay has had them
	local before
	count_everywhere "$1"
	before=$(value relay stats .stats.frames_in)
	send_frames "$2" "$3" "$1" 200 --rate 2000 "${@:4}"
	wait_for 5 "the relay to get stream $1" frames_in relay frames_in $((before + 200))
	settle
}

# A ping comes after all that was sent before it on its way.
settle() {
	pings alice "$pc_ip" -c 1 && pings bob "$pc_ip" -c 1
}

deliver 1 alice lanparty0 --src "$alice" --broadcast
check "a broadcast of alice reaches bob and the PC, and does not come back" says "0 200 200" counts 1
deliver 2 alice lanparty0 --src "$alice" --dst "$bob"
check "a frame to bob reaches bob alone" says "0 200 0" counts 2
deliver 3 alice lanparty0 --src "$alice" --dst "$pc"
check "a frame to the PC reaches the PC alone" says "0 0 200" counts 3
deliver 4 alice lanparty0 --src "$alice" --dst "$stranger"
check "a frame to a MAC that nobody has goes to the LAN alone" says "0 0 200" counts 4
deliver 5 pc eth0 --src "$pc" --broadcast
check "a broadcast of the PC reaches alice and bob" says "200 200 0" counts 5
deliver 6 pc eth0 --src "$pc" --dst "$alice"
check "a frame of the PC to alice reaches alice alone" says "200 0 0" counts 6
shows R9 R10 R16 R17 R19

before=$(value relay stats .stats.frames_in)
count_everywhere 7
send_frames pc eth0 7 200 --src "$pc" --dst "$stranger"
send_frames alice lanparty0 7 200 --src "$stranger" --broadcast
settle
check "a frame of the LAN to nobody remote, and one with another's source, reach nobody" says "0 0 0" counts 7
check "the forged ones were dropped by alice's own client" \
	says 200 value alice drops '.drops[] | select(.reason == "source_mac") | .frames'
check "and neither came as far as the relay" test "$(value relay stats .stats.frames_in)" -lt $((before + 150))
shows G21 W13

is_clean() {
	local name counter
	for name in relay gateway alice bob; do
		for counter in $(value "$name" stats '.stats | to_entries[] | select(.key | test("unaccounted")) | .value'); do
			[ "$counter" = 0 ] || return 1
		done
	done
}
check "every frame is accounted for at every node" is_clean
