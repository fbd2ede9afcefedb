#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A relay whose sockets a service manager keeps while it is restarted: what comes meanwhile waits, nobody
# hears "port unreachable", and a change of relay.workers or relay.listen counts all the same.
. "$(dirname "$0")/lib.sh"
party_up
sed -i '/^relay: {/a \	workers = 2;' "$tmp/relay.conf"
relay_pid() {
	cat "$tmp/relay.pid"
}
unreachables() { # how many the relay's machine has sent
	at relay awk '/^Icmp: [0-9]/ { print $0 }' /proc/net/snmp | awk '{ print $16 }'
}
restart_relay() { # kill -9, two seconds of nothing, and up again
	local old
	old=$(relay_pid)
	kill -USR1 "${pid_of[relay]}"
	is_another() { [ "$(relay_pid)" != "$old" ] && ctl relay status; }
	wait_for 10 "the relay to be there again" is_another
}
is_well() {
	pings alice "$pc_ip"
}

spawn relay relay python3 "$netns_dir/manager.py" "$tmp/relay.pid" "$LP_BUILD/lanpartyd" -c "$tmp/relay.conf" \
	>"$tmp/relay.log" 2>&1
wait_for 10 "the relay to answer" ctl relay status
sed -i "s/@pin@/$(value relay status .status.pin)/" "$tmp"/*.conf
start gateway alice
set_address alice lanparty0 10.77.0.51/24
check "frames pass" is_well
before=$(unreachables)
restart_relay
check "the relay uses the sockets that were kept" logged relay 'with 2 sockets from the service manager'
wait_for 5 "frames to pass again" is_well
check "nobody was told that the port is unreachable" says "$before" unreachables

sed -i 's/workers = 2;/workers = 1;/' "$tmp/relay.conf"
restart_relay
check "another number of workers counts" logged relay 'with 1 worker;'
check "the sockets that do not fit are given back" logged relay 'FDSTOREREMOVE=1'
wait_for 5 "frames to pass with it" is_well
