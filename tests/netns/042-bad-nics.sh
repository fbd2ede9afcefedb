#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A gateway whose interface cannot be one never contacts the relay: no carrier, down, Wi-Fi, loopback.
. "$(dirname "$0")/lib.sh"
party_up
start_relay

refuses() { # refuses SENTENCE [PREPARATION]
	local status=0
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn gateway gateway sh -c "${2:-:}"' && exec "$@"' sh "$LP_BUILD/lanpartyd" -c "$tmp/gateway.conf" \
		>"$tmp/gateway.log" 2>&1
	wait_for 5 "the gateway to end" is_gone "${pid_of[gateway]}"
	wait "${pid_of[gateway]}" || status=$?
	[ $status = 1 ] && says 1 grep -c . "$tmp/gateway.log" && logged gateway "$1"
}

ip -n "$prefix-switch" link set gateway down
check "no carrier" refuses 'lan0 has no carrier; plug in'
ip -n "$prefix-switch" link set gateway up
shows G14
ip -n "$prefix-gateway" link set lan0 down
check "down" refuses 'lan0 is down; bring it up'
ip -n "$prefix-gateway" link set lan0 up
sed -i 's/lan0/lo/' "$tmp/gateway.conf"
check "no Ethernet" refuses 'lo is no Ethernet interface'
sed -i 's/"lo"/"lan0"/' "$tmp/gateway.conf"

# No radio here: what the kernel's sysfs has for one is put in the place of lan0's.
check "Wi-Fi" refuses 'lan0 is Wi-Fi.*use a wired' \
	'mount -t tmpfs none /sys/class/net && mkdir -p /sys/class/net/lan0/wireless'
shows G13
check "the relay has not heard of any of them" says 0 value relay stats .stats.connections_accepted
shows G2

# Whatever the reason is, there is a sentence: here it is a descriptor too few, for each of them in turn.
says_why() {
	local limit status sentences=0
	for limit in {5..24}; do
		status=0
		# shellcheck disable=SC2016 # meant for the inner shell
		at gateway sh -c 'ulimit -n "$0" && exec timeout 3 "$@"' "$limit" "$LP_BUILD/lanpartyd" -c "$tmp/gateway.conf" \
			>"$tmp/gateway.log" 2>&1 || status=$?
		[ $status != 124 ] || break
		logged gateway 'error|\[err\]' || { echo "$limit descriptors: nothing is said" && return 1; }
		sentences=$((sentences + 1))
	done
	[ $sentences -gt 3 ]
}
check "too few descriptors" says_why
