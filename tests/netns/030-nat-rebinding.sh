#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A home router forgets its NAT mappings, then gets another address: the session of the player lives on.
. "$(dirname "$0")/lib.sh"
party_up
start_all

addr_of_alice() {
	value relay peers '.peers[] | select(.name == "alice") | .addr'
}

has_moved() { # has_moved FROM
	[ "$(addr_of_alice)" != "$1" ]
}

new_nat_port() {
	ip -n "$prefix-nat-alice" link set wan0 down
	ip -n "$prefix-nat-alice" link set wan0 up
	ip -n "$prefix-nat-alice" route replace default via 192.0.2.1
}

new_nat_address() {
	set_address nat-alice wan0 192.0.2.77/24
	ip -n "$prefix-nat-alice" addr del 192.0.2.10/24 dev wan0
	ip -n "$prefix-nat-alice" addr replace 192.0.2.77/24 dev wan0
	ip -n "$prefix-nat-alice" route replace default via 192.0.2.1
}

id=$(value alice status .status.peer_id)
keep_pinging alice "$pc_ip"
before=$(addr_of_alice)
new_nat_port
wait_for 5 "the relay to see a new port" has_moved "$before"
check "the port is another one, the address the same" says 192.0.2.10 echo "$(addr_of_alice | cut -d: -f1)"
wait_pinging alice
before=$(addr_of_alice)
new_nat_address
wait_for 5 "the relay to see a new address" has_moved "$before"
check "the address is the new one" says 192.0.2.77 echo "$(addr_of_alice | cut -d: -f1)"
wait_pinging alice
check "alice never had to join again" says "0 $id" value alice status '"\(.status.reconnect_count) \(.status.peer_id)"'
check "the ping was silent for less than 2 s ($(silence_ms alice) ms)" test "$(silence_ms alice)" -lt 2000
