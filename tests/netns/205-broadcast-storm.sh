#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A PC in the hall goes mad and broadcasts as fast as its card can, which on two cores is more than 100,000
# frames a second. The hall's uplink carries a thousand of these and no more, and the players' games go on:
# unicast loses less than one frame in a hundred.
# Runs alone: the storm takes a core, and the bridge that carries it the other.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
seconds=6 rate=500 size=200 limit=1000
count=$((seconds * rate))
party_up
conf relay relay <<<"	rooms = ( { code = \"$room\"; } );"
add_host mad
add_to_lan mad eth0 10.77.0.66
start_all
alice=$(mac_of alice lanparty0)
pc=$(mac_of pc eth0)
pings alice "$pc_ip"

sent_bytes() {
	at gateway cat /sys/class/net/wan0/statistics/tx_bytes
}

count_frames alice lanparty0 1 --first 0
count_frames pc eth0 2
count_frames alice lanparty0 3
spawn storm mad nice -n 5 "$LP_BUILD/tests/tools/frames" send eth0 --broadcast --unnumbered --src 02:66:66:66:66:66 --stream 3 \
	--size $size --count 1000000000 --seconds $((seconds + 4)) >"$tmp/storm.out" 2>&1
sleep 1 # the second's worth that may come at once
bytes_before=$(sent_bytes)
started=$(now_ms)
spawn down pc "$LP_BUILD/tests/tools/frames" send eth0 --src "$pc" --dst "$alice" --stream 1 --count $count --rate $rate >/dev/null 2>&1
spawn up alice "$LP_BUILD/tests/tools/frames" send lanparty0 --src "$alice" --dst "$pc" --stream 2 --count $count --rate $rate >/dev/null 2>&1
wait "${pid_of[down]}" "${pid_of[up]}"
took_ms=$(($(now_ms) - started))
bytes=$(($(sent_bytes) - bytes_before))
check "status answers in the middle of it" ctl gateway status
wait "${pid_of[storm]}"
storm_per_s=$(jq '.sent / .seconds | floor' "$tmp/storm.out")
check "the storm was one: $storm_per_s frames/s of $size bytes" test "$storm_per_s" -gt 20000

# With a packet for each frame: overlay 8, QUIC at most 42, UDP and IP 28, Ethernet 14, as the counter of the
# interface has it. A tenth is for acknowledgements, both ways at once.
around=92
allowed=$((took_ms * (limit * (size + around) + rate * (64 + around)) / 1000 * 11 / 10))
check "the uplink carried $((bytes * 8 / took_ms)) kbit/s, at most $((allowed * 8 / took_ms))" test $bytes -le $allowed
down=$(count_of alice 1) up=$(count_of pc 2)
check "$down of $count unicast frames reached the player" test "$down" -ge $((count * 99 / 100))
check "$up of $count unicast frames reached the hall" test "$up" -ge $((count * 99 / 100))
heard=$(count_of alice 3 received)
check "the player heard $heard frames of the storm" test "$heard" -le $((limit * (seconds + 5)))
check "the gateway dropped the rest, by its limit" has_dropped gateway rate_broadcast 10000
check_ledgers
