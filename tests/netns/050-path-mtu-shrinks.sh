#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# In the middle of a session the way to the relay shrinks from 1500 to 1280 bytes, and no ICMP says so.
. "$(dirname "$0")/lib.sh"
party_up
start_all
id=$(value alice status .status.peer_id)

block_icmp() { # block_icmp HOST
	at "$1" nft add table ip silent
	at "$1" nft 'add chain ip silent out { type filter hook output priority filter; }'
	at "$1" nft add rule ip silent out ip protocol icmp drop
}

set_mtu() { # set_mtu BYTES: of the line between alice's home and the internet
	ip -n "$prefix-nat-alice" link set wan0 mtu "$1"
	ip -n "$prefix-internet" link set nat-alice mtu "$1"
}

block_icmp nat-alice
block_icmp internet
keep_pinging alice "$pc_ip" -M "do" -s 1472
wait_pinging alice
before=$(value alice status .status.datagram_budget)
set_mtu 1280
wait_pinging alice
after=$(value alice status .status.datagram_budget)
check "packets of 1500 bytes were gone for less than 3 s ($(silence_ms alice) ms)" \
	test "$(silence_ms alice)" -lt 3000
check "what carries them fits 1280 bytes now (a budget of $after bytes, $before before)" test "$after" -le 1220
check "the session is the same" says "0 $id" value alice status '"\(.status.reconnect_count) \(.status.peer_id)"'
listen bulk pc take 5001
sent=$(peer alice give "$pc_ip" 5001 20000000)
hear bulk
check "TCP passes whole up" test "$heard" = "$sent"
listen bulk alice take 5001
sent=$(peer pc give 10.77.0.51 5001 20000000)
hear bulk
check "and down" test "$heard" = "$sent"
