#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A client that does not run for a while, as on a PC whose lid is closed: stopped, and going on. Back
# from a moment it has its place still; back from so long that it has been given up it is in the room
# again at once, with its place, its MAC and its TAP, and not after a time-out. (That the clock of the
# system tells of a sleep is simulated: tests/sim/sim_restart.c.)
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
start_relay
start gateway alice
set_address alice lanparty0 10.77.0.51/24
keep_pinging alice "$pc_ip"

stop_for() { # stop_for SECONDS: sets $ms, until the next answer
	local before started
	kill -STOP "${pid_of[alice]}"
	sleep "$1"
	before=$(answers alice)
	started=$(now_ms)
	kill -CONT "${pid_of[alice]}"
	wait_for 10 "frames to flow after $1 s" more_answers alice "$before"
	ms=$(($(now_ms) - started))
	echo "$ms ms until frames flow after $1 s"
}

stop_for 3
check "after a moment its place is still there" says 0 value alice status .status.reconnect_count
stop_for 35
check "after a long time it comes back at once" test "$ms" -lt 2000
check "once" says 1 value alice status .status.reconnect_count
check "the TAP is as it was" says 10.77.0.51 address_of alice lanparty0
check "the gateway has one player" says 1 value gateway peers '.peers | length'
wait_pinging alice
stop alice
