#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The party is no way to the internet: default routes on the TAP go as they come, whoever brings them,
# by hand, DHCP or router advertisement. Broadcasts and multicasts of games go to the party instead.
. "$(dirname "$0")/lib.sh"
. "$netns_dir/home.sh"
party_up
start_relay
alice_ip route add 224.0.0.0/4 dev eth0
start gateway alice
set_address alice lanparty0 10.77.0.51/24

has_no_default_on_tap() {
	has_no_route default dev lanparty0 && [ -z "$(alice_ip -6 route show default dev lanparty0)" ]
}

for dst in default 0.0.0.0/1 128.0.0.0/1; do
	alice_ip route prepend "$dst" via 10.77.0.1 dev lanparty0
	wait_for 1 "$dst to be gone again" has_no_route "$dst" dev lanparty0
done
alice_ip -6 addr add fd77::51/64 dev lanparty0 nodad
alice_ip -6 route add default via fd77::1 dev lanparty0
wait_for 1 "the one of IPv6 to be gone, too" has_no_default_on_tap
check "the internet is where it was" grep -q 'via 192.168.1.1 dev eth0' <(alice_ip route show default)
check "the log says what was removed" logged alice 'removed the route to 0\.0\.0\.0/0 by 10\.77\.0\.1 from the TAP'
check "and the status that something keeps bringing them" tells alice '^note default routes were removed from lanparty0'
shows W11

# A router advertisement of the hall: an address is welcome, a default route is not.
cat >"$tmp/ra.py" <<'END'
import socket, struct, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"br0")
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
prefix = struct.pack("!BBBBIII16s", 3, 4, 64, 0xC0, 3600, 3600, 0, socket.inet_pton(socket.AF_INET6, "fd88::"))
s.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + prefix,
         ("ff02::1", 0, 0, socket.if_nametoindex("br0")))
END
has_ra_address() {
	at switch python3 "$tmp/ra.py"
	alice_ip -6 addr show dev lanparty0 | grep -q fd88:
}
check "router advertisements bring the TAP no default route" grep -qx 0 <(at alice cat /proc/sys/net/ipv6/conf/lanparty0/accept_ra_defrtr)
wait_for 10 "an address by router advertisement" has_ra_address
check "that brought no default route" has_no_default_on_tap
at alice sysctl -qw net.ipv6.conf.lanparty0.accept_ra_defrtr=1
at switch python3 "$tmp/ra.py"
brought_and_removed() {
	at switch python3 "$tmp/ra.py"
	logged alice 'removed the route to ::/0 by fe80:'
}
wait_for 5 "one that comes all the same to be removed" brought_and_removed
wait_for 2 "the last of them to be gone" has_no_default_on_tap
shows T6

# What games send to everybody goes to the party, and to the hall's PC.
check "255.255.255.255 is on the TAP" grep -q 'dev lanparty0 src 10.77.0.51' <(alice_ip route get 255.255.255.255)
check "multicast is, too, over a route of the user's with the same metric" grep -q 'dev lanparty0 src 10.77.0.51' <(alice_ip route get 239.255.255.250)
alice_ip link set lanparty0 down
alice_ip link set lanparty0 up
wait_for 2 "the route to be back after the TAP was down" has_route 255.255.255.255 dev lanparty0
alice_ip addr del 10.77.0.51/24 dev lanparty0
wait_for 2 "broadcasts to go home while the TAP has no address" has_no_route 255.255.255.255 dev lanparty0
set_address alice lanparty0 10.77.0.51/24
wait_for 2 "and to the party again" has_route 255.255.255.255 dev lanparty0
shows T5

stop alice
check "nothing of it is left" has_no_route 255.255.255.255
check "but what the user had" has_route 224.0.0.0/4 dev eth0
