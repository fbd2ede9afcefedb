#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The LAN and the tunnel meet in a second place: dave is in the hall, and has bridged his TAP with his card.
#
#     switch ---- gateway ~~~~ relay ~~~~ dave: TAP --- bridge --- eth0 ---- the same switch
#
# A client that notices by itself stops and tells the gateway; if it does not, the gateway stops everybody; and
# somebody on the LAN who uses a player's MAC stops that player. Who only was heard through the loop
# is blamed by nobody.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
party_up
add_host dave
add_to_lan dave eth0 10.77.0.20
add_uplink dave wan0 198.18.5
conf dave client < <(join_lines && echo '	name = "dave";')
start_all
alice=$(mac_of alice lanparty0)
bob=$(mac_of bob lanparty0)
pc=$(mac_of pc eth0)

bridge_tap() {
	ip -n "$prefix-dave" link add brx type bridge
	ip -n "$prefix-dave" link set eth0 master brx
	ip -n "$prefix-dave" link set lanparty0 master brx
	ip -n "$prefix-dave" link set brx up
}

unbridge_tap() {
	ip -n "$prefix-dave" link del brx
}

tells() { # tells NAME PATTERN: a line of its status
	ctl "$1" status | grep -qE "$2"
}

heard_once() { # heard_once STREAM: a hundred broadcasts of the PC: is each heard once?
	count_frames alice lanparty0 "$1"
	send_frames pc eth0 "$1" 100 --src "$pc" --broadcast --rate 200
	pings pc 10.77.0.51
	pings alice "$pc_ip"
	[ "$(count_of alice "$1" unique) $(jq .duplicates "$tmp/alice.$1.count")" = "100 0" ] ||
		{ cat "$tmp/alice.$1.count" && return 1; }
}

is_stopped() { # is_stopped MAC
	tells gateway "peer .* is stopped: $1 is on the LAN itself too"
}

is_not_stopped() {
	! is_stopped "$1"
}

# A client that looks after itself, while alice talks all the time.
start dave
dave=$(mac_of dave lanparty0)
spawn talk alice "$LP_BUILD/tests/tools/frames" send lanparty0 --src "$alice" --broadcast --stream 20 --count 100000 \
	--rate 200 >/dev/null
bridge_tap
wait_for 3 "dave to tell of the loop" tells dave 'bridged with a network card that is on the party'
echo "ok: dave's client has found the loop within three seconds"
wait_for 2 "dave to log it" logged dave 'client: lanparty0 is bridged'
wait_for 2 "the gateway to know whose it is" is_stopped "$dave"
check "and it says so" logged gateway "error gateway: peer .* \($dave\) brings the LAN into the room a second time"
check "nobody else has noticed" heard_once 1
check "frames of alice did come round" has_dropped gateway loop 1
sleep 3 # as long as it takes the gateway to judge
kill "${pid_of[talk]}"
check "but nobody else is stopped" test -z "$(grep 'error gateway: peer' "$tmp/gateway.log" | grep -v "$dave")"
check "and all but dave are bridged" pings alice "$pc_ip"
unbridge_tap
stop dave
wait_for 5 "dave to have left" logged gateway 'dave.* left'

# A client that does not.
launch_rogue dave
wait_up dave
ip -n "$prefix-dave" link set dev lanparty0 arp off # its own system is to keep out of it
bridge_tap
wait_for 3 "the gateway to tell of the loop" tells gateway 'there is a loop'
check "the gateway has found the loop within three seconds" logged gateway 'error gateway: our own frames come back'
before=$(value gateway stats .stats.up_frames_forwarded)
send_frames pc eth0 9 500 --src "$pc" --broadcast
check "nothing goes round any more" test $(($(value gateway stats .stats.up_frames_forwarded) - before)) -lt 50
check "and what came back was dropped as a loop" has_dropped gateway loop 1
unbridge_tap
stop dave
wait_for 40 "the players to be back" pings alice "$pc_ip"
check "half a minute later everybody is heard, once" heard_once 2

# Somebody on the LAN with a player's MAC. One frame stops nobody; one who goes on is there.
not_pings() {
	! pings "$@"
}
check "before, nobody is" is_not_stopped "$bob"
send_frames pc eth0 9 1 --src "$bob" --broadcast
sleep 3 # longer than the gateway judges
check "one frame stops nobody" is_not_stopped "$bob"
send_frames pc eth0 10 300 --src "$bob" --broadcast --rate 100
wait_for 3 "the gateway to tell of bob" is_stopped "$bob"
check "bob is stopped" not_pings bob "$pc_ip"
check "the log says so" logged gateway "error gateway: peer .* \($bob\) is on the LAN itself too"
check "alice is not" pings alice "$pc_ip"
check "and hears everybody once" heard_once 3
wait_for 40 "bob to be back" pings bob "$pc_ip"
check "half a minute later nothing is wrong any more" is_not_stopped "$bob"
check_ledgers
