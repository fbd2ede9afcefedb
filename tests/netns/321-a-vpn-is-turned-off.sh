#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A VPN of the player's is on when the client starts, and is turned off later while its interface stays.
# The pin goes with the session, the way is looked up in all rules and tables, and she is back by herself.
#
#   192.168.1.1 router --- eth0  alice  vpn0 --- 100.64.9.1 internet
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
add_cable alice vpn0 internet vpn
set_address internet vpn 100.64.9.1/24
set_address alice vpn0 100.64.9.10/24
start_relay
start gateway
remember alice

# Each kind: how it is turned on, and what its end leaves.
wg_on() { # wg-quick: the main table first, but for its default route
	alice_ip route add default via 100.64.9.1 dev vpn0 table 51820
	alice_ip rule add pref 90 table main suppress_prefixlength 0
	alice_ip rule add pref 91 not fwmark 51820 table 51820
}
wg_off() {
	alice_ip rule del pref 90
	alice_ip rule del pref 91
	alice_ip route flush table 51820 dev vpn0
}
exit_node_on() { # its own table before the main one, always there
	alice_ip rule add pref 5270 lookup 52 2>/dev/null || true
	alice_ip route add default via 100.64.9.1 dev vpn0 table 52
	alice_ip route replace throw 10.77.0.0/24 table 52
}
exit_node_off() {
	alice_ip route del default table 52
}
halves_on() { # two halves in the main table, on an interface that persists
	alice_ip route add 0.0.0.0/1 via 100.64.9.1 dev vpn0
	alice_ip route add 128.0.0.0/1 via 100.64.9.1 dev vpn0
}
halves_off() {
	alice_ip route del 0.0.0.0/1
	alice_ip route del 128.0.0.0/1
}
at internet nft -f - <<'END'
	table ip vpn {
		chain in { type filter hook prerouting priority -300; }
		chain out { type filter hook postrouting priority -300; }
	}
END
cut_vpn() { # nothing that it is given comes out at its other end
	at internet nft add rule ip vpn in iifname vpn drop
	at internet nft add rule ip vpn out oifname vpn drop
}
mend_vpn() {
	at internet nft flush chain ip vpn in
	at internet nft flush chain ip vpn out
}

pins() { # pins [ARGUMENT...]: how many host routes to the relay are there, in all tables?
	alice_ip route show table all "$relay_ip/32" "$@" | wc -l
}

for kind in wg exit_node halves; do
	# Told of at once, and found out only by silence.
	for end in turned_off dead_first; do
		"${kind}_on"
		start alice
		set_address alice lanparty0 10.77.0.51/24
		keep_pinging alice "$pc_ip"
		check "$kind, $end: the way is by the VPN, and pinned" tells alice '^good the route to the relay is pinned, by 100.64.9.1 on vpn0'
		check "once" says 1 pins
		check "and in effect" to_relay "via 100.64.9.1 dev vpn0"
		if [ $end = dead_first ]; then
			cut_vpn
			wait_for 8 "alice to notice" says -1 value alice status .status.session_age_ms
			check "no pin outlives the session" says 0 pins
		fi
		began=$(now_ms)
		"${kind}_off"
		[ $end = dead_first ] || cut_vpn
		wait_for 8 "alice to be back by her own router" tells alice '^good the route to the relay is pinned, by 192.168.1.1 on eth0'
		wait_up alice
		wait_pinging alice
		echo "$(($(now_ms) - began)) ms until she was back, $kind $end"
		check "with one pin" says 1 pins
		kill "${pid_of[alice.ping]}" 2>/dev/null || true
		mend_vpn
		stop alice
		check "and none afterwards" says 0 pins
	done
done

# What a killed client left in a table of others is found, too.
exit_node_on
start alice
check "pinned in the VPN's table" says 1 pins table 52
crash alice
check "which a killed client leaves" says 1 pins table 52
exit_node_off
start alice
check "the next one has put it away" says 0 pins table 52
check "and has pinned its own way" says 1 pins via 192.168.1.1
stop alice
alice_ip rule del pref 5270
alice_ip route flush table 52
check "afterwards nothing is left" is_as_before alice
shows T8 W5 W10
