#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# dhcpcd on the TAP: with the lines of contrib/dhcp-hooks it takes an address, and neither
# default route nor name server, of DHCP or of router advertisements. The control run without them shows
# that it would.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
command -v dhcpcd >/dev/null || skip "needs dhcpcd (Debian: apt-get install dhcpcd-base)"
recipe=$netns_dir/../../contrib/dhcp-hooks
party_up
ip -n "$prefix-switch" addr add fd66::1/64 dev br0 nodad
spawn dnsmasq switch dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
	--no-ping --interface=br0 --dhcp-range=10.77.0.100,10.77.0.199,1h --dhcp-authoritative \
	--dhcp-option=option:router,10.77.0.1 --dhcp-option=option:dns-server,10.77.0.1 \
	--enable-ra --dhcp-range=fd66::,ra-only,64 --dhcp-option=option6:dns-server,[fd66::1] --ra-param=br0,high,4 \
	--dhcp-option=option:domain-name,hall.example --dhcp-leasefile="$tmp/dnsmasq.leases" \
	--log-facility="$tmp/dnsmasq.log"
start_relay
start gateway alice

# It gets folders of its own for what it reads, and for what it and its script write.
mkdir -p "$tmp/etc" "$tmp/run" "$tmp/lib/dhcpcd"
cp -a /etc/dhcpcd.conf /etc/passwd /etc/group "$tmp/etc"
chown --reference=/var/lib/dhcpcd "$tmp/lib/dhcpcd"
chmod 755 "$tmp" "$tmp/lib"
name_servers() { # what the PC asks, in a line
	sed -n 's/^nameserver //p' "$tmp/etc/resolv.conf" | sort | tr '\n' ' '
}
run_dhcpcd() {
	echo "nameserver 192.168.1.1" >"$tmp/etc/resolv.conf"
	rm -rf "$tmp/run/dhcpcd"
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn dhcpcd alice sh -c 'mount --bind "$0/etc" /etc && mount --bind "$0/run" /run &&
		mount --bind "$0/lib" /var/lib && exec dhcpcd -B -d lanparty0' "$tmp" >"$tmp/dhcpcd.log" 2>&1
	wait_for 20 "an address by dhcpcd" address_of alice lanparty0
}
end_dhcpcd() {
	kill "${pid_of[dhcpcd]}"
	wait_for 5 "dhcpcd to end" is_gone "${pid_of[dhcpcd]}"
	alice_ip addr flush dev lanparty0 scope global
	alice_ip route flush default dev lanparty0 2>/dev/null || true
	rm -rf "$tmp/lib/dhcpcd/"*
}
takes_name_servers() {
	[[ $(name_servers) == *10.77.0.1*fd66::1* ]]
}

run_dhcpcd
wait_for 15 "it to take the hall's name servers: without the recipe it does" takes_name_servers
wait_for 5 "the default route that it took to be removed" logged alice 'removed the route to 0\.0\.0\.0/0 by 10\.77\.0\.1'
end_dhcpcd
removed=$(grep -c 'removed the route' "$tmp/alice.log")

cat "$recipe/dhcpcd-lanparty.conf" >>"$tmp/etc/dhcpcd.conf"
run_dhcpcd
check "with the recipe it takes an address" grep -q '^10\.77\.0\.' <(address_of alice lanparty0)
wait_for 15 "a router advertisement" grep -q 'Router Advertisement' "$tmp/dhcpcd.log"
has_prefix() {
	alice_ip -6 addr show dev lanparty0 | grep -q " fd66:"
}
wait_for 15 "an address of that" has_prefix
check "the name server stays the one at home" says "192.168.1.1 " name_servers
check "no default route came" has_no_route default dev lanparty0
check "nor one of IPv6" says "" alice_ip -6 route show default
check "and so none was to be removed" says "$removed" grep -c 'removed the route' "$tmp/alice.log"
check "the hall can be reached" pings alice "$pc_ip"
check "by IPv6, too" pings alice fd66::1
check "broadcasts go there" grep -q 'dev lanparty0' <(alice_ip route get 255.255.255.255)
check "the internet is where it was" to_relay "via 192.168.1.1 dev eth0"
