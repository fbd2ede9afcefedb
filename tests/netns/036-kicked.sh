#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Who is kicked is told so, and stays out for a while, started anew or not; the others play on.
. "$(dirname "$0")/lib.sh"
party_up
start_all

is_told() { # is_told NAME: in the status, as a sentence
	value "$1" status .status.last_error | grep -q 'the organiser kicked you from this room'
}

check "the relay puts alice out" ctl relay kick "$room" alice
wait_for 2 "alice to be told" is_told alice
wait_for 2 "bob to hear of it" logged bob 'alice.* left .*kicked'
check "gateway and bob are there" says 2 value relay peers '.peers | length'

crash alice
launch alice
wait_for 5 "the relay to refuse her" logged relay 'was rejected: kicked'
wait_for 2 "alice to be told again" is_told alice
check "she is not in" says waiting value alice status .status.state
check "she is not in the list either" says 2 value relay peers '.peers | length'
check "one line of her log says so" says 2 grep -c 'kicked you from this room' "$tmp/alice.log"
check "bob plays on" pings bob "$pc_ip"

check "bob is disconnected for no time" ctl relay kick "$room" bob 0
wait_for 2 "bob to lose the room" logged bob 'closed the connection: kicked'
wait_for 5 "bob to be back by himself" says bridging value bob status .status.state
check "and plays on" pings bob "$pc_ip"
check "a peer that is not there cannot be kicked" says 6 sh -c \
	"'$LP_BUILD/lanpartyctl' -s '$tmp/relay.sock' kick $room alice 2>/dev/null; echo \$?"
shows C5
