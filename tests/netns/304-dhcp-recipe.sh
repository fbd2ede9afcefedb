#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The system's own DHCP client, with the system's own script, on the TAP: with the hook of
# contrib/dhcp-hooks it takes an address, and neither default route nor name server. The control run
# without the hook shows that it would.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
[ -x /sbin/dhclient-script ] || skip "needs dhclient (Debian: apt-get install isc-dhcp-client)"
party_up
spawn dnsmasq switch dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
	--no-ping --interface=br0 --dhcp-range=10.77.0.100,10.77.0.199,1h --dhcp-authoritative \
	--dhcp-option=option:router,10.77.0.1 --dhcp-option=option:dns-server,10.77.0.1 \
	--dhcp-option=option:domain-name,hall.example --dhcp-leasefile="$tmp/dnsmasq.leases" \
	--log-facility="$tmp/dnsmasq.log"
start_relay
start gateway alice

# The script gets an /etc of its own; dhclient a name of its own, which no AppArmor profile knows.
mkdir -p "$tmp/etc"
cp -a /etc/dhcp /etc/passwd /etc/group "$tmp/etc"
touch "$tmp/etc/fstab"
cp "$(command -v dhclient)" "$tmp/dhclient"
run_dhclient() {
	echo "nameserver 192.168.1.1" >"$tmp/etc/resolv.conf"
	at alice sh -c 'mount --bind "$0/etc" /etc && exec timeout 20 "$0/dhclient" -4 -1 -v \
		-e IF_METRIC=5 -lf "$0/alice.leases" -pf "$0/alice.dhclient.pid" lanparty0' "$tmp" \
		>"$tmp/alice.dhclient" 2>&1 || { cat "$tmp/alice.dhclient" && fail "dhclient has an address"; }
}
end_dhclient() {
	kill "$(cat "$tmp/alice.dhclient.pid")"
	alice_ip addr flush dev lanparty0 scope global
	rm -f "$tmp/alice.leases"
}

run_dhclient
check "without the hook it takes the hall's name server" grep -q 'nameserver 10.77.0.1' "$tmp/etc/resolv.conf"
wait_for 2 "the default route that it took to be removed" logged alice 'removed the route to 0\.0\.0\.0/0 by 10\.77\.0\.1'
check "which is gone" has_no_route default dev lanparty0
end_dhclient
removed=$(grep -c 'removed the route' "$tmp/alice.log")

cp "$netns_dir/../../contrib/dhcp-hooks/dhclient-lanparty" "$tmp/etc/dhcp/dhclient-enter-hooks.d/lanparty"
run_dhclient
check "with the hook it takes an address" grep -q '^10\.77\.0\.' <(address_of alice lanparty0)
check "the name server stays the one at home" says "nameserver 192.168.1.1" cat "$tmp/etc/resolv.conf"
check "no default route came" has_no_route default dev lanparty0
check "and so none was to be removed" says "$removed" grep -c 'removed the route' "$tmp/alice.log"
check "the hall can be reached" pings alice "$pc_ip"
check "broadcasts go there" grep -q 'dev lanparty0' <(alice_ip route get 255.255.255.255)
check "the internet is where it was" to_relay "via 192.168.1.1 dev eth0"
wait_for 2 "the address to be in the status" tells alice "^good your address at the party is $(address_of alice lanparty0)"
shows W19 T7
