#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# SIGTERM says goodbye: the others know at once, by name and with the reason, and the place is free.
. "$(dirname "$0")/lib.sh"
party_up
start_all

stop alice
for name in bob gateway relay; do
	wait_for 1 "$name to hear that alice left" logged "$name" 'alice.* left .*shutting_down'
done
check "the relay lists two" says 2 value relay peers '.peers | length'
start alice
set_address alice lanparty0 10.77.0.51/24
check "alice is back with the same MAC at once" logged relay 'alice.* joined'
shows C6 R13 R36 R38 K11 W21

stop gateway
for name in alice bob; do
	wait_for 1 "$name to hear that the gateway left" logged "$name" 'gateway .* left .*shutting_down'
	check "$name knows that the hall is not there" says false value "$name" status .status.gateway_present
	check "and so not its LAN" says false value "$name" status .status.lan_connected
done
start gateway
wait_for 1 "alice to hear of the gateway" says true value alice status .status.gateway_present
check "and of its LAN" says true value alice status .status.lan_connected
shows G22 C8

stop relay
for name in gateway alice bob; do
	wait_for 1 "$name to hear that the relay goes" logged "$name" 'relay said goodbye: shutting_down'
done
launch relay
for name in gateway alice bob; do
	wait_up "$name"
done
check "and all are back when it is" pings alice "$pc_ip"
