#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A PC of the hall has an address that the gateway knows, and is unplugged; a player gets the address. He is
# reachable within two seconds, with IPv4 and IPv6. Then the PC is plugged in again, and has it back.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
party_up
start_all
add_host old
add_to_lan old eth0 10.77.0.20
ip -n "$prefix-old" addr add fd66:6::20/64 dev eth0 nodad
ip -n "$prefix-pc" addr add fd66:6::10/64 dev eth0 nodad
at pc sysctl -qw net.ipv4.neigh.eth0.locktime=0
alice=$(mac_of alice lanparty0)
old=$(mac_of old eth0)

knows_old() { # the gateway has heard of it
	at old ip neigh flush dev eth0 && pings old 10.77.0.51 -c 1 && pings old "$pc_ip" -c 1 && pings pc fd66:6::20 -c 1
}
where() { # where ADDRESS: the PC thinks that it is
	ip -n "$prefix-pc" -j neigh show to "$1" dev eth0 | jq -r '.[0].lladdr // "nowhere"'
}
reaches() { # reaches ADDRESS MAC
	pings pc "$1" -c 1 -W 1 && [ "$(where "$1")" = "$2" ]
}

wait_for 5 "the PC to be known" knows_old
ip -n "$prefix-old" link set eth0 down
at pc ip neigh flush dev eth0
ip -n "$prefix-alice" addr add 10.77.0.20/24 dev lanparty0
ip -n "$prefix-alice" addr add fd66:6::20/64 dev lanparty0 nodad
wait_for 2 "the address to have moved" reaches 10.77.0.20 "$alice"
echo "ok: a player has the address of a PC that has gone within two seconds"
wait_for 2 "the IPv6 address to have moved" reaches fd66:6::20 "$alice"
echo "ok: and its IPv6 address"

# It comes back, with the address that it had.
ip -n "$prefix-old" link set eth0 up
ip -n "$prefix-old" addr add fd66:6::20/64 dev eth0 nodad 2>/dev/null || true
at pc ip neigh flush dev eth0
comes_back() {
	pings old "$pc_ip" -c 1 -W 1 && [ "$(where 10.77.0.20)" = "$old" ]
}
wait_for 3 "the PC to have its address back" comes_back
stays() { # while alice says that it is hers
	ip -n "$prefix-alice" neigh flush dev lanparty0
	pings alice "$pc_ip" -I 10.77.0.20 -c 3 -W 1 || true
	[ "$(where 10.77.0.20)" = "$old" ]
}
check "the PC has its address back, whatever the player says" stays
check_ledgers
