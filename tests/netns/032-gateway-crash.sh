#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# kill -9 of the gateway: started again, it takes its own place at once, and nobody else notices.
. "$(dirname "$0")/lib.sh"
party_up
start_all
keep_pinging alice "$pc_ip"
keep_pinging bob 10.77.0.51
id=$(value gateway status .status.peer_id)
crash gateway
start gateway
wait_pinging alice
check "alice and the PC were apart for less than 3 s ($(silence_ms alice) ms)" test "$(silence_ms alice)" -lt 3000
wait_pinging bob
check "alice and bob never were ($(silence_ms bob) ms)" test "$(silence_ms bob)" -lt 500
check "the gateway has its id again" says "$id" value gateway status .status.peer_id
for name in alice bob; do
	check "$name stayed in the room" says 0 value "$name" status .status.reconnect_count
done
