#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The switch of the hall learns where the players are before they have said a word there, and keeps it.
. "$(dirname "$0")/lib.sh"
party_up
sed -i 's/lan0";/&\n\tcam_refresh = "1s";/' "$tmp/gateway.conf"
start_relay
start gateway

port_of() { # port_of MAC: where the switch sends frames to it
	at switch bridge -j fdb show br br0 | jq -r ".[] | select(.mac == \"$1\") | .ifname"
}

refresh_frame() { # refresh_frame MAC
	echo "ffffffffffff${1//:/}88b5"
}

# A player who is silent: its system sends nothing at all by that adapter.
at alice sysctl -qw net.ipv6.conf.default.disable_ipv6=1
start alice
mac=$(mac_of alice lanparty0)
wait_for 1 "the switch to know alice" says gateway port_of "$mac"
shows G15 G17

listen refresh pc hear-frame eth0 5 "$(refresh_frame "$mac")"
hear refresh
listen refresh pc hear-frame eth0 5 "$(refresh_frame "$mac")"
hear refresh
check "a refresh comes again and again" test -n "$heard"
shows G16
