#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# alice's line loses, doubles and reorders packets, and the relay is killed in between: what numbered
# frames tell from outside is what the daemons' own counters say, to the frame.
. "$(dirname "$0")/lib.sh"
party_up
for host in alice bob pc switch gateway; do
	at "$host" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
done
start_relay
spawn line internet "$LP_BUILD/tests/tools/impair" --listen 203.0.113.1:4433 --target "$relay_ip:443" \
	--loss 5 --duplicate 5 --reorder 10 >"$tmp/line.json"
wait_for 5 "the bad line" grep -q listening "$tmp/line.json"
launch alice -o client.relay=203.0.113.1:4433
wait_up alice
start gateway bob
alice=$(mac_of alice lanparty0)

stat() { # stat NAME COUNTER
	value "$1" stats ".stats.$2"
}

got_of_alice() {
	value relay peers '.peers[] | select(.name == "alice") | .frames_in'
}

is_still() { # nothing has been on its way for 100 ms
	local before
	before="$(stat relay frames_in) $(stat bob down_frames_in) $(stat gateway down_frames_in)"
	sleep 0.1
	says "$before" echo "$(stat relay frames_in) $(stat bob down_frames_in) $(stat gateway down_frames_in)"
}

no_harm() { # no_harm STREAM: nothing came twice or changed
	says "0 0 0 0" echo "$(count_of bob "$1" duplicates) $(count_of bob "$1" corrupt)" \
		"$(count_of pc "$1" duplicates) $(count_of pc "$1" corrupt)"
}

all_accounted() {
	says "0 0 0 0 0 0 0 0" echo "$(stat relay frames_unaccounted) $(stat relay copies_unaccounted)" \
		"$(for name in alice bob gateway; do stat $name up_frames_unaccounted; stat $name down_frames_unaccounted; done | xargs)"
}

count_frames bob lanparty0 1
count_frames pc eth0 1
sent_before=$(stat alice up_frames_in)
got_before=$(got_of_alice)
send_frames alice lanparty0 1 10000 --src "$alice" --broadcast --rate 2500
wait_for 10 "silence" is_still
arrived=$(($(got_of_alice) - got_before))
counted=$(($(stat alice up_frames_in) - sent_before))
refused=$(at alice cat /sys/class/net/lanparty0/statistics/tx_dropped)
check "alice counted what was sent and fitted her adapter's queue ($counted)" test $((counted + refused)) = 10000
check "not all arrived, but most ($arrived)" test $arrived -lt $counted -a $arrived -gt $((counted * 8 / 10))
check "bob got what the relay counted" says $arrived count_of bob 1
check "so did the PC" says $arrived count_of pc 1
check "nothing came twice or changed" no_harm 1
check "every frame is accounted for" all_accounted

count_frames bob lanparty0 2
count_frames pc eth0 2
bob_before=$(stat bob down_frames_forwarded)
gateway_before=$(stat gateway down_frames_forwarded)

passes() { # passes MORE-THAN: have so many frames come through the relay since it began?
	[ "$(stat relay frames_in)" -gt "$1" ]
}

send_frames alice lanparty0 2 20000 --src "$alice" --broadcast --rate 2500 &
sender=$!
wait_for 5 "frames to pass" passes $((arrived + 1000))
crash relay
launch relay
wait_for 10 "frames to pass again" passes 1000
wait $sender
wait_for 10 "silence" is_still
arrived=$(count_of bob 2)
# A crash may take 3 s of the 8, the line takes a twentieth.
check "more than half arrived, though the relay was killed ($arrived)" test $arrived -gt 10000
# The gateway sends a frame now and then, too: its own, against loops of the LAN through a player.
other=$(($(stat bob down_frames_forwarded) - bob_before - arrived))
check "bob got what his client counted" test $other -ge 0 -a $other -le "$(stat gateway up_frames_forwarded)"
check "the PC got what the gateway counted" \
	says $(($(stat gateway down_frames_forwarded) - gateway_before)) count_of pc 2
check "nothing came twice or changed" no_harm 2
check "every frame is accounted for" all_accounted
