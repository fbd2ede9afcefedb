#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What an admin may choose otherwise: another port, two workers with a room on each (the codes are such),
# trust by the relay's certificate instead of its pin, and daemons that are nobody after their start.
. "$(dirname "$0")/lib.sh"
party_up
relay_name=party.example.org:4433
conf relay relay <<-END
	listen = "$relay_ip:4433";
	workers = 2;
	name = "party.example.org";
	certificate_out = "$tmp/relay.der";
	rooms = ( { code = "ROOM1"; }, { code = "ROOM4"; } );
END
by_certificate() {
	join_lines | sed "s,pin = .*\";,ca_file = \"$tmp/relay.der\";,"
}
conf gateway gateway < <(join_lines && echo '	interface = "lan0";')
conf alice client < <(by_certificate)
conf bob client < <(room=ROOM4 by_certificate)
add_home carol 198.18.2
conf carol client < <(room=ROOM4 join_lines)

chmod 711 "$tmp"
for name in relay gateway alice bob carol; do
	install -d -o nobody "$tmp/$name.state"
	sed -i '1i user = "nobody";' "$tmp/$name.conf"
done
start_relay
start gateway alice bob carol
set_address alice lanparty0 10.77.0.51/24
set_address bob lanparty0 10.77.0.52/24
set_address carol lanparty0 10.77.0.53/24
check "alice, by the relay's certificate, is on the LAN" pings alice "$pc_ip"
check "bob, by its certificate, and carol, by its pin, are together in the other room" pings bob 10.77.0.53
shows R40

privileges() { # privileges NAME: user, and what it may do
	awk '/^Uid:|^CapEff:/ { printf "%s ", $2 }' "/proc/${pid_of[$1]}/status"
}
nobody=$(id -u nobody)
check "the relay is nobody and may do nothing" says "$nobody 0000000000000000 " privileges relay
check "the gateway keeps the right to open its NIC again (CAP_NET_RAW)" \
	says "$nobody 0000000000002000 " privileges gateway
check "a client keeps the right to set its own network (CAP_NET_ADMIN)" \
	says "$nobody 0000000000001000 " privileges alice

stop relay
launch relay
for name in gateway alice bob carol; do
	wait_up "$name"
done
check "as nobody they come back, too" pings alice "$pc_ip"
check "in the other room, too" pings bob 10.77.0.53
