#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# systemd-networkd on the TAP: with the file of contrib/systemd-networkd it takes an address, and neither
# default route nor name server, of DHCP or of router advertisements. The control run, with a file that
# says no more than that DHCP is wanted, shows that it would.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
networkd=/lib/systemd/systemd-networkd
[ -x $networkd ] && id systemd-network >/dev/null 2>&1 || skip "needs systemd-networkd (Debian: apt-get install systemd)"
party_up
ip -n "$prefix-switch" addr add fd66::1/64 dev br0 nodad
spawn dnsmasq switch dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= \
	--no-ping --interface=br0 --dhcp-range=10.77.0.100,10.77.0.199,1h --dhcp-authoritative \
	--dhcp-option=option:router,10.77.0.1 --dhcp-option=option:dns-server,10.77.0.1 \
	--enable-ra --dhcp-range=fd66::,ra-only,64 --dhcp-option=option6:dns-server,[fd66::1] --ra-param=br0,high,4 \
	--dhcp-leasefile="$tmp/dnsmasq.leases" --log-facility="$tmp/dnsmasq.log"
start_relay
start gateway alice

# It has folders of its own for its files and its state. With a /sys that cannot be written it does not wait
# for udev, as in any container.
install -d "$tmp/files" "$tmp/run"
install -d -o systemd-network "$tmp"/run/systemd/netif{,/links,/leases,/lldp}
install -d "$tmp/run/systemd/network"
chmod 755 "$tmp"
run_networkd() {
	# shellcheck disable=SC2016 # meant for the inner shell
	spawn networkd alice sh -c 'mount --bind "$0/run" /run && mount --bind "$0/files" /etc/systemd/network &&
		mount -o remount,ro,bind /sys && SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=debug exec "$1"' \
		"$tmp" $networkd >"$tmp/networkd.log" 2>&1
	wait_for 20 "an address by networkd" address_of alice lanparty0
	wait_for 15 "an address of a router advertisement" has_prefix
}
end_networkd() {
	kill "${pid_of[networkd]}"
	wait_for 10 "networkd to end" is_gone "${pid_of[networkd]}"
	alice_ip addr flush dev lanparty0 scope global
	rm -f "$tmp"/run/systemd/netif/{links,leases}/* "$tmp/files/"*
}
has_prefix() {
	alice_ip -6 addr show dev lanparty0 | grep -q ' fd66:'
}
name_servers() { # what it would have the PC ask, in a line
	cat "$tmp"/run/systemd/netif/links/* | sed -n 's/^DNS=\(.\)/\1/p'
}
takes_name_servers() {
	[[ $(name_servers) == *10.77.0.1* && $(name_servers) == *fd66::1* ]]
}

printf '[Match]\nName=lanparty*\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=yes\n' >"$tmp/files/50-plain.network"
run_networkd
wait_for 15 "it to take the hall's name servers: without the recipe it does" takes_name_servers
wait_for 5 "the default route that it took to be removed" logged alice 'removed the route to 0\.0\.0\.0/0 by 10\.77\.0\.1'
wait_for 5 "that of IPv6, too" logged alice 'removed the route to ::/0'
end_networkd
removed=$(grep -c 'removed the route' "$tmp/alice.log")

cp "$netns_dir/../../contrib/systemd-networkd/50-lanparty.network" "$tmp/files"
run_networkd
check "it understands the whole file" says "" grep -iE '50-lanparty.network.*(unknown|ignoring|invalid|failed)' "$tmp/networkd.log"
check "with the recipe it takes an address" grep -q '^10\.77\.0\.' <(address_of alice lanparty0)
check "no name server" says "" name_servers
check "no default route came" has_no_route default dev lanparty0
check "nor one of IPv6" says "" alice_ip -6 route show default
check "and so none was to be removed" says "$removed" grep -c 'removed the route' "$tmp/alice.log"
check "the hall can be reached" pings alice "$pc_ip"
check "by IPv6, too" pings alice fd66::1
wait_for 5 "broadcasts to go there" has_route 255.255.255.255 dev lanparty0
check "the internet is where it was" to_relay "via 192.168.1.1 dev eth0"
