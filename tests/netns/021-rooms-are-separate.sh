#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Two rooms on one relay: alice and the hall in one, bob in the other. Neither sees a frame of the other.
. "$(dirname "$0")/lib.sh"
party_up
conf relay relay <<<"$no_limits"'	rooms = ( { code = "ROOM1"; }, { code = "ROOM2"; } );'
sed -i 's/ROOM1/ROOM2/' "$tmp/bob.conf"
start_all
alice=$(mac_of alice lanparty0)
bob=$(mac_of bob lanparty0)

frames_of_room() { # frames_of_room ROOM
	value relay rooms ".rooms[] | select(.code | ascii_downcase == \"$1\") | .frames_in"
}

has_frames() { # has_frames ROOM AT-LEAST
	[ "$(frames_of_room "$1")" -ge "$2" ]
}

count_frames bob lanparty0 1
count_frames pc eth0 1
count_frames alice lanparty0 2
count_frames pc eth0 2
send_frames alice lanparty0 1 500 --src "$alice" --broadcast --rate 5000
send_frames bob lanparty0 2 500 --src "$bob" --broadcast --rate 5000
send_frames bob lanparty0 2 500 --src "$bob" --dst "$alice" --rate 5000 --first 500
wait_for 5 "the frames of alice" has_frames room1 500
wait_for 5 "the frames of bob" has_frames room2 1000
pings alice "$pc_ip"
check "the hall hears alice" says 500 count_of pc 1
check "bob, in the other room, does not" says 0 count_of bob 1
check "alice does not hear bob, not even what carries her address" says 0 count_of alice 2
check "the hall does not hear bob" says 0 count_of pc 2
shows R9
