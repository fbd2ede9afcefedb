#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The gateway sees everything on its wire, as long as it runs and no longer; writes down of each frame, when
# it is asked to, what it was and what became of it; and hears the relay out before it looks at the LAN.
. "$(dirname "$0")/lib.sh"
party_up
for interface in gateway/lan0 pc/eth0 switch/gateway switch/pc switch/br0; do # a LAN with larger frames
	ip -n "$prefix-${interface%/*}" link set "${interface#*/}" mtu 9000
done
sed -i 's/lan0";/&\n\tframe_log = true;\n\tprobe_lan = true;/' "$tmp/gateway.conf"
start_relay

promiscuity() {
	ip -n "$prefix-gateway" -d -j link show dev lan0 | jq '.[0].promiscuity'
}
check "nobody listens on the NIC" says 0 promiscuity
start gateway alice
check "the gateway listens to everything on it" says 1 promiscuity
crash gateway
check "even a crash leaves nothing of that" says 0 promiscuity
start gateway
set_address alice lanparty0 10.77.0.51/24
alice=$(mac_of alice lanparty0)
pc=$(mac_of pc eth0)

# --- the log ---

at_gateway() { # at_gateway FIELD...: is there such a line?
	grep -F ' frame: ' "$tmp/gateway.log" | grep -qF -- "$*"
}

logs() { # logs FIELD...: a line, soon
	wait_for 3 "the gateway to log: $*" at_gateway "$@"
	echo "ok: the gateway logs: $*"
}

id=$(value alice status .status.peer_id)
pings alice "$pc_ip" >/dev/null
# The first frame of an address: the LAN is asked for it, and the frame goes on afterwards.
logs "direction=down room=$room peer=$id src=$alice dst=ff:ff:ff:ff:ff:ff ethertype=0x0806 len=42 action=dropped reason=address_probed targets=0"
logs "direction=down room=$room peer=$id src=$alice dst=ff:ff:ff:ff:ff:ff ethertype=0x0806 len=60 action=forwarded reason=forward targets=1"
logs "direction=down room=$room peer=$id src=$alice dst=$pc ethertype=0x0800 len=98 action=forwarded reason=forward targets=1"
logs "direction=up room=$room peer=0 src=$pc dst=$alice ethertype=0x0800 len=98 action=forwarded reason=forward targets=1"

say() { # say HEX: a frame of the PC
	peer pc say-frame eth0 "$1"
}
broadcast=ffffffffffff${pc//:/}
say "0180c2000000${pc//:/}0026424203$(printf '%070d' 0)"
logs "src=$pc dst=01:80:c2:00:00:00 ethertype=0x0026 len=52 action=filtered reason=l2_control targets=0"
# A switch that is a Linux bridge would not let this one pass: it is put on the gateway's cable.
peer switch say-frame gateway "ffffffffffff03000000000188b5$(printf '%092d' 0)"
logs "src=03:00:00:00:00:01 dst=ff:ff:ff:ff:ff:ff ethertype=0x88b5 len=60 action=filtered reason=invalid_source targets=0"
shows G19

# --- frames that are too large ---

before=$(value gateway stats .stats.up_bytes_in)
for payload in 1500 1501 1970 1971 8986; do # what a frame may have; what the overlay can name; all there is
	say "${broadcast}88b5$(printf "%0$((2 * payload))d" 0)"
done
logs "ethertype=0x88b5 len=1514 action=forwarded reason=forward targets=1"
for len in 1515 1984 1985 9000; do
	logs "ethertype=0x88b5 len=$len action=filtered reason=jumbo targets=0"
done
counted() { # counted REASON
	value gateway drops ".drops[] | select(.reason == \"$1\") | .frames"
}
check "what was dropped is counted, by what it was" says "1 1 4" \
	echo "$(counted l2_control) $(counted invalid_source) $(counted jumbo)"
check "large frames are counted by their whole length" \
	test $(($(value gateway stats .stats.up_bytes_in) - before)) -ge $((1514 + 1515 + 1984 + 1985 + 9000))
check "the bridge goes on" pings alice "$pc_ip"
shows G5 G7

# --- who is heard first ---

# The gateway is held up, in a moment when it has nothing to do. Then the LAN goes on talking, and then the
# news comes that bob is there.
spawn chatter pc "$LP_BUILD/tests/tools/frames" send eth0 --broadcast --src "$pc" --unnumbered --count 100000 \
	--rate 500 --seconds 30 >/dev/null 2>&1
logs "ethertype=0x88b6"
is_stopped() { # is_stopped PID
	grep -q '^State:.*T' "/proc/$1/status"
}
hold() { # hold NAME
	kill -STOP "${pid_of[$1]}"
	wait_for 1 "$1 to stop" is_stopped "${pid_of[$1]}"
}
hold chatter
pings alice "$pc_ip" -c 1 >/dev/null
hold gateway
seen=$(wc -l <"$tmp/gateway.log")
kill -CONT "${pid_of[chatter]}"
start bob
kill -CONT "${pid_of[gateway]}"
wait_for 5 "the gateway to know bob" logged gateway '\(bob, .* is in the room'
kill "${pid_of[chatter]}"
first() {
	tail -n +$((seen + 1)) "$tmp/gateway.log" | grep -m 1 -oE '\(bob, .* is in the room|ethertype=0x88b6' | cut -d, -f1
}
check "the gateway knows bob before it looks at what the LAN has said" says "(bob" first
shows G18
stop gateway
check "nobody listens on the NIC any more" says 0 promiscuity
shows G1
