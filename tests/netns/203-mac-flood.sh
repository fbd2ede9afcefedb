#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A hundred thousand made-up source MACs: from a player none of them reaches the hall's switch, which would
# forget its own PCs; from the hall they fill no memory at gateway and relay.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
need macof dsniff
flood_count=100000
party_up
start_with_rogue

flood() { # flood HOST INTERFACE MAC-OF-TARGET
	at "$1" python3 - "$2" "$3" $flood_count <<-'END'
		import os, socket, sys
		interface, target, count = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", "")), int(sys.argv[3])
		sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		sock.bind((interface, 0))
		for i in range(count):
		    frame = target + b"\x02" + os.urandom(5) + b"\x12\x34" + bytes(46)
		    while True:
		        try:
		            sock.send(frame)
		            break
		        except OSError:
		            pass
	END
}

macs_of_switch() {
	at switch bridge -j fdb show br br0 | jq '[.[] | select(.state != "permanent")] | length'
}

few_macs() {
	[ "$(macs_of_switch)" -lt 20 ]
}

resident_kb() { # resident_kb NAME
	awk '/^VmRSS/ { print $2 }' "/proc/${pid_of[$1]}/status"
}

has_grown() { # has_grown NAME FROM KB: by more than so much?
	[ $(($(resident_kb "$1") - $2)) -gt "$3" ]
}

# A sanitizer keeps what was freed for a while: with it memory says nothing.
is_flat() {
	grep -q libasan "/proc/${pid_of[$1]}/maps" || ! has_grown "$@"
}

flood alice lanparty0 ff:ff:ff:ff:ff:ff
check "a flood by a player leaves the switch as it was" few_macs
check "as none of it passes the relay" has_dropped relay source_mac 1000
check_ledgers
at alice macof -i lanparty0 -n 5000 >/dev/null 2>&1
check "nor does macof change it" few_macs
check_ledgers

gateway_kb=$(resident_kb gateway) relay_kb=$(resident_kb relay)
at pc macof -i eth0 -n 5000 >/dev/null 2>&1
check "from the hall macof fills the switch" test "$(macs_of_switch)" -gt 1000
flood pc eth0 ff:ff:ff:ff:ff:ff
lan_macs=$(value relay rooms '.rooms[0].lan_mac_count')
check "the same from the hall fills the switch" test "$(macs_of_switch)" -gt 1000
check "but not the relay, with $lan_macs MACs" test "$lan_macs" -le 4096
check "and the gateway has not grown by 4 MB" is_flat gateway "$gateway_kb" 4096
check "nor has the relay" is_flat relay "$relay_kb" 4096
check "a player goes on talking to the PC" pings bob "$pc_ip"
check_ledgers
