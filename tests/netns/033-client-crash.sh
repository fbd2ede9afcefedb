#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# kill -9 of a client: started again it has the same MAC and takes its own place, and nobody else notices.
. "$(dirname "$0")/lib.sh"
party_up
start_all
keep_pinging pc 10.77.0.51
keep_pinging bob "$pc_ip"
identity=$(value alice status '"\(.status.mac) \(.status.peer_id)"')
crash alice
start alice
set_address alice lanparty0 10.77.0.51/24
wait_pinging pc
check "alice and the PC were apart for less than 3 s ($(silence_ms pc) ms)" test "$(silence_ms pc)" -lt 3000
wait_pinging bob
check "bob and the PC never were ($(silence_ms bob) ms)" test "$(silence_ms bob)" -lt 500
check "alice has her MAC and her id again" says "$identity" value alice status '"\(.status.mac) \(.status.peer_id)"'
for name in bob gateway; do
	check "$name stayed in the room" says 0 value "$name" status .status.reconnect_count
done
shows W1
