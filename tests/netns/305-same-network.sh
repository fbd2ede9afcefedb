#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The party's network has the addresses of the one at home, as 192.168.1.0/24 so often does. The player
# is told before the TAP is up; then the addresses mean the party's PCs, but for the router at home.
#
#   192.168.1.1 router, DNS --- eth0 192.168.1.2  alice  lanparty0 192.168.1.60 ~~~ pc 192.168.1.70
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
set_address gateway lan0 192.168.1.250/24
set_address pc eth0 192.168.1.70/24
set_address pc eth0 192.168.1.1/24
start_relay
start gateway
add_tap
remember alice

start alice
check "she is told in one sentence" tells alice \
	"^warn the party's network 192.168.1.0/24 is also this PC's network 192.168.1.0/24"
check "the log has it, too" logged alice "warn .* the party's network 192.168.1.0/24 is also"
check "before anything else of the party" says 1 sh -c \
	"grep -n -m1 'is also this PC' '$tmp/alice.log' >'$tmp/told'; grep -n 'connected to the relay' '$tmp/alice.log' |
		cut -d: -f1 | xargs test \$(cut -d: -f1 '$tmp/told') -lt && echo 1"

check "the way to the relay is pinned all the same" to_relay "via 192.168.1.1 dev eth0"
set_address alice lanparty0 192.168.1.60/24
wait_for 2 "addresses of the network to mean the party's PCs" \
	sh -c "ip -n '$prefix-alice' route get 192.168.1.70 | grep -q 'dev lanparty0'"
check "the hall's PC is reached" pings alice 192.168.1.70
check "by the TAP" grep -q 'dev lanparty0 lladdr' <(alice_ip neigh show 192.168.1.70)
check "the router at home is the one at home" grep -q 'dev eth0' <(alice_ip route get 192.168.1.1)
pings alice 192.168.1.1 >/dev/null
check "and not the PC of the party with its address" says "$(mac_of nat-alice home0)" \
	sh -c "ip -n '$prefix-alice' -j neigh show 192.168.1.1 dev eth0 | jq -r '.[0].lladdr'"
check "the internet is in reach" pings alice 192.0.2.1
check "the session has never been lost" says 0 value alice status .status.reconnect_count

alice_ip addr del 192.168.1.60/24 dev lanparty0
wait_for 2 "home to be home again when the TAP's address is gone" \
	sh -c "ip -n '$prefix-alice' route get 192.168.1.70 | grep -q 'dev eth0'"
stop alice
check "afterwards nothing is left" is_as_before alice
shows T5 W18
