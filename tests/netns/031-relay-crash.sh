#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# kill -9 of the relay under traffic: it comes back with the same peers, ids and adapters as before.
. "$(dirname "$0")/lib.sh"
party_up
start_all

ids() {
	value relay peers '[.peers[] | "\(.mac) \(.peer_id)"] | sort | .[]'
}

carriers() {
	at alice cat /sys/class/net/lanparty0/carrier_changes
	at bob cat /sys/class/net/lanparty0/carrier_changes
}

keep_pinging alice "$pc_ip"
keep_pinging bob "$pc_ip"
keep_pinging pc 10.77.0.51
wait_pinging alice
ids=$(ids)
carriers=$(carriers)
crash relay
launch relay
wait_for 10 "the relay to answer" ctl relay status
for host in alice bob pc; do
	wait_pinging "$host"
	check "$host was silent for less than 3 s ($(silence_ms "$host") ms)" test "$(silence_ms "$host")" -lt 3000
done
check "everybody has the same id as before" says "$ids" ids
check "the TAPs never went down" says "$carriers" carriers
for name in gateway alice bob; do
	check "$name came back by itself, once" says 1 value "$name" status .status.reconnect_count
done
check "nobody was told that somebody left" bash -c "! grep -q 'left the room' $tmp/{alice,bob,gateway}.log"
