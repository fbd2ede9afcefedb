#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The way to the relay never leads through the tunnel: it is pinned where it led before, also when the
# party's network has the relay's address in it, and let go at the end.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
start_relay
start gateway
remember alice
check "her PC finds the relay by the router" to_relay "via 192.168.1.1 dev eth0 src 192.168.1.2"

start alice
check "the way is pinned by the router, on the interface of before" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
check "the status says so" tells alice '^good the route to the relay is pinned, by 192.168.1.1 on eth0'
check "and so does the fact beside it" says "pinned, by 192.168.1.1 on eth0" value alice status .status.route
shows T1 T2 T8 W4

set_address alice lanparty0 10.77.0.51/24
keep_pinging alice "$pc_ip"
set_address alice lanparty0 203.0.113.77/24
check "an address of the TAP that covers the relay does not matter" to_relay "via 192.168.1.1 dev eth0"
wait_pinging alice
check "the session is that of before" says 0 value alice status .status.reconnect_count

alice_ip route del "$relay_ip/32"
wait_for 2 "the pin to be back after somebody removed it" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
wait_pinging alice
check "and the session is still that of before" says 0 value alice status .status.reconnect_count
shows W5

stop alice
check "routes, links and settings are as before" is_as_before alice
shows W10

# What was there already is used, and stays.
alice_ip route add "$relay_ip/32" via 192.168.1.1 dev eth0
remember alice
start alice
check "a host route of the user's is used" tells alice '^good the route to the relay is found pinned, by 192.168.1.1 on eth0'
check "and is the only one" says 1 sh -c "ip -n '$prefix-alice' route show '$relay_ip/32' | wc -l"
stop alice
check "it is there afterwards" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
check "as is everything else" is_as_before alice
shows T9

# It may also come and go meanwhile.
start alice
alice_ip route del "$relay_ip/32"
wait_for 2 "a pin in the place of the route that is gone" has_route "$relay_ip/32" via 192.168.1.1 dev eth0
alice_ip route add "$relay_ip/32" via 192.168.1.1 dev eth0 metric 50
wait_for 2 "the user's new route to be used" tells alice 'found pinned'
stop alice
check "which is there afterwards, too" has_route "$relay_ip/32" via 192.168.1.1 dev eth0 metric 50
check "alone" says 1 sh -c "ip -n '$prefix-alice' route show '$relay_ip/32' | wc -l"
