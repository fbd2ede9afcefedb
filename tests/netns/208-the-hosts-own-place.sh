#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The gateway's machine is a PC of the party, too: it is the DHCP server, and has a game running. By the recipe of
# contrib/gateway-host players reach it as they reach all others. Without the recipe they reach all others,
# whether the gateway is on the card itself or on a bridge.
#
#     switch ---- lan0 -- party (bridge: 10.77.0.2, dnsmasq) -- party-br ==== party-gw -- lanpartyd
. "$(dirname "$0")/lib.sh"
. "$netns_dir/attack.sh"
contrib=$netns_dir/../../contrib/gateway-host
party_up
host_ip=10.77.0.2
start_all

not_pings() {
	! pings "$@"
}

use_interface() { # use_interface NAME: another one for the gateway, by a restart
	stop gateway
	sed -i "s/interface = \".*\"/interface = \"$1\"/" "$tmp/gateway.conf"
	start gateway
}

check "on the card itself: players reach the LAN" pings alice "$pc_ip"
check "but not the gateway's machine" not_pings alice "$host_ip"

# What ifup would do, for the card lan0.
sed -n 's/^\tpre-up //p' "$contrib/interfaces" | sed "s|eth1|lan0|g; s|/etc/sysctl.d|$contrib|" >"$tmp/recipe"
check "the recipe has some lines" test "$(wc -l <"$tmp/recipe")" -ge 6
at gateway ip addr flush dev lan0
at gateway sh -eux "$tmp/recipe" 2>"$tmp/recipe.out" || { cat "$tmp/recipe.out" >&2 && fail "the recipe"; }
set_address gateway party "$host_ip/24"
ip -n "$prefix-gateway" link set party up
check "the machine is on the LAN as before" pings pc "$host_ip"

use_interface lan0
check "the log says what a port is not good for" logged gateway 'lan0 is a port of a bridge: players reach what is at its cable'
check "on the port: players reach the LAN" pings alice "$pc_ip"
use_interface party
check "the log says what a bridge is not good for" logged gateway 'party is a bridge: players reach the LAN, but not this machine'
check "on the bridge: players reach the LAN" pings alice "$pc_ip"
check "but not the gateway's machine" not_pings alice "$host_ip"
use_interface party-gw
check "by the recipe: players reach the LAN" pings alice "$pc_ip"
check "and the gateway's machine" pings alice "$host_ip"
check "which reaches them" pings gateway 10.77.0.51
check "with whole frames" pings alice "$host_ip" -s 1472 -M "do"
check "and the other way round" pings gateway 10.77.0.52 -s 1472 -M "do"

# DHCP by a server on the gateway's machine.
spawn dnsmasq gateway dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --pid-file= --no-ping \
	--interface=party --dhcp-range=10.77.0.100,10.77.0.199,1h --dhcp-authoritative \
	--dhcp-leasefile="$tmp/dnsmasq.leases" --log-facility="$tmp/dnsmasq.log"
wait_for 5 "the DHCP server" grep -q started "$tmp/dnsmasq.log"
ip -n "$prefix-bob" addr flush dev lanparty0
check "a player has a lease of it" dhcp_lease bob
check "which it has given once" says 1 grep -c DHCPACK "$tmp/dnsmasq.log"
check "and is reached by it" pings gateway "$(address_of bob lanparty0)"

# A game: its announcements are heard, once.
ls_links() {
	at gateway ls /sys/class/net | tr '\n' ' '
}

hear_all() { # hear_all HOST: what is broadcast, all of it
	spawn "game.$1" "$1" python3 -c '
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("", 27015))
sock.settimeout(3)
print("listening", flush=True)
try:
    while True:
        print(sock.recv(99).decode(), flush=True)
except TimeoutError:
    pass' >"$tmp/game.$1.log" 2>&1
	wait_for 10 "the game on $1" grep -q listening "$tmp/game.$1.log"
}
# Until nothing has come for a while; here, as a subshell has no child to wait for.
let_games_end() {
	wait "${pid_of[game.gateway]}" "${pid_of[game.alice]}"
}
heard() { # heard HOST: each line with its count
	sed 1d "$tmp/game.$1.log" | sort | uniq -c | tr -s ' \n' ' '
}
hear_all gateway
hear_all alice
peer pc say-udp eth0 27015 'pc'
peer bob say-udp lanparty0 27015 'bob'
peer gateway say-udp party 27015 'host'
let_games_end
check "the gateway's machine hears each once" says ' 1 bob 1 host 1 pc ' heard gateway
check "and so does a player" says ' 1 bob 1 host 1 pc ' heard alice

give_to() { # give_to FROM TO INTERFACE ADDRESS: 20 MB by TCP, as they were given
	listen "take.$2" "$2" take 5000
	local given
	given=$(peer "$1" give "$4" 5000 20000000)
	hear "take.$2"
	[ "$given" = "$heard" ] || { echo "$given is not $heard" && return 1; }
}
check "TCP from a player to the machine" give_to alice gateway party "$host_ip"
check "and back" give_to gateway alice lanparty0 10.77.0.51
check "TCP from the machine to the LAN" give_to gateway pc eth0 "$pc_ip"

# It can be taken away again, and systemd-networkd does the same by its files. Like this it runs without a
# system around it: it asks no udev where /sys cannot be written.
stop gateway
sed -n 's/^\tpost-down //p' "$contrib/interfaces" >"$tmp/undo"
check "what the recipe made can be taken away" at gateway sh -eux "$tmp/undo"
check "and is gone" says 'lan0 lo wan0 ' ls_links
networkd=/lib/systemd/systemd-networkd
[ -x $networkd ] || { echo "no systemd-networkd here to show its files by" && check_ledgers && exit; }
mkdir -p "$tmp/network"
cp "$contrib"/*.netdev "$contrib"/*.network "$tmp/network"
sed -i 's/eth1/lan0/' "$tmp/network/10-party-ports.network"
sed -i "s|^DHCP=.*|Address=$host_ip/24|" "$tmp/network/10-party.network"
# shellcheck disable=SC2016 # meant for the inner shell
spawn networkd gateway unshare -m sh -ec 'mount --make-rprivate / && mount -o remount,ro,bind /sys
	mount -t tmpfs none /run && mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases \
		/run/systemd/netif/lldp && cp "$0"/* /run/systemd/network && chown -R systemd-network /run/systemd/netif
	mount -t tmpfs none /etc/systemd && exec "$1"' "$tmp/network" $networkd >"$tmp/networkd.out" 2>&1
is_set_up() {
	[ "$(address_of gateway party)" = "$host_ip" ] && at gateway ip link show party-gw | grep -q 'NOARP.*LOWER_UP'
}
wait_for 20 "systemd-networkd to have set it up" is_set_up
at gateway sysctl -q -p "$contrib/lanparty-gateway-host.conf" # as udev does when party-gw appears
for host in alice bob pc; do
	ip -n "$prefix-$host" neigh flush all # the bridge has a MAC of its own
done
start gateway
check "systemd-networkd: players reach the gateway's machine" pings alice "$host_ip"
check "and the LAN" pings alice "$pc_ip"
check "and are reached" pings gateway 10.77.0.51
hear_all gateway
hear_all alice
peer pc say-udp eth0 27015 'pc'
peer bob say-udp lanparty0 27015 'bob'
let_games_end
check "the gateway's machine hears each once" says ' 1 bob 1 pc ' heard gateway
check "and so does a player" says ' 1 bob 1 pc ' heard alice
check_ledgers
