#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# SIGHUP, again and again: nobody loses anything by it, whatever the role. And whoever asks a relay how
# it is while it stops does not keep it from stopping.
. "$(dirname "$0")/lib.sh"
reloads() { # reloads NAME: how many it has had
	grep -c 'configuration reloaded' "$tmp/$1.log" || true
}

ask() { # of the relay, until it is gone
	while ctl relay status; do
		:
	done
}

party_up
start_all

for round in 1 2 3; do
	for name in relay gateway alice; do
		kill -HUP "${pid_of[$name]}"
		wait_for 2 "$name to have reloaded $round times" says "$round" reloads "$name"
	done
done
for name in gateway alice bob; do
	check "$name goes on as before" says 0 value "$name" status .status.reconnect_count
done
check "frames still pass" pings alice "$pc_ip"

# What was read at the start is still there when a session has to begin anew.
crash relay
launch relay
for name in gateway alice bob; do
	wait_up "$name"
done
check "and pass after a restart of the relay" pings alice "$pc_ip"

ask >/dev/null 2>&1 &
stop relay
wait "$!" || true
