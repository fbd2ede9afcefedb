#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# A player who says that the router's address, or that of another PC, is at his MAC: by ARP and by neighbour
# discovery, in all the forms that hosts learn from. The PC in the hall goes on talking to the router. Nor
# does it help him that somebody in the hall has never said a word.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/attack.sh"
need atk6-parasite6 thc-ipv6
need arpspoof dsniff
need_scapy
router_ip=10.77.0.1
router_ip6=fe80::77:1
party_up
# In the hall, and up, but not heard of: no IPv6 that says hello by itself.
add_quiet() { # add_quiet HOST LAST-OCTET...: with IPv4 and IPv6 addresses that end so
	local octet
	add_host "$1"
	at "$1" sysctl -qw net.ipv6.conf.default.addr_gen_mode=1
	add_cable "$1" eth0 switch "$1"
	ip -n "$prefix-switch" link set "$1" master br0
	for octet in "${@:2}"; do
		set_address "$1" eth0 "10.77.0.$octet/24"
		ip -n "$prefix-$1" addr add "fd66:6::$octet/64" dev eth0 nodad
	done
}
add_quiet quiet 20 21 22 23 24 25
add_host silent
at silent sysctl -qw net.ipv6.conf.default.disable_ipv6=1
add_to_lan silent eth0 10.77.0.30
ip -n "$prefix-switch" addr add $router_ip6/64 dev br0 nodad
ip -n "$prefix-pc" addr add fe80::77:10/64 dev eth0 nodad
at pc sysctl -qw net.ipv4.conf.eth0.arp_accept=1 net.ipv4.neigh.eth0.locktime=0 net.ipv6.conf.eth0.accept_untracked_na=1
sed -i 's/interface = /probe_lan = true; &/' "$tmp/gateway.conf"
start_with_rogue
router=$(mac_of switch br0)

neighbour() { # neighbour ADDRESS: where the PC thinks that it is
	ip -n "$prefix-pc" -j neigh show to "$1" dev eth0 | jq -r '.[0].lladdr // "nowhere"'
}

meet() { # the PC knows both addresses of the router, and the gateway has seen whose they are
	ip -n "$prefix-pc" neigh flush dev eth0
	local asks
	for asks in "pc $router_ip" "pc $router_ip6%eth0" "switch fe80::77:10%br0" "bob $router_ip" "bob $router_ip6%lanparty0"; do
		# shellcheck disable=SC2086 # who, and for whom
		pings $asks -c 1 || return 1
	done
	[ "$(neighbour $router_ip) $(neighbour $router_ip6)" = "$router $router" ]
}

spoof() { # spoof EXPRESSION: such frames, three times
	send_crafted alice lanparty0 "$1" 3
}

is_true_to_router() {
	[ "$(neighbour $router_ip) $(neighbour $router_ip6)" = "$router $router" ] || {
		ip -n "$prefix-pc" neigh show && return 1
	}
}

gains_nothing() { # gains_nothing COMMAND...
	"$@"
	settle
	is_true_to_router
}

believes_alice() {
	[ "$(neighbour $router_ip)" = "$alice" ] || [ "$(neighbour $router_ip6)" = "$alice" ]
}

gains() { # gains COMMAND...
	meet
	"$@"
	wait_for 3 "the PC to believe: $*" believes_alice
}

attacks=(
	'arp(2)'                                  # a reply that nobody asked for
	'arp(1)'                                  # a question from the router's address
	'arp(1,target="10.77.0.1",to=all)'        # gratuitous, either way
	'arp(2,target="10.77.0.1",to=all)'
	'arp(2)/Raw(b"x"*64)'
	'Ether(src=alice,dst=pc)/Dot1Q(vlan=0)/arp(2)[ARP]'
	'na()'
	'na(before=IPv6ExtHdrHopByHop())'
	'na(before=IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0"*4)]))'
	'ns()'
)

# Each from an address of its own, as the gateway knows it from the first one on.
quiet_attacks=(
	'arp(2,sender="10.77.0.20")'
	'arp(1,sender="10.77.0.21")'
	'arp(1,sender="10.77.0.22",target="10.77.0.22",to=all)'
	'na("fd66:6::23")'
	'ns("fd66:6::24")'
	'arp(2,sender="10.77.0.2")' # the gateway itself
)

craft "${attacks[@]}" "${quiet_attacks[@]}" <<-'END'
	all = "ff:ff:ff:ff:ff:ff"
	def arp(op, sender="10.77.0.1", target="10.77.0.10", to=pc, mac=alice):
	    return Ether(src=alice, dst=to) / ARP(op=op, hwsrc=mac, psrc=sender, hwdst=pc, pdst=target)
	def na(target="fe80::77:1", mac=alice, before=None):
	    ip = IPv6(src=target, dst="fe80::77:10", hlim=255)
	    return Ether(src=alice, dst=pc) / (ip / before if before else ip) \
	        / ICMPv6ND_NA(tgt=target, R=1, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac)
	def ns(source="fe80::77:1", mac=alice):
	    return Ether(src=alice, dst=pc) / IPv6(src=source, dst="fe80::77:10", hlim=255) \
	        / ICMPv6ND_NS(tgt="fe80::77:10") / ICMPv6NDOptSrcLLAddr(lladdr=mac)
END
wait_for 5 "the PC to know the router" meet
for attack in "${attacks[@]}"; do
	check "the PC does not believe $attack" gains_nothing spoof "$attack"
done
quiet_ones=(10.77.0.{20..22} 10.77.0.2 fd66:6::2{3,4})
ip -n "$prefix-pc" addr add fd66:6::10/64 dev eth0 nodad
meet_quiet_ones() { # as an advertisement changes only what the PC knows; what they say is for it alone
	pings pc fd66:6::23 -c 1 && pings pc fd66:6::24 -c 1
}
knows_no_quiet_at_alice() {
	local ip
	for ip in "${quiet_ones[@]}"; do
		[ "$(neighbour "$ip")" != "$alice" ] || { echo "$ip is alice" && return 1; }
	done
}
gains_no_quiet_one() { # gains_no_quiet_one COMMAND...
	"$@"
	sleep 1 # longer than the gateway keeps what it asks for
	settle
	knows_no_quiet_at_alice
}
check "the PC knows some who say nothing to others" meet_quiet_ones
for attack in "${quiet_attacks[@]}"; do
	check "nor $attack, whose owner never spoke" gains_no_quiet_one spoof "$attack"
done
check "the gateway has asked for them" has_dropped gateway address_probed 5

# As parasite6 does: who asks for an address gets an answer from everybody who wants to be it.
parasite() {
	at alice timeout 4 atk6-parasite6 lanparty0 >/dev/null 2>&1 &
	sleep 1
	ip -n "$prefix-pc" neigh flush dev eth0
	pings pc "$router_ip6%eth0" -c 10 && pings pc $router_ip
	wait $!
}
check "nor what parasite6 answers" gains_nothing parasite
# It looks for the PC first, which may take seconds, and tells it that the router is here; at its end, that
# it is not.
arpspoofed() {
	spawn arpspoof alice arpspoof -i lanparty0 -t "$pc_ip" $router_ip 2>"$tmp/arpspoof.out"
	wait_for 10 "arpspoof to speak" grep -q 'arp reply' "$tmp/arpspoof.out"
	sleep 0.2
	kill -KILL "${pid_of[arpspoof]}"
	wait "${pid_of[arpspoof]}" || true
}
check "nor what arpspoof says" gains_nothing arpspoofed
check "the gateway has dropped them" has_dropped gateway address_claim 10
check "a player's own address stays his" pings pc 10.77.0.52
loses_nothing() { # loses_nothing HOST ADDRESS [OPTION...]: of its pings
	pings "$@" | grep ' 0% packet loss'
}
set_address bob lanparty0 10.77.0.53/24
check "and a new one is his at once" loses_nothing bob $pc_ip -I 10.77.0.53 -c 1
check_ledgers

# Who comes into the hall asks whether an address is free; a player says of each that it is not.
new_pc() {
	ip -n "$prefix-pc" addr add fd66:6::$1/64 dev eth0
	wait_for 5 "the end of the DAD" decided "$1"
	ip -n "$prefix-pc" -6 addr show dev eth0 | grep "fd66:6::$1/" | grep -qv dadfailed
}
decided() {
	! ip -n "$prefix-pc" -6 addr show dev eth0 | grep "fd66:6::$1/" | grep -q 'tentative' ||
		ip -n "$prefix-pc" -6 addr show dev eth0 | grep "fd66:6::$1/" | grep -q dadfailed
}
cat >"$tmp/deny.py" <<'END'
import sys
from scapy.config import conf
conf.ipv6_enabled = True
conf.verb = 0
from scapy.all import *
def deny(frame):
    if ICMPv6ND_NS in frame and frame[IPv6].src == "::":
        sendp(Ether(src=sys.argv[1], dst="33:33:00:00:00:01")
              / IPv6(src=frame[ICMPv6ND_NS].tgt, dst="ff02::1", hlim=255)
              / ICMPv6ND_NA(tgt=frame[ICMPv6ND_NS].tgt, R=0, S=0, O=1)
              / ICMPv6NDOptDstLLAddr(lladdr=sys.argv[1]), iface="lanparty0")
sniff(iface="lanparty0", prn=deny, store=0, started_callback=lambda: print("listening", flush=True))
END
spawn dos alice /usr/bin/python3 "$tmp/deny.py" "$alice" >"$tmp/dos.out" 2>&1
wait_for 10 "the one who denies" grep -q listening "$tmp/dos.out"
check "a new PC in the hall gets the address that he wants" new_pc 1

allow allow_all
for attack in "${attacks[@]}"; do
	check "without the filters the PC believes $attack" gains spoof "$attack"
done
check "and arpspoof" gains arpspoofed
believes_quiet_at_alice() {
	! knows_no_quiet_at_alice
}
for attack in "${quiet_attacks[@]}"; do
	ip -n "$prefix-pc" neigh flush dev eth0
	meet_quiet_ones >/dev/null
	spoof "$attack"
	wait_for 3 "the PC to believe: $attack" believes_quiet_at_alice
	echo "ok: and $attack"
done
not_new_pc() {
	! new_pc "$@"
}
check "and the new PC is refused every address" not_new_pc 2
kill "${pid_of[dos]}"

# Alice takes the MAC of a PC that has not said a word: the switch gives her what is for it.
silent=$(mac_of silent eth0)
ip -n "$prefix-pc" neigh replace 10.77.0.30 lladdr "$silent" dev eth0 nud permanent
ip -n "$prefix-silent" neigh replace $pc_ip lladdr "$pc" dev eth0 nud permanent
stop alice
sed -i "s/^client: {/&\n	mac = \"$silent\";/" "$tmp/alice.conf"
launch_rogue alice
wait_up alice
is_cut_off() {
	send_frames alice lanparty0 99 1
	! pings pc 10.77.0.30 -c 2 -W 1
}
is_found_out() {
	send_frames alice lanparty0 99 1
	pings pc 10.77.0.30 -c 1 -W 1
	logged gateway "$silent\) is on the LAN itself too"
}
wait_for 10 "her to have what is for it, without the filters" is_cut_off
allow
wait_for 10 "alice to be found out" is_found_out
wait_for 5 "the switch to hear of the PC again" pings pc 10.77.0.30 -c 1 -W 1
check "who takes the MAC of a PC does not keep it" loses_nothing pc 10.77.0.30 -c 20
check_ledgers
