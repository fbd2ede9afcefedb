#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# In the middle of a session a line shrinks from 1500 to 1280 bytes, and no ICMP says so: first a player's, then the
# relay's, with all that come by it. TCP that fills it both ways stands still for a moment only.
. "$(dirname "$0")/lib.sh"
command -v ethtool >/dev/null || skip "there is no ethtool"
party_up
start_all

block_icmp() { # block_icmp HOST
	at "$1" nft add table ip silent
	at "$1" nft 'add chain ip silent out { type filter hook output priority filter; }'
	at "$1" nft add rule ip silent out ip protocol icmp drop
}

# A line that takes what is small, and swallows the rest; super-packets would pass it whole.
shrink() { # shrink HOST INTERFACE: the line between it and the internet
	at "$1" ethtool -K "$2" tx-udp-segmentation off gso off
	ip -n "$prefix-internet" link set "$1" mtu 1280
}

flow() { # flow PLAYER ADDRESS HOST INTERFACE: TCP both ways, while that line shrinks; sets $up and $down, in ms
	local senders=()
	listen up pc pause 5001
	listen down "$1" pause 5002
	peer "$1" flow "$pc_ip" 5001 4 &
	senders+=($!)
	peer pc flow "$2" 5002 4 &
	senders+=($!)
	sleep 1.5
	shrink "$3" "$4"
	wait "${senders[@]}"
	hear up
	up=$heard
	hear down
	down=$heard
}

budget_of() { # budget_of NAME
	value "$1" status .status.datagram_budget
}

for host in nat-alice internet; do
	block_icmp "$host"
done
flow alice 10.77.0.51 nat-alice wan0
check "alice's line: TCP stood still for less than 3 s (up $up ms, down $down ms)" test "$up" -lt 3000 -a "$down" -lt 3000
check "only hers has become narrow" says "true false" \
	echo "$([ "$(budget_of alice)" -le 1220 ] && echo true) $([ "$(budget_of bob)" -le 1220 ] || echo false)"
flow bob 10.77.0.52 relay eth0
check "the relay's line: TCP stood still for less than 3 s (up $up ms, down $down ms)" test "$up" -lt 3000 -a "$down" -lt 3000
check "what carries bob's frames fits it now" test "$(budget_of bob)" -le 1220
