#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# TCP each way at the same time, with the offloads of the LAN's NICs on and off: no byte is changed, no
# checksum is wrong. 100 MB each way and setting; with LP_NETNS_LONG=1 it is 1 GB.
. "$(dirname "$0")/lib.sh"
party_up
start_all
bytes=100000000
[ "${LP_NETNS_LONG:-}" != 1 ] || bytes=1000000000

bad_checksums() {
	at "$1" awk '/^Tcp:/ { if (column) print $column; for (i = 1; i <= NF; i++) if ($i == "InCsumErrors") column = i }' /proc/net/snmp
}

exchange() {
	local up down
	listen up pc take 5001
	listen down alice take 5002
	peer pc give 10.77.0.51 5002 "$bytes" >"$tmp/down.sent" &
	down=$!
	up=$(peer alice give "$pc_ip" 5001 "$bytes")
	wait "$down"
	hear up
	check "alice to the PC: $bytes bytes, SHA-256 the same" test "$heard" = "$up"
	hear down
	check "the PC to alice: $bytes bytes, SHA-256 the same" test "$heard" = "$(cat "$tmp/down.sent")"
	check "no checksum was wrong" says "0 0" echo "$(bad_checksums alice) $(bad_checksums pc)"
}

set_offloads() { # set_offloads on|off
	local port
	for port in pc:eth0 gateway:lan0 switch:pc switch:gateway; do
		at "${port%:*}" ethtool -K "${port#*:}" tx "$1" rx "$1" sg "$1" tso "$1" gso "$1" gro "$1" \
			>"$tmp/ethtool.out" 2>&1 || fail "$(cat "$tmp/ethtool.out")"
	done
}

super_frames() {
	value gateway stats .stats.nic_super_frames
}

set_offloads on
exchange
before=$(super_frames)
check "the NIC gave GSO frames, which were split ($before)" test "$before" -gt 0
set_offloads off
exchange
check "with offloads off there were none" says "$before" super_frames
shows G4
