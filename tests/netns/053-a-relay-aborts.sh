#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# An assertion of a library ends the relay under a full room, and whoever watches over it starts it
# again at once, as its unit does: everybody has frames again within two seconds, in the same places.
. "$(dirname "$0")/lib.sh"
party_up
members=64

# Restarts it a tenth of a second after its end, as systemd does with Restart=always.
supervise_relay() {
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn supervisor relay sh -c 'while :; do "$@" & echo $! >"$0"; wait $!; sleep 0.1; done' "$tmp/relay.pid" \
		"$LP_BUILD/lanpartyd" -c "$tmp/relay.conf" >>"$tmp/relay.log" 2>&1
}

ids() {
	value relay peers '[.peers[] | "\(.mac) \(.peer_id)"] | sort | .[]'
}

is_restarted() { # is_restarted PID: answers another one?
	[ "$(cat "$tmp/relay.pid")" != "$1" ] && ctl relay status
}

supervise_relay
wait_for 10 "the relay to answer" ctl relay status
spawn crowd alice "$LP_BUILD/tests/tools/crowd" "$relay_ip:443" "$(value relay status .status.pin)" "$room" \
	$members 14 >"$tmp/crowd.out" 2>"$tmp/crowd.log"
wait_for 10 "all members to have frames" grep -q "in the room" "$tmp/crowd.out"
ids=$(ids)
check "$members members are in the room" test "$(wc -l <<<"$ids")" = $members
pid=$(cat "$tmp/relay.pid")
kill -ABRT "$pid"
wait_for 5 "another relay to answer" is_restarted "$pid"
wait "${pid_of[crowd]}" || fail "the members ended badly"
silence=$(tail -n 1 "$tmp/crowd.out")
check "nobody was without a frame for 2 s (the longest: $silence ms)" test "$silence" -lt 2000
check "the relay did end: there was a gap" test "$silence" -gt 90
check "the relay said why it ended" logged relay 'crash: SIGABRT'
check "everybody came back to their place" test "$(grep -c 'is back in' "$tmp/relay.log")" = $members
shows R10
