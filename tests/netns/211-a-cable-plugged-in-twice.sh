#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Somebody in the hall plugs both ends of a cable into the switch, which knows no spanning tree: each broadcast goes
# round for ever. The gateway bridges nothing meanwhile, blames no player, and goes on half a minute after
# the cable is out again.
#
#     pc ---- switch ---- gateway ~~~~ relay ~~~~ alice, bob
#             |    |
#             +----+  2 Mbit/s, for the sake of the machine that this runs on
. "$(dirname "$0")/lib.sh"
. "$netns_dir/attack.sh"
party_up
start_all
alice=$(mac_of alice lanparty0)
ip -n "$prefix-switch" link add loop0 type veth peer name loop1
for end in loop0 loop1; do
	ip -n "$prefix-switch" link set $end master br0
	at switch tc qdisc add dev $end root tbf rate 2mbit burst 4k latency 20ms || skip "no qdisc tbf here"
done

tells() { # tells PATTERN: a line of the gateway's status
	ctl gateway status | grep -qE "$1"
}

forwarded() {
	value gateway stats .stats.up_frames_forwarded
}

plug_in() {
	ip -n "$prefix-switch" link set loop0 up
	ip -n "$prefix-switch" link set loop1 up
}

check "before, all is well" pings alice "$pc_ip"
plug_in
send_frames alice lanparty0 1 1 --src "$alice" --broadcast
wait_for 3 "the gateway to tell of the loop" tells 'nothing is bridged: our own frames come back'
before=$(forwarded)
sleep 2
check "the storm stays in the hall, but for probes" test $(($(forwarded) - before)) -le 5
check "no player is blamed" test -z "$(grep 'error gateway: peer' "$tmp/gateway.log")"
check "the players reach each other" pings alice 10.77.0.52
check "the alarm is one line" says 1 grep -c 'there is a loop' "$tmp/gateway.log"
ip -n "$prefix-switch" link del loop0
wait_for 40 "the gateway to go on" pings alice "$pc_ip"
count_frames alice lanparty0 2
send_frames pc eth0 2 100 --src "$(mac_of pc eth0)" --broadcast --rate 200
pings alice "$pc_ip" >/dev/null
check "half a minute later everybody is heard" says 100 count_of alice 2
check "once" says 0 jq .duplicates "$tmp/alice.2.count"
check "no player was blamed at the end" test -z "$(grep 'error gateway: peer' "$tmp/gateway.log")"
check_ledgers
