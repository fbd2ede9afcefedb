#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The player's network changes: another router, another interface, none at all and back, another
# address. The client comes back at once, not after a time-out, and the pin moves along.
#
#   192.168.1.1 router --- eth0  alice  eth1 --- 100.64.9.1 internet (a phone, say)
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
add_cable alice eth1 internet phone
set_address internet phone 100.64.9.1/24
set_address alice eth1 100.64.9.10/24
set_address nat-alice home0 192.168.1.254/24
start_relay
start gateway
remember alice
start alice
set_address alice lanparty0 10.77.0.51/24
keep_pinging alice "$pc_ip"

reconnects() {
	value alice status .status.reconnect_count
}

back_after() { # back_after WHAT VIA: one reconnection, soon, and the pin where it belongs
	local started before
	started=$(now_ms)
	wait_for 3 "alice to be back after $1" says "$((count + 1))" reconnects
	before=$(answers alice)
	wait_for 3 "frames to flow after $1" more_answers alice "$before"
	echo "$(($(now_ms) - started)) ms until frames flow after $1"
	count=$((count + 1))
	wait_pinging alice
	check "the pin is there after $1" has_route "$relay_ip/32" via "$2"
	check "and there is one" says 1 sh -c "ip -n '$prefix-alice' route show '$relay_ip/32' | wc -l"
}

count=0
alice_ip route replace default via 192.168.1.254
back_after "another router" 192.168.1.254

alice_ip route add default via 100.64.9.1 metric 5
alice_ip route del default via 192.168.1.254
back_after "another interface" 100.64.9.1
check "the pin is on that interface" to_relay "via 100.64.9.1 dev eth1 src 100.64.9.10"

# The cable is out, and in again.
alice_ip link set eth1 down
wait_for 3 "alice to say that there is no way" tells alice '^bad not connected: no route leads to the relay at 203'
alice_ip link set eth1 up
alice_ip route add default via 100.64.9.1
back_after "a time without a network" 100.64.9.1

# Another address on the same interface: what goes to the old one is lost.
alice_ip addr add 100.64.9.11/24 dev eth1
alice_ip addr del 100.64.9.10/24 dev eth1
alice_ip addr add 100.64.9.11/24 dev eth1 2>/dev/null || true
alice_ip route replace default via 100.64.9.1
back_after "another address" 100.64.9.1
check "packets come from the new one" to_relay "via 100.64.9.1 dev eth1 src 100.64.9.11"

# Changes that are of no concern.
alice_ip addr add 192.168.77.1/24 dev eth0
alice_ip route add 198.51.100.0/24 via 192.168.1.1
wait_pinging alice
check "a change elsewhere is no reason to reconnect" says "$count" reconnects

alice_ip route del 198.51.100.0/24
alice_ip addr del 192.168.77.1/24 dev eth0
alice_ip addr replace 100.64.9.10/24 dev eth1
alice_ip addr del 100.64.9.11/24 dev eth1
alice_ip addr replace 100.64.9.10/24 dev eth1
alice_ip route replace default via 192.168.1.1
back_after "coming home" 192.168.1.1
check "the longest silence of all was short" test "$(silence_ms alice)" -lt 4000
stop alice
check "afterwards nothing is left" is_as_before alice
shows W5 W10
