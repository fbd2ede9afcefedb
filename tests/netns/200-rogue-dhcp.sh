#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A player who runs a DHCP server, for IPv4 and IPv6, gives nobody in the hall a lease; unless the
# organiser wants it so, as in a room without a LAN.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
need dnsmasq dnsmasq-base
party_up
at pc sysctl -qw net.ipv6.conf.all.accept_dad=0
start_with_rogue
ip -n "$prefix-alice" addr add fd66::1/64 dev lanparty0 nodad

spawn rogue alice dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= --no-ping \
	--interface=lanparty0 --dhcp-range=10.77.0.210,10.77.0.219,1h --dhcp-range=fd66::100,fd66::1ff,64,1h \
	--dhcp-authoritative --dhcp-leasefile="$tmp/rogue.leases" --log-facility="$tmp/rogue.log"
wait_for 5 "the rogue server" grep -q started "$tmp/rogue.log"

cat >"$tmp/lease-script" <<'END'
#!/bin/sh
echo "$reason $new_ip_address $new_ip6_address" >>"$LEASES"
END
chmod +x "$tmp/lease-script"
cp "$(command -v dhclient)" "$tmp/dhclient"

is_bound() {
	grep -q BOUND "$tmp/got"
}

asks() { # asks VERSION SECONDS: does the PC get a lease?
	local end=$(($(now_ms) + $2 * 1000))
	: >"$tmp/got"
	spawn dhclient pc "$tmp/dhclient" "-$1" -v -d -cf /dev/null -lf "$tmp/pc$1.leases" -pf "$tmp/pc$1.pid" \
		-sf "$tmp/lease-script" -e LEASES="$tmp/got" eth0 >"$tmp/dhclient$1.log" 2>&1
	until is_bound || [ "$(now_ms)" -gt "$end" ]; do
		sleep 0.1
	done
	kill "${pid_of[dhclient]}"
	wait "${pid_of[dhclient]}" 2>/dev/null || true
	rm -f "$tmp/pc$1.leases"
	is_bound
}

asks_in_vain() {
	! asks "$@"
}

check "the PC gets no IPv4 lease from alice" asks_in_vain 4 5
check "because the relay drops what a server says" has_dropped relay dhcp4_server 1
check "the PC gets no IPv6 lease from alice" asks_in_vain 6 5
check "because the relay drops what a server says" has_dropped relay dhcp6_server 1
check_ledgers
shows R26 R27
allow allow_dhcp_server
check "with allow_dhcp_server it gets an IPv4 lease" asks 4 15
check "with allow_dhcp_server it gets an IPv6 lease" asks 6 15
allow
check "a reload takes it back" asks_in_vain 4 5
check_ledgers
